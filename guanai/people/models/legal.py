"""The legal basis without which a flag of a repealed policy stays off."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models import User


class LegalBasisQuerySet(ScopedQuerySet["LegalBasis"]):
    def visible_to(self, user: User) -> Self:
        """What a flag rests on is open to all who see files."""
        return self if user.has_perm("people.view_person") else self.none()

    def in_force(self) -> Self:
        today = timezone.localdate()
        return self.filter(Q(until=None) | Q(until__gte=today), since__lte=today)

    def allows(self, flag: str) -> bool:
        """Whether this flag may be used today."""
        return flag not in LegalBasis.ASKED or self.in_force().filter(flag=flag).exists()


class LegalBasis(Outward):
    # Rewards and penalties of family planning ended with the law of 2021-08-20.
    FLAGS = [("family_planning", _("family-planning family"))]
    ASKED = frozenset({"family_planning"})

    flag = models.CharField(max_length=16, choices=FLAGS)
    document = models.CharField(max_length=120)  # name of the document that still orders it
    number = models.CharField(max_length=60)  # 文号
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)

    objects = LegalBasisQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal basis")
        ordering = ["-since", "-id"]

    def __str__(self) -> str:
        return self.number

    @transaction.atomic
    def enter(self, *, by: User) -> Self:
        """Turn the flag on from `since`. Raises RuleBroken if it is on already."""
        if LegalBasis.objects.filter(flag=self.flag, until=None).exists():
            raise RuleBroken("legal_basis.in_force", _("A legal basis is in force already."))
        self.entered_by = by
        self.save()
        record("people.legal_basis.enter", by=by, subject=self, flag=self.flag, number=self.number)
        return self

    @transaction.atomic
    def end(self, on: dt.date, *, by: User) -> None:
        """Turn the flag off after that day; what was recorded stays, and is not shown."""
        if on < self.since:
            raise RuleBroken("legal_basis.ends_early", _("The last day lies before the first."))
        self.until = on
        self.save(update_fields=["until"])
        record("people.legal_basis.end", by=by, subject=self, flag=self.flag)
