from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import select_template
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from guanai.core.backup.plan import Plan
from guanai.core.registries import greetings
from guanai.core.web import ANYBODY, needs

if TYPE_CHECKING:
    from guanai.core.web import SignedIn


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


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "core/error.html", {"code": 404}, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "core/error.html", {"code": 403}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "core/error.html", {"code": 400}, status=400)


def too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "core/error.html", {"code": 429}, status=429)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "core/error.html", {"code": "csrf"}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Nothing of the frame can be trusted here: no database, no user."""
    return render(None, "core/500.html", status=500)
