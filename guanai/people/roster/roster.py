"""A roster file, read: its tables with their mapping, and its rows one by one."""

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from guanai.people.roster import values
from guanai.people.roster.checks import Problem
from guanai.people.roster.columns import Mapping, propose
from guanai.people.roster.context import Context, caption_context, read_context
from guanai.people.roster.errors import Place, RosterError
from guanai.people.roster.kinds import kind_of
from guanai.people.roster.layout import (
    DOUBTFUL_NAME,
    OLD_NAME,
    Ignored,
    Table,
    find_tables,
    is_hint,
    row_reason,
)
from guanai.people.roster.numbers import id_number
from guanai.people.roster.places import PlaceIndex
from guanai.people.roster.reading import Cell, Row, Sheet, read_sheets, text_of
from guanai.people.roster.rows import Fields, read_cells
from guanai.people.roster.targets import KIND_NAMES

SURROUNDINGS = {"township", "village_code", "school", "grade", "class", "head_teacher", "aid",
    "low_income", "ethnicity", "boarding", "kind"}  # fmt: skip
HINTS = 4  # rows under a header that may say how to fill in
ENOUGH = 3  # so many cells are a person even without a name
WIDE = 3  # a merge over so many columns is a caption or a remark


@dataclass(slots=True)
class RosterRow:
    """One data row. ``row`` is 1-based in the sheet; ``cells`` are raw texts by target."""

    sheet: str
    row: int
    kind: str
    cells: dict[str, str]
    fields: Fields
    problems: list[Problem]
    context: Context

    def as_json(self) -> dict[str, object]:
        """The form of ``guanai import --json``."""
        codes = list(dict.fromkeys(problem.code for problem in self.problems))
        return {
            "sheet": self.sheet,
            "row": self.row,
            "kind": self.kind,
            "fields": self.fields,
            "problems": codes,
        }


@dataclass
class RosterTable:
    """A table of the file with its mapping."""

    table: Table
    mapping: Mapping


@dataclass
class Roster:
    """``rows`` may be gone through more than once; each time reads the sheets anew.

    ``skipped`` fills while rows are read: (sheet, 1-based row, why it is no data).
    """

    tables: list[RosterTable]
    ignored: list[Ignored]
    skipped: list[tuple[str, int, str]] = field(default_factory=list)
    _sheets: list[tuple[Sheet, list[RosterTable]]] = field(default_factory=list, repr=False)
    _places: PlaceIndex = field(default_factory=lambda: PlaceIndex([]), repr=False)
    _today: date = date.max

    @property
    def rows(self) -> Iterator[RosterRow]:
        """The data rows in order, rejected ones too."""
        self.skipped.clear()
        for sheet, tables in self._sheets:
            yield from _SheetReader(sheet, tables, self._places, self._today, self.skipped).rows()

    @property
    def notices(self) -> list[RosterError]:
        """What to tell before the import: formulas without results, formulas in text."""
        return [sheet.notice for sheet, _ in self._sheets if sheet.notice]

    @property
    def sheets(self) -> list[str]:
        return [sheet.name for sheet, _ in self._sheets]


def read_roster(
    path: Path,
    places: PlaceIndex,
    *,
    kind: str | None = None,
    within: str | None = None,
    mappings: Lookup[str, Mapping] | None = None,
    today: date | None = None,
) -> Roster:
    """Find the tables of a file and propose their mapping; the rows come when asked for.

    ``within`` is the place of whoever imports; ``mappings`` are those remembered, by layout
    signature. Raises RosterError.
    """
    kind = KIND_NAMES.get(kind or "", kind)
    sheets: list[tuple[Sheet, list[RosterTable]]] = []
    ignored: list[Ignored] = []
    for sheet in read_sheets(path):
        found = find_tables(sheet, path.name)
        if isinstance(found, Ignored):
            ignored.append(found)
            continue
        for table in found:
            texts = table.above or found[0].above
            table.context = read_context(texts, sheet.name, path.name, places, within)
        sheets.append((sheet, [RosterTable(t, propose(t, kind, mappings)) for t in found]))
    if not sheets:
        raise RosterError("sheet.none", Place(path.name))
    left_out = judge({sheet.name: tables for sheet, tables in sheets})
    ignored += [Ignored(name, reason) for name, reason in left_out.items()]
    sheets = [(sheet, tables) for sheet, tables in sheets if sheet.name not in left_out]
    tables = [table for _, of_sheet in sheets for table in of_sheet]
    return Roster(tables, ignored, [], sheets, places, today or _today())


