"""Rows of many tables in one query, so that a whole file is read in a handful of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.db.models import F, Func, QuerySet, Value
from django.db.models.functions import JSONObject

EXTRA = "extra_"  # before annotations that come along


def rows_of(parts: Iterable[QuerySet[Any]]) -> list[Any]:
    """The rows of all the querysets as instances, read by one UNION ALL.

    Annotations of a queryset whose names begin with “extra_” come along as attributes (binary ones
    as bytes if their name ends in “_sealed”). Orders and slices are not kept.
    """
    queries = list(parts)
    packed = [_packed(number, query) for number, query in enumerate(queries)]
    found = packed[0].union(*packed[1:], all=True) if len(packed) > 1 else packed[0]
    return [_unpacked(queries[number].model, columns) for number, columns in found]


@dataclass(frozen=True)
class Prepared:
    """The same union for other keys: compiled once for each number of keys, as compiling takes
    longer than reading. `make` gives the querysets for keys, and depends on nothing else."""

    make: Callable[[list[int]], list[QuerySet[Any]]]

    def rows(self, keys: list[int]) -> list[Any]:
        if not keys:
            return []
        count = 1 << (len(keys) - 1).bit_length()  # the last key fills up, so that few are compiled
        compiled = self._compiled(count, connection.vendor)
        given = {-1 - at: keys[min(at, len(keys) - 1)] for at in range(count)}
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, [given.get(value, value) for value in compiled.parameters])
            found = cursor.fetchall()
        rows = ((part, json.loads(row) if isinstance(row, str) else row) for part, row in found)
        return [_unpacked(compiled.models[part], row) for part, row in rows]

    @lru_cache(maxsize=64)  # noqa: B019 - the few instances live as long as the process
    def _compiled(self, count: int, _vendor: str) -> Compiled:
        queries = self.make([-1 - at for at in range(count)])
        packed = [_packed(number, query) for number, query in enumerate(queries)]
        sql, parameters = packed[0].union(*packed[1:], all=True).query.sql_with_params()
        return Compiled(sql, tuple(parameters), tuple(query.model for query in queries))


@dataclass(frozen=True)
class Compiled:
    sql: str
    parameters: tuple[Any, ...]
    models: tuple[type[models.Model], ...]


def _packed(number: int, query: QuerySet[Any]) -> QuerySet[Any, tuple[int, dict[str, Any]]]:
    columns: dict[str, Any] = {}
    for field in query.model._meta.concrete_fields:
        columns[field.attname] = _hex(field.attname) if _is_binary(field) else F(field.attname)
    for name in query.query.annotations:
        columns[name] = _hex(name) if name.endswith("_sealed") else F(name)
    packed: Any = query.order_by().annotate(
        packed_part=Value(number, output_field=models.IntegerField()),
        packed_row=JSONObject(**columns),
    )
    result: QuerySet[Any, tuple[int, dict[str, Any]]] = packed.values_list(
        "packed_part", "packed_row"
    )
    return result


def _is_binary(field: Any) -> bool:
    return isinstance(field, models.BinaryField) or (
        field.get_internal_type() == "UidField" and connection.vendor == "sqlite"
    )


def _hex(name: str) -> Func:
    text = models.TextField()
    if connection.vendor == "postgresql":
        return Func(F(name), Value("hex"), function="ENCODE", output_field=text)
    return Func(F(name), function="HEX", output_field=text)


def _unpacked(model: type[models.Model], columns: dict[str, Any]) -> Any:
    names, values = [], []
    for field in model._meta.concrete_fields:
        value = columns[field.attname]
        if isinstance(field, models.BinaryField):
            value = bytes.fromhex(value) if value else None
        elif isinstance(field, models.ForeignKey):
            pass
        else:
            value = field.to_python(value)
        names.append(field.attname)
        values.append(value)
    row = model.from_db("default", names, values)
    for name, value in columns.items():
        if name.startswith(EXTRA):
            sealed = name.endswith("_sealed") and value
            setattr(row, name, bytes.fromhex(value) if sealed else value)
    return row
