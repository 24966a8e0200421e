"""Columns whose ranges mean the same on every database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models


class BytewiseField(models.CharField):  # type: ignore[type-arg]
    """Text compared character by character: the half open range of everything that begins with
    “xiaom” is one range of the index (PostgreSQL's usual collations sort otherwise)."""

    def db_parameters(self, connection: Any) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class Keys(models.Expression):
    """Keys of rows for `…__in=`, written into the statement: Django turns every parameter over a
    dozen times, which takes longer than the question itself when there are thousands."""

    def __init__(self, keys: Iterable[int]) -> None:
        super().__init__(output_field=models.BigIntegerField())
        self.keys = ",".join(str(int(key)) for key in keys) or "NULL"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return f"({self.keys})", ()


def after_prefix(text: str) -> str:
    """The end of the half open range [text, …) of all texts that begin with `text`."""
    return text + "\U0010ffff"
