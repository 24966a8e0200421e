from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanai.audit.models import record
from guanai.core.models import permitted
from guanai.core.web import SignedIn, form_page, handed, needs
from guanai.organisations import rights
from guanai.organisations.forms import AccountForm, DayForm, PostForm
from guanai.organisations.models import CodeRequest, Issued, Post, User
from guanai.organisations.models.users import UserQuerySet
from guanai.organisations.rules import CODES_GIVE, USERS_CHANGE, USERS_VIEW, Role, Way
from guanai.organisations.wording import ROLES

SOUGHT = "accounts_sought"  # names are kept out of addresses


def with_posts(rows: UserQuerySet) -> UserQuerySet:
    told = ("organisation__place", "school_class", "consent__by", "asked_by")
    return rows.prefetch_related(
        Prefetch("posts", Post.objects.select_related(*told).order_by("-since"))
    )


def narrowed(request: SignedIn) -> UserQuerySet:
    """The accounts that one sees, by what was sought, role and state."""
    rows = User.objects.visible_to(request.user)
    if not request.user.has_perm(USERS_VIEW):
        rows = rows.exclude(pk=request.user.pk)
    sought = request.session.get(SOUGHT, "")
    if sought:
        unit = Post.objects.filter(organisation__name__icontains=sought).values("user")
        rows = rows.filter(
            Q(name__icontains=sought) | Q(username__icontains=sought) | Q(pk__in=unit)
        )
    role, state = request.GET.get("role", ""), request.GET.get("state", "")
    if role in set(Role):
        rows = rows.filter(pk__in=Post.objects.unfinished().filter(role=role).values("user"))
    return rights.STATES[state][1](rows) if state in rights.STATES else rows


@require_http_methods(["GET", "HEAD", "POST"])
@needs(USERS_VIEW, CODES_GIVE)
def accounts(request: SignedIn) -> HttpResponse:
    """Accounts with their posts: all for administrators, those below for the level above."""
    if request.method == "POST":
        request.session[SOUGHT] = request.POST.get("q", "").strip()[:40]
        return redirect(request.get_full_path())
    after = request.GET.get("after", "")
    rows = with_posts(narrowed(request)).order_by("username")
    found = list(rows.filter(username__gt=after)[: settings.PAGE_ROWS + 1])
    query = request.GET.copy()
    query["after"] = found[settings.PAGE_ROWS - 1].username if found[settings.PAGE_ROWS :] else ""
    context = {
        "accounts": found[: settings.PAGE_ROWS],
        "next": f"?{query.urlencode()}" if query["after"] else "",
        "role": request.GET.get("role", ""),
        "roles": ROLES.items(),
        "state": request.GET.get("state", ""),
        "states": [(key, title) for key, (title, _rows) in rights.STATES.items()],
        "sought": request.session.get(SOUGHT, ""),
        "sees_all": request.user.has_perm(USERS_VIEW),
        "may_change": request.user.has_perm(USERS_CHANGE),
    }
    return render(request, "organisations/accounts.html", context)


@require_safe
@needs(USERS_VIEW)
def table(request: SignedIn) -> HttpResponse:
    """Accounts and posts as .xlsx, for the yearly review of rights."""
    rows = list(with_posts(narrowed(request)).order_by("username"))
    with transaction.atomic():
        record("organisations.user.export", by=request.user, accounts=len(rows))
    return handed(rights.as_xlsx(rows), f"accounts-{timezone.localdate():%Y%m%d}.xlsx")


def the_account(request: SignedIn, uid: UUID, *perms: str) -> User:
    """The account in the address; the first of the perms that one has is asked for the row."""
    perm = next(perm for perm in perms if request.user.has_perm(perm))
    return permitted(request.user, with_posts(User.objects.all()), uid, perm)


