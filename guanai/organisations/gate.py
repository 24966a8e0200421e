"""What comes before every page for somebody signed in."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.template.response import SimpleTemplateResponse
from django_htmx.http import HttpResponseClientRefresh

from guanai.organisations.models import User
from guanai.organisations.sessions import SessionStore

# What stays open until there is a password of one's own, and until there is a second factor.
PASSWORD_PAGES = ("/accounts/password/change/", "/accounts/logout/", "/static/", "/language/")
FACTOR_PAGES = ("/accounts/", "/static/", "/language/", "/text-size/", "/help/")


class GateMiddleware:
    """First a password of one's own, then the second factor that one's role needs, then the rest.

    Notes too that the session is in use. A part of a page that is stopped here loads its page anew.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if isinstance(request.user, User):
            first = self.comes_first(request, request.user)
            answer = redirect(first) if first else self.get_response(request)
        else:
            answer = self.get_response(request)
            to = answer.get("Location", "")
            first = to if to.startswith(resolve_url(settings.LOGIN_URL)) else ""
        return HttpResponseClientRefresh() if first and request.htmx else answer  # type: ignore[attr-defined]

    @staticmethod
    def comes_first(request: HttpRequest, user: User) -> str:
        session: SessionStore = request.session  # type: ignore[assignment]
        if session.get("at_work") and not user.current_posts:
            user.end_sessions(by=user)  # the last day of the last post is over
            logout(request)
            return "account_login"
        session.note_use(user)
        if user.password_is_temporary and not request.path.startswith(PASSWORD_PAGES):
            return "account_change_password"
        if session.lacks_factor and not request.path.startswith(FACTOR_PAGES):
            return "mfa_index"
        return ""

    def process_template_response(
        self, request: HttpRequest, response: SimpleTemplateResponse
    ) -> HttpResponse:
        """Forms of allauth answer as ours do: 422 if something in them is wrong."""
        form: Any = (response.context_data or {}).get("form")
        if request.method == "POST" and form is not None and form.errors:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response
