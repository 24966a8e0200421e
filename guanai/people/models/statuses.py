"""Who counts as what: the answers of the definitions (guanai.people.defining), person by person.

Rows are thrown away and found anew whenever a fact, a day or a definition changes; what they say
follows from the file. Of somebody who does not count there is a row only if that changes by itself
on a day that is known, or if he counted until lately.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.areas import below
from guanai.core.conditions.timeline import NO, UNKNOWN, YES
from guanai.core.conditions.words import in_words
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models import User
from guanai.organisations.rules import FIGURES, PERSON_VIEW
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.people.models.person import Person


class StatusQuerySet(OfPersonQuerySet["Status"]):
    def counted_for(self, user: User) -> Self:
        """Those whom a user may count: leaders count an area whose names they do not see."""
        from guanai.people.models.ledger import counts_for_leaders

        paths = counts_for_leaders(user)
        if not paths:
            return self.visible_to(user)
        inside = Q(pk__in=[])
        for path in paths:
            inside |= below(path)
        waiting = Person.objects.filter(batch__live=False).values("pk")
        return self.filter(inside).exclude(person__in=waiting)

    def counting(self) -> Self:
        return self.filter(answer=YES)

    def undecided(self) -> Self:
        return self.filter(answer=UNKNOWN)

    def entered(self, first: dt.date, last: dt.date) -> Self:
        return self.counting().filter(since__gte=first, since__lte=last)

    def left(self, first: dt.date, last: dt.date) -> Self:
        """Who counted last on one of these days or the day before one."""
        return self.filter(until__gte=first - dt.timedelta(days=1), until__lt=last)


class Status(models.Model):
    """What a definition says of a person today, since when, and why.

    `until`: the last day of somebody who counted and does no more. `next_on`: the day on which the
    answer changes if nobody changes the file.
    """

    ANSWERS = [(YES, _("counts")), (UNKNOWN, _("not clear")), (NO, _("does not count"))]

    person = models.ForeignKey(Person, models.CASCADE, related_name="statuses")
    definition = models.CharField(max_length=32)
    path = models.CharField(max_length=40)
    answer = models.SmallIntegerField(choices=ANSWERS)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    next_on = models.DateField(null=True)
    why = models.JSONField(default=list)  # guanai.core.conditions.nodes.Reason

    objects = StatusQuerySet.as_manager()

    class Meta:
        verbose_name = _("status")
        constraints = [
            models.UniqueConstraint(fields=["person", "definition"], name="one_answer_a_definition")
        ]
        indexes = [
            models.Index(fields=["definition", "answer", "path"], name="status_by_place"),
            models.Index(
                fields=["definition", "until"], condition=~Q(until=None), name="status_left"
            ),
            models.Index(fields=["next_on"], condition=~Q(next_on=None), name="status_due"),
        ]

    def __str__(self) -> str:
        return self.definition

    @property
    def reason(self) -> str:
        return in_words(self.why)


class DefinitionNumbersQuerySet(ScopedQuerySet["DefinitionNumbers"]):
    def visible_to(self, user: User) -> Self:
        """By which numbers the county counts is open to all who see files or figures."""
        return self if user.has_perm(PERSON_VIEW) or user.has_perm(FIGURES) else self.none()


class DefinitionNumbers(Outward):
    """The numbers that the county set for a definition; the last row counts."""

    definition = models.CharField(max_length=32)
    numbers = models.JSONField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    objects = DefinitionNumbersQuerySet.as_manager()

    class Meta:
        verbose_name = _("numbers of a definition")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.definition

    @classmethod
    @transaction.atomic
    def set(cls, definition: str, numbers: Mapping[str, Any], *, by: User) -> DefinitionNumbers:
        """Count by these numbers from now on. Raises RuleBroken for one that cannot be."""
        from guanai.people.defining import definition as named
        from guanai.people.tasks import evaluate_everybody

        found = named(definition).checked(numbers)
        row = cls.objects.create(definition=definition, numbers=found, set_by=by)
        told: dict[str, Any] = {"definition": definition, **found}
        record("people.definition.set", by=by, subject=row, **told)
        transaction.on_commit(evaluate_everybody.enqueue)
        return row

    @classmethod
    def current(cls) -> dict[str, dict[str, int]]:
        """Definition → the numbers that the county set."""
        return {row.definition: row.numbers for row in cls.objects.order_by("id")}
