from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from guanai.core.models import permitted
from guanai.core.web import SignedIn, form_page, needs
from guanai.organisations.forms import BodyForm, DayForm, MemberForm, ServiceForm
from guanai.organisations.kinds import KINDS, Kind
from guanai.organisations.models import Body, Member, Organisation, Place, User
from guanai.organisations.rules import BODIES_CHANGE, BODIES_VIEW


@require_safe
@needs(BODIES_VIEW)
def kinds(request: SignedIn) -> HttpResponse:
    """Every kind of body with how many stand and where a mandatory one is missing."""
    standing = list(Body.objects.visible_to(request.user).standing().prefetch_related("members"))
    rows = []
    for kind in KINDS.values():
        own = [body for body in standing if body.kind == kind.key]
        rows.append(
            {
                "kind": kind,
                "count": len(own),
                "incomplete": sum(1 for body in own if body.lacking()),
                "places_without": len(seats_without(kind, own)) if kind.mandatory else 0,
            }
        )
    return render(request, "organisations/kinds.html", {"rows": rows})


def seats_without(kind: Kind, bodies: list[Body]) -> list[Place]:
    """Current places of the kind's level in which no such body stands."""
    taken = {body.place_id for body in bodies}
    places = Place.objects.current().filter(level=kind.level).select_related("parent")
    return [place for place in places if place.pk not in taken]


@require_safe
@needs(BODIES_VIEW)
def of_kind(request: SignedIn, key: str) -> HttpResponse:
    """All bodies of a kind with what they lack, and the places that have none."""
    if key not in KINDS:
        raise Http404
    kind = KINDS[key]
    rows = (
        Body.objects.visible_to(request.user)
        .standing()
        .filter(kind=key)
        .select_related("place", "place__parent", "organisation", "school_class")
        .prefetch_related("members")
    )
    bodies = list(rows)
    return render(
        request,
        "organisations/of_kind.html",
        {
            "kind": kind,
            "bodies": bodies,
            "without": seats_without(kind, bodies) if kind.mandatory else [],
            "may_change": request.user.has_perm(BODIES_CHANGE),
        },
    )


@require_safe
@needs(BODIES_VIEW)
def detail(request: SignedIn, uid: UUID) -> HttpResponse:
    rows = Body.objects.select_related("place", "organisation").prefetch_related("members__body")
    body = permitted(request.user, rows, uid, BODIES_VIEW)
    may_change = request.user.has_perm(BODIES_CHANGE, body)
    return render(
        request,
        "organisations/body.html",
        {
            "body": body,
            "members": body.members.all(),
            "lacking": body.lacking(),
            "may_change": may_change,
            "services": body.services.all()[:50],
            "service_form": ServiceForm(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(BODIES_CHANGE)
def keep(request: SignedIn, uid: UUID | None = None) -> HttpResponse:
    """Found a body, or change one."""
    user = request.user
    rows = Body.objects.select_related("organisation")
    body = permitted(user, rows, uid, BODIES_CHANGE) if uid else None
    initial = None if body else first_choices(user, request.GET.get("kind", ""))
    form = BodyForm(request.POST or None, instance=body, user=user, initial=initial)
    if form.is_valid():
        kept = form.save(commit=False)
        if body:
            kept.change(form.changed_data, by=user)
        else:
            kept.found(by=user)
        messages.success(request, _("Saved."))
        return redirect("organisations:body", kept.uid)
    title = body.name if body else _("New body")
    return form_page(request, "core/form.html", form, title=title)


def first_choices(user: User, kind: str) -> dict[str, object]:
    """What a new body most often is: of that kind, in the first organisation one works for."""
    own = Organisation.objects.filter(pk__in=[seat.organisation for seat in user.seats]).first()
    return {"kind": kind, "organisation": own, "place": own.place if own else None}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(BODIES_CHANGE)
def appoint(request: SignedIn, uid: UUID) -> HttpResponse:
    body = permitted(request.user, Body.objects.all(), uid, BODIES_CHANGE)
    initial = {"position": request.GET.get("position", "")}
    form = MemberForm(request.POST or None, body=body, initial=initial)
    if form.is_valid():
        body.appoint(form.save(commit=False), by=request.user)
        return redirect("organisations:body", body.uid)
    return form_page(request, "core/form.html", form, title=_("Appoint to %s") % body.name)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(BODIES_CHANGE)
def member(request: SignedIn, uid: UUID, act: str) -> HttpResponse:
    """Change a member's entry, or end it."""
    found = permitted(request.user, Member.objects.select_related("body"), uid, BODIES_CHANGE)
    form = (
        MemberForm(request.POST or None, instance=found, body=found.body)
        if act == "entry"
        else DayForm(request.POST or None)
    )
    if form.is_valid():
        if isinstance(form, MemberForm):
            form.save(commit=False).change(form.changed_data, by=request.user)
        else:
            found.leave(form.cleaned_data["on"], by=request.user)
        return redirect("organisations:body", found.body.uid)
    return form_page(request, "core/form.html", form, title=f"{found.body} · {found.name}")


@require_http_methods(["POST"])
@needs(BODIES_CHANGE)
def services(request: SignedIn, uid: UUID) -> HttpResponse:
    """Enter what a social force did."""
    body = permitted(request.user, Body.objects.all(), uid, BODIES_CHANGE)
    form = ServiceForm(request.POST)
    if form.is_valid():
        service = form.save(commit=False)
        service.body = body
        service.enter(by=request.user)
        return redirect("organisations:body", body.uid)
    return form_page(request, "core/form.html", form, title=body.name)
