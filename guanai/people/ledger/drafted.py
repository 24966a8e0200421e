"""The lines of ledgers straight from drafts, for files that are written in bulk.

Equal to what `drawing` makes of the written files; a test compares them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from guanai.core.dates import Precision
from guanai.organisations.models import Organisation
from guanai.people.drafts import AwayDraft, PersonDraft
from guanai.people.ledger.drawing import KIN, Facts, line


class Lines:
    """Keeps the names of schools that it has looked up."""

    def __init__(self, today: dt.date) -> None:
        self.today = today
        self.schools: dict[int, str] = {}

    def of(self, draft: PersonDraft, person: dict[str, Any]) -> list[dict[str, Any]]:
        """One line for each ledger in which the draft stands; `person` as in drawing._PERSON."""
        if not draft.groups:
            return []
        facts, key = Facts(), person["pk"]
        self._school(draft, facts, key)
        if draft.health:
            facts.health[key] = {
                "condition": draft.health.condition,
                "disability": draft.health.disability,
                "self_care": draft.health.self_care,
                "checked_on": draft.health.checked_on,
            }
        facts.hardships[key] = [hardship.kind for hardship in draft.hardships if hardship.holds]
        self._kin(draft, facts, key)
        told = line(person, facts)
        return [{**told, "group": str(group)} for group in draft.groups]

    def _school(self, draft: PersonDraft, facts: Facts, key: int) -> None:
        school = draft.schooling
        if school is None:
            return
        facts.schooling[key] = {
            "school_id": school.school,
            "named": self._named(school.school) if school.school else school.school_name,
            "school_class_id": school.school_class,
            "grade": school.grade,
            "class_name": school.class_name,
            "boarding": school.boarding,
            "state": school.state,
        }

    def _named(self, school: int) -> str:
        if school not in self.schools:
            self.schools[school] = Organisation.objects.values_list("name", flat=True).get(
                pk=school
            )
        return self.schools[school]

    def _kin(self, draft: PersonDraft, facts: Facts, key: int) -> None:
        for care in draft.guardians:
            guardian = care.guardian if isinstance(care.guardian, int) else care.guardian.key
            facts.guardian[key] = (guardian or 0, care.relation)
            if not isinstance(care.guardian, int) and care.guardian.phones:
                facts.reachable.add(guardian or 0)
        for kin in draft.kin:
            relative = kin.relative
            if kin.relation not in KIN or isinstance(relative, int) or relative.key is None:
                continue
            facts.kin[key][KIN[kin.relation]] = relative.key
            facts.states[relative.key] = [state.kind for state in relative.circumstances]
            if relative.died:
                facts.states[relative.key].append("dead")
            for away in filter(self._current, relative.away):
                since = away.since.date if away.since else None
                precision = away.since.precision if away.since else Precision.DAY
                facts.away[relative.key] = (since, precision, away.destination)
                facts.states[relative.key].append("away")

    def _current(self, away: AwayDraft) -> bool:
        begun = away.since is None or away.since.date <= self.today
        return begun and (away.until is None or away.until >= self.today)
