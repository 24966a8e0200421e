"""Chromium of the system, driven by playwright; for screenshots and for tests marked `browser`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.test import Client

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from guanai.organisations.models import User

PHONE, DESK = 360, 1440  # px, the two widths at which pages are looked at
NARROW = 760  # px, below which a page is laid out for a phone
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
)


def executable() -> str:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or ""


@contextmanager
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    # Playwright keeps a loop in this thread; Django would refuse its own database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        try:
            yield chromium
        finally:
            chromium.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


def window(
    chromium: Browser, url: str, *, user: User | None = None, width: int = DESK
) -> BrowserContext:
    """A window at `url` (scheme and host) in which this user is signed in; nothing else loads."""
    context = chromium.new_context(
        base_url=url,
        viewport={"width": width, "height": 800 if width < NARROW else 900},
        device_scale_factor=2 if width < NARROW else 1,
        locale="zh-CN",
        timezone_id=settings.TIME_ZONE,
    )
    context.route(lambda address: not address.startswith(url), lambda route: route.abort())
    if user is not None:
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
    return context
