from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from guanai.core.models import permitted
from guanai.core.web import ANYBODY, SignedIn, form_page, needs
from guanai.organisations.forms import ClassForm, OrganisationForm
from guanai.organisations.models import Body, Organisation, OrganisationKind, Post
from guanai.organisations.rules import BODIES_VIEW, ORGANISATION_CHANGE, ORGANISATION_VIEW


@require_safe
@needs(ANYBODY)
def directory(request: SignedIn) -> HttpResponse:
    """All organisations, by kind; those of one's own place first by the order of paths."""
    kind = request.GET.get("kind", "")
    rows = Organisation.objects.visible_to(request.user).select_related("place", "place__parent")
    if kind in OrganisationKind.values:
        rows = rows.filter(kind=kind)
    return render(
        request,
        "organisations/directory.html",
        {
            "organisations": rows,
            "kinds": OrganisationKind.choices,
            "kind": kind,
            "may_change": request.user.has_perm(ORGANISATION_CHANGE),
        },
    )


@require_safe
@needs(ANYBODY)
def detail(request: SignedIn, uid: UUID) -> HttpResponse:
    organisation = permitted(
        request.user,
        Organisation.objects.select_related("place").prefetch_related(
            Prefetch("posts", Post.objects.current().select_related("user", "school_class")),
            "classes",
        ),
        uid,
        ORGANISATION_VIEW,
    )
    bodies = Body.objects.visible_to(request.user).filter(organisation=organisation).standing()
    return render(
        request,
        "organisations/organisation.html",
        {
            "organisation": organisation,
            "bodies": bodies.prefetch_related("members"),
            "may_change": request.user.has_perm(ORGANISATION_CHANGE, organisation),
            "sees_bodies": request.user.has_perm(BODIES_VIEW),
            "class_form": ClassForm(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(ORGANISATION_CHANGE)
def keep(request: SignedIn, uid: UUID | None = None) -> HttpResponse:
    """A new organisation, or one that is changed."""
    rows = Organisation.objects.all()
    organisation = permitted(request.user, rows, uid, ORGANISATION_CHANGE) if uid else None
    form = OrganisationForm(request.POST or None, instance=organisation)
    if form.is_valid():
        kept = form.save(commit=False).keep(by=request.user)
        messages.success(request, _("Saved."))
        return redirect("organisations:organisation", kept.uid)
    title = str(organisation) if organisation else _("New organisation")
    return form_page(request, "core/form.html", form, title=title)


@require_http_methods(["POST"])
@needs(ORGANISATION_CHANGE)
def classes(request: SignedIn, uid: UUID) -> HttpResponse:
    school = permitted(request.user, Organisation.objects.all(), uid, ORGANISATION_CHANGE)
    form = ClassForm(request.POST)
    if form.is_valid():
        school.add_class(**form.cleaned_data, by=request.user)
        return redirect("organisations:organisation", school.uid)
    return form_page(request, "core/form.html", form, title=str(school))
