"""Definitions (认定口径): named, dated rule sets with a legal source that say who counts as what.

They are data: a file each in guanai/people/definitions. `confirmed: false` marks what was not read
in the source itself; the pages say so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from guanai.core.broken import RuleBroken
from guanai.core.conditions.nodes import Between, Is, Node, every, same
from guanai.core.conditions.timeline import BEGINNING, END
from guanai.core.conditions.tree import Condition, Terms

FOLDER = Path(__file__).parent / "definitions"
PHRASES = "phrases.yaml"
Numbers = Mapping[str, int]


class Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Written):
    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if (get_language() or "zh").startswith("zh") else self.en


class Parameter(Written):
    """A number that a county or a plan may set, from `least` to `most`."""

    label: Words
    default: int
    least: int = 0
    most: int = 130


class Definition(Written):
    id: str = Field(pattern=r"^[a-z0-9-]{1,32}$")
    rank: int
    group: Literal[
        "child", "woman", "elder", "difficulty", "migrant", "orphan", "unsupported", "key"
    ]
    title: Words
    source: Words
    dated: dt.date | None = None
    since: dt.date | None = None  # in force from and to
    until: dt.date | None = None
    confirmed: bool = True
    wording: Words
    note: Words | None = None
    basis: str = ""  # the flag of a repealed policy; without a legal basis it is not used
    parameters: dict[str, Parameter] = {}
    counts: Condition

    @model_validator(mode="after")
    def can_be_bound(self) -> Definition:
        self.counts.bind(Terms(self.defaults(), lambda _other: same(Between)))
        return self

    def defaults(self) -> dict[str, int]:
        return {name: one.default for name, one in self.parameters.items()}

    def checked(self, numbers: Mapping[str, Any]) -> dict[str, int]:
        """All its numbers, with these in place of the defaults. Raises RuleBroken."""
        found = self.defaults()
        for name, value in numbers.items():
            one = self.parameters.get(name)
            text = str(value)
            fits = one and text.isascii() and text.isdigit() and one.least <= int(text) <= one.most
            if not fits:
                raise RuleBroken("definition.number", _("“%s” cannot have that number.") % name)
            found[name] = int(text)
        return found

    def node(self, numbers: Numbers | None = None) -> Node:
        """The condition with these numbers: of living people, while it is in force."""
        return bound(self.id, tuple(sorted((numbers or self.defaults()).items())))


@lru_cache(maxsize=500)
def bound(name: str, numbers: tuple[tuple[str, int], ...]) -> Node:
    one = definition(name)
    first = one.since.toordinal() if one.since else BEGINNING
    after = one.until.toordinal() + 1 if one.until else END
    terms = Terms(one.defaults() | dict(numbers), _named)
    force = [same(Between, first, after)] if (first, after) != (BEGINNING, END) else []
    alive = same(Is, "alive", frozenset({"yes"}), False)
    return every(alive, *force, one.counts.bind(terms))


def _named(name: str) -> Node:
    """What another definition or a phrase says."""
    phrase = phrases().get(name)
    return phrase.bind(Terms({}, _named)) if phrase is not None else definition(name).node()


@cache
def phrases() -> dict[str, Condition]:
    """Conditions that several definitions share."""
    told = yaml.safe_load((FOLDER / PHRASES).read_text("utf-8"))
    return TypeAdapter(dict[str, Condition]).validate_python(told)


@cache
def definitions() -> dict[str, Definition]:
    """All that are shipped, by id, in the order in which they are shown."""
    return {one.id: one for one in sorted(_read(), key=lambda one: one.rank)}


def _read() -> Iterator[Definition]:
    from guanai.people import knowing  # noqa: F401 - registers the facts that they name

    for file in sorted(FOLDER.glob("*.yaml")):
        if file.name != PHRASES:
            yield Definition.model_validate(yaml.safe_load(file.read_text("utf-8")))


def definition(name: str) -> Definition:
    """Raises RuleBroken if there is none of that name."""
    try:
        return definitions()[name]
    except KeyError:
        said = _("There is no definition “%s”.") % name
        raise RuleBroken("definition.unknown", said) from None
