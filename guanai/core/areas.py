"""Areas: a place's stable inner path, and what lies below it as one range of an index.

A path is four digits a level, digits only, so that every database and collation sorts it alike:
0001 (county) → 00010003 (township) → 000100030012 (village) → … Ranges are half open.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

STEP = 4


def next_path(path: str) -> str:
    """The first path after everything below `path`."""
    head, tail = path[:-STEP], int(path[-STEP:])
    return f"{head}{tail + 1:0{STEP}d}"


def below(path: str, column: str = "path") -> Q:
    """Rows at or below this path. A LIKE would miss the index on some collations."""
    return Q(**{f"{column}__gte": path, f"{column}__lt": next_path(path)})


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths of the set that lie under no other of it, in order."""
    result: list[str] = []
    for path in sorted(set(paths)):
        if not result or not path.startswith(result[-1]):
            result.append(path)
    return tuple(result)


def within(paths: Iterable[str], column: str = "path") -> Q:
    """Rows below any of the paths; nothing for an empty set."""
    condition = Q(pk__in=[])
    for path in outermost(paths):
        condition |= below(path, column)
    return condition
