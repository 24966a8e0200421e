"""The catalogue of what an export can hold, and the forms that we bring along.

A form is an ordered list of columns (title, field, band); offices edit theirs (ExportForm).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanai.core import codes
from guanai.core.documents.layout import Column as SheetColumn
from guanai.core.words import StrOrPromise
from guanai.organisations.rules import CHILDREN, Group
from guanai.people.ledger.columns import (
    COLUMNS,
    choice,
    state_words,
)
from guanai.people.ledger.dossiers import Dossier, Whole
from guanai.people.wording import name_of, relation


@dataclass(frozen=True)
class Field:
    """`text` of a whole dossier; `width` as in a sheet."""

    key: str
    label: StrOrPromise
    text: Callable[[Whole], str]
    width: float = 12
    number: bool = False


@dataclass(frozen=True)
class FormColumn:
    """A column of a form: the title that its office uses, our field, and the band above it."""

    title: str
    field: str
    band: str = ""

    def sheet(self) -> SheetColumn:
        field = FIELDS[self.field]
        kind = "number" if field.number else "text"
        return SheetColumn(self.title, field.width, kind, self.band)  # type: ignore[arg-type]


def _of(who: str, text: Callable[[Dossier], str]) -> Callable[[Whole], str]:
    def found(whole: Whole) -> str:
        other = whole.guardian if who == "guardian" else whole.kin.get(who)
        return text(other) if other else ""

    return found


def _age(dossier: Dossier) -> str:
    age = dossier.person.age()
    return "" if age is None else str(age)


def _detail(key: str) -> Callable[[Dossier], str]:
    return lambda dossier: str(dossier.person.details.get(key, ""))


def _state(who: str) -> Callable[[Whole], str]:
    return lambda whole: state_words(whole.line.kin[who]) if who in whole.line.kin else ""


def _workplace(dossier: Dossier) -> str:
    _since, destination, _employer, address = dossier.away
    return address or destination


def _ethnicity(whole: Whole) -> str:
    code = whole.person.ethnicity
    return name_of(codes.ethnicity, code) if code else ""


def _around(who: str, label: StrOrPromise) -> list[Field]:
    """The fields of one relative; labels are “father · phone”."""

    def named(word: StrOrPromise) -> StrOrPromise:
        return format_lazy("{} · {}", label, word)

    return [
        Field(
            f"{who}.name",
            named(pgettext_lazy("person", "name")),
            _of(who, lambda d: d.person.name),
            10,
        ),
        Field(f"{who}.id_number", named(_("ID number")), _of(who, lambda d: d.id_number), 21),
        Field(f"{who}.phone", named(_("phone")), _of(who, lambda d: d.phone), 14),
        Field(f"{who}.age", named(_("age")), _of(who, _age), 6, number=True),
        Field(f"{who}.health", named(_("health")), _of(who, lambda d: d.health), 12),
        Field(f"{who}.address", named(_("address")), _of(who, lambda d: d.address), 24),
        Field(f"{who}.work_place", named(_("works in")), _of(who, _workplace), 22),
        Field(f"{who}.employer", named(_("employer")), _of(who, lambda d: d.away[2]), 16),
        Field(f"{who}.away_since", named(_("away since")), _of(who, lambda d: d.away[0]), 12),
        Field(f"{who}.state", named(_("situation")), _state(who), 16),
        Field(f"{who}.occupation", named(_("occupation")), _of(who, _detail("occupation")), 12),
    ]


def _guardian_relation(whole: Whole) -> str:
    return relation(whole.line.guardian_relation)


_OWN = [
    Field("ethnicity", _("ethnicity"), _ethnicity, 9),
    Field("id_number", _("ID number"), lambda w: w.id_number, 21),
    Field("phone", _("phone"), lambda w: w.phone, 14),
    Field("address", _("home address"), lambda w: w.address, 24),
    Field("hukou", _("household registration"), lambda w: w.hukou or w.address, 24),
    Field("health", _("health"), lambda w: w.health, 12),
    Field("disability", _("disability"), lambda w: choice(w.line, "disability"), 10),
    Field("hardships", _("hardships"), lambda w: "、".join(w.hardships), 18),
    Field("head_teacher", _("class teacher"), lambda w: w.head_teacher, 10),
    Field("schooling", _("state of schooling"), lambda w: choice(w.line, "schooling"), 12),
    Field("income", _("main source of income"), lambda w: w.person.details.get("income", ""), 16),
    Field("committee", _("village committee"), lambda w: w.committee, 20),
    Field("guardian.relation", _("guardian · relation"), _guardian_relation, 10),
]
_LISTED = [
    Field(column.key, column.title, lambda w, c=column: c.text(w.line), column.width,  # type: ignore[misc]
          column.number)
    for column in COLUMNS
]  # fmt: skip
FIELDS: dict[str, Field] = {
    field.key: field
    for field in [
        *_LISTED,
        *_OWN,
        *_around("father", _("father")),
        *_around("mother", _("mother")),
        *_around("spouse", _("husband")),
        *_around("guardian", _("guardian")),
    ]
}


FORMS: dict[str, dict[str, Any]] = yaml.safe_load(
    (files("guanai.people.ledger") / "forms.yaml").read_text("utf-8")
)


def _form(key: str) -> list[FormColumn]:
    columns = []
    for title, field in FORMS[key].items():
        if isinstance(field, dict):
            columns += [FormColumn(one, inner, title) for one, inner in field.items()]
        else:
            columns.append(FormColumn(title, field))
    return columns


@dataclass(frozen=True)
class BuiltIn:
    """A form that comes with the program."""

    code: str
    name: StrOrPromise
    groups: frozenset[str]
    columns: list[FormColumn]


BUILT_IN: tuple[BuiltIn, ...] = (
    BuiltIn("ledger", _("ledger"), frozenset(CHILDREN), _form("child")),
    BuiltIn("ledger", _("ledger"), frozenset({Group.WOMAN}), _form("woman")),
    BuiltIn("ledger", _("ledger"), frozenset({Group.ELDER}), _form("elder")),
    BuiltIn("survey-2016", _("survey form of 2016"), frozenset(CHILDREN), _form("survey-2016")),
)
