"""A blank list (.xlsx) to fill in, with what may stand in a column as choices."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from guanai.core.documents.characters import clean

ROWS = 2000


@dataclass(frozen=True)
class BlankColumn:
    title: str
    choices: Sequence[str] = ()
    hint: str = ""
    width: float = 14


def write_blank(columns: Sequence[BlankColumn], file: IO[bytes], *, sheet: str, lists: str) -> None:
    """`sheet` and `lists` are the names of the list and of the sheet that holds the choices."""
    import xlsxwriter

    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        page, choices = book.add_worksheet(sheet), book.add_worksheet(lists)
        head = book.add_format({"bold": True, "bg_color": "#EEF2EF", "border": 1})
        text = book.add_format({"num_format": "@"})
        for at, column in enumerate(columns):
            page.set_column(at, at, column.width, text)
            page.write_string(0, at, column.title, head)
            choices.write_column(0, at, [column.title, *map(clean, column.choices)])
            said = {"validate": "any", "input_message": column.hint[:255]}
            if column.choices:
                letter = chr(ord("A") + at)
                source = f"='{lists}'!${letter}$2:${letter}${len(column.choices) + 1}"
                said |= {"validate": "list", "source": source}
            page.data_validation(1, at, ROWS, at, said)
        page.freeze_panes(1, 0)
