"""Requests to see, copy, correct or delete."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from guanai.audit.models import note_readings
from guanai.core.models import permitted
from guanai.core.web import GET_POST, SignedIn, formed, needs, to
from guanai.organisations.rules import REQUEST_ADD, REQUEST_ANSWER
from guanai.people.views.door import answer, enter
from guanai.privacy import documents
from guanai.privacy.forms import AnswerForm, ExtensionForm, RequestForm, givers_today
from guanai.privacy.models import Request
from guanai.privacy.models.deletions import duties

MOST = 200


@needs(REQUEST_ADD)
@require_safe
def requests(request: SignedIn) -> HttpResponse:
    """What is due, the first deadline first; then what was answered."""
    seen = Request.objects.visible_to(request.user).select_related("person__place", "answer")
    answered = seen.exclude(answer=None).order_by("-answer__on", "-pk")[:MOST]
    rows = [*seen.open().by_deadline()[:MOST], *answered]
    return render(request, "privacy/requests.html", {"rows": rows})


@needs(REQUEST_ADD)
@require_http_methods(GET_POST)
def receive(request: SignedIn, uid: UUID) -> HttpResponse:
    door = enter(request.user, uid, None, REQUEST_ADD)
    form = RequestForm(request.POST or None, **givers_today(door.file))

    def save() -> None:
        Request.receive(door.file, form.cleaned_data, by=request.user)

    warning = _("Check who asks before anything is said about the file.")
    title = _("Take in a request about the data")
    return answer(request, door, form, save, title=title, warning=warning)


def _found(request: SignedIn, uid: UUID, perm: str) -> Request:
    rows = Request.objects.select_related("person__place", "asked_by", "answer__by", "received_by")
    found = permitted(request.user, rows, uid, perm)
    if found.person.is_minor:
        note_readings(request.user, [found.person_id], "request", reason=found.number)
    return found


@needs(REQUEST_ADD)
@require_http_methods(GET_POST)
def detail(request: SignedIn, uid: UUID) -> HttpResponse:
    """The request; who may answers it here (POST)."""
    found = _found(request, uid, REQUEST_ANSWER if request.method == "POST" else REQUEST_ADD)
    said = duties(found.person) if found.kind == "delete" and found.state != "answered" else []
    why = _(
        "The law orders these data to be kept for now (PIPL art. 47); they are used no further."
    )
    form = AnswerForm(
        request.POST or None, initial={"outcome": "refused", "reason": why} if said else {}
    )
    if found.kind not in {"see", "copy"}:
        del form.fields["whereabouts"]

    def save() -> HttpResponse:
        found.settle(**form.cleaned_data, by=request.user)
        return to(request.path)

    shown = {"found": found, "duties": said, "may_answer": request.user.has_perm(REQUEST_ANSWER)}
    return formed(request, "privacy/request.html", form, save, **shown)


@needs(REQUEST_ANSWER)
@require_http_methods(GET_POST)
def extend(request: SignedIn, uid: UUID) -> HttpResponse:
    found = _found(request, uid, REQUEST_ANSWER)
    form = ExtensionForm(request.POST or None)

    then = reverse("privacy:request", args=[uid])

    def save() -> HttpResponse:
        found.extend(form.cleaned_data["to"], form.cleaned_data["why"], by=request.user)
        return to(then)

    title = _("Extend the term")
    return formed(request, "core/form.html", form, save, title=title, back=then)


@needs(REQUEST_ANSWER)
@require_safe
def paper(request: SignedIn, uid: UUID, paper: str, kind: str) -> HttpResponse:
    """The letter that answers it, or the copy of the file that goes with it."""
    found = _found(request, uid, REQUEST_ANSWER)
    makers = {"letter": documents.answer_letter} if found.state == "answered" else {}
    if found.opens_file:
        makers["copy"] = documents.copy_of
    if paper not in makers:
        raise Http404
    make = makers[paper]
    return documents.respond(lambda: make(found, request.user), kind, f"{paper}-{found.number}")
