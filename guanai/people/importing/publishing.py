"""The last step: confirmed rows become files, in short chunks that nobody sees before the flip."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from guanai.audit.models import record
from guanai.core.chunks import chunks
from guanai.core.locks import again
from guanai.core.pace import breathe, settle
from guanai.people.alarms import measure_care
from guanai.people.drafts import PersonDraft
from guanai.people.file import measure
from guanai.people.importing import assembly, matching
from guanai.people.importing.applying import Difference, apply
from guanai.people.importing.building import Piece, builder, drafted, families, roles
from guanai.people.importing.drafting import Drafting
from guanai.people.importing.erasing import erase
from guanai.people.importing.ground import Ground
from guanai.people.importing.staging import LIVE, Staging
from guanai.people.ledger.drawing import draw_lines
from guanai.people.models import DuplicateProposal, Import, Person, SearchToken
from guanai.people.models.lookup import Taken
from guanai.people.rows import Rows
from guanai.people.tasks import evaluate_import
from guanai.people.writing import Act, Row, Supply

LOCKED = 0.08  # seconds that a chunk aims to hold the writers' lock (bar: 100 ms)
FIRST_CHUNK, LARGEST_CHUNK = 60, 2000  # people
EXISTING_AT_ONCE = 100
TOKENS_KEPT, TOKENS_AT_ONCE = 150_000, 8_000
TRIES = 5


@contextmanager
def alone(name: str = "publishing", *, wait: bool = True) -> Iterator[bool]:
    """Held by one process of this machine; the kernel lets go when the process dies.

    Gives False at once if `wait` is false and somebody else holds it.
    """
    settings.HOME.imports.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.HOME.imports / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def publish(batch: Import, staging: Staging) -> None:
    """From confirmed to live. Killed before the flip nothing is seen and `recover` removes it;
    killed after it, `recover` goes on where it stopped. Raises Cancelled before the flip.

    Somebody may enter one of these people meanwhile; then it begins anew and finds that file.
    """
    for left in reversed(range(TRIES)):
        try:
            _write(batch, staging)
            break
        except Taken:
            roll_back(batch, "confirmed" if left else "preview")
            if not left:
                raise
    again(partial(flip, batch, staging))
    complete(batch, staging)


def _write(batch: Import, staging: Staging) -> None:
    with builder(batch, staging) as build:
        Ground(batch).ask_again(staging)
        repaired = staging.one("SELECT count(*) FROM staged WHERE repaired")
        if repaired or matching.is_stale(batch):
            matching.find(batch, staging)
        found = assembly.assemble(batch, staging)
        rows = staging.one(f"SELECT count(*) FROM staged WHERE {LIVE}")  # noqa: S608
        with transaction.atomic():
            entry = record("people.import.publish", by=batch.actor, subject=batch, rows=rows)
            supply = Supply.take(found.people - len(found.known), rows)
            batch.counts["entry"] = entry.pk
            batch.advance(progress=0, total=rows, state="publishing")
        act = Act(batch.actor, source="import", batch=batch, entry=entry)
        _Writer(batch, staging, act).write(build(supply, found.known, found.taken))


class _Writer:
    def __init__(self, batch: Import, staging: Staging, act: Act) -> None:
        self.batch, self.staging = batch, staging
        self.rows = Rows(act, Supply(iter(()), iter(()), iter(())))
        self.size = FIRST_CHUNK if connection.vendor == "sqlite" else LARGEST_CHUNK
        self.people = self.done = 0
        self.differences: list[Difference] = []
        self.written: list[tuple[int, int]] = []  # person, key
        self.tokens: list[Row] = []  # search tokens in the order of their index

    def write(self, pieces: Iterator[Piece]) -> None:
        self.staging.db.execute("DELETE FROM written")
        self.staging.db.execute("DELETE FROM difference")
        for piece in pieces:
            self._add(piece)
            if self.people >= self.size:
                self._flush()
                self._index(TOKENS_KEPT)
        self._flush()
        while self._index():
            breathe()

    def _add(self, piece: Piece) -> None:
        for table, rows in zip(self.rows.tables.values(), piece.rows, strict=True):
            table.rows += rows
        self.people += piece.people
        self.done += piece.read
        self.written += piece.written
        self.differences += piece.differences

    def _index(self, most: int = 0) -> bool:
        """Write some search tokens, once there are more than that, in the order of their index:
        each page of it is then written once instead of once a token. False if none was left.

        A few after each chunk of people, so that others who wait find the lock free in between.
        """
        tokens = self.rows.tables[SearchToken]
        if not self.tokens and len(tokens.rows) > most:
            self.tokens, tokens.rows = sorted(tokens.rows), []
        if not self.tokens:
            return False
        later, tokens.rows = tokens.rows, self.tokens[-TOKENS_AT_ONCE:]
        del self.tokens[-TOKENS_AT_ONCE:]
        again(transaction.atomic(tokens.flush))
        tokens.rows = later
        return True

    @transaction.atomic
    def _insert(self) -> None:
        self.rows.flush(later=SearchToken)
        self.batch.advance(progress=self.done)

    def _flush(self) -> None:
        begun = time.perf_counter()
        again(self._insert)
        self.rows.clear(later=SearchToken)
        if connection.vendor == "sqlite":
            better = int(self.people * LOCKED / max(time.perf_counter() - begun, 1e-4))
            self.size = max(FIRST_CHUNK // 3, min(LARGEST_CHUNK, (self.size + better) // 2))
            breathe()
        self.people = 0
        with self.staging.writing() as db:
            db.executemany("INSERT INTO written VALUES (?, ?)", self.written)
        self.staging.keep_differences([(row, None, *rest) for row, *rest in self.differences])
        self.written.clear()
        self.differences.clear()


@transaction.atomic
def flip(batch: Import, staging: Staging) -> None:
    """From here on everybody sees the new files."""
    counts = batch.counts | staging.counts()
    counts["new"] = batch.people.count()
    counts["written"] = batch.total
    batch.live, batch.published_at, batch.counts = True, timezone.now(), counts
    batch.advance(state="applying", progress=0)
    record("people.import.flip", by=batch.actor, subject=batch, **_figures(counts))
    _propose(batch, staging)


def _figures(counts: dict[str, Any]) -> dict[str, Any]:
    return {name: counts.get(name, 0) for name in ("rows", "new", "faulty", "left_out")}


def _propose(batch: Import, staging: Staging) -> None:
    """Likenesses that nobody decided become proposals between the files; who was told apart in the
    preview stays so."""
    keys = _keys(staging)
    told = dict(staging.db.execute(f"SELECT id, people FROM staged WHERE {LIVE}"))  # noqa: S608
    file_of = {row: keys.get(roles(people)[""]) for row, people in told.items()}
    found = staging.db.execute(
        "SELECT staged, other, within, probability, reasons, decision FROM candidate"
        " WHERE decision IN ('', 'new')"
    )
    pairs: dict[str, dict[tuple[int, int], tuple[float, list[str]]]] = {"": {}, "new": {}}
    for row, other, within, probability, reasons, decision in found:
        one, two = file_of.get(row), file_of.get(other) if within else other
        if one is not None and two is not None and one != two:
            pair = min(one, two), max(one, two)
            pairs[decision][pair] = probability, reasons.split(",")
    DuplicateProposal.objects.propose(pairs["new"], batch, apart_by=batch.actor)
    DuplicateProposal.objects.propose(pairs[""], batch)


def _keys(staging: Staging) -> dict[int, int]:
    """Person's number in the import → key of the file."""
    return dict(
        staging.db.execute("SELECT person, key FROM known UNION SELECT person, key FROM written")
    )


