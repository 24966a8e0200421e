"""Why a minor's file is opened, access in an emergency, and its review."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from guanai.core.broken import RuleBroken
from guanai.core.models import permitted
from guanai.core.web import GET_POST, SignedIn, form_page, formed, needs, to
from guanai.organisations.rules import PERSON_EMERGENCY, PERSON_REVIEW, PERSON_VIEW
from guanai.people.alarms import reviewed_by
from guanai.people.forms import EmergencyForm, LookForm, ReviewForm
from guanai.people.looking import find_in_emergency
from guanai.people.models import Look, Person

SHOWN = 200


@needs(PERSON_VIEW)
@require_http_methods(GET_POST)
def look(request: SignedIn, uid: UUID) -> HttpResponse:
    """Say for what one opens this file; then on to where one was going."""
    person = permitted(request.user, Person.objects.all(), uid, PERSON_VIEW)
    form = LookForm(request.POST or None)
    going = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(going, allowed_hosts=None):
        going = reverse("people:file", kwargs={"uid": person.uid})
    if form.is_valid():
        try:
            Look.state(person, **form.cleaned_data, by=request.user)
        except RuleBroken as broken:
            form.add_error("note", broken.message)
        else:
            return to(going)
    return form_page(request, "people/look.html", form, person=person)


@needs(PERSON_EMERGENCY)
@require_http_methods(GET_POST)
def emergency(request: SignedIn) -> HttpResponse:
    """Open a file outside one's reach, for hours, to be read."""
    form = EmergencyForm(request.POST or None)

    def save() -> HttpResponse:
        given = form.cleaned_data
        person = find_in_emergency(given["name"], given["mark"], by=request.user)
        if not Person.objects.visible_to(request.user).filter(pk=person.pk).exists():
            Look.open_in_emergency(person, given["purpose"], given["note"], by=request.user)
        return redirect("people:file", person.uid)

    hours = settings.EMERGENCY_HOURS
    return formed(request, "people/emergency.html", form, save, hours=hours)


@needs(PERSON_REVIEW)
@require_safe
def emergencies(request: SignedIn) -> HttpResponse:
    """Accesses in an emergency, those to be reviewed first."""
    rows = reviewed_by(request.user).select_related("person__place", "user", "review__by")
    rows = rows.order_by("review__at", "-pk")
    waiting = list(rows.filter(review=None)[:SHOWN])
    reviewed = list(rows.exclude(review=None).order_by("-review__at")[:SHOWN])
    return render(request, "people/emergencies.html", {"waiting": waiting, "reviewed": reviewed})


@needs(PERSON_REVIEW)
@require_http_methods(GET_POST)
def review(request: SignedIn, uid: UUID) -> HttpResponse:
    rows = reviewed_by(request.user).select_related("person__place", "user", "review__by")
    opened = permitted(request.user, rows, uid, PERSON_REVIEW)
    form = ReviewForm(request.POST or None)

    def save() -> HttpResponse:
        opened.decide(**form.cleaned_data, by=request.user)
        return redirect("people:emergencies")

    context = {"look": opened, "posts": opened.user.current_posts}
    return formed(request, "people/emergency_review.html", form, save, **context)
