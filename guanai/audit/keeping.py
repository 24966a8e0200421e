"""How long rows of the log are kept, and how what is over goes while the chain stays provable.

Rows about something that still stands, and looks at files that still stand, are kept with it; what
the chain itself needs (audit.…) for good; the others for settings.AUDIT_MONTHS.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import router, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from guanai.audit.models import Entry, Logged, Reading, record
from guanai.audit.proving import EMPTIED
from guanai.audit.sealing import CHAINS, groups, keys_of, rows_of, spans
from guanai.core.chunks import chunks
from guanai.core.registries import subjects

if TYPE_CHECKING:
    from guanai.organisations.models import User

MONTH = 30.5  # days
ASKED = 500  # uids or keys in one question
WHY = "time"


def limit() -> dt.datetime:
    return timezone.now() - dt.timedelta(days=settings.AUDIT_MONTHS * MONTH)


def plan(model: type[Logged]) -> dict[int, list[int]]:
    """Seal → keys of its rows whose time is over; the time of a row that was sealed late is that of
    its seal."""
    found: dict[int, list[int]] = defaultdict(list)
    for group in groups(model.SEALS.objects.defer("prints").filter(at__lt=limit())):
        seal_of = {key: seal.number for seal in group for key in keys_of(seal.spans)}
        for key in _over(model, model.objects.filter(rows_of(group)).order_by("pk")):
            found[seal_of[key]].append(key)
    return found


def preview() -> dict[type[Logged], int]:
    return {model: sum(map(len, plan(model).values())) for model in CHAINS}


def empty(*, by: User | None) -> int:
    """Remove what is over; how many rows. What is removed is written into the log first, so that
    a crash between both leaves no removal that nobody told of."""
    count = 0
    for model in CHAINS:
        planned = plan(model)
        if planned:
            told = {str(number): len(keys) for number, keys in planned.items()}
            rows = sum(told.values())
            with transaction.atomic():
                record(EMPTIED, by=by, chain=model.SEALS.LETTER, rows=rows, seals=told)
            for number, keys in planned.items():
                _remove(model, number, keys)
            count += rows
    return count


def _remove(model: type[Logged], number: int, keys: list[int]) -> None:
    """The seal stands open meanwhile: else the database refuses."""
    with transaction.atomic(using=router.db_for_write(model)):
        seal = model.SEALS.objects.select_for_update().get(number=number)
        seal.open = True
        seal.save(update_fields=["open"])
        model.objects.filter(pk__in=keys).take_out()
        gone = sorted({*keys_of(seal.gone), *keys})
        seal.open, seal.gone = False, list(spans(gone))
        seal.emptied_at, seal.emptied_why = timezone.now(), WHY
        if len(gone) == seal.rows:
            seal.prints = b""
        seal.save()


def _over(model: type[Logged], rows: QuerySet[Any]) -> list[int]:
    if model is Reading:
        looks = [(key, "people.Person", one) for key, one in rows.values_list("pk", "person_id")]
        return _loose(looks, "pk")
    rows = rows.exclude(action__startswith="audit.")
    for relation in Entry._meta.related_objects:  # what rests on an entry keeps it
        resting = relation.related_model._meta.base_manager.filter(
            **{relation.field.name: OuterRef("pk")}
        )
        rows = rows.exclude(Exists(resting))
    acts = rows.values_list("pk", "subject", "subject_uid")
    return _loose([(k, label, uid and UUID(bytes=bytes(uid))) for k, label, uid in acts], "uid")


def _loose(rows: list[tuple[int, str, Any]], column: str) -> list[int]:
    """Keys of (key, model, id) whose model has no such row any more."""
    asked: dict[str, set[Any]] = defaultdict(set)
    for _key, label, one in rows:
        asked[label].add(one)
    standing = {label: _standing(label, column, ids - {None}) for label, ids in asked.items()}
    return [key for key, label, one in rows if one not in standing[label]]


def _standing(label: str, column: str, ids: set[Any]) -> set[Any]:
    """Which of these rows are still there and have not ended."""
    try:
        rows: QuerySet[Any] = apps.get_model(label)._meta.base_manager.all()
    except (LookupError, ValueError):
        return set()
    ended = {subject.model: subject.ended for subject in subjects.all()}.get(label)
    if ended:
        rows = rows.filter(**{ended: None})
    there: set[Any] = set()
    for some in chunks(ids, ASKED):
        there.update(rows.filter(**{f"{column}__in": some}).values_list(column, flat=True))
    return there
