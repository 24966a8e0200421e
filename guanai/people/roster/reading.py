"""From a file to sheets of cells: which kind of file it really is, limits, encodings, merges."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from guanai.people.roster.errors import Place, RosterError
from guanai.people.roster.package import Limits, check_package
from guanai.people.roster.probe import open_book, try_book

Cell = str | float | int | bool | date | datetime | time | timedelta | None
Row = list[Cell]
Range = tuple[int, int, int, int]


DEFAULT = Limits()


@dataclass
class Sheet:
    """A sheet; ``rows`` may be gone through more than once and is never wholly in memory.

    ``merges`` are (first row, first column, last row, last column), 0-based, inclusive. ``notice``
    is something to tell that does not hinder: a formula without its result.
    """

    name: str
    hidden: bool
    rows: Iterable[Row]
    merges: list[Range] = field(default_factory=list)
    notice: RosterError | None = None


@dataclass
class _Rows:
    """Rows that can be gone through again."""

    begin: Callable[[], Iterator[Row]]

    def __iter__(self) -> Iterator[Row]:
        return self.begin()


def read_sheets(path: Path, limits: Limits = DEFAULT) -> Iterator[Sheet]:
    """The sheets of a .xlsx, .xls or text table, in order.

    The content decides, not the name's ending. Raises RosterError for everything that is not a
    readable table: wrong type, empty, protected, damaged, too large, a bomb.
    """
    here = Place(path.name)
    if not path.is_file():
        raise RosterError("file.missing", here)
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise RosterError("file.too_large", here, found=str(size), limit=str(limits.file_bytes))
    with path.open("rb") as f:
        head = f.read(HEAD)
    if not head.strip(b"\0\r\n\t "):
        raise RosterError("file.empty", here)
    if head.startswith(b"PK"):
        return _workbook(path, limits, _check_package(path, limits))
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        _check_ole(path)
        if failed := try_book(path):
            raise RosterError(failed, here)
        return _workbook(path, limits, [])
    if other := _other_type(head):
        raise RosterError("file.unknown_type", here, found=other)
    return iter([_text_sheet(path, head)])


HEAD = 4096
SIGNATURES = {
    b"%PDF": "PDF",
    b"{\\rtf": "RTF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"GIF8": "GIF",
    b"SQLite": "SQLite",
}


def _other_type(head: bytes) -> str:
    for sign, kind in SIGNATURES.items():
        if head.startswith(sign):
            return kind
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith(
        (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<meta", b"mime-")
    ):
        return "HTML/XML"
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "binary"
    return ""


def _check_package(path: Path, limits: Limits) -> list[Place]:
    found = check_package(path, limits)
    if found.doubtful and try_book(path):
        limit = str(limits.unpacked_bytes)
        raise RosterError("file.bomb", Place(path.name), found=f"> {limit}", limit=limit)
    return found.formulas


def _check_ole(path: Path) -> None:
    """Old .xls share their outer form with .doc and with encrypted .xlsx: look at the names."""
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise RosterError("file.protected", Place(path.name))
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return
    for name, kind in (("WordDocument", "Word .doc"), ("PowerPoint Document", "PowerPoint .ppt")):
        if name.encode("utf-16-le") in data:
            raise RosterError("file.unknown_type", Place(path.name), found=kind)
    raise RosterError("file.damaged", Place(path.name))


def _failed(path: Path, error: BaseException) -> RosterError:
    protected = "assword" in str(error) or "ncrypted" in str(error)
    return RosterError("file.protected" if protected else "file.damaged", Place(path.name))


def _is_panic(error: BaseException) -> bool:
    """The reader is Rust; its panics come as a BaseException of this name."""
    return type(error).__name__ == "PanicException"


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Whatever the reader fails with means a file that cannot be read."""
    try:
        yield
    except (CalamineError, OSError, ValueError) as error:
        raise _failed(path, error) from None
    except BaseException as error:
        if _is_panic(error):
            raise _failed(path, error) from None
        raise


def _workbook(path: Path, limits: Limits, formulas: list[Place]) -> Iterator[Sheet]:
    with _readable(path):
        book = open_book(path)
        metas = [m for m in book.sheets_metadata if m.typ is SheetTypeEnum.WorkSheet]
    at = {place.sheet: RosterError("formula.no_value", place) for place in formulas}
    for meta in metas:
        sheet = _sheet(path, book, meta.name, limits)
        sheet.hidden = meta.visible is not SheetVisibleEnum.Visible
        sheet.notice = at.get(meta.name)
        yield sheet


