"""Organisations stand in a place; schools have classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

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
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=24, choices=OrganisationKind.choices, db_index=True)
    place = models.ForeignKey(Place, models.PROTECT, related_name="organisations")
    path = models.CharField(max_length=40, db_index=True)  # of its place
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True)
    note = models.TextField(blank=True)
    closed_on = models.DateField(null=True, blank=True)

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
