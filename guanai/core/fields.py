"""Columns whose ranges mean the same on every database."""

from __future__ import annotations

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


def after_prefix(text: str) -> str:
    """The end of the half open range [text, …) of all texts that begin with `text`."""
    return text + "\U0010ffff"
