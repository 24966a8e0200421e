"""Dated access grants, by which higher rooms open a file; and a reader's saved views."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models import Organisation, User
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.people.models.person import Person

EMERGENCY = "emergency"  # origin of a grant that opens a file for hours, to be read only


class AccessGrantQuerySet(OfPersonQuerySet["AccessGrant"]):
    def current(self) -> Self:
        today = timezone.localdate()
        return self.filter(
            Q(since__lte=today),
            Q(until=None) | Q(until__gte=today),
            Q(expires_at=None) | Q(expires_at__gt=timezone.now()),
        )

    def held_by(self, user: User) -> Self:
        return self.filter(
            Q(user=user) | Q(organisation__in={seat.organisation for seat in user.seats})
        )

    def in_emergency(self, user: User) -> Self:
        return self.current().filter(user=user, origin=EMERGENCY)

    def people(self) -> Any:
        """Subquery of person keys."""
        return self.values("person")


class AccessGrant(Outward):
    """This file is open to this user or organisation from/to, for a reason."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="grants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="grants"
    )
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="grants")
    since = models.DateField()
    until = models.DateField(null=True)
    expires_at = models.DateTimeField(null=True)  # where days are too coarse
    reason = models.CharField(max_length=200)
    origin = models.CharField(max_length=40, default="hand")  # which room opened it

    objects = AccessGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("access grant")
        constraints = [
            models.CheckConstraint(
                name="grant_has_one_holder",
                condition=Q(user__isnull=True, organisation__isnull=False)
                | Q(user__isnull=False, organisation__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.reason


QUERY_LENGTH = 2000


class SavedViewQuerySet(ScopedQuerySet["SavedView"]):
    def visible_to(self, user: User) -> Self:
        """Own views and those shared within one's organisations."""
        seats = {seat.organisation for seat in user.seats}
        return self.filter(Q(owner=user) | Q(shared=True, organisation__in=seats))


class SavedView(Outward):
    """Filters, order and columns of a ledger. Holds nothing personal."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="views")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True)
    shared = models.BooleanField(default=False)
    group = models.CharField(max_length=10)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=QUERY_LENGTH, blank=True)  # as in the ledger's URL

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    @transaction.atomic
    def keep(cls, name: str, group: str, query: str, *, shared: bool, by: User) -> SavedView:
        """Keep filters, order and columns; under a name of one's own that is there, anew.

        Raises RuleBroken without a name, or for more conditions than there is room for.
        """
        name = name.strip()[:40]
        if not name:
            raise RuleBroken("view.no_name", _("Give the view a name."))
        if len(query) > QUERY_LENGTH:
            raise RuleBroken("view.too_long", _("These are too many conditions to keep."))
        organisation = by.seats[0].organisation if by.seats else None
        view, _new = cls.objects.update_or_create(
            owner=by,
            group=group,
            name=name,
            defaults={"query": query, "shared": shared, "organisation_id": organisation},
        )
        record("people.savedview.keep", by=by, subject=view, shared=shared)
        return view

    @transaction.atomic
    def drop(self, *, by: User) -> None:
        """Raises RuleBroken if it is somebody else's."""
        if self.owner_id != by.pk:
            raise RuleBroken("view.not_yours", _("Only who keeps a view can drop it."))
        record("people.savedview.drop", by=by, subject=self)
        self.delete()
