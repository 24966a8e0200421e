"""Dates that may be known only to the month or the year, as they stand in rosters."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Self


class Precision(IntEnum):
    YEAR = 1
    MONTH = 2
    DAY = 3


_SHAPE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """`date` is the first day that is possible; text form YYYY, YYYY-MM or YYYY-MM-DD."""

    date: dt.date
    precision: Precision = Precision.DAY

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for anything but the three text forms."""
        match = _SHAPE.fullmatch(text)
        if match is None:
            raise ValueError(f"not a date: {text!r}")
        year, month, day = (int(part) if part else 0 for part in match.groups())
        precision = Precision(1 + bool(month) + bool(day))
        return cls(dt.date(year, month or 1, day or 1), precision)

    @property
    def last(self) -> dt.date:
        """The last day that is possible."""
        if self.precision == Precision.DAY:
            return self.date
        month = 12 if self.precision == Precision.YEAR else self.date.month
        return dt.date(self.date.year, month, calendar.monthrange(self.date.year, month)[1])

    def __str__(self) -> str:
        return self.date.isoformat()[: {1: 4, 2: 7, 3: 10}[self.precision]]


def age_on(born: dt.date, day: dt.date) -> int:
    """Full years of life (周岁) on that day; someone born on 29 February turns on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
