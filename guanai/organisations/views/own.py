"""One's own account: password, second factors, sessions."""

from __future__ import annotations

from ipaddress import ip_address
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanai.core.models import permitted
from guanai.core.web import ANYBODY, SignedIn, needs, whole
from guanai.organisations.models import FactorRule, Post, Session
from guanai.organisations.rules import FACTORS_CHANGE, OWN_SESSIONS, Role


@require_safe
@needs(ANYBODY)
def account(request: SignedIn) -> HttpResponse:
    factors = list(request.user.factors)
    codes = request.user.recovery_codes
    return render(
        request,
        "organisations/own.html",
        {
            "factors": factors,
            "has_app": any(factor.type == Authenticator.Type.TOTP for factor in factors),
            "codes": codes and len(codes.get_unused_codes()),
            "must": request.user.needs_factor(),
            "passkeys_work": passkeys_work(request),
            "sessions": Session.objects.visible_to(request.user).order_by("-seen"),
            "here": request.session.session_key,
        },
    )


def passkeys_work(request: HttpRequest) -> bool:
    """Browsers make passkeys for a host that has a name, over https (or on the machine itself)."""
    host = request.get_host().rpartition(":")[0] or request.get_host()
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return request.is_secure() or host == "localhost"
    return False


@require_POST
@needs(ANYBODY)
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def factor_removal(request: SignedIn) -> HttpResponse:
    request.user.remove_factor(whole(request.POST.get("factor")), by=request.user)
    messages.success(request, _("Removed."))
    return redirect("mfa_index")


@require_POST
@needs(OWN_SESSIONS)
def session_end(request: SignedIn, uid: UUID) -> HttpResponse:
    permitted(request.user, Session.objects.all(), uid, OWN_SESSIONS).end(by=request.user)
    return redirect("mfa_index")


@require_POST
@needs(ANYBODY)
def other_sessions_end(request: SignedIn) -> HttpResponse:
    request.user.end_sessions(but=request.session.session_key, by=request.user)
    messages.success(request, _("All other sessions have ended."))
    return redirect("mfa_index")


@require_safe
@needs(ANYBODY)
def token(request: SignedIn) -> HttpResponse:
    """For a page that stood open over a new sign-in: by it the form may be sent after all."""
    return HttpResponse(get_token(request), content_type="text/plain; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(FACTORS_CHANGE)
def factor_rules(request: SignedIn) -> HttpResponse:
    """Which roles must use a second factor, and how many of their accounts have one."""
    if request.method == "POST":
        FactorRule.decide(set(Role) & set(request.POST.getlist("role")), by=request.user)
        messages.success(request, _("Saved."))
        return redirect("organisations:factor_rules")
    table = [(Post(role=row.role).get_role_display(), row) for row in FactorRule.standings()]
    return render(request, "organisations/factor_rules.html", {"table": table})
