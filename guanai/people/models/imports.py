"""An import: staged in a file of its own, published in chunks, visible from one flip on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models import Organisation, Place

if TYPE_CHECKING:
    from guanai.organisations.models import User


class ImportQuerySet(ScopedQuerySet["Import"]):
    def visible_to(self, user: User) -> Self:
        """One's own imports and those of one's organisations."""
        if not user.has_perm("people.import_person"):
            return self.none()
        seats = [seat.organisation for seat in user.seats]
        return self.filter(models.Q(by=user) | models.Q(organisation__in=seats))


class Import(Outward):
    """`live` is the flip: people of a batch are seen by nobody before it is true."""

    STATES = [
        ("reading", _("being read")),
        ("preview", _("waiting for your confirmation")),
        ("publishing", _("being written")),
        ("applying", _("being completed")),
        ("done", _("done")),
        ("failed", _("failed")),
        ("cancelled", _("cancelled")),
        ("undoing", _("being undone")),
        ("undone", _("undone")),
    ]

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=12, blank=True)
    file_name = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=STATES, default="reading")
    live = models.BooleanField(default=False)
    progress = models.IntegerField(default=0)  # rows worked through in this state
    total = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)  # rows, problems by code, new, merged, left out
    error = models.JSONField(null=True)  # code and place of the fault, nothing personal
    sealed_key = models.BinaryField(max_length=40)  # of the staged rows
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.uid)


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


class DuplicateProposalQuerySet(ScopedQuerySet["DuplicateProposal"]):
    def visible_to(self, user: User) -> Self:
        """When both files are."""
        from guanai.people.models.person import Person

        files = Person.objects.visible_to(user).values("pk")
        return self.filter(left__in=files, right__in=files)


class DuplicateProposal(Outward):
    """Two files that may be one person; a person decides."""

    OUTCOMES = [("same", _("the same person")), ("different", _("different persons"))]

    left = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    right = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    probability = models.FloatField()
    reasons = models.JSONField(default=list)
    outcome = models.CharField(max_length=10, choices=OUTCOMES, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    batch = models.ForeignKey(Import, models.CASCADE, null=True, related_name="+")

    objects = DuplicateProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        constraints = [models.UniqueConstraint(fields=["left", "right"], name="pair_proposed_once")]

    def __str__(self) -> str:
        return f"{self.probability:.2f}"
