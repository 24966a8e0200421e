"""New codes for accounts that open people's files: one administrator asks, another confirms."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.rules import CODES_CONFIRM, SEPARATE, Way

if TYPE_CHECKING:
    from guanai.organisations.models.users import Issued, User

OPEN_DAYS = 7


class CodeRequestQuerySet(ScopedQuerySet["CodeRequest"]):
    def visible_to(self, user: User) -> Self:
        """The three administrators; nobody sees what was asked for himself."""
        if not user.has_perm(CODES_CONFIRM):
            return self.none()
        since = timezone.now() - dt.timedelta(days=OPEN_DAYS)
        return self.filter(asked_at__gt=since).exclude(user=user.pk)


class CodeRequest(Outward):
    """It waits as a row; what became of it stands in the audit."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked_as = models.CharField(max_length=24)  # the administrator's role at that time
    asked_at = models.DateTimeField(default=timezone.now)

    objects = CodeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a code")

    def __str__(self) -> str:
        return f"{self.user} · {self.asked_at:%F}"

    @classmethod
    @transaction.atomic
    def ask(cls, user: User, *, by: User) -> CodeRequest:
        """Raises RuleBroken where this user needs no second person, or may not ask at all."""
        if user.way_to_code(by) != Way.SECOND:
            raise RuleBroken("code.not_yours", _("Another office gives the codes of this account."))
        said = {"asked_by": by, "asked_at": timezone.now(), "asked_as": next(iter(by.roles))}
        request, _new = cls.objects.update_or_create(user=user, defaults=said)
        record("organisations.code.ask", by=by, subject=user)
        return request

    def may_confirm(self, user: User) -> bool:
        """An administrator of another kind than who asked, and not for himself."""
        kinds = user.roles & SEPARATE
        return bool(kinds) and self.asked_as not in kinds and user.pk not in self.parties

    @property
    def parties(self) -> set[int]:
        return {self.user_id, self.asked_by_id}

    @transaction.atomic
    def confirm(self, *, by: User) -> Issued:
        """Make the code, which only now exists. Raises RuleBroken where one may not."""
        if not self.may_confirm(by):
            raise RuleBroken("code.second", _("An administrator of another kind confirms this."))
        self.delete()
        return self.user.new_code(by=by, asked_by=self.asked_by)

    @transaction.atomic
    def drop(self, *, by: User) -> None:
        """Refuse it, or take back what one asked for."""
        record("organisations.code.drop", by=by, subject=self.user)
        self.delete()