def _sheet(path: Path, book: CalamineWorkbook, name: str, limits: Limits) -> Sheet:
    with _readable(path):
        sheet = book.get_sheet_by_name(name)
        merges = [(a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or []]
    cells = sheet.total_height * sheet.total_width
    if sheet.total_width > limits.columns or cells > limits.cells:
        found = f"{sheet.total_height} × {sheet.total_width}"
        limit = f"{limits.rows} × {limits.columns}"
        raise RosterError("sheet.too_large", Place(path.name, name), found=found, limit=limit)
    if sheet.start is None:
        return Sheet(name, False, [])
    pad: Row = [""] * sheet.start[1]

    def begin() -> Iterator[Row]:
        """iter_rows leaves out the empty columns to the left of the first cell, not the rows."""
        for row in sheet.iter_rows():
            yield [*pad, *row]

    return Sheet(name, False, _Rows(begin), merges)


# ------------------------------------------------------------------------------- text tables
ENCODINGS = ("utf-8-sig", "gb18030")


def _encoding(path: Path, head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for encoding in ENCODINGS:
        try:
            with path.open(encoding=encoding) as f:
                while f.read(1 << 20):
                    pass
        except UnicodeError:
            continue
        return encoding
    raise RosterError("file.encoding", Place(path.name, row=_bad_line(path)))


def _bad_line(path: Path) -> int:
    """The first line that spoils the encoding which gets furthest, for the message."""
    return max(_first_undecodable(path, encoding) for encoding in ENCODINGS)


def _first_undecodable(path: Path, encoding: str) -> int:
    with path.open("rb") as f:
        for number, line in enumerate(f, 1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                return number
    return 1


def _delimiter(sample: str) -> str:
    lines = [line for line in sample.splitlines()[:20] if line.strip()]
    return max(",\t;|", key=lambda sign: sum(line.count(sign) for line in lines))


def _text_sheet(path: Path, head: bytes) -> Sheet:
    encoding = _encoding(path, head)
    with path.open(encoding=encoding) as f:
        sample = f.read(65_536)
    if not sample.strip():
        raise RosterError("file.empty", Place(path.name))
    delimiter = _delimiter(sample)

    def begin() -> Iterator[Row]:
        csv.field_size_limit(1 << 20)
        with path.open(encoding=encoding, newline="") as f:
            try:
                for row in csv.reader(f, delimiter=delimiter):
                    yield [cell if cell[:2] != '="' else cell[2:].rstrip('"') for cell in row]
            except csv.Error:
                raise RosterError("file.damaged", Place(path.name)) from None

    return Sheet("", False, _Rows(begin), notice=_formula(path, encoding))


FORMULA = re.compile(r'(?:^|[,\t;])"?([=@]\w|[+\-][A-Za-z(])')


def _formula(path: Path, encoding: str) -> RosterError | None:
    """The first cell of a text table that a spreadsheet would run; here it stays text."""
    with path.open(encoding=encoding) as f:
        for number, line in enumerate(f, 1):
            if any(sign in line for sign in "=@+-") and (found := FORMULA.search(line)):
                column = str(len(re.findall(r"[,\t;]", line[: found.start(1)])) + 1)
                return RosterError("formula.text", Place(path.name, row=number, column=column))
    return None


# -------------------------------------------------------------------------------- cell's text
EXACT = 10**15  # numbers from here on have lost digits


def text_of(cell: Cell) -> str:
    """A cell as the person would have typed it; numbers beyond 15 digits in 1.23E+17 form."""
    return cell if isinstance(cell, str) else TEXTS[type(cell)](cell)


def _number(value: float) -> str:
    if abs(value) >= EXACT:
        return f"{value:.14E}"
    return str(int(value)) if value == int(value) else f"{value:.10g}"


TEXTS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "",
    bool: lambda cell: "是" if cell else "否",
    float: _number,
    int: _number,
    datetime: lambda cell: cell.date().isoformat(),
    date: date.isoformat,
    time: time.isoformat,
    timedelta: str,
}
