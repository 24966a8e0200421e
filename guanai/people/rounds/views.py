"""Pages of the quarterly check: figures by place, the list, confirming, and taking it out."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanai.core.areas import outermost
from guanai.core.models import permitted
from guanai.core.web import GET_POST, SignedIn, formed, handed, needs, to, whole
from guanai.organisations.models import Place, PlaceLevel
from guanai.organisations.rules import (
    PERSON_EXPORT,
    PERSON_MOVE,
    PERSON_VIEW,
    PRACTICE_CHANGE,
    ROUND_CONFIRM,
)
from guanai.people.file import File
from guanai.people.looking import purpose_said
from guanai.people.models import Confirmation, Person, Practice
from guanai.people.models.looks import LISTS
from guanai.people.models.rounds import last_contacts
from guanai.people.presenting import summary
from guanai.people.rounds import showing
from guanai.people.rounds.exporting import take_out
from guanai.people.rounds.forms import ConfirmForm, PracticeForm, TakeBackForm
from guanai.people.rounds.listing import STATES, Figures, Round, depth
from guanai.people.rounds.rules import Quarter
from guanai.people.views.door import answer, enter
from guanai.people.views.waiting import count

PAGE = 50
TOGETHER = 500  # people confirmed at once
LISTED = {PlaceLevel.VILLAGE, PlaceLevel.GROUP}


@needs(PERSON_VIEW)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """`?quarter=2026-4&place=CODE`; a village, or any place with `state`, as a list of names."""
    check, place = _asked(request)
    listed = "state" in request.GET or (place is not None and place.level in LISTED)
    if place is not None and listed:
        return _list(request, check, place)
    roots = _roots(request)
    rows: dict[str, Figures] = {}
    for path in [place.path] if place else roots:
        rows |= check.kept_figures(path, depth(path) if place else len(path))
    places = Place.objects.in_bulk(list(rows), field_name="path")
    context = _frame(request, check, place) | {
        "rows": [(places.get(path), found) for path, found in sorted(rows.items())],
        "total": sum(rows.values(), Figures()),
    }
    return render(request, "people/rounds/places.html", context)


@needs(PERSON_VIEW)
@require_safe
def today(request: SignedIn) -> HttpResponse:
    """For the home page: how far this quarter's check is, and its due day."""
    told = showing.today(request.user) | {"waiting": count(request.user)}
    return render(request, "people/rounds/today.html", told)


def _asked(request: SignedIn) -> tuple[Round, Place | None]:
    """The quarter, this one or an earlier one, and a place in reach. Raises Http404."""
    now = Quarter.of(timezone.localdate())
    try:
        told = request.POST.get("quarter") or request.GET.get("quarter")
        quarter = Quarter.parse(told or now.code)
    except ValueError as error:
        raise Http404 from error
    if quarter > now:
        raise Http404
    roots, code = _roots(request), request.GET.get("place")
    if not code:
        place = Place.objects.filter(path=roots[0]).first() if len(roots) == 1 else None
    else:
        place = get_object_or_404(Place, code=code, valid_to=None)
        if not place.path.startswith(roots):
            raise Http404
    return Round.of(quarter), place


def _roots(request: SignedIn) -> tuple[str, ...]:
    return outermost(area.path for area in request.user.scope.areas)


def _frame(request: SignedIn, check: Round, place: Place | None) -> dict[str, Any]:
    user = request.user
    return {
        "check": check,
        "place": place,
        "above": place.ancestors.filter(path__startswith=_roots(request)[0]) if place else (),
        "may_confirm": user.has_perm(ROUND_CONFIRM),
        "may_export": user.has_perm(PERSON_EXPORT) and place is not None,
        "may_change": user.has_perm(PRACTICE_CHANGE),
        "purposes": LISTS if user.scope.asks_why("") else (),
        "state": request.GET.get("state", ""),
        "here": urlencode({"quarter": check.quarter.code, "place": place.code if place else ""}),
    }


def _list(request: SignedIn, check: Round, place: Place) -> HttpResponse:
    state = request.GET.get("state", "")
    if state not in {"", "open", *STATES}:
        raise Http404
    page = max(whole(request.GET.get("page"), 10_000), 1)
    start = (page - 1) * PAGE
    people = check.people(place.path, state, request.user).select_related("place", "household")
    found = list(people[start : start + PAGE + 1])
    shown = found[:PAGE]
    context = _frame(request, check, place)
    rows = rows_of(check, shown)
    query = f"{context['here']}&state={state}&page="
    context |= {
        "rows": rows,
        "tickable": context["may_confirm"] and any(r["contact"] and not r["done"] for r in rows),
        "figures": check.figures(place.path, len(place.path)).get(place.path, Figures()),
        "shown": f"{start + 1}–{start + len(shown)}" if shown else "",
        "previous": f"?{query}{page - 1}" if start else "",
        "next": f"?{query}{page + 1}" if len(found) > PAGE else "",
    }
    return render(request, "people/rounds/list.html", context)


