"""What stands out in a day's log: questions for the auditor, never judgements.

Thresholds are the house's own: many files in an hour is three times what others of the same role
have in their busiest hours, and never fewer than BULK; 22 to 6 o'clock is night.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from statistics import median
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count
from django.db.models.functions import TruncHour
from django.utils import timezone

from guanai.audit.models import Entry, Finding, Reading
from guanai.audit.searching import midnight, roles_of
from guanai.core.registries import doubts

BULK, TIMES = 30, 3  # files in an hour; as many times as the others of the role
NIGHT = 3  # files from 22 to 6
REFUSED = 5  # refusals in an hour
LARGE = 200  # files of an export
AGAIN = 7  # days that are looked at again, in case the machine was off
HOUR = dt.timedelta(hours=1)
SHOWN = ["page", "form", "history", "print", "search"]  # looks at single files
Found = tuple[str, int, dt.datetime, dt.datetime, int, dict[str, Any]]


def find_patterns() -> int:
    """Look at the days until yesterday; how many new findings. Twice finds nothing new."""
    today = timezone.localdate()
    return sum(find_on(today - dt.timedelta(days=back)) for back in range(AGAIN, 0, -1))


def find_on(day: dt.date) -> int:
    made = 0
    for kind, user, since, until, count, facts in _found(day):
        _row, new = Finding.objects.get_or_create(
            kind=kind, user_id=user, since=since, defaults={"until": until, "count": count, **facts}
        )
        made += new
    return made


def _found(day: dt.date) -> Iterator[Found]:
    since, until = midnight(day), midnight(day + dt.timedelta(days=1))
    yield from _bulk(since, until)
    yield from _night(since)
    yield from _refused(since, until)
    yield from _exports(since, until)
    yield from _doubts(since, until)


def _bulk(since: dt.datetime, until: dt.datetime) -> Iterator[Found]:
    looks = Reading.objects.filter(at__gte=since, at__lt=until, how__in=SHOWN)
    hours = list(
        looks.values_list("user_id", TruncHour("at")).annotate(
            files=Count("person_id", distinct=True)
        )
    )
    roles = roles_of({user for user, _hour, _files in hours})
    busiest: dict[int, int] = defaultdict(int)
    for user, _hour, files in hours:
        busiest[user] = max(busiest[user], files)
    for user, hour, files in hours:
        others = [
            busiest[one] for one in busiest if one != user and roles.get(one) == roles.get(user)
        ]
        usual = round(median(others)) if others else None
        if files >= max(BULK, TIMES * (usual or 0)):
            yield "bulk", user, hour, hour + HOUR, files, {"usual": usual}


def _night(day: dt.datetime) -> Iterator[Found]:
    """The night that ends on this day."""
    since, until = day - 2 * HOUR, day + 6 * HOUR
    looks = Reading.objects.filter(at__gte=since, at__lt=until, how__in=SHOWN)
    for user, files in looks.values_list("user_id").annotate(
        files=Count("person_id", distinct=True)
    ):
        if files >= NIGHT:
            yield "night", user, since, until, files, {}


def _refused(since: dt.datetime, until: dt.datetime) -> Iterator[Found]:
    acts = Entry.objects.filter(refused=True, at__gte=since, at__lt=until).exclude(user=None)
    for user, hour, times in acts.values_list("user_id", TruncHour("at")).annotate(n=Count("pk")):
        if times >= REFUSED:
            yield "refused", user, hour, hour + HOUR, times, {}


def _exports(since: dt.datetime, until: dt.datetime) -> Iterator[Found]:
    acts = Entry.objects.filter(at__gte=since, at__lt=until, facts__mark__isnull=False)
    for user, at, facts in acts.values_list("user_id", "at", "facts"):
        if user and facts.get("files", 0) >= LARGE:
            yield "export", user, at, at + HOUR / 60, facts["files"], {}


def _doubts(since: dt.datetime, until: dt.datetime) -> Iterator[Found]:
    """What only the rooms above can tell: own relatives, files outside the own area."""
    looked: dict[int, set[int]] = defaultdict(set)
    looks = Reading.objects.filter(at__gte=since, at__lt=until, how__in=SHOWN)
    for user, person in looks.values_list("user_id", "person_id").distinct():
        looked[user].add(person)
    accounts: dict[int, Any] = get_user_model().objects.in_bulk(list(looked))
    for user, people in looked.items():
        for doubt in doubts.all():
            picked = doubt.pick(accounts[user], people) if user in accounts else set()
            if picked:
                told = {"people": sorted(picked)}
                yield doubt.kind, user, since, until, len(picked), told
