"""Who did what, who looked, who was refused. Rows are only ever added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from guanai.core.models import Outward, ScopedQuerySet

if TYPE_CHECKING:
    from guanai.organisations.models import User


class AuditorOnly(ScopedQuerySet[Any]):
    """The log is for auditors; nobody else learns from it who looked at what."""

    def visible_to(self, user: User) -> Self:
        return self if user.has_perm("audit.view_entry") else self.none()


class Entry(Outward):
    """One act, written in the transaction of the change it tells about.

    `action` is a catalogue word such as “people.person.change”; `facts` holds nothing personal:
    codes, counts, field names.
    """

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    action = models.CharField(max_length=60, db_index=True)
    subject = models.CharField(max_length=40, blank=True)  # model label
    subject_uid = models.BinaryField(max_length=16, null=True, db_index=True)
    path = models.CharField(max_length=40, blank=True)
    refused = models.BooleanField(default=False)
    facts = models.JSONField(default=dict)

    objects = AuditorOnly.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        indexes = [models.Index(fields=["user", "at"])]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.action}"


class Reading(Outward):
    """Somebody looked at a minor's file (未成年人网络保护条例 art. 36), exported or printed it.

    Written outside the page's transaction and, on SQLite, into a file of its own, so it holds plain
    numbers instead of foreign keys.
    """

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    user_id = models.BigIntegerField(db_index=True)
    person_id = models.BigIntegerField(db_index=True)
    how = models.CharField(max_length=20)  # page, export, print, card, command, search
    reason = models.CharField(max_length=200, blank=True)

    objects = AuditorOnly.as_manager()

    class Meta:
        verbose_name = _("reading")

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.how}"


def record(
    action: str,
    *,
    by: User | None,
    subject: models.Model | None = None,
    path: str = "",
    refused: bool = False,
    **facts: Any,
) -> Entry:
    """Add an entry. Call it inside the transaction of the change.

    Raises RuntimeError outside a transaction unless the act was refused (nothing changed then).
    """
    if not refused and not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{action}: an audit entry belongs into the transaction of its change")
    uid: UUID | None = getattr(subject, "uid", None)
    return Entry.objects.create(
        action=action,
        user=by,
        subject=subject._meta.label if subject is not None else "",
        subject_uid=uid.bytes if uid else None,
        path=path or getattr(subject, "path", "") or "",
        refused=refused,
        facts=facts,
    )


def note_readings(user: User, person_ids: list[int], how: str, reason: str = "") -> None:
    """Log that this user was shown these files; one statement for any number."""
    Reading.objects.bulk_create(
        [
            Reading(user_id=user.pk, person_id=person, how=how, reason=reason)
            for person in person_ids
        ],
        batch_size=5000,
    )
