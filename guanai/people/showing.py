"""What pages show of definitions: of one person, of a place, of a change of numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Q
from django.db.models.functions import Substr
from django.utils import timezone

from guanai.core.areas import STEP, below
from guanai.core.conditions.timeline import NO, UNKNOWN, YES
from guanai.core.conditions.words import in_words
from guanai.organisations.models import Place
from guanai.people.counting import Finding, find, members
from guanai.people.defining import Definition, definitions
from guanai.people.evaluating import rules
from guanai.people.knowing import Known
from guanai.people.models import Person, Status
from guanai.people.rules_figures import is_small, rolled_up, summed

if TYPE_CHECKING:
    from guanai.organisations.models import User

KEPT = 300  # seconds
MARKS = {YES: "ok", UNKNOWN: "due", NO: ""}


@dataclass
class Answer:
    """What a definition says of a person, in words."""

    one: Definition
    answer: int
    since: dt.date | None
    until: dt.date | None
    next_on: dt.date | None
    reason: str

    @property
    def mark(self) -> str:
        return MARKS[self.answer]

    @property
    def said(self) -> str:
        return str(dict(Status.ANSWERS)[self.answer])


def panel(person: Person, _reader: User) -> dict[str, Any]:
    """On the page of a file: under which definitions the person counts, may count or did lately."""
    known = definitions()
    rows = [row for row in person.statuses.all() if row.definition in known]
    shown = [
        Answer(
            known[row.definition], row.answer, row.since, row.until, row.next_on, in_words(row.why)
        )
        for row in rows
        if row.answer or row.until
    ]
    shown.sort(key=lambda one: (-one.answer, one.one.rank))
    return {"answers": shown, "person": person}


def answers_on(person: Person, day: dt.date) -> list[Answer]:
    """What every definition in use says of the person on that day."""
    found = dict(Known([person.pk], day).subjects()).get(person.pk)
    if found is None:
        return []
    return [_answer(rule.one, find(found, rule.node, day)) for rule in rules()]


def _answer(one: Definition, said: Finding) -> Answer:
    goes_on = said.until + dt.timedelta(days=1) if said.until else None
    return Answer(one, said.answer, said.since, None, goes_on, in_words(said.why))


@dataclass
class Table:
    """Figures by place: counts, not clear, entered this month, left this month."""

    place: Place | None
    rows: list[tuple[Place | None, list[int | None]]] = field(default_factory=list)
    rest: list[int | None] = field(default_factory=list)
    total: list[int | None] = field(default_factory=list)


def month() -> tuple[dt.date, dt.date]:
    today = timezone.localdate()
    return today.replace(day=1), today


def table(user: User, one: Definition, place: Place | None, top: str, *, guarded: bool) -> Table:
    """By the places one level below `top`; guarded figures are rolled up where they are small."""
    key = f"definition.{one.id}.{user.reach}.{top}"
    counts: dict[str, list[int]] | None = cache.get(key)
    if counts is None:
        counts = _counts(user, one, top)
        cache.set(key, counts, KEPT)
    columns = range(4)
    hidden = [frozenset[str]()] * len(columns)
    if guarded:
        least = settings.SMALL_CELL
        hidden = [rolled_up({p: [f[at]] for p, f in counts.items()}, least) for at in columns]
    places = Place.objects.in_bulk(list(counts), field_name="path")
    found = Table(place)
    for path, figures in sorted(counts.items()):
        shown = [None if path in hidden[at] else figures[at] for at in columns]
        found.rows.append((places.get(path), shown))
    rest = [sum(f[at] for p, f in counts.items() if p in hidden[at]) for at in columns]
    found.total = _guard(summed(list(counts.values())) if counts else [0] * 4, guarded=guarded)
    found.rest = _guard(rest, guarded=guarded) if any(hidden) else []
    return found


def _guard(figures: Iterable[int], *, guarded: bool) -> list[int | None]:
    return [None if guarded and is_small(n, settings.SMALL_CELL) else n for n in figures]


def _counts(user: User, one: Definition, top: str) -> dict[str, list[int]]:
    first, last = month()
    entered = Q(answer=YES, since__gte=first, since__lte=last)
    gone = Q(answer=NO, until__gte=first - dt.timedelta(days=1), until__lt=last)
    counted = {
        "n0": Count("pk", filter=Q(answer=YES)),
        "n1": Count("pk", filter=Q(answer=UNKNOWN)),
        "n2": Count("pk", filter=entered),
        "n3": Count("pk", filter=gone),
    }
    rows = Status.objects.counted_for(user).filter(below(top), definition=one.id)
    told = rows.values(head=Substr("path", 1, len(top) + STEP)).annotate(**counted)
    return {path: list(found) for path, *found in told.values_list("head", *counted)}


@dataclass
class Preview:
    """Who would enter and leave: counts, and of those whom the reader sees the first."""

    entering: int
    leaving: int
    enter: list[Person]
    leave: list[Person]


FIRST = 50  # people of a preview who are named


def preview(user: User, one: Definition, numbers: dict[str, int]) -> Preview:
    """What the numbers would change today."""
    today = timezone.localdate()
    before = set(
        Status.objects.filter(definition=one.id, answer=YES)
        .order_by()
        .values_list("person", flat=True)
    )
    found = members(one.node(numbers), today)
    after = {key for key, answer in found.items() if answer == YES}
    return Preview(
        len(after - before),
        len(before - after),
        _named(user, after - before),
        _named(user, before - after),
    )


def _named(user: User, keys: set[int]) -> list[Person]:
    seen = Person.objects.visible_to(user).filter(pk__in=sorted(keys)[:2000])
    return list(seen.select_related("place__parent").order_by("path", "pinyin", "pk")[:FIRST])
