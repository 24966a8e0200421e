"""Organisations stand in a place; schools have classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models.places import Place

if TYPE_CHECKING:
    from guanai.organisations.models.users import User


class OrganisationKind(models.TextChoices):
    CIVIL_AFFAIRS = "civil_affairs", _("civil affairs bureau")
    WOMENS_FEDERATION = "womens_federation", _("women's federation")
    EDUCATION = "education", _("education bureau")
    HEALTH = "health", _("health bureau")
    JUSTICE = "justice", _("justice bureau")
    POLICE = "police", _("public security bureau")
    YOUTH_LEAGUE = "youth_league", _("youth league committee")
    DISABLED_FEDERATION = "disabled_federation", _("disabled persons' federation")
    VETERANS_COMMITTEE = "veterans_committee", _("committee for the next generation")
    COUNTY_GOVERNMENT = "county_government", _("county government")
    TOWNSHIP_GOVERNMENT = "township_government", _("township government")
    VILLAGE_COMMITTEE = "village_committee", _("village committee")
    SCHOOL = "school", _("school")
    STATION = "station", _("station")
    SOCIAL = "social", _("social organisation")
    ASSOCIATION = "association", _("association")
    FIRM = "firm", _("firm")


class OrganisationQuerySet(ScopedQuerySet["Organisation"]):
    def visible_to(self, user: User) -> Self:
        """The directory of organisations is open to everybody signed in."""
        return self if user.is_authenticated else self.none()


class Organisation(Outward):
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(
        _("kind"), max_length=24, choices=OrganisationKind.choices, db_index=True
    )
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="organisations", verbose_name=_("place")
    )
    path = models.CharField(max_length=40, db_index=True)  # of its place
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        ordering = ["path", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "place"], name="organisation_named_once_a_place"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **options: object) -> None:
        self.path = self.place.path
        super().save(*args, **options)  # type: ignore[arg-type]

    @transaction.atomic
    def keep(self, *, by: User) -> Organisation:
        """Save what a form holds, new or changed. The posts of a unit that closes end with it, and
        stay ended when it opens again. Raises RuleBroken if nobody would be left to administer."""
        act = "add" if self._state.adding else "change"
        self.save()
        if self.closed_on:
            rows = self.posts.filter(Q(until=None) | Q(until__gt=self.closed_on))
            for post in rows.select_related("user", "organisation"):
                post.end(max(self.closed_on, post.since), by=by)
        record(f"organisations.organisation.{act}", by=by, subject=self, kind=self.kind)
        return self

    @transaction.atomic
    def add_class(self, grade: int, name: str, year: int, *, by: User) -> SchoolClass:
        """Raises RuleBroken when this is no school or the class is there already."""
        if self.kind != OrganisationKind.SCHOOL:
            raise RuleBroken("class.no_school", _("Only a school has classes."))
        new, made = SchoolClass.objects.get_or_create(
            school=self, grade=grade, name=name, year=year
        )
        if not made:
            raise RuleBroken("class.exists", _("This class is there already."))
        record("organisations.class.add", by=by, subject=self, grade=grade, year=year)
        return new


class SchoolClassQuerySet(ScopedQuerySet["SchoolClass"]):
    def visible_to(self, user: User) -> Self:
        return self if user.is_authenticated else self.none()


class SchoolClass(Outward):
    """A class of a school year. `grade`: 0 kindergarten, 1–6 primary, 7–9 junior, 10–12 senior."""

    school = models.ForeignKey(Organisation, models.CASCADE, related_name="classes")
    grade = models.SmallIntegerField()
    name = models.CharField(max_length=20)  # “2” or “2班” as the school writes it
    year = models.SmallIntegerField()  # in which the school year began

    objects = SchoolClassQuerySet.as_manager()

    class Meta:
        verbose_name = _("class")
        ordering = ["school", "grade", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "year", "grade", "name"], name="class_named_once_a_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.grade}.{self.name}"
