"""What the pages of duplicates show: two files line by line, where each fact comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from guanai.organisations.models import User
from guanai.organisations.rules import CHILDREN, PERSON_MERGE
from guanai.people.labels import KINDS, label, show
from guanai.people.merging.comparing import LEFT, RIGHT, Pair
from guanai.people.models import Change, Merge, Person
from guanai.people.presenting import Entry, period
from guanai.people.wording import relation

CHANGES = 400  # of both files, looked through for origins
LIKELY, SURE = 0.9, 0.99  # probabilities from which on a pair is so called


@dataclass
class Cell:
    text: str = ""
    origin: str = ""


@dataclass
class Line:
    """One fact of both files. `state`: same, one (of one file only), choose, both (stand)."""

    title: str
    left: Cell
    right: Cell
    state: str
    key: str = ""
    chosen: str = ""

    @property
    def cells(self) -> list[tuple[str, Cell]]:
        return [(LEFT, self.left), (RIGHT, self.right)]


class Origins:
    """Who or which import told a fact last, by the histories of both files."""

    def __init__(self, pair: Pair) -> None:
        self.found: dict[int, dict[str, str]] = {key: {} for key in pair.people}
        changes = Change.objects.filter(person__in=pair.people).select_related("entry__user")
        for change in changes.select_related("batch").order_by("-pk")[:CHANGES]:
            change.person = pair.people[change.person_id]
            for key in change.values():
                name, _at, uid = key.partition("@")
                for word in {name, name.partition(".")[0], uid}:
                    self.found[change.person_id].setdefault(word, _by(change))

    def of(self, person: Person, *words: str) -> str:
        found = self.found[person.pk]
        return next((found[word] for word in words if word in found), "")


def _by(change: Change) -> str:
    day = f"{change.at:%Y-%m-%d}"
    if change.batch is not None:
        return _("import %(file)s, %(day)s") % {"file": change.batch.title, "day": day}
    user = change.entry.user if change.entry else None
    return f"{user or ''} {day}".strip()


def lines(pair: Pair) -> Iterator[Line]:
    """What is different comes first within its kind."""
    origins = Origins(pair)
    sides = (pair.left, pair.right)
    for key, values in pair.facts.items():
        cells = [Cell(show(key, v), origins.of(p, key)) if v is not None else Cell()
                 for v, p in zip(values, sides, strict=True)]  # fmt: skip
        state = "one" if None in values else "same" if values[0] == values[1] else "choose"
        chosen = pair.better(key) if state == "choose" else ""
        yield Line(label(key), cells[0], cells[1], state, key if chosen else "", chosen)
    places = [Cell(str(person.place)) for person in sides]
    yield Line(label("place"), places[0], places[1], "stays")
    for group in sorted({row.group for side in pair.standing for row in side}):
        cells = [Cell("、".join(_spell(row) for row in side if row.group == group))
                 for side in pair.standing]  # fmt: skip
        yield Line(label(f"registration.{group}"), cells[0], cells[1], _state(cells))
    for kind in pair.rows:
        yield from sorted(_of_kind(pair, kind, origins), key=lambda line: line.state)


def _spell(standing: Any) -> str:
    return f"{standing.since} – {standing.until or ''}".strip()


def _state(cells: list[Cell]) -> str:
    return "both" if all(cell.text for cell in cells) else "one"


def _of_kind(pair: Pair, kind: str, origins: Origins) -> Iterator[Line]:
    def cell(row: Any) -> Cell:
        return Cell(_text(row), origins.of(row.person, row.uid.hex, kind))

    title, done = str(KINDS[kind]), set()
    for key, clash in pair.clashes.items():
        if kind == clash.left.KIND:
            done |= {clash.left, clash.right}
            yield Line(title, cell(clash.left), cell(clash.right), "choose", key, clash.suggested)
    for row, into in pair.folded.items():
        if kind == row.KIND and row not in done:
            done |= {row, into}
            two = (row, into) if row.person == pair.left else (into, row)
            yield Line(title, cell(two[0]), cell(two[1]), "same")
    for row in (row for side in pair.rows[kind] for row in side if row not in done):
        two = (cell(row), Cell()) if row.person == pair.left else (Cell(), cell(row))
        yield Line(title, *two, "one")


def _text(row: Any) -> str:
    if row.KIND == "kinship":
        return f"{relation(row.relation)} {row.relative.name} {period(row)}".strip()
    if row.KIND == "guardianship":
        return f"{row.get_kind_display()} {row.guardian.name} {period(row)}".strip()
    return Entry.of(row).told


def minors(pair: Pair) -> list[int]:
    """Those of the two whose looks are logged."""
    found = []
    for person, standing in zip((pair.left, pair.right), pair.standing, strict=True):
        listed = any(row.until is None and row.group in CHILDREN for row in standing)
        if person.counts_as_minor(listed=listed):
            found.append(person.pk)
    return found


def attached(people: list[int]) -> list[QuerySet[Any]]:
    merges = Merge.objects.filter(person__in=people)
    return [merges.annotate(extra_number=F("gone__file_number"), extra_by=F("by__name"))]


def panel(person: Person, reader: User) -> dict[str, Any]:
    """On the page of a file: which files were merged into it."""
    found = person.attached[Merge]  # type: ignore[attr-defined]
    return {"merges": found, "last": found[-1:], "may_undo": reader.has_perm(PERSON_MERGE)}
