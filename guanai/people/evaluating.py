"""Who counts as what today: brings the statuses (people.models.statuses) up to date.

For the household at once when a fact changes; every morning for those whose day has come; for
everybody when a definition or one of its numbers changes, or after an import.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import subprocess
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.core.broken import RuleBroken
from guanai.core.chunks import chunks
from guanai.core.conditions.facts import OLDEST, age_in
from guanai.core.conditions.nodes import All, Is, Node, Not, Subject
from guanai.core.conditions.timeline import BEGINNING, END, NO, YES, Timeline, run_at, years_on
from guanai.core.locks import again
from guanai.core.models import Counter
from guanai.core.pace import breathe
from guanai.people.knowing import BACK, KIN, Known
from guanai.people.models import (
    Change,
    DefinitionNumbers,
    Import,
    Kinship,
    LegalBasis,
    Person,
    Status,
)
from guanai.people.writing import Table

if TYPE_CHECKING:
    from guanai.people.conflicts import Values
    from guanai.people.defining import Definition

KEPT = 366  # days for which it stays said that somebody counted
# Days before it comes that one who does not count is noted for the day when he will; and days
# after which everybody is looked at again.
AHEAD, AGAIN = 366, 180
AT_ONCE = 1000  # people of one transaction
ALONE = 20_000  # people for whom one process will do
EVALUATED = "statuses.rules"  # Counter: by which rules everybody was looked at last
COLUMNS = "person_id definition path answer since until next_on why"
STORED = ("pk", *COLUMNS.split())
HALF = """import sys, django; django.setup()
from guanai.people.evaluating import renew_from; renew_from(int(sys.argv[1]))"""
# Facts (by the beginnings of their names in a history) on which no definition rests.
ASIDE = ("details", "name", "ethnicity", "care_form", "contact", "identity", "award", "note",
         "guardianship", "registration", "household", "transfer", "checklist", "closed_for",
         "kept_on", "difficulty", "merged", "met", "confirmation")  # fmt: skip
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Rule:
    """A definition as the county uses it."""

    one: Definition
    numbers: dict[str, int]

    @cached_property
    def node(self) -> Node:
        return self.one.node(self.numbers)

    @cached_property
    def ages(self) -> tuple[int, int]:
        """From which age on somebody can count, and from which age on no more."""
        parts = self.node.of if isinstance(self.node, All) else (self.node,)
        under = [age_in(part.fact) for part in parts if isinstance(part, Is)]
        inner = [part.of for part in parts if isinstance(part, Not)]
        over = [age_in(part.fact) for part in inner if isinstance(part, Is)]
        return (
            max((age for age in over if age is not None), default=0),
            min((age for age in under if age is not None), default=OLDEST),
        )

    def is_far(self, one: Subject, day: int) -> bool:
        """Whether the person is too young or too old, and was or will be so for a year."""
        if one.born is None:
            return False
        first, after = self.ages
        young = first and years_on(one.born[0], first) > day + AHEAD
        return bool(young) or years_on(one.born[1], after) < day - KEPT


def rules() -> list[Rule]:
    """The definitions in use, with the county's numbers; without those that lack a legal basis."""
    from guanai.people.defining import definitions

    numbers = DefinitionNumbers.current()
    return [
        Rule(one, one.defaults() | numbers.get(one.id, {}))
        for one in definitions().values()
        if not one.basis or LegalBasis.objects.allows(one.basis)
    ]


def numbers_of(one: Definition) -> dict[str, Any]:
    """By which numbers the county counts. Raises RuleBroken for what lacks its legal basis."""
    if one.basis and not LegalBasis.objects.allows(one.basis):
        raise RuleBroken(
            "definition.basis",
            _("This policy was repealed. The county enters the legal basis first."),
        )
    return one.defaults() | DefinitionNumbers.current().get(one.id, {})


def touches(values: Values) -> bool:
    """Whether any definition may rest on one of these facts of a history."""
    return any(not name.startswith(ASIDE) for name in values)


def near(people: Iterable[int]) -> set[int]:
    """These people, and those whose parent, child or spouse one of them is."""
    keys = set(people)
    found = set(keys)
    for some in chunks(sorted(keys), AT_ONCE):
        mine = Kinship.objects.filter(person__in=some, relation__in=[*KIN, *BACK])
        theirs = Kinship.objects.filter(relative__in=some, relation__in=[*KIN, *BACK])
        found.update(mine.order_by().values_list("relative", flat=True))
        found.update(theirs.order_by().values_list("person", flat=True))
    return found


def evaluate(people: Iterable[int]) -> None:
    """Bring the statuses of these people and of their households up to date, in the transaction of
    the change."""
    using = rules()
    for some in chunks(sorted(near(people)), AT_ONCE):
        _evaluate(some, using)


