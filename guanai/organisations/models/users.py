"""Users and the posts that give them what they may do."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward, ScopedQuerySet
from guanai.core.registries import staff
from guanai.organisations.models.organisations import Organisation, SchoolClass
from guanai.organisations.models.signin import SignsIn
from guanai.organisations.rules import Role, Scope, Seat, go_together, scope_of, verbs_of

if TYPE_CHECKING:
    from collections.abc import Iterable


def one_time_password() -> str:
    """Twelve characters that are not mistaken for one another when read from paper."""
    return "-".join(
        "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _i in range(4))
        for _j in range(3)
    )


class UserQuerySet(ScopedQuerySet["User"]):
    def visible_to(self, user: User) -> Self:
        """Administrators see accounts; everybody else their own."""
        if user.has_perm("organisations.change_user") or user.has_perm("organisations.view_user"):
            return self
        return self.filter(pk=user.pk)


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, username: str, password: str | None = None, **facts: Any) -> User:
        user: User = self.model(username=username, **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(SignsIn, AbstractBaseUser, Outward):
    """An account. What it may do comes from its current posts alone; there is no superuser."""

    username = models.CharField(max_length=40, unique=True, validators=[UnicodeUsernameValidator()])
    name = models.CharField(max_length=40)
    is_active = models.BooleanField(default=True)
    password_is_temporary = models.BooleanField(default=False)  # given out, to be changed at once
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    is_staff = False
    is_superuser = False

    objects = UserManager()

    class Meta:
        verbose_name = _("user")

    def __str__(self) -> str:
        return self.name or self.username

    @cached_property
    def current_posts(self) -> list[Post]:
        """Read once a request; drop the attribute after changing posts."""
        return list(Post.objects.filter(user=self).current().select_related("organisation"))

    @cached_property
    def seats(self) -> list[Seat]:
        return [post.seat for post in self.current_posts]

    @cached_property
    def scope(self) -> Scope:
        return scope_of(self.seats)

    @cached_property
    def verbs(self) -> frozenset[str]:
        return verbs_of(self.seats)

    @property
    def reach(self) -> str:
        """A word for who one is and what one may see today: whatever is kept for him goes by it."""
        posts = hashlib.blake2b(repr(self.seats).encode(), digest_size=8).hexdigest()
        return f"{self.pk}.{posts}"

    @property
    def roles(self) -> set[Role]:
        return {seat.role for seat in self.seats}

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Whether a current post carries the verb; asked through Django's backends."""
        from django.contrib import auth

        return self.is_active and any(
            backend.has_perm(self, perm, obj)
            for backend in auth.get_backends()
            if hasattr(backend, "has_perm")
        )

    def has_perms(self, perms: Iterable[str], obj: models.Model | None = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app: str) -> bool:
        return any(verb.startswith(f"{app}.") for verb in self.verbs)

    @classmethod
    @transaction.atomic
    def open_account(cls, username: str, name: str, post: Post, *, by: User | None) -> str:
        """A new account with its first post; the one-time password, shown once and never stored.

        Raises RuleBroken when the name is taken. `by` is None only when a county begins.
        """
        if cls.objects.filter(username=username).exists():
            raise RuleBroken("user.taken", _("This user name is taken."))
        password = one_time_password()
        user = cls.objects.create_user(username, password, name=name, password_is_temporary=True)
        post.user = user
        post.save()
        record(
            "organisations.user.open",
            by=by,
            subject=user,
            role=post.role,
            path=post.organisation.path,
        )
        return password

    @transaction.atomic
    def new_password(self, *, by: User) -> str:
        """Replace a forgotten password by a one-time one, which is returned and never stored.

        Raises RuleBroken for one's own.
        """
        self.not_by_himself(by)
        password = one_time_password()
        self.set_password(password)
        self.password_is_temporary = True
        self.save(update_fields=["password", "password_is_temporary"])
        self.end_sessions(by=by)
        record("organisations.user.password", by=by, subject=self)
        return password

    @transaction.atomic
    def switch(self, active: bool, *, by: User) -> None:
        """Close (this ends its sessions) or reopen the account. Raises RuleBroken for one's own."""
        self.not_by_himself(by)
        self.is_active = active
        self.save(update_fields=["is_active"])
        if not active:
            self.end_sessions(by=by)
        record("organisations.user.switch", by=by, subject=self, active=active)

    @transaction.atomic
    def give(self, post: Post, *, by: User) -> Post:
        """A further post. Raises RuleBroken for oneself, and where roles must be apart."""
        self.not_by_himself(by)
        held = set(Post.objects.filter(user=self).unfinished().values_list("role", flat=True))
        if not go_together(held | {post.role}):
            raise RuleBroken(
                "post.separate",
                _("An administrator or auditor holds no other role; open a second account."),
            )
        post.user = self
        post.save()
        record("organisations.post.give", by=by, subject=post, role=post.role)
        return post

    def not_by_himself(self, by: User) -> None:
        """Nobody changes what his own account may do."""
        if by.pk == self.pk:
            raise RuleBroken("user.own", _("Another administrator does this for your account."))

    def refused(self, perm: str, what: str, uid: object = "") -> None:
        """Leave a trace of a refused attempt; the id asked for is not a name."""
        about = (what[:40], uid if isinstance(uid, UUID) else None)
        record("refused", by=self, subject=about, refused=True, perm=perm, asked=str(uid))


