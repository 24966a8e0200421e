"""Answers over time: for every day no, unknown or yes, as the days on which the answer turns.

Days are proleptic ordinals (`date.toordinal`). A timeline is a list of (first day, answer), the
first of which begins before all time; answers that follow each other differ.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

NO, UNKNOWN, YES = 0, 1, 2
BEGINNING, END = 0, 4_000_000  # before and after all days that somebody writes down
Timeline = list[tuple[int, int]]


class Episode(NamedTuple):
    """That a fact has a value, from the first to before the last day, as far as is known.

    It certainly holds in [`sure`, `end`) and may hold in [`maybe`, `maybe_end`). Where nobody wrote
    down when it began it is taken to hold as long as one looks back; how long it has lasted is not
    known then: `dated` is the day from which that is certain. `of`: the relative whom it is about.
    """

    value: str
    sure: int = BEGINNING
    dated: int = BEGINNING
    end: int = END
    maybe: int = BEGINNING
    maybe_end: int = END
    of: int = 0
    note: str = ""


def always(answer: int) -> Timeline:
    return [(BEGINNING, answer)]


def answer_on(line: Timeline, day: int) -> int:
    return run_at(line, day)[1]


def run_at(line: Timeline, day: int) -> tuple[int, int, int]:
    """The stretch in which that day lies: first day, answer, first day after it."""
    at = len(line) - 1
    while line[at][0] > day:
        at -= 1
    return *line[at], line[at + 1][0] if at + 1 < len(line) else END


def both(one: Timeline, other: Timeline, how: Callable[[int, int], int]) -> Timeline:
    """`min` of the answers is and, `max` is or (Kleene)."""
    for line, rest in ((one, other), (other, one)):
        if len(line) == 1 and line[0][1] != UNKNOWN:  # it decides, or the rest does
            return line if how(line[0][1], YES - line[0][1]) == line[0][1] else rest
    found: Timeline = []
    i = j = day = 0
    while day < END:
        answer = how(one[i][1], other[j][1])
        if not found or found[-1][1] != answer:
            found.append((day, answer))
        next_i = one[i + 1][0] if i + 1 < len(one) else END
        next_j = other[j + 1][0] if j + 1 < len(other) else END
        day = min(next_i, next_j)
        i += next_i == day < END
        j += next_j == day < END
    return found


def inverted(line: Timeline) -> Timeline:
    return [(day, YES - answer) for day, answer in line]


def drawn(yes: Sequence[tuple[int, int]], may: Sequence[tuple[int, int]]) -> Timeline:
    """From the stretches [first, after) in which it is so, and in which it may be so."""
    if not yes and not may:
        return always(NO)
    spans = [(a, b, YES) for a, b in yes if a < b] + [(a, b, UNKNOWN) for a, b in may if a < b]
    days = sorted({BEGINNING, *(day for a, b, _ in spans for day in (a, b) if day < END)})
    found: Timeline = []
    for day in days:
        answer = max((how for a, b, how in spans if a <= day < b), default=NO)
        if not found or found[-1][1] != answer:
            found.append((day, answer))
    return found


def of_fact(
    episodes: Sequence[Episode], values: frozenset[str], *, dated: bool, closed: bool
) -> Timeline:
    """Whether the fact has one of the values. Another value says no; nothing at all says no of a
    closed fact (what nobody wrote is not so), of others that it is unknown."""
    if not episodes:
        return always(NO if closed else UNKNOWN)
    yes, may, other = [], [], []
    for one in episodes:
        if one.value in values:
            yes.append((one.dated if dated else one.sure, one.end))
            may.append((one.maybe, one.maybe_end))
        else:
            other.append((one.sure, one.end))
    line = drawn(yes, may)
    if closed:
        return line
    gaps = [(day, NO if said else UNKNOWN) for day, said in drawn(other, ())]
    return both(line, gaps, max)


def runs(line: Timeline, least: int) -> Iterator[tuple[int, int]]:
    """Stretches in which the answer is at least that."""
    begun: int | None = None
    for day, answer in line:
        if answer >= least and begun is None:
            begun = day
        elif answer < least and begun is not None:
            yield begun, day
            begun = None
    if begun is not None:
        yield begun, END


def months_on(day: int, months: int) -> int:
    """The day so many months later; the last of the month where that has no such day."""
    if day <= BEGINNING:
        return BEGINNING
    date = dt.date.fromordinal(day)
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(date.day, last)).toordinal()


def months_back(day: int, months: int) -> int:
    """The latest beginning of what has lasted so many months by that day."""
    found = months_on(day, -months)
    while months_on(found + 1, months) <= day:
        found += 1
    return found


def years_on(date: dt.date, years: int) -> int:
    """The birthday; somebody born on 29 February turns on 1 March."""
    if (date.month, date.day) == (2, 29) and not calendar.isleap(date.year + years):
        return dt.date(date.year + years, 3, 1).toordinal()
    return date.replace(year=date.year + years).toordinal()


def lasting(line: Timeline, months: int) -> Timeline:
    """Whether it has been so without a break for so many months."""
    yes, may = (
        [(months_on(first, months), after) for first, after in runs(line, least)]
        for least in (YES, UNKNOWN)
    )
    return drawn(yes, may)


FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2200, 12, 31)  # about which one may ask


def window(day: int, month: int) -> int:
    """First day of the year that begins in that month and in which the day lies."""
    date = dt.date.fromordinal(day)
    return dt.date(date.year - (date.month < month), month, 1).toordinal()


def adding_up(line: Timeline, days: int, month: int, today: int) -> Timeline:
    """Whether it was so on so many days of the year (which begins in that month) by each day.

    Told for the year of `today`, the two before and the one after.
    """
    year = dt.date.fromordinal(window(today, month)).year
    years = [
        (dt.date(one, month, 1).toordinal(), dt.date(one + 1, month, 1).toordinal())
        for one in range(year - 2, year + 2)
    ]
    yes, may = (
        [
            (full, after)
            for first, after in years
            if (full := _full(runs(line, least), days, first, after)) is not None
        ]
        for least in (YES, UNKNOWN)
    )
    return drawn(yes, may)


def _full(spans: Iterable[tuple[int, int]], days: int, first: int, after: int) -> int | None:
    """The day on which the days of the spans reach that number within the year, if they do."""
    counted = 0
    for begin, end in spans:
        here = min(end, after) - max(begin, first)
        if here <= 0:
            continue
        if counted + here >= days:
            return max(begin, first) + days - counted - 1
        counted += here
    return None


def counted(line: Timeline, first: int, last: int, least: int = YES) -> int:
    """On how many days from first to last it is so (or may be so)."""
    spans = runs(line, least)
    return sum(max(0, min(end, last + 1) - max(begin, first)) for begin, end in spans)
