"""Forms of the life of a file; they only translate."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanai.organisations.forms import Day, PlaceField
from guanai.organisations.models import Organisation, SchoolClass
from guanai.people.forms import BasedForm
from guanai.people.models.checklists import DAYS
from guanai.people.models.closing import DIED, LEAVINGS

WHY = _("why")


class SchoolField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self, **options: Any) -> None:
        rows = Organisation.objects.filter(kind="school", closed_on=None)
        super().__init__(rows.select_related("place"), **options)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.place} {obj}"


class MoveForm(BasedForm):
    """One of the three where the file may go."""

    to = PlaceField(label=_("new place"), required=False)
    to_school = SchoolField(label=_("or another school"), required=False)
    outside = forms.CharField(
        label=_("or out of the county: where to"), max_length=200, required=False
    )
    on = forms.DateField(label=_("moved on"), widget=Day())
    whole_household = forms.BooleanField(label=_("the whole household moves"), required=False)
    why = forms.CharField(
        label=WHY, max_length=200, help_text=_("The receiving side reads this before it accepts.")
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if sum(bool(given.get(name)) for name in ("to", "to_school", "outside")) != 1:
            raise forms.ValidationError(_("Choose one: a place, a school, or out of the county."))
        return given


class SchoolsForm(forms.Form):
    """Where many pupils go."""

    to_school = SchoolField(label=_("receiving school"))
    day = forms.DateField(label=_("first day there"), widget=Day())
    why = forms.CharField(label=WHY, max_length=200)


class LeaveForm(BasedForm):
    reason = forms.ChoiceField(label=_("reason"), choices=LEAVINGS, widget=forms.RadioSelect)
    on = forms.DateField(label=_("last day"), widget=Day())
    why = forms.CharField(label=_("more words"), max_length=200, required=False)


class StrikeForm(LeaveForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            one for one in LEAVINGS if one[0] != DIED
        ]


class WhyForm(BasedForm):
    why = forms.CharField(label=WHY, max_length=200)


class HandOutForm(BasedForm):
    on = forms.DateField(label=_("handed over on"), widget=Day())
    receipt = forms.CharField(label=_("to whom, and by which receipt"), max_length=200)


class ClassChoice(forms.Form):
    """Into which class pupils are taken."""

    school_class = forms.ModelChoiceField(
        SchoolClass.objects.none(), label=_("class"), required=False
    )

    def __init__(self, *args: Any, school: Organisation | None, **options: Any) -> None:
        super().__init__(*args, **options)
        own: Any = self.fields["school_class"]
        own.queryset = SchoolClass.objects.filter(school=school).order_by("-year", "grade", "name")
        own.label_from_instance = lambda one: f"{one} ({one.year})"


class RuleForm(forms.Form):
    name = forms.ChoiceField(choices=[(name, name) for name in DAYS], widget=forms.HiddenInput)
    days = forms.IntegerField(label=_("number of days"), min_value=1, max_value=365)
    items = forms.CharField(
        label=_("what is to be done, a line each"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
