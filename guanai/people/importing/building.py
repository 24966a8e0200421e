"""From staged rows to rows of the database, in pieces; beside the writer on a second core.

What a piece holds is plain values, so that it passes between two processes as `marshal` writes it.
"""

from __future__ import annotations

import fcntl
import marshal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from guanai.people.importing.drafting import Drafting
from guanai.people.importing.ground import Ground
from guanai.people.importing.staging import LIVE, Staged, Staging
from guanai.people.models import Import
from guanai.people.rows import Rows
from guanai.people.writing import Act, Row, Supply

if TYPE_CHECKING:
    from guanai.people.importing.applying import Difference

AT_ONCE = 40  # people of a piece, about 100 kB
PIPE = 1 << 20
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
    batch: Import, staging: Staging, supply: Supply, known: dict[int, int]
) -> Iterator[Piece]:
    """Pieces of whole families. `known`: person → key of the file that was there before."""
    ground, rows = Ground(batch), Rows(Act(batch.actor, source="import", batch=batch), supply)
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


@contextmanager
def pieces(
    batch: Import, staging: Staging, supply: Supply, known: dict[int, int]
) -> Iterator[Iterator[Piece]]:
    """Built by a child process; here if the child could not see what this transaction sees."""
    apart = not connection.in_atomic_block and ":memory:" not in str(connection.settings_dict)
    if not apart or "mode=memory" in str(connection.settings_dict["NAME"]):
        yield build(batch, staging, supply, known)
        return
    job = {
        "batch": batch.pk,
        "database": str(connection.settings_dict["NAME"]),
        "people": list(supply.people),
        "households": list(supply.households),
        "numbers": list(supply.numbers),
        "known": known,
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "guanai.people.importing", "--build"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=settings.BASE_DIR,
    )
    assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018 - both piped
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        fcntl.fcntl(child.stdout, fcntl.F_SETPIPE_SZ, PIPE)
    try:
        marshal.dump(job, child.stdin)
        child.stdin.close()
        yield _received(child.stdout)
    finally:
        child.kill()
        child.wait()


def _received(stream: IO[bytes]) -> Iterator[Piece]:
    """Raises EOFError if the child ended before its last word."""
    while (told := marshal.load(stream)) is not None:  # noqa: S302 - from our own child
        yield Piece(*told)


def serve(source: IO[bytes], target: IO[bytes]) -> None:
    """The child's side: a job from `source`, its pieces to `target`."""
    job: dict[str, Any] = marshal.load(source)  # noqa: S302 - from our own parent
    connection.settings_dict["NAME"] = job["database"]
    batch = Import.objects.select_related("by", "confirmed_by", "organisation__place", "place").get(
        pk=job["batch"]
    )
    supply = Supply(*(iter(job[name]) for name in ("people", "households", "numbers")))
    with Staging(batch) as staging:
        for piece in build(batch, staging, supply, job["known"]):
            told = (piece.people, piece.read, piece.rows, piece.written, piece.differences)
            marshal.dump(told, target)
    marshal.dump(None, target)
    target.flush()
