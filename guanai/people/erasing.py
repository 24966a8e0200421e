"""Destroying a file: what names the person goes, what lawful counts need stays without a name.

The person's row stays as a tombstone (file number, sex, year of birth, township) with the ledgers
in which it stood and from when to when, so that counts of past days, the log and the references of
other files hold. Its key is destroyed, with those of files that were merged into it: what is sealed
under them is noise wherever a copy lies.

`Person.erase(by=user, why="retention.child")` is called by the rooms that decide on retention and
on requests, never by a page alone; `by` may be None for what follows the calendar. `why` is a word
of the program, never typed text. `needed(person)` tells beforehand what stands in the way; rooms
object through `core.registries.keepers`.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.chunks import chunks
from guanai.core.dates import Precision
from guanai.core.registries import keepers
from guanai.organisations.models import Place, PlaceLevel, User
from guanai.people import names
from guanai.people.conflicts import Values, clear_name
from guanai.people.evaluating import evaluate
from guanai.people.file import measure
from guanai.people.importing.staging import Staging
from guanai.people.ledger.drawing import draw_lines
from guanai.people.models import (
    CarerFinding,
    Change,
    DuplicateProposal,
    Guardianship,
    Import,
    Kinship,
    Merge,
    Person,
    Registration,
    WaitingChange,
)
from guanai.people.models.imports import OVER

KEPT = ("registrations", "lines", "tokens")  # counted, drawn anew, found by the name
AT_ONCE = 500
LINKS = {"relative", "guardian"}  # facts of others' files that name a person
ELSEWHERE = """SELECT 1 FROM candidate WHERE other = :key AND NOT within
    UNION SELECT 1 FROM difference WHERE person = :key
    UNION SELECT 1 FROM known WHERE key = :key UNION SELECT 1 FROM written WHERE key = :key"""


def needed(person: Person) -> list[str]:
    """Why the file cannot be destroyed now, in words; empty if it can."""
    return [*_needs(person), *(reason for one in keepers.all() for reason in one.needs(person))]


def _needs(person: Person) -> Iterator[str]:
    if person.registrations.current().exists():
        yield _("The person stands in a ledger: strike it out there first.")
    standing = Registration.objects.current().values("person")
    cared = Guardianship.objects.current().filter(guardian=person, person__in=standing)
    for number in cared.values_list("person__file_number", flat=True):
        yield _("Cares for %s by this file: name another carer first.") % number
    findings = CarerFinding.objects.filter(person=person)
    if findings.open().exists() or findings.excluding().exists():
        yield _("A finding protects children from this person (未保法 art. 22).")
    if WaitingChange.objects.open().filter(person=person).exists():
        yield _("A change waits for the township: decide on it first.")
    if any(names_person(batch, person.pk) for batch in Import.objects.exclude(state__in=OVER)):
        yield _("An import that is not finished names this person.")


def destroyed() -> dict[UUID, dt.date]:
    """What the home's list tells, whatever its database says: file → day."""
    home = settings.HOME
    lines = home.destroyed.read_text("utf-8").splitlines() if home.destroyed.exists() else []
    found = {}
    for number, line in enumerate(lines, 1):
        uid, _space, day = line.partition(" ")
        try:
            found[UUID(uid)] = dt.date.fromisoformat(day)
        except ValueError as error:
            said = _("%(file)s, line %(number)d: no file and day. Put a copy of that list back.")
            where = {"file": home.destroyed, "number": number}
            raise RuleBroken("erased.list", said % where) from error
    return found


