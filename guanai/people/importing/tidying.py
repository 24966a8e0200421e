"""After a process that died, and after the days in which an import can be taken back."""

from __future__ import annotations

import datetime as dt
import shutil
from contextlib import ExitStack

from django.conf import settings
from django.utils import timezone

from guanai.audit.rotation import one_generation
from guanai.people.importing import undoing
from guanai.people.importing.publishing import alone, complete, roll_back
from guanai.people.importing.staging import Staging
from guanai.people.models import Import
from guanai.people.models.imports import OVER
from guanai.people.tasks import work_on_import


def tidy() -> None:
    """Runs when the server starts and every day."""
    with ExitStack() as after:
        after.callback(_tidy)
        recover()


def _tidy() -> None:
    _sweep()
    for batch in Import.objects.filter(state__in=("reading", "confirmed")):
        if Staging(batch).has_files():
            work_on_import.enqueue(batch.pk)  # nothing happens where somebody works on it
    old = timezone.now() - dt.timedelta(days=settings.UNDO_DAYS)
    for batch in Import.objects.filter(state__in=OVER, created_at__lt=old):
        until = batch.undo_until
        if until is None or until < timezone.now():
            Staging(batch).discard()


def _sweep() -> None:
    """Remove what a reader left that was killed."""
    for left in settings.HOME.imports.glob("*/tmp*"):
        with alone(left.parent.name, wait=False) as free:
            if free:
                shutil.rmtree(left, ignore_errors=True)


def recover() -> None:
    """Roll back what was stopped before its flip, go on with what was stopped after it. Leaves
    living imports alone."""
    with one_generation(), alone(wait=False) as free:
        if not free:
            return
        with ExitStack() as each:  # one that fails stops none of the others
            for batch in Import.objects.filter(state__in=("publishing", "applying", "undoing")):
                each.callback(_go_on, batch)


def _go_on(batch: Import) -> None:
    if batch.state == "publishing":
        roll_back(batch)
    elif batch.state == "undoing":
        undoing.finish(batch)
    else:
        with Staging(batch) as staging:
            complete(batch, staging)
