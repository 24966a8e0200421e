"""Sign-in by allauth; nobody signs himself up for an account."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _


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
