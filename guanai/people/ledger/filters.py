"""The filters of a ledger: a form that lives in the URL and holds nothing personal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanai.organisations.models import Organisation, OrganisationKind, Place, User
from guanai.organisations.rules import CHILDREN, Group
from guanai.people.details import TEMPERAMENTS
from guanai.people.ledger.columns import BY_NAME
from guanai.people.ledger.drawing import MARKS
from guanai.people.models import Hardship, Health, Import
from guanai.people.models.ledger import BIRTH_UNKNOWN, LedgerLineQuerySet
from guanai.people.models.person import CARE_FORMS
from guanai.people.rules import ALL_HAVES, Have, born_by

ANY = ("", _("all"))
GUARDIANS = [
    ("grandparent", _("grandparent")),
    ("parent", _("parent")),
    ("other", _("others")),
    ("none", _("nobody")),
]
PARENTS = [
    ("both", _("both away")),
    ("unable", _("one away, the other unable to care")),
    ("one", _("one away")),
    ("none", _("nobody away")),
    ("unknown", _("not known")),
]
MISSING = [
    ("complete", _("complete")),
    ("any", _("something missing")),
    ("child", _("about the child")),
    ("parents", _("about the parents")),
    ("cadre", _("lacks the village cadre")),
    ("carer", _("lacks guardian or kin")),
    ("phone", _("guardian's phone")),
]
HEALTH = [
    ("healthy", _("healthy")),
    ("frail", _("frail")),
    ("ill", _("ill")),
    ("disabled", _("disabled")),
]
SORTS = [
    ("place", _("place")),
    ("name", pgettext_lazy("person", "name")),
    ("age", _("age")),
    ("haves", _("completeness")),
]
GRADES = [(0, _("kindergarten")), *((grade, grade) for grade in range(1, 13))]
OLDEST = 130
COLUMNS = "cols"  # the columns that the reader chose, beside the filters in the URL


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[ANY, *choices], required=False)


class LedgerFilter(forms.Form):
    """What a reader narrows a ledger to. Fields that a ledger does not have are left out."""

    place = forms.ModelChoiceField(
        Place.objects.current(), to_field_name="code", label=_("place"), required=False
    )
    sex = _choice(_("sex"), [(1, _("male")), (2, _("female"))])
    age_from = forms.IntegerField(
        label=_("age from"), min_value=0, max_value=OLDEST, required=False
    )
    age_to = forms.IntegerField(label=_("age to"), min_value=0, max_value=OLDEST, required=False)
    parents = _choice(_("parents"), PARENTS)
    guardian = _choice(_("guardian"), GUARDIANS)
    school = forms.ModelChoiceField(
        Organisation.objects.filter(kind=OrganisationKind.SCHOOL),
        to_field_name="uid",
        label=_("school"),
        empty_label=_("all"),
        required=False,
    )
    grade = _choice(_("grade"), GRADES)
    boarding = _choice(_("boarding"), [("yes", _("boards")), ("no", _("day pupil"))])
    care = _choice(_("care form"), CARE_FORMS)
    missing = _choice(_("four haves"), MISSING)
    hardship = _choice(_("hardship"), Hardship.KINDS)
    character = _choice(_("character by class"), TEMPERAMENTS)
    health = _choice(_("health by class"), HEALTH)
    disability = _choice(_("disability"), [("yes", _("disabled")), ("no", _("not disabled"))])
    self_care = _choice(_("self-care"), Health.SELF_CARE)
    batch = forms.ModelChoiceField(
        Import.objects.none(), to_field_name="uid", label=_("import"), required=False
    )
    sort = forms.ChoiceField(label=_("order"), choices=SORTS, required=False)
    desc = forms.BooleanField(label=_("descending"), required=False)

    _OF_CHILDREN = (
        "parents",
        "guardian",
        "school",
        "grade",
        "boarding",
        "care",
        "missing",
        "character",
    )

    def __init__(self, data: QueryDict, *, group: str, user: User) -> None:
        super().__init__(data)
        self.said = data
        if group not in CHILDREN:
            for name in self._OF_CHILDREN:
                del self.fields[name]
        if group != Group.ELDER:
            del self.fields["self_care"]
        batches: Any = self.fields["batch"]
        batches.queryset = Import.objects.visible_to(user)

    def told(self) -> dict[str, Any]:
        """Field → value of what is valid and not empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}

    @property
    def place_path(self) -> str:
        place = self.told().get("place")
        return place.path if place else ""

    def query(self, **changed: str | None) -> str:
        """The URL's query of these filters, with some changed; pages are left out."""
        names = [*self.fields, COLUMNS]
        kept = {name: [v for v in self.said.getlist(name) if v] for name in names}
        kept[COLUMNS] = [key for key in dict.fromkeys(kept[COLUMNS]) if key in BY_NAME]
        kept |= {name: [value] if value else [] for name, value in changed.items()}
        return urlencode({name: values for name, values in kept.items() if values}, doseq=True)

    @property
    def narrowed(self) -> list[str]:
        """The fields by which the reader narrows, for the page to say so."""
        return [name for name in self.told() if name not in {"sort", "desc"}]

    def narrow(self, lines: LedgerLineQuerySet, *, loose: bool = False) -> LedgerLineQuerySet:
        """All filters but the place, which the reach of the reader is cut to; `loose` reads the
        birth dates past their index, so that the list's order may lead."""
        told = self.told()
        lines = lines.alias(birth=Coalesce("born", "born") if loose else F("born"))
        for name, value in told.items():
            if name in _PLAIN:
                lines = lines.filter(**{_PLAIN[name]: value})
            elif name in _CONDITIONS:
                lines = _CONDITIONS[name](lines, value)
        return lines


