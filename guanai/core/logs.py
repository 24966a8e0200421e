"""What reaches the log: where something failed, never what the failing values were."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Any

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def tell(*crash: Any) -> None:
    """An excepthook: also what nobody caught is told so, for what a command prints may be a log."""
    logging.getLogger("guanai").critical("stopped", exc_info=crash)


class Impersonal(logging.Formatter):
    """Tracebacks without the exceptions' messages: those of a database quote names and numbers."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - the name of logging
        lines: list[str] = []
        error = ei[1]
        while error is not None:
            frames = "".join(traceback.format_tb(error.__traceback__)).rstrip()
            lines[:0] = [frames, type(error).__name__]
            error = error.__cause__ or error.__context__
        return "\n".join(lines)
