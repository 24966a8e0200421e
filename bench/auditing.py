"""Sealing and proving the log, and what it costs a save; whole `guanai check` beside it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from io import StringIO

from django.core.management import call_command
from django.db import connection, transaction

from bench.measuring import Figure, spending
from guanai.audit.models import Entry, Reading, note_readings, record
from guanai.audit.proving import chain
from guanai.audit.sealing import seal, seal_all
from guanai.organisations.models import User
from guanai.people.models import Person

ROWS = 100_000
ENTRIES = 300


def measure() -> Iterator[Figure]:
    on = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
    size = f"{Person.objects.count():,} people"
    yield Figure("audit's part of a save", size, on, _entry(), "ms", 5)
    seal_all()
    user = User.objects.all()[0]
    keys = list(Person.objects.values_list("pk", flat=True)[:1000])
    with transaction.atomic():
        made = [
            Entry(user=user, action="organisations.user.switch", subject="organisations.User",
                  subject_uid=user.uid.bytes, path="00010001", facts={"facts": ["schooling.grade"]})
            for _number in range(ROWS)
        ]  # fmt: skip
        Entry.objects.bulk_create(made, batch_size=5000)
    for _number in range(ROWS // len(keys)):
        note_readings(user, keys, "page")
    for model in (Entry, Reading):
        with spending() as spent:
            assert seal(model) == ROWS
        name = f"sealing, {model._meta.model_name}"
        yield Figure(name, f"{ROWS:,} rows", on, spent.wall, "s", 2, spent.busy)
    with spending() as spent:
        assert not list(chain())
    yield Figure("proving the chain", f"{2 * ROWS:,} rows", on, spent.wall, "s", busy=spent.busy)
    with spending() as spent:
        call_command("check_home", stdout=StringIO())
    yield Figure("guanai check", size, on, spent.wall, "s", 30, spent.busy)


def _entry() -> float:
    """Median of what one entry takes inside a transaction, in milliseconds."""
    user, took = User.objects.all()[0], []
    for number in range(ENTRIES):
        with transaction.atomic():
            begin = time.perf_counter()
            record("organisations.user.switch", by=user, subject=user, facts=[f"fact{number}"])
            took.append((time.perf_counter() - begin) * 1000)
    return statistics.median(took)


def main() -> None:
    for figure in measure():
        figure.tell()
