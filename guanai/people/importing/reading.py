"""The first step: files become staged rows with their problems."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from guanai.core.chunks import chunks
from guanai.people.importing.ground import Ground
from guanai.people.importing.staging import Source, Staged, Staging
from guanai.people.models import Import, LayoutMemory
from guanai.people.roster.columns import Mapping
from guanai.people.roster.context import Context
from guanai.people.roster.roster import Roster, RosterRow, RosterTable, read_roster

LONGEST = 50  # characters of a file's name, of up to four bytes each
AT_ONCE = 1000  # rows between two looks at progress and cancel


class Cancelled(Exception):  # noqa: N818
    """Somebody called the import off."""


def read(batch: Import, staging: Staging, paths: list[tuple[Path, str]]) -> None:
    """Stage every row of the files; paths come with the name that people know the file by.

    Raises RosterError for a file that cannot be read, Cancelled.
    """
    batch.counts = {}
    batch.tell(files=[name for _, name in paths], notices=[], ignored=[])
    reader = _Reader(batch, staging)
    for number, (path, name) in enumerate(paths):
        reader.file(number, path, name)
    batch.advance(progress=reader.rows, total=reader.rows)


def read_sealed(batch: Import, staging: Staging) -> None:
    """The same from the uploaded files, which never stand open on the disk."""
    names: list[str] = batch.told["files"]
    with tempfile.TemporaryDirectory(dir=staging.folder) as folder, ExitStack() as held:
        paths = []
        for number, name in enumerate(names):
            said = Path(name)
            path = Path(folder) / str(number) / f"{said.stem[:LONGEST]}{said.suffix[:10]}"
            path.parent.mkdir()
            _hold(staging.open_file(number), path, held)
            paths.append((path, name))
        read(batch, staging, paths)


def _hold(content: bytes, path: Path, held: ExitStack) -> None:
    """Content in memory, gone with this process; `path` only leads there by the file's name.

    macOS has no such files: there it lies in the private folder, on a disk that is to be encrypted
    (docs/install.md), until it was read.
    """
    if not hasattr(os, "memfd_create"):
        path.write_bytes(content)
        return
    file = held.enter_context(os.fdopen(os.memfd_create("roster"), "wb"))
    file.write(content)
    file.flush()
    path.symlink_to(f"/proc/{os.getpid()}/fd/{file.fileno()}")


class _Reader:
    def __init__(self, batch: Import, staging: Staging) -> None:
        self.batch, self.staging, self.ground = batch, staging, Ground(batch)
        self.rows = self.tables = 0
        remembered = LayoutMemory.objects.filter(organisation=batch.organisation)
        self.mappings = {
            layout.signature: Mapping(
                layout.kind, {int(column): target for column, target in layout.columns.items()},
                signature=layout.signature,
            )
            for layout in remembered
        }  # fmt: skip

    def file(self, number: int, path: Path, name: str) -> None:
        roster = read_roster(
            path,
            self.ground.index,
            kind=self.batch.kind or None,
            within=self.ground.within,
            mappings=self.mappings,
        )
        sources = self._sources(roster, number, name)
        self.batch.advance(
            progress=self.rows,
            total=self.rows + sum(t.table.end - t.table.start for t in roster.tables),
        )
        for chunk in chunks(roster.rows, AT_ONCE):
            rows = [self._staged(row, sources) for row in chunk]
            self.ground.add_elsewhere(rows)
            with self.staging.writing():
                self.staging.add(rows)
            self.batch.advance(progress=self.rows)
        notices = [{"code": notice.code, **notice.params} for notice in roster.notices]
        ignored = [[name, one.sheet, one.reason] for one in roster.ignored]
        before = self.batch.told
        self.batch.tell(notices=before["notices"] + notices, ignored=before["ignored"] + ignored)

    def _sources(self, roster: Roster, number: int, name: str) -> dict[str, list[Source]]:
        """Tables by sheet, in order."""
        found: dict[str, list[Source]] = {}
        with self.staging.writing():
            for read_table in roster.tables:
                self.tables += 1
                source = self._source(read_table, number, name)
                self.staging.add_source(source)
                found.setdefault(source.sheet, []).append(source)
        return found

    def _source(self, found: RosterTable, number: int, name: str) -> Source:
        table, mapping = found.table, found.mapping
        told = {
            "file": name,
            "titles": [" ".join(title) for title in table.titles],
            "columns": {str(column): target for column, target in mapping.columns.items()},
            "confidence": mapping.confidence,
            "start": table.start,
            "header": [line + 1 for line in table.header],
            "sample": [list(row[: len(table.titles)]) for row in table.sample[:3]],
        }
        sheet, key = table.sheet, mapping.signature
        return Source(self.tables, number, sheet, mapping.kind, key, told)

    def _staged(self, row: RosterRow, sources: dict[str, list[Source]]) -> Staged:
        self.rows += 1
        tables = sources[row.sheet]
        source = next((s for s in reversed(tables) if s.told["start"] < row.row), tables[0])
        problems = [dataclasses.asdict(problem) for problem in row.problems]
        staged = Staged(
            self.rows, source.id, row.row, row.kind, row.cells, _plain(row.context),
            dict(row.fields), problems,
        )  # fmt: skip
        self.ground.add_bounds(staged)
        return staged


def _plain(context: Context) -> dict[str, Any]:
    told = {
        name: value
        for name in ("place", "school", "grade", "class_number", "head_teacher", "school_year")
        if (value := getattr(context, name)) is not None
    }
    return told | ({"as_of": context.as_of.isoformat()} if context.as_of else {})
