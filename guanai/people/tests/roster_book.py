"""A grid with merged cells that is written as .xlsx, .xls or text."""

import csv
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
import xlwt

Person = dict[str, Any]
# A cell: what is shown, the fields it tells, the problem codes it has.
Shown = tuple[Any, dict[str, Any], list[str]]
Show = Callable[[random.Random, Person], Shown]


@dataclass
class Column:
    """``titles`` from the top level down."""

    titles: tuple[str, ...]
    show: Show


class Book:
    """A grid that is written as .xlsx, .xls or text; rows and columns are 0-based."""

    def __init__(self) -> None:
        self.sheets: dict[str, dict[tuple[int, int], Any]] = {}
        self.merges: dict[str, list[tuple[int, int, int, int]]] = {}

    def put(self, sheet: str, row: int, cells: Iterable[Any]) -> None:
        grid = self.sheets.setdefault(sheet, {})
        self.merges.setdefault(sheet, [])
        grid.update({(row, c): cell for c, cell in enumerate(cells) if cell not in ("", None)})

    def merge(self, sheet: str, top: int, left: int, bottom: int, right: int) -> None:
        if (top, left) != (bottom, right):
            self.merges[sheet].append((top, left, bottom, right))
            for r in range(top, bottom + 1):
                for c in range(left, right + 1):
                    if (r, c) != (top, left):
                        self.sheets[sheet].pop((r, c), None)

    def header(self, sheet: str, row: int, columns: list[Column]) -> int:
        """Write titles of one to three levels with merges; the first row under them."""
        depth = max(len(c.titles) for c in columns)
        for level in range(depth):
            texts = [c.titles[level] if level < len(c.titles) else "" for c in columns]
            self.put(sheet, row + level, texts)
        for level in range(depth):
            start = 0
            for i in range(1, len(columns) + 1):
                same = (
                    i < len(columns)
                    and columns[i].titles[: level + 1] == columns[start].titles[: level + 1]
                )
                if not same:
                    if i - start > 1:
                        self.merge(sheet, row + level, start, row + level, i - 1)
                    start = i
        for i, column in enumerate(columns):
            if len(column.titles) < depth:
                last = len(column.titles) - 1
                self.merge(sheet, row + last, i, row + depth - 1, i)
        return row + depth

    def save(self, path: Path, encoding: str = "utf-8") -> None:
        if path.suffix == ".xlsx":
            self._xlsx(path)
        elif path.suffix == ".xls":
            self._xls(path)
        else:
            self._text(path, encoding)

    def _xlsx(self, path: Path) -> None:
        book = xlsxwriter.Workbook(str(path))
        as_date = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, grid in self.sheets.items():
            sheet = book.add_worksheet(name)
            for top, left, bottom, right in self.merges[name]:
                sheet.merge_range(top, left, bottom, right, "")
            for (row, column), cell in grid.items():
                if isinstance(cell, date):
                    sheet.write_datetime(row, column, cell, as_date)
                elif isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                else:
                    sheet.write_number(row, column, cell)
        book.close()

    def _xls(self, path: Path) -> None:
        book = xlwt.Workbook(encoding="utf-8")
        as_date = xlwt.easyxf(num_format_str="YYYY-MM-DD")
        for name, grid in self.sheets.items():
            sheet = book.add_sheet(name)
            covered = {(m[0], m[1]): m for m in self.merges[name]}
            for (row, column), cell in grid.items():
                style = as_date if isinstance(cell, date) else xlwt.Style.default_style
                if (row, column) in covered:
                    top, left, bottom, right = covered[row, column]
                    sheet.write_merge(top, bottom, left, right, cell, style)
                else:
                    sheet.write(row, column, cell, style)
        book.save(str(path))

    def _text(self, path: Path, encoding: str) -> None:
        (grid,) = self.sheets.values()
        height, width = (1 + max(axis) for axis in zip(*grid, strict=True))
        with path.open("w", encoding=encoding, newline="") as f:
            out = csv.writer(f, delimiter="\t" if path.suffix == ".tsv" else ",")
            for r in range(height):
                out.writerow([grid.get((r, c), "") for c in range(width)])
