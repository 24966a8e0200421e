"""The one language of conditions: structured data over named facts, never a text to be evaluated.

    all: [...]              every one of them          fact: father.away      is: away
    any: [...]              one of them                fact: schooling        in: [dropout, never]
    not: {...}              the contrary               fact: children.away    is: away, every: true
    under: 16               younger than that          from: 60               that old or older
    lasts: {...}, months: 3         without a break for so long
    total: {...}, days: 181         on so many days of the year (from_month: 9 for school years)
    counts_as: gf2016-13            what another definition says

A number may be `{param: months}`. `bind` gives the tree in which numbers and other definitions
stand for themselves; guanai.core.conditions.nodes says what its parts mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from guanai.core.conditions import nodes
from guanai.core.conditions.facts import AGE, FACTS, OLDEST
from guanai.core.conditions.nodes import Node


class Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Parameter(Written):
    param: str


Number = Annotated[int, Field(ge=0, le=10_000)] | Parameter


class Terms:
    """What a tree is bound to: numbers by name, and what other definitions say."""

    def __init__(self, numbers: Mapping[str, int], other: Callable[[str], Node]) -> None:
        self.numbers, self.other = numbers, other

    def number(self, number: int | Parameter) -> int:
        """Raises KeyError for a parameter that nobody gave."""
        return number if isinstance(number, int) else self.numbers[number.param]


class All(Written):
    all: tuple[Condition, ...] = Field(min_length=1)

    def bind(self, terms: Terms) -> Node:
        return nodes.every(*(part.bind(terms) for part in self.all))


class Any(Written):
    any: tuple[Condition, ...] = Field(min_length=1)

    def bind(self, terms: Terms) -> Node:
        return nodes.same(nodes.Some, tuple(part.bind(terms) for part in self.any))


class Not(Written):
    not_: Condition = Field(alias="not")

    def bind(self, terms: Terms) -> Node:
        return nodes.same(nodes.Not, self.not_.bind(terms))


class Compared(Written):
    fact: str
    is_: str | None = Field(None, alias="is")
    in_: tuple[str, ...] = Field((), alias="in")
    every: bool = False

    @field_validator("fact")
    @classmethod
    def known(cls, name: str) -> str:
        if name not in FACTS:
            raise ValueError(f"there is no fact {name}")
        return name

    @model_validator(mode="after")
    def has_values(self) -> Compared:
        values, known = self.values(), FACTS[self.fact].values
        if not values or not values <= set(known):
            raise ValueError(f"{self.fact} may be {', '.join(known)}")
        return self

    def values(self) -> frozenset[str]:
        return frozenset([*self.in_, *([self.is_] if self.is_ else [])])

    def bind(self, _terms: Terms) -> Node:
        return nodes.same(nodes.Is, self.fact, self.values(), self.every)


class Under(Written):
    under: Number

    def bind(self, terms: Terms) -> Node:
        years = min(terms.number(self.under), OLDEST)
        return nodes.same(nodes.Is, f"{AGE}{years}", frozenset({"yes"}), False)


class From(Written):
    from_: Number = Field(alias="from")

    def bind(self, terms: Terms) -> Node:
        return nodes.same(nodes.Not, Under(under=self.from_).bind(terms))


def _at_once(node: Node) -> Node:
    """Raises ValueError for what lasts within what lasts: no day could be told by itself."""
    if any(isinstance(part, nodes.Lasts | nodes.Total) for part in node.all_parts()):
        raise ValueError("what lasts or adds up cannot stand within what lasts or adds up")
    return node


class Lasts(Written):
    lasts: Condition
    months: Number

    def bind(self, terms: Terms) -> Node:
        return nodes.same(nodes.Lasts, _at_once(self.lasts.bind(terms)), terms.number(self.months))


class Total(Written):
    total: Condition
    days: Number
    within: Literal["year"] = "year"
    from_month: Annotated[int, Field(ge=1, le=12)] = 1

    def bind(self, terms: Terms) -> Node:
        counted = _at_once(self.total.bind(terms))
        return nodes.same(nodes.Total, counted, terms.number(self.days), self.from_month)


class CountsAs(Written):
    counts_as: str

    def bind(self, terms: Terms) -> Node:
        return terms.other(self.counts_as)


Condition = All | Any | Not | Compared | Under | From | Lasts | Total | CountsAs
for written in (All, Any, Not, Lasts, Total):
    written.model_rebuild()
