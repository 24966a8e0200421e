"""A rule of the field was broken: shown to the person who can mend it, never a crash."""

from __future__ import annotations

from typing import Any


class RuleBroken(Exception):  # noqa: N818 - the word that the whole code base uses
    """`code` is stable for clients (“place.ambiguous”); `message` is translated, with the cure."""

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts = facts
