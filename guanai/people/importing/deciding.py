"""What a person decides in the preview: repairs, rows left out, who is whom. Audited as counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import transaction
from django.utils.translation import gettext as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.organisations.models import User
from guanai.people.importing.ground import Ground
from guanai.people.importing.staging import NEVER_ACCEPTED, Staged, Staging
from guanai.people.models import Import


@contextmanager
def deciding(batch: Import, by: User, what: str) -> Iterator[Staging]:
    """The staged rows of an import that waits for confirmation; counts and audit come after.

    Raises RuleBroken if it does not wait.
    """
    with transaction.atomic():
        held = Import.objects.select_for_update().get(pk=batch.pk)
        if held.state != "preview":
            raise RuleBroken("import.state", _("This import no longer waits for decisions."))
        with Staging(held) as staging:
            yield staging
            held.advance(counts=held.counts | staging.counts())
        record(f"people.import.{what}", by=by, subject=held)
    batch.refresh_from_db()


def repair(
    batch: Import, row_id: int, cells: Mapping[str, str], *, everywhere: bool, by: User
) -> int:
    """Write cells anew and check the row; how many rows were touched.

    `everywhere`: the same repair wherever the same text stands in the same column.
    """
    with deciding(batch, by, "repair") as staging:
        row = _row(staging, row_id)
        changes = {
            target: (row.cells.get(target, ""), text.strip())
            for target, text in cells.items()
            if text.strip() != row.cells.get(target, "").strip()
        }
        if not changes:
            return 0
        ground = Ground(batch)
        rows = {row.id: row}
        if everywhere:
            rows |= {other.id: other for other in _alike(staging, changes)}
        for other in rows.values():
            for target, (before, after) in changes.items():
                if other.id == row.id or other.cells.get(target, "") == before:
                    other.cells[target] = after
            other.repaired, other.accepted = True, False
            ground.check(other)
        with staging.writing():
            for other in rows.values():
                staging.save(other)
        return len(rows)


def _alike(staging: Staging, changes: Mapping[str, tuple[str, str]]) -> Iterator[Staged]:
    """Rows with a problem whose cell holds the same text as one that is repaired."""
    for target, (before, _after) in changes.items():
        raw = staging.sealer.blind(f"{target}:{before}")
        yield from staging.rows(
            "id IN (SELECT staged FROM problem WHERE field = ? AND raw = ?)", target, raw
        )


def accept(batch: Import, row_id: int, *, by: User) -> None:
    """Take the row as it is: an unchecked ID number, a birth date left open. Raises RuleBroken."""
    with deciding(batch, by, "accept") as staging:
        row = _row(staging, row_id)
        if any(problem["code"] in NEVER_ACCEPTED for problem in row.problems):
            raise RuleBroken("import.not_acceptable", _("This row cannot be taken without repair."))
        _mark(batch, staging, [row], accepted=True)


def accept_all(batch: Import, code: str, *, by: User) -> int:
    """Take all rows as they are that have this problem and none that needs repair."""
    with deciding(batch, by, "accept") as staging:
        rows = staging.rows(
            "faulty AND id IN (SELECT staged FROM problem WHERE code = ? AND blocks)", code
        )
        found = [row for row in rows if NEVER_ACCEPTED.isdisjoint(p["code"] for p in row.problems)]
        _mark(batch, staging, found, accepted=True)
        return len(found)


def leave_out(batch: Import, row_id: int, *, out: bool, by: User) -> None:
    """Leave a row out, or take it in again."""
    with deciding(batch, by, "leave_out" if out else "take_in") as staging:
        row = _row(staging, row_id)
        row.left_out = out
        with staging.writing():
            staging.save(row)


def _mark(batch: Import, staging: Staging, rows: list[Staged], *, accepted: bool) -> None:
    ground = Ground(batch)
    for row in rows:
        row.accepted = accepted
        ground.check(row)
    with staging.writing():
        for row in rows:
            staging.save(row)


def decide(batch: Import, candidate: int, decision: str, *, by: User) -> None:
    """Whether two are one person: “same” or “new”. Raises RuleBroken for anything else."""
    if decision not in {"same", "new"}:
        raise RuleBroken("import.decision", _("Choose: the same person, or a new one."))
    with deciding(batch, by, "decide") as staging, staging.writing() as db:
        db.execute("UPDATE candidate SET decision = ? WHERE id = ?", (decision, candidate))


def _row(staging: Staging, row_id: int) -> Staged:
    row = staging.row(row_id)
    if row is None:
        raise RuleBroken("import.no_row", _("There is no such row."))
    return row
