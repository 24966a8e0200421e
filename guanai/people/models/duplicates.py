"""Files that may be one person, what somebody decided on them, and files that were joined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models import User
from guanai.people.linking.model import AGAINST
from guanai.people.models.imports import Import
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.people.models.person import Person, file_seen

Pairs = Mapping[tuple[int, int], tuple[float, list[str]]]  # left < right: probability, reasons
AT_ONCE = 200  # rows of one statement


class DuplicateProposalQuerySet(ScopedQuerySet["DuplicateProposal"]):
    def visible_to(self, user: User) -> Self:
        """When both files are."""
        return self.filter(file_seen(user, "left"), file_seen(user, "right"))

    def open(self) -> Self:
        return self.filter(outcome="")

    @transaction.atomic
    def propose(
        self, pairs: Pairs, batch: Import | None = None, *, apart_by: User | None = None
    ) -> int:
        """Have these pairs decided by a person; how many are new or come back. `apart_by`: that
        user has told them apart already.

        What waits already is told anew. Two who were decided to be different persons come back only
        if something speaks for one person that was not known then; who told them apart, when and by
        what stays said.
        """
        told = dict(pairs)
        changed, back = [], 0
        for one in self.filter(left__in={left for left, _right in told}).select_for_update():
            chance, reasons = told.pop((one.left_id, one.right_id), (0.0, []))
            again = one.outcome == "different" and bool({*reasons} - AGAINST - {*one.reasons})
            if again or (reasons and not one.outcome and one.reasons != reasons):
                one.probability, one.reasons = chance, reasons
                one.outcome = ""
                changed.append(one)
                back += again
        self.bulk_update(changed, ["probability", "reasons", "outcome"], batch_size=AT_ONCE)
        apart: dict[str, Any] = {}
        if apart_by is not None:
            now = timezone.now()
            apart = {"outcome": "different", "decided_by": apart_by, "decided_at": now}
        fresh = [
            DuplicateProposal(
                left_id=left,
                right_id=right,
                probability=chance,
                reasons=reasons,
                batch=batch,
                **apart,
            )
            for (left, right), (chance, reasons) in told.items()
        ]
        self.bulk_create(fresh, ignore_conflicts=True)
        return back + len(fresh)


class DuplicateProposal(Outward):
    """Two files that may be one person; a person decides. By what they were told apart
    stays said when it is asked again. With a destroyed file all proposals about it go."""

    OUTCOMES = [("same", _("the same person")), ("different", _("not the same person"))]
    WHYS = [
        ("twins", _("twins, brothers or sisters")),
        ("namesakes", _("people of the same name: cousins or others")),
        ("number", _("two ID numbers that were both checked")),
        ("asked", _("asked the family, the village or the school")),
        ("papers", _("looked at the papers")),
    ]

    left = models.ForeignKey(Person, models.CASCADE, related_name="+")
    right = models.ForeignKey(Person, models.CASCADE, related_name="+")
    probability = models.FloatField()
    reasons = models.JSONField(default=list)  # codes; of decided ones those it was decided on
    outcome = models.CharField(max_length=10, choices=OUTCOMES, blank=True)
    why = models.CharField(_("why"), max_length=10, choices=WHYS, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    batch = models.ForeignKey(Import, models.CASCADE, null=True, related_name="+")

    objects = DuplicateProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        constraints = [models.UniqueConstraint(fields=["left", "right"], name="pair_proposed_once")]
        indexes = [models.Index(fields=["outcome", "-probability", "id"], name="pair_by_likeness")]

    def __str__(self) -> str:
        return f"{self.probability:.2f}"

    @transaction.atomic
    def tell_apart(self, why: str, *, by: User) -> None:
        """“Not the same person”: remembered, and not asked again. Raises RuleBroken."""
        if why not in dict(self.WHYS):
            raise RuleBroken("duplicate.no_why", _("Say by what they are told apart."))
        self.decide("different", why, by=by)
        record("people.duplicate.different", by=by, subject=self, path=self.left.path, apart=why)

    def decide(self, outcome: str, why: str = "", *, by: User) -> None:
        """Raises RuleBroken if somebody was quicker."""
        held = DuplicateProposal.objects.select_for_update().get(pk=self.pk)
        if held.outcome and held.outcome != self.outcome:
            raise RuleBroken("duplicate.decided", _("Somebody decided this meanwhile."))
        self.outcome, self.why, self.decided_by = outcome, why, by
        self.decided_at = timezone.now()
        self.save(update_fields=["outcome", "why", "decided_by", "decided_at"])


class Merge(Outward):
    """Two files became one: `gone` is a tombstone, its rows and its key stand in the file that
    stays. What it takes to have both again as they were is sealed under that file's key."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="merges")  # the file that stays
    gone = models.ForeignKey(Person, models.CASCADE, related_name="+")
    proposal = models.ForeignKey(DuplicateProposal, models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    version = models.IntegerField()  # of the file that stays, after it
    sealed_steps = models.BinaryField()  # guanai.people.merging.journal

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of two files")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["gone"], name="merged_once")]

    def __str__(self) -> str:
        return str(self.uid)

    def undo(self, *, by: User) -> None:
        """Have both files again. Raises RuleBroken with what stands in the way."""
        from guanai.people.merging.undoing import undo

        undo(self, by)
