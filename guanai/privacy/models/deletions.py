"""Decisions that a file goes, by two persons; what has gone, without personal data."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.dates import Precision
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models import User
from guanai.organisations.rules import AUDIT_VIEW, CHILDREN, ERASURE_DECIDE
from guanai.people.erasing import needed
from guanai.people.models import Person, Registration
from guanai.people.models.person import file_seen
from guanai.people.rules import ADULT
from guanai.privacy.catalogue import known, terms
from guanai.privacy.rules import years_after

OF_REQUEST = "request"
UNSURE = {Precision.DAY: 0, Precision.MONTH: 31, Precision.YEAR: 366}  # days


def files_due(day: dt.date, years: int) -> QuerySet[Person]:
    """Files in no ledger, out of the last one for so many years, and whose person has surely been
    an adult for as long or died. Relatives who never stood in a ledger go with the last file of
    theirs."""
    cut = years_after(day, -years)
    born = years_after(cut, -ADULT)
    of_person = Registration.objects.filter(person=OuterRef("pk"))
    young = Exists(of_person.filter(group__in=CHILDREN, since__gt=born))
    grown = Q(born=None) & ~Q(young)
    for precision, days in UNSURE.items():
        grown |= Q(born_precision=precision, born__lte=born - dt.timedelta(days))
    return (
        Person.objects.published()
        .filter(grown | Q(died__lte=cut), Exists(of_person))
        .exclude(Exists(of_person.filter(Q(until=None) | Q(until__gt=cut))))
    )


def duties(person: Person) -> list[str]:
    """Why this file must stay for now, for those who decide; empty if it may go."""
    said = needed(person)
    due = files_due(timezone.localdate(), terms()["file"].number)
    if person.registrations.exists() and not due.filter(pk=person.pk).exists():
        said.append(str(_("The period for which files are kept is not over.")))
    return said


class DeletionQuerySet(ScopedQuerySet["Deletion"]):
    def visible_to(self, user: User) -> Self:
        """The log for auditors and county offices; who is to go for those who see the file."""
        if not (user.has_perm(ERASURE_DECIDE) or user.has_perm(AUDIT_VIEW)):
            return self.none()
        return self.filter(~Q(done_at=None) | Q(file_seen(user)))

    def waiting(self) -> Self:
        return self.filter(done_at=None)

    def done(self) -> Self:
        return self.exclude(done_at=None)


class Deletion(Outward):
    """`kind` is a period's code or “request”; `label` a file number or how many rows."""

    kind = models.CharField(max_length=20)
    label = models.CharField(max_length=20)
    rule = models.CharField(max_length=200)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True)

    objects = DeletionQuerySet.as_manager()

    class Meta:
        verbose_name = _("deletion")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(done_at=None), name="decided_once_to_be_deleted"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"

    @classmethod
    @transaction.atomic
    def decide(cls, person: Person, kind: str, *, by: User) -> Self:
        """The first of two persons. Nothing goes yet. Raises RuleBroken."""
        if cls.objects.waiting().filter(person=person).exists():
            raise RuleBroken("deletion.decided", _("This was decided already; another confirms."))
        deletion = cls(
            kind=kind, label=person.file_number, rule=_rule(kind), person=person, decided_by=by
        )
        deletion.check_still_due()
        deletion.save()
        record("privacy.deletion.decide", by=by, subject=person, path=person.path, kind=kind)
        return deletion

    def check_still_due(self) -> None:
        """Raises RuleBroken."""
        person: Any = self.person
        if self.kind == OF_REQUEST:
            said = duties(person)
            if said:
                raise RuleBroken("request.duty", _("This file must be kept: %s") % "；".join(said))
            return
        term: Any = known("period", self.kind)
        if not term.period.due(timezone.localdate(), term.number).filter(pk=person.pk).exists():
            raise RuleBroken("deletion.not_due", _("This file has not served its time."))

    @transaction.atomic
    def confirm(self, *, by: User) -> None:
        """The second person. The file is gone for good. Raises RuleBroken."""
        held = Deletion.objects.select_for_update().get(pk=self.pk)
        person = held.person
        if held.done_at or person is None:
            raise RuleBroken("deletion.done", _("This was done already."))
        if held.decided_by_id == by.pk:
            raise RuleBroken("deletion.same", _("Another person confirms what you decided."))
        held.check_still_due()
        held.confirmed_by, held.done_at = by, timezone.now()
        held.save()
        record("privacy.deletion.confirm", by=by, subject=person, path=person.path, kind=held.kind)
        told = {"kind": held.kind, "rule": held.rule, "decided_by": held.decided_by}
        for relative in person.erase(by=by, why=f"privacy.{held.kind}")[1:]:  # known through it
            Deletion.objects.create(label=relative, confirmed_by=by, done_at=held.done_at, **told)

    @transaction.atomic
    def call_off(self, *, by: User) -> None:
        """Raises RuleBroken if it was done."""
        held = Deletion.objects.select_for_update().get(pk=self.pk)
        if held.done_at or held.person is None:
            raise RuleBroken("deletion.done", _("This was done already."))
        record("privacy.deletion.call_off", by=by, subject=held.person, kind=held.kind)
        held.delete()

    @classmethod
    @transaction.atomic
    def sweep(cls, code: str, *, by: User) -> int:
        """Take away the rows of that kind that have served their time; how many. RuleBroken."""
        term: Any = known("period", code)
        if term.period.due is None or term.period.erase is None:
            raise RuleBroken("deletion.one_by_one", _("These are decided on one by one."))
        count: int = term.period.erase(term.period.due(timezone.localdate(), term.number))
        now = timezone.now()
        cls.objects.create(
            kind=code, label=str(count), rule=_rule(code), decided_by=by, done_at=now
        )
        record("privacy.deletion.sweep", by=by, kind=code, count=count)
        return count


def _rule(kind: str) -> str:
    if kind == OF_REQUEST:
        return str(_("at the request of the person or guardian"))
    term: Any = known("period", kind)
    return f"{term.period.title}: {term}"[:200]
