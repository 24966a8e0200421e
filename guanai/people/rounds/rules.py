"""Quarters and their due days, and how a county does this work. No Django here."""

from __future__ import annotations

import calendar
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LEVELS = ("high", "medium", "low")
# By which definitions a level of support is proposed, unless the county says otherwise.
PROPOSED = {
    "unsupported": "high",
    "orphan": "high",
    "difficulty-guardianship": "high",
    "key-child": "medium",
    "difficulty-disability": "medium",
    "difficulty-poverty": "low",
}


@dataclass(frozen=True, order=True)
class Quarter:
    year: int
    number: int

    @classmethod
    def of(cls, day: dt.date) -> Quarter:
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, code: str) -> Quarter:
        """“2026-4”. Raises ValueError."""
        year, _dash, number = code.partition("-")
        found = cls(int(year), int(number))
        if found.number not in range(1, 5) or found.year not in range(2000, 2100):
            raise ValueError(code)
        return found

    @property
    def code(self) -> str:
        return f"{self.year}-{self.number}"

    @property
    def first(self) -> dt.date:
        return self.day(1, 1)

    @property
    def last(self) -> dt.date:
        return self.day(3, 31)

    @property
    def before(self) -> Quarter:
        return Quarter.of(self.first - dt.timedelta(days=1))

    def day(self, month: int, day: int) -> dt.date:
        """That day of its first, second or third month, or the month's last."""
        at = self.number * 3 - 3 + month
        return dt.date(self.year, at, min(day, calendar.monthrange(self.year, at)[1]))


@dataclass(frozen=True)
class Ways:
    """How the county does it. R14.90: before the 15th of a quarter's last month."""

    groups: tuple[str, ...] = ("child", "difficulty", "migrant")
    due_month: int = 3
    due_day: int = 15
    slow_after: int = 30  # days from what happened to its entry, beyond which it is shown
    bulk_count: int = 10  # confirmations of one user …
    bulk_minutes: int = 10  # … in so many minutes are shown
    waits: bool = False  # what a village changes of identity or guardianship
    visit_high: int = 30  # days from contact to contact
    visit_medium: int = 90
    visit_low: int = 180
    proposes: Mapping[str, str] = field(default_factory=lambda: PROPOSED)  # definition → level

    @classmethod
    def told(cls, ways: Any) -> Ways:
        """As a database keeps them: a mapping, its JSON, or nothing."""
        found = json.loads(ways) if isinstance(ways, str) else ways or {}
        return cls(**{**found, "groups": tuple(found.get("groups", cls.groups))})

    def due(self, quarter: Quarter) -> dt.date:
        return quarter.day(self.due_month, self.due_day)

    def visit(self, level: str) -> int:
        """Within how many days of the last contact the next one is due."""
        return int(getattr(self, f"visit_{level}"))

    def proposed(self, definitions: set[str]) -> str:
        """The highest level that one of these definitions proposes; empty for none."""
        found = {self.proposes.get(one, "") for one in definitions}
        return next((level for level in LEVELS if level in found), "")
