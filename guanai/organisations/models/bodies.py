"""Bodies that plans ask for: leading groups, care groups, staff registers … and their members."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.core.crypto import vault
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models.organisations import Organisation, SchoolClass
from guanai.organisations.models.places import Place
from guanai.organisations.models.users import User


class BodyQuerySet(ScopedQuerySet["Body"]):
    def visible_to(self, user: User) -> Self:
        """The staff directory is for those whose post carries the verb (helpers do not see it)."""
        return self if user.has_perm("organisations.view_body") else self.none()


class Body(Outward):
    """A group with a purpose in a place or organisation; `kind` is a key of bodies.KINDS."""

    kind = models.CharField(max_length=32, db_index=True)
    name = models.CharField(max_length=80)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="bodies")
    place = models.ForeignKey(Place, models.PROTECT, related_name="bodies")
    path = models.CharField(max_length=40, db_index=True)
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, null=True, blank=True)
    duties = models.TextField(blank=True)
    founded_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    objects = BodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("body")
        ordering = ["path", "kind", "id"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **options: object) -> None:
        self.path = self.place.path
        super().save(*args, **options)  # type: ignore[arg-type]


class MemberQuerySet(ScopedQuerySet["Member"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(body__in=Body.objects.visible_to(user))

    def current(self) -> Self:
        today = timezone.localdate()
        return self.filter(Q(since=None) | Q(since__lte=today), Q(until=None) | Q(until__gte=today))


class Member(Outward):
    """Somebody's place in a body; with or without an account. The phone is sealed."""

    body = models.ForeignKey(Body, models.CASCADE, related_name="members")
    name = models.CharField(max_length=40)
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)
    unit = models.CharField(max_length=80, blank=True)
    position = models.CharField(max_length=40)
    duties = models.CharField(max_length=400, blank=True)
    full_time = models.BooleanField(default=False)
    certificate = models.CharField(max_length=80, blank=True)
    duty_days = models.CharField(max_length=80, blank=True)  # duty roster, “一、三、五 夜间”
    sealed_phone = models.BinaryField(null=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} {self.position}"

    @property
    def phone(self) -> str:
        if self.sealed_phone is None:
            return ""
        return vault().county.open(self.sealed_phone, "member.phone")

    @phone.setter
    def phone(self, number: str) -> None:
        self.sealed_phone = vault().county.seal(number, "member.phone") if number else None
