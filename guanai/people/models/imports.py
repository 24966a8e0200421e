"""An import: staged in a file of its own, published in chunks, visible from one flip on."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.crypto import vault
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models import Organisation, Place, User
from guanai.organisations.rules import PERSON_IMPORT, VERBS

TOLD = "import.told"
OVER = ("done", "undone", "failed", "cancelled")  # states in which nothing happens by itself


class ImportQuerySet(ScopedQuerySet["Import"]):
    def visible_to(self, user: User) -> Self:
        """Those of the organisations for which one imports today, whoever began them."""
        if not user.has_perm(PERSON_IMPORT):
            return self.none()
        seats = {seat.organisation for seat in user.seats if PERSON_IMPORT in VERBS[seat.role]}
        return self.filter(organisation__in=seats)


class Import(Outward):
    """`live` is the flip: people of a batch are seen by nobody before it is true."""

    STATES = [
        ("reading", _("being read")),
        ("preview", _("waiting for your confirmation")),
        ("confirmed", _("waiting to be written")),
        ("publishing", _("being written")),
        ("applying", _("being completed")),
        ("done", _("done")),
        ("failed", _("failed")),
        ("cancelled", _("cancelled")),
        ("undoing", _("being undone")),
        ("undone", _("undone")),
    ]

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Who had it written: the rows come in with this user's rights.
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=12, blank=True)
    file_name = models.TextField(blank=True)  # and all that names files: sealed, see `told`
    state = models.CharField(max_length=12, choices=STATES, default="reading")
    live = models.BooleanField(default=False)
    progress = models.IntegerField(default=0)  # rows worked through in this state
    total = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)  # rows, problems by code, new, merged, left out
    error = models.JSONField(null=True)  # code of the fault
    sealed_key = models.BinaryField(max_length=40)  # of the staged rows
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.uid)

    @classmethod
    @transaction.atomic
    def begin(
        cls, names: list[str], *, by: User, kind: str = "", place: Place | None = None
    ) -> Import:
        """An import of these files, to be read next. Raises RuleBroken if the user may not."""
        if not by.has_perm(PERSON_IMPORT):
            raise RuleBroken("import.forbidden", _("Your post does not include importing."))
        posts = [post for post in by.current_posts if PERSON_IMPORT in VERBS[post.seat.role]]
        batch = cls.objects.create(
            by=by,
            organisation=posts[0].organisation if posts else None,
            place=place,
            kind=kind,
            sealed_key=vault().new_key(),
            file_name="",
        )
        batch.tell(files=names)
        batch.save(update_fields=["file_name"])
        record("people.import.begin", by=by, subject=batch, files=len(names))
        return batch

    @property
    def told(self) -> dict[str, Any]:
        """What may name people, as files are called 王小明.xlsx: `files` (names), `ignored` sheets,
        `notices` on them, and the `fault` on which it failed."""
        sealed = bytes.fromhex(self.file_name)
        if not sealed:
            return {}
        said: dict[str, Any] = json.loads(vault().sealer(self.sealed_key).open(sealed, TOLD))
        return said

    def tell(self, **words: Any) -> None:
        """Keep these words sealed; `save` or `advance` writes them."""
        said = json.dumps(self.told | words, ensure_ascii=False)
        self.file_name = vault().sealer(self.sealed_key).seal(said, TOLD).hex()

    @property
    def title(self) -> str:
        return "、".join(self.told.get("files", []))

    def advance(self, **changes: Any) -> None:
        """Note how far the work is. Raises Cancelled if somebody called it off meanwhile."""
        from guanai.people.importing.reading import Cancelled

        for name, value in changes.items():
            setattr(self, name, value)
        columns = (
            *("state", "progress", "total", "counts", "live", "published_at", "error"),
            *("confirmed_by", "file_name"),
        )
        rows = Import.objects.filter(pk=self.pk)
        if self.state != "cancelled":
            rows = rows.exclude(state="cancelled")
        if not rows.update(**{name: getattr(self, name) for name in columns}):
            raise Cancelled

    @transaction.atomic
    def confirm(self, *, by: User) -> None:
        """Have every row without an error written. Raises RuleBroken if it is not the time."""
        self._expect("preview")
        self.advance(state="confirmed", confirmed_by=by)
        record("people.import.confirm", by=by, subject=self)

    def read_again(self, *, by: User) -> None:
        """With what was said about its columns meanwhile. Call inside a transaction."""
        self._expect("preview")
        self.advance(state="reading", progress=0, counts={})
        record("people.import.read_again", by=by, subject=self)

    @transaction.atomic
    def cancel(self, *, by: User) -> None:
        """Call it off before anybody sees a file of it; what was staged is destroyed."""
        self._expect("reading", "preview", "confirmed", "publishing", "failed")
        Import.objects.filter(pk=self.pk, live=False).update(state="cancelled")
        self.refresh_from_db()
        record("people.import.cancel", by=by, subject=self)
        transaction.on_commit(self._discard)

    def _discard(self) -> None:
        """Destroy what was staged; a process that works on it does so when it stops."""
        from guanai.people.importing.publishing import alone
        from guanai.people.importing.staging import Staging

        with alone(f"{self.uid}", wait=False) as free:
            if free:
                Staging(self).discard()

    @transaction.atomic
    def undo(self, *, by: User) -> None:
        """Take it back. Raises RuleBroken with what stands in the way, by file numbers."""
        from guanai.people.importing import undoing

        self._expect("done")
        undoing.begin(self, by)

    def _expect(self, *states: str) -> None:
        """Held to the end of the transaction: of two who press a button one is too late."""
        Import.objects.select_for_update(no_key=True).get(pk=self.pk)
        self.refresh_from_db()
        if self.state not in states:
            raise RuleBroken(
                "import.state", _("This import is in another state: %s.") % self.get_state_display()
            )

    @property
    def actor(self) -> User:
        """In whose name it reads and writes."""
        return self.confirmed_by or self.by

    @property
    def is_busy(self) -> bool:
        """A job works on it or will soon."""
        return self.state in {"reading", "confirmed", "publishing", "applying", "undoing"}

    @property
    def undo_until(self) -> dt.datetime | None:
        """Until when it can be taken back."""
        days = dt.timedelta(days=settings.UNDO_DAYS)
        return self.published_at + days if self.published_at else None


class LayoutMemory(models.Model):
    """Which column means what, as somebody of this organisation confirmed it once."""

    organisation = models.ForeignKey(Organisation, models.CASCADE)
    signature = models.CharField(max_length=64)  # of the header's words
    kind = models.CharField(max_length=12)
    columns = models.JSONField()

    objects: models.Manager[LayoutMemory]

    class Meta:
        verbose_name = _("remembered layout")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "signature"], name="layout_remembered_once"
            )
        ]

    def __str__(self) -> str:
        return self.signature
