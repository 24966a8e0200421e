"""Bodies that plans ask for: leading groups, care groups, staff registers … and their members."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.crypto import vault
from guanai.core.models import Outward, ScopedQuerySet
from guanai.core.words import StrOrPromise
from guanai.organisations.kinds import KINDS, Kind, Position
from guanai.organisations.models.organisations import Organisation, SchoolClass
from guanai.organisations.models.places import Place
from guanai.organisations.models.posts import Post, tell_staff
from guanai.organisations.models.users import User
from guanai.organisations.rules import AREA_KEEPERS


class BodyQuerySet(ScopedQuerySet["Body"]):
    def visible_to(self, user: User) -> Self:
        """The staff directory is for those whose post carries the verb (helpers do not see it)."""
        return self if user.has_perm("organisations.view_body") else self.none()

    def standing(self) -> Self:
        return self.filter(ended_on=None)


class Body(Outward):
    """A group with a purpose in a place or organisation; `kind` is a key of kinds.KINDS."""

    kind = models.CharField(_("kind"), max_length=32, db_index=True)
    name = models.CharField(_("name"), max_length=80)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="bodies", verbose_name=_("organisation")
    )
    place = models.ForeignKey(Place, models.PROTECT, related_name="bodies", verbose_name=_("place"))
    path = models.CharField(max_length=40, db_index=True)
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, blank=True, verbose_name=_("class")
    )
    duties = models.TextField(_("duties"), blank=True)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    objects = BodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("body")
        ordering = ["path", "kind", "id"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **options: Any) -> None:
        super().save(*args, **options)
        tell_staff([self.path])

    @property
    def rule(self) -> Kind:
        return KINDS[self.kind]

    def open_to_change(self, user: User) -> bool:
        """Within the area of a post that may change bodies, or of one's own organisation."""
        return any(
            (seat.organisation == self.organisation_id and self.path == self.organisation.path)
            or (
                seat.role in AREA_KEEPERS
                and self.path.startswith(seat.path)
                and self.organisation.path.startswith(seat.path)
            )
            for seat in user.seats
        )

    def current_members(self) -> list[Member]:
        """From the prefetch where there is one."""
        today = timezone.localdate()
        return [m for m in self.members.all() if m.in_post(today)]

    def lacking(self) -> list[tuple[Position, int]]:
        """Required positions that nobody holds today, with how many are missing."""
        return self.rule.lacking(member.position for member in self.current_members())

    @transaction.atomic
    def found(self, *, by: User) -> Body:
        """Save a new body. Raises RuleBroken outside the own area or for an unknown kind."""
        self._stand(by)
        self.save()
        record("organisations.body.found", by=by, subject=self, kind=self.kind)
        return self

    @transaction.atomic
    def change(self, facts: list[str], *, by: User) -> None:
        """Save these fields, which a form has changed; what others changed meanwhile stays.

        Raises RuleBroken when the body would then lie outside the own area.
        """
        self._stand(by)
        self.save(update_fields=[*facts, "path"])
        record("organisations.body.change", by=by, subject=self, changed=facts)

    def _stand(self, by: User) -> None:
        """Whether the body may stand where it now says."""
        self.path = self.place.path
        if self.kind not in KINDS:
            raise RuleBroken("body.kind", _("Choose a kind of body from the list."))
        if not self.open_to_change(by):
            raise RuleBroken("body.area", _("This place lies outside the area of your post."))

    @transaction.atomic
    def appoint(self, member: Member, *, by: User) -> Member:
        """Take somebody in. Raises RuleBroken for a position that this kind does not have."""
        if member.position not in {position.key for position in self.rule.positions}:
            raise RuleBroken("body.position", _("This body has no such position."))
        member.body = self
        member.save()
        record("organisations.body.appoint", by=by, subject=self, position=member.position)
        return member


class MemberQuerySet(ScopedQuerySet["Member"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(body__in=Body.objects.visible_to(user))


class Member(Outward):
    """Somebody's place in a body; with or without an account. The phone is sealed."""

    body = models.ForeignKey(Body, models.CASCADE, related_name="members")
    name = models.CharField(pgettext_lazy("person", "name"), max_length=40)
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)
    unit = models.CharField(_("unit and post"), max_length=80, blank=True)
    position = models.CharField(_("position"), max_length=40)
    duties = models.CharField(_("duties"), max_length=400, blank=True)
    full_time = models.BooleanField(_("full time"), default=False)
    certificate = models.CharField(_("certificate"), max_length=80, blank=True)
    duty_days = models.CharField(_("duty days"), max_length=80, blank=True)
    sealed_phone = models.BinaryField(null=True)
    since = models.DateField(_("in post since"), null=True, blank=True)
    until = models.DateField(_("in post until"), null=True, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="member_ends_after_it_begins",
                condition=Q(since=None) | Q(until=None) | Q(until__gte=models.F("since")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.position_title}"

    def save(self, *args: Any, **options: Any) -> None:
        super().save(*args, **options)
        posts = Post.objects.filter(user=self.user) if self.user else Post.objects.none()
        tell_staff({self.body.path, *posts.values_list("organisation__path", flat=True)})

    def open_to_change(self, user: User) -> bool:
        return self.body.open_to_change(user)

    def in_post(self, day: dt.date) -> bool:
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )

    @property
    def position_title(self) -> StrOrPromise:
        titles = {position.key: position.title for position in self.body.rule.positions}
        return titles.get(self.position, self.position)

    @property
    def phone(self) -> str:
        if self.sealed_phone is None:
            return ""
        return vault().county.open(self.sealed_phone, "member.phone")

    @phone.setter
    def phone(self, number: str) -> None:
        self.sealed_phone = vault().county.seal(number, "member.phone") if number else None

    @transaction.atomic
    def change(self, facts: list[str], *, by: User) -> None:
        """Save these fields, which a form has changed; what others changed meanwhile stays."""
        columns = ["sealed_phone" if fact == "phone" else fact for fact in facts]
        self.save(update_fields=columns)
        record(
            "organisations.body.member",
            by=by,
            subject=self.body,
            position=self.position,
            changed=facts,
        )

    @transaction.atomic
    def leave(self, on: dt.date, *, by: User) -> None:
        """End the membership with that day; the row stays as history."""
        if self.since and on < self.since:
            raise RuleBroken("member.leaves_early", _("The last day lies before the first."))
        self.until = on
        self.save(update_fields=["until"])
        record("organisations.body.leave", by=by, subject=self.body, position=self.position)


class ServiceQuerySet(ScopedQuerySet["Service"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(body__in=Body.objects.visible_to(user))


class Service(Outward):
    """What a social force did: the service record that goes with its registration."""

    body = models.ForeignKey(Body, models.CASCADE, related_name="services")
    day = models.DateField(_("day"))
    what = models.CharField(_("what was done"), max_length=200)
    people = models.PositiveIntegerField(_("people served"), default=0)
    hours = models.DecimalField(_("hours"), max_digits=6, decimal_places=1, default=0)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        ordering = ["-day", "-id"]

    def __str__(self) -> str:
        return self.what

    @transaction.atomic
    def enter(self, *, by: User) -> Service:
        self.save()
        record("organisations.service.enter", by=by, subject=self.body)
        return self


def renew_phone(member: Member) -> bool:
    """Seal the phone under the newest generation of the county's key."""
    before = member.sealed_phone
    if before is not None:
        member.sealed_phone = vault().county.renewed(before, "member.phone")
    return bool(before is not None and member.sealed_phone != bytes(before))
