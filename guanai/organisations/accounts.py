"""Sign-in by allauth; nobody signs himself up for an account."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

ALWAYS_OPEN = ("/accounts/password/change/", "/accounts/logout/", "/static/", "/language/")


def from_this_machine(request: HttpRequest) -> bool:
    """Whether the request came straight from loopback, not through a proxy on it."""
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class ClosedAccounts(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Demo accounts, whose password is printed, work on loopback only.

        Raises ValidationError, which the sign-in page shows.
        """
        if settings.HOME.is_demo and not from_this_machine(request):
            raise ValidationError(_("Demo accounts work only on the machine that runs the demo."))
        return super().authenticate(request, **credentials)

    def set_password(self, user: Any, password: str) -> None:
        """What the user chose himself is not temporary."""
        user.password_is_temporary = False
        super().set_password(user, password)


class OwnPasswordMiddleware:
    """Who came in by a password that was given out chooses his own before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        waiting = getattr(request.user, "password_is_temporary", False)
        if waiting and not request.path.startswith(ALWAYS_OPEN):
            return redirect("account_change_password")
        return self.get_response(request)