def tell_staff(paths: Iterable[str]) -> None:
    """Let the rooms above know that somebody else may answer for these places."""
    for path in paths:
        for told in staff.all():
            told(path)


class PostQuerySet(ScopedQuerySet["Post"]):
    def visible_to(self, user: User) -> Self:
        """Who holds which post is the open directory of the offices."""
        return self if user.is_authenticated else self.none()

    def current(self) -> Self:
        today = timezone.localdate()
        return self.filter(Q(since__lte=today), Q(until=None) | Q(until__gte=today))

    def unfinished(self) -> Self:
        """Current ones and those still to come."""
        return self.filter(Q(until=None) | Q(until__gte=timezone.localdate()))


class Post(Outward):
    """A user's role in an organisation, from/to; it ends at the close of its last day."""

    user = models.ForeignKey(User, models.CASCADE, related_name="posts")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="posts", verbose_name=_("organisation")
    )
    role = models.CharField(
        _("role"),
        max_length=24,
        choices=[
            (Role.VILLAGE_WORKER, _("village worker")),
            (Role.TOWNSHIP_SUPERVISOR, _("township supervisor")),
            (Role.CLASS_TEACHER, _("class teacher")),
            (Role.SCHOOL_OFFICE, _("school office")),
            (Role.COUNTY_OFFICE, _("county office")),
            (Role.COUNTY_LEADER, _("county leader")),
            (Role.HELPER, _("helper")),
            (Role.SYSTEM_ADMIN, _("system administrator")),
            (Role.SECURITY_ADMIN, _("security administrator")),
            (Role.AUDITOR, _("auditor")),
        ],
    )
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, blank=True, verbose_name=_("class")
    )
    title = models.CharField(_("title"), max_length=40, blank=True)  # 儿童主任, 班主任 …
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

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
        """The post's last day; from the next on it opens nothing."""
        self.user.not_by_himself(by)
        if on < self.since:
            raise RuleBroken("post.ends_early", _("The last day lies before the first."))
        self.until = on
        self.save(update_fields=["until"])
        record("organisations.post.end", by=by, subject=self, role=self.role)

    @property
    def is_current(self) -> bool:
        today = timezone.localdate()
        return self.since <= today and (self.until is None or today <= self.until)

    @property
    def seat(self) -> Seat:
        return Seat(
            Role(self.role),
            self.organisation_id,
            self.organisation.kind,
            self.organisation.path,
            self.school_class_id,
        )
