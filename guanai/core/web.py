"""What every page shares: broken rules become answers, the shell knows who is here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from guanai.core.broken import FULL, RuleBroken, is_full
from guanai.core.locks import Busy, lost
from guanai.core.models import Moved
from guanai.core.registries import finders, rooms

if TYPE_CHECKING:
    from guanai.organisations.models import User

P = ParamSpec("P")
MOVED = _(
    "What you wrote belongs to a file that was joined with another meanwhile. Nothing was saved."
)
ANYBODY = ""  # a page for everybody with an account
GET_POST = ["GET", "HEAD", "POST"]
# What is handed out, by the ending of its name.
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "jpg": "image/jpeg",
    "pdf": "application/pdf",
    "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class SignedIn(HttpRequest):
    """The request that a view behind `needs` is given."""

    user: User


def needs(
    *perms: str,
) -> Callable[
    [Callable[Concatenate[SignedIn, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """The verbs of which a page asks for one; every view says this (a test visits them all).

    Rows inside the page still go through `permitted` and `visible_to`. `needs(ANYBODY)` is for
    pages that hold nothing about others.
    """

    def wrap(view: Callable[Concatenate[SignedIn, P], HttpResponseBase]) -> Any:
        @wraps(view)
        def door(request: SignedIn, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if ANYBODY not in perms and not any(request.user.has_perm(perm) for perm in perms):
                request.user.refused(perms[0], view.__name__)
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded: Any = login_required(door)
        guarded.perms = perms
        return guarded

    return wrap


def form_page(request: HttpRequest, template: str, form: BaseForm, **context: Any) -> HttpResponse:
    """The page of a form; 422 if what was posted is wrong."""
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"form": form, **context}, status=status)


def formed(
    request: HttpRequest,
    template: str,
    form: BaseForm,
    save: Callable[[], HttpResponse],
    **context: Any,
) -> HttpResponse:
    """What `save` answers once the form is right; until then its page, with a rule that `save`
    found broken among what is wrong."""
    if form.is_valid():
        try:
            return save()
        except RuleBroken as broken:
            form.add_error(None, broken.message)
    return form_page(request, template, form, **context)


def handed(content: bytes, name: str, *, shown: bool = False) -> HttpResponse:
    """A file of that name, of one of TYPES, to be kept; `shown`: for the browser to open."""
    how = content_disposition_header(not shown, name) or ""
    kind = TYPES[name.rpartition(".")[2]]
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": how})


def to(url: str) -> HttpResponseRedirect:
    """On to another page after something was done (303: asked for by GET)."""
    return HttpResponseRedirect(url, status=303)


def whole(text: str | None, most: int = 10**9) -> int:
    """A whole number out of an address, 0 … `most`; 0 for anything else that was typed there."""
    return min(int(text), most) if text and text.isascii() and text.isdigit() else 0


class RuleBrokenMiddleware:
    """RuleBroken → 422: a fragment for htmx, JSON for a client, else a page that says the cure."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if lost(error):
            error = Busy()
        if is_full(error):
            return _told(request, RuleBroken("disk.full", FULL), 507)
        if isinstance(error, Moved):
            error = _followed(request, error)
        return _answered(request, error) if isinstance(error, RuleBroken) else None


def _answered(request: HttpRequest, error: RuleBroken) -> HttpResponse:
    browser = "application/json" not in request.headers.get("Accept", "")
    reads = request.method in {"GET", "HEAD"}
    if error.code == "file.moved" and reads:
        return redirect(error.cure)
    if error.cure and browser and request.method == "GET":
        return _led_to(error.cure, request)
    return _told(request, error, 422)


def _followed(request: HttpRequest, moved: Moved) -> RuleBroken:
    """An old link leads on; what is sent there is not taken for the other file."""
    there = request.get_full_path().replace(moved.was, moved.now)
    return RuleBroken("file.moved", MOVED, cure=there)


def _told(request: HttpRequest, error: RuleBroken, status: int) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"code": error.code, "message": error.message}, status=status)
    name = "core/rule_broken.html"
    if getattr(request, "htmx", False):
        name += "#notice"
    return render(request, name, {"error": error}, status=status)


def _led_to(cure: str, request: HttpRequest) -> HttpResponse:
    """To the page that gives what lacks, and from there back to where one was going."""
    if getattr(request, "htmx", False):  # the whole page, not the part that htmx asked for
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = cure
        return answer
    return redirect(f"{cure}?{urlencode({'next': request.path})}")


HEADERS = {
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class HeadersMiddleware:
    """Outside of all that answers, so that files and refusals bear the headers too.

    A request that no page could take is refused before a byte of it is read.

    What was shown to somebody signed in stays in no cache: village computers are shared.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def _refusal(self, request: HttpRequest) -> int:
        """413 for too large a body, 400 for a NUL in the address (no database takes it), else 0."""
        if whole(request.META.get("CONTENT_LENGTH")) > settings.REQUEST_MOST:
            return 413
        return 400 if "%00" in request.get_full_path() else 0

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer: HttpResponseBase
        code = self._refusal(request)
        if code:
            answer = render(request, "core/error.html", {"code": code}, status=code)
        else:
            answer = self.get_response(request)
        for name, value in HEADERS.items():
            answer[name] = value
        user = getattr(request, "user", None)  # none yet: a file of ours, or refused at the door
        if (user is not None and user.is_authenticated) or "Cache-Control" not in answer:
            answer["Cache-Control"] = "private, no-store"
        return answer


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame around every page: rooms that this user may enter, search, the demo's banner."""
    frame: dict[str, Any] = {"rooms": [], "demo": settings.HOME.is_demo, "search_url": ""}
    frame["large_text"] = request.COOKIES.get(settings.TEXT_COOKIE_NAME) == "large"
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return frame
    frame["idle"] = getattr(getattr(request, "session", None), "idle", 0)
    hrefs = {
        reverse(room.url): room
        for room in sorted(rooms.all(), key=lambda r: r.rank)
        if room.open_to(user)
    }
    here = max((href for href in hrefs if request.path.startswith(href)), key=len, default="")
    frame["rooms"] = [
        {"title": room.title, "about": room.about, "href": href, "here": href == here}
        for href, room in hrefs.items()
    ]
    for finder in finders.all():
        if finder.open_to(user):
            frame["search_url"] = reverse(finder.url)
    return frame
