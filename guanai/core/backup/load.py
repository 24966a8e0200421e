"""Restoring a backup: all or nothing, into an empty home or, if asked, over what is there."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from django.conf import settings
from django.core.management.color import no_style
from django.db import IntegrityError, connection, connections, transaction
from django.utils.translation import gettext as _

from guanai.core.backup.sealed import SealedReader, is_sealed
from guanai.core.backup.tables import (
    Table,
    all_tables,
    column_list,
    decode,
    passing_tables,
)
from guanai.core.backup.write import FOLDERS, FORMAT, key_checks
from guanai.core.broken import RuleBroken
from guanai.core.command import finish_restore, reach
from guanai.core.crypto import Unreadable
from guanai.core.home import HomeError
from guanai.core.migrating import MigrationExecutor
from guanai.core.pace import settle

BLOCK = 1 << 20


def load(
    source: Path, *, replace: bool = False, upgrade: bool = True, unsealed: bool = False
) -> dict[str, Any]:
    """Restore; the backup's manifest. Raises RuleBroken, and then nothing was changed.

    A backup of an older Guanai is brought up to date, unless `upgrade` is False: the way back.
    `unsealed`: one of 0.1.0 will do, in which whoever had it in hand may have changed anything.
    """
    with source.open("rb") as stream, _opened(stream, source, unsealed) as archive:
        manifest = _manifest(archive, source)
        _check(manifest)
        _prepare_schema(manifest, replace=replace)
        with TemporaryDirectory(prefix="restore.", dir=settings.HOME.path) as beside:
            _unpack_files(archive, manifest, Path(beside))
            with ExitStack() as unchanged:
                if upgrade:
                    settings.HOME.restoring.touch()
                    unchanged.callback(settings.HOME.restoring.unlink)
                _load_tables(archive, manifest)
                unchanged.pop_all()
            _put_in_place(Path(beside))
    facts = manifest["home"]
    settings.HOME.begin(facts["kind"], county=facts["county"], prefix=facts["prefix"])
    if upgrade:
        manifest["destroyed"] = finish_restore()
    return manifest


def _opened(stream: IO[bytes], source: Path, unsealed: bool) -> ZipFile:
    if not settings.HOME.keyring.exists():
        raise _locked()
    sealed = is_sealed(stream)
    try:
        archive = ZipFile(BufferedReader(SealedReader(stream), BLOCK) if sealed else stream)
    except Unreadable as error:
        raise _locked() from error
    except (BadZipFile, ValueError, KeyError) as error:
        raise _broken(source, str(error)) from error
    if not (sealed or unsealed):
        raise RuleBroken(
            "backup.unsealed",
            _(
                "This backup is not sealed, as version 0.1.0 made them: whoever had it in hand may "
                "have changed it. If it never left your hands say --unsealed."
            ),
        )
    return archive


def _manifest(archive: ZipFile, source: Path) -> dict[str, Any]:
    """Read it after every byte of the archive was checked against its checksum."""
    try:
        damaged = archive.testzip()
        if damaged is not None:
            raise _broken(source, damaged)
        manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    except (BadZipFile, zlib.error, KeyError, EOFError, ValueError) as error:
        raise _broken(source, str(error)) from error
    return manifest


def _broken(source: Path, what: str) -> RuleBroken:
    return RuleBroken(
        "backup.damaged",
        _("%(file)s is damaged or no backup of Guanai (%(what)s): take another copy of it.")
        % {"file": source, "what": what},
    )


def _locked() -> RuleBroken:
    return RuleBroken(
        "backup.key",
        _(
            "The county key of this home does not open the backup. Bring the key of the backed-up "
            "county back from its sheet by `guanai keys recover`, or put its file at %(file)s."
        )
        % {"file": settings.HOME.keyring},
    )


def _check(manifest: dict[str, Any]) -> None:
    if manifest["format"] > FORMAT:
        raise RuleBroken("backup.format", _("This backup comes from a newer Guanai: update first."))
    if not set(manifest.get("key_checks") or [manifest["key_check"]]) <= set(key_checks()):
        raise _locked()
    home, facts = settings.HOME, manifest["home"]
    if home.kind is not None and (home.kind, home.county_code) != (facts["kind"], facts["county"]):
        raise HomeError(f"{home.path} is already the home of {home.kind} {home.county_code}")


def _drop_tables() -> None:
    """So that an older state can be laid anew."""
    for alias in settings.DATABASES:
        connection = connections[alias]
        end = " CASCADE" if connection.vendor == "postgresql" else ""
        with connection.constraint_checks_disabled(), connection.cursor() as cursor:
            for name in connection.introspection.table_names(cursor):
                cursor.execute(f'DROP TABLE "{name}"{end}')


def _prepare_schema(manifest: dict[str, Any], *, replace: bool) -> None:
    """Bring the tables to the state of the backup. Raises RuleBroken where that cannot be."""
    executors = [MigrationExecutor(connections[alias]) for alias in settings.DATABASES]
    known = set(executors[0].loader.graph.nodes)
    wanted = {(app, name) for app, name in manifest["migrations"]}
    if wanted - known:
        raise RuleBroken("backup.newer", _("This backup comes from a newer Guanai: update first."))
    if not replace and holds_data():
        raise RuleBroken(
            "backup.not_empty",
            _("This home holds data. Restore to another home, or say --replace to lose it."),
        )
    if any(known & set(executor.loader.applied_migrations) - wanted for executor in executors):
        _drop_tables()  # of a newer Guanai, or half made; what they hold is to be lost
        executors = [MigrationExecutor(connections[alias]) for alias in settings.DATABASES]
    for executor in executors:
        if wanted - set(executor.loader.applied_migrations):
            reach(executor, _newest(executor, wanted))


def holds_data() -> bool:
    """Whether the databases hold anything of ours, begun home or not."""
    there = {alias: connections[alias].introspection.table_names() for alias in settings.DATABASES}
    ours = [table for table in all_tables() if table.model.__module__.startswith("guanai.")]
    return any(
        table.name in there[table.alias] and table.model._meta.base_manager.exists()
        for table in ours
    )


def _newest(executor: MigrationExecutor, wanted: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """The last wanted migration of each app."""
    nodes = executor.loader.graph.node_map
    return sorted(
        node
        for node in wanted
        if not any(
            child.key[0] == node[0] and child.key in wanted for child in nodes[node].children
        )
    )


def _load_tables(archive: ZipFile, manifest: dict[str, Any]) -> None:
    held = {entry["name"]: entry for entry in manifest["tables"]}
    tables = all_tables()
    with ExitStack() as stack:
        for alias in reversed(list(settings.DATABASES)):
            stack.enter_context(transaction.atomic(alias))
        _clear([*tables, *passing_tables()])
        for table in tables:
            if table.name in held:
                with archive.open(f"tables/{table.name}") as lines:
                    _load_table(table, held[table.name], lines)
        try:
            connection.check_constraints()
        except IntegrityError as error:
            raise RuleBroken(
                "backup.inconsistent", _("The backup does not hold together: %s") % error
            ) from error
        _continue_numbers(tables)
        settle()


def _clear(tables: list[Table]) -> None:
    with ExitStack() as stack:
        cursors = {
            alias: stack.enter_context(connections[alias].cursor()) for alias in settings.DATABASES
        }
        if connection.vendor == "postgresql":
            names = ", ".join(f'"{table.name}"' for table in tables)
            cursors["default"].execute(f"TRUNCATE {names} CASCADE")
            return
        for table in tables:
            cursors[table.alias].execute(f'DELETE FROM "{table.name}"')  # noqa: S608


def _load_table(table: Table, entry: dict[str, Any], lines: IO[bytes]) -> None:
    columns: list[str] = entry["columns"]
    with connections[table.alias].cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL TimeZone = 'UTC'")
            with cursor.copy(f'COPY "{table.name}" ({column_list(columns)}) FROM STDIN') as copy:
                while block := lines.read(BLOCK):
                    copy.write(block)
            rows = cursor.rowcount
        else:
            marks = ", ".join("?" * len(columns))
            statement = f'INSERT INTO "{table.name}" ({column_list(columns)}) VALUES ({marks})'  # noqa: S608
            raw = connections[table.alias].connection
            rows = raw.executemany(statement, decode(table, columns, iter(lines))).rowcount
    if max(rows, 0) != entry["rows"]:
        raise RuleBroken("backup.rows", _("The backup lacks rows of %s.") % table.name)


def _continue_numbers(tables: list[Table]) -> None:
    statements = connection.ops.sequence_reset_sql(no_style(), [table.model for table in tables])
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _unpack_files(archive: ZipFile, manifest: dict[str, Any], folder: Path) -> None:
    for name in _safe(manifest["files"]):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(name))


def _put_in_place(beside: Path) -> None:
    """The folders of the lost data step aside for those of the backup."""
    for name in FOLDERS:
        old, new = settings.HOME.path / name, beside / name
        if old.exists():
            old.rename(beside / f"{name}.old")
        if new.exists():
            new.rename(old)


def _safe(names: list[str]) -> Iterator[str]:
    """Names inside the folders of a home; a forged one is left out."""
    for name in names:
        parts = Path(name).parts
        if parts[0] in FOLDERS and ".." not in parts:
            yield name
