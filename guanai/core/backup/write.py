"""Writing a backup while people work: from one snapshot that never blocks a writer."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from guanai import __version__
from guanai.core.backup.sealed import SealedWriter
from guanai.core.backup.tables import (
    Table,
    all_tables,
    column_list,
    encode,
)
from guanai.core.crypto import vault
from guanai.core.home import Home, written
from guanai.core.keyring import held

FORMAT = 2
FOLDERS = ("files", "imports")  # of the home
SQLITE_MAGIC = b"SQLite format 3\x00"


def key_checks() -> list[int]:
    """Numbers that only the same county key gives, one for each generation that is in use; from
    them the key cannot be worked out."""
    return vault().blinds("backup", "key check")


def write(target: Path) -> dict[str, Any]:
    """Write the backup; it takes its name when it is complete. The manifest with all counts."""
    about = {
        "format": FORMAT,
        "version": __version__,
        "made_at": timezone.localtime().isoformat(timespec="seconds"),
        "home": settings.HOME.facts,
        "key_checks": key_checks(),
    }
    with held(settings.HOME), written(target) as stream:
        sealed = SealedWriter(stream, about)
        with ZipFile(sealed, "w", ZIP_DEFLATED, compresslevel=1) as archive:
            manifest = _fill(archive, about)
        sealed.finish()
    return manifest


def _fill(archive: ZipFile, about: dict[str, Any]) -> dict[str, Any]:
    manifest: dict[str, Any] = {**about, "tables": []}
    with _snapshots() as lines:
        manifest["migrations"] = sorted(MigrationRecorder(connection).applied_migrations())
        for table in all_tables():
            rows = 0
            with archive.open(f"tables/{table.name}", "w", force_zip64=True) as out:
                for block in lines(table):
                    rows += bytes(block).count(b"\n")
                    out.write(block)
            manifest["tables"].append({"name": table.name, "columns": table.columns, "rows": rows})
    manifest["files"] = _copy_files(archive, settings.HOME)
    archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
    return manifest


@contextmanager
def _snapshots() -> Iterator[Any]:
    """A function table → its lines, all as of one moment."""
    if connection.vendor == "postgresql":
        with _postgres_snapshot() as cursor:
            yield lambda table: _postgres_lines(cursor, table)
        return
    opened = {alias: _sqlite_snapshot(alias) for alias in settings.DATABASES}
    try:
        yield lambda table: _sqlite_lines(opened[table.alias], table)
    finally:
        for snapshot in opened.values():
            snapshot.close()


def _sqlite_snapshot(alias: str) -> sqlite3.Connection:
    """A reader beside Django's connection: in WAL mode it sees one state and blocks nobody."""
    snapshot = sqlite3.connect(connections[alias].settings_dict["NAME"], isolation_level=None)
    snapshot.execute("PRAGMA query_only = 1")
    snapshot.execute("BEGIN")
    snapshot.execute("SELECT count(*) FROM django_migrations").fetchone()  # takes the snapshot
    return snapshot


def _sqlite_lines(snapshot: sqlite3.Connection, table: Table) -> Iterator[bytes]:
    query = f'SELECT {column_list(table.columns)} FROM "{table.name}" ORDER BY 1'  # noqa: S608
    return encode(table, iter(snapshot.execute(query)))


@contextmanager
def _postgres_snapshot() -> Iterator[Any]:
    own = connections.create_connection("default")
    with closing(own), own.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL TimeZone = 'UTC'")
        yield cursor


def _postgres_lines(cursor: Any, table: Table) -> Iterator[bytes]:
    with cursor.copy(f'COPY "{table.name}" ({column_list(table.columns)}) TO STDOUT') as copy:
        yield from copy


def _copy_files(archive: ZipFile, home: Home) -> list[str]:
    """Attachments and staged imports; an open SQLite file by its own backup interface."""
    names = []
    for folder in FOLDERS:
        for file in sorted((home.path / folder).rglob("*")):
            if not file.is_file() or file.is_symlink() or not _is_kept(file, home):
                continue
            name = file.relative_to(home.path).as_posix()
            with suppress(FileNotFoundError), _at_rest(file) as still:  # it went meanwhile
                archive.write(still, name)
                names.append(name)
    return names


def _is_kept(file: Path, home: Home) -> bool:
    """Of imports only the sealed stores; what else lies there is passing."""
    if file.parent.parent == home.imports:
        return file.name.endswith((".sealed", ".sqlite3"))
    passing = file.name.endswith(("-wal", "-shm", "-journal", ".part"))
    return not passing and not file.is_relative_to(home.imports)


@contextmanager
def _at_rest(file: Path) -> Iterator[Path]:
    with file.open("rb") as stream:
        is_database = stream.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC
    if not is_database:
        yield file
        return
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        still = Path(folder) / file.name
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(still)) as copy:
            source.backup(copy)
        yield still
