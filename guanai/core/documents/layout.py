"""The official layout of a list (台账, 花名册, 统计表), shared by .xlsx, CSV and PDF."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Literal, NamedTuple

from guanai.core.registries import stamps

Kind = Literal["text", "number", "date"]
Value = str | int | float | date | datetime | None
Row = Sequence[Value]
Rows = Iterable[Row]
PAGE = "第 {page} 页　共 {pages} 页"
BOXES = (
    "单位负责人（签字）",
    "填表人（签字）",
    "填表日期\n　　　年　　月　　日",
    "单位（盖章）",
)


@dataclass(frozen=True)
class Column:
    """A column; neighbours with the same `group` share a cell in a second header row above them.

    `width` counts Latin letters, as Excel does; a Chinese character takes two. What is not of kind
    "number" or "date" is written as text, so that ID and phone numbers keep every digit.
    """

    title: str
    width: float = 12
    kind: Kind = "text"
    group: str = ""

    @property
    def full_title(self) -> str:
        return f"{self.group} {self.title}" if self.group else self.title


@dataclass(frozen=True)
class SheetLayout:
    """How a list looks in an official file.

    `day` is printed as given (an "as of" day or period). `notes` stand below the table. `mark` is
    printed small at the foot of every page: a seal's hash or a reference, never a person's data.
    `frozen` columns at the left stay in view on the screen.
    """

    title: str
    columns: Sequence[Column]
    unit: str = ""
    day: str = ""
    measure: str = ""
    notes: Sequence[str] = ()
    mark: str = ""
    paper: Literal["A4", "A3"] = "A4"
    landscape: bool = True
    signed: bool = True
    frozen: int = 0
    sheet: str = "台账"

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError("A list needs at least one column.")

    @property
    def foot(self) -> str:
        """At the foot of every page: the mark, and what rooms stamp on all that leaves."""
        return "  ".join(filter(None, [self.mark, *(stamp() for stamp in stamps.all())]))

    @property
    def two_levels(self) -> bool:
        return any(column.group for column in self.columns)

    @property
    def boxes(self) -> tuple[str, ...]:
        return BOXES if self.signed else ()

    @property
    def above(self) -> tuple[str, str]:
        """Who fills it in, and when; empty where that is not said."""
        unit = f"填报单位：{self.unit}" if self.unit else ""
        return unit, f"填报日期：{self.day}" if self.day else ""

    def heads(self) -> list["Head"]:
        """The cells of the header, in reading order of the columns."""
        cells: list[Head] = []
        at = 0
        for group, found in groupby(self.columns, lambda column: column.group):
            members = list(found)
            if group:
                cells.append(Head(0, at, 1, len(members), group))
            down = 2 if self.two_levels and not group else 1
            cells += [
                Head(1 if group else 0, at + place, down, 1, column.title)
                for place, column in enumerate(members)
            ]
            at += len(members)
        return cells


class Head(NamedTuple):
    """A header cell: its first row and column, how many it spans, and its text."""

    row: int
    column: int
    down: int
    across: int
    text: str


def shown(value: Value) -> str:
    """A value as it is printed: dates as 2026-11-23, nothing as an empty text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)
