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
from guanai.people.conflicts import Values
from guanai.people.models.closing import CLOSED, DIED, LEAVINGS, OTHER, check_leaving
from guanai.people.models.history import Change
from guanai.people.models.household import Household
from guanai.people.models.imports import Import
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.people.models.person import GROUPS, MALE, Person
from guanai.people.models.rows import plain


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
    left_for = models.CharField(max_length=10, blank=True, choices=LEAVINGS)
    # A person decided on that day that somebody stays of whom no definition says that he counts.
    kept_on = models.DateField(null=True)
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
    def strike(
        self, on: dt.date, *, base_version: int, by: User, why: str = "", reason: str = OTHER
    ) -> Change:
        """Take the person out of this ledger after that day. A person decides, and says why.

        Raises Conflict, RuleBroken.
        """
        person = self._held(base_version)
        check_leaving(reason, why)
        if reason == DIED and person.died is None:
            raise RuleBroken("registration.alive", _("Close the file of somebody who died."))
        values = self.end(on, reason) | {"closed_for": [None, reason]}
        change: Change = person.tell(values, "registration.strike", by=by, why=why)
        return change

    @transaction.atomic
    def keep(self, *, base_version: int, by: User, why: str) -> Change:
        """Let the person stay though a status ended; until another one ends nobody is asked again.

        Raises Conflict, RuleBroken.
        """
        person = self._held(base_version)
        check_leaving(OTHER, why)
        values: Values = {"kept_on": [plain(self.kept_on), plain(timezone.localdate())]}
        self.kept_on = timezone.localdate()
        self.save(update_fields=["kept_on"])
        change: Change = person.tell(values, "registration.keep", by=by, why=why)
        return change

    def _held(self, base_version: int) -> Person:
        person: Person = self.person.hold()
        person.refuse_later(base_version)
        self.refresh_from_db()
        if self.until is not None:
            raise RuleBroken("registration.ended", _("This person was struck out already."))
        return person

    def end(self, on: dt.date, reason: str) -> Values:
        """For the history; the file is held and tells it. Raises RuleBroken."""
        if on < self.since:
            raise RuleBroken("registration.too_early", _("The last day lies before the first."))
        self.until, self.left_for = on, reason
        self.save(update_fields=["until", "left_for"])
        return {f"registration.{self.group}": [self.since.isoformat(), None]}


def check_entry(person: Person, group: str, since: dt.date, by: User) -> None:
    """Raises RuleBroken if the person cannot stand in that ledger, or not by this user."""
    if person.closed_on:
        raise RuleBroken("file.closed", CLOSED)
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


def hand_over(
    held: Person, to: Place, on: dt.date, *, by: User, why: str, members_of: User | None
) -> list[Person]:
    """The file, or those of the whole household as far as `members_of` handles all of them, go to
    the other place. The file is held. Raises RuleBroken."""
    check_target(held, to)
    if on > timezone.localdate():
        raise RuleBroken("move.future", _("Enter the move when it has happened."))
    movers = members(held, members_of) if members_of else [held]
    if members_of and held.household:
        Household.objects.filter(pk=held.household.pk).update(place=to, path=to.path)
    for person in movers:
        if not members_of:
            person.household = None
        person.settle_in(to, on, by=by, why=why)
    return movers


def members(held: Person, seen_by: User) -> list[Person]:
    """Those of the household who stand at the same place. Raises RuleBroken."""
    if held.household is None:
        return [held]
    found = held.household.members.filter(path=held.path, closed_on=None)
    movers = list(found.select_for_update(no_key=True))
    handled = Person.objects.handled_by(seen_by).filter(pk__in=[one.pk for one in movers])
    if handled.count() < len(movers):
        raise RuleBroken(
            "move.household_unseen",
            _("Members of this household are in another office's care; ask the township."),
        )
    return movers


def check_target(person: Person, to: Place) -> None:
    """Raises RuleBroken if nobody can move there."""
    if to.pk == person.place_id:
        raise RuleBroken("move.same_place", _("The person is there already."))
    if to.level not in {PlaceLevel.TOWNSHIP, PlaceLevel.VILLAGE, PlaceLevel.GROUP}:
        raise RuleBroken("move.too_high", _("Choose the township or village that takes over."))
    if to.valid_to is not None:
        raise RuleBroken("move.place_ended", _("This place no longer exists."))
