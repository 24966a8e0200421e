"""Two people edit one file: what does not collide is merged, what does is put before the second.

Facts are compared by key: “name”, “details.doting”, “schooling.grade@<uid of the row>”.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanai.core.broken import RuleBroken
from guanai.core.words import StrOrPromise

Values = dict[str, list[Any]]  # fact → [before, after]


CHOOSE = _("Somebody else changed the same facts meanwhile. Choose for each which holds.")
LOOK = _("Somebody changed this file meanwhile. Look at it again, then save once more.")


class Conflict(RuleBroken):
    """`clashes`: key → (mine, theirs); `theirs`: what others changed and I did not; `version` is
    the one that the choice is to be based on."""

    def __init__(
        self,
        clashes: dict[str, tuple[Any, Any]],
        version: int,
        theirs: dict[str, Any] | None = None,
        message: StrOrPromise = CHOOSE,
    ) -> None:
        super().__init__("file.conflict", message)
        self.clashes = clashes
        self.theirs = theirs or {}
        self.version = version


def key_of(kind: str, uid: Any, fact: str = "") -> str:
    """The key of a row's fact, or of the whole row."""
    return f"{kind}.{fact}@{uid.hex}" if fact else f"{kind}@{uid.hex}"


def clear_name(key: str) -> str:
    """What of a key may stand readable in the database: “schooling.grade”."""
    return key.partition("@")[0]


def settle(
    mine: Mapping[str, Any],
    current: Mapping[str, Any],
    since_base: Iterable[Values],
    version: int,
) -> dict[str, Any]:
    """What is to be written of the values that I posted.

    `since_base`: what others changed since I began to edit, oldest first. A value of mine that is
    still the one I began with is no change of mine. Raises Conflict.
    """
    base: dict[str, Any] = {}
    for values in since_base:
        for key, (before, _after) in values.items():
            base.setdefault(key, before)
    wanted = {key: value for key, value in mine.items() if value != base.get(key, current.get(key))}
    clashes = {
        key: (value, current.get(key))
        for key, value in wanted.items()
        if key in base and value != current.get(key) and base[key] != current.get(key)
    }
    if clashes:
        theirs = {key: current.get(key) for key in mine if key in base and key not in wanted}
        raise Conflict(clashes, version, theirs)
    return {key: value for key, value in wanted.items() if value != current.get(key)}
