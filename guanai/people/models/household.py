"""People who live together."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models import Place, User
from guanai.people.models.imports import Import


class HouseholdQuerySet(ScopedQuerySet["Household"]):
    def visible_to(self, user: User) -> Self:
        """When one of its members is."""
        from guanai.people.models.person import Person

        return self.filter(Exists(Person.objects.visible_to(user).filter(household=OuterRef("pk"))))


class Household(Outward):
    """People who live together; the address is sealed with the head's or first member's key."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    path = models.CharField(max_length=40)
    group = models.CharField(max_length=20, blank=True)  # villagers' group, “3组”
    batch = models.ForeignKey(Import, models.PROTECT, null=True)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        indexes = [models.Index(fields=["path"])]

    def __str__(self) -> str:
        return str(self.uid)
