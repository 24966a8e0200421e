from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanai.organisations.kinds import KINDS
from guanai.organisations.models import (
    Body,
    Member,
    Organisation,
    Place,
    Post,
    SchoolClass,
    Service,
    User,
)
from guanai.organisations.rules import Role


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PlaceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A current place; its name is shown with the township before it."""

    def __init__(self, **options: Any) -> None:
        places = Place.objects.current().select_related("parent")
        super().__init__(places, **{"label": _("place"), **options})

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.parent} {obj}" if obj.level in {"village", "group"} else str(obj)


class PlaceForm(forms.Form):
    name = forms.CharField(label=_("name"), max_length=60)
    code = forms.RegexField(
        r"^\d{12}$",
        label=_("code"),
        required=False,
        help_text=_("12 digits; empty for a local code below the village."),
        error_messages={"invalid": _("A division code has 12 digits.")},
    )


class RecodeForm(forms.Form):
    name = forms.CharField(label=_("name"), max_length=60)
    code = forms.CharField(label=_("code"), max_length=20)
    on = forms.DateField(label=_("valid from"), widget=Day())


class DayForm(forms.Form):
    on = forms.DateField(label=_("last day"), widget=Day())


class PlacesFileForm(forms.Form):
    file = forms.FileField(
        label=_("places table"), help_text=_("CSV with the columns code, name, level, parent.")
    )


class AccountListForm(forms.Form):
    file = forms.FileField(
        label=_("list of people"),
        help_text=_("The blank list, filled in, or any .xlsx, .xls or .csv with such columns."),
    )


class OrganisationForm(forms.ModelForm[Organisation]):
    place = PlaceField()

    class Meta:
        model = Organisation
        fields = ["name", "kind", "place", "note", "closed_on"]
        widgets = {"note": forms.Textarea(attrs={"rows": 2}), "closed_on": Day()}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        posts = self.instance.pk and self.instance.posts.unfinished().count()
        if posts and not self.instance.closed_on:
            said = _("Its %d posts end on that day, and do not come back when it opens again.")
            self.fields["closed_on"].help_text = said % posts


class ClassForm(forms.Form):
    grade = forms.TypedChoiceField(
        label=_("grade"), coerce=int, choices=[(grade, str(grade)) for grade in range(13)]
    )
    name = forms.CharField(label=_("class"), max_length=20)
    year = forms.IntegerField(label=_("school year begins in"), min_value=2000, max_value=2100)


class BodyForm(forms.ModelForm[Body]):
    """Organisations are offered within the reader's own area only."""

    kind = forms.ChoiceField(
        label=_("kind"), choices=lambda: [(kind.key, kind.title) for kind in KINDS.values()]
    )
    place = PlaceField()

    class Meta:
        model = Body
        fields = ["kind", "name", "organisation", "place", "school_class", "founded_on", "duties"]
        widgets = {"duties": forms.Textarea(attrs={"rows": 3}), "founded_on": Day()}

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        own = Organisation.objects.visible_to(user).filter(closed_on=None)
        self.fields["organisation"].queryset = own  # type: ignore[attr-defined]
        classes = SchoolClass.objects.select_related("school")
        self.fields["school_class"].queryset = classes  # type: ignore[attr-defined]


class MemberForm(forms.ModelForm[Member]):
    """The phone is sealed by the model; the position comes from the body's kind."""

    position = forms.ChoiceField(label=_("position"))
    phone = forms.RegexField(
        r"^[0-9+\- ]{5,20}$",
        label=_("phone"),
        required=False,
        error_messages={"invalid": _("Write digits, for example 19900001234.")},
    )

    class Meta:
        model = Member
        fields = [
            "name",
            "position",
            "unit",
            "duties",
            "full_time",
            "certificate",
            "duty_days",
            "since",
            "until",
        ]
        widgets = {"since": Day(), "until": Day()}

    def __init__(self, *args: Any, body: Body, **options: Any) -> None:
        super().__init__(*args, **options)
        positions = [(p.key, p.title) for p in body.rule.positions]
        self.fields["position"].choices = positions  # type: ignore[attr-defined]
        self.fields["phone"].initial = self.instance.phone if self.instance.pk else ""
        if not body.rule.certificate:
            del self.fields["certificate"]
        if not body.rule.roster:
            del self.fields["duty_days"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first."))
        self.instance.phone = cleaned.get("phone", "")
        return cleaned


class ServiceForm(forms.ModelForm[Service]):
    class Meta:
        model = Service
        fields = ["day", "what", "people", "hours"]
        widgets = {"day": Day()}


class PostForm(forms.ModelForm[Post]):
    class Meta:
        model = Post
        fields = ["organisation", "role", "title", "school_class", "since", "until"]
        widgets = {"since": Day(), "until": Day()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        school_class = cleaned.get("school_class")
        if cleaned.get("role") == Role.CLASS_TEACHER and school_class is None:
            self.add_error("school_class", _("A class teacher has a class."))
        if school_class and school_class.school != cleaned.get("organisation"):
            self.add_error("school_class", _("This class belongs to another school."))
        return cleaned


class AccountForm(PostForm):
    username = User._meta.get_field("username").formfield(label=_("user name"))
    name = forms.CharField(label=pgettext_lazy("person", "name"), max_length=40)
    field_order = ["username", "name"]
