"""Lists as .xlsx in an official layout, and as CSV."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape

from guanai.core.documents.characters import clean, neutral, starts_formula
from guanai.core.documents.layout import PAGE, Column, Rows, SheetLayout, Value, shown

_PAPERS = {"A4": 9, "A3": 8}
_MOST_ROWS = 1_048_576 - 40  # Excel's end of a sheet, less title, header and foot
_EXACT_DIGITS = 10**15  # Excel keeps fifteen digits of a number
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's day 0, true from March 1900 on
_FIRST_YEAR = 1900
_CODED = re.compile("(_x[0-9a-fA-F]{4}_)")  # Excel would read a character's code
_RULE = "#8A8F8C"
_HEAD = "#EEF2EF"


class SheetFullError(ValueError):
    """More rows than one .xlsx sheet holds; the file must be thrown away."""


def write_xlsx(layout: SheetLayout, rows: Rows, file: IO[bytes] | Path) -> int:
    """Write the list row by row in constant memory and return how many rows it has.

    No text ever becomes a formula or a link. Raises SheetFullError past Excel's last row.
    """
    import xlsxwriter  # takes a tenth of the server's start

    target = str(file) if isinstance(file, Path) else file
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        return _Sheet(book, layout).fill(rows)


def write_csv(layout: SheetLayout, rows: Rows, file: IO[bytes]) -> int:
    """Write one header line and the rows as UTF-8 with BOM; return how many rows there are.

    Texts that a spreadsheet might run get an apostrophe before them. A CSV is for programs: Excel
    reads its ID numbers as floating-point numbers, which only .xlsx prevents.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(neutral(clean(c.full_title)) for c in layout.columns)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the answer
        writer.writerow([_csv_value(value) for value in row])
    text.detach()
    return count


def _csv_value(value: Value) -> str:
    text = shown(value)
    return neutral(clean(text)) if isinstance(value, str) else text


class _Sheet:
    """One sheet being written from top to bottom; a row that was left is never touched again."""

    def __init__(self, book: Any, layout: SheetLayout) -> None:
        self.layout = layout
        self.last = len(layout.columns) - 1
        self.sheet = book.add_worksheet(clean(layout.sheet)[:31])
        self.formats = _formats(book)
        self.row = 0

    def fill(self, rows: Rows) -> int:
        self._set_up_page()
        self._title()
        head = self.row
        self._header()
        first = self.row
        self._rows(rows)
        count = self.row - first
        self._foot()
        self.sheet.repeat_rows(head, first - 1)
        self.sheet.freeze_panes(first, self.layout.frozen)
        self.sheet.autofilter(first - 1, 0, max(first, first + count - 1), self.last)
        return count

    def _set_up_page(self) -> None:
        sheet, layout = self.sheet, self.layout
        sheet.set_paper(_PAPERS[layout.paper])
        if layout.landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        page = PAGE.format(page="&P", pages="&N")
        mark = clean(layout.foot).replace("&", "&&")
        sheet.set_footer(f"&L&8{mark}&C&9{page}" if mark else f"&C&9{page}")
        for place, column in enumerate(layout.columns):
            sheet.set_column(place, place, column.width)

    def _band(self, text: str, form: str, height: float) -> None:
        """One row that spans the table."""
        self.sheet.set_row(self.row, height)
        self._span(0, self.last, text, form)
        self.row += 1

    def _span(self, first: int, last: int, text: str, form: str) -> None:
        style = self.formats[form]
        self._text(first, text, style)
        for place in range(first + 1, last + 1):
            self.sheet.write_blank(self.row, place, None, style)
        if last > first:
            self._merge(self.row, first, self.row, last)

    def _merge(self, *corners: int) -> None:
        # merge_range() would write the cells too and so, in constant memory, cannot reach down:
        # cells are written row by row, the range is only noted.
        self.sheet.merge.append(list(corners))

    def _text(self, place: int, text: str, style: Any) -> None:
        self.sheet.write_string(self.row, place, clean(text), style)

    def _title(self) -> None:
        self._band(self.layout.title, "title", 36)
        above = [text for text in (*self.layout.above, self.layout.measure) if text]
        if above:
            self._parts(above, ["line", "line right", "line right"], 20)

    def _parts(self, texts: list[str], forms: list[str], height: float) -> None:
        """Texts side by side over the table's width; below each other if columns are too few."""
        for across in _shares(self.layout.columns, len(texts)):
            self.sheet.set_row(self.row, height)
            for first, last in across:
                self._span(first, last, texts.pop(0), forms.pop(0))
            self.row += 1

    def _header(self) -> None:
        levels = 2 if self.layout.two_levels else 1
        style = self.formats["head"]
        heads = self.layout.heads()
        for level in range(levels):
            self.sheet.set_row(self.row + level, 30 if level == levels - 1 else 22)
            texts = {head.column: head.text for head in heads if head.row == level}
            for place in range(self.last + 1):
                self.sheet.write_string(self.row + level, place, clean(texts.get(place, "")), style)
        for head in heads:
            if head.down > 1 or head.across > 1:
                top = self.row + head.row
                bottom, right = top + head.down - 1, head.column + head.across - 1
                self._merge(top, head.column, bottom, right)
        self.row += levels

    def _rows(self, rows: Rows) -> None:
        """The cells' XML is written here: XlsxWriter takes five times as long a cell."""
        from xlsxwriter.utility import xl_col_to_name

        sheet, kinds = self.sheet, [column.kind for column in self.layout.columns]
        letters = [xl_col_to_name(place) for place in range(self.last + 1)]
        styles = {name: form._get_xf_index() for name, form in self.formats.items()}  # noqa: SLF001
        for row in rows:
            if self.row >= _MOST_ROWS:
                raise SheetFullError("The list has more rows than one sheet holds.")
            values = [*row, *[None] * (len(kinds) - len(row))]
            found = [_cell(*one) for one in zip(values, kinds, strict=False)]
            number = self.row + 1
            cells = "".join(
                f'<c r="{letter}{number}" s="{styles[style]}"{rest}'
                for letter, (style, rest) in zip(letters, found, strict=True)
            )
            sheet._write_single_row(self.row)  # noqa: SLF001 - what waits, and where we are
            sheet._check_dimensions(self.row, self.last)  # noqa: SLF001
            sheet.fh.write(f'<row r="{number}">{cells}</row>')
            self.row += 1

    def _foot(self) -> None:
        for note in self.layout.notes:
            self._band(note, "note", 18)
        if self.layout.boxes:
            boxes = list(self.layout.boxes)
            self._parts(boxes, ["box"] * len(boxes), 64)


