"""Where the second of two persons decides: posts that open something, codes of such accounts."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from guanai.core.web import SignedIn, needs
from guanai.organisations.models import CodeRequest, Post
from guanai.organisations.rules import CODES_CONFIRM, POSTS_CONFIRM
from guanai.organisations.views.users import handed_out

MOST = 300  # posts shown and confirmed at once


def as_seen(post: Post) -> str:
    """What a post's box says: only what was on the page is confirmed, for its unit as it was."""
    return f"{post.uid}:{post.organisation.kind}:{post.organisation.path}"


def waiting_posts(request: SignedIn) -> list[Post]:
    if not request.user.has_perm(POSTS_CONFIRM):
        return []
    told = ("user", "organisation__place", "school_class", "asked_by")
    rows = Post.objects.visible_to(request.user).waiting().exclude(user=request.user)
    return list(rows.select_related(*told).order_by("asked_at", "pk")[:MOST])


def asked_codes(request: SignedIn) -> list[CodeRequest]:
    rows = CodeRequest.objects.visible_to(request.user).select_related("user", "asked_by")
    return list(rows.order_by("asked_at"))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(POSTS_CONFIRM, CODES_CONFIRM)
def waiting(request: SignedIn) -> HttpResponse:
    """Posts to confirm one by one or all of the page, and codes to confirm; POST decides posts."""
    posts = waiting_posts(request)
    if request.method == "POST":
        if not request.user.has_perm(POSTS_CONFIRM):
            request.user.refused(POSTS_CONFIRM, "waiting")
            raise PermissionDenied
        boxes = request.POST.getlist("shown" if "all" in request.POST else "post")
        chosen = [post for post in posts if as_seen(post) in set(boxes)]
        with transaction.atomic():
            for post in chosen:
                post.decide(granted="refuse" not in request.POST, by=request.user)
        messages.success(request, _("Decided: %d posts.") % len(chosen))
        return redirect("organisations:waiting")
    codes = [(one, one.may_confirm(request.user)) for one in asked_codes(request)]
    context = {"posts": [(post, as_seen(post)) for post in posts], "codes": codes, "most": MOST}
    return render(request, "organisations/waiting.html", context)


@require_POST
@needs(CODES_CONFIRM)
def asked(request: SignedIn) -> HttpResponse:
    """Confirm or drop the chosen requests for codes; the codes leave in the answer."""
    boxes = set(request.POST.getlist("code"))
    chosen = [one for one in asked_codes(request) if str(one.uid) in boxes]
    with transaction.atomic():
        if "drop" in request.POST:
            for one in chosen:
                one.drop(by=request.user)
            issued = []
        else:
            issued = [one.confirm(by=request.user) for one in chosen]
    return handed_out(request, issued) if issued else redirect("organisations:waiting")
