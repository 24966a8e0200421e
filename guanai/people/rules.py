"""Counting rules about people, as plain functions. Every threshold names its source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Any

from guanai.core.dates import PartialDate, age_on

ADULT = 18  # 未保法 art. 2
ALONE_UNDER = 16  # 未保法 art. 21: under 16 nobody lives alone outside guardianship
UNATTENDED_UNDER = 8  # 未保法 art. 21: under 8 nobody is left unattended
FIRST_MONTH = 9  # the school year begins in September
HEARD_FROM = 8  # 民法典 art. 19, 未保法 art. 22: from 8 on the child's view is heard

FATHERS = frozenset({"51"})
MOTHERS = frozenset({"52"})
PARENTS = frozenset({"50", "51", "52", "57", "58"})  # GB/T 4761
GRANDPARENTS = frozenset({"60", "61", "62", "63", "64"})
SPOUSES = frozenset({"10", "11", "12"})
CHILDREN_OF = frozenset({"20", "30"})


def alone_in(relation: str) -> frozenset[str]:
    """The relations of which one person stands at a time, if this is one: one father, one mother,
    one spouse."""
    sole = (FATHERS, MOTHERS, SPOUSES)
    return next((relations for relations in sole if relation in relations), frozenset())


class Have(IntFlag):
    """The four parts of the “four haves” file (四有), as bits of Person.completeness."""

    CHILD = 1
    PARENTS = 2
    CADRE = 4
    CARER = 8


ALL_HAVES = 15
CHILD_ASKED = ("name", "birth_date", "health", "poverty", "address", "school_class")
# Out of school the state itself is the answer.
WITHOUT_CLASS = frozenset({"preschool", "suspended", "dropout", "never", "left"})


@dataclass(frozen=True, slots=True)
class Known:
    """What the file knows of one person on the list."""

    name: bool = False
    phone: bool = False
    address: bool = False  # of a parent away: the workplace; else where he lives
    gone: bool = False  # dead or declared missing: the name is enough


@dataclass(frozen=True, slots=True)
class FourHaves:
    """The facts that the four-haves file asks for. `child` holds those of CHILD_ASKED known."""

    child: frozenset[str] = frozenset()
    father: Known | None = None
    mother: Known | None = None
    orphan: bool = False  # no parents to be asked for
    cadre: Known | None = None
    carers: tuple[Known, ...] = field(default=())  # temporary guardian or kin; one will do


def known_of_child(
    *, name: str, born: Any, health: Any, hardships: Iterable[Any], address: bool, school: Any
) -> frozenset[str]:
    """Those of CHILD_ASKED that are known, by the present rows of a file or of its draft."""
    well = health and (health.condition or health.disability or health.self_care)
    taught = school and (school.state in WITHOUT_CLASS or school.grade is not None)
    poor = any(row.kind in {"low_income", "poverty"} for row in hardships)
    known = zip(CHILD_ASKED, (name, born, well, poor, address, taught), strict=True)
    return frozenset(asked for asked, is_known in known if is_known)


@dataclass(frozen=True, slots=True)
class Completeness:
    """`missing` names what lacks: “child.health”, “father”, “mother.phone”, “carer.address” …"""

    bits: Have
    missing: tuple[str, ...]

    @property
    def count(self) -> int:
        return self.bits.bit_count()

    def lacking(self, part: str) -> tuple[str, ...]:
        """What lacks in “child”, “parents”, “cadre” or “carer”."""
        heads = {"father", "mother"} if part == "parents" else {part}
        return tuple(item for item in self.missing if item.split(".")[0] in heads)


def measure_completeness(facts: FourHaves) -> Completeness:
    """Which of the four parts are complete (plan 13, section on files: R13.9)."""
    child = [f"child.{item}" for item in CHILD_ASKED if item not in facts.child]
    parents: list[str] = []
    if not facts.orphan:
        parents = [*_lacks("father", facts.father), *_lacks("mother", facts.mother)]
    cadre = _lacks("cadre", facts.cadre)
    carer = min((_lacks("carer", one) for one in facts.carers), key=len, default=["carer"])
    bits = Have(0)
    for bit, lacking in zip(Have, (child, parents, cadre, carer), strict=True):
        bits |= Have(0) if lacking else bit
    return Completeness(bits, (*child, *parents, *cadre, *carer))


def _lacks(who: str, known: Known | None) -> list[str]:
    if known is None:
        return [who]
    asked = ("name",) if known.gone else ("name", "phone", "address")
    return [f"{who}.{item}" for item in asked if not getattr(known, item)]


def counts_as_minor(born: PartialDate | None, on: dt.date, *, listed: bool) -> bool:
    """Under 18 (未保法 art. 2), so long as the birth date leaves it possible; or `listed`: standing
    in a children's ledger, whatever is known of the age."""
    return listed or (born is not None and age_on(born.last, on) < ADULT)


def school_year(day: dt.date) -> int:
    """The year in which it began."""
    return day.year - (day.month < FIRST_MONTH)


def stage(grade: int | None) -> str:
    """The state of schooling (Schooling.STATES) of that grade; empty if there is none."""
    stages = ((0, "kindergarten"), (6, "primary"), (9, "junior"), (12, "senior"))
    return next((name for last, name in stages if grade is not None and 0 <= grade <= last), "")


def days_away(
    spans: Iterable[tuple[dt.date | None, dt.date | None]], first: dt.date, last: dt.date
) -> int:
    """Days from `first` to `last` that lie in any of the spans (since, until; both included).

    Cumulative time away in a year, for plans that ask for months (plan 12, R12.2). Days that two
    entries share count once; a beginning that is not known counts from `first`.
    """
    counted, reached = 0, first - dt.timedelta(days=1)
    for since, until in sorted(spans, key=lambda span: span[0] or first):
        begin = max(since or first, reached + dt.timedelta(days=1))
        end = min(until or last, last)
        if begin <= end:
            counted += (end - begin).days + 1
            reached = end
    return counted


@dataclass(frozen=True, slots=True)
class Carer:
    """Somebody who may be caring for a child: a parent or a guardian."""

    away: bool = False
    unable: bool = False  # by circumstance, health or a decision (未保法 art. 22)
    born: dt.date | None = None

    def cares(self, on: dt.date) -> bool:
        """Here, able, and not known to be a minor."""
        adult = self.born is None or age_on(self.born, on) >= ADULT
        return adult and not self.away and not self.unable


def born_by(day: dt.date, years: int) -> dt.date:
    """The last birth date of those who are that old on that day (as core.dates.age_on counts)."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year - years, day=last)


def lives_alone(born: dt.date | None, carers: Iterable[Carer], on: dt.date) -> bool:
    """Under 16 (or of unknown age) with nobody who cares: 未保法 art. 21, R14.15."""
    if born is not None and age_on(born, on) >= ALONE_UNDER:
        return False
    return not any(carer.cares(on) for carer in carers)
