"""Small cells: which places' figures are rolled up so that nobody can be made out. No Django here.

A place whose table has a figure from 1 to below the threshold is not shown by itself but together
with others of its level. What a reader can work out by subtraction is the sum of those rolled up,
so more places join them until that sum, too, has no small figure (secondary suppression). A reader
therefore knows the tables of the places shown and of one block of the others, and every figure of
these is 0 or at least the threshold.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
Table = Sequence[int]


def is_small(figure: int, threshold: int) -> bool:
    return 0 < figure < threshold


def summed(tables: list[Table]) -> list[int]:
    """Figure by figure."""
    return [sum(figures) for figures in zip(*tables, strict=True)]


def rolled_up(
    tables: Mapping[K, Table], threshold: int, already: frozenset[K] = frozenset()
) -> frozenset[K]:
    """The places to be rolled up; `already` are those that another table of the page rolls up.

    Joins the place with the fewest people first. If all are rolled up, only their sum is shown.
    """
    hidden = {key for key, table in tables.items() if any(is_small(n, threshold) for n in table)}
    hidden |= already & tables.keys()
    others = sorted(tables.keys() - hidden, key=lambda key: sum(tables[key]), reverse=True)
    while hidden and others and _can_be_worked_out([tables[key] for key in hidden], threshold):
        hidden.add(others.pop())
    return frozenset(hidden)


def _can_be_worked_out(hidden: list[Table], threshold: int) -> bool:
    peopled = [table for table in hidden if any(table)]
    return len(peopled) == 1 or any(is_small(n, threshold) for n in summed(hidden))
