"""Users: accounts, their one-time codes, and what their current posts let them do."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from copy import copy
from functools import cached_property, reduce
from operator import or_
from typing import Any, ClassVar, NamedTuple, Self
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models.posts import Post
from guanai.organisations.models.signin import SignsIn
from guanai.organisations.rules import (
    CODES_GIVE,
    CONFIRMED_ROLES,
    SEPARATE,
    USERS_VIEW,
    Role,
    Scope,
    Seat,
    Way,
    go_together,
    scope_of,
    verbs_of,
    way_to_code,
)

CODE_DAYS = 7
CODE_AGAIN = dt.timedelta(minutes=30)
UNUSED_DAYS = 90  # after which the security administrator is told of an account


class Issued(NamedTuple):
    """An account and the one-time code that was just made for it, to be handed over."""

    user: User
    code: str


def one_time_code() -> str:
    """Twelve characters (59 bits) that are not mistaken for one another when read from paper."""
    return "-".join(
        "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _i in range(4))
        for _j in range(3)
    )


def quick_hash(code: str) -> str:
    """A code is random and lives for a week: a slow hash would only delay a list of hundreds."""
    hasher = copy(get_hasher())
    if isinstance(hasher, Argon2PasswordHasher):
        hasher.time_cost, hasher.memory_cost = 1, 8 * 1024
    return hasher.encode(code, hasher.salt())


class UserQuerySet(ScopedQuerySet["User"]):
    def visible_to(self, user: User) -> Self:
        """Administrators see accounts; the level above those below; everybody his own."""
        if user.has_perm(USERS_VIEW):
            return self
        return self.filter(pk__in=[user.pk, *below(user)])

    def never_in(self) -> Self:
        """Those whose one-time code has not been used yet."""
        return self.filter(password_is_temporary=True, last_login=None)

    def unused(self) -> Self:
        """Nobody has signed in for UNUSED_DAYS."""
        since = timezone.now() - dt.timedelta(days=UNUSED_DAYS)
        return self.filter(Q(last_login=None) | Q(last_login__lt=since), date_joined__lt=since)

    def without_post(self) -> Self:
        """Whose last post has ended, or who never had one."""
        return self.exclude(pk__in=Post.objects.unfinished().values("user"))


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
    code_until = models.DateTimeField(null=True)  # a given-out password lets in until then
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
    def other_posts(self) -> list[Post]:
        """Posts that open nothing today: waiting, to come, refused or ended, the latest first."""
        rows = Post.objects.filter(user=self).exclude(pk__in=[p.pk for p in self.current_posts])
        return list(rows.select_related("organisation", "consent").order_by("-since"))

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

    @classmethod
    @transaction.atomic
    def open_account(cls, username: str, name: str, post: Post, *, by: User | None) -> Issued:
        """A new account with its first post; its one-time code is shown once and never stored.

        Raises RuleBroken when the name is taken. `by` is None only for the machine's owner, when
        a county begins: only then the post waits for nobody.
        """
        if cls.objects.filter(username=username).exists():
            raise RuleBroken("user.taken", _("This user name is taken."))
        user = cls(username=username, name=name)
        code = user._take_code()
        user.save()
        post.user, post.asked_by = user, by
        post.save()
        if by is None:
            post.decide(granted=True, by=None)
        record(
            "organisations.user.open",
            by=by,
            subject=user,
            role=post.role,
            path=post.organisation.path,
        )
        return Issued(user, code)

    def _take_code(self) -> str:
        code = one_time_code()
        self.password, self.password_is_temporary = quick_hash(code), True
        self.code_until = timezone.now() + dt.timedelta(days=CODE_DAYS)
        return code

    def way_to_code(self, by: User) -> Way:
        """How this user comes to a new code for this account."""
        posts = Post.objects.filter(user=self).unfinished().select_related("organisation")
        new = Q(role__in=CONFIRMED_ROLES, consent=None)
        # What was confirmed once counts as open: a unit that was changed may be changed back.
        opened = [post.seat for post in posts.exclude(new)]
        waiting = [post.seat for post in posts.filter(new)]
        return Way.NONE if by.pk == self.pk else way_to_code(by.seats, opened, waiting)

    @transaction.atomic
    def new_code(self, *, by: User, asked_by: User | None = None) -> Issued:
        """Replace a forgotten password; open sessions end with it.

        Raises RuleBroken for one's own, and where the user is not the level above, unless an
        administrator of another kind asked for it.
        """
        self.not_by_himself(by)
        if asked_by is None and self.way_to_code(by) != Way.ALONE:
            raise RuleBroken("code.not_yours", _("Another office gives the codes of this account."))
        code = self._take_code()
        self.save(update_fields=["password", "password_is_temporary", "code_until"])
        self.end_sessions(by=by)
        asked = asked_by.username if asked_by else ""
        record("organisations.user.code", by=by, subject=self, asked_by=asked)
        return Issued(self, code)

    @transaction.atomic
    def let_in(self, *, factors: bool) -> Issued:
        """A code for an administrator, by whoever runs the server and holds the recovery sheet;
        with `factors` a lost phone is forgotten too. The caller notes it. Raises RuleBroken."""
        if not self.roles & SEPARATE:
            said = _("“%s” is no administrator: the level above gives the code.")
            raise RuleBroken("code.no_administrator", said % self)
        code = self._take_code()
        self.save(update_fields=["password", "password_is_temporary", "code_until"])
        self.sessions.all().delete()
        if factors:
            Authenticator.objects.filter(user_id=self.pk).delete()
        return Issued(self, code)

    @property
    def may_come_in(self) -> bool:
        """False where the password is a one-time code that was used or has expired."""
        fresh = self.code_until is not None and self.code_until > timezone.now()
        return fresh or not self.password_is_temporary

    def use_code(self) -> bool:
        """Use up the one-time code, if that is what the password is; whether it still held. For a
        little while it lets in again: a connection may break before the own password is set."""
        now = timezone.now()
        fresh = User.objects.filter(pk=self.pk, code_until__gt=now)
        ends = Least("code_until", Value(now + CODE_AGAIN, models.DateTimeField()))
        return not self.password_is_temporary or bool(fresh.update(code_until=ends))

    @transaction.atomic
    def switch(self, active: bool, *, by: User) -> None:
        """Close (this ends its sessions) or reopen the account. Raises RuleBroken for one's own."""
        self.not_by_himself(by)
        if not active:
            for post in Post.objects.filter(user=self).current():
                post.not_the_last()
        self.is_active = active
        self.save(update_fields=["is_active"])
        if not active:
            self.end_sessions(by=by)
        record("organisations.user.switch", by=by, subject=self, active=active)

    @transaction.atomic
    def give(self, post: Post, *, by: User) -> Post:
        """A further post, which may have to wait for its confirmation.

        Raises RuleBroken for oneself, and where roles must be apart.
        """
        self.not_by_himself(by)
        if post.organisation.closed_on:
            raise RuleBroken("post.unit_closed", _("This unit is closed: it has no new posts."))
        held = set(Post.objects.filter(user=self).unfinished().values_list("role", flat=True))
        if not go_together(held | {post.role}):
            raise RuleBroken(
                "post.separate",
                _("An administrator or auditor holds no other role; open a second account."),
            )
        post.user, post.asked_by = self, by
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


def below(user: User) -> list[int]:
    """Keys of the accounts to which this user, as the level above, gives new codes alone."""
    if not user.has_perm(CODES_GIVE):
        return []
    near = reduce(or_, (Q(organisation__path__startswith=seat.path) for seat in user.seats))
    posts = Post.objects.unfinished().select_related("organisation")
    held: dict[int, list[Seat]] = {}
    for post in posts.filter(user__in=Post.objects.unfinished().filter(near).values("user")):
        held.setdefault(post.user_id, []).append(post.seat)
    return [
        key
        for key, seats in held.items()
        if key != user.pk and way_to_code(user.seats, seats, []) == Way.ALONE
    ]
