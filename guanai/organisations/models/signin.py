"""How an account comes in: sessions, second factors, and what slows guessing down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.crypto import vault
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations import slowing
from guanai.organisations.rules import FACTORS_CHANGE, WIDE, Role, Way

if TYPE_CHECKING:
    from guanai.organisations.models.users import User


class SessionQuerySet(ScopedQuerySet["Session"]):
    def visible_to(self, user: User) -> Self:
        """Everybody's own that are not over."""
        return self.filter(user=user, expire_date__gt=timezone.now())


class Session(Outward, AbstractBaseSession):
    """Somebody signed in on a device. Made by `organisations.sessions`; no address is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions"
    )
    device = models.CharField(max_length=40, blank=True)
    began = models.DateTimeField()
    seen = models.DateTimeField()  # to the minute
    lacks_factor = models.BooleanField(default=False)

    objects = SessionQuerySet.as_manager()  # type: ignore[assignment,misc]

    @transaction.atomic
    def end(self, *, by: User) -> None:
        self.delete()
        record("organisations.session.end", by=by, subject=self.user, ended=1)


def factors() -> QuerySet[Any]:
    """Authenticators that count; recovery codes are for when one is lost."""
    found: QuerySet[Any] = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    return found.order_by("pk")


class Standing(NamedTuple):
    role: Role
    required: bool
    accounts: int
    guarded: int


class FactorRuleQuerySet(ScopedQuerySet["FactorRule"]):
    def visible_to(self, user: User) -> Self:
        return self if user.has_perm(FACTORS_CHANGE) else self.none()


class FactorRule(models.Model):
    """Whether a role must use a second factor, where that was decided.

    Undecided in a county, the roles that reach all of it must; in a demo nobody.
    """

    role = models.CharField(max_length=24, primary_key=True)
    required = models.BooleanField()

    objects = FactorRuleQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.role}={self.required}"

    @classmethod
    def roles(cls) -> set[Role]:
        """Those that must."""
        undecided = WIDE if settings.HOME.kind == "county" else frozenset()
        decided = dict(cls.objects.values_list("role", "required"))
        return {role for role in Role if decided.get(role, role in undecided)}

    @classmethod
    def standings(cls) -> list[Standing]:
        """Every role: whether it must, and how many open accounts hold it and have a factor."""
        from guanai.organisations.models.posts import Post

        must = cls.roles()
        posts = Post.objects.current().filter(user__is_active=True)
        holders = set(posts.values_list("role", "user_id"))
        guarded = set(factors().values_list("user_id", flat=True))
        table = []
        for role in Role:
            users = {user for held, user in holders if held == role}
            table.append(Standing(role, role in must, len(users), len(users & guarded)))
        return table

    @classmethod
    @transaction.atomic
    def decide(cls, roles: set[Role], *, by: User) -> None:
        """From now on these roles must and no others; who is in is asked within a minute."""
        before = cls.roles()
        rows = [cls(role=role, required=role in roles) for role in Role]
        cls.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["role"], update_fields=["required"]
        )
        record(
            "organisations.factor.rule",
            by=by,
            on=sorted(roles - before),
            off=sorted(before - roles),
        )


class SignsIn(models.Model):
    """The part of a user that concerns coming in."""

    if TYPE_CHECKING:
        sessions: Any

        @property
        def roles(self) -> set[Role]: ...

        not_by_himself: Callable[[User], None]
        way_to_code: Callable[[User], Way]

    class Meta:
        abstract = True

    @property
    def reaches_wide(self) -> bool:
        return bool(self.roles & WIDE)

    @property
    def factors(self) -> QuerySet[Any]:
        return factors().filter(user_id=self.pk)

    @property
    def recovery_codes(self) -> Any:
        """allauth's RecoveryCodes; None without any."""
        kind = Authenticator.Type.RECOVERY_CODES
        row = Authenticator.objects.filter(user_id=self.pk, type=kind).first()
        return row and row.wrap()

    def needs_factor(self) -> bool:
        return bool(self.roles & FactorRule.roles())

    def lacks_factor(self) -> bool:
        """Whether a role asks for a second factor and there is none yet."""
        return self.needs_factor() and not self.factors.exists()

    @transaction.atomic
    def remove_factor(self, key: int, *, by: User) -> None:
        """One's own. Raises RuleBroken for the last one of somebody who must have one."""
        factor = self.factors.select_for_update().filter(pk=key).first()
        if factor is None:
            raise RuleBroken("factor.gone", _("It is not there any more."))
        if self.factors.count() == 1:
            if self.needs_factor():
                raise RuleBroken(
                    "factor.last",
                    _("Your role needs a second factor. Add another one before you remove this."),
                )
            Authenticator.objects.filter(user_id=self.pk).delete()  # recovery codes too
        else:
            factor.delete()
        record("organisations.factor.remove", by=by, subject=self, kind=factor.type)

    @transaction.atomic
    def drop_second_factor(self, *, by: User) -> None:
        """The phone is lost: all factors and recovery codes go, all sessions end.

        Whoever may come to a new code for the account may do this. A password is not given with it,
        so that accounts whose code takes two persons still take two. Raises RuleBroken otherwise.
        """
        self.not_by_himself(by)
        if not self.way_to_code(by):
            raise RuleBroken("factor.not_yours", _("Another office does this for the account."))
        kinds = list(self.factors.values_list("type", flat=True))
        Authenticator.objects.filter(user_id=self.pk).delete()
        record("organisations.factor.drop", by=by, subject=self, kinds=kinds)
        self.end_sessions(by=by)

    @transaction.atomic
    def end_sessions(self, *, by: User, but: str | None = None) -> None:
        """All of the account's; `but` is the key of one that stays."""
        ended: int = self.sessions.exclude(pk=but or "").delete()[0]
        if ended:
            record("organisations.session.end", by=by, subject=self, ended=ended)