@transaction.atomic
def _evaluate(keys: list[int], using: list[Rule]) -> None:
    new = {row[:2]: row for row in _rows(keys, using, timezone.localdate())}
    old = {row[1:3]: row for row in Status.objects.filter(person__in=keys).values_list(*STORED)}
    gone = [row[0] for key, row in old.items() if row[1:] != new.get(key)]
    if gone:
        Status.objects.filter(pk__in=gone).delete()
    fresh = [row for key, row in new.items() if key not in old or old[key][1:] != row]
    Status.objects.bulk_create(Status(**dict(zip(STORED[1:], row, strict=True))) for row in fresh)


def _rows(keys: list[int], using: list[Rule], today: dt.date) -> Iterator[Row]:
    known, day = Known(keys, today), today.toordinal()
    for key, one in known.subjects():
        for rule in using:
            if rule.is_far(one, day):
                continue
            told = said(rule.node.line(one), day)
            if told is not None:
                answer, *dates = told
                why = list(rule.node.why(one, day))
                yield key, rule.one.id, known.paths[key], answer, *map(_date, dates), why


def _date(day: int) -> dt.date | None:
    return dt.date.fromordinal(day) if BEGINNING < day < END else None


def said(line: Timeline, day: int) -> tuple[int, int, int, int] | None:
    """answer, since, until, next day; None: there is nothing to be said."""
    first, answer, after = run_at(line, day)
    if answer > NO:
        return answer, first, END, after
    if first > BEGINNING and first >= day - KEPT:
        begun, before, _first = run_at(line, first - 1)
        if before == YES:
            return answer, begun, first - 1, after
    return (answer, END, END, after) if after <= day + AHEAD else None


def evaluate_due() -> None:
    """What a day brings: those whose answer changes by itself, or everybody if other rules are in
    use than when everybody was looked at last (after an upgrade, or a change of numbers)."""
    if _known_state() != state():
        evaluate_all()
        return
    due = Status.objects.filter(next_on__lte=timezone.localdate()).order_by().values("person")
    renew(list(due.distinct().values_list("person", flat=True)), rules())


def state() -> int:
    """A number for the rules in use, and for the half of the year."""
    told = [(rule.one.model_dump_json(), rule.numbers) for rule in rules()]
    return zlib.crc32(repr((told, timezone.localdate().toordinal() // AGAIN)).encode())


def _known_state() -> int | None:
    return Counter.objects.filter(name=EVALUATED).values_list("value", flat=True).first()


def evaluate_import(batch: Import) -> None:
    """Those whom an import brought or added to, with their households."""
    added = Change.objects.filter(batch=batch).order_by().values_list("person", flat=True)
    renew(sorted(near(added)), rules())


def evaluate_all() -> int:
    """Find all statuses anew; how many people were looked at. A second process does the half."""
    people = list(Person.objects.filter(erased_at=None).order_by("pk").values_list("pk", flat=True))
    using, told = rules(), state()
    half = len(people) // 2
    if len(people) < ALONE or connection.in_atomic_block:
        renew(people, using)
    else:
        program = [sys.executable, "-c", HALF, str(people[half])]
        child = subprocess.Popen(program, cwd=settings.BASE_DIR)  # noqa: S603 - our own program
        try:
            renew(people[:half], using)
        finally:
            child.wait()
        if child.returncode:
            raise RuntimeError("the second process of the evaluation ended before its work")
    Status.objects.exclude(definition__in=[rule.one.id for rule in using]).delete()
    Counter.objects.update_or_create(name=EVALUATED, defaults={"value": told})
    return len(people)


def renew(people: list[int], using: list[Rule]) -> None:
    """Find the statuses of many people anew, in short transactions.

    Nothing of it points back at itself: looking for such rings would take a fifth of the time.
    """
    looks = gc.isenabled()
    gc.disable()
    try:
        _renew(people, using)
    finally:
        if looks:
            gc.enable()


def _renew(people: list[int], using: list[Rule]) -> None:
    today = timezone.localdate()
    encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
    for some in chunks(people, AT_ONCE):
        table = Table(Status, COLUMNS, {})
        table.rows = [
            (*row[:4], *(day and day.isoformat() for day in row[4:7]), encode(row[7]))
            for row in _rows(some, using, today)
        ]
        again(partial(_write, some, table))
        breathe()


@transaction.atomic
def _write(people: list[int], table: Table) -> None:
    Status.objects.filter(person__in=people).delete()
    table.flush()


def renew_from(first: int) -> None:
    """What the second process does: the people with keys from that one on."""
    upper = Person.objects.filter(erased_at=None, pk__gte=first).order_by("pk")
    renew(list(upper.values_list("pk", flat=True)), rules())
