"""The division tree. A place's inner path is stable; its official code is a dated attribute."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.areas import STEP, below
from guanai.core.broken import RuleBroken
from guanai.core.models import ScopedQuerySet
from guanai.core.registries import occupants

if TYPE_CHECKING:
    from guanai.organisations.models.users import User


class PlaceLevel(models.TextChoices):
    PROVINCE = "province", _("province")
    CITY = "city", _("city")
    COUNTY = "county", _("county")
    TOWNSHIP = "township", _("township")
    VILLAGE = "village", _("village")
    GROUP = "group", _("villagers' group")


NEXT_LEVEL = dict(itertools.pairwise(PlaceLevel.values))


class PlaceQuerySet(ScopedQuerySet["Place"]):
    def visible_to(self, user: User) -> Self:
        """Names of places are public; everybody signed in may read the tree."""
        return self if user.is_authenticated else self.none()

    def current(self) -> Self:
        return self.filter(valid_to=None)

    def below(self, place: Place) -> Self:
        """The place itself and everything under it."""
        return self.filter(below(place.path))


class Place(models.Model):
    """A node of the tree; `path` has four digits a level (core.areas)."""

    path = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=PlaceLevel.choices)
    code = models.CharField(max_length=20, db_index=True)  # the current one; history in PlaceCode
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                name="place_ends_after_it_begins",
                condition=Q(valid_to=None)
                | Q(valid_from=None)
                | Q(valid_to__gte=models.F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def plant(
        cls, code: str, name: str, level: str, parent: Place | None, since: dt.date | None = None
    ) -> Place:
        """Add a node at the end of its siblings. Call inside a transaction."""
        stem = parent.path if parent else ""
        last = cls.objects.filter(parent=parent).order_by("path").last()
        number = int(last.path[-STEP:]) + 1 if last else 1
        place = cls.objects.create(
            path=f"{stem}{number:0{STEP}d}",
            parent=parent,
            name=name,
            level=level,
            code=code,
            valid_from=since,
        )
        PlaceCode.objects.create(place=place, code=code, name=name, valid_from=since)
        return place

    @property
    def ancestors(self) -> models.QuerySet[Place]:
        """From the root down to the parent."""
        paths = [self.path[:end] for end in range(STEP, len(self.path), STEP)]
        return Place.objects.filter(path__in=paths).order_by("path")

    @transaction.atomic
    def add_below(self, code: str, name: str, *, by: User) -> Place:
        """A further place; a local code below the village is made when none is given.

        Raises RuleBroken when the code is taken or this place has nothing below it.
        """
        if self.level not in NEXT_LEVEL:
            raise RuleBroken("place.lowest", _("There is no level below a villagers' group."))
        if not code:
            code = f"{self.code}-{self.children.count() + 1:02d}"
        if Place.objects.current().filter(code=code).exists():
            raise RuleBroken("place.code_taken", _("Another place has this code already."))
        place = Place.plant(code, name, NEXT_LEVEL[self.level], self, timezone.localdate())
        record("organisations.place.add", by=by, subject=place, code=code)
        return place

    @transaction.atomic
    def recode(self, code: str, name: str, on: dt.date, *, by: User) -> None:
        """A new code or name from that day on; the old one stays known (codes change yearly)."""
        taken = Place.objects.current().filter(code=code).exclude(pk=self.pk)
        if taken.exists():
            raise RuleBroken("place.code_taken", _("Another place has this code already."))
        before = self.code
        self.codes.filter(valid_to=None).update(valid_to=on - dt.timedelta(days=1))
        self.codes.create(code=code, name=name, valid_from=on)
        self.code, self.name = code, name
        self.save(update_fields=["code", "name"])
        record("organisations.place.recode", by=by, subject=self, before=before, after=code)

    @transaction.atomic
    def close(self, on: dt.date, *, by: User) -> None:
        """Merged or abolished. Raises RuleBroken while something current stands in it."""
        if self.children.filter(valid_to=None).exists():
            raise RuleBroken("place.has_places", _("Close or move the places below it first."))
        if self.organisations.filter(closed_on=None).exists():
            raise RuleBroken("place.has_units", _("Close or move its organisations first."))
        if any(stands(self.path) for stands in occupants.all()):
            raise RuleBroken("place.has_people", _("Move the people who stand in it first."))
        self.valid_to = on
        self.save(update_fields=["valid_to"])
        self.codes.filter(valid_to=None).update(valid_to=on)
        record("organisations.place.close", by=by, subject=self, code=self.code)


class PlaceCode(models.Model):
    """What code and name a place had, from when to when; codes change every year."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="codes")
    code = models.CharField(max_length=20, db_index=True)
    name = models.CharField(max_length=60)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("code of a place")

    def __str__(self) -> str:
        return self.code