class Lane(models.Model):
    """How often sign-ins failed lately on one side; see `organisations.slowing`.

    The key is a keyed hash of an account's name with an address or device, or of one of them:
    neither names nor addresses stand here.
    """

    key = models.BigIntegerField(primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.failures}"

    @staticmethod
    def key_of(*sides: str) -> int:
        digest = salted_hmac("guanai.lane", "\n".join(sides), algorithm="sha256").digest()
        return int.from_bytes(digest[:8], "big") >> 1

    @classmethod
    @transaction.atomic
    def enter(cls, own: int, wide: list[int], *, known: bool) -> tuple[int, int]:
        """Count one more failure in the lane `own`, and at its account and its address (`wide`).

        Returns (seconds to wait, most failures in one of them); while there is a wait, counts none.
        """
        now = timezone.now()
        fresh = now - dt.timedelta(seconds=slowing.MEMORY)
        keys = [own, *wide]
        rows = cls.objects.select_for_update().filter(key__in=keys, at__gt=fresh).order_by("key")
        found = {row.key: row for row in rows}
        count = {key: found[key].failures if key in found else 0 for key in keys}
        under_fire = any(count[key] >= slowing.FIRE for key in wide)
        pause = slowing.pause(count[own], known=known, under_fire=under_fire)
        passed = (now - found[own].at).total_seconds() if own in found else 0
        if passed < pause:
            return int(pause - passed) + 1, max(count.values())
        Lane.objects.bulk_create(
            [Lane(key=key, failures=count[key] + 1, at=now) for key in keys],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["failures", "at"],
        )
        return 0, max(count.values()) + 1

    @classmethod
    @transaction.atomic
    def leave(cls, own: int, wide: list[int]) -> None:
        """It was no failure: its own lane is clear, the wide ones as they were before."""
        cls.objects.filter(key=own).delete()
        cls.objects.filter(key__in=wide, failures__gt=0).update(failures=F("failures") - 1)

    @classmethod
    def spend(cls, *sides: str) -> bool:
        """Whether this is the first use; a one-time code works once, in whichever process."""
        _row, first = cls.objects.get_or_create(
            key=cls.key_of(*sides), defaults={"at": timezone.now()}
        )
        return first

    @classmethod
    def forget_old(cls) -> None:
        forgotten = timezone.now() - dt.timedelta(seconds=slowing.MEMORY)
        cls.objects.filter(at__lt=forgotten).delete()


def tell_of_factor(instance: Any, created: bool, **_signal: Any) -> None:
    """Into the audit, in the transaction in which allauth adds it."""
    if created:
        with transaction.atomic():
            record(
                "organisations.factor.add",
                by=instance.user,
                subject=instance.user,
                kind=instance.type,
            )


def renew_factor(row: Any) -> bool:
    """Bring the secret of an app, or of recovery codes, under the newest county key."""
    before = dict(row.data)
    for name in {"secret", "seed"} & row.data.keys():
        row.data[name] = vault().county.renewed(bytes.fromhex(row.data[name]), FACTOR_FIELD).hex()
    return bool(row.data != before)


FACTOR_FIELD = "account.factor"
