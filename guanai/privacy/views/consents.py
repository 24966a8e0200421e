"""Consents: one person's, a stack of papers, who is still to be asked."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanai.core.areas import STEP, below, within
from guanai.core.broken import RuleBroken
from guanai.core.documents.layout import Column, SheetLayout
from guanai.core.documents.paper import print_sheet
from guanai.core.models import permitted
from guanai.core.web import GET_POST, TYPES, SignedIn, formed, needs, to, whole
from guanai.organisations.models import Place, User
from guanai.organisations.rules import CHILDREN, CONSENT_CHANGE, PERSON_EXPORT
from guanai.people.looking import ask_purpose, new_mark, note_look, note_taken, purpose_said
from guanai.people.models import Person, Registration
from guanai.people.models.looks import LISTS
from guanai.people.views.door import answer, enter
from guanai.privacy import documents
from guanai.privacy.catalogue import Purpose, asked_purposes
from guanai.privacy.forms import ConsentForm, RowForm, StackForm, WithdrawalForm, givers_today
from guanai.privacy.models import Consent
from guanai.privacy.models.consents import givers, word_for
from guanai.privacy.rules import SOON

PAGE = 50  # children on one page of the list, or of a stack
PRINTED_MOST = 2000


@needs(CONSENT_CHANGE)
@require_http_methods(GET_POST)
def record(request: SignedIn, uid: UUID) -> HttpResponse:
    """What was said about one person's data."""
    door = enter(request.user, uid, None, CONSENT_CHANGE)
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ConsentForm(*given, **givers_today(door.file))

    def save() -> None:
        facts = form.cleaned_data
        Consent.record(door.file, facts["purposes"], facts, by=request.user)

    warning = ""
    if not form.fields["giver"].choices:  # type: ignore[attr-defined]
        warning = _("The file names no parent or guardian. Enter the family first.")
    return answer(request, door, form, save, title=_("Record a consent"), warning=warning)


def _found(request: SignedIn, uid: UUID, how: str) -> Consent:
    rows = Consent.objects.select_related("person", "given_by", "recorded_by", "withdrawal")
    found = permitted(request.user, rows, uid, CONSENT_CHANGE)
    if found.person.is_minor:
        note_look(request.user, found.person, [found.person_id], how)
    return found


@needs(CONSENT_CHANGE)
@require_http_methods(GET_POST)
def consent(request: SignedIn, uid: UUID) -> HttpResponse:
    """Everything that was said in one consent, and its withdrawal."""
    found = _found(request, uid, "consent")
    form = WithdrawalForm(request.POST or None, **givers_today(found.person))

    def save() -> HttpResponse:
        given = form.cleaned_data
        found.withdraw(given["on"], given["giver"], given["how"], by=request.user)
        return to(reverse("people:file", args=[found.person.uid]))

    sealed = {"note": found.opened("note"), "said": found.opened("said")}
    return formed(request, "privacy/consent.html", form, save, consent=found, **sealed)


@needs(CONSENT_CHANGE)
@require_safe
def scan(request: SignedIn, uid: UUID) -> StreamingHttpResponse:
    """The paper as it was photographed; handed out, never shown inside our pages."""
    found = _found(request, uid, "scan")
    if not found.scan:
        raise Http404
    ending = found.scan.rpartition(".")[2]
    handed = StreamingHttpResponse(found.open_scan(), content_type=TYPES[ending])
    name = f"consent-{found.person.file_number}.{ending}"
    handed["Content-Disposition"] = f'attachment; filename="{name}"'
    return handed


@needs(CONSENT_CHANGE)
@require_safe
def blank(request: SignedIn, uid: UUID, paper: str, kind: str) -> HttpResponse:
    """A form to be filled by hand, with the person's name: `paper` is consent or view."""
    person = enter(request.user, uid, None, CONSENT_CHANGE).file
    if person.is_minor:
        note_look(request.user, person, [person.pk], "print")
    word = word_for(person, timezone.localdate())
    name = f"{paper}-{person.file_number}"
    return documents.respond(lambda: documents.blank(person, paper, word, request.user), kind, name)


# --- who is still to be asked -----------------------------------------------------------------


def wanting(user: User, purposes: dict[str, Purpose], place: Place | None) -> QuerySet[Person]:
    """Children in the ledgers of whom one of these answers lacks or ends within SOON days."""
    today = timezone.localdate()
    lasting = Q(until=None) | Q(until__gt=today + dt.timedelta(days=SOON))
    said = Consent.objects.standing(today).filter(lasting, person=OuterRef("pk"))
    lacks: Any = Q(pk__in=[])
    for code in purposes:
        lacks |= ~Exists(said.filter(purpose=code))
    listed = Registration.objects.current().filter(person=OuterRef("pk"), group__in=CHILDREN)
    people = Person.objects.handled_by(user).filter(Exists(listed), lacks, died=None)
    people = people.filter(below(place.path)) if place else people
    return people.select_related("place__parent").order_by("path", "pinyin", "pk")


def states(people: list[Person], purposes: dict[str, Purpose]) -> list[tuple[Person, list[Any]]]:
    """With every child, for every purpose, what was said last; None: never asked."""
    rows = Consent.objects.filter(person__in=people, purpose__in=purposes)
    last = {
        (one.person_id, one.purpose): one for one in rows.select_related("withdrawal").reverse()
    }
    return [(person, [last.get((person.pk, code)) for code in purposes]) for person in people]