@require_safe
@needs(USERS_VIEW, CODES_GIVE)
def account(request: SignedIn, uid: UUID) -> HttpResponse:
    user = the_account(request, uid, USERS_VIEW, CODES_GIVE)
    context = {
        "account": user,
        "way": user.way_to_code(request.user),
        "guarded": user.factors.exists(),
        "asked": CodeRequest.objects.filter(user=user).first(),
        "may_change": request.user.has_perm(USERS_CHANGE) and user != request.user,
    }
    return render(request, "organisations/account.html", context)


def handed_out(request: SignedIn, issued: list[Issued]) -> HttpResponse:
    """Codes leave the machine in this answer only: one as a page, several as a PDF to cut."""
    base = settings.ADDRESS or request.build_absolute_uri("/")
    if len(issued) == 1:
        context: dict[str, Any] = {"account": issued[0].user, "code": issued[0].code, "base": base}
        return render(request, "organisations/code.html", context)
    from guanai.organisations.slips import print_slips  # its press takes time to load

    return handed(print_slips(issued, base), f"codes-{timezone.now():%Y%m%d%H%M}.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(USERS_CHANGE)
def open_account(request: SignedIn) -> HttpResponse:
    form = AccountForm(request.POST or None, initial={"since": timezone.localdate()})
    if form.is_valid():
        data = form.cleaned_data
        post = form.save(commit=False)
        issued = User.open_account(data["username"], data["name"], post, by=request.user)
        return handed_out(request, [issued])
    return form_page(request, "core/form.html", form, title=_("New account"))


@require_POST
@needs(CODES_GIVE)
def code(request: SignedIn, uid: UUID) -> HttpResponse:
    """A one-time code for somebody who forgot his password, or a request for one."""
    user = permitted(request.user, User.objects.all(), uid, CODES_GIVE)
    if user.way_to_code(request.user) == Way.SECOND:
        CodeRequest.ask(user, by=request.user)
        messages.success(request, _("Asked. Another administrator confirms it and hands it over."))
        return redirect("organisations:account", user.uid)
    return handed_out(request, [user.new_code(by=request.user)])


@require_POST
@needs(CODES_GIVE)
def factors_end(request: SignedIn, uid: UUID) -> HttpResponse:
    """Somebody lost the telephone that was his second factor."""
    user = permitted(request.user, User.objects.all(), uid, CODES_GIVE)
    user.drop_second_factor(by=request.user)
    messages.success(request, _("Signing in takes the password alone until a new one is set up."))
    return redirect("organisations:account", user.uid)


@require_POST
@needs(USERS_CHANGE)
def codes(request: SignedIn) -> HttpResponse:
    """New codes for the chosen accounts that have never been used: the print-out got lost."""
    boxes = set(request.POST.getlist("account"))
    rows = User.objects.visible_to(request.user).never_in().order_by("username")
    users = [user for user in rows if str(user.uid) in boxes]
    with transaction.atomic():
        alone = [user for user in users if user.way_to_code(request.user) == Way.ALONE]
        for user in set(users) - set(alone):
            CodeRequest.ask(user, by=request.user)
        issued = [user.new_code(by=request.user) for user in alone]
    if len(alone) < len(users):
        messages.info(request, _("For some of them another administrator has to confirm first."))
    return handed_out(request, issued) if issued else redirect("organisations:accounts")


@require_POST
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
    if form.is_valid():
        user.give(form.save(commit=False), by=request.user)
        return redirect("organisations:account", user.uid)
    return form_page(request, "core/form.html", form, title=_("New post of %s") % user.name)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(USERS_CHANGE)
def post_end(request: SignedIn, uid: UUID) -> HttpResponse:
    told = Post.objects.select_related("user", "organisation", "consent")
    post = permitted(request.user, told, uid, USERS_CHANGE)
    form = DayForm(request.POST or None, initial={"on": timezone.localdate()})
    if form.is_valid():
        post.end(form.cleaned_data["on"], by=request.user)
        return redirect("organisations:account", post.user.uid)
    return form_page(request, "core/form.html", form, title=_("End the post: %s") % post)
