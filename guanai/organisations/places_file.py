"""A county's places from a CSV with the columns code, name, level, parent."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from guanai.core.broken import RuleBroken
from guanai.organisations.models import Place, PlaceCode, PlaceLevel

COLUMNS = {"code", "name", "level", "parent"}
LEVELS: list[str] = list(PlaceLevel.values)


@dataclass(frozen=True)
class PlaceRow:
    number: int  # of the row in the file, the header is 1
    code: str
    name: str
    level: str
    parent: str


def read_places(file: Path) -> list[PlaceRow]:
    """The rows, parents before children, for files in UTF-8 or GB18030.

    Raises RuleBroken that names the row and what to do.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise RuleBroken("places.file", _("%(file)s cannot be read.") % {"file": file}) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    reader = csv.DictReader(io.StringIO(text))
    if not set(reader.fieldnames or ()) >= COLUMNS:
        raise RuleBroken(
            "places.columns", _("The first line must name the columns code,name,level,parent.")
        )
    rows = [
        PlaceRow(number, *((row[key] or "").strip() for key in ("code", "name", "level", "parent")))
        for number, row in enumerate(reader, 2)
    ]
    _check(rows)
    return sorted(rows, key=lambda row: LEVELS.index(row.level))


def _check(rows: list[PlaceRow]) -> None:
    levels: dict[str, str] = {}
    for row in rows:
        if not row.name or not row.code.isdigit():
            raise _fault(row, _("code must be digits and name must not be empty"))
        if row.level not in LEVELS:
            raise _fault(row, _("level must be one of %s") % ", ".join(LEVELS))
        if row.code in levels:
            raise _fault(row, _("the code %s stands twice") % row.code)
        levels[row.code] = row.level
    for row in rows:
        if row.parent:
            _check_parent(row, levels)


def _check_parent(row: PlaceRow, levels: dict[str, str]) -> None:
    if row.parent not in levels:
        raise _fault(row, _("there is no row with the parent's code %s") % row.parent)
    if LEVELS.index(levels[row.parent]) >= LEVELS.index(row.level):
        raise _fault(row, _("the parent %s is not of a higher level") % row.parent)


def _fault(row: PlaceRow, what: str) -> RuleBroken:
    return RuleBroken("places.row", _("Row %(row)d: %(what)s.") % {"row": row.number, "what": what})


def plant_all(rows: list[PlaceRow]) -> dict[str, Place]:
    """Plant the tree in an empty register: code → place. Call inside a transaction."""
    planted: dict[str, Place] = {}
    children: dict[str, int] = {}
    for row in rows:
        parent = planted.get(row.parent)
        number = children[row.parent] = children.get(row.parent, 0) + 1
        planted[row.code] = Place(
            path=f"{parent.path if parent else ''}{number:04d}",
            parent=parent,
            name=row.name,
            level=row.level,
            code=row.code,
        )
        planted[row.code].save(force_insert=True)
    PlaceCode.objects.bulk_create(
        PlaceCode(place=place, code=place.code, name=place.name) for place in planted.values()
    )
    return planted
