"""Forms of the quarterly check."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanai.organisations.forms import Day
from guanai.people.forms import BasedForm
from guanai.people.models import Confirmation
from guanai.people.models.person import GROUPS
from guanai.people.rounds.rules import Ways


class ConfirmForm(BasedForm):
    quarter = forms.CharField(widget=forms.HiddenInput)
    how = forms.ChoiceField(label=_("how"), choices=Confirmation.HOWS[:3], widget=forms.RadioSelect)
    happened_on = forms.DateField(label=_("seen or spoken to on"), widget=Day())


class TakeBackForm(forms.Form):
    why = forms.CharField(label=_("why"), max_length=200)


def _number(label: Any, least: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most)


class PracticeForm(forms.Form):
    """How the county does it; see rounds.rules.Ways."""

    groups = forms.MultipleChoiceField(
        label=_("ledgers that are checked"), choices=GROUPS, widget=forms.CheckboxSelectMultiple
    )
    due_month = forms.TypedChoiceField(
        label=_("due in"),
        coerce=int,
        choices=[
            (1, _("first month of the quarter")),
            (2, _("second month of the quarter")),
            (3, _("last month of the quarter")),
        ],
    )
    due_day = _number(_("last day"), 1, 31)
    slow_after = _number(_("entered late from so many days on"), 1, 90)
    waits = forms.BooleanField(
        label=_("what a village changes of identity or guardianship waits for the township"),
        required=False,
    )
    bulk_count = _number(_("shown as bulk entry from so many confirmations on"), 2, 1000)
    bulk_minutes = _number(_("… of one account within so many minutes"), 1, 600)

    def __init__(self, data: Any = None, *, ways: Ways) -> None:
        initial = {name: getattr(ways, name) for name in self.base_fields}
        super().__init__(data, initial=initial)

    def ways(self) -> dict[str, Any]:
        """What is kept."""
        return dict(self.cleaned_data)
