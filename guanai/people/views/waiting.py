"""Changes that wait for the township: on the file, as a list, and where they are decided on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanai.core.web import GET_POST, SignedIn, needs, to, whole
from guanai.organisations.models import Place, User
from guanai.organisations.rules import PERSON_CHANGE, PERSON_MOVE
from guanai.people.labels import label, show
from guanai.people.models import Kinship, Person, WaitingChange
from guanai.people.presenting import OF_KIN, Line
from guanai.people.views.door import answer, enter

PAGE = 50
PLACES = 300  # to choose from
TOLD_DAYS = 30  # a file tells for so long that something was not confirmed


class DecideForm(forms.Form):
    """`base_version`: the file as it was shown to who decides."""

    base_version = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=gettext_lazy("decision"),
        choices=[("confirm", gettext_lazy("confirm")), ("refuse", gettext_lazy("do not confirm"))],
        widget=forms.RadioSelect,
    )
    why = forms.CharField(
        label=gettext_lazy("why not; who asked reads it"), max_length=200, required=False
    )


def shown(change: WaitingChange, *, look: bool = True) -> list[Line]:
    """Both values of each fact; a third where somebody else changed it meanwhile, of an entry only
    if one is to `look` (a statement)."""
    none = _("nothing")
    found = []
    for one in change.compared(look=look):
        now, wanted = (show(one.name, value) or none for value in (one.now, one.wanted))
        text = _("now %(now)s, wanted %(wanted)s") % {"now": now, "wanted": wanted}
        if one.clashes:
            before = {"before": show(one.name, one.before) or none}
            text += _("; was %(before)s when it was asked, somebody changed it since") % before
        found.append((label(one.name), text))
    return found


def attached(people: list[int]) -> list[QuerySet[Any]]:
    """Of the file and of the kin. The statement is prepared once: it knows no day of its own."""
    kin = Kinship.objects.filter(person__in=people).values("relative")
    theirs = Q(person__in=people) | Q(person__in=kin)
    rows = WaitingChange.objects.filter(theirs, outcome__in=("", "refused"))
    return [rows.annotate(extra_by=F("asked_by__name"))]


def _told(person: Person) -> list[WaitingChange]:
    """What is still to be told of what is attached; of the kin what this file shows of them."""
    since = timezone.now() - dt.timedelta(days=TOLD_DAYS)
    near = {**getattr(person, "near", {}), person.pk: person}
    found = []
    for row in person.attached[WaitingChange]:  # type: ignore[attr-defined]
        row.asked_at = _aware(row.asked_at)
        lately = row.decided_at is None or _aware(row.decided_at) >= since
        here = row.person_id == person.pk or row.kind in ("", *OF_KIN)
        if row.person_id in near and lately and here:
            row.person = near[row.person_id]
            found.append(row)
    return found


def _aware(moment: dt.datetime) -> dt.datetime:
    """SQLite's rows that come by a union tell UTC without saying so."""
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=dt.UTC)


def asked_for(person: Person, kinds: Container[str] | None = None) -> list[Line]:
    """What waits of a person, for the forms by which it would be changed again, and, of these
    kinds only, for the person's own copy of the file."""
    found = WaitingChange.objects.open().filter(person=person)
    rows = [row for row in found if kinds is None or row.kind in kinds]
    for row in rows:
        row.person = person
    return [line for row in rows for line in shown(row, look=False)]


def panel(person: Person, reader: User) -> dict[str, Any]:
    """What waits, and what was not confirmed lately, for who works on the file."""
    decides = reader.has_perm(PERSON_MOVE, person)
    if not (decides or reader.has_perm(PERSON_CHANGE, person)):
        return {"rows": []}
    return {
        "rows": [
            {
                "change": row,
                "who": "" if row.person == person else row.person.name,
                "lines": shown(row, look=False),
                "may_decide": decides and not row.outcome and row.asked_by_id != reader.pk,
                "may_take": not row.outcome and row.asked_by_id == reader.pk,
            }
            for row in _told(person)
        ]
    }


def count(user: User) -> int:
    """How many wait for this user."""
    return _for(user).count() if user.has_perm(PERSON_MOVE) else 0


def _for(user: User) -> QuerySet[WaitingChange]:
    rows = WaitingChange.objects.visible_to(user).open()
    return rows.exclude(asked_by=user).filter(person__in=Person.objects.handled_by(user))


@needs(PERSON_MOVE)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """`?place=CODE&page=`; the oldest first."""
    waiting, code = _for(request.user), request.GET.get("place", "")
    lying = Q(pk__in=waiting.values("person__place"))
    lying |= Q(pk__in=waiting.values("person__place__parent"))
    places = list(Place.objects.filter(lying).order_by("path")[:PLACES])
    if code:
        place = get_object_or_404(Place, code=code, pk__in=[one.pk for one in places])
        waiting = waiting.filter(person__path__startswith=place.path)
    page = max(whole(request.GET.get("page"), 10_000), 1)
    start = (page - 1) * PAGE
    query = urlencode({"place": code})
    rows = waiting.select_related("person__place__parent", "asked_by")
    found = list(rows.order_by("asked_at", "pk")[start : start + PAGE + 1])
    now, some = timezone.now(), found[:PAGE]
    context = {
        "rows": [(row, (now - row.asked_at).days, label(row.kind or "name")) for row in some],
        "places": places,
        "code": code,
        "shown": f"{start + 1}–{start + len(some)}" if some else "",
        "previous": f"?{query}&page={page - 1}" if start else "",
        "next": f"?{query}&page={page + 1}" if len(found) > PAGE else "",
    }
    return render(request, "people/waiting/list.html", context)


@needs(PERSON_MOVE)
@require_http_methods(GET_POST)
def decide(request: SignedIn, uid: UUID, change: UUID) -> HttpResponse:
    """Both values side by side; it is confirmed, or refused with a reason."""
    door = enter(request.user, uid, None, PERSON_MOVE)
    rows = WaitingChange.objects.select_related("asked_by")
    row = get_object_or_404(rows, uid=change, person=door.file)
    row.person = door.file
    form = DecideForm(request.POST or None, initial={"base_version": door.file.version})

    def save() -> None:
        if form.cleaned_data["outcome"] == "confirm":
            row.confirm(base_version=form.cleaned_data["base_version"], by=request.user)
        else:
            row.refuse(form.cleaned_data["why"], by=request.user)

    title = _("Confirm a change of the village")
    asked = {"name": row.asked_by.name, "day": timezone.localtime(row.asked_at).date().isoformat()}
    warning = _("%(name)s asked for this on %(day)s.") % asked
    if row.told["why"]:
        warning += " " + row.told["why"]
    return answer(request, door, form, save, title=title, warning=warning, facts=shown(row))


@needs(PERSON_CHANGE)
@require_POST
def take_back(request: SignedIn, uid: UUID, change: UUID) -> HttpResponse:
    """By who asked, as long as nobody decided."""
    door = enter(request.user, uid, None, PERSON_CHANGE)
    rows = WaitingChange.objects.filter(asked_by=request.user, person=door.file)
    get_object_or_404(rows, uid=change).take_back(by=request.user)
    return to(door.back)
