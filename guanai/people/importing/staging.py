"""An import's own SQLite file in the home: rows that nobody has confirmed yet.

What a row says is sealed under the import's key. In the clear stand only what pages and filters
need: row numbers, codes of problems, decisions, keyed hashes.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from django.conf import settings

from guanai.core.crypto import Sealer, vault
from guanai.people.models import Import

SCHEMA = """
CREATE TABLE source (
    id INTEGER PRIMARY KEY, file INTEGER, sheet TEXT, kind TEXT, signature TEXT, told BLOB
);
CREATE TABLE staged (
    id INTEGER PRIMARY KEY, source INTEGER, row INTEGER, kind TEXT, payload BLOB,
    faulty INTEGER DEFAULT 0, left_out INTEGER DEFAULT 0, accepted INTEGER DEFAULT 0,
    repaired INTEGER DEFAULT 0, people TEXT DEFAULT '', family INTEGER
);
CREATE INDEX staged_family ON staged (family);
CREATE TABLE problem (staged INTEGER, code TEXT, field TEXT, raw INTEGER, blocks INTEGER);
CREATE INDEX problem_code ON problem (code, staged);
CREATE INDEX problem_staged ON problem (staged);
CREATE TABLE candidate (
    id INTEGER PRIMARY KEY, staged INTEGER, other INTEGER, within INTEGER, probability REAL,
    reasons TEXT, certain INTEGER, decision TEXT DEFAULT ''
);
CREATE INDEX candidate_staged ON candidate (staged);
CREATE TABLE known (person INTEGER PRIMARY KEY, key INTEGER);
CREATE TABLE written (person INTEGER PRIMARY KEY, key INTEGER);
CREATE TABLE difference (
    id INTEGER PRIMARY KEY, staged INTEGER, person INTEGER, field TEXT, told BLOB
);
"""
ELSEWHERE = "id.elsewhere"  # the person has a file that the importer does not see
# These block a row until somebody repairs the cell, takes it as it is, or leaves the row out.
# Others leave a gap: the row is written without the value that cannot be read.
BLOCKING = {
    "id.checksum", "id.length", "id.precision_lost", "id.birth_mismatch", "id.sex_mismatch",
    "birth.unparseable", "birth.future", "name.missing", "place.unknown", "place.missing",
    "place.outside", "school.outside", "group.outside", ELSEWHERE,
}  # fmt: skip
NEVER_ACCEPTED = {
    "name.missing", "place.missing", "place.outside", "school.outside", "group.outside", ELSEWHERE,
}  # fmt: skip
LIVE = "NOT faulty AND NOT left_out AND kind <> 'helper'"

# Whom a row of that kind tells of; "" is its own person.
ROLES = {
    "child": ("", "father", "mother", "guardian"),
    "woman": ("", "husband"),
    "elder": ("", "caregiver"),
    "away_period": ("",),
}


def blocks(code: str, field_: str) -> bool:
    """Whether the row waits for a person; defects in relatives' cells do not hold a child up."""
    return code in BLOCKING and "." not in field_


@dataclass(slots=True)
class Staged:
    """One row as staged; `problems` are dicts of code, field, raw, hint."""

    id: int
    source: int
    row: int
    kind: str
    cells: dict[str, str]
    context: dict[str, Any]
    fields: dict[str, Any]
    problems: list[dict[str, Any]]
    left_out: bool = False
    accepted: bool = False
    repaired: bool = False

    @property
    def faulty(self) -> bool:
        """Waits for a person."""
        return any(
            blocks(problem["code"], problem["field"])
            and not (self.accepted and problem["code"] not in NEVER_ACCEPTED)
            for problem in self.problems
        )


@dataclass
class Source:
    """A table found in a file."""

    id: int
    file: int
    sheet: str
    kind: str
    signature: str
    told: dict[str, Any] = field(default_factory=dict)  # titles, columns, file name, context


