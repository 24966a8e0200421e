"""One-time codes on paper: a slip for each person, to cut out and hand over."""

from __future__ import annotations

import io
from collections.abc import Iterable

import segno
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.core.documents.press import press
from guanai.organisations.models import Issued, Post


def print_slips(issued: Iterable[Issued], address: str) -> bytes:
    """The slips as PDF, ten to an A4 sheet, in the order given."""
    slips = [_slip(one) for one in issued]
    steps = [
        _("Open %s in a browser.") % address,
        _("Sign in with the user name and the one-time code: it works once, until the day below."),
        _("Choose a password of your own; from then on only it counts. Destroy this slip."),
    ]
    words = {
        "title": _("Guanai: your account"),
        "username": _("user name"),
        "code": _("one-time code"),
        "until": _("valid until"),
    }
    data = {"slips": slips, "steps": steps, "words": words, "qr": _qr(address)}
    return press("slip.typ", data).pdf


def _qr(address: str) -> str:
    file = io.BytesIO()
    segno.make_qr(address, error="m").save(file, kind="svg", border=0, xmldecl=False)
    return file.getvalue().decode()


def _slip(one: Issued) -> dict[str, str]:
    until = one.user.code_until
    posts = Post.objects.filter(user=one.user).unfinished().select_related("organisation")
    return {
        "name": one.user.name,
        "post": "、".join(map(str, posts)),
        "username": one.user.username,
        "code": one.code,
        "until": f"{timezone.localtime(until):%Y-%m-%d %H:%M}" if until else "",
    }
