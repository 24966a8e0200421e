"""Looks through the whole registry for files that may be one person's, and proposes them.

Every morning those are compared that were opened, changed or imported since, with everybody; after
a change to a fifth of all, everybody with everybody. What is beyond one reader's sight meets here.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from guanai.audit.models import record
from guanai.audit.rotation import one_generation
from guanai.core.broken import RuleBroken
from guanai.core.chunks import chunks
from guanai.core.locks import again
from guanai.core.models import Counter
from guanai.core.pace import breathe
from guanai.organisations.models import User
from guanai.people.evaluating import near
from guanai.people.importing.publishing import alone
from guanai.people.linking.finding import Candidate, find
from guanai.people.linking.records import registry, stream, unrelated
from guanai.people.models import Change, DuplicateProposal, Person
from guanai.people.models.duplicates import Pairs

MEMORY = "1200MB"  # of DuckDB at a time: a million people need about half of it
COMPARED = "linking.compared"  # Counter: until when (seconds) all that changed was compared
MANY = 5  # a share of the registry from which on everybody is compared anew
OVERLAP = 900  # seconds that a transaction may have been under way
AT_ONCE = 500
Tell = Callable[[str], object]


class Found(NamedTuple):
    people: int  # who were compared with everybody
    pairs: int
    new: int


def search(*, by: User | None = None, anew: bool = False, tell: Tell = lambda step: None) -> Found:
    """Compare what changed since the last search, or everybody `anew`, and note the likely pairs.

    Raises RuleBroken if another search is at work.
    """
    with one_generation(), alone("linking", wait=False) as free:
        if not free:
            raise RuleBroken("duplicates.busy", _("The registry is being searched already."))
        begun = int(time.time())
        people = list(Person.objects.published().order_by("pk").values_list("pk", flat=True))
        changed = set(people) if anew else _changed(people)
        whole = len(changed) * MANY > len(people)
        tell(_("%d files are compared") % (len(people) if whole else len(changed)))
        found = _compared(people, None if whole else changed) if changed else []
        pairs = unrelated(found)
        tell(_("%d likely pairs") % len(pairs))
        new = _note(pairs, set(people) if whole else changed)
        told = Found(len(people) if whole else len(changed), len(pairs), new)
        with transaction.atomic():
            Counter.objects.update_or_create(name=COMPARED, defaults={"value": begun})
            record("people.duplicate.search", by=by, **told._asdict())
        return told


def search_due() -> None:
    """Each morning; whoever searches already does it as well."""
    try:
        search()
    except RuleBroken:
        return


def _changed(people: list[int]) -> set[int]:
    """Whose file, or whose family's, changed or became visible since the last search."""
    last = Counter.objects.filter(name=COMPARED).values_list("value", flat=True).first()
    if last is None:
        return set(people)
    since = dt.datetime.fromtimestamp(last - OVERLAP, dt.UTC)
    rows = Change.objects.filter(Q(at__gte=since) | Q(batch__published_at__gte=since))
    return near(rows.order_by().values_list("person", flat=True).distinct()) & set(people)


def _compared(people: list[int], changed: set[int] | None) -> list[Candidate]:
    if changed is None:
        return find(stream(people, MEMORY), memory=MEMORY)
    with registry(people, MEMORY) as held:
        return find(*map(held.records, held.parted(changed)), memory=MEMORY)


def _note(pairs: Pairs, compared: set[int]) -> int:
    """Keep them; what an earlier search proposed, nobody decided, and is likely no more, goes."""
    new = 0
    for some in chunks(pairs.items(), AT_ONCE):
        new += again(partial(DuplicateProposal.objects.propose, dict(some)))
        breathe()
    waiting = DuplicateProposal.objects.filter(outcome="", batch=None, decided_at=None)
    gone = [
        key
        for key, *two in waiting.values_list("pk", "left", "right")
        if (two[0], two[1]) not in pairs and not compared.isdisjoint(two)
    ]
    for keys in chunks(gone, AT_ONCE):
        waiting.filter(pk__in=keys).delete()
    return new