class Staging:
    """Open one import's staged rows. Close it, or use it as a context manager."""

    def __init__(self, batch: Import) -> None:
        self.folder: Path = settings.HOME.imports / str(batch.uid)
        self.sealer: Sealer = vault().sealer(batch.sealed_key)
        self._opened: sqlite3.Connection | None = None

    @cached_property
    def db(self) -> sqlite3.Connection:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self.folder / "staged.sqlite3"
        fresh = not file.exists()
        self._opened = sqlite3.connect(file, timeout=20, isolation_level=None)
        self._opened.execute("PRAGMA journal_mode=WAL")
        self._opened.execute("PRAGMA synchronous=NORMAL")
        if fresh:
            self._opened.executescript(SCHEMA)
        return self._opened

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened is not None:
            self._opened.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction on the staged rows."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def clear(self) -> None:
        """Forget the rows, keep the files; not those that a killed process left open."""
        if self.folder.exists():
            for folder in self.folder.iterdir():
                if folder.is_dir():
                    shutil.rmtree(folder)
        with self.writing() as db:
            for table in ("source", "staged", "problem", "candidate", "known", "written"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608

    def discard(self) -> None:
        """Remove files and rows for good; their key goes with the import's row."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None
            self.__dict__.pop("db", None)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.with_name(f"{self.folder.name}.lock").unlink(missing_ok=True)

    # ------------------------------------------------------------------------------- the files
    def keep_file(self, number: int, content: bytes) -> None:
        """Seal an uploaded file."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        sealed = self.sealer.seal_bytes(content, f"import.file.{number}")
        (self.folder / f"{number}.sealed").write_bytes(sealed)

    def has_files(self) -> bool:
        """Whether uploaded files are kept (a command reads them where they are)."""
        return (self.folder / "0.sealed").exists()

    def has_rows(self) -> bool:
        return (self.folder / "staged.sqlite3").exists()

    def open_file(self, number: int) -> bytes:
        sealed = (self.folder / f"{number}.sealed").read_bytes()
        return self.sealer.open_bytes(sealed, f"import.file.{number}")

    # -------------------------------------------------------------------------------- the rows
    def seal(self, value: Any, place: str) -> bytes:
        return self.sealer.seal(json.dumps(value, ensure_ascii=False), place)

    def unseal(self, sealed: bytes, place: str) -> Any:
        return json.loads(self.sealer.open(sealed, place))

    def add_source(self, source: Source) -> None:
        told = self.seal(source.told, "import.source")
        self.db.execute(
            "INSERT INTO source VALUES (?, ?, ?, ?, ?, ?)",
            (source.id, source.file, source.sheet, source.kind, source.signature, told),
        )

    def sources(self) -> list[Source]:
        rows = self.db.execute("SELECT id, file, sheet, kind, signature, told FROM source")
        return [
            Source(row[0], row[1], row[2], row[3], row[4], self.unseal(row[5], "import.source"))
            for row in rows.fetchall()
        ]

    def add(self, rows: Iterable[Staged]) -> None:
        """Stage rows; call inside `writing`."""
        for row in rows:
            self.db.execute(
                "INSERT INTO staged (id, source, row, kind, payload, faulty) VALUES (?,?,?,?,?,?)",
                (row.id, row.source, row.row, row.kind, self._payload(row), row.faulty),
            )
            self._problems(row)

    def save(self, row: Staged) -> None:
        """Write back a row that somebody repaired or decided on; call inside `writing`."""
        self.db.execute(
            "UPDATE staged SET payload=?, faulty=?, left_out=?, accepted=?, repaired=? WHERE id=?",
            (
                self._payload(row),
                row.faulty,
                row.left_out,
                row.accepted,
                row.repaired,
                row.id,
            ),
        )
        self.db.execute("DELETE FROM problem WHERE staged=?", (row.id,))
        self._problems(row)

    def _payload(self, row: Staged) -> bytes:
        told = {"c": row.cells, "x": row.context, "f": row.fields, "p": row.problems}
        return self.seal(told, "import.row")

    def _problems(self, row: Staged) -> None:
        for problem in row.problems:
            code, place = problem["code"], problem["field"]
            raw = self.sealer.blind(f"{place}:{problem['raw']}")
            stops = blocks(code, place) and not (row.accepted and code not in NEVER_ACCEPTED)
            self.db.execute(
                "INSERT INTO problem VALUES (?, ?, ?, ?, ?)", (row.id, code, place, raw, stops)
            )

    COLUMNS = "id, source, row, kind, payload, left_out, accepted, repaired"

    def rows(self, where: str = "1", *parameters: Any, order: str = "id") -> Iterator[Staged]:
        """Rows by a condition on `staged`; the condition is code of ours, never input."""
        sql = f"SELECT {self.COLUMNS} FROM staged WHERE {where} ORDER BY {order}"  # noqa: S608
        for row in self.db.execute(sql, parameters):
            yield self._staged(row)

    def row(self, number: int) -> Staged | None:
        return next(self.rows("id = ?", number), None)

    def _staged(self, row: tuple[Any, ...]) -> Staged:
        told = self.unseal(row[4], "import.row")
        flags = (bool(flag) for flag in row[5:])
        return Staged(*row[:4], told["c"], told["x"], told["f"], told["p"], *flags)  # type: ignore[call-arg]

    def keep_differences(self, found: list[tuple[int, int | None, str, Any, Any]]) -> None:
        """(row, file's key, field, kept, said): what a row says otherwise than the file it went
        into, or than another row (no key)."""
        with self.writing() as db:
            db.executemany(
                "INSERT INTO difference (staged, person, field, told) VALUES (?, ?, ?, ?)",
                (
                    (row, person, name, self.seal([kept, said], "import.difference"))
                    for row, person, name, kept, said in found
                ),
            )

    def one(self, sql: str, *parameters: Any) -> Any:
        """The single value of a question; 0 if there is none."""
        found = self.db.execute(sql, parameters).fetchone()
        return found[0] if found and found[0] is not None else 0

    def counts(self) -> dict[str, Any]:
        """Figures of the preview, nothing personal."""
        kinds = dict(self.db.execute("SELECT kind, count(*) FROM staged GROUP BY kind").fetchall())
        codes = self.db.execute("SELECT code, count(DISTINCT staged) FROM problem GROUP BY code")
        return {
            "rows": sum(kinds.values()),
            "kinds": kinds,
            "problems": dict(codes.fetchall()),
            "faulty": self.one("SELECT count(*) FROM staged WHERE faulty AND NOT left_out"),
            "left_out": self.one("SELECT count(*) FROM staged WHERE left_out"),
            "undecided": self.one(UNDECIDED),
            "certain": self.one("SELECT count(DISTINCT staged) FROM candidate WHERE certain"),
        }


UNDECIDED = "SELECT count(DISTINCT staged) FROM candidate WHERE NOT certain AND decision = ''"
