"""Posts give users what they may do; those that open people's files wait for a second person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward, ScopedQuerySet
from guanai.core.registries import staff
from guanai.core.words import StrOrPromise
from guanai.organisations import wording
from guanai.organisations.models.organisations import Organisation, SchoolClass
from guanai.organisations.rules import CONFIRMED_ROLES, SEPARATE, USERS_VIEW, Role, Seat

if TYPE_CHECKING:
    from guanai.organisations.models.users import User


def tell_staff(paths: Iterable[str]) -> None:
    """Let the rooms above know that somebody else may answer for these places."""
    for path in paths:
        for told in staff.all():
            told(path)


class PostQuerySet(ScopedQuerySet["Post"]):
    def visible_to(self, user: User) -> Self:
        """Who holds which post is the open directory of the offices."""
        return self if user.is_authenticated else self.none()

    def confirmed(self) -> Self:
        """Whose role needs no confirmation, or which has it for the unit as it is today: a unit
        that is moved or becomes another office would open other files."""
        unit = Q(consent__kind=F("organisation__kind"), consent__path=F("organisation__path"))
        return self.filter(~Q(role__in=CONFIRMED_ROLES) | (unit & Q(consent__granted=True)))

    def waiting(self) -> Self:
        """Unfinished posts that the security administrator has to confirm."""
        decided = Consent.objects.filter(
            kind=F("post__organisation__kind"), path=F("post__organisation__path")
        )
        rows = self.unfinished().filter(role__in=CONFIRMED_ROLES)
        return rows.exclude(pk__in=decided.values("post"))

    def current(self) -> Self:
        """Those that open something today."""
        today = timezone.localdate()
        in_time = self.filter(Q(since__lte=today), Q(until=None) | Q(until__gte=today))
        unit = Q(organisation__closed_on=None) | Q(organisation__closed_on__gte=today)
        return in_time.filter(unit).confirmed()

    def unfinished(self) -> Self:
        """Those of today and still to come, but for refused ones."""
        rows = self.filter(Q(until=None) | Q(until__gte=timezone.localdate()))
        return rows.exclude(pk__in=Consent.objects.filter(granted=False).values("post"))

    @transaction.atomic
    def found(self) -> None:
        """Count as confirmed what was written when there was nobody yet who confirms."""
        Consent.objects.bulk_create(
            Consent(post=post, kind=post.organisation.kind, path=post.organisation.path)
            for post in self.waiting().select_related("organisation")
        )


class Post(Outward):
    """A user's role in an organisation, from/to; it ends at the close of its last day.

    One that opens people's files, or an administrator's, opens nothing before its `Consent`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="posts")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="posts", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=24, choices=wording.ROLES)
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, blank=True, verbose_name=_("class")
    )
    title = models.CharField(_("title"), max_length=40, blank=True)  # 儿童主任, 班主任 …
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        constraints = [
            models.CheckConstraint(
                name="post_ends_after_it_begins",
                condition=Q(until=None) | Q(until__gte=models.F("since")),
            ),
            models.CheckConstraint(
                name="class_teacher_has_a_class",
                condition=~Q(role=Role.CLASS_TEACHER) | Q(school_class__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title or self.get_role_display()} · {self.organisation}"

    def save(self, *args: Any, **options: Any) -> None:
        super().save(*args, **options)
        tell_staff([self.organisation.path])

    @transaction.atomic
    def end(self, on: dt.date, *, by: User) -> None:
        """The post's last day; from the next on it opens nothing. Who then holds no post is signed
        out (accounts.PostsMiddleware).

        Raises RuleBroken before its first day, and for a later day than was said: that would be a
        new post.
        """
        self.user.not_by_himself(by)
        if on < self.since:
            raise RuleBroken("post.ends_early", _("The last day lies before the first."))
        if self.until is not None and on > self.until:
            raise RuleBroken("post.ended", _("A post is not made longer: give a new one."))
        if self.is_current:
            self.not_the_last()
        self.until = on
        self.save(update_fields=["until"])
        record("organisations.post.end", by=by, subject=self, role=self.role)

    @transaction.atomic
    def follow(self, to: SchoolClass, on: dt.date, *, by: User) -> Post:
        """The class teacher goes along with the class into its next school year: the pupils are the
        same, so what was confirmed for this post holds for the one that follows it."""
        self.until = on - dt.timedelta(days=1)
        self.save(update_fields=["until"])
        old: Any = getattr(self, "consent", None)
        kept = {name: getattr(self, name) for name in ("user", "organisation", "role", "title")}
        new = Post.objects.create(**kept, school_class=to, since=on, asked_by=by)
        if old is not None:
            told = {name: getattr(old, name) for name in ("granted", "by", "kind", "path")}
            Consent.objects.create(post=new, **told)
        record("organisations.post.follow", by=by, subject=new, role=self.role, grade=to.grade)
        return new

    @transaction.atomic
    def come_back(self, to: Post, *, by: User) -> None:
        """Take back that a class teacher went along with the class; where the post was ended
        meanwhile the one before it ends on that day too."""
        if to.until == self.since - dt.timedelta(days=1):
            to.until = self.until
            to.save(update_fields=["until"])
        record("organisations.post.come_back", by=by, subject=self, role=self.role)
        self.delete()

    def not_the_last(self) -> None:
        """Raises RuleBroken where nobody would be left to confirm, to open accounts, to audit."""
        others = Post.objects.current().filter(role=self.role, until=None, user__is_active=True)
        if self.role in SEPARATE and not others.exclude(user=self.user_id).exists():
            raise RuleBroken(
                "post.last", _("Nobody else holds this role: give it to a successor first.")
            )

    @transaction.atomic
    def decide(self, *, granted: bool, by: User | None) -> None:
        """The second person's word. Raises RuleBroken for one's own post or what one asked for."""
        if by is not None:
            self.user.not_by_himself(by)
            if by.pk == self.asked_by_id:
                raise RuleBroken("post.own", _("Somebody else confirms what you asked for."))
        unit = {"kind": self.organisation.kind, "path": self.organisation.path}
        said = {"by": by, "granted": granted, "at": timezone.now(), **unit}
        Consent.objects.update_or_create(post=self, defaults=said)
        tell_staff([self.organisation.path])
        act = "confirm" if granted else "refuse"
        record(f"organisations.post.{act}", by=by, subject=self, role=self.role, path=unit["path"])

    @property
    def state(self) -> str:
        """current, coming, waiting, refused or ended; read with `organisation` and `consent`."""
        today, consent = timezone.localdate(), getattr(self, "consent", None)
        unit = (self.organisation.kind, self.organisation.path)
        waiting = consent is None or (consent.kind, consent.path) != unit
        states = {
            "ended": self.until is not None and self.until < today,
            "refused": consent is not None and not consent.granted,
            "waiting": self.role in CONFIRMED_ROLES and waiting,
            "coming": self.since > today,
        }
        return next((state for state, holds in states.items() if holds), "current")

    @property
    def state_title(self) -> StrOrPromise:
        return wording.STATES[self.state]

    @property
    def opens(self) -> str:
        """Which files it opens, or would, in words."""
        return wording.opens(self)

    @property
    def is_current(self) -> bool:
        return self.state == "current"

    @property
    def seat(self) -> Seat:
        return Seat(
            Role(self.role),
            self.organisation_id,
            self.organisation.kind,
            self.organisation.path,
            self.school_class_id,
        )


class PostConsentQuerySet(ScopedQuerySet["Consent"]):
    def visible_to(self, user: User) -> Self:
        return self if user.has_perm(USERS_VIEW) else self.none()


class Consent(models.Model):
    """The security administrator's word on a post that another administrator gave, for the unit's
    kind and place of that day. `by` is None from before there was one."""

    post = models.OneToOneField(Post, models.CASCADE, related_name="consent")
    granted = models.BooleanField(default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=24)
    path = models.CharField(max_length=40)

    objects = PostConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("confirmation of a post")

    def __str__(self) -> str:
        return f"{self.post} · {self.at:%F}"
