"""A rule of the field was broken: shown to the person who can mend it, never a crash."""

from __future__ import annotations

import errno
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanai.core.words import StrOrPromise


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


FULL = _("The disk is full. Nothing of this was saved; free some space, then do it again.")
_FULL_CODES = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_STATE = "53100"  # of PostgreSQL


def is_full(error: BaseException) -> bool:
    """Whether there was no room left on the disk of the files or of the database."""
    cause = error.__cause__ or error
    return (
        (isinstance(error, OSError) and error.errno in _FULL_CODES)
        or getattr(cause, "sqlite_errorname", "") == "SQLITE_FULL"
        or getattr(cause, "sqlstate", "") == _FULL_STATE
    )
