"""One file becomes the two that it was made of.

Every row goes back to where it stood. What was entered since stays with the file that stayed; what
was corrected since in an entry of the other file goes back with it as it is now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.crypto import Unreadable, vault
from guanai.core.registries import sealed
from guanai.organisations.models import User
from guanai.people.evaluating import evaluate
from guanai.people.merging.comparing import HIDDEN
from guanai.people.merging.joining import SEALED_AS, scoped
from guanai.people.merging.journal import turn_round
from guanai.people.models import ROWS, Change, Merge, Person


def _steps(merge: Merge) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(merge.person.sealer.open(merge.sealed_steps, SEALED_AS))
    return told


def refuse(merge: Merge) -> None:
    """Raises RuleBroken if it cannot be undone now."""
    if Merge.objects.filter(person=merge.person_id, pk__gt=merge.pk).exists():
        raise RuleBroken(
            "merge.later", _("Another file was merged into this one later. Undo that first.")
        )


def later(merge: Merge) -> Iterator[tuple[Change, str, list[Any], bool]]:
    """What was changed since: change, fact, [before, after], whether it goes to the other file."""
    went: set[str] = set()
    kinds: dict[str, Any] = {model._meta.label: model for model in ROWS.values()}
    for step in _steps(merge)["steps"]:
        if step["what"] == "moved" and step["column"] == "person_id" and step["model"] in kinds:
            rows = kinds[step["model"]].objects.filter(pk__in=step["keys"])
            went.update(uid.hex for uid in rows.values_list("uid", flat=True))
    changes = Change.objects.filter(person=merge.person_id, version__gt=merge.version)
    for change in changes.select_related("entry__user").order_by("version"):
        change.person = merge.person
        for fact, values in change.values().items():
            if fact.startswith(HIDDEN):
                continue
            yield change, fact, values, fact.partition("@")[2] in went


@transaction.atomic
def undo(merge: Merge, by: User) -> None:
    """Call it as `Merge.undo`."""
    keys = sorted((merge.person_id, merge.gone_id))
    held = {key: Person.objects.get(pk=key).hold() for key in keys}
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    kept, gone = held[merge.person_id], held[merge.gone_id]
    refuse(merge)
    merge.person = kept
    told, name = _steps(merge), kept.name
    own = bytes(kept.sealed_key)
    gone_key, kept_key = own[-told["keys"] :], own[: -told["keys"]]
    try:
        with transaction.atomic():
            back = turn_round(told["steps"])
    except IntegrityError as error:
        stuck = _("What was entered since stands in the way. Take that out first.")
        raise RuleBroken("merge.stuck", stuck) from error
    for person, key in ((kept, kept_key), (gone, gone_key)):
        Person.objects.filter(pk=person.pk).update(sealed_key=key)
        person.refresh_from_db()
    _seal_anew(gone, own)
    for rows in scoped(gone):
        rows.update(path=gone.path)
    for row in back:
        if hasattr(row, "index"):  # the county's key may have been turned since
            row.index(row.fact(next(iter(row.SEALED))))
            row.save()
    gone.index_name()
    if kept.name != name:
        kept.index_name(name)
    record("people.person.apart", by=by, subject=kept)
    merge.delete()
    for person, other in ((gone, kept), (kept, gone)):
        person.tell({"merged": [other.file_number, None]}, "person.unmerge", by=by)
    evaluate([kept.pk, gone.pk])


def _seal_anew(gone: Person, every: bytes) -> None:
    """What others sealed in rows of the file that goes back, since, by the key of the other."""
    own, both = gone.sealer, vault().sealer(every)
    for column in (one for one in sealed.all() if one.words):
        rows: Any = apps.get_model(column.model)._meta.base_manager
        for row in rows.filter(**{column.of: gone.pk}):
            for field, word in zip(column.fields, column.words, strict=True):
                text = getattr(row, field)
                if text is None or _opens(own, text, word):
                    continue
                anew = own.seal_bytes(both.open_bytes(text, word), word)
                rows.filter(pk=row.pk).update(**{field: anew})


def _opens(sealer: Any, text: bytes, word: str) -> bool:
    try:
        sealer.open_bytes(text, word)
    except Unreadable:
        return False
    return True
