"""Forms of a file; they only translate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanai.core import codes
from guanai.core.areas import within
from guanai.organisations.forms import Day, PlaceField
from guanai.organisations.models import Organisation
from guanai.organisations.rules import Scope
from guanai.people.conflicts import Conflict
from guanai.people.fields import PartialDateField, PhoneField
from guanai.people.labels import show
from guanai.people.models import CarerDecision, CarerFinding, LegalBasis, Review
from guanai.people.models.looks import EMERGENCIES, PURPOSES
from guanai.people.models.person import GROUPS, SEXES
from guanai.people.roster import numbers
from guanai.people.wording import choices


class BasedForm(forms.Form):
    """Posts the version of the file that its reader saw."""

    base_version = forms.IntegerField(widget=forms.HiddenInput)

    def rebase(self, conflict: Conflict) -> dict[str, Any]:
        """Base what is posted next on the newest version; what is shown from now on."""
        posted: Any = self.data
        self.data = {name: posted.getlist(name)[-1] for name in posted}
        self.data["base_version"] = str(conflict.version)
        return self.data

    def offer_choice(self, conflict: Conflict) -> None:
        """Tell the reader to look."""
        self.rebase(conflict)
        self.add_error(None, conflict.message)


class WithdrawForm(BasedForm):
    why = forms.CharField(max_length=200, required=False)


class FactsForm(BasedForm):
    """`current`: the plain values of the facts."""

    def __init__(
        self,
        fields: Mapping[str, forms.Field],
        *,
        kind: str,
        current: Mapping[str, Any],
        version: int,
        data: Any = None,
    ) -> None:
        shown = {name: raw(current.get(name)) for name in fields}
        super().__init__(data, initial={**shown, "base_version": version})
        self.kind = kind
        self.fields = {**fields, **self.fields, "why": self._why()}

    @staticmethod
    def _why() -> forms.Field:
        return forms.CharField(label=_("why, or from which paper"), required=False, max_length=200)

    def facts(self) -> dict[str, Any]:
        extra = {"base_version", "why"}
        return {name: value for name, value in self.cleaned_data.items() if name not in extra}

    def offer_choice(self, conflict: Conflict) -> None:
        """Put both values before the editor, and base what he posts next on the newest version."""
        shown = self.rebase(conflict)
        for key, value in conflict.theirs.items():
            shown[self._field(key)] = raw(value)
        for key, (mine, theirs) in conflict.clashes.items():
            fact = self._field(key)
            if fact not in self.fields:
                entered = _("Somebody entered meanwhile: %s. Save again if yours still holds.")
                self.add_error(None, entered % show(fact, theirs))
                continue
            name = f"{self.kind}.{fact}" if self.kind else key
            both = [
                (raw(value), f"{whose}{show(name, value) or '—'}")
                for whose, value in ((_("mine: "), mine), (_("theirs: "), theirs))
            ]
            self.fields[fact].widget = forms.RadioSelect(choices=both)
            self.add_error(fact, conflict.message)

    def _field(self, key: str) -> str:
        return key.partition("@")[0].removeprefix(f"{self.kind}.").removeprefix("details.")


def raw(value: Any) -> Any:
    """A plain value as a form posts it."""
    if isinstance(value, dict):
        return str(value.get("key", ""))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "|".join(value)
    return "" if value is None else str(value)


class RegisterForm(BasedForm):
    group = forms.ChoiceField(label=_("ledger"), choices=GROUPS)
    since = forms.DateField(label=_("since"), widget=Day())
    why = forms.CharField(label=_("why, or from which paper"), max_length=200, required=False)


class FindingForm(forms.Form):
    ground = forms.ChoiceField(
        label=_("ground (未保法 art. 22)"), choices=CarerFinding.GROUNDS, widget=forms.RadioSelect
    )
    evidence = forms.CharField(
        label=_("evidence"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class DecisionForm(forms.Form):
    """`seen`: how many earlier decisions stood on the page."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("decision"), choices=CarerDecision.OUTCOMES, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class LegalBasisForm(forms.ModelForm[LegalBasis]):
    class Meta:
        model = LegalBasis
        fields = ["flag", "document", "number", "since"]
        labels = {
            "flag": _("flag"),
            "document": _("document"),
            "number": _("document number"),
            "since": _("in force since"),
        }
        widgets = {"since": Day()}


class NewPersonForm(forms.Form):
    """The least with which a file begins."""

    name = forms.CharField(label=pgettext_lazy("person", "name"), max_length=60)
    sex = forms.TypedChoiceField(label=_("sex"), choices=SEXES, coerce=int)
    born = PartialDateField(label=_("birth date"), required=False)
    number = forms.CharField(label=_("identity number"), max_length=30, required=False)
    phone = PhoneField(label=_("phone"), required=False)

    def clean_number(self) -> str:
        read = numbers.id_number(self.cleaned_data["number"])
        if read.code:
            raise forms.ValidationError(
                _("This is no right identity number. Leave it out if unsure.")
            )
        return read.value or ""


class NewFileForm(NewPersonForm):
    group = forms.ChoiceField(label=_("ledger"), choices=GROUPS)
    place = PlaceField(label=_("responsible place"))
    address = forms.CharField(label=_("full address"), max_length=200, required=False)
    school = forms.ModelChoiceField(Organisation.objects.none(), label=_("school"), required=False)

    def __init__(self, *args: Any, scope: Scope, **options: Any) -> None:
        """The grounds of the reader: pupils of schools may live anywhere."""
        super().__init__(*args, **options)
        schools = scope.schools
        own, place = cast("Any", self.fields["school"]), cast("Any", self.fields["place"])
        if not schools:
            place.queryset = place.queryset.filter(within(area.path for area in scope.areas))
        own.queryset = Organisation.objects.filter(pk__in=schools)
        if schools:
            own.initial = min(schools)
        else:
            del self.fields["school"]


class NewKinForm(NewPersonForm):
    relation = forms.ChoiceField(label=_("relation to the person"), choices=choices(codes.relation))
    with_household = forms.BooleanField(
        label=_("belongs to the same household"), required=False, initial=True
    )


class LookForm(forms.Form):
    """For what a minor's file is opened by an office that oversees it."""

    purpose = forms.ChoiceField(label=_("purpose"), choices=PURPOSES, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("note (for example the number of the case)"), max_length=200, required=False
    )


class EmergencyForm(LookForm):
    name = forms.CharField(label=pgettext_lazy("person", "name"), max_length=60)
    mark = forms.CharField(
        label=_("ID number, file number or birth date (2015-03-02)"), max_length=40
    )
    note = forms.CharField(
        label=_("what happened"), max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )
    purpose = forms.ChoiceField(label=_("purpose"), choices=EMERGENCIES, widget=forms.RadioSelect)
    field_order = ("name", "mark", "purpose", "note")


class ReviewForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("verdict"), choices=Review.VERDICTS, widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("why"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))
