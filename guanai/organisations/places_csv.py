"""A county's places from a CSV with the columns code, name, level, parent (a code).

UTF-8 (with or without mark) or GB18030. Read and checked as a whole before anything is written, so
that a wrong line leaves the tree as it was.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.organisations.models import Place, PlaceCode, PlaceLevel, User

COLUMNS = ("code", "name", "level", "parent")
LARGEST = 5 << 20  # bytes; a county has some hundred lines


@dataclass(frozen=True)
class Line:
    number: int
    code: str
    name: str
    level: str
    parent: str


@dataclass(frozen=True)
class Difference:
    """What an import would do: places to add, names to change, codes that the file lacks."""

    added: list[Line]
    renamed: list[tuple[Place, str]]
    absent: list[Place]


def parse(data: bytes) -> list[Line]:
    """The file's lines. Raises RuleBroken naming line, column and cure."""
    if len(data) > LARGEST:
        raise RuleBroken("places.large", _("The file is larger than 5 MB. Is it a places table?"))
    reader = csv.DictReader(io.StringIO(_text(data)))
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        raise RuleBroken(
            "places.columns",
            _("Line 1 must name the columns code, name, level and parent."),
        )
    lines = [
        Line(number, *((row[column] or "").strip() for column in COLUMNS))
        for number, row in enumerate(reader, 2)
    ]
    if not lines:
        raise RuleBroken("places.empty", _("The file has no place in it."))
    _check(lines)
    return lines


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RuleBroken("places.encoding", _("Save the file as CSV in UTF-8 or GB18030."))


def _check(lines: list[Line]) -> None:
    known: dict[str, Line] = {}
    standing = set(Place.objects.current().values_list("code", flat=True))
    for line in lines:
        problem = _problem(line, known, standing)
        if problem:
            raise RuleBroken("places.line", _("Line %d: %s") % (line.number, problem))
        known[line.code] = line


def _problem(line: Line, known: dict[str, Line], standing: set[str]) -> str:
    """The first thing wrong with a line, in words; empty when it is right."""
    faults = {
        # GB/T 10114 with the village digits of the statistical code
        _("column code: a division code has 12 digits."): not _is_code(line.code),
        _("column name: is empty."): not line.name,
        _("column level: write county, township, village or group."): line.level
        not in PlaceLevel.values,
        _("column code: stands twice in the file."): line.code in known,
        _("column parent: no such code above this line or in the tree."): bool(line.parent)
        and line.parent not in known
        and line.parent not in standing,
    }
    return next((text for text, wrong in faults.items() if wrong), "")


def _is_code(text: str) -> bool:
    return re.fullmatch(r"[0-9]{12}", text) is not None


def compare(lines: list[Line]) -> Difference:
    """What would change, without changing it."""
    standing = {place.code: place for place in Place.objects.current()}
    codes = {line.code for line in lines}
    return Difference(
        [line for line in lines if line.code not in standing],
        [
            (standing[line.code], line.name)
            for line in lines
            if line.code in standing and standing[line.code].name != line.name
        ],
        [place for code, place in standing.items() if code not in codes and code.isdigit()],
    )


@transaction.atomic
def plant(lines: list[Line], *, by: User | None) -> Difference:
    """Add what is new and rename what has another name; nothing is closed by itself."""
    difference = compare(lines)
    standing = {place.code: place for place in Place.objects.current()}
    today = timezone.localdate()
    for line in difference.added:
        parent = standing.get(line.parent)
        standing[line.code] = Place.plant(line.code, line.name, line.level, parent, today)
    for place, name in difference.renamed:
        PlaceCode.objects.filter(place=place, valid_to=None).update(valid_to=today)
        PlaceCode.objects.create(place=place, code=place.code, name=name, valid_from=today)
        place.name = name
        place.save(update_fields=["name"])
    record(
        "organisations.places.import",
        by=by,
        added=len(difference.added),
        renamed=len(difference.renamed),
    )
    return difference


def as_text(lines: list[Line]) -> str:
    """The lines as they were read, to be kept between preview and confirmation."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows((line.code, line.name, line.level, line.parent) for line in lines)
    return out.getvalue()