TELLING = {"id_number", "birth_date", "sex", "village_code", "school"}


def judge(sheets: Lookup[str, list[RosterTable]]) -> dict[str, str]:
    """Sheets to leave out, with the reason: a doubtful name and nothing new, or only contacts."""
    doubtful = {name for name in sheets if DOUBTFUL_NAME.search(name.strip())}
    known: set[str] = set()
    for name in sheets.keys() - doubtful:
        known |= {person for table in sheets[name] for person in _people(table)}
    told = {name for name, tables in sheets.items() if any(map(_tells, tables))}
    left_out = {}
    for name, tables in sheets.items():
        own = {person for table in tables for person in _people(table)}
        new = len(own - known) * 2 > len(own) > 1 and not OLD_NAME.search(name.strip())
        if name in doubtful and known and not (new and name in told):
            left_out[name] = "notes_or_old"
        elif name not in told and told - doubtful - {name}:
            left_out[name] = "contacts"
    return left_out


def _people(found: RosterTable) -> list[str]:
    """ID numbers, else names, in the first rows of a table."""
    by_target = {target: column for column, target in found.mapping.columns.items()}
    rows = [row for row in found.table.sample if row_reason(row) is None and not is_hint(row)]

    def cells(target: str) -> list[str]:
        at = by_target.get(target, len(found.table.titles))
        return [row[at] for row in rows if at < len(row)]

    people = [i.value for cell in cells("id_number") if (i := id_number(cell)).birth and i.value]
    return people or [n for cell in cells("name") if (n := values.name(cell))]


def _tells(found: RosterTable) -> bool:
    """More than names and phones, as a list of contacts has?"""
    targets = {target.partition("=")[0] for target in found.mapping.columns.values()}
    return not TELLING.isdisjoint(targets) or any("." in target for target in targets)


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the day on the wall, not a moment


def recheck(
    kind: str,
    cells: Lookup[str, str],
    context: Context,
    places: PlaceIndex,
    today: date | None = None,
) -> tuple[Fields, list[Problem]]:
    """Read a row again after somebody repaired a cell; the same path as reading the file."""
    as_of = report_day(context, today or _today())
    return read_cells(kind, cells, context, places, as_of)


def report_day(context: Context, today: date) -> date:
    """The day a roster speaks of: its own date if that is of the past year, else today."""
    said = context.as_of
    return said if said and today - timedelta(days=366) <= said <= today else today


