"""What a database refuses only because of somebody else at the same moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection
from django.utils.translation import gettext_lazy as _

from guanai.core.broken import RuleBroken

T = TypeVar("T")
# Of PostgreSQL: serialization failure, deadlock, lock not available; of SQLite: busy, locked.
LOST = {"40001", "40P01", "55P03", "SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED"}
PAUSES = (0.05, 0.2, 1.0)  # seconds before the second, third and last try


def lost(error: BaseException) -> bool:
    """Whether the transaction was taken back for another one's sake and may simply come again."""
    cause = error.__cause__
    codes = {getattr(cause, "sqlstate", None), getattr(cause, "sqlite_errorname", None)}
    return isinstance(error, OperationalError) and not codes.isdisjoint(LOST)


class Busy(RuleBroken):
    def __init__(self) -> None:
        super().__init__(
            "busy",
            _("Somebody else saved at the same moment. Nothing of yours was written: try again."),
        )


def again(transaction: Callable[[], T], also: type[Exception] = Busy) -> T:
    """Do it, up to three more times if it lost against another one, or raised `also`. It is whole
    in itself."""
    for pause in PAUSES:
        try:
            return transaction()
        except (OperationalError, also) as error:
            if connection.in_atomic_block or not (lost(error) or isinstance(error, also)):
                raise
        time.sleep(pause)
    return transaction()
