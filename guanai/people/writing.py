"""Many files at once: the one row builder, and how its rows reach SQLite and PostgreSQL.

A draft becomes tuples for each table; SQLite takes them by executemany, PostgreSQL by COPY, both
through Django's connection in the caller's transaction. What a column holds is the same as if the
models themselves had saved it; a test compares them.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, cast

from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from guanai.audit.models import Entry, record
from guanai.core.models import Counter
from guanai.core.uid import uid_bytes
from guanai.organisations.models import User
from guanai.people.drafts import PersonDraft
from guanai.people.models import Household, Import, Person

Row = tuple[Any, ...]
VALUES_AT_ONCE = 2000  # of a statement on SQLite


@dataclass
class Act:
    """Who writes, why and from where; one audit entry stands for the whole act."""

    by: User | None
    why: str = ""
    source: str = "page"
    batch: Import | None = None
    entry: Entry | None = None
    at: dt.datetime = field(default_factory=timezone.now)


class Table:
    """Rows of one model. `given` are the columns that a row brings; the others are made here: a
    fresh uid, the act's constants, the model's defaults."""

    def __init__(self, model: type[models.Model], given: str, constants: dict[str, Any]) -> None:
        columns = given.split()
        self.model, self.rows = model, list[Row]()
        rest = [f for f in model._meta.concrete_fields if f.attname not in columns]
        self._has_uid = any(f.attname == "uid" for f in rest)
        rest = [f for f in rest if f.attname != "uid" and not f.primary_key]
        self._constants = tuple(
            f.get_db_prep_save(constants.get(f.attname, f.get_default()), connection) for f in rest
        )
        by_name = {f.attname: f.column for f in model._meta.concrete_fields}
        names = [*columns, *(["uid"] if self._has_uid else []), *(f.attname for f in rest)]
        quote = connection.ops.quote_name
        self._columns = [quote(str(by_name[name])) for name in names]
        self._target = f"{quote(model._meta.db_table)} ({', '.join(self._columns)})"

    def flush(self) -> None:
        """Insert what waits; it goes on waiting, until whoever committed empties `rows`."""
        if not self.rows:
            return
        with connection.cursor() as cursor, connection.wrap_database_errors:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {self._target} FROM STDIN") as copy:
                    for row in self._own():
                        copy.write_row((*row, *self._constants))
            else:
                self._insert(cursor)

    def _insert(self, cursor: CursorWrapper) -> None:
        """Many rows a statement take half the time of a statement a row. Django's own cursor would
        look for its marks in these long texts."""
        plain, many, whole = cast("sqlite3.Cursor", cursor.cursor), self._many, self._own()
        for _ in range(len(self.rows) // many):
            values = list(self._constants)
            for row in islice(whole, many):
                values += row
            sqlite3.Cursor.execute(plain, self._long, values)
        rest = [(*self._constants, *row) for row in whole]
        sqlite3.Cursor.executemany(plain, self._statement(1), rest)

    @property
    def _many(self) -> int:
        return VALUES_AT_ONCE // len(self._columns)

    @cached_property
    def _long(self) -> str:
        return self._statement(self._many)

    def _statement(self, count: int) -> str:
        """For so many rows; what is the same in all of them is given once, before the first."""
        fixed = len(self._constants)
        width = len(self._columns) - fixed
        same = [f"?{number}" for number in range(1, fixed + 1)]
        holes = []
        for first in range(fixed + 1, fixed + 1 + count * width, width):
            own = [f"?{number}" for number in range(first, first + width)]
            holes.append(f"({', '.join([*own, *same])})")
        return f"INSERT INTO {self._target} VALUES {', '.join(holes)}"  # noqa: S608 own names

    def _own(self) -> Iterator[Row]:
        """What differs from row to row."""
        if not self._has_uid:
            return iter(self.rows)
        uids = _uids(len(self.rows))
        return ((*row, uid) for row, uid in zip(self.rows, uids, strict=True))


def _uids(count: int) -> Iterable[bytes | str]:
    fresh = uid_bytes(count)
    return fresh if connection.vendor == "sqlite" else (uid.hex() for uid in fresh)


def reserve(model: type[models.Model], count: int) -> Sequence[int]:
    """Keys that nobody else will be given. Call inside a transaction."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        last = found[0] if found else 0
        if found:
            cursor.execute(
                "UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last + count, table]
            )
        else:
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last + count]
            )
    return range(last + 1, last + count + 1)


@dataclass
class Supply:
    """Keys and file numbers for what is written, set aside beforehand."""

    people: Iterator[int]
    households: Iterator[int]
    numbers: Iterator[int]

    @classmethod
    def take(cls, people: int, households: int) -> Supply:
        """Call inside a transaction. Too many households do no harm."""
        return cls(
            iter(reserve(Person, people)),
            iter(reserve(Household, households)),
            iter(range(first := Counter.take("file", people), first + people)),
        )


def knows_others(draft: PersonDraft) -> bool:
    """Whether it points at somebody of whom the drafts do not say everything."""
    near = [kin.relative for kin in draft.kin] + [care.guardian for care in draft.guardians]
    return any(isinstance(other, int) for other in near)


def write(drafts: list[PersonDraft], act: Act) -> list[int]:
    """Write these drafts and everybody not yet written to whom they point; the keys of `drafts`.

    Call inside a transaction. Sets `key` on the drafts.
    """
    from guanai.people.alarms import measure_care
    from guanai.people.drafts import with_relatives
    from guanai.people.evaluating import evaluate
    from guanai.people.file import measure
    from guanai.people.ledger.drawing import draw_lines
    from guanai.people.rows import Rows

    people = with_relatives(drafts)
    if act.entry is None:
        act.entry = record("people.person.enter", by=act.by, files=len(people), source=act.source)
    rows = Rows(act, Supply.take(len(people), len(people)))
    rows.add(people)
    rows.flush()
    near = [draft.key for draft in people if draft.key and knows_others(draft)]
    if near:
        measure(Person.objects.filter(pk__in=near).select_related("household"))
    draw_lines(near)
    measure_care(draft.key for draft in people if draft.key)
    if act.source == "page":  # after much at once everybody is looked at apart
        evaluate(draft.key for draft in people if draft.key)
    return [draft.key for draft in drafts if draft.key is not None]
