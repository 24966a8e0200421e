"""A rule of the field was broken: shown to the person who can mend it, never a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class RuleBroken(Exception):  # noqa: N818 - the word that the whole code base uses
    """`code` is stable for clients (“place.ambiguous”); `message` is translated, with the cure.

    `cure` is the address of a page where what lacks is given; a browser is led there.
    """

    def __init__(self, code: str, message: StrOrPromise, *, cure: str = "", **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = str(message)
        self.cure = cure
        self.facts = facts
