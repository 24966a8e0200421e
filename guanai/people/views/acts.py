"""Acts on a file: ledgers, moves, family, carers; and the pages for those who decide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanai.core.models import permitted
from guanai.core.web import GET_POST, SignedIn, formed, needs, to, whole
from guanai.organisations.rules import (
    BASIS_CHANGE,
    PERSON_ADD,
    PERSON_CHANGE,
    PERSON_DECIDE,
    PERSON_VIEW,
)
from guanai.people.forms import (
    DecisionForm,
    FindingForm,
    LegalBasisForm,
    RegisterForm,
)
from guanai.people.models import CarerFinding, LegalBasis, Person
from guanai.people.views.door import Door, answer, enter

PAGE = 50


def _today(door: Door, day: str) -> dict[str, Any]:
    return {day: timezone.localdate(), "base_version": door.file.version}


@needs(PERSON_ADD)
@require_http_methods(GET_POST)
def register(request: SignedIn, uid: UUID) -> HttpResponse:
    door = enter(request.user, uid, None, PERSON_ADD)
    form = RegisterForm(request.POST or None, initial=_today(door, "since"))

    def save() -> None:
        given = dict(form.cleaned_data)
        door.file.register(given.pop("group"), **given, by=request.user)

    return answer(request, door, form, save, title=_("Enter in a ledger"))


@needs(PERSON_CHANGE)
@require_http_methods(GET_POST)
def finding(request: SignedIn, uid: UUID, of: UUID) -> HttpResponse:
    """Name evidence that somebody may not be entrusted with a child."""
    door = enter(request.user, uid, of, PERSON_CHANGE, doubted=True)
    form = FindingForm(request.POST or None)

    def save() -> None:
        given = form.cleaned_data
        CarerFinding.raise_(door.person, given["ground"], given["evidence"], by=request.user)

    warning = _(
        "Only those who decide read this. Until they have decided no child is entrusted to this "
        "person. If a child is in danger, call 110 first."
    )
    return answer(request, door, form, save, title=_("Doubt about a carer"), warning=warning)


@needs(PERSON_DECIDE)
@require_safe
def findings(request: SignedIn) -> HttpResponse:
    """Carers held until somebody decides, oldest first; then those decided."""
    seen = CarerFinding.objects.visible_to(request.user).select_related("person__place")
    waiting = seen.open().order_by("raised_at")
    decided = seen.annotate(last=Max("decisions__at")).exclude(last=None).order_by("-last")
    decided = decided.prefetch_related("decisions__by")[:PAGE]
    return render(request, "people/findings.html", {"waiting": waiting, "decided": decided})


@needs(PERSON_DECIDE)
@require_http_methods(GET_POST)
def decide(request: SignedIn, uid: UUID) -> HttpResponse:
    found = permitted(
        request.user, CarerFinding.objects.select_related("person", "raised_by"), uid, PERSON_DECIDE
    )
    earlier = found.decisions.count()
    form = DecisionForm(request.POST or None, initial={"seen": earlier})

    def save() -> HttpResponse:
        form.data = {**request.POST.dict(), "seen": str(earlier)}  # they are on the page that comes
        found.decide(**form.cleaned_data, by=request.user)
        return to(reverse("people:findings"))

    shown = {"finding": found, "decisions": found.decisions.select_related("by")}
    return formed(request, "people/finding.html", form, save, **shown)


@needs(PERSON_VIEW)
@require_safe
def alone(request: SignedIn) -> HttpResponse:
    """R14.15: children under sixteen with nobody who cares, in the reader's scope."""
    page = max(whole(request.GET.get("page"), 10_000), 1)
    start = (page - 1) * PAGE
    people = Person.objects.visible_to(request.user).alone().select_related("place__parent")
    found = list(people.order_by("path", "pinyin", "pk")[start : start + PAGE + 1])
    context = {
        "page": found[:PAGE],
        "shown": f"{start + 1}–{start + len(found[:PAGE])}" if found else "",
        "previous": f"?page={page - 1}" if start else "",
        "next": f"?page={page + 1}" if len(found) > PAGE else "",
    }
    return render(request, "people/alone.html", context)


@needs(BASIS_CHANGE)
@require_http_methods(GET_POST)
def legal_bases(request: SignedIn) -> HttpResponse:
    """The documents on which flags of repealed policies rest in this county."""
    form = LegalBasisForm(request.POST or None)

    def save() -> HttpResponse:
        form.save(commit=False).enter(by=request.user)
        return to(request.path)

    bases = LegalBasis.objects.visible_to(request.user).select_related("entered_by")
    shown = {"bases": bases, "today": timezone.localdate()}
    return formed(request, "people/legal_bases.html", form, save, **shown)


@needs(BASIS_CHANGE)
@require_POST
def legal_basis_end(request: SignedIn, uid: UUID) -> HttpResponse:
    basis = permitted(request.user, LegalBasis.objects.all(), uid, BASIS_CHANGE)
    basis.end(timezone.localdate(), by=request.user)
    return to(reverse("people:legal_bases"))
