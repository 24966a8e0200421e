"""Sign-in by allauth; nobody signs himself up for an account."""

from __future__ import annotations

import time
from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from guanai.audit.models import record
from guanai.core.crypto import vault
from guanai.organisations import slowing
from guanai.organisations.attempts import Attempt
from guanai.organisations.models import Lane, User
from guanai.organisations.models.signin import FACTOR_FIELD
from guanai.organisations.sessions import SessionStore


def from_this_machine(request: HttpRequest) -> bool:
    """Whether the request came straight from loopback, not through a proxy on it."""
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class Argon2(Argon2PasswordHasher):
    """Argon2id with 32 MiB and three rounds, above OWASP's least (19 MiB, two rounds; 2025), and
    small enough for three sign-ins at a time in a worker of 200 MB."""

    time_cost = 3
    memory_cost = 32 * 1024
    parallelism = 1


class OwnWords:
    """Words that a guesser here would try first: the user's, the house's, the county's code."""

    def validate(self, password: str, user: User | None = None) -> None:
        own = [user.username, user.name] if user else []
        words = [*own, "guanai", "关爱", settings.HOME.county_code[:6]]
        if any(len(word) > 1 and word.lower() in password.lower() for word in words):
            raise ValidationError(self.get_help_text(), code="password_own_words")

    def get_help_text(self) -> str:
        return _("A password holds neither your name nor that of this system or its county.")


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """After signing in one goes to a page of this house only."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Raises ValidationError, which the sign-in page shows, when it must wait."""
        attempt = Attempt(request, credentials["username"])
        attempt.enter()
        user = super().authenticate(request, **credentials)
        attempt.succeeded() if user else attempt.failed()
        if user and not user.may_come_in:
            told = _("This one-time code was used or has expired. Ask for a new one.")
            raise ValidationError(told)
        return user

    def pre_login(self, request: HttpRequest, user: Any, **facts: Any) -> Any:
        """Demo accounts, whose password is printed, work on loopback only."""
        if settings.HOME.is_demo and not from_this_machine(request):
            told = _("Demo accounts work only on the machine that runs the demo.")
            self.add_message(request, messages.ERROR, message=told)
            return redirect("account_login")
        return super().pre_login(request, user, **facts)

    def login(self, request: HttpRequest, user: Any) -> None:
        """The second factor is behind us: only now a one-time code is used up."""
        ways = {way["method"] for way in get_authentication_records(request, user)}
        if "password" in ways and not user.use_code():
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)
        session: SessionStore = request.session  # type: ignore[assignment]
        session.begin(user, slowing.device(request.headers.get("User-Agent", "")))

    def post_login(self, request: HttpRequest, user: Any, **facts: Any) -> Any:
        attempt = Attempt(request, user.username)
        ways = [way.get("type", way["method"]) for way in get_authentication_records(request, user)]
        device = request.session.get("device")
        with transaction.atomic():
            record(
                "organisations.sign_in",
                by=user,
                subject=user,
                ways=ways,
                device=device,
                address=attempt.address,
            )
        response = super().post_login(request, user, **facts)
        attempt.remember(response)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> Any:
        record("organisations.sign_in", by=None, subject=user, refused=True, step="closed")
        return super().respond_user_inactive(request, user)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        way = {"id": "reauthenticate", "url": reverse("account_reauthenticate")}
        return [way] if user.is_authenticated else []

    def is_reauthentication_required(self, **facts: Any) -> bool:
        """Not in the minutes after sign-in, when somebody is led to set up a second factor."""
        request = context.request
        ways = get_authentication_records(request, request.user)
        recent = bool(ways) and time.time() - ways[-1]["at"] < settings.RECENT
        return not recent

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """On with what one came for, not the form again."""
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    @transaction.atomic
    def set_password(self, user: Any, password: str) -> None:
        """What the user chose himself is not temporary; all other sessions end."""
        user.password_is_temporary, user.code_until = False, None
        super().set_password(user, password)
        user.end_sessions(by=user, but=self.request.session.session_key)
        record("organisations.user.own_password", by=user, subject=user)


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """What allauth keeps about second factors is sealed under the county's key."""

    def encrypt(self, text: str) -> str:
        return vault().county.seal(text, FACTOR_FIELD).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return vault().county.open(bytes.fromhex(encrypted_text), FACTOR_FIELD)

    def get_totp_issuer(self) -> str:
        return str(settings.TITLE)


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """The second step of sign-in: guessing is slowed as for passwords, and a code works once."""

    def clean_code(self) -> str:
        attempt = Attempt(context.request, self.user.username, "code")
        attempt.enter()
        try:
            code: str = super().clean_code()
        except ValidationError:
            attempt.failed()
            raise
        digits = "".join(filter(str.isalnum, code))
        if not Lane.spend("spent", str(self.user.pk), digits):
            attempt.failed()
            raise SecondFactors().validation_error("incorrect_code")
        attempt.succeeded()
        return code
