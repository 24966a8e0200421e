"""A try to come in: in which lane it stands, whether it must wait, what the audit learns of it."""

from __future__ import annotations

import secrets
from contextlib import suppress

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from guanai.audit.models import record
from guanai.organisations.models import Lane, User

DEVICE_DAYS, DEVICE_ACCOUNTS = 180, 8  # how long a device is known, and for how many accounts
QUIET_AFTER = 50  # tries for unknown names; then every hundredth is recorded, lest the log fills


class Attempt:
    """A try to come in as somebody, in the lane of the account at this device or address."""

    def __init__(self, request: HttpRequest, name: str, step: str = "password") -> None:
        self.request, self.step = request, step
        self.name = name.strip().casefold()
        self.mark = f"{Lane.key_of('known', self.name):x}"
        self.device, self.marks = self._device()
        self.known = self.mark in self.marks
        self.address = self._address()
        side = self.device if self.known else self.address
        self.own = Lane.key_of(step, self.name, side)
        wide = ("name", self.name), ("from", side)
        self.wide = [] if self.known else [Lane.key_of(*lane) for lane in wide]
        self.tries = 0

    def enter(self) -> None:
        """Raises ValidationError that says how long to wait."""
        wait, self.tries = Lane.enter(self.own, self.wide, known=self.known)
        if wait:
            told = _("Too many wrong tries from here. Try again in %d seconds.") % wait
            raise ValidationError(told, code="wait")

    def succeeded(self) -> None:
        Lane.leave(self.own, self.wide)

    def failed(self) -> None:
        """Into the audit; a name that no account has stands there as a keyed hash only."""
        user = User.objects.filter(username__iexact=self.name).first()
        if user is None and self.tries > QUIET_AFTER and self.tries % 100:
            return
        record(
            "organisations.sign_in",
            by=None,
            subject=user,
            refused=True,
            step=self.step,
            tries=self.tries,
            known_device=self.known,
            address=self.address,
            **({} if user else {"unknown_name": self.mark}),
        )

    def remember(self, response: HttpResponse) -> None:
        """From now on this account has a lane of its own on this device."""
        marks = [*(mark for mark in self.marks if mark != self.mark), self.mark]
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            signing.dumps([self.device, marks[-DEVICE_ACCOUNTS:]], salt="device"),
            max_age=DEVICE_DAYS * 24 * 3600,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )

    def _device(self) -> tuple[str, list[str]]:
        try:
            cookie = self.request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
            device, marks = signing.loads(cookie, salt="device")
        except signing.BadSignature:
            return secrets.token_hex(8), []
        return device, marks

    def _address(self) -> str:
        """The client's, of IPv6 the network; “” if nobody can tell."""
        with suppress(PermissionDenied):
            return str(get_ip(self.request))
        return ""
