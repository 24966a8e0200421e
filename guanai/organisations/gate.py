"""What comes before every page for somebody signed in."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import redirect, resolve_url
from django_htmx.http import HttpResponseClientRefresh

from guanai.organisations.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, HttpResponseBase
    from django.template.response import SimpleTemplateResponse

    from guanai.organisations.sessions import SessionStore

# What stays open until there is a password of one's own, and until there is a second factor.
PASSWORD_PAGES = ("/accounts/password/change/", "/accounts/logout/", "/static/", "/language/")
FACTOR_PAGES = ("/accounts/", "/static/", "/language/", "/text-size/", "/help/")


class GateMiddleware:
    """First a password of one's own, then the second factor that one's role needs, then the rest.

    Notes too that the session is in use, and sends a page whose session is over to sign in whole.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if isinstance(request.user, User):
            session: SessionStore = request.session  # type: ignore[assignment]
            session.note_use(request.user)
            if request.user.password_is_temporary and not request.path.startswith(PASSWORD_PAGES):
                return redirect("account_change_password")
            if session.lacks_factor and not request.path.startswith(FACTOR_PAGES):
                return redirect("mfa_index")
            return self.get_response(request)
        answer = self.get_response(request)
        to_sign_in = answer.get("Location", "").startswith(resolve_url(settings.LOGIN_URL))
        return HttpResponseClientRefresh() if request.htmx and to_sign_in else answer  # type: ignore[attr-defined]

    def process_template_response(
        self, request: HttpRequest, response: SimpleTemplateResponse
    ) -> HttpResponse:
        """Forms of allauth answer as ours do: 422 if something in them is wrong."""
        form: Any = (response.context_data or {}).get("form")
        if request.method == "POST" and form is not None and form.errors:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response