class _SheetReader:
    """Goes down one sheet: merges and ditto marks are filled, what is no data is skipped."""

    def __init__(
        self,
        sheet: Sheet,
        tables: list[RosterTable],
        places: PlaceIndex,
        today: date,
        skipped: list[tuple[str, int, str]],
    ) -> None:
        self.sheet, self.tables, self.places, self.today = sheet, tables, places, today
        self.skipped = skipped
        self.plans: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
        self.mappings: dict[tuple[int, str], Mapping] = {}
        self.fill: dict[int, tuple[Cell, int]] = {}
        self.before: dict[str, str] = {}
        self.merges: dict[int, list[tuple[int, int]]] = {}
        for top, left, bottom, right in sheet.merges:
            if bottom > top and right - left < WIDE:
                self.merges.setdefault(top, []).extend((c, bottom) for c in range(left, right + 1))

    def rows(self) -> Iterator[RosterRow]:
        following = iter(self.tables)
        upcoming = next(following, None)
        current: RosterTable | None = None
        context = Context()
        for number, row in enumerate(self.sheet.rows):
            if upcoming and number >= upcoming.table.header[0]:
                current, context = upcoming, upcoming.table.context
                upcoming = next(following, None)
            if current is None or not current.table.start <= number < current.table.end:
                continue
            self._merged(number, row)
            reason = row_reason(row)
            if reason is None and number < current.table.start + HINTS and is_hint(row):
                reason = "example"
            if reason == "caption":
                context = self._caption(row, current, context)
            found = [] if reason else list(self._people(row, current))
            if not found:
                self.skipped.append((self.sheet.name, number + 1, reason or "empty"))
            for cells, kind in found:
                yield self._read(number, cells, kind, context)

    def _people(self, row: Row, current: RosterTable) -> Iterator[tuple[dict[str, str], str]]:
        """The cells and the kind of whom the row tells; of several if tables stand side by side."""
        width = current.table.width or max(1, len(row))
        for start in range(0, len(row), width):
            piece = row[start : start + width] if current.table.width else row
            mapping = self._mapping(piece, current)
            cells = self._cells(piece, mapping)
            if cells is not None:
                yield cells, mapping.kind

    def _mapping(self, row: Row, current: RosterTable) -> Mapping:
        """The table's mapping, or that for the kind which a column 人员类别 names for this row."""
        mapping = current.mapping
        if "kind" not in mapping.columns.values():
            return mapping
        column = next((c for c, t in mapping.columns.items() if t == "kind"), len(row))
        raw = text_of(row[column]) if column < len(row) else ""
        kind = kind_of(self.before.get("kind", "") if values.is_ditto(raw) else raw)
        if kind in {None, mapping.kind}:
            return mapping
        key = (current.table.start, str(kind))
        if key not in self.mappings:
            self.mappings[key] = propose(current.table, kind)
        return self.mappings[key]

    def _read(self, number: int, cells: dict[str, str], kind: str, context: Context) -> RosterRow:
        as_of = report_day(context, self.today)
        fields, problems = read_cells(kind, cells, context, self.places, as_of)
        return RosterRow(self.sheet.name, number + 1, kind, cells, fields, problems, context)

    def _merged(self, number: int, row: Row) -> None:
        for column, bottom in self.merges.get(number, ()):
            if column < len(row):
                self.fill[column] = (row[column], bottom)
        for column, (cell, bottom) in list(self.fill.items()):
            if number > bottom:
                del self.fill[column]
            elif column < len(row) and row[column] in ("", None):
                row[column] = cell

    def _caption(self, row: Row, current: RosterTable, context: Context) -> Context:
        town = self.places.township(current.table.context.place)
        for text in dict.fromkeys(text_of(cell) for cell in row if cell not in ("", None)):
            context = caption_context(context, text, self.places, town)
        return context

    def _cells(self, row: Row, mapping: Mapping) -> dict[str, str] | None:
        """Raw texts by target, ditto marks filled; None if the row names nobody."""
        cells: dict[str, str] = {}
        told = filled = 0
        for column, target, option in self._plan(mapping):
            raw = text_of(row[column]) if column < len(row) else ""
            if option:
                raw = self._option(cells.get(target, ""), option, raw)
            elif raw and values.is_ditto(raw):
                raw = self.before.get(target, "")
            cells[target] = raw
            if raw and not values.is_missing(raw):
                told += target not in SURROUNDINGS
                filled += target not in {"township", "kind"}
        if told == 0 or (told == 1 and filled < ENOUGH and not cells.get("name")):
            return None
        self.before = cells
        return cells

    def _plan(self, mapping: Mapping) -> list[tuple[int, str, str]]:
        """(column, target, option or "") of a mapping, worked out once."""
        key = (mapping.kind, mapping.signature)
        if key not in self.plans:
            parts = ((c, *t.partition("=")) for c, t in mapping.columns.items())
            self.plans[key] = [(c, target, option) for c, target, _, option in parts]
        return self.plans[key]

    @staticmethod
    def _option(so_far: str, option: str, raw: str) -> str:
        if not raw.strip() or not values.tick(raw):
            return so_far
        return f"{so_far}、{option}" if so_far else option
