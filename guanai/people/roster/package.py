"""A .xlsx is a zip: look into its directory and pass over its parts once before it is read.

The reader holds a sheet as a full grid and copies each shared text into each cell that uses it,
so a small file may ask for terabytes. Here that is counted first, in little memory.
"""

import html
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from guanai.people.roster.errors import Place, RosterError

CHUNK = 1 << 20
OVERLAP = 512
# Both begin with plain signs, so that they are found fast in hundreds of megabytes.
ROW = re.compile(rb'row [^>]*?\br="(\d{1,9})"')
WIDE_CELL = re.compile(rb' r="([A-Z]{3})\d+"[^>]*[^/]>')
MOST_PARTS = 10_000
LONG_TEXT = 20_000
NO_VALUE = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^>]*><f(?:>| [^>]*>)(?:[^<]*</f>)?(?:<v/>|<v></v>)?</c>'
)
FIRST_SMALL_RATIO = 10_000_000  # below this, a high ratio harms nobody


@dataclass(frozen=True)
class Limits:
    """What a file may be at most; a spreadsheet beyond that is refused before it is read."""

    file_bytes: int = 200_000_000
    unpacked_bytes: int = 2_000_000_000
    ratio: int = 400
    rows: int = 1_048_576
    columns: int = 1_000
    cells: int = 40_000_000


@dataclass
class Findings:
    """``formulas``: the first one without a result of each sheet. ``doubtful``: the longest shared
    text is so long that copies of it could fill the memory: try such a book apart first."""

    formulas: list[Place]
    doubtful: bool = False


def check_package(path: Path, limits: Limits) -> Findings:
    """Look at a package without keeping it.

    Raises RosterError: file.damaged, file.protected, file.unknown_type, file.bomb,
    sheet.too_large.
    """
    here = Place(path.name)
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            _check_sizes(parts, here, limits)
            _check_type(parts, here)
            names = _sheet_names(package)
            places = [replace(here, sheet=names.get(p.filename.lower(), "")) for p in parts]
            found = [
                _pass_over(package, part, place, limits)
                for part, place in zip(parts, places, strict=True)
            ]
            doubtful = any(_longest_text(package, part) > LONG_TEXT for part in parts)
            return Findings([place for place in found if place], doubtful)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
        raise RosterError("file.damaged", here) from None
    except RuntimeError:  # zipfile's word for an encrypted part
        raise RosterError("file.protected", here) from None


def _sheet_names(package: zipfile.ZipFile) -> dict[str, str]:
    """Part of the package to the sheet's name; empty if the book is written unusually."""
    names = {n.lower(): n for n in package.namelist()}
    book, links = names.get("xl/workbook.xml"), names.get("xl/_rels/workbook.xml.rels")
    if not book or not links:
        return {}
    targets = dict(_attributes(package.read(links), b"Relationship", b"Id", b"Target"))
    sheets = _attributes(package.read(book), b"sheet", b"r:id", b"name")
    return {
        f"xl/{targets.get(key, '').removeprefix('/xl/')}".lower(): html.unescape(name)
        for key, name in sheets
    }


def _attributes(xml: bytes, tag: bytes, key: bytes, value: bytes) -> Iterator[tuple[str, str]]:
    for element in re.findall(rb"<(?:\w+:)?" + tag + rb"\s[^>]*>", xml):
        found = dict(re.findall(rb'([\w:]+)="([^"]*)"', element))
        yield found.get(key, b"").decode(), found.get(value, b"").decode()


def _check_sizes(parts: list[zipfile.ZipInfo], here: Place, limits: Limits) -> None:
    total = sum(part.file_size for part in parts)
    if total > limits.unpacked_bytes or len(parts) > MOST_PARTS:
        limit = str(limits.unpacked_bytes)
        raise RosterError("file.bomb", here, found=str(total), limit=limit)
    for part in parts:
        most = max(FIRST_SMALL_RATIO, part.compress_size * limits.ratio)
        if part.file_size > most:
            raise RosterError("file.bomb", here, found=str(part.file_size), limit=str(most))


def _check_type(parts: list[zipfile.ZipInfo], here: Place) -> None:
    names = {part.filename.lstrip("/").lower() for part in parts}
    if not any(name.startswith("xl/workbook") for name in names):
        word = any(name.startswith("word/") for name in names)
        raise RosterError("file.unknown_type", here, found="Word .docx" if word else "zip")


def _pass_over(
    package: zipfile.ZipFile, part: zipfile.ZipInfo, here: Place, limits: Limits
) -> Place | None:
    """Unpack one part in pieces: its check sum proves the sizes that the directory names."""
    is_sheet = part.filename.lower().startswith("xl/worksheets/sheet")
    rows, columns, rest = 0, 0, b""
    formula: Place | None = None
    with package.open(part) as stream:
        while chunk := stream.read(CHUNK):
            if not is_sheet:
                continue
            piece = rest + chunk
            rows = max([rows, *(int(n) for n in ROW.findall(piece))])
            columns = max([columns, *(_column(n) for n in WIDE_CELL.findall(piece))])
            if formula is None and (cell := NO_VALUE.search(piece)):
                formula = replace(here, column=cell[1].decode(), row=int(cell[2]))
            rest = piece[-OVERLAP:]
    if rows > limits.rows or columns > limits.columns or rows * columns > limits.cells:
        found = f"{rows} × {columns}"
        limit = f"{limits.rows} × {limits.columns}"
        raise RosterError("sheet.too_large", here, found=found, limit=limit)
    return formula


def _longest_text(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Bytes of the longest shared text, markup and all."""
    if part.filename.lower() != "xl/sharedstrings.xml":
        return 0
    longest = open_length = 0
    with package.open(part) as stream:
        while chunk := stream.read(CHUNK):
            first, *others = (len(piece) for piece in chunk.split(b"</si>"))
            longest = max([longest, open_length + first, *others])
            open_length = others[-1] if others else open_length + first
    return longest


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
