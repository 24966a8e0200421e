"""What a bound condition means for one subject: an answer for every day, and why.

Nodes are values; `line` gives the timeline, `why` the facts that decided an answer on a day.
guanai.core.conditions.sets says the same of many subjects on one day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypedDict, TypeVar, cast

from guanai.core.conditions.facts import age_in, is_closed
from guanai.core.conditions.timeline import (
    BEGINNING,
    END,
    NO,
    UNKNOWN,
    YES,
    Episode,
    Timeline,
    adding_up,
    always,
    answer_on,
    both,
    counted,
    drawn,
    inverted,
    lasting,
    of_fact,
    run_at,
    window,
    years_on,
)


class Subject:
    """One subject's facts: name → episodes. `born`: first and last possible birth date.

    `today` is the day around which years are added up.
    """

    def __init__(
        self, facts: dict[str, list[Episode]], born: tuple[dt.date, dt.date] | None, today: dt.date
    ) -> None:
        self.facts, self.born, self.today = facts, born, today.toordinal()
        self.lines: dict[Any, Timeline] = {}

    def episodes(self, name: str) -> Sequence[Episode]:
        years = age_in(name)
        if years is None or self.born is None:
            return self.facts.get(name, ())
        turns, at_last = (years_on(day, years) for day in self.born)
        first = self.born[0].toordinal()
        young = Episode("yes", first, first, turns, first, at_last)
        return (young, Episode("no"))


class Reason(TypedDict, total=False):
    """Of which fact the answer is. `since` and `until` of its stretch, if known; `values` and the
    `note` of what holds; `lasts` months or `days` of so many, where the condition asks for them."""

    fact: str
    values: list[str]
    answer: int
    since: str
    note: str
    age: int
    lasts: int
    total: int
    days: list[int]


class Node:
    """`line` keeps what it found on the subject: parts stand in several conditions."""

    def line(self, one: Subject, dated: bool = False) -> Timeline:
        key = self, dated
        found = one.lines.get(key)
        if found is None:
            found = one.lines[key] = self._line(one, dated)
        return found

    def _line(self, one: Subject, dated: bool) -> Timeline:
        raise NotImplementedError

    def why(self, one: Subject, day: int, dated: bool = False) -> Iterator[Reason]:
        """The facts that decide the answer of that day."""
        raise NotImplementedError

    def parts(self) -> Sequence[Node]:
        return ()

    def all_parts(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for part in self.parts():
            yield from part.all_parts()


@dataclass(frozen=True, eq=False)
class Is(Node):
    """That a fact has one of these values, of any relative whom it is about or of `every` one."""

    fact: str
    values: frozenset[str]
    every: bool = False

    def _line(self, one: Subject, dated: bool) -> Timeline:
        episodes, closed = one.episodes(self.fact), is_closed(self.fact)
        if not self.every:
            return of_fact(episodes, self.values, dated=dated, closed=closed)
        of = {episode.of for episode in episodes}
        lines = [
            of_fact([e for e in episodes if e.of == key], self.values, dated=dated, closed=closed)
            for key in of
        ]
        return _folded(lines, min) if lines else always(UNKNOWN)

    def why(self, one: Subject, day: int, dated: bool = False) -> Iterator[Reason]:
        line = self.line(one, dated)
        begun, answer, _after = run_at(line, day)
        told: Reason = {"fact": self.fact, "answer": answer, "values": sorted(self.values)}
        if age_in(self.fact) is not None and one.born:
            told["age"] = _age(one.born[0], day)
        elif answer == YES:
            held = [
                e
                for e in one.episodes(self.fact)
                if e.value in self.values and e.sure <= day < e.end
            ]
            told["values"] = sorted({episode.value for episode in held})
            told["note"] = "、".join(dict.fromkeys(e.note for e in held if e.note))
            if any(e.dated < END for e in held) and begun > BEGINNING:
                told["since"] = dt.date.fromordinal(begun).isoformat()
        yield told


def _age(born: dt.date, day: int) -> int:
    date = dt.date.fromordinal(day)
    return date.year - born.year - ((date.month, date.day) < (born.month, born.day))


def _folded(lines: list[Timeline], how: Callable[[int, int], int]) -> Timeline:
    found = lines[0]
    for line in lines[1:]:
        found = both(found, line, how)
    return found


@dataclass(frozen=True, eq=False)
class All(Node):
    of: tuple[Node, ...]

    def parts(self) -> Sequence[Node]:
        return self.of

    def _line(self, one: Subject, dated: bool) -> Timeline:
        found = self.of[-1].line(one, dated)
        for part in self.of[-2::-1]:  # being alive and of an age come first and decide least
            if len(found) == 1 and found[0][1] == NO:
                break
            found = both(found, part.line(one, dated), min)
        return found

    def why(self, one: Subject, day: int, dated: bool = False) -> Iterator[Reason]:
        yield from _told(self, one, day, dated, weakest=True)


@dataclass(frozen=True, eq=False)
class Some(Node):
    of: tuple[Node, ...]

    def parts(self) -> Sequence[Node]:
        return self.of

    def _line(self, one: Subject, dated: bool) -> Timeline:
        return _folded([part.line(one, dated) for part in self.of], max)

    def why(self, one: Subject, day: int, dated: bool = False) -> Iterator[Reason]:
        yield from _told(self, one, day, dated, weakest=False)


def _told(
    node: All | Some, one: Subject, day: int, dated: bool, *, weakest: bool
) -> Iterator[Reason]:
    """Of all that must hold, the first that says no, or all; of what may hold, the contrary."""
    answer = answer_on(node.line(one, dated), day)
    deciding = [part for part in node.of if answer_on(part.line(one, dated), day) == answer]
    one_will_do = answer == (NO if weakest else YES)
    for part in deciding[:1] if one_will_do else deciding:
        yield from part.why(one, day, dated)


@dataclass(frozen=True, eq=False)
class Not(Node):
    of: Node

    def parts(self) -> Sequence[Node]:
        return (self.of,)

    def _line(self, one: Subject, dated: bool) -> Timeline:
        return inverted(self.of.line(one, dated))

    def why(self, one: Subject, day: int, dated: bool = False) -> Iterator[Reason]:
        yield from self.of.why(one, day, dated)


@dataclass(frozen=True, eq=False)
class Lasts(Node):
    of: Node
    months: int

    def parts(self) -> Sequence[Node]:
        return (self.of,)

    def _line(self, one: Subject, dated: bool) -> Timeline:
        return lasting(self.of.line(one, dated=True), self.months)

    def why(self, one: Subject, day: int, dated: bool = False) -> Iterator[Reason]:
        """What lasts, then how long it has; of what does not hold at all only that."""
        answer = answer_on(self.line(one), day)
        held = answer_on(self.of.line(one), day)
        yield from self.of.why(one, day)
        if held == NO:
            return
        begun, _answer, _after = run_at(self.of.line(one, dated=True), day)
        told: Reason = {"fact": "", "answer": answer, "lasts": self.months}
        if begun > BEGINNING and answer != UNKNOWN:
            told["since"] = dt.date.fromordinal(begun).isoformat()
        yield told


@dataclass(frozen=True, eq=False)
class Total(Node):
    of: Node
    days: int
    month: int = 1

    def parts(self) -> Sequence[Node]:
        return (self.of,)

    def _line(self, one: Subject, dated: bool) -> Timeline:
        return adding_up(self.of.line(one, dated=True), self.days, self.month, one.today)

    def why(self, one: Subject, day: int, dated: bool = False) -> Iterator[Reason]:
        line = self.of.line(one, dated=True)
        first = window(day, self.month)
        days = [counted(line, first, day, least) for least in (YES, UNKNOWN)]
        answer = answer_on(self.line(one), day)
        yield from self.of.why(one, day) if days == [0, 0] else ()
        yield {"fact": "", "answer": answer, "total": self.days, "days": days}


@dataclass(frozen=True, eq=False)
class Between(Node):
    """While it is in force: from the first to before the last day."""

    first: int = BEGINNING
    after: int = END

    def _line(self, one: Subject, dated: bool) -> Timeline:
        return drawn([(self.first, self.after)], ())

    def why(self, one: Subject, day: int, dated: bool = False) -> Iterator[Reason]:
        if not self.first <= day < self.after:
            yield {"fact": "in_force", "answer": NO}


N = TypeVar("N", bound=Node)


def same(kind: type[N], *of: Any) -> N:
    """The node of that kind over these; one object however often it is written, so that a subject
    is asked once."""
    made: Any = _made  # mypy takes a type for something that has no hash
    return cast("N", made(kind, of))


@lru_cache(maxsize=10_000)
def _made(kind: type[Node], of: tuple[Any, ...]) -> Node:
    return kind(*of)


def every(*parts: Node) -> Node:
    """All of them, without a layer in a layer."""
    flat = [one for part in parts for one in (part.of if isinstance(part, All) else (part,))]
    return flat[0] if len(flat) == 1 else same(All, tuple(flat))
