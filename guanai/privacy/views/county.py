"""What the county answers for: legal bases, periods, papers, and what has served its time."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanai.core.models import permitted
from guanai.core.web import GET_POST, SignedIn, formed, needs, to, whole
from guanai.organisations.rules import (
    AUDIT_VIEW,
    ERASURE_DECIDE,
    PERSON_VIEW,
    PRIVACY_CHANGE,
    REQUEST_ADD,
)
from guanai.people.models import Person
from guanai.people.models.person import file_seen
from guanai.people.rules import ADULT
from guanai.privacy import documents
from guanai.privacy.catalogue import Purpose, Term, known, purposes, terms
from guanai.privacy.forms import PaperForm, PurposeForm, TermForm
from guanai.privacy.models import Deletion, Paper, Ruling
from guanai.privacy.rules import years_after

PAGE = 50
LOGGED = 200


@needs(REQUEST_ADD, AUDIT_VIEW)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    return render(request, "privacy/index.html", {"may": set(request.user.verbs)})


@needs(PERSON_VIEW)
@require_safe
def bases(request: SignedIn) -> HttpResponse:
    """Which purpose rests on what in this county."""
    may = request.user.has_perm(PRIVACY_CHANGE)
    context = {"purposes": purposes().values(), "may_change": may}
    return render(request, "privacy/bases.html", context)


@needs(PRIVACY_CHANGE)
@require_http_methods(GET_POST)
def ruling(request: SignedIn, kind: str, code: str) -> HttpResponse:
    """The county's word on a purpose or a period."""
    found: Any = known(kind, code)
    if isinstance(found, Term) and found.period.fixed:
        raise Http404
    fields = ("basis", "article", "ask") if isinstance(found, Purpose) else ("number", "source")
    shown = {name: getattr(found, name) for name in fields}
    form = (PurposeForm if kind == "purpose" else TermForm)(request.POST or None, initial=shown)
    then = reverse("privacy:bases" if kind == "purpose" else "privacy:periods")

    def save() -> HttpResponse:
        Ruling.settle(kind, code, form.cleaned_data, by=request.user)
        return to(then)

    title = found if isinstance(found, Purpose) else found.period.title
    return formed(request, "core/form.html", form, save, title=title, back=then)


# --- papers -----------------------------------------------------------------------------------


@needs(PERSON_VIEW)
@require_safe
def papers(request: SignedIn) -> HttpResponse:
    """Every kind with its newest version."""
    rows = []
    for kind, title in Paper.KINDS:
        last = Paper.objects.visible_to(request.user).last_of(kind)
        rows.append({"kind": kind, "title": title, "last": last})
    may = request.user.has_perm(PRIVACY_CHANGE)
    return render(request, "privacy/papers.html", {"rows": rows, "may_change": may})


@needs(PRIVACY_CHANGE)
@require_http_methods(GET_POST)
def paper(request: SignedIn, kind: str) -> HttpResponse:
    """The draft: write, see, save; with `publish` it becomes what people read."""
    draft = draft_of(kind)
    shown = {"text": draft.text, "seen": draft.seen}
    form = PaperForm(request.POST or None, initial=shown)

    def save() -> HttpResponse:
        draft.keep(form.cleaned_data["text"], seen=form.cleaned_data["seen"], by=request.user)
        if "publish" in request.POST:
            draft.publish(by=request.user)
        return to(reverse("privacy:papers"))

    title, blocks = documents.read(draft.text, draft.current_tables())
    context: dict[str, Any] = {"paper": draft, "title": title, "blocks": blocks}
    return formed(request, "privacy/paper.html", form, save, **context)


def draft_of(kind: str) -> Paper:
    """Raises Http404."""
    if kind not in dict(Paper.KINDS):
        raise Http404
    return Paper.draft(kind)


@needs(PERSON_VIEW)
@require_safe
def paper_file(request: SignedIn, kind: str, ending: str) -> HttpResponse:
    """The newest version, published or not, as .docx or PDF."""
    last = Paper.objects.visible_to(request.user).last_of(kind) or draft_of(kind)
    name = f"{kind}-{last.version}"
    return documents.respond(lambda: documents.of_paper(last, request.user), ending, name)