def places_of(user: User) -> QuerySet[Place]:
    """Townships and villages of the user's areas."""
    areas: Q = within([area.path for area in user.scope.areas])
    places = Place.objects.current().filter(areas, level__in=("township", "village"))
    return places.select_related("parent").order_by("path")


def asked_of(request: SignedIn) -> tuple[dict[str, Purpose], Place | None]:
    """For what all are asked, or the one purpose in the address; and the place in it, for who
    sees a county the first township."""
    known, code = asked_purposes(), request.GET.get("purpose", "")
    chosen = [code] if code in known else [code for code, one in known.items() if one.ask]
    place = Place.objects.filter(pk=whole(request.GET.get("place"), 2**62)).first()
    if place is None and is_wide(request.user):
        place = places_of(request.user).first()
    return {code: known[code] for code in chosen}, place


def is_wide(user: User) -> bool:
    return any(len(area.path) <= STEP for area in user.scope.areas)


@needs(CONSENT_CHANGE)
@require_safe
def missing(request: SignedIn) -> HttpResponse:
    """Consents that lack or end soon."""
    purposes, place = asked_of(request)
    at = max(whole(request.GET.get("page"), 10_000), 1)
    start = (at - 1) * PAGE
    people = list(wanting(request.user, purposes, place)[start : start + PAGE + 1])
    query = request.GET.copy()
    query.pop("page", None)
    around = f"?{query.urlencode()}&page="
    context = {
        "rows": states(people[:PAGE], purposes),
        "purposes": purposes,
        "place": place,
        "known": asked_purposes(),
        "lists": LISTS if request.user.scope.asks_why("") else (),
        "places": places_of(request.user),
        "wide": is_wide(request.user),
        "query": query.urlencode(),
        "shown": f"{start + 1}–{start + len(people[:PAGE])}",
        "previous": f"{around}{at - 1}" if start else "",
        "next": f"{around}{at + 1}" if len(people) > PAGE else "",
    }
    return render(request, "privacy/missing.html", context)


@needs(PERSON_EXPORT)
@require_POST
def missing_print(request: SignedIn) -> HttpResponse:
    """The same list as PDF; `purpose` as for every list of minors."""
    purpose = purpose_said(request.POST)
    ask_purpose(request.user, purpose)
    purposes, place = asked_of(request)
    people = list(wanting(request.user, purposes, place)[: PRINTED_MOST + 1])
    if len(people) > PRINTED_MOST:
        raise RuleBroken("missing.long", _("These are too many for one print. Choose a place."))
    heads = [(_("No."), 6), (_("file no."), 14), (pgettext("person", "name"), 12), (_("place"), 24)]
    heads += [(str(one), 18) for one in purposes.values()]
    never = _("not asked yet")
    rows: list[list[Any]] = [
        [number, person.file_number, person.name, f"{person.place.parent} {person.place}"]
        + [one.state_title if one else never for one in said]
        for number, (person, said) in enumerate(states(people, purposes), 1)
    ]
    title, unit = _("Consents that lack or end soon"), documents.unit_of(request.user)
    columns, day = [Column(*head) for head in heads], timezone.localdate().isoformat()
    layout = SheetLayout(title, columns, unit=unit, day=day, mark=new_mark())
    pdf = print_sheet(layout, rows).pdf
    keys = [person.pk for person in people]
    told = {"files": len(keys), "mark": layout.mark, "path": place.path if place else ""}
    note_taken("privacy.missing.print", request.user, keys, "print", purpose, **told)
    return HttpResponse(pdf, content_type=TYPES["pdf"])


# --- a stack of papers ------------------------------------------------------------------------


@needs(CONSENT_CHANGE)
@require_http_methods(GET_POST)
def stack(request: SignedIn) -> HttpResponse:
    """One page for the papers of many children: what they share above, a row for each child."""
    form = StackForm(request.POST or None, initial={"place": request.GET.get("place")})
    place = Place.objects.filter(pk=whole(str(form["place"].value() or ""), 2**62)).first()
    asked = {code: one for code, one in asked_purposes().items() if one.ask}
    people = list(wanting(request.user, asked, place)[:PAGE]) if place else []
    known, rows = givers(people, timezone.localdate()), []
    for person in people:
        ticked = f"{person.pk}-take" in request.POST
        given = (request.POST, request.FILES) if ticked else ()
        rows.append(RowForm(*given, person=person, known=known[person.pk], prefix=str(person.pk)))
        rows[-1].person = person  # type: ignore[attr-defined]
    if form.is_bound:
        saved = _keep(form, rows, request.user) if form.is_valid() else 0
        messages.success(request, _("Recorded: the papers of %d children.") % saved)
        if saved and not any(row.errors for row in rows):
            return to(f"{request.path}?place={form.cleaned_data['place'].pk}")
        rows = [row for row in rows if row.errors or not row.is_bound]
    context = {"form": form, "rows": rows, "place": place, "most": PAGE}
    return render(request, "privacy/stack.html", context, status=422 if form.is_bound else 200)


def _keep(form: StackForm, rows: list[RowForm], user: User) -> int:
    """Record every ticked paper that is right; how many. The others say what is wrong."""
    saved = 0
    for row in rows:
        if row.is_bound and row.is_valid():
            facts = {**form.cleaned_data, **row.cleaned_data}
            try:
                Consent.record(row.person, facts["purposes"], facts, by=user)  # type: ignore[attr-defined]
            except RuleBroken as broken:
                row.add_error(None, broken.message)
            else:
                saved += 1
    return saved
