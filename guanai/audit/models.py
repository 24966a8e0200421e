"""Who did what, who looked, who was refused. Rows are only ever added, and sealed (sealing.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.core.broken import RuleBroken
from guanai.core.models import Outward, ScopedQuerySet

if TYPE_CHECKING:
    from guanai.organisations.models import User

SHORT = 12  # hexadecimal digits of a head on paper


class OnlyAddedError(RuntimeError):
    """Something would change or remove a row of the log."""


class AuditorOnly(ScopedQuerySet[Any]):
    """The log is for auditors; nobody else learns from it who looked at what."""

    def visible_to(self, user: User) -> Self:
        return self if user.has_perm("audit.view_entry") else self.none()


class LoggedQuerySet(AuditorOnly):
    """Until the first seal a home is being set up; from then on triggers refuse these as well."""

    def update(self, **values: Any) -> int:
        self._refuse()
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse()
        return super().delete()

    def take_out(self) -> None:
        """Remove rows whose time is over, of a seal that stands open (keeping.py)."""
        super().delete()

    def _refuse(self) -> None:
        if self.model.SEALS.objects.exists():
            raise OnlyAddedError(self.model._meta.label)


class Seal(models.Model):
    """A batch of rows in the chain: hashes only. `head` is the hash of all before it (sealing.py).

    `spans` are the keys of its rows, [first, last] each; `prints` 16 bytes a row in their order,
    `digest` the hash of these. What is removed when its time is over is listed in `gone`. Keys that
    were not committed yet, with the day on which one stops to wait, are `awaited`.
    """

    LETTER: ClassVar[str]
    number = models.PositiveIntegerField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    rows = models.PositiveIntegerField()
    spans = models.JSONField()
    prints = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)
    head = models.BinaryField(max_length=32)
    high = models.BigIntegerField()  # the highest key that was looked at
    awaited = models.JSONField(default=list)
    gone = models.JSONField(default=list)
    emptied_at = models.DateTimeField(null=True)
    emptied_why = models.CharField(max_length=40, blank=True)
    open = models.BooleanField(default=False)  # while its rows are being removed

    objects = AuditorOnly.as_manager()

    class Meta:
        abstract = True
        ordering = ["number"]
        indexes = [models.Index("open", condition=Q(open=True), name="%(class)s_open")]

    def __str__(self) -> str:
        return f"{self.LETTER}{self.number}-{bytes(self.head).hex()[:SHORT]}"


class EntrySeal(Seal):
    LETTER = "E"

    class Meta(Seal.Meta):
        verbose_name = _("seal of acts")


class ReadingSeal(Seal):
    """In the file of the readings, so that rows and seals are lost or kept together."""

    LETTER = "R"

    class Meta(Seal.Meta):
        verbose_name = _("seal of looks")


class Logged(Outward):
    """A row that is only ever added; SEALED names what its seal proves. A column added later may
    be named there too: empty values are no part of a print."""

    SEALS: ClassVar[type[Seal]]
    SEALED: ClassVar[tuple[str, ...]]

    at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = LoggedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise OnlyAddedError(str(self.pk))
        super().save(*args, **options)

    def delete(self, *_args: Any, **_options: Any) -> tuple[int, dict[str, int]]:
        raise OnlyAddedError(str(self.pk))


class Entry(Logged):
    """One act, written in the transaction of the change it tells about.

    `action` is a word of the catalogue (words.py) such as “people.person.change”; `facts` holds
    nothing personal: codes, counts, field names.
    """

    SEALS = EntrySeal
    SEALED = (
        *("id", "uid", "at", "user_id", "action", "subject", "subject_uid", "path"),
        *("refused", "facts"),
    )

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=40, blank=True)  # model label
    subject_uid = models.BinaryField(max_length=16, null=True)
    path = models.CharField(max_length=40, blank=True)
    refused = models.BooleanField(default=False)
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("audit entry")
        indexes = [
            models.Index(fields=["user", "at"]),
            models.Index(fields=["action", "at"]),
            models.Index(fields=["subject_uid", "at"]),
            models.Index(fields=["path", "at"]),
            models.Index("at", condition=Q(refused=True), name="audit_entry_refused"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.action}"


class Reading(Logged):
    """Somebody looked at a minor's file (未成年人网络保护条例 art. 36), exported or printed it.

    Written outside the page's transaction and, on SQLite, into a file of its own, so it holds plain
    numbers instead of foreign keys.
    """

    SEALS = ReadingSeal
    SEALED = ("id", "uid", "at", "user_id", "person_id", "how", "reason")

    user_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    how = models.CharField(max_length=20)  # page, form, history, export, print, card, import
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("reading")
        indexes = [
            models.Index(fields=["user_id", "at"]),
            models.Index(fields=["person_id", "at"]),
            models.Index("at", condition=~Q(reason=""), name="audit_reading_reasoned"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.how}"


class Finding(Outward):
    """Looks, acts or refusals of one account that stand out: a question, never a judgement.

    `people` are the files in question where not all of the time are meant; `usual` what others of
    the same role had, where that was compared.
    """

    KINDS = [
        ("bulk", _("many files in an hour")),
        ("night", _("files at night")),
        ("kin", _("files of own relatives, by name")),
        ("outside", _("files outside the area of the posts")),
        ("refused", _("refused again and again")),
        ("export", _("large exports")),
    ]
    kind = models.CharField(max_length=10, choices=KINDS)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    count = models.PositiveIntegerField()
    usual = models.PositiveIntegerField(null=True)
    people = models.JSONField(default=list)

    objects = AuditorOnly.as_manager()

    class Meta:
        verbose_name = _("pattern")
        ordering = ["-since", "-id"]
        constraints = [models.UniqueConstraint(fields=["kind", "user", "since"], name="found_once")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @transaction.atomic
    def look_into(self, result: str, text: str, *, by: User) -> Inquiry:
        """Note what came out of asking; it may be asked again. Raises RuleBroken without a text."""
        if not text.strip():
            raise RuleBroken("finding.no_text", _("Write down who was asked and what came out."))
        record("audit.finding.look", by=by, subject=self, result=result)
        return Inquiry.objects.create(finding=self, by=by, result=result, text=text.strip())


class Inquiry(Outward):
    """Somebody looked into a pattern. The text names files by number only."""

    RESULTS = [
        ("explained", _("explained by the work")),
        ("warned", _("not needed: the account was instructed")),
        ("handed", _("handed on to the unit or the discipline inspection")),
    ]
    finding = models.ForeignKey(Finding, models.CASCADE, related_name="inquiries")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    result = models.CharField(_("result"), max_length=10, choices=RESULTS)
    text = models.CharField(_("who was asked, and what came out"), max_length=400)

    objects = AuditorOnly.as_manager()

    class Meta:
        verbose_name = _("inquiry")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.get_result_display()


def record(
    action: str,
    *,
    by: User | None,
    subject: models.Model | tuple[str, UUID | None] | None = None,
    path: str = "",
    refused: bool = False,
    **facts: Any,
) -> Entry:
    """Add an entry. Call it inside the transaction of the change.

    `subject`: the row, or its model's label and uid where there is none (an unseen row was asked
    for).
    Raises RuntimeError outside a transaction unless the act was refused (nothing changed then).
    """
    if not refused and not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{action}: an audit entry belongs into the transaction of its change")
    label, uid = subject if isinstance(subject, tuple) else ("", getattr(subject, "uid", None))
    if isinstance(subject, models.Model):
        label = subject._meta.label
    return Entry.objects.create(
        action=action,
        user=by,
        subject=label,
        subject_uid=uid.bytes if uid else None,
        path=path or getattr(subject, "path", "") or "",
        refused=refused,
        facts=facts,
    )


def witness(action: str, **facts: Any) -> None:
    """What a command did that acts for nobody (core.registries.witnesses)."""
    with transaction.atomic():
        record(action, by=None, **facts)


def note_readings(user: User, person_ids: list[int], how: str, reason: str = "") -> None:
    """Log that this user was shown these files; one statement for any number."""
    rows = [
        Reading(user_id=user.pk, person_id=person, how=how, reason=reason) for person in person_ids
    ]
    if len(rows) == 1:  # needs no transaction of its own
        rows[0].save(force_insert=True)
    else:
        Reading.objects.bulk_create(rows, batch_size=5000)
