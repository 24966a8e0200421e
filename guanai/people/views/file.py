"""The page of a file, its history, and how it is printed."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from guanai.audit.models import record
from guanai.core.registries import SIDES, panels
from guanai.core.web import SignedIn, needs, to
from guanai.organisations.models import Organisation, Place, Post, User
from guanai.organisations.rules import (
    PERSON_ADD,
    PERSON_CHANGE,
    PERSON_DECIDE,
    PERSON_EXPORT,
    PERSON_VIEW,
)
from guanai.people import presenting
from guanai.people.file import Facts, File, attach
from guanai.people.looking import note_look
from guanai.people.models import Change, LegalBasis, Merge, Person
from guanai.people.presenting import ADULT, OF_KIN, OWN, SCHOOL, parts
from guanai.people.spine import KIN_SHOWN, QUIET, numbered, spine, told
from guanai.people.views.door import enter

ON_SPINE = 30  # changes of the file on its own page; all of them stand in the history
IN_HISTORY = 200


@needs(PERSON_VIEW)
@require_safe
def detail(request: SignedIn, uid: UUID) -> HttpResponse:
    return _page(request, uid, "people/file.html", "page")


@needs(PERSON_VIEW)
@require_safe
def print_view(request: SignedIn, uid: UUID) -> HttpResponse:
    """A4, to be printed by the browser."""
    return _page(request, uid, "people/print.html", "print")


def _page(request: SignedIn, uid: UUID, template: str, how: str) -> HttpResponse:
    person = enter(request.user, uid, None, PERSON_VIEW).file
    file = File.open(person, request.user)
    _note(file, request.user, how)
    if how == "print":
        with transaction.atomic():
            record("people.person.print", by=request.user, subject=person)
    return render(request, template, _context(file, request.user))


def _note(file: File, user: User, how: str) -> None:
    """Which minors' facts this page shows: the child's, and those of brothers and sisters."""
    keys = [file.person.pk] if file.is_child else []
    keys += [kin.person.pk for kin in file.kin if kin.shown and kin.is_minor]
    if keys:
        note_look(user, file.person, keys, how)


def _context(file: File, user: User) -> dict[str, Any]:
    attach(file.person)
    near = {kin.person.pk: kin.person for kin in file.kin if kin.shown}
    file.person.near = near  # type: ignore[attr-defined]
    held = Post.objects.filter(user=OuterRef("entry__user")).order_by("-since", "-pk")
    offices = Subquery(held.values("organisation__kind")[:1])
    changes = file.person.changes.select_related("entry__user").annotate(office=offices)[:ON_SPINE]
    hidden = _hidden(file)
    may_change = user.has_perm(PERSON_CHANGE, file.person) and not file.person.closed_on
    kin = []
    for one in file.kin:
        facts = one.facts if one.shown else Facts(one.person)
        kin.append(
            {
                "kin": one,
                "facts": facts,
                "parts": parts(facts, OF_KIN, hidden),
                "details": presenting.kin_details(one) if one.shown else [],
                "may": {"change": may_change and one.changeable},
            }
        )
    return {
        "file": file,
        "person": file.person,
        "spine": spine(file, changes, user),
        "sides": SIDES,
        "why": presenting.why(file),
        "alarm": presenting.alarm(file),
        "owed": presenting.owed(file),
        "family": kin,
        "wards": [one for one in file.wards if one.person.may_open],  # type: ignore[attr-defined]
        "haves": presenting.four_haves(file),
        "details": presenting.detail_lines(file),
        "school": parts(file.facts, SCHOOL, hidden) if file.is_child else None,
        "parts": parts(file.facts, OWN if file.is_child else ADULT, hidden),
        "records": parts(file.facts, ("award", "note", "met"), hidden),
        "quiet": parts(file.facts, (QUIET,), hidden) if may_change and file.is_child else None,
        "panels": [(panel, panel.context(file.person, user)) for panel in panels.all()],
        "may": {
            "change": may_change,
            "add": user.has_perm(PERSON_ADD, file.person),
            "decide": user.has_perm(PERSON_DECIDE, file.person),
            "export": user.has_perm(PERSON_EXPORT, file.person),
        },
    }


def _hidden(file: File) -> frozenset[str]:
    """Hardships that rest on a repealed policy are shown while a legal basis is in force."""
    flagged = any(row.kind in LegalBasis.ASKED for row in file.facts.all("hardship"))
    off = {flag for flag in LegalBasis.ASKED if flagged and not LegalBasis.objects.allows(flag)}
    return frozenset(off)


@needs(PERSON_VIEW)
@require_safe
def history(request: SignedIn, uid: UUID) -> HttpResponse:
    """Who changed what, when, from what to what, and why; of the kin, what this file shows."""
    person = enter(request.user, uid, None, PERSON_VIEW).file
    file = File.open(person, request.user)
    people = {person.pk: person} | {kin.person.pk: kin.person for kin in file.kin if kin.shown}
    wanted = Q(person=person) | Q(person__in=people, version__gt=1)
    changes = list(
        Change.objects.filter(wanted)
        .select_related("entry__user", "batch")
        .order_by("-at", "-pk")[:IN_HISTORY]
    )
    for change in changes:
        change.person = people[change.person_id]
    _note(file, request.user, "history")
    names = _names(changes)
    open_ = {person.pk} | {kin.person.pk for kin in file.kin if kin.changeable}
    rows = [_history_row(change, person, names, request.user) for change in changes]
    for row in rows:
        row["undo"] = row["undo"] if row["change"].person_id in open_ else ""
    shown = {"person": person, "rows": [row for row in rows if row["values"]]}
    return render(request, "people/history.html", shown)


def _history_row(change: Change, file: Person, names: dict[str, str], user: User) -> dict[str, Any]:
    """`undo` is where one's own last change can be undone, or empty."""
    of_kin = change.person_id != file.pk
    given = {"uid": file.uid, "change": change.uid}
    given |= {"of": change.person.uid} if of_kin else {}
    may_undo = user.has_perm(PERSON_CHANGE, file) and change.may_be_reverted(user)
    return {
        "change": change,
        "who": change.person.name if of_kin else "",
        "values": told(
            change, names, KIN_SHOWN if of_kin else None, quiet=user.has_perm(PERSON_CHANGE, file)
        ),
        "undo": reverse("people:revert", kwargs=given) if may_undo else "",
    }