@require_safe
def published(request: HttpRequest, kind: str = "") -> HttpResponse:
    """The notice and the rules, for everybody without an account; without a kind what there is."""
    public = Paper.objects.published()
    if not kind:
        found = [public.last_of(kind) for kind, _title in Paper.KINDS]
        return render(request, "privacy/published.html", {"papers": list(filter(None, found))})
    last = public.last_of(kind)
    if last is None:
        raise Http404
    title, blocks = documents.read(last.text, last.tables)
    context = {"paper": last, "title": title, "blocks": blocks}
    return render(request, "privacy/published.html", context)


# --- what has served its time -----------------------------------------------------------------


@needs(ERASURE_DECIDE)
@require_safe
def periods(request: SignedIn) -> HttpResponse:
    """How long each kind stays; what goes today, and within a year."""
    today = timezone.localdate()
    rows = []
    for term in terms().values():
        row: dict[str, Any] = {"term": term, "due": None, "sweeps": bool(term.period.erase)}
        if term.period.due:
            row["due"] = term.period.due(today, term.number).count()
            later = term.period.due(years_after(today, 1), term.number)
            row["later"] = later.count() - row["due"]
        rows.append(row)
    waiting = Deletion.objects.visible_to(request.user).waiting().order_by("pk")
    waiting = waiting.select_related("person__place", "decided_by")
    may = request.user.has_perm(PRIVACY_CHANGE)
    context = {"rows": rows, "may_change": may, "waiting": waiting}
    return render(request, "privacy/periods.html", context)


@needs(ERASURE_DECIDE)
@require_http_methods(GET_POST)
def due(request: SignedIn, code: str) -> HttpResponse:
    """The files that have served their time, today or (`later`) within a year; POST decides."""
    term = known("period", code)
    if not isinstance(term, Term) or term.period.due is None:
        raise Http404
    if request.method == "POST":
        return _decide(request, term)
    if term.period.erase:
        return to(reverse("privacy:periods"))
    day = timezone.localdate()
    day = years_after(day, 1) if request.GET.get("later") else day
    files = term.period.due(day, term.number).filter(file_seen(request.user, "pk"))
    decided = Deletion.objects.waiting().values("person")
    files = files.exclude(pk__in=decided).annotate(left=Max("registrations__until"))
    files = files.select_related("place__parent")
    at = max(whole(request.GET.get("page"), 10_000), 1)
    rows = list(files.order_by("path", "pk")[(at - 1) * PAGE : at * PAGE + 1])
    for row in rows:
        row.goes_on = goes_on(row, term.number)
    context = {"term": term, "rows": rows[:PAGE], "more": len(rows) > PAGE, "page": at}
    return render(request, "privacy/due.html", {**context, "later": request.GET.get("later")})


def goes_on(person: Any, years: int) -> dt.date:
    """When the file has served its time."""
    born = person.birth_date
    days = [person.left, *([years_after(born.last, ADULT)] if born else [])]
    return years_after(max(days), years)


def _decide(request: SignedIn, term: Term) -> HttpResponse:
    if term.period.erase:  # county-wide, whoever's file it is
        if not request.user.has_perm(PRIVACY_CHANGE):
            request.user.refused(PRIVACY_CHANGE, "due")
            raise PermissionDenied
        Deletion.sweep(term.period.code, by=request.user)
        return to(reverse("privacy:periods"))
    for uid in request.POST.getlist("file")[:PAGE]:
        person = permitted(request.user, Person.objects.all(), _uuid(uid), ERASURE_DECIDE)
        Deletion.decide(person, term.period.code, by=request.user)
    return to(reverse("privacy:periods"))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


@needs(ERASURE_DECIDE)
@require_POST
def deletion(request: SignedIn, uid: UUID, act: str) -> HttpResponse:
    """The second person confirms, or one of them calls it off."""
    found = permitted(request.user, Deletion.objects.waiting(), uid, ERASURE_DECIDE)
    if act == "confirm":
        found.confirm(by=request.user)
    else:
        found.call_off(by=request.user)
    return to(reverse("privacy:periods"))


@needs(ERASURE_DECIDE, AUDIT_VIEW)
@require_safe
def log(request: SignedIn) -> HttpResponse:
    """What has gone, by file number; nothing personal."""
    rows = Deletion.objects.visible_to(request.user).done()
    rows = rows.select_related("decided_by", "confirmed_by")[:LOGGED]
    return render(request, "privacy/log.html", {"rows": rows})
