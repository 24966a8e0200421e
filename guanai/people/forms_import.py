"""The form with which an import begins."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from guanai.core.areas import within
from guanai.organisations.models import Place, User
from guanai.people.importing import wording
from guanai.people.roster.targets import KINDS

MOST_FILES = 20
LARGEST = 100 << 20


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, (list, tuple)) else [data]
        found = [super(FilesField, self).clean(file, initial) for file in files]
        if len(found) > MOST_FILES:
            raise forms.ValidationError(_("At most twenty files at once."))
        if sum(file.size or 0 for file in found) > LARGEST:
            raise forms.ValidationError(_("These files are too large; take them in parts."))
        return found


class NewImportForm(forms.Form):
    rosters = FilesField(
        label=_("Roster files"),
        help_text=_(".xlsx, .xls or .csv, as they are; several at once."),
        widget=FilesInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )
    kind = forms.ChoiceField(label=_("About whom"), required=False)
    place = forms.ModelChoiceField(
        Place.objects.none(),
        label=_("Place"),
        required=False,
        empty_label=_("as the file says"),
        help_text=_("If the rows do not say where the people live."),
    )

    def __init__(self, user: User, *data: Any) -> None:
        super().__init__(*data)
        kinds = [(kind, wording.kind(kind)) for kind in KINDS]
        self.fields["kind"] = forms.ChoiceField(
            label=_("About whom"), required=False, choices=[("", _("recognise it")), *kinds]
        )
        self.order_fields(["rosters", "kind", "place"])
        paths = [area.path for area in user.scope.areas]
        places = Place.objects.current().filter(level__in=("township", "village"))
        field = self.fields["place"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = places.filter(within(paths)) if paths else places
