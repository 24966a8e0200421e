"""The one way in which this room's forms are answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from guanai.core.broken import RuleBroken

if TYPE_CHECKING:
    from django.forms import Form

    from guanai.core.web import SignedIn

GET_POST = ["GET", "HEAD", "POST"]


def formed(
    request: SignedIn, form: Form, save: Callable[[], object], page: tuple[str, str], **context: Any
) -> HttpResponse:
    """The form in the first of `page`, a template (422 when something is wrong); saved, on to the
    second, an address."""
    if form.is_bound and form.is_valid():
        try:
            save()
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        else:
            return to(page[1])
    status = 422 if form.is_bound else 200
    return render(request, page[0], {"form": form, **context}, status=status)


def to(url: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(url, status=303)
