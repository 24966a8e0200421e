"""What data are used for and how long they stay: as shipped, with the county's rulings over it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from guanai.core import registries
from guanai.core.broken import RuleBroken

if TYPE_CHECKING:
    from guanai.privacy.models import Ruling

BASES = [
    ("duty", _("statutory duty")),
    ("consent", _("consent")),
    ("contract", _("contract")),
    ("danger", _("danger to life or health")),
    ("none", _("not done")),
]
UNITS = {"years": _("years"), "days": _("days"), "workdays": _("workdays")}


@dataclass(frozen=True)
class Purpose:
    """`ask`: every child's guardian is to be asked. `ruling`: the county's word, if given."""

    code: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    basis: str  # of BASES
    article: str
    ask: bool = False
    sure: bool = False  # read in the law
    ruling: Ruling | None = None

    def __str__(self) -> str:
        return self.en if _english() else self.zh

    @property
    def about(self) -> str:
        return self.about_en if _english() else self.about_zh

    @property
    def basis_title(self) -> str:
        return str(dict(BASES)[self.basis])


@dataclass(frozen=True)
class Term:
    """A period (core.registries) as it holds in this county."""

    period: registries.Period
    number: int
    source: str
    ruling: Ruling | None = None

    def __str__(self) -> str:
        return f"{self.number} {UNITS[self.period.unit]}"


def _english() -> bool:
    return (get_language() or "").startswith("en")


@cache
def shipped() -> dict[str, Purpose]:
    text = (files("guanai.privacy") / "catalogue.yaml").read_text("utf-8")
    return {code: Purpose(code, **facts) for code, facts in yaml.safe_load(text).items()}


def _rulings(kind: str) -> Iterable[Ruling]:
    from guanai.privacy.models import Ruling

    return Ruling.objects.of(kind).select_related("by").order_by("pk")


def purposes(rulings: Iterable[Ruling] | None = None) -> dict[str, Purpose]:
    """By code; one query, unless the rulings on purposes are given, oldest first."""
    said = dict(shipped())
    for row in _rulings("purpose") if rulings is None else rulings:  # the last one holds
        code = row.code.removeprefix("purpose.")
        said[code] = replace(shipped()[code], **row.said, ruling=row)
    return said


def asked_purposes(rulings: Iterable[Ruling] | None = None) -> dict[str, Purpose]:
    """Those that rest on consent."""
    return {code: one for code, one in purposes(rulings).items() if one.basis == "consent"}


def terms() -> dict[str, Term]:
    """By code; one query."""
    said = {p.code: Term(p, p.number, str(p.source)) for p in registries.periods.all()}
    for row in _rulings("period"):
        code = row.code.removeprefix("period.")
        said[code] = replace(said[code], **row.said, ruling=row)
    return said


def known(kind: str, code: str) -> Purpose | Term:
    """`kind`: purpose or period. Raises RuleBroken for one that nobody knows or may change."""
    found = (purposes() if kind == "purpose" else terms() if kind == "period" else {}).get(code)
    if found is None:
        raise RuleBroken("ruling.unknown", _("There is no such purpose or period."))
    return found
