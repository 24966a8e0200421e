"""Proof of the chain: what is wrong with it, the first broken row first."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Max, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.audit.models import Entry, Logged, Reading, Seal
from guanai.audit.sealing import (
    CHAINS,
    PRINT,
    begin,
    groups,
    head_of,
    keys_of,
    newest,
    prints,
    rows_of,
    unsealed,
)
from guanai.core.web import whole

CLOCK_MAY_DIFFER = dt.timedelta(minutes=5)
EMPTIED = "audit.log.empty"


def chain() -> Iterator[str]:
    """Acts and looks stand as they were sealed: none changed, removed, added, re-ordered."""
    for model in CHAINS:
        yield from _of(model)


def clock() -> Iterator[str]:
    """A clock that was set back would let posts, looks and reasons last too long."""
    for model in (Entry, Reading):
        last = model._meta.base_manager.aggregate(last=Max("at"))["last"]
        if last is not None and last > timezone.now() + CLOCK_MAY_DIFFER:
            yield _("the clock stands before the log: its last row is of %s; set the clock") % (
                f"{timezone.localtime(last):%F %T}"
            )


def young(model: type[Logged]) -> int:
    """How many rows wait for their seal."""
    return model.objects.filter(unsealed(newest(model))).count()


def find(short: str) -> Seal | None:
    """The seal whose head stands on paper as “E12-3f9a2c41d0e7”; None if it is not in the chain."""
    for model in CHAINS:
        number = whole(short[1:].partition("-")[0])
        for seal in model.SEALS.objects.filter(number=number).defer("prints"):
            if str(seal).lower() == short.lower():
                found: Seal = seal
                return found
    return None


def _of(model: type[Logged]) -> Iterator[str]:
    last, present = begin(model), 0
    logged = _emptied(model)
    for group in groups(model.SEALS.objects.all()):
        held = dict(prints(model, rows_of(group)))
        present += len(held)
        for seal in group:
            yield from _link(model, last, seal)
            yield from _differences(model, seal, held)
            removed = sum(upto - first + 1 for first, upto in seal.gone)
            if removed > logged[str(seal.number)]:
                yield _("%(seal)s: %(count)d rows were removed without an entry that says so") % {
                    "seal": seal, "count": removed - logged[str(seal.number)]
                }  # fmt: skip
            last = seal
    yield from _strays(model, last, present)


def _emptied(model: type[Logged]) -> Counter[str]:
    """Rows by seal that were removed because their time was over, as the log says."""
    told: Counter[str] = Counter()
    entries = Entry.objects.filter(action=EMPTIED, facts__chain=model.SEALS.LETTER)
    for facts in entries.values_list("facts", flat=True):
        told.update(facts["seals"])
    return told


def _link(model: type[Logged], last: Seal, seal: Seal) -> Iterator[str]:
    for number in range(last.number + 1, seal.number):
        yield _("seal %(letter)s%(number)d is missing") % {
            "letter": model.SEALS.LETTER, "number": number
        }  # fmt: skip
    if seal.number == last.number + 1 and bytes(seal.previous) != bytes(last.head):
        yield _("seal %s does not follow the one before it") % seal
    if head_of(seal) != bytes(seal.head):
        yield _("seal %s was changed") % seal


def _differences(model: type[Logged], seal: Seal, held: dict[int, bytes]) -> Iterator[str]:
    together, gone = bytes(seal.prints), set(keys_of(seal.gone))
    if hashlib.sha256(together).digest() != bytes(seal.digest) and len(gone) < seal.rows:
        yield _("seal %s: its prints were changed") % seal
    for at, key in enumerate(keys_of(seal.spans)):
        told = together[at * PRINT : (at + 1) * PRINT]
        if key in gone:
            wrong = _("%(row)s of seal %(seal)s was removed and is back") if key in held else ""
        elif key not in held:
            wrong = _("%(row)s of seal %(seal)s is missing")
        else:
            wrong = _("%(row)s of seal %(seal)s was changed") if held[key] != told else ""
        if wrong:
            yield wrong % {"row": _name(model, key), "seal": seal}


def _strays(model: type[Logged], last: Seal, present: int) -> Iterator[str]:
    """Rows among the sealed ones that no seal knows, and that nobody waits for."""
    below = model.objects.filter(pk__lte=last.high)
    late = sum(1 for _row in prints(model, unsealed(last) & Q(pk__lte=last.high)))
    if below.count() == present + late:
        return
    known = {key for seal in model.SEALS.objects.defer("prints") for key in keys_of(seal.spans)}
    known |= {key for first, upto, _day in last.awaited for key in range(first, upto + 1)}
    for key in below.order_by("pk").values_list("pk", flat=True).iterator():
        if key not in known:
            yield _("%s was added beside the seals") % _name(model, key)


def _name(model: type[Logged], key: int) -> str:
    return f"{model._meta.verbose_name} {key}"


def counts() -> dict[str, Any]:
    """For a sentence about the whole: seals, rows in them, rows that wait."""
    seals = [model.SEALS.objects.aggregate(rows=Sum("rows"))["rows"] or 0 for model in CHAINS]
    return {
        "seals": sum(newest(model).number for model in CHAINS),
        "rows": sum(seals),
        "young": sum(young(model) for model in CHAINS),
    }
