"""What the pages of an import show: rows with problems, likenesses, results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from guanai.audit.models import note_readings
from guanai.core.documents.layout import Column, SheetLayout
from guanai.organisations.models import User
from guanai.people.importing import wording
from guanai.people.importing.sight import reachable
from guanai.people.importing.staging import NEVER_ACCEPTED, Source, Staged, Staging, blocks
from guanai.people.linking.wording import in_words
from guanai.people.models import Import, Person
from guanai.people.roster.targets import TARGETS

FILTERS = {
    "all": "1",
    "faulty": "faulty AND NOT left_out",
    "left_out": "left_out",
    "undecided": "id IN (SELECT staged FROM candidate WHERE NOT certain AND decision = '')",
    "known": "id IN (SELECT staged FROM candidate WHERE certain OR decision = 'same')",
    "differs": "id IN (SELECT staged FROM difference)",
}
LIKENESS = "id, staged, other, within, probability, reasons, certain, decision"


@dataclass
class Cell:
    """A cell that may be repaired."""

    target: str
    label: str
    text: str
    problems: list[str] = field(default_factory=list)
    hint: str = ""
    shown: bool = False  # beside a cell that it contradicts


@dataclass
class Likeness:
    id: int
    text: str
    url: Person | None
    percent: int
    reasons: list[str]
    decision: str
    certain: bool


@dataclass
class Line:
    """One staged row as shown."""

    row: Staged
    sheet: str
    name: str
    cells: list[Cell]
    others: list[Cell]
    problems: list[str]
    likenesses: list[Likeness] = field(default_factory=list)
    differences: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def acceptable(self) -> bool:
        return self.row.faulty and NEVER_ACCEPTED.isdisjoint(p["code"] for p in self.row.problems)


@dataclass
class Page:
    lines: list[Line]
    number: int
    total: int

    @property
    def first(self) -> int:
        return (self.number - 1) * settings.PAGE_ROWS + 1

    @property
    def last(self) -> int:
        return min(self.total, self.number * settings.PAGE_ROWS)

    @property
    def shown(self) -> str:
        if not self.total:
            return ""
        return _("%(first)d–%(last)d of %(total)d") % {
            "first": self.first, "last": self.last, "total": self.total,
        }  # fmt: skip

    @property
    def following(self) -> int | None:
        return self.number + 1 if self.last < self.total else None


class Preview:
    """Reads an import's staged rows for one reader."""

    def __init__(self, batch: Import, staging: Staging, reader: User) -> None:
        self.batch, self.staging, self.reader = batch, staging, reader
        self.told = batch.told
        self.sources: dict[int, Source] = {source.id: source for source in staging.sources()}

    def page(self, chosen: str, number: int) -> Page:
        """`chosen` is a key of FILTERS or the code of a problem."""
        where = FILTERS.get(chosen)
        parameters: tuple[str, ...] = ()
        if where is None:
            where = "id IN (SELECT staged FROM problem WHERE code = ?)"
            parameters = (chosen,)
        total = self.staging.one(f"SELECT count(*) FROM staged WHERE {where}", *parameters)  # noqa: S608
        number = max(1, min(number, -(-total // settings.PAGE_ROWS)))
        start = (number - 1) * settings.PAGE_ROWS
        order = f"id LIMIT {settings.PAGE_ROWS} OFFSET {start}"
        rows = list(self.staging.rows(where, *parameters, order=order))
        return Page(self.lines(rows), number, total)

    def lines(self, rows: list[Staged]) -> list[Line]:
        lines = {row.id: self._line(row) for row in rows}
        self._likenesses(lines)
        self._differences(lines)
        return list(lines.values())

    def _line(self, row: Staged) -> Line:
        source = self.sources[row.source]
        cells = {name: self._cell(row, name, text) for name, text in row.cells.items()}
        for problem in row.problems:
            place = problem["field"]
            cell = cells.get(place)
            if cell is None:
                cell = cells[place] = self._cell(row, place, "")
            cell.problems.append(wording.problem(problem["code"]))
            cell.hint = problem["hint"] or cell.hint
        if any(p["code"].endswith("_mismatch") for p in row.problems) and "id_number" in cells:
            cells["id_number"].shown = True
        wrong = [cell for cell in cells.values() if cell.problems or cell.shown]
        codes = [wording.problem(problem["code"]) for problem in row.problems]
        others = [cell for cell in cells.values() if cell not in wrong]
        name = row.fields.get("name") or row.cells.get("name", "")
        return Line(row, self._sheet(source), name, wrong, others, codes)

    def _sheet(self, source: Source) -> str:
        many = len(self.told.get("files", [])) > 1
        return f"{source.told['file']} › {source.sheet}" if many else source.sheet

    @staticmethod
    def _cell(row: Staged, target: str, text: str) -> Cell:
        return Cell(target, wording.target(row.kind, target), text)

    def _likenesses(self, lines: dict[int, Line]) -> None:
        marks = ",".join("?" * len(lines))
        found = self.staging.db.execute(
            f"SELECT {LIKENESS} FROM candidate WHERE staged IN ({marks})"  # noqa: S608 own marks
            " ORDER BY probability DESC",
            tuple(lines),
        ).fetchall()
        keys = {other for _, _, other, within, *_ in found if not within}
        visible = Person.objects.visible_to(self.reader).select_related("place")
        people = visible.in_bulk(keys) if keys else {}
        self._note(people.values())
        for key, staged, other, within, probability, reasons, certain, decision in found:
            person = None if within else people.get(other)
            text = self._other_row(other) if within else person and describe(person)
            if text:
                told = in_words(code for code in reasons.split(",") if code)
                percent = round(probability * 100)
                lines[staged].likenesses.append(
                    Likeness(key, text, person, percent, told, decision, bool(certain))
                )

    def _note(self, people: Iterable[Person]) -> None:
        minors = [person.pk for person in people if person.is_minor]
        if minors:
            note_readings(self.reader, minors, "import", "import")

    def _other_row(self, number: int) -> str:
        row = self.staging.row(number)
        if row is None:
            return ""
        told = [row.fields.get("name"), row.fields.get("birth_date")]
        place = _("%(sheet)s, row %(row)d") % {
            "sheet": self._sheet(self.sources[row.source]), "row": row.row,
        }  # fmt: skip
        return " · ".join([*(str(value) for value in told if value), place])

    def _differences(self, lines: dict[int, Line]) -> None:
        marks = ",".join("?" * len(lines))
        found = self.staging.db.execute(
            f"SELECT staged, person, field, told FROM difference WHERE staged IN ({marks})",  # noqa: S608
            tuple(lines),
        ).fetchall()
        people = {person for _, person, *_ in found if person is not None}
        near = reachable(self.reader, people)
        self._note(Person.objects.filter(pk__in=near))
        for staged, person, name, told in found:
            if person is not None and person not in near:
                continue
            kept, said = self.staging.unseal(told, "import.difference")
            both = (wording.value(name, kept), wording.value(name, said))
            lines[staged].differences.append((wording.fact(name), *both))

    def filters(self) -> list[tuple[str, str, int]]:
        """(key, label, count) of the filters that find anything."""
        counts = self.batch.counts
        said = [
            ("all", _("all rows"), counts.get("rows", 0)),
            ("faulty", self._waiting(), counts.get("faulty", 0)),
            ("undecided", _("perhaps known"), counts.get("undecided", 0)),
            ("known", _("known already"), counts.get("certain", 0)),
            ("left_out", _("left out"), counts.get("left_out", 0)),
            ("differs", _("say otherwise than the file"), counts.get("differences", 0)),
        ]
        problems = sorted(counts.get("problems", {}).items(), key=lambda item: -item[1])
        said += [(code, wording.problem(code), count) for code, count in problems]
        return [(key, label, count) for key, label, count in said if count or key == "all"]

    def notices(self) -> list[tuple[str, str]]:
        """What the reader noticed about the files: (what, cure)."""
        return [wording.of_file(told["code"], told) for told in self.told.get("notices", [])]

    def ignored(self) -> list[str]:
        """Sheets of which nothing was read, and why."""
        return [
            f"{file} › {sheet}: {wording.ignored(reason)}"
            for file, sheet, reason in self.told.get("ignored", [])
        ]

    def _waiting(self) -> str:
        return _("need a decision") if self.batch.state == "preview" else _("were not written")

    def tables(self) -> list[dict[str, Any]]:
        """The tables found, with their columns: (index, title, target, samples)."""
        found = []
        for source in self.sources.values():
            told = source.told
            columns = [
                (place, title, told["columns"].get(str(place), ""), _samples(told, place))
                for place, title in enumerate(told["titles"])
                if title or str(place) in told["columns"]
            ]
            found.append(
                {
                    "source": source,
                    "title": self._sheet(source),
                    "kind": wording.kind(source.kind),
                    "columns": columns,
                    "targets": targets(source.kind),
                    "rows": self.staging.one(
                        "SELECT count(*) FROM staged WHERE source = ?", source.id
                    ),
                }
            )
        return found


def _samples(told: dict[str, Any], place: int) -> str:
    texts = [row[place] for row in told["sample"] if place < len(row) and row[place]]
    return "、".join(texts[:2])[:40]


def targets(kind: str) -> list[tuple[str, str]]:
    return [(name, wording.target(kind, name)) for name in TARGETS[kind]]


def describe(person: Person) -> str:
    told = [person.name, str(person.birth_date or ""), person.place.name, person.file_number]
    return " · ".join(filter(None, told))


def rejected(staging: Staging) -> tuple[SheetLayout, Iterator[list[str]]]:
    """The rows that were not written, with the reason in the row, as a sheet to be repaired."""
    sources = {source.id: source for source in staging.sources()}
    names: dict[str, str] = {}
    for row in staging.rows("faulty OR left_out"):
        for target in row.cells:
            names.setdefault(target, wording.target(row.kind, target))
    columns = [Column(_("sheet"), 14), Column(_("row"), 6), Column(_("reason"), 30)]
    columns += [Column(label, 14) for label in names.values()]

    def rows() -> Iterator[list[str]]:
        for row in staging.rows("faulty OR left_out"):
            reasons = [
                wording.problem(p["code"])
                for p in row.problems
                if row.left_out or blocks(p["code"], p["field"])
            ]
            reason = "；".join(dict.fromkeys(reasons)) or _("left out")
            source = sources[row.source]
            cells = [row.cells.get(target, "") for target in names]
            yield [source.sheet or source.told["file"], str(row.row), reason, *cells]

    return SheetLayout(_("Rows that were not written"), columns, signed=False), rows()