def complete(batch: Import, staging: Staging) -> None:
    """Bring what the rows say into files that were there before; goes on where it was stopped."""
    known = dict(staging.db.execute("SELECT person, key FROM known").fetchall())
    keys = _keys(staging)
    ground = Ground(batch)
    waiting: list[tuple[int, Drafting, list[PersonDraft]]] = []
    after = batch.counts.get("cursor", -1)
    some = _families_of(staging, known, after)
    for family, rows in families(staging, f"family IN ({some})") if some else ():
        drafting = drafted(ground, keys, rows)
        old = [draft for number, draft in drafting.people.items() if number in known]
        waiting.append((family, drafting, old))
        if sum(len(old) for _, _, old in waiting) >= EXISTING_AT_ONCE:
            _apply(batch, staging, waiting)
    _apply(batch, staging, waiting)
    fresh = Person.objects.filter(batch=batch, cared_for=False)
    for people in chunks(fresh.values_list("pk", flat=True), EXISTING_AT_ONCE * 10):
        measure_care(people)
        breathe()
    settle()
    with transaction.atomic():
        batch.counts["differences"] = staging.one("SELECT count(*) FROM difference")
        batch.advance(state="done", progress=batch.total)
        record("people.import.done", by=batch.actor, subject=batch, **_figures(batch.counts))
    evaluate_import.enqueue(batch.pk)


def _families_of(staging: Staging, known: dict[int, int], after: int) -> str:
    """The numbers of the families in which somebody had a file before, with commas."""
    told = staging.db.execute(
        f"SELECT family, people FROM staged WHERE {LIVE} AND family > ?",  # noqa: S608
        [after],
    )
    found = {
        family for family, people in told if not known.keys().isdisjoint(roles(people).values())
    }
    return ",".join(map(str, sorted(found)))


def _apply(
    batch: Import, staging: Staging, waiting: list[tuple[int, Drafting, list[PersonDraft]]]
) -> None:
    """One short transaction: the files' changes and the cursor after them."""
    if not waiting:
        return
    drafts = [draft for _, _, old in waiting for draft in old]
    rows = {draft.key: row for _, drafting, _ in waiting for draft, row in drafting.first_told()}
    people = {draft.key for _, drafting, _ in waiting for draft in drafting.people.values()}
    fresh = {
        draft.key
        for _, drafting, old in waiting
        for draft in drafting.people.values()
        if draft.groups and draft not in old
    }
    act, counts = Act(batch.actor, source="import", batch=batch), batch.counts

    @transaction.atomic
    def write() -> list[Difference]:
        changed, found = apply(drafts, act, counts.get("entry"))
        touched = Person.objects.filter(pk__in={*changed, *fresh})
        measure(touched.select_related("household"))
        draw_lines(key for key in people if key is not None)
        more = {"changed": counts.get("changed", 0) + len(changed), "cursor": waiting[-1][0]}
        batch.advance(counts=counts | more)
        return found

    found = again(write, Taken)
    breathe()
    staging.keep_differences([(rows[key], key, *difference) for key, *difference in found])
    waiting.clear()


def roll_back(batch: Import, state: str = "preview") -> None:
    """Remove what was written before the flip; the import waits for confirmation again."""
    erase(batch)
    with transaction.atomic():
        batch.counts.pop("cursor", None)
        batch.advance(state=state, progress=0)
        record("people.import.roll_back", by=batch.actor, subject=batch)