def _cell(value: Value, kind: str) -> tuple[str, str]:
    """Its form, and the rest of its XML. What fits no number or day without loss is a text."""
    if value is None or value == "":
        return "text", "/>"
    if kind == "date" and isinstance(value, date) and value.year > _FIRST_YEAR:
        timed = isinstance(value, datetime)
        day = value if isinstance(value, datetime) else datetime.combine(value, time())
        days = (day.replace(tzinfo=None) - _EPOCH) / timedelta(days=1)
        return "time" if timed else "date", f"><v>{days:.16g}</v></c>"
    exact = isinstance(value, int | float) and -_EXACT_DIGITS < value < _EXACT_DIGITS
    if exact and kind != "text":
        return "number", f"><v>{value:.16g}</v></c>"
    text = clean(value if isinstance(value, str) else shown(value))
    form = "guarded" if starts_formula(text) else "text"
    if not text.isalnum():  # what means something in XML
        text = escape(_CODED.sub(r"_x005F\1", text))
    return form, f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _shares(columns: Sequence[Column], parts: int) -> list[list[tuple[int, int]]]:
    """Rows of column ranges that share the table's width among `parts` cells about equally."""
    if len(columns) < parts:
        return [[(0, len(columns) - 1)] for _ in range(parts)]
    whole = sum(column.width for column in columns)
    ranges: list[tuple[int, int]] = []
    first, used = 0, 0.0
    for place, column in enumerate(columns):
        used += column.width
        left_parts = parts - len(ranges) - 1
        enough = used + column.width / 2 >= whole * (len(ranges) + 1) / parts
        must = len(columns) - place - 1 == left_parts
        if left_parts and (enough or must):
            ranges.append((first, place))
            first = place + 1
    return [[*ranges, (first, len(columns) - 1)]]


def _formats(book: Any) -> dict[str, Any]:
    body = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
    cell = body | {"border": 1, "border_color": _RULE, "text_wrap": True}
    bold = {"bold": True, "align": "center"}
    return {
        name: book.add_format(settings)
        for name, settings in {
            "title": body | bold | {"font_size": 20},
            "line": body | {"font_size": 11},
            "line right": body | {"font_size": 11, "align": "right"},
            "head": cell | bold | {"bg_color": _HEAD},
            "text": cell | {"num_format": "@"},
            # Excel's own mark for "text, whatever it starts with": it survives editing the cell.
            "guarded": cell | {"num_format": "@", "quote_prefix": True},
            "number": cell | {"align": "right"},
            "date": cell | {"num_format": "yyyy-mm-dd", "align": "center"},
            "time": cell | {"num_format": "yyyy-mm-dd hh:mm", "align": "center"},
            "note": body | {"text_wrap": True},
            "box": cell | {"valign": "top", "font_size": 11},
        }.items()
    }
