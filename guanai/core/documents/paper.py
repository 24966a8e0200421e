"""Lists as PDF in the same official layout as their .xlsx, for printing from the server."""

import re
from collections.abc import Sequence
from itertools import islice, zip_longest

from guanai.core.documents.layout import PAGE, Column, Row, Rows, SheetLayout, shown
from guanai.core.documents.press import Printed, press

# Page x of y needs the whole list laid out at once: 100,000 cells take about 1 GB in the child.
MOST_CELLS = 100_000


class TooLongToPrintError(ValueError):
    """More cells than are laid out at once; print a part, or hand out the .xlsx."""


def print_sheet(layout: SheetLayout, rows: Rows) -> Printed:
    """The list as PDF/A: repeated header, page x of y, boxes for signatures and stamp.

    Raises TooLongToPrintError past MOST_CELLS.
    """
    most = MOST_CELLS // len(layout.columns)
    cells = [_cells(layout.columns, row) for row in islice(rows, most + 1)]
    if len(cells) > most:
        raise TooLongToPrintError(f"The list has more than {most} rows.")
    unit, day = layout.above
    data = {
        "title": layout.title,
        "unit": unit,
        "day": day,
        "measure": layout.measure,
        "page": re.split(r"\{pages?\}", PAGE),
        "paper": layout.paper.lower(),
        "landscape": layout.landscape,
        "mark": layout.foot,
        "notes": list(layout.notes),
        "boxes": list(layout.boxes),
        "widths": [column.width for column in layout.columns],
        "right": [column.kind == "number" for column in layout.columns],
        "heads": [head._asdict() for head in layout.heads()],
        "levels": 2 if layout.two_levels else 1,
        "rows": cells,
    }
    return press("sheet.typ", data)


def _cells(columns: Sequence[Column], row: Row) -> list[str]:
    pairs = zip_longest(columns, row[: len(columns)])
    return [_breakable(shown(value), int(column.width)) for column, value in pairs]


def _breakable(text: str, width: int) -> str:
    """A long run of letters or digits may break where its column ends instead of running over."""
    if len(text) <= width:
        return text
    return re.sub(rf"[!-~]{{{max(width, 4)}}}(?=[!-~])", "\\g<0>\u200b", text)
