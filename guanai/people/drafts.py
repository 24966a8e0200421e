"""A file as it comes in from a roster, a form or the demo, before it is written. No Django here.

Drafts point at each other: siblings share the drafts of their parents and of their household. What
is already in the registry is named by its key (int).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guanai.core.dates import PartialDate
    from guanai.organisations.models import Place


@dataclass(slots=True)
class IdDraft:
    """`checked`: length, date and check character are right; `kind` id, passport or other."""

    number: str
    kind: str = "id"
    checked: bool = True


@dataclass(slots=True)
class AwayDraft:
    since: PartialDate | None = None
    until: dt.date | None = None
    destination: str = ""
    employer: str = ""
    occupation: str = ""
    address: str = ""
    listed: bool = False


@dataclass(slots=True)
class CircumstanceDraft:
    """`kind` as in Circumstance.KINDS."""

    kind: str
    since: PartialDate | None = None
    until: dt.date | None = None


@dataclass(slots=True)
class SchoolingDraft:
    """`school` and `school_class` are keys; `school_name` is what was written without them."""

    school: int | None = None
    school_name: str = ""
    school_class: int | None = None
    grade: int | None = None
    class_name: str = ""
    state: str = ""
    boarding: bool | None = None
    head_teacher: str = ""
    results: str = ""
    weak_subjects: str = ""
    since: PartialDate | None = None
    year: int | None = None  # of the roster, as its school year began


@dataclass(slots=True)
class HealthDraft:
    condition: str = ""
    disability: str = ""
    disability_grade: int | None = None
    self_care: str = ""
    can_guard: bool | None = None
    checked_on: dt.date | None = None
    since: PartialDate | None = None


@dataclass(slots=True)
class HardshipDraft:
    """`kind` as in Hardship.KINDS; `holds` False: it was asked and is not so."""

    kind: str
    holds: bool = True
    since: PartialDate | None = None


@dataclass(slots=True)
class ResidenceDraft:
    """Without a place: that of the person, unless it lies outside the county."""

    address: str = ""
    kind: str = "home"
    place: Place | None = None
    outside: bool = False
    since: PartialDate | None = None


@dataclass(slots=True)
class AwardDraft:
    title: str
    given_by: str = ""
    given_on: dt.date | None = None


@dataclass(slots=True)
class NoteDraft:
    kind: str
    day: dt.date
    text: str


@dataclass(slots=True)
class KinDraft:
    """`relative` is the person's `relation` (GB/T 4761)."""

    relation: str
    relative: PersonDraft | int
    since: PartialDate | None = None


@dataclass(slots=True)
class GuardianDraft:
    """Who has the care; `kind` parent, entrusted or state; `relation` of the guardian."""

    guardian: PersonDraft | int
    relation: str = ""
    kind: str = "entrusted"
    agreed_on: dt.date | None = None
    since: PartialDate | None = None


@dataclass(slots=True, eq=False)
class HouseholdDraft:
    place: Place
    group: str = ""  # villagers' group
    key: int | None = None  # of the household, once it is written


@dataclass(slots=True, eq=False)
class PersonDraft:
    """One file. `groups` are the ledgers in which the person stands (Group), since `registered`
    (today); `key` is set when the draft was written."""

    name: str
    place: Place
    sex: int = 0
    birth: PartialDate | None = None
    died: dt.date | None = None
    ethnicity: str = ""  # GB/T 3304
    ids: list[IdDraft] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)  # the first is called first
    first_rank: int = 0  # after how many phones that the file has already
    groups: tuple[str, ...] = ()
    registered: dt.date | None = None
    household: HouseholdDraft | int | None = None
    residences: list[ResidenceDraft] = field(default_factory=list)
    schooling: SchoolingDraft | None = None
    health: HealthDraft | None = None
    hardships: list[HardshipDraft] = field(default_factory=list)
    away: list[AwayDraft] = field(default_factory=list)
    circumstances: list[CircumstanceDraft] = field(default_factory=list)
    kin: list[KinDraft] = field(default_factory=list)
    guardians: list[GuardianDraft] = field(default_factory=list)
    awards: list[AwardDraft] = field(default_factory=list)
    notes: list[NoteDraft] = field(default_factory=list)
    care_form: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    key: int | None = None


def with_relatives(drafts: list[PersonDraft]) -> list[PersonDraft]:
    """The drafts and everybody not yet written to whom they point, each once, relatives first
    among those found later."""
    found: dict[int, PersonDraft] = {}
    waiting = list(reversed(drafts))
    while waiting:
        draft = waiting.pop()
        if draft.key is not None or id(draft) in found:
            continue
        found[id(draft)] = draft
        near = [link.relative for link in draft.kin] + [link.guardian for link in draft.guardians]
        waiting += [other for other in near if isinstance(other, PersonDraft)]
    return list(found.values())
