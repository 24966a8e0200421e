"""Small sheets as clerks keep them: which rows are people, and whose each cell is."""

from pathlib import Path
from typing import Any

import pytest

from guanai.people.roster.roster import Roster, RosterRow, read_roster
from guanai.people.tests.roster_book import Book
from guanai.people.tests.roster_truth import TODAY, county

Rows = list[list[Any]]
CHILDREN: Rows = [["王思涵", "女", "539901201503061023"], ["李子轩", "男", "539901201405161012"]]
MERGED: Rows = [["序号", "姓名", "性别", "身份证号", "监护人姓名"],
    [1, *CHILDREN[0], "王福"], [2, *CHILDREN[1], ""]]  # fmt: skip


def read(to: Path, rows: Rows, name: str = "名单.xlsx", merges: Any = ()) -> Roster:
    book = Book()
    book.put("Sheet1", 0, [""])
    for number, row in enumerate(rows):
        book.put("Sheet1", number, row)
    for merge in merges:
        book.merge("Sheet1", *merge)
    book.save(to / name)
    return read_roster(to / name, county(), today=TODAY)


def people(to: Path, rows: Rows, *more: Any) -> list[RosterRow]:
    return list(read(to, rows, *more).rows)


@pytest.mark.parametrize("left", [0, 1])
@pytest.mark.parametrize("above", [0, 1, 2])
@pytest.mark.parametrize("name", ["儿童.xlsx", "儿童.xls"])
def test_blank_rows_and_columns_before_a_table_shift_nothing(
    tmp_path: Path, name: str, above: int, left: int
) -> None:
    table: Rows = [[""] * left + row for row in [["留守儿童花名册"], *MERGED]]
    merge = (above + 2, left + 4, above + 3, left + 4)
    found = people(tmp_path, [[]] * above + table, name, [merge])
    told = [(row.row, row.fields["name"], row.cells["guardian.name"]) for row in found]
    assert told == [(above + 3, "王思涵", "王福"), (above + 4, "李子轩", "王福")]
