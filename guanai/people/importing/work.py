"""One step of an import, in the process that is given to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.db import connection

from guanai.audit.rotation import one_generation
from guanai.people.importing import matching, reading, undoing
from guanai.people.importing.publishing import alone, complete, publish, roll_back
from guanai.people.importing.reading import Cancelled
from guanai.people.importing.staging import Staging
from guanai.people.models import Import
from guanai.people.roster.errors import RosterError


def work(key: int) -> None:
    """Do what the import's state asks for; nothing if it waits for a person.

    The county's key is not rotated meanwhile: numbers are compared by their blind indexes.
    """
    uid = Import.objects.values_list("uid", flat=True).get(pk=key)
    with one_generation(), alone(f"{uid}", wait=False) as free:
        if free:
            _work(key)


def _work(key: int) -> None:
    batch = Import.objects.select_related("by", "confirmed_by", "organisation__place", "place").get(
        pk=key
    )
    step = STEPS.get(batch.state)
    if step is None:
        return
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size=-256000")
            cursor.execute("PRAGMA wal_autocheckpoint=15000")
    with Staging(batch) as staging:
        finished = False
        try:
            step(batch, staging)
            finished = True
        except Cancelled:
            _called_off(batch, staging)
            finished = True
        except RosterError as error:
            fail(batch, error.code, error.params)
            finished = True
        finally:
            if not finished:
                fail(batch, "file.broken", {"file": batch.title})


def read(batch: Import, staging: Staging, paths: list[tuple[Path, str]] | None = None) -> None:
    """Files to preview. `paths` for files on this machine, else those that were uploaded."""
    staging.clear()
    if paths is None:
        reading.read_sealed(batch, staging)
    else:
        reading.read(batch, staging, paths)
    matching.find(batch, staging)
    batch.advance(state="preview", counts=batch.counts | staging.counts())


def _publish(batch: Import, staging: Staging) -> None:
    with alone():
        publish(batch, staging)


def _complete(batch: Import, staging: Staging) -> None:
    with alone():
        complete(batch, staging)


def _undo(batch: Import, _staging: Staging) -> None:
    with alone():
        undoing.finish(batch)


STEPS: dict[str, Callable[[Import, Staging], None]] = {
    "reading": read,
    "confirmed": _publish,
    "applying": _complete,
    "undoing": _undo,
}


def _called_off(batch: Import, staging: Staging) -> None:
    batch.refresh_from_db()
    roll_back(batch, "cancelled")
    staging.discard()


def fail(batch: Import, code: str, params: dict[str, str]) -> None:
    """Note why it cannot go on; before the flip whatever was written is taken out again. What is
    being taken back goes on with the next `recover`."""
    batch.refresh_from_db()
    if batch.live or batch.state in {"preview", "undoing"}:
        return
    if batch.state == "publishing":
        roll_back(batch)
        return
    batch.tell(fault=params)
    batch.advance(state="failed", error={"code": code})
