"""What a bound condition says of many subjects on one day: one SQL text, made by Ibis.

The same text runs on SQLite, PostgreSQL and DuckDB (and, from the same tree, on Spark). It is run
as it stands over Django's own connection, so that it sees the open transaction; it holds numbers
and names of facts only, never anything that somebody typed. Days are ordinals here too: dates are
compared with numbers that were computed beforehand.

Of each subject two numbers are kept: `yes` (it is so) and `may` (it may be so). What lasts or adds
up is asked at every day on which an answer can turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Any, Protocol

import ibis
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from guanai.core.conditions.facts import is_closed
from guanai.core.conditions.nodes import All, Between, Is, Lasts, Node, Not, Total
from guanai.core.conditions.timeline import UNKNOWN, YES, months_back, window

DIALECTS = {"sqlite": "sqlite", "postgresql": "postgres"}
# Of Ibis tables the types are known when they are run.
Table = Any
Column = Any
Bits = tuple[Column, Column]  # yes, may


class Steps:
    """A question in named steps (common table expressions): Ibis alone would write a column that
    is computed from others out wherever it is used."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, Table]] = []

    def add(self, table: Table) -> Table:
        """The table under a name of its own."""
        name = f"step{len(self.steps)}"
        self.steps.append((name, table))
        return ibis.table(table.schema(), name=name)

    def text(self, dialect: str = "") -> str:
        """SQL of the last step, for Django's connection or for that dialect of Ibis."""
        dialect = dialect or DIALECTS[connection.vendor]
        told = [f"{name} AS ({ibis.to_sql(table, dialect=dialect)})" for name, table in self.steps]
        return f"WITH {', '.join(told)} SELECT * FROM {self.steps[-1][0]}"  # noqa: S608 own names

    def run(self) -> Iterator[Sequence[Any]]:
        """The rows of the last step, over Django's connection."""
        with connection.cursor() as cursor:
            _execute(cursor, self.text())
            while rows := cursor.fetchmany(5000):
                yield from rows


def _execute(cursor: CursorWrapper, text: str) -> None:
    """Without parameters: a “%” in the text stands for itself. PostgreSQL guesses that steps built
    on steps have one row each and would pair everybody with everybody, for many minutes."""
    if connection.vendor != "postgresql":
        cursor.execute(text)
        return
    with transaction.atomic(), connection.cursor() as planner:
        planner.execute("SET LOCAL enable_nestloop TO off")
        cursor.execute(text)
        planner.execute("SET LOCAL enable_nestloop TO DEFAULT")


class Source(Protocol):
    """Whom one asks about: `subjects` has a column `subject`; `episodes(facts)` is the table of
    those facts: subject, fact, value, sure, dated, ending, maybe, maybe_ending, of (see
    timeline.Episode)."""

    steps: Steps
    subjects: Table

    def episodes(self, facts: frozenset[str]) -> Table: ...


def answers(node: Node, source: Source, day: int) -> Steps:
    """(subject, answer) of the subjects who count or may count on that day."""
    frame = source.subjects.mutate(day=ibis.literal(day, "int64"))
    table = source.steps.add(_Asked(source, day).table(node, frame))
    answer = ibis.ifelse(table.yes == 1, YES, UNKNOWN)
    source.steps.add(table.filter(table.may == 1).select("subject", answer=answer))
    return source.steps


def within(table: Table, column: Column, paths: Iterable[tuple[str, str]]) -> Table:
    """The rows whose path lies in one of the ranges [first, after)."""
    ranges = [(column >= first) & (column < after) for first, after in paths]
    return table.filter(reduce(lambda one, other: one | other, ranges, ibis.literal(False)))


