"""Requests to see, copy, correct or delete (个人信息保护法 art. 44–50), and their answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.models import Counter, Outward
from guanai.organisations.models import Organisation, User
from guanai.people.models import Person
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.privacy.catalogue import terms
from guanai.privacy.models.consents import giver_of
from guanai.privacy.models.deletions import Deletion
from guanai.privacy.rules import workdays_after


class RequestQuerySet(OfPersonQuerySet["Request"]):
    def open(self) -> Self:
        return self.filter(answer=None)

    def by_deadline(self) -> Self:
        """With `deadline`, the first to come first."""
        return self.annotate(deadline=Coalesce(F("extended_to"), F("due_on"))).order_by(
            "deadline", "pk"
        )

    def answered(self, by: dt.date) -> Self:
        return self.filter(answer__on__lte=by)


class Request(Outward):
    """Taken in by an office for a guardian or the person; sealed: what is asked, why extended."""

    KINDS = [
        ("see", _("see what is kept")),
        ("copy", _("a copy")),
        ("correct", _("correct or complete")),
        ("delete", _("delete")),
    ]
    IDENTITIES = [
        ("card", _("identity card shown")),
        ("known", _("known in person to who takes it in")),
        ("phone", _("called back at the number in the file")),
        ("paper", _("written authority and identity card")),
    ]

    number = models.CharField(max_length=20, unique=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="requests")
    kind = models.CharField(_("what is asked"), max_length=8, choices=KINDS)
    relation = models.CharField(max_length=2)  # of who asks to the person; 01: the person
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    identity = models.CharField(_("how the identity was checked"), max_length=8, choices=IDENTITIES)
    sealed_asked = models.BinaryField(null=True)
    received_on = models.DateField(_("received on"))
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    office = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    extended_to = models.DateField(null=True)
    sealed_extension = models.BinaryField(null=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request about personal data")
        ordering = ["-received_on", "-id"]

    def __str__(self) -> str:
        return self.number

    @classmethod
    @transaction.atomic
    def receive(cls, person: Person, facts: Mapping[str, Any], *, by: User) -> Request:
        """`facts`: giver (key of a person, as for consents), kind, identity, received_on, asked.

        Raises RuleBroken.
        """
        day = facts["received_on"]
        if day > timezone.localdate():
            raise RuleBroken("request.future", _("This day lies in the future."))
        giver, term = giver_of(person, facts["giver"], day), terms()["answer"]
        asked = facts.get("asked")
        request = cls.objects.create(
            number=f"{day.year}-{Counter.take(f'requests.{day.year}')}",
            person=person,
            kind=facts["kind"],
            relation=giver.relation,
            asked_by=None if giver.person == person else giver.person,
            identity=facts["identity"],
            sealed_asked=person.sealer.seal(asked, "request.asked") if asked else None,
            received_on=day,
            received_by=by,
            office_id=by.seats[0].organisation if by.seats else None,
            due_on=workdays_after(day, term.number),
        )
        record(
            "privacy.request.receive", by=by, subject=request, path=person.path, kind=facts["kind"]
        )
        return request

    @property
    def asked(self) -> str:
        return opened(self.person, self.sealed_asked, "request.asked")

    @property
    def extension(self) -> str:
        return opened(self.person, self.sealed_extension, "request.extension")

    @property
    def opens_file(self) -> bool:
        """Whether a copy of the data goes with the answer."""
        told = self.state == "answered" and self.answer.outcome != "refused"
        return told and self.kind in {"see", "copy"}

    @property
    def last_day(self) -> dt.date:
        return self.extended_to or self.due_on

    @property
    def state(self) -> str:
        """answered, late or open."""
        if hasattr(self, "answer"):
            return "answered"
        return "late" if self.last_day < timezone.localdate() else "open"

    @property
    def timeliness(self) -> str:
        """For the yearly audit."""
        if self.state == "answered":
            return str(_("answered in time") if self.answer.on <= self.last_day else _("late"))
        return str(_("late") if self.state == "late" else _("waits for an answer"))

    @transaction.atomic
    def extend(self, to: dt.date, why: str, *, by: User) -> None:
        """Once, before it is late, with a reason that goes to who asked. Raises RuleBroken."""
        held = self._hold()
        if held.extended_to or to <= held.due_on or held.state != "open":
            raise RuleBroken("request.extension", _("A request in time is extended once only."))
        self.extended_to = to
        self.sealed_extension = self.person.sealer.seal(why, "request.extension")
        self.save(update_fields=["extended_to", "sealed_extension"])
        record("privacy.request.extend", by=by, subject=self, path=self.person.path)

    @transaction.atomic
    def settle(self, outcome: str, reason: str, whereabouts: bool = False, *, by: User) -> Answer:
        """Answer it. Raises RuleBroken.

        `whereabouts`: the copy says where the person lives, learns and is reached. A deletion that
        is granted still waits for a second person (Deletion).
        """
        self._hold()
        if outcome != "granted" and not reason.strip():
            raise RuleBroken("request.no_reason", _("Say why; who asked reads it."))
        answer = Answer.objects.create(
            request=self,
            outcome=outcome,
            sealed_reason=self.person.sealer.seal(reason.strip(), "request.reason"),
            whereabouts=whereabouts,
            on=timezone.localdate(),
            by=by,
        )
        if self.kind == "delete" and outcome == "granted":
            Deletion.decide(self.person, "request", by=by)
        told: dict[str, Any] = {"kind": self.kind, "outcome": outcome}
        record("privacy.request.answer", by=by, subject=self, path=self.person.path, **told)
        return answer

    def _hold(self) -> Request:
        """Raises RuleBroken if it was answered meanwhile."""
        held = Request.objects.select_for_update().get(pk=self.pk)
        if Answer.objects.filter(request=held).exists():
            raise RuleBroken("request.answered", _("This request was answered already."))
        return held


class AnswerQuerySet(OfPersonQuerySet["Answer"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(Q(request__in=Request.objects.visible_to(user).values("pk")))


class Answer(models.Model):
    OUTCOMES = [
        ("granted", _("granted")),
        ("partly", _("granted in part")),
        ("refused", _("not granted")),
    ]

    request = models.OneToOneField(Request, models.CASCADE)
    outcome = models.CharField(max_length=8, choices=OUTCOMES)
    sealed_reason = models.BinaryField()
    whereabouts = models.BooleanField(default=False)
    on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a request")

    def __str__(self) -> str:
        return self.get_outcome_display()

    @property
    def reason(self) -> str:
        return opened(self.request.person, self.sealed_reason, "request.reason")


def opened(person: Person, sealed: Any, field: str) -> str:
    return person.sealer.open(sealed, field) if sealed else ""
