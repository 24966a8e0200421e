"""Why somebody who does not keep a minor's file looked at it; and looks in an emergency.

未成年人网络保护条例 art. 36: access to minors' data is approved and recorded. A post that keeps the
file, or a grant, is the approval; an office that oversees says for what it looks; in an emergency
anybody who works with files opens one, for hours, and a supervisor reviews it afterwards.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models import User
from guanai.organisations.rules import AUDIT_VIEW, PERSON_REVIEW
from guanai.people.models.access import EMERGENCY, AccessGrant
from guanai.people.models.person import Person, file_seen

LASTS = dt.timedelta(hours=12)  # a working day; the next one asks anew
PURPOSES = [
    ("verify", _("checking and updating what stands in the file")),
    ("request", _("an application, relief or service for the family")),
    ("report", _("a report, a call for help or a lead")),
    ("case", _("a case conference or decision")),
    ("inspect", _("inspection or audit of the work")),
    ("other", _("another purpose, named below")),
]
LISTS = [choice for choice in PURPOSES if choice[0] != "other"]  # there is nowhere to name it
EMERGENCIES = [choice for choice in PURPOSES if choice[0] in {"report", "case", "other"}]


class LookQuerySet(ScopedQuerySet["Look"]):
    def visible_to(self, user: User) -> Self:
        """Auditors all; reviewers those at files they see; everybody his own."""
        if user.has_perm(AUDIT_VIEW):
            return self
        own = Q(user=user)
        if user.has_perm(PERSON_REVIEW):
            own |= Q(file_seen(user))
        return self.filter(own)

    def current(self) -> Self:
        return self.filter(until__gt=timezone.now())

    def emergencies(self) -> Self:
        return self.exclude(grant=None)

    def waiting(self) -> Self:
        """In an emergency, and nobody has said yet whether it was one."""
        return self.emergencies().filter(review=None)

    def purpose_of(self, user: User) -> Subquery:
        """For what this user looks at the person of the outer query now."""
        mine = self.current().filter(user=user, person=OuterRef("pk")).order_by("-pk")
        return Subquery(mine.values("purpose")[:1])


class Look(Outward):
    """For what one user looks at one file, for some hours. With a grant: opened in an emergency."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="looks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    purpose = models.CharField(_("purpose"), max_length=10, choices=PURPOSES)
    sealed_note = models.BinaryField(null=True)  # under the person's key
    grant = models.OneToOneField(AccessGrant, models.SET_NULL, null=True, related_name="look")
    at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField()

    objects = LookQuerySet.as_manager()

    class Meta:
        verbose_name = _("look at a file")
        indexes = [models.Index(fields=["person", "user", "until"])]

    def __str__(self) -> str:
        return self.get_purpose_display()

    @property
    def note(self) -> str:
        """What its author added; empty if nothing."""
        return self.person.sealer.open(self.sealed_note, "look.note") if self.sealed_note else ""

    @classmethod
    @transaction.atomic
    def state(cls, person: Person, purpose: str, note: str, *, by: User) -> Look:
        """Say for what one looks. Raises RuleBroken if “another purpose” is not named."""
        return cls._keep(person, purpose, note, LASTS, "people.look.state", by=by)

    @classmethod
    @transaction.atomic
    def open_in_emergency(cls, person: Person, purpose: str, note: str, *, by: User) -> Look:
        """Open somebody's file to oneself, to be read, for settings.EMERGENCY_HOURS.

        Raises RuleBroken without a note.
        """
        if not note.strip():
            raise RuleBroken("look.no_note", _("Say what happened: a supervisor reads it."))
        lasts = dt.timedelta(hours=settings.EMERGENCY_HOURS)
        look = cls._keep(person, purpose, note, lasts, "people.look.emergency", by=by)
        look.grant = AccessGrant.objects.create(
            person=person,
            user=by,
            since=timezone.localdate(),
            expires_at=look.until,
            reason=purpose,
            origin=EMERGENCY,
        )
        look.save(update_fields=["grant"])
        return look

    @classmethod
    def _keep(
        cls, person: Person, purpose: str, note: str, lasts: dt.timedelta, act: str, *, by: User
    ) -> Look:
        note = note.strip()
        if purpose not in dict(PURPOSES) or (purpose == "other" and not note):
            raise RuleBroken("look.no_purpose", _("Name the purpose."))
        sealed = person.sealer.seal(note, "look.note") if note else None
        until = timezone.now() + lasts
        look = cls.objects.create(
            person=person, user=by, purpose=purpose, sealed_note=sealed, until=until
        )
        record(act, by=by, subject=person, purpose=purpose)
        return look

    @transaction.atomic
    def decide(self, verdict: str, note: str, *, by: User) -> Review:
        """Say whether it was an emergency; if not, the file closes at once. Raises RuleBroken."""
        if by.pk == self.user_id:
            raise RuleBroken("look.own", _("Somebody else reviews your own emergency access."))
        if verdict not in dict(Review.VERDICTS) or not note.strip():
            raise RuleBroken("look.no_verdict", _("Decide, and say why."))
        held = Look.objects.select_for_update(of=("self",)).select_related("grant").get(pk=self.pk)
        if held.grant is None or Review.objects.filter(look=held).exists():
            raise RuleBroken("look.reviewed", _("Somebody has reviewed this meanwhile."))
        if verdict == "unfounded":
            now = timezone.now()
            Look.objects.filter(pk=held.pk).update(until=now)
            AccessGrant.objects.filter(pk=held.grant.pk).update(expires_at=now)
        sealed = self.person.sealer.seal(note.strip(), "look.review")
        review = Review.objects.create(look=held, verdict=verdict, sealed_note=sealed, by=by)
        record("people.look.review", by=by, subject=self.person, verdict=verdict, of=held.user_id)
        return review


class ReviewQuerySet(ScopedQuerySet["Review"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(look__in=Look.objects.visible_to(user).values("pk"))


class Review(models.Model):
    """What a supervisor found about an access in an emergency."""

    VERDICTS = [("founded", _("it was needed")), ("unfounded", _("it was not needed"))]

    look = models.OneToOneField(Look, models.CASCADE, related_name="review")
    verdict = models.CharField(_("verdict"), max_length=10, choices=VERDICTS)
    sealed_note = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review of an emergency access")

    def __str__(self) -> str:
        return self.get_verdict_display()

    @property
    def note(self) -> str:
        return self.look.person.sealer.open(self.sealed_note, "look.review")


def reasons() -> dict[str, Any]:
    """What stands in the log of readings as a reason, in words."""
    return {
        **dict(PURPOSES),
        "command": _("at the server's command line"),
        "import": _("beside a roster that was being imported"),
    }