_PLAIN = {
    "sex": "sex",
    "parents": "parents",
    "guardian": "guardian_kind",
    "school": "school",
    "grade": "grade",
    "care": "care_form",
    "self_care": "self_care",
    "batch": "batch",
}


def years_ago(years: int) -> dt.date:
    """Who was born on that day or before is so many years old today."""
    return born_by(timezone.localdate(), years)


def _age_from(lines: LedgerLineQuerySet, age: int) -> LedgerLineQuerySet:
    return lines.filter(Q(birth__lte=years_ago(age)), Q(birth__gt=BIRTH_UNKNOWN))


def _age_to(lines: LedgerLineQuerySet, age: int) -> LedgerLineQuerySet:
    return lines.filter(Q(birth__gt=years_ago(age + 1)))


def _missing(lines: LedgerLineQuerySet, part: str) -> LedgerLineQuerySet:
    if part == "complete":
        return lines.filter(completeness=ALL_HAVES)
    if part == "any":
        return lines.filter(completeness__lt=ALL_HAVES)
    if part == "phone":
        return lines.filter(guardian_phone=False)
    bit = int(Have[part.upper()])
    return lines.alias(have=F("completeness").bitand(bit)).filter(have=0)


def _hardship(lines: LedgerLineQuerySet, kind: str) -> LedgerLineQuerySet:
    bit = 1 << MARKS.index(kind)
    return lines.alias(held=F("hardships").bitand(bit)).filter(held=bit)


def _disability(lines: LedgerLineQuerySet, answer: str) -> LedgerLineQuerySet:
    return lines.filter(Q(disability="") if answer == "no" else ~Q(disability=""))


_CONDITIONS: dict[str, Callable[[LedgerLineQuerySet, Any], LedgerLineQuerySet]] = {
    "age_from": _age_from,
    "age_to": _age_to,
    "missing": _missing,
    "hardship": _hardship,
    "character": _hardship,
    "health": _hardship,
    "disability": _disability,
    "boarding": lambda lines, answer: lines.filter(boarding=answer == "yes"),
}
