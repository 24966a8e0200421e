"""Users and the posts that give them what they may do."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models.organisations import Organisation, SchoolClass
from guanai.organisations.rules import Role, Scope, Seat, scope_of, verbs_of

if TYPE_CHECKING:
    from collections.abc import Iterable


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


class User(AbstractBaseUser, Outward):
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

    def refused(self, perm: str, what: str, uid: object = "") -> None:
        """Leave a trace of a refused attempt; the id asked for is not a name."""
        record("refused", by=self, refused=True, perm=perm, what=what, asked=str(uid))


class PostQuerySet(ScopedQuerySet["Post"]):
    def visible_to(self, user: User) -> Self:
        """Who holds which post is the open directory of the offices."""
        return self if user.is_authenticated else self.none()

    def current(self) -> Self:
        today = timezone.localdate()
        return self.filter(Q(since__lte=today), Q(until=None) | Q(until__gte=today))


class Post(Outward):
    """A user's role in an organisation, from/to; it ends at the close of its last day."""

    user = models.ForeignKey(User, models.CASCADE, related_name="posts")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts")
    role = models.CharField(
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
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, null=True, blank=True)
    title = models.CharField(max_length=40, blank=True)  # 儿童主任, 儿童督导员, 班主任 …
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

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

    @property
    def seat(self) -> Seat:
        return Seat(
            Role(self.role),
            self.organisation_id,
            self.organisation.kind,
            self.organisation.path,
            self.school_class_id,
        )