class _Asked:
    def __init__(self, source: Source, day: int) -> None:
        self.source, self.day = source, day
        self.named = source.steps.add

    def table(self, node: Node, frame: Table, *, dated: bool = False) -> Table:
        """(subject, day, yes, may) for the subjects and days of the frame."""
        leaves = list(dict.fromkeys(_found(node, Is)))
        spans = list(dict.fromkeys(_found(node, (Lasts, Total))))
        told = self._facts(leaves, frame, dated=dated) if leaves else frame
        for at, span in enumerate(spans):
            found = self._lasting(span) if isinstance(span, Lasts) else self._adding_up(span)
            found = found.rename({f"s{at}y": "yes", f"s{at}m": "may"})
            told = told.left_join(self.named(found), "subject").drop("subject_right")
        told = self.named(told)
        bits: dict[Node, Bits] = {
            leaf: (told[f"l{at}y"], told[f"l{at}m"]) for at, leaf in enumerate(leaves)
        }
        for at, span in enumerate(spans):
            bits[span] = told[f"s{at}y"].coalesce(0), told[f"s{at}m"].coalesce(0)
        yes, may = _combined(node, bits, told.day)
        return told.select("subject", "day", yes=yes, may=may)

    def _facts(self, leaves: list[Is], frame: Table, *, dated: bool) -> Table:
        """Each leaf's bits for each subject and day; of relatives one or every one."""
        facts = self.source.episodes(frozenset(leaf.fact for leaf in leaves))
        rows = self.named(frame.left_join(facts, "subject").drop("subject_right"))
        bits = {}
        for at, leaf in enumerate(leaves):
            mine, has = rows.fact == leaf.fact, rows.value.isin(sorted(leaf.values))
            begun, goes_on = rows.dated if dated else rows.sure, rows.day < rows.ending
            may = rows.day < rows.maybe_ending
            bits[f"h{at}"] = mine
            bits[f"y{at}"] = mine & has & (begun <= rows.day) & goes_on
            bits[f"p{at}"] = mine & has & (rows.maybe <= rows.day) & may
            bits[f"n{at}"] = mine & ~has & (rows.sure <= rows.day) & goes_on
        rows = rows.select(
            "subject", "day", "of", **{name: ibis.ifelse(bit, 1, 0) for name, bit in bits.items()}
        )
        if any(leaf.every for leaf in leaves):
            rows = self.named(_largest(rows, ["subject", "day", "of"], bits))
            return self.named(_by_relatives(rows, leaves))
        rows = self.named(_largest(rows, ["subject", "day"], bits))
        told = {
            f"l{at}{bit}": column
            for at, leaf in enumerate(leaves)
            for bit, column in zip("ym", _bits(rows, at, leaf), strict=True)
        }
        return self.named(rows.select("subject", "day", **told))

    def _points(self, span: Lasts | Total, first: int) -> Table:
        """Every subject with the first day and those up to today on which an answer can turn."""
        facts = self.source.episodes(frozenset(leaf.fact for leaf in _found(span.of, Is)))
        days = [self.source.subjects.select("subject", day=ibis.literal(first, "int64"))]
        for column in ("sure", "dated", "ending", "maybe", "maybe_ending"):
            turned = facts.select("subject", day=facts[column])
            days.append(turned.filter(turned.day > first, turned.day <= self.day))
        points = ibis.union(*days, distinct=True)
        return self.named(points.semi_join(self.source.subjects, "subject"))

    def _lasting(self, span: Lasts) -> Table:
        points = self._points(span, months_back(self.day, span.months))
        told = self.named(self.table(span.of, points, dated=True))
        return told.group_by("subject").aggregate(yes=told.yes.min(), may=told.may.min())

    def _adding_up(self, span: Total) -> Table:
        points = self._points(span, window(self.day, span.month))
        told = self.named(self.table(span.of, points, dated=True))
        after = told.day.lead().over(group_by="subject", order_by="day").coalesce(self.day + 1)
        told = self.named(told.mutate(days=after - told.day))
        enough = {
            bit: ibis.ifelse((told[bit] * told.days).sum() >= span.days, 1, 0)
            for bit in ("yes", "may")
        }
        return told.group_by("subject").aggregate(**enough)


def _found(node: Node, kind: type[Node] | tuple[type[Node], ...]) -> Iterator[Any]:
    """Nodes of that kind that do not stand within something that lasts or adds up."""
    if isinstance(node, kind):
        yield node
    elif not isinstance(node, Lasts | Total):
        for part in node.parts():
            yield from _found(part, kind)


def _largest(rows: Table, by: list[str], names: Iterable[str]) -> Table:
    return rows.group_by(by).aggregate(**{name: rows[name].max() for name in names})


def _bits(rows: Table, at: int, leaf: Is) -> Bits:
    """Yes if it has one of the values; it may, if nothing says that it has another."""
    yes, may = rows[f"y{at}"], rows[f"p{at}"]
    return yes, may if is_closed(leaf.fact) else ibis.greatest(may, 1 - rows[f"n{at}"])


def _by_relatives(rows: Table, leaves: list[Is]) -> Table:
    """Rows by subject, day and relative: of every relative of whom the fact tells, or of any."""
    told = {}
    for at, leaf in enumerate(leaves):
        if leaf.every:
            own = [
                ibis.ifelse(rows[f"h{at}"] == 1, bit, ibis.null()) for bit in _bits(rows, at, leaf)
            ]
            told[f"l{at}y"], told[f"l{at}m"] = own[0].min().coalesce(0), own[1].min().coalesce(1)
            continue
        yes, may = rows[f"y{at}"].max(), rows[f"p{at}"].max()
        unsaid = 1 - rows[f"n{at}"].max()
        told[f"l{at}y"] = yes
        told[f"l{at}m"] = may if is_closed(leaf.fact) else ibis.greatest(may, unsaid)
    return rows.group_by(["subject", "day"]).aggregate(**told)


def _combined(node: Node, bits: dict[Node, Bits], day: Column) -> Bits:
    if node in bits:
        return bits[node]
    if isinstance(node, Between):
        inside = ibis.ifelse((day >= node.first) & (day < node.after), 1, 0)
        return inside, inside
    parts = [_combined(part, bits, day) for part in node.parts()]
    if isinstance(node, Not):
        ((yes, may),) = parts
        return 1 - may, 1 - yes
    fold = ibis.least if isinstance(node, All) else ibis.greatest
    return tuple(reduce(fold, column) for column in zip(*parts, strict=True))
