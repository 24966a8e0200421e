"""What plain tools need for the same rows, in processes of their own."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from bench.measuring import Figure, spending
from guanai.audit.models import Entry
from guanai.people.models import Import
from guanai.people.rows import COLUMNS

MODELS: list[Any] = [Entry, Import, *COLUMNS]


def read(file: Path) -> None:
    """openpyxl reads the roster."""
    import openpyxl

    with spending() as spent:
        book = openpyxl.load_workbook(file, read_only=True)
        rows = sum(1 for _row in book.worksheets[0].iter_rows(values_only=True))
    tell("openpyxl read", f"{rows:,} rows", "", spent.wall, spent.busy)


def keep(file: Path) -> None:
    """The rows of an import, as objects of Django, into a file."""
    with file.open("wb") as stream:
        pickle.dump([list(model.objects.all()) for model in MODELS], stream)


def create(file: Path) -> None:
    """Django's plain bulk_create of these objects."""
    with file.open("rb") as stream:
        objects = pickle.load(stream)  # noqa: S301 - written by `keep`
    Entry.objects.all().delete()  # the few entries that a new home has
    with spending() as spent, transaction.atomic():
        for model, rows in zip(MODELS, objects, strict=True):
            model.objects.bulk_create(rows)
    on = "SQLite" if connection.vendor == "sqlite" else "PostgreSQL"
    size = f"{sum(map(len, objects)):,} rows in the database"
    tell("Django's bulk_create of ready objects", size, on, spent.wall, spent.busy)


def tell(work: str, size: str, on: str, wall: float, busy: float) -> None:
    Figure(work, size, on, wall, "s", busy=busy, beside="baseline").tell()


def main(what: str, file: str) -> None:
    {"read": read, "keep": keep, "create": create}[what](Path(file))
