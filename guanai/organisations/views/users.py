from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from guanai.core.models import permitted
from guanai.core.web import needs
from guanai.organisations.forms import AccountForm, DayForm, PostForm
from guanai.organisations.models import Post, User
from guanai.organisations.rules import USERS_CHANGE, USERS_VIEW, Role

if TYPE_CHECKING:
    from guanai.core.web import SignedIn


@require_safe
@needs(USERS_VIEW)
def accounts(request: SignedIn) -> HttpResponse:
    """Every account with its current posts."""
    role = request.GET.get("role", "")
    rows = User.objects.visible_to(request.user).prefetch_related("posts__organisation")
    if role in set(Role):
        rows = rows.filter(posts__in=Post.objects.current().filter(role=role)).distinct()
    return render(
        request,
        "organisations/accounts.html",
        {
            "accounts": rows.order_by("username"),
            "role": role,
            "roles": Post._meta.get_field("role").choices,
            "may_change": request.user.has_perm(USERS_CHANGE),
        },
    )


@require_safe
@needs(USERS_VIEW)
def account(request: SignedIn, uid: UUID) -> HttpResponse:
    rows = User.objects.prefetch_related("posts__organisation__place")
    user = permitted(request.user, rows, uid, USERS_VIEW)
    return render(
        request,
        "organisations/account.html",
        {"account": user, "may_change": request.user.has_perm(USERS_CHANGE)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(USERS_CHANGE)
def open_account(request: SignedIn) -> HttpResponse:
    form = AccountForm(request.POST or None, initial={"since": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        password = User.open_account(
            data["username"], data["name"], form.save(commit=False), by=request.user
        )
        opened = User.objects.get(username=data["username"])
        return render(
            request, "organisations/password.html", {"account": opened, "password": password}
        )
    return render(
        request,
        "organisations/form.html",
        {"form": form, "title": _("New account")},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["POST"])
@needs(USERS_CHANGE)
def password(request: SignedIn, uid: UUID) -> HttpResponse:
    """A one-time password for somebody who forgot his; shown once."""
    user = permitted(request.user, User.objects.all(), uid, USERS_CHANGE)
    new = user.new_password(by=request.user)
    return render(request, "organisations/password.html", {"account": user, "password": new})


@require_http_methods(["POST"])
@needs(USERS_CHANGE)
def closure(request: SignedIn, uid: UUID) -> HttpResponse:
    """Close the account, or open it again."""
    user = permitted(request.user, User.objects.all(), uid, USERS_CHANGE)
    user.switch(not user.is_active, by=request.user)
    messages.success(request, _("Saved."))
    return redirect("organisations:account", user.uid)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(USERS_CHANGE)
def posts(request: SignedIn, uid: UUID) -> HttpResponse:
    """Give somebody a further post."""
    user = permitted(request.user, User.objects.all(), uid, USERS_CHANGE)
    form = PostForm(request.POST or None, initial={"since": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        user.give(form.save(commit=False), by=request.user)
        return redirect("organisations:account", user.uid)
    return render(
        request,
        "organisations/form.html",
        {"form": form, "title": _("New post of %s") % user.name},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(USERS_CHANGE)
def post_end(request: SignedIn, uid: UUID) -> HttpResponse:
    post = permitted(request.user, Post.objects.select_related("user"), uid, USERS_CHANGE)
    form = DayForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        post.end(form.cleaned_data["on"], by=request.user)
        return redirect("organisations:account", post.user.uid)
    return render(
        request,
        "organisations/form.html",
        {"form": form, "title": _("End the post: %s") % post},
        status=422 if form.is_bound else 200,
    )
