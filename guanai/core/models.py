"""What every row of Guanai shares: an outward id, and reading that is always scoped to a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404

from guanai.core.uid import UidField

if TYPE_CHECKING:
    from guanai.organisations.models import User

R = TypeVar("R", bound=models.Model)
M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class ScopedQuerySet(models.QuerySet[M_co, M_co], Generic[M_co]):
    """Rows that a reader may be shown only through `visible_to`."""

    def visible_to(self, user: User) -> Self:
        """The rows that this user may see at all. Every model says how; the base refuses."""
        raise NotImplementedError(f"{self.model.__name__} has no rule about who may see it")

    def successor(self, user: User, uid: UUID | str) -> UUID | None:
        """The row that took the place of the one with that id, if the user may see it."""
        return None


class Moved(Http404):
    """What stood at `was` stands at `now`; a browser is led there."""

    def __init__(self, was: UUID | str, now: UUID) -> None:
        super().__init__()
        self.was, self.now = str(was), str(now)


class Outward(models.Model):
    """A row with an id for the outside."""

    uid = UidField()

    class Meta:
        abstract = True


class Counter(models.Model):
    """A named running number, for example of files. Holds nothing about people."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}={self.value}"

    @classmethod
    def take(cls, name: str, count: int = 1) -> int:
        """Reserve `count` numbers; the first of them. Call inside a transaction."""
        cls.objects.get_or_create(name=name)
        counter = cls.objects.select_for_update().get(name=name)
        first = counter.value + 1
        counter.value += count
        counter.save(update_fields=["value"])
        return first


def permitted(user: User, rows: ScopedQuerySet[R], uid: UUID | str | int, perm: str) -> R:
    """The one door to a row: unseen rows are 404, seen but forbidden verbs 403. Raises Moved.

    `uid` is the outward id (an int is taken as the inner key, for commands and jobs).
    Refusals reach the audit through the signal-free hook `refused` of the user.
    """
    lookup: dict[str, Any] = {"pk": uid} if isinstance(uid, int) else {"uid": uid}
    row = rows.visible_to(user).filter(**lookup).first()
    if row is None:
        if not isinstance(uid, int) and (now := rows.successor(user, uid)) is not None:
            raise Moved(uid, now)
        user.refused(perm, rows.model._meta.label, uid)
        raise Http404
    if not user.has_perm(perm, row):
        user.refused(perm, rows.model._meta.label, uid)
        raise PermissionDenied
    return row