def rows_of(check: Round, people: list[Person]) -> list[dict[str, Any]]:
    """Each with the confirmation and the last contact of the quarter."""
    keys = [one.pk for one in people]
    rows = Confirmation.objects.of(check.quarter).filter(person__in=keys).select_related("by")
    done = {row.person_id: row for row in rows}
    last = min(check.quarter.last, timezone.localdate())
    seen = last_contacts(keys, check.quarter.first, last)
    return [
        {"person": one, "done": done.get(one.pk), "contact": seen.get(one.pk)} for one in people
    ]


@needs(ROUND_CONFIRM)
@require_http_methods(GET_POST)
def confirm(request: SignedIn, uid: UUID) -> HttpResponse:
    """Confirm a file as it stands; what is wrong is mended first."""
    door = enter(request.user, uid, None, ROUND_CONFIRM)
    check, day = _asked(request)[0], timezone.localdate()
    given: dict[str, Any] = {
        "happened_on": min(day, check.quarter.last),
        "base_version": door.file.version,
    }
    given["quarter"] = check.quarter.code
    form = ConfirmForm(request.POST or None, initial=given)

    def save() -> None:
        Confirmation.enter(door.file, check.quarter, form.cleaned_data, by=request.user)

    title = _("%s: confirm the file") % check.title
    warning = _("You confirm what the file says now. If something is not right, mend it first.")
    facts = summary(File.open(door.file, request.user))
    return answer(request, door, form, save, title=title, warning=warning, facts=facts)


@needs(ROUND_CONFIRM)
@require_POST
def together(request: SignedIn) -> HttpResponse:
    """First shown, then confirmed: those of the ticked who had a contact in the quarter."""
    check, place = _asked(request)
    ticked = request.POST.getlist("file")[:TOGETHER]
    people = Person.objects.handled_by(request.user).filter(uid__in=_uids(ticked))
    rows = rows_of(check, list(people.select_related("place", "household").order_by("pinyin")))
    context = _frame(request, check, place)
    if "confirm" in request.POST and rows:
        Confirmation.together((r["person"].pk for r in rows), check.quarter, by=request.user)
        return to(f"{reverse('people:rounds')}?{context['here']}&state=")
    fit = [row for row in rows if row["contact"] and not row["done"]]
    context |= {"rows": fit, "unseen": [row for row in rows if not row["contact"]]}
    status = 200 if fit else 422
    return render(request, "people/rounds/together.html", context, status=status)


def _uids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError as error:
        raise Http404 from error


@needs(ROUND_CONFIRM, PERSON_MOVE)
@require_http_methods(GET_POST)
def take_back(request: SignedIn, uid: UUID) -> HttpResponse:
    """The file is open again; who confirmed it sees why."""
    rows = Confirmation.objects.select_related("person", "by")
    row = permitted(request.user, rows, uid, PERSON_VIEW)
    form = TakeBackForm(request.POST or None)
    back = reverse("people:file", args=[row.person.uid])

    def save() -> HttpResponse:
        row.take_back(form.cleaned_data["why"], by=request.user)
        return to(back)

    title = _("Take back the confirmation of %s") % row.person.name
    return formed(request, "core/form.html", form, save, title=title, back=back)


@needs(PERSON_EXPORT)
@require_POST
def export(request: SignedIn) -> HttpResponse:
    """The check of a place as .xlsx or PDF, with everybody named."""
    check, place = _asked(request)
    kind = request.POST.get("kind", "")
    if place is None or kind not in {"xlsx", "pdf"}:
        raise Http404
    file = io.BytesIO()
    take_out(check, place, kind, file, by=request.user, purpose=purpose_said(request.POST))
    return handed(file.getvalue(), f"{check.quarter.code}-{place.code}.{kind}")


@needs(PRACTICE_CHANGE)
@require_http_methods(GET_POST)
def practice(request: SignedIn) -> HttpResponse:
    """How the county does it."""
    form = PracticeForm(request.POST or None, ways=Practice.current())

    def save() -> HttpResponse:
        Practice.set(form.ways(), by=request.user)
        return to(reverse("people:rounds"))

    title, back = _("How the county does checks and visits"), reverse("people:rounds")
    return formed(request, "core/form.html", form, save, title=title, back=back)