def _list_destroyed(files: Iterable[tuple[UUID, dt.date]]) -> None:
    text = "".join(f"{uid} {day}\n" for uid, day in files)
    target = os.open(settings.HOME.destroyed, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(target, "w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def erase_again() -> int:
    """After a restore: what was destroyed since the backup was made goes again, whatever needed it
    then; how many files. What this backup knows as destroyed, older ones shall not bring back."""
    listed = destroyed()
    gone = Person.objects.exclude(erased_at=None).values_list("uid", "erased_at")
    _list_destroyed((uid, timezone.localdate(at)) for uid, at in gone if uid not in listed)
    back = [
        person
        for some in chunks(listed, AT_ONCE)
        for person in Person.objects.filter(erased_at=None, uid__in=some)
    ]
    for person in back:
        with transaction.atomic():
            person.registrations.current().update(until=listed[person.uid])
            erase(person, None, "restore", again=True)
    return len(back)


@transaction.atomic
def erase(person: Person, by: User | None, why: str, *, again: bool = False) -> list[str]:
    """Destroy the file, and those of relatives who are known through it alone; the file numbers.

    Call it as `Person.erase`. Raises RuleBroken if it is gone already, or with what stands in the
    way (`facts["reasons"]`). `again`: it was decided before, nothing stands in the way.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")  # overwrite what is deleted
    held = person.hold()
    if held.erased_at is not None:
        raise RuleBroken("person.erased", _("This file was destroyed already."))
    reasons = [] if again else needed(held)
    if reasons:
        raise RuleBroken("person.needed", " ".join(reasons), reasons=reasons)
    gone = [held] if again else [held, *_known_through(held)]
    keys = [one.pk for one in gone]
    near = _near(keys)
    merged: dict[int, set[int]] = defaultdict(set)
    for stays, other in Merge.objects.filter(person__in=keys).values_list("person", "gone"):
        merged[stays].add(other)
    for one in gone:
        _destroy(one, near, {one.pk, *merged[one.pk]})
        record("people.person.erase", by=by, subject=one, why=why, relative=one is not held)
    every = [*keys, *(key for others in merged.values() for key in others)]
    transaction.on_commit(lambda: _discard_stores(every))
    if not again:
        today = timezone.localdate()
        transaction.on_commit(lambda: _list_destroyed((one.uid, today) for one in gone))
    others = Person.objects.filter(pk__in=near - set(keys), erased_at=None)
    measure(others.select_related("household"))
    draw_lines(near)
    evaluate(near)
    person.refresh_from_db()
    return [one.file_number for one in gone]


def _links(keys: set[int]) -> set[tuple[int, int]]:
    """(person, relative or guardian) of which one is among the keys."""
    kin = Kinship.objects.filter(Q(person__in=keys) | Q(relative__in=keys))
    care = Guardianship.objects.filter(Q(person__in=keys) | Q(guardian__in=keys))
    both = (*kin.values_list("person", "relative"), *care.values_list("person", "guardian"))
    return set(both)


def _near(keys: list[int]) -> set[int]:
    """These people and those whose files may name them."""
    homes = Person.objects.filter(pk__in=keys).exclude(household=None).values("household")
    members = Person.objects.filter(household__in=homes).values_list("pk", flat=True)
    return {key for link in _links(set(keys)) for key in link} | {*members, *keys}


def _known_through(person: Person) -> list[Person]:
    """Relatives who never stood in a ledger and belong to nobody else's file."""
    others = {key for link in _links({person.pk}) for key in link} - {person.pk}
    people = Person.objects.select_for_update(no_key=True).filter(pk__in=others, erased_at=None)
    found = {p.pk: p for p in people if not p.registrations.exists() and not needed(p)}
    outside = set(found)
    while outside:
        loose = [link for link in _links(set(found)) if not {person.pk, *found}.issuperset(link)]
        outside = {key for link in loose for key in link} & found.keys()
        found = {key: one for key, one in found.items() if key not in outside}
    return list(found.values())


def _destroy(person: Person, near: set[int], keys: set[int]) -> None:
    """`keys`: its own, and those of files that were merged into it, by which others name it."""
    others = near - {person.pk}
    for change in Change.objects.filter(person__in=others).select_related("person"):
        change.rewrite(lambda values: _nameless(values, keys))
    for row in WaitingChange.objects.filter(person__in=others).select_related("person"):
        row.rewrite(_nameless(row.told["values"], keys))
    for keeper in keepers.all():
        keeper.forget(person)
    tokens = Q(token__in=names.tokens(person.name), path=person.path)  # has no index by person
    person.tokens.filter(tokens).delete()
    for relation in Person._meta.related_objects:
        model: Any = relation.related_model
        ours = model._meta.app_label == "people" and relation.field.name == "person"
        if ours and relation.get_accessor_name() not in KEPT:
            model._meta.base_manager.filter(person=person).delete()
    DuplicateProposal.objects.filter(Q(left=person) | Q(right=person)).delete()
    _rename_files(person.name)
    home, left = person.household, tombstone(person)
    person.registrations.update(path=left["path"], batch=None)
    Person.objects.filter(pk=person.pk).update(**left)
    if home is not None and not home.members.exists():
        home.delete()
    person.refresh_from_db()


def tombstone(person: Person) -> dict[str, Any]:
    """What stays: of small places and exact days of birth nothing, for few share them."""
    place = _township(person.place)
    return {
        **dict.fromkeys(("name", "pinyin", "ethnicity", "care_form", "closed_for"), ""),
        **dict.fromkeys(("died", "household", "batch", "closed_on")),
        "born": person.born and person.born.replace(month=1, day=1),
        "born_precision": Precision.YEAR,
        "place": place,
        "path": place.path,
        "details": {},
        "completeness": 0,
        "sealed_key": b"",
        "erased_at": timezone.now(),
    }


def _township(place: Place) -> Place:
    while place.level in {PlaceLevel.VILLAGE, PlaceLevel.GROUP} and place.parent is not None:
        place = place.parent
    return place


def _nameless(values: Values, keys: set[int]) -> Values:
    """Without the person's name in what another file's history says."""
    return {name: _without(clear_name(name), value, keys) for name, value in values.items()}


def _without(name: str, value: Any, keys: set[int]) -> Any:
    if isinstance(value, list):
        return [_without(name, one, keys) for one in value]
    if not isinstance(value, dict):
        return value
    if name.rpartition(".")[2] in LINKS and value.get("key") in keys:
        return {"key": value["key"], "label": ""}
    return {part: _without(part, one, keys) for part, one in value.items()}


def _rename_files(name: str) -> None:
    """Names of uploaded files may hold the person's."""
    for batch in Import.objects.all():
        if name in (told := json.dumps(batch.told, ensure_ascii=False)):
            batch.tell(**json.loads(told.replace(name, "…")))
            batch.save(update_fields=["file_name"])


def _discard_stores(keys: list[int]) -> None:
    """Uploaded rosters and staged rows that tell of these people; not to be had apart."""
    for batch in Import.objects.filter(state__in=OVER):
        if any(names_person(batch, key) for key in keys):
            Staging(batch).discard()
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def names_person(batch: Import, key: int) -> bool:
    """Whether a row staged there was found to tell of this person."""
    staging = Staging(batch)
    if not staging.has_rows():
        return False
    with staging:
        return staging.db.execute(ELSEWHERE, {"key": key}).fetchone() is not None
