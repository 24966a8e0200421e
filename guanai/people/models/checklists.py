"""What is to be done at sixteen and at eighteen, and who confirmed that it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import partial
from typing import Any, Self

from django.conf import settings
from django.core.cache import cache
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward, ScopedQuerySet
from guanai.core.words import StrOrPromise
from guanai.organisations.models import User
from guanai.organisations.rules import PERSON_VIEW
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.people.models.person import Person
from guanai.people.rules import born_by

AGES = (16, 18)
AFTER = 2  # years for which an unfinished checklist is asked about
KEY, KEPT = "life-rules", 60  # seconds, in the memory of a process
DAYS = {"16": 60, "18": 90, "transfer": 10}  # before the birthday; that a handing over may wait
ITEMS: dict[int, tuple[StrOrPromise, ...]] = {
    16: (
        _("Which status ends, under which definition; which plans go on until eighteen"),
        _("Resident identity card applied for (must be held from sixteen on)"),
        _("Schooling goes on, or training or work is found; no work before sixteen"),
        _("Parents, guardian and child told what changes and what stays"),
        _("Helper and class teacher told; duties go on until somebody closes them"),
        _("Stays in the ledger or leaves it: decided, with the reason"),
    ),
    18: (
        _("Allowances for children (orphan, unsupported) checked: stay while at school"),
        _("Subsistence allowance and other aid applied for in the own name if needed"),
        _("School, training or work: what follows, and who helps with it"),
        _("Housing and who can be asked for advice settled, above all without parents"),
        _("Guardianship and entrusted care end: guardian, school and village told"),
        _("Told as an adult: which data are kept, how long, the right to see and delete"),
        _("Leaves the ledger; file closed or handed on: decided, with the reason"),
    ),
}


class LifeRuleQuerySet(ScopedQuerySet["LifeRule"]):
    def visible_to(self, user: User) -> Self:
        return self if user.has_perm(PERSON_VIEW) else self.none()


class LifeRule(Outward):
    """What the county set for “16”, “18” or “transfer”; the last row counts. `items`: what the
    checklist asks, none: what the program brings."""

    name = models.CharField(max_length=10)
    days = models.SmallIntegerField()
    items = models.JSONField(default=list)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    objects = LifeRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule about the life of files")

    def __str__(self) -> str:
        return self.name

    @classmethod
    @transaction.atomic
    def set(cls, name: str, days: int, items: Iterable[str], *, by: User) -> LifeRule:
        told = [item.strip()[:200] for item in items if item.strip()]
        if told == [str(item) for item in ITEMS.get(int(name) if name.isdigit() else 0, ())]:
            told = []
        row = cls.objects.create(name=name, days=days, items=told, set_by=by)
        record("people.life.rule", by=by, subject=row, name=name, days=days)
        transaction.on_commit(partial(cache.delete, KEY))
        return row

    @classmethod
    def current(cls) -> dict[str, tuple[int, list[str]]]:
        """Name → days and the county's own items."""
        found: dict[str, tuple[int, list[str]]] | None = cache.get(KEY)
        if found is None:
            rows = cls.objects.order_by("pk").values_list("name", "days", "items")
            found = {name: (days, []) for name, days in DAYS.items()}
            found |= {name: (days, items) for name, days, items in rows}
            cache.set(KEY, found, KEPT)
        return found


def items_of(age: int, own: list[str]) -> list[tuple[str, str]]:
    """Key and text of what is asked: the number of ours, or the county's own words."""
    if own:
        return [(text, text) for text in own]
    return [(str(number), str(text)) for number, text in enumerate(ITEMS[age])]


def due_born(age: int, days: int) -> tuple[dt.date, dt.date]:
    """Between which days those are born for whom the checklist of that age is due today."""
    today = timezone.localdate()
    return born_by(today, age + AFTER), born_by(today + dt.timedelta(days=days), age)


class Checkup(Outward):
    """The checklist of one person. `done`: key → what, on which day, by whom (name)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="checkups")
    age = models.SmallIntegerField()
    done = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True)

    objects = OfPersonQuerySet["Checkup"].as_manager()

    class Meta:
        verbose_name = _("checklist")
        constraints = [models.UniqueConstraint(fields=["person", "age"], name="one_list_an_age")]

    def __str__(self) -> str:
        return str(self.age)

    @classmethod
    @transaction.atomic
    def confirm(cls, person: Person, age: int, keys: Iterable[str], *, by: User) -> Checkup:
        """These are done as of today. Raises RuleBroken for an age or an item that is not asked."""
        held = person.hold()
        if age not in AGES:
            raise RuleBroken("checklist.age", _("There is no checklist for this age."))
        asked = dict(items_of(age, LifeRule.current()[str(age)][1]))
        row, _made = cls.objects.get_or_create(person=held, age=age)
        new = [key for key in keys if key in asked and key not in row.done]
        if not new:
            raise RuleBroken("checklist.nothing", _("Tick what was done."))
        day = timezone.localdate().isoformat()
        row.done |= {key: {"text": asked[key], "on": day, "by": str(by)} for key in new}
        if asked.keys() <= row.done.keys():
            row.finished_at = timezone.now()
        row.save()
        told: dict[str, list[Any]] = {f"checklist.{age}": [None, [asked[key] for key in new]]}
        held.tell(told, "checklist.confirm", by=by)
        return row
