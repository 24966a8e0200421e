"""In which ledgers a person stands."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.core.broken import RuleBroken
from guanai.organisations.models import Place, PlaceLevel, User
from guanai.organisations.rules import CHILDREN, Group
from guanai.people.models.history import Change
from guanai.people.models.imports import Import
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.people.models.person import GROUPS, MALE, Person


class RegistrationQuerySet(OfPersonQuerySet["Registration"]):
    def current(self) -> Self:
        return self.filter(until=None)


class Registration(models.Model):
    """That a person stands in a ledger, since when. Carries the path, as every scoped row."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="registrations")
    group = models.CharField(max_length=10, choices=GROUPS)
    path = models.CharField(max_length=40)
    since = models.DateField()
    until = models.DateField(null=True)
    batch = models.ForeignKey(Import, models.PROTECT, null=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        indexes = [
            models.Index(
                fields=["group", "path", "person"],
                condition=Q(until=None),
                name="standing_by_place",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "group"], condition=Q(until=None), name="stands_once_in_a_ledger"
            )
        ]

    def __str__(self) -> str:
        return self.group

    @transaction.atomic
    def strike(self, on: dt.date, *, base_version: int, by: User, why: str) -> Change:
        """Take the person out of this ledger after that day. A person decides, and says why.

        Raises Conflict, RuleBroken.
        """
        person = self.person.hold()
        person.refuse_later(base_version)
        self.refresh_from_db()
        if self.until is not None:
            raise RuleBroken("registration.ended", _("This person was struck out already."))
        if on < self.since:
            raise RuleBroken("registration.too_early", _("The last day lies before the first."))
        if not why.strip():
            raise RuleBroken("registration.no_reason", _("Say why, for whoever reads it later."))
        self.until = on
        self.save(update_fields=["until"])
        values = {f"registration.{self.group}": [self.since.isoformat(), None]}
        change: Change = person.tell(values, "registration.strike", by=by, why=why)
        return change


def check_entry(person: Person, group: str, since: dt.date, by: User) -> None:
    """Raises RuleBroken if the person cannot stand in that ledger, or not by this user."""
    if person.registrations.current().filter(group=group).exists():
        raise RuleBroken("registration.stands", _("This person stands in the ledger already."))
    if since > timezone.localdate():
        raise RuleBroken("registration.future", _("The first day lies in the future."))
    if group in CHILDREN and person.born and not person.counts_as_minor():
        raise RuleBroken("registration.adult", _("An adult does not stand in this ledger."))
    if group == Group.WOMAN and person.sex == MALE:
        raise RuleBroken("registration.man", _("A man does not stand in the women's ledger."))
    schools = person.schoolings.current().exclude(school=None).values_list("school", flat=True)
    if not any(by.scope.keeps(group, person.path, school) for school in (None, *schools)):
        raise RuleBroken("group.outside", _("Your post does not keep this ledger at this place."))


def check_target(person: Person, to: Place, on: dt.date) -> None:
    """Raises RuleBroken if nobody can move there on that day."""
    if to.pk == person.place_id:
        raise RuleBroken("move.same_place", _("The person is there already."))
    if to.level not in {PlaceLevel.TOWNSHIP, PlaceLevel.VILLAGE, PlaceLevel.GROUP}:
        raise RuleBroken("move.too_high", _("Choose the township or village that takes over."))
    if to.valid_to is not None:
        raise RuleBroken("move.place_ended", _("This place no longer exists."))
    if on > timezone.localdate():
        raise RuleBroken("move.future", _("Enter the move when it has happened."))
