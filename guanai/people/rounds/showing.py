"""The quarterly check on a person's page, and on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.core.areas import outermost
from guanai.core.registries import Moment
from guanai.organisations.models import User
from guanai.organisations.rules import PERSON_CHANGE, PERSON_MOVE, ROUND_CONFIRM
from guanai.people.models import (
    Confirmation,
    Person,
    Practice,
    Registration,
    RoundEnd,
    RoundLine,
)
from guanai.people.rounds.listing import Figures, Round
from guanai.people.rounds.rules import Quarter, Ways


def attached(people: list[int]) -> list[QuerySet[Any]]:
    """What a file's page is to bring along for panels and spine."""
    confirmed = Confirmation.objects.filter(person__in=people).annotate(extra_by=F("by__name"))
    return [
        Practice.objects.all(),
        RoundEnd.objects.all(),
        Registration.objects.current().filter(person__in=people),
        RoundLine.objects.filter(person__in=people),
        confirmed,
    ]


def round_of(found: dict[Any, list[Any]]) -> Round:
    """The quarter of today, as Round.of, from what is attached."""
    quarter = Quarter.of(timezone.localdate())
    ways = ways_of(found)
    end = next((row for row in found[RoundEnd] if row.quarter == quarter.code), None)
    return Round(quarter, ways, end.due if end else ways.due(quarter), end is not None)


def ways_of(found: dict[Any, list[Any]]) -> Ways:
    return Ways.told(found[Practice][-1].ways if found[Practice] else None)


def panel(person: Person, reader: User) -> dict[str, Any]:
    """Whether the file has been confirmed in this quarter."""
    found = person.attached  # type: ignore[attr-defined]
    check = round_of(found)
    rows = found[RoundLine] if check.closed else found[Registration]
    named = {row.quarter for row in rows} if check.closed else {row.group for row in rows}
    mine = {check.quarter.code} if check.closed else set(check.ways.groups)
    done = [row for row in found[Confirmation] if row.quarter == check.quarter.code]
    return {
        "person": person,
        "check": check,
        "listed": bool(named & mine),
        "done": done[-1] if done else None,
        "may_confirm": reader.has_perm(ROUND_CONFIRM, person),
        "may_enter": reader.has_perm(PERSON_CHANGE, person),
        "may_take": done and (done[-1].by_id == reader.pk or reader.has_perm(PERSON_MOVE, person)),
    }


def moments(person: Person, _reader: User) -> Iterator[Moment]:
    for row in person.attached[Confirmation]:  # type: ignore[attr-defined]
        title = _("Confirmed for the quarterly check %s") % row.quarter
        yield Moment(row.happened_on, title, f"{row.get_how_display()} · {row.extra_by}")


def greeting(_user: User) -> dict[str, Any]:
    """On the home page nothing is asked: the figures come in a request of their own (`today`)."""
    return {}


def today(user: User) -> dict[str, Any]:
    """How far the check of this quarter is where the user answers for it."""
    check, together = Round.of(Quarter.of(timezone.localdate())), Figures()
    for path in outermost(area.path for area in user.scope.areas):
        together += check.kept_figures(path, len(path)).get(path, Figures())
    return {"check": check, "figures": together}
