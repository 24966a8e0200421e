"""Which of the four haves a draft brings, equal to what `file` measures of the written file."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guanai.organisations.rules import CHILDREN
from guanai.people.drafts import HouseholdDraft, PersonDraft
from guanai.people.models.person import HARMLESS
from guanai.people.rules import (
    ADULT,
    ALONE_UNDER,
    GRANDPARENTS,
    PARENTS,
    FourHaves,
    Known,
    born_by,
    known_of_child,
    measure_completeness,
)

if TYPE_CHECKING:
    from guanai.people.rows import Rows


def completeness(draft: PersonDraft, rows: Rows) -> int:
    """Bits of the four haves that the draft brings; asked of children only.

    Of relatives already in the registry no more is known here than the name.
    """
    if not CHILDREN.intersection(draft.groups):
        return 0
    parents = {kin.relation: _known(kin.relative, rows.today) for kin in draft.kin}
    carers = [care.guardian for care in draft.guardians] or [
        kin.relative for kin in draft.kin if kin.relation in GRANDPARENTS
    ]
    facts = FourHaves(
        child=known_of_child(
            name=draft.name,
            born=draft.birth,
            health=draft.health,
            hardships=draft.hardships,
            address=_has_address(draft),
            school=draft.schooling,
        ),
        father=parents.get("51") or parents.get("57"),
        mother=parents.get("52") or parents.get("58"),
        orphan=any(hardship.kind == "orphan" and hardship.holds for hardship in draft.hardships),
        cadre=rows.cadres.of(draft.place.path),
        carers=tuple(_carer(draft, carer, rows.today) for carer in carers),
    )
    return int(measure_completeness(facts).bits)


def cared_for(draft: PersonDraft, today: dt.date) -> bool:
    """Whether the drafts show that somebody cares, or that the age asks for nobody; equal to
    `alarms.nobody_cares` where none of the carers had a file before."""
    listed = bool(CHILDREN.intersection(draft.groups))
    under = draft.birth.date > born_by(today, ALONE_UNDER) if draft.birth else listed
    carers = [care.guardian for care in draft.guardians if _holds(care, today)]
    carers += [kin.relative for kin in draft.kin if kin.relation in PARENTS]
    return bool(draft.died) or not under or any(_cares(one, today) for one in carers)


def _cares(other: PersonDraft | int, today: dt.date) -> bool:
    if isinstance(other, int) or other.died:
        return False
    if other.birth and other.birth.date > born_by(today, ADULT):
        return False
    hindered = [state for state in other.circumstances if state.kind not in HARMLESS]
    unable = other.health is not None and other.health.can_guard is False
    return not unable and not any(_holds(one, today) for one in (*other.away, *hindered))


def _holds(fact: Any, today: dt.date) -> bool:
    begun = fact.since is None or fact.since.date <= today
    until = getattr(fact, "until", None)
    return begun and (until is None or until >= today)


def _has_address(draft: PersonDraft) -> bool:
    home = draft.household
    in_group = isinstance(home, HouseholdDraft) and home.group
    return bool(in_group or any(place.address for place in draft.residences))


def _carer(draft: PersonDraft, other: PersonDraft | int, today: dt.date) -> Known:
    """Who lives in the child's household lives at the child's address."""
    known = _known(other, today)
    together = isinstance(other, PersonDraft) and other.household is draft.household is not None
    if together and _has_address(draft) and not known.address:
        return replace(known, address=True)
    return known


def _known(other: PersonDraft | int, today: dt.date) -> Known:
    """Of a parent or carer: the address is that of the workplace while away."""
    if isinstance(other, int):
        return Known(name=True)
    away = [one for one in other.away if one.until is None or one.until >= today]
    working = bool(away and (away[-1].destination or away[-1].employer or away[-1].address))
    address = working if away else _has_address(other)
    gone = any(state.kind in {"dead", "missing"} for state in other.circumstances)
    return Known(bool(other.name), bool(other.phones), address, gone)
