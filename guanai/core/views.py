from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import select_template
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from guanai.core.backup.plan import Plan
from guanai.core.registries import greetings
from guanai.core.web import ANYBODY, SignedIn, needs


@require_safe
@needs(ANYBODY)
def home(request: SignedIn) -> HttpResponse:
    """Where one stands: posts, what waits in the rooms, and the rooms."""
    posts = request.user.current_posts
    parts = [
        {"template": part.template, "context": part.context(request.user)}
        for part in greetings.all()
        if part.open_to(request.user)
    ]
    roles = {post.role: post.get_role_display() for post in posts}
    return render(request, "core/home.html", {"posts": posts, "roles": roles, "parts": parts})


@require_safe
@needs(ANYBODY)
def guide(request: SignedIn, role: str = "") -> HttpResponse:
    """A role's help page; without a name that of one's own first post."""
    posts = request.user.current_posts
    titles = {post.role: post.get_role_display() for post in posts}
    role = role or next(iter(titles), "")
    choices = type(posts[0])._meta.get_field("role").choices if posts else []
    known = dict(choices or [])
    if role and role not in known:
        raise Http404
    language = "en" if (get_language() or "").startswith("en") else "zh"
    text = select_template([f"core/help/{role}.{language}.html", f"core/help/any.{language}.html"])
    return render(
        request,
        "core/help.html",
        {"text": text.render({}, request), "role": role, "title": known.get(role), "roles": known},
    )


@require_safe
@needs("core.view_backup")
def backups(request: SignedIn) -> HttpResponse:
    """Whether a lost disk would lose more than a day; changed at the server's command line only."""
    return render(request, "core/backups.html", {"plan": Plan.of_home()})


@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """Switch large text on or off; remembered by a cookie of this browser."""
    target = request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
        target = settings.LOGIN_REDIRECT_URL
    answer = redirect(target)
    large = request.COOKIES.get(settings.TEXT_COOKIE_NAME) == "large"
    answer.set_cookie(
        settings.TEXT_COOKIE_NAME,
        "" if large else "large",
        max_age=0 if large else 365 * 86400,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _error(status: int, code: object = None) -> Callable[..., HttpResponse]:
    """The page of an error; `code` is what the template tells it by, if not the status."""

    def page(request: HttpRequest, *_why: object, **_reason: object) -> HttpResponse:
        return render(request, "core/error.html", {"code": code or status}, status=status)

    return page


bad_request, forbidden, not_found, too_many = map(_error, (400, 403, 404, 429))
csrf_failure = _error(403, "csrf")


def broken(request: HttpRequest) -> HttpResponse:
    """Nothing of the frame can be trusted here: no database, no user."""
    return render(None, "core/500.html", status=500)
