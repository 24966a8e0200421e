"""The bodies that work plans ask for (kinds.yaml): who must sit in them, at which level.

A mandatory kind must exist once in every place of its level; the page of a kind shows where it or
one of its required positions is missing. The source plans are named by their requirement ids in
`docs/requirements.md`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml
from django.utils.translation import gettext_lazy as _

from guanai.core.words import StrOrPromise

LEVELS = {
    "county": _("county"),
    "township": _("township"),
    "village": _("village"),
    "group": _("villagers' group"),
    "school": _("school"),
    "class": _("class"),
}


@dataclass(frozen=True)
class Position:
    title: StrOrPromise
    key: str
    least: int = 1  # how many must be in post; 0: may be empty


@dataclass(frozen=True)
class Kind:
    """`level`: county, township, village, group, school or class; where it stands."""

    key: str
    title: StrOrPromise
    level: str
    positions: tuple[Position, ...]
    mandatory: bool = False
    certificate: bool = False  # its members show one
    roster: bool = False  # its members have duty days

    @property
    def level_title(self) -> StrOrPromise:
        return LEVELS[self.level]

    def lacking(self, held: Iterable[str]) -> list[tuple[Position, int]]:
        """Positions that are not filled, and by how many, given the keys of those held."""
        held = list(held)
        short = [(p, p.least - held.count(p.key)) for p in self.positions]
        return [(p, n) for p, n in short if n > 0]


def _kind(key: str, told: dict[str, Any]) -> Kind:
    """`positions`: key → title, or [title, least]."""
    said = {
        one: [text] if isinstance(text, str) else text for one, text in told["positions"].items()
    }
    positions = tuple(Position(_(title), one, *least) for one, (title, *least) in said.items())
    return Kind(**{**told, "key": key, "title": _(told["title"]), "positions": positions})


_told = yaml.safe_load((files("guanai.organisations") / "kinds.yaml").read_text("utf-8"))
KINDS: dict[str, Kind] = {key: _kind(key, told) for key, told in _told.items()}
# The message ids of the table, for the catalogue.
TITLES = [[told["title"], *told["positions"].values()] for told in _told.values()]
