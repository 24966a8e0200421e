"""Tables of a home, and their rows as lines of COPY text (tab, backslash escapes, \\N for null)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.apps.registry import Apps
from django.conf import settings
from django.db import connections, models, router
from django.db.migrations.executor import MigrationExecutor

# Who is signed in and which jobs wait belongs to the running server, not to the county.
PASSING = {"django_tasks_db", "django_tasks_database"}
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_SPECIAL = re.compile(r"[\\\n\r\t]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True)
class Table:
    model: type[models.Model]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def alias(self) -> str:
        return router.db_for_write(self.model)

    @property
    def fields(self) -> list[models.Field[Any, Any]]:
        return list(self.model._meta.local_concrete_fields)

    @property
    def columns(self) -> list[str]:
        return [str(field.column) for field in self.fields]


def all_tables() -> list[Table]:
    """What a backup holds, as the tables of this home stand."""
    return [table for table in _managed() if not _passes(table.model)]


def passing_tables() -> list[Table]:
    return [table for table in _managed() if _passes(table.model)]


def rows_of_ours() -> int:
    """How many rows this home holds."""
    return sum(table.model._meta.base_manager.count() for table in all_tables())


def _passes(model: type[models.Model]) -> bool:
    return model._meta.app_label in PASSING or model._meta.model_name == "session"


def _managed() -> list[Table]:
    return [table for alias in settings.DATABASES for table in _of(alias)]


def _of(alias: str) -> list[Table]:
    models_ = _models_of(alias).get_models(include_auto_created=True)
    tables = [Table(model) for model in models_ if model._meta.managed]
    return [table for table in tables if table.alias == alias]


def _models_of(alias: str) -> Apps:
    """Those by which this database's tables were made: of an older Guanai before an upgrade, also
    where a killed upgrade brought only the other database up to date."""
    loader = (executor := MigrationExecutor(connections[alias])).loader
    if not executor.migration_plan(loader.graph.leaf_nodes()):
        return apps
    known = [node for node in loader.applied_migrations if node in loader.graph.nodes]
    return loader.project_state(known).apps


def column_list(columns: list[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _kind(field: models.Field[Any, Any]) -> str:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field.get_internal_type()


# What SQLite keeps otherwise than PostgreSQL writes it.
_OUT: dict[str, Callable[[Any], str]] = {
    "BooleanField": lambda value: "t" if value else "f",
    "BinaryField": lambda value: f"\\\\x{bytes(value).hex()}",
    "UidField": lambda value: str(uuid.UUID(bytes=bytes(value))),
    "DateTimeField": lambda value: _shorter(str(value)) + "+00",
}


def _shorter(text: str) -> str:
    """PostgreSQL writes no zeros at the end of a fraction."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(text: str) -> str:
    """2026-11-23 06:14:43.5+00 → as Django writes it into SQLite."""
    text = text.removesuffix("+00")
    head, dot, fraction = text.partition(".")
    return f"{head}.{fraction:0<6}" if dot else head


_IN: dict[str, Callable[[str], Any]] = {
    "BooleanField": lambda text: int(text == "t"),
    "BinaryField": lambda text: bytes.fromhex(text[2:]),
    "UidField": lambda text: uuid.UUID(text).bytes,
    "DateTimeField": _moment,
    "FloatField": float,
    "BigIntegerField": int,
    "IntegerField": int,
    "SmallIntegerField": int,
    "PositiveIntegerField": int,
    "PositiveSmallIntegerField": int,
    "BigAutoField": int,
    "AutoField": int,
}


def _text(value: Any) -> str:
    return _SPECIAL.sub(lambda match: _ESCAPES[match[0]], str(value))


def encode(table: Table, rows: Iterator[tuple[Any, ...]]) -> Iterator[bytes]:
    """Rows as SQLite holds them → lines."""
    writers = [_OUT.get(_kind(field), _text) for field in table.fields]
    for row in rows:
        cells = (
            "\\N" if value is None else write(value)
            for write, value in zip(writers, row, strict=True)
        )
        yield ("\t".join(cells) + "\n").encode()


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda match: _PLAIN.get(match[1], match[1]), text)


def decode(table: Table, columns: list[str], lines: Iterator[bytes]) -> Iterator[list[Any]]:
    """Lines → rows as SQLite holds them, in the order of `columns`."""
    fields = {field.column: field for field in table.fields}
    readers = [_IN.get(_kind(fields[column]), str) for column in columns]
    for line in lines:
        cells = line.decode().removesuffix("\n").split("\t")
        yield [
            None if cell == "\\N" else read(_unescape(cell) if "\\" in cell else cell)
            for read, cell in zip(readers, cells, strict=True)
        ]
