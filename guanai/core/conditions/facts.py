"""The facts that conditions may name. Rooms register them; a condition over others is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from guanai.core.words import StrOrPromise

OLDEST = 130
AGE = "age<"  # “age<16”: under sixteen; made from the birth date, for any number


@dataclass(frozen=True)
class Fact:
    """`values`: what it may be, with labels. `closed`: what nobody wrote down is not so.
    `plain`: no reason is given where it holds."""

    name: str
    label: StrOrPromise
    values: Mapping[str, StrOrPromise] = field(default_factory=dict)
    closed: bool = False
    plain: bool = False


FACTS: dict[str, Fact] = {}


def register(*facts: Fact) -> None:
    FACTS.update((fact.name, fact) for fact in facts)


def is_closed(name: str) -> bool:
    return name in FACTS and FACTS[name].closed


def age_in(name: str) -> int | None:
    """The age of a fact “age<16”."""
    return int(name.removeprefix(AGE)) if name.startswith(AGE) else None
