"""From staged rows to rows of the database, in pieces; beside the writer on a second core.

What a piece holds is plain values, so that it passes between two processes as `marshal` writes it.
"""

from __future__ import annotations

import marshal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from queue import Queue
from threading import Thread
from typing import IO, Any

from django.conf import settings
from django.db import connection

from guanai.people.importing.applying import Difference
from guanai.people.importing.drafting import Drafting
from guanai.people.importing.ground import Ground
from guanai.people.importing.staging import LIVE, Staged, Staging
from guanai.people.models import Import
from guanai.people.rows import Rows
from guanai.people.writing import Act, Row, Supply

AT_ONCE = 40  # people of a piece, about 100 kB
AHEAD = 100  # pieces that may wait for the writer
Family = list[tuple[Staged, dict[str, int]]]  # (row, role → person)


@dataclass
class Piece:
    """`rows` by the model's place in rows.COLUMNS; `written`: (person, key)."""

    people: int
    read: int
    rows: list[list[Row]]
    written: list[tuple[int, int]]
    differences: list[Difference]


def families(staging: Staging, extra: str = "1") -> Iterator[tuple[int, Family]]:
    """(family, its rows) in order of the families' numbers."""
    people = staging.db.execute(
        f"SELECT family, people FROM staged WHERE {LIVE} AND {extra} ORDER BY family, id"  # noqa: S608
    )
    rows = staging.rows(f"{LIVE} AND {extra}", order="family, id")
    both = zip(people, rows, strict=True)
    for family, members in groupby(both, key=lambda pair: pair[0][0]):
        yield family, [(row, roles(told)) for (_, told), row in members]


def roles(told: str) -> dict[str, int]:
    return {role: int(number) for role, _, number in (p.partition(":") for p in told.split(" "))}


def drafted(ground: Ground, known: dict[int, int], rows: Family) -> Drafting:
    drafting = Drafting(ground, known)
    for row, people in rows:
        drafting.add(row, people)
    return drafting


def build(
    batch: Import, staging: Staging, supply: Supply, known: dict[int, int], taken: list[int]
) -> Iterator[Piece]:
    """Pieces of whole families. `known`: person → key of the file that was there before; `taken`:
    ID numbers, by their blind index, that stand in a file already."""
    ground, rows = Ground(batch), Rows(Act(batch.actor, source="import", batch=batch), supply)
    rows.taken = set(taken)
    piece = Piece(0, 0, [], [], [])
    for _family, members in families(staging):
        drafting = drafted(ground, known, members)
        fresh = {n: draft for n, draft in drafting.people.items() if draft.key is None}
        rows.add(list(fresh.values()))
        piece.people += len(fresh)
        piece.read += len(members)
        piece.written += [(n, draft.key) for n, draft in fresh.items() if draft.key is not None]
        piece.differences += drafting.differences
        if piece.people >= AT_ONCE:
            piece.rows = rows.take()
            yield piece
            piece = Piece(0, 0, [], [], [])
    piece.rows = rows.take()
    yield piece


Build = Callable[[Supply, dict[int, int], list[int]], Iterator[Piece]]


@contextmanager
def builder(batch: Import, staging: Staging) -> Iterator[Build]:
    """Builds as `build` does, in a child process that starts at once and waits for its job; here
    if the child could not see what this transaction sees."""
    name = str(connection.settings_dict["NAME"])
    if connection.in_atomic_block or ":memory:" in name or "mode=memory" in name:
        yield partial(build, batch, staging)
        return
    child = subprocess.Popen(
        [sys.executable, "-m", "guanai.people.importing", "--build"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=settings.BASE_DIR,
    )
    job, built = child.stdin, child.stdout
    assert job is not None and built is not None  # noqa: S101, PT018 - both piped

    def begin(supply: Supply, known: dict[int, int], taken: list[int]) -> Iterator[Piece]:
        keys = [list(some) for some in (supply.people, supply.households, supply.numbers)]
        marshal.dump((name, batch.pk, keys, known, taken), job)
        job.close()
        return _received(built)

    try:
        yield begin
    finally:
        child.kill()
        child.wait()


def _received(stream: IO[bytes]) -> Iterator[Piece]:
    """Read ahead by a thread, while the writer waits for the database. Raises EOFError if the child
    ended before its last word."""
    read: Queue[tuple[Any, ...] | EOFError | None] = Queue(AHEAD)

    def listen() -> None:
        try:
            while (told := marshal.load(stream)) is not None:  # noqa: S302 - from our own child
                read.put(told)
            read.put(None)
        except EOFError as error:
            read.put(error)

    Thread(target=listen, daemon=True).start()
    while (told := read.get()) is not None:
        if isinstance(told, EOFError):
            raise told
        yield Piece(*told)


def serve(source: IO[bytes], target: IO[bytes]) -> None:
    """The child's side: a job from `source`, its pieces to `target`; nothing without a job."""
    try:
        name, key, keys, known, taken = marshal.load(source)  # noqa: S302 - from our own parent
    except EOFError:
        return
    connection.settings_dict["NAME"] = name
    batch = Import.objects.select_related("by", "confirmed_by", "organisation__place", "place").get(
        pk=key
    )
    with Staging(batch) as staging:
        for piece in build(batch, staging, Supply(*map(iter, keys)), known, taken):
            told = (piece.people, piece.read, piece.rows, piece.written, piece.differences)
            marshal.dump(told, target)
    marshal.dump(None, target)
    target.flush()