def _names(changes: list[Change]) -> dict[str, str]:
    """Names of relatives and schools that the history keeps as numbers."""
    wanted = defaultdict[str, set[int | str]](set)
    for what, key in numbered(changes):
        wanted[what].add(key)
    places = Place.objects.filter(code__in=wanted["place"]).values_list("code", "name")
    people = dict(Person.objects.filter(pk__in=wanted["person"]).values_list("pk", "name"))
    merged = Merge.objects.filter(gone__pk__in=wanted["person"])
    people |= dict(merged.values_list("gone", "person__name"))
    schools = Organisation.objects.filter(pk__in=wanted["organisation"]).values_list("pk", "name")
    named = {f"person:{key}": name for key, name in people.items()}
    named |= {f"place:{code}": name for code, name in places}
    return named | {f"organisation:{key}": name for key, name in schools}


@needs(PERSON_CHANGE)
@require_POST
def revert(request: SignedIn, uid: UUID, change: UUID, of: UUID | None = None) -> HttpResponse:
    door = enter(request.user, uid, of, PERSON_CHANGE)
    changes = Change.objects.select_related("person", "entry").filter(person=door.person)
    found = get_object_or_404(changes, uid=change)
    kind = found.why.partition(".")[0]
    if not (kind == "person" or door.opens(kind)):
        raise Http404
    found.revert(by=request.user)
    return to(reverse("people:history", kwargs={"uid": door.file.uid}))
