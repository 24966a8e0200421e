"""Take an import back while nothing later depends on it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.audit.models import Entry, record
from guanai.core.broken import RuleBroken
from guanai.organisations.models import User
from guanai.people.evaluating import evaluate_import
from guanai.people.file import measure
from guanai.people.importing.erasing import erase, is_ours, pointing_at_people
from guanai.people.importing.sight import reachable
from guanai.people.ledger.drawing import draw_lines
from guanai.people.models import (
    ROWS,
    AccessGrant,
    CarerFinding,
    Change,
    Guardianship,
    Import,
    Kinship,
    Person,
    WaitingChange,
)
from guanai.people.models.history import _restore as restore_row
from guanai.people.rows import COLUMNS

UNDO = "import.undo"  # the word in the history of files that the import had added to
BEGUN = "people.import.undo"  # the audit entry that stands for every file taken back
NAMED = 20  # file numbers that a refusal names


def begin(batch: Import, by: User) -> None:
    """Hide the import's files at once; `finish` removes them. Raises RuleBroken."""
    until = batch.undo_until
    if until is None or until < timezone.now():
        raise RuleBroken(
            "import.undo_late", _("The days in which it could be taken back are over.")
        )
    _refuse_outside(batch, by)
    found = sorted(set(standing_in_the_way(batch)))
    if found:
        files = ", ".join(found[:NAMED]) + (" …" if len(found) > NAMED else "")
        message = _("Later work depends on these files: %(files)s. Take that back first.")
        raise RuleBroken("import.undo_blocked", message % {"files": files}, files=found)
    with transaction.atomic():
        batch.live = False
        batch.advance(state="undoing", progress=0)
        record(BEGUN, by=by, subject=batch)


def _refuse_outside(batch: Import, by: User) -> None:
    """Every file of the import and every file that it added to lies in the user's reach today."""
    added = Change.objects.filter(batch=batch).values("person")
    keys = Person.objects.filter(Q(batch=batch) | Q(pk__in=added)).values_list("pk", flat=True)
    wanted = set(keys)
    if wanted - reachable(by, wanted):
        raise RuleBroken(
            "import.undo_outside",
            _("Files of this import are in another office's care by now. Ask the county."),
        )


def standing_in_the_way(batch: Import) -> Iterable[str]:
    """File numbers of the import's people on whom something later rests."""
    ours = Person.objects.filter(batch=batch)
    touched = Change.objects.filter(batch=batch).values("person")
    later = (
        Change.objects.filter(person__in=touched, at__gt=batch.published_at)
        .exclude(batch=batch)
        .exclude(batch__state="undone")
    )
    theirs: tuple[Any, ...] = (
        Kinship.objects.filter(relative__in=ours).exclude(batch=batch).values("relative"),
        Guardianship.objects.filter(guardian__in=ours).exclude(batch=batch).values("guardian"),
        AccessGrant.objects.filter(person__in=ours).values("person"),
        CarerFinding.objects.filter(person__in=ours).values("person"),
        WaitingChange.objects.open().filter(person__in=ours).values("person"),
    )
    for people in (
        Person.objects.filter(pk__in=later.values("person")),
        *(Person.objects.filter(pk__in=keys) for keys in theirs),
        *(Person.objects.filter(pk__in=keys) for keys in of_higher_rooms(ours)),
    ):
        yield from people.values_list("file_number", flat=True)


def of_higher_rooms(ours: QuerySet[Person]) -> Iterator[Any]:
    """Keys of these people at whom rows of rooms above this one point."""
    for link in pointing_at_people():
        if not is_ours(link):
            rows: Any = link.model._meta.base_manager
            yield rows.filter(**{f"{link.name}__in": ours}).values(link.name)


def finish(batch: Import) -> None:
    """Remove files and facts in short chunks; goes on where it was stopped."""
    undo = Entry.objects.filter(action=BEGUN, subject_uid=batch.uid.bytes).last()
    restore(batch, undo)
    erase(batch)
    evaluate_import(batch)
    with transaction.atomic():
        WaitingChange.withdraw_all(batch, by=undo.user if undo else None)
        batch.advance(state="undone", progress=batch.total)
        record("people.import.undone", by=undo.user if undo else None, subject=batch)


def restore(batch: Import, undo: Entry | None) -> None:
    """Take from files that were there before what this import brought."""
    changes = Change.objects.filter(batch=batch).exclude(why=UNDO).exclude(person__batch=batch)
    for change in list(changes.select_related("person")):
        with transaction.atomic():
            person = Person.objects.select_for_update(no_key=True).get(pk=change.person_id)
            if not Change.objects.filter(person=person, batch=batch, why=UNDO).exists():
                _take_back(batch, person, change, undo)
                person.refresh_from_db()
                measure([person])
                draw_lines([person.pk])


def _take_back(batch: Import, person: Person, change: Change, undo: Entry | None) -> None:
    values = change.values()
    own = (*Person.FACTS, "details")
    person.fill({k: v for k, (v, _after) in values.items() if k.partition(".")[0] in own})
    person.version += 1
    person.save()
    for key, (before, _after) in values.items():
        if "@" in key:
            restore_row(person, ROWS, key, before)
    for model in COLUMNS:
        names = {field.name for field in model._meta.concrete_fields}
        if {"batch", "person"} <= names and model is not Change:
            model.objects.filter(person=person, batch=batch).delete()
    sealed = json.dumps({fact: [after, before] for fact, (before, after) in values.items()})
    Change.objects.create(
        person=person,
        entry=undo,
        at=timezone.now(),
        version=person.version,
        facts=change.facts,
        sealed=person.sealer.seal(sealed, "change.values"),
        why=UNDO,
        source="import",
        batch=batch,
    )
