"""Who counts under a definition on a day, and the reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from guanai.core.areas import next_path, outermost
from guanai.core.chunks import chunks
from guanai.core.conditions.nodes import Node, Reason, Subject
from guanai.core.conditions.timeline import BEGINNING, END, run_at
from guanai.people.knowing import Known

AT_ONCE = 1000  # people


@dataclass(frozen=True, slots=True)
class Finding:
    """What a definition says of somebody on a day: the answer (timeline.YES …), since when and for
    how long it has been so (None: not known, or goes on), why."""

    answer: int
    since: dt.date | None
    until: dt.date | None
    why: tuple[Reason, ...]


def find(one: Subject, node: Node, day: dt.date) -> Finding:
    first, answer, after = run_at(node.line(one), day.toordinal())
    return Finding(
        answer,
        dt.date.fromordinal(first) if first > BEGINNING else None,
        dt.date.fromordinal(after - 1) if after < END else None,
        tuple(node.why(one, day.toordinal())),
    )


def members(node: Node, day: dt.date, paths: Iterable[str] | None = None) -> dict[int, int]:
    """Key of the file → answer, of all who count or may count on that day, as far as today's
    knowledge goes; at or below these paths."""
    from guanai.core.conditions.sets import answers
    from guanai.people.known_sets import Files

    ranges = None if paths is None else [(path, next_path(path)) for path in outermost(paths)]
    return {
        int(key): int(said) for key, said in answers(node, Files(ranges), day.toordinal()).run()
    }


def findings(people: Iterable[int], node: Node, day: dt.date) -> Iterator[tuple[int, Finding]]:
    for some in chunks(list(people), AT_ONCE):
        for key, one in Known(some, day).subjects():
            yield key, find(one, node, day)
