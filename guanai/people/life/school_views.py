"""A new school year, and a change of school for many."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from guanai.core.broken import RuleBroken
from guanai.core.models import permitted
from guanai.core.web import GET_POST, SignedIn, formed, needs, to
from guanai.organisations.models import Organisation, User
from guanai.organisations.rules import PERSON_ADD
from guanai.people.life import years
from guanai.people.life.forms import SchoolsForm
from guanai.people.models import Advance, Transfer
from guanai.people.models.advances import schools_of
from guanai.people.rules import FIRST_MONTH

MONTHS_AHEAD = 6  # before that the new school year is the one that began last


def _first_day() -> dt.date:
    """1 September: of this year from March on, else of the last one."""
    today = timezone.localdate()
    return dt.date(today.year - (today.month < FIRST_MONTH - MONTHS_AHEAD), FIRST_MONTH, 1)


def _school(user: User, uid: UUID) -> Organisation:
    found = schools_of(user).filter(uid=uid).first()
    if found is None:
        user.refused(PERSON_ADD, Organisation._meta.label, uid)
        raise Http404
    return found  # type: ignore[no-any-return]


@needs(PERSON_ADD)
@require_POST
def begin(request: SignedIn, uid: UUID) -> HttpResponse:
    """Prepare the new school year of this school, or go on preparing it."""
    school = _school(request.user, uid)
    act = Advance.prepare(school, _first_day(), by=request.user)
    return to(reverse("people:year", args=[act.uid]))


def _act(user: User, uid: UUID) -> Advance:
    return permitted(user, Advance.objects.select_related("school", "by"), uid, PERSON_ADD)


def _choices(act: Advance) -> list[tuple[str, str]]:
    """What can become of a class."""
    schools = Organisation.objects.filter(kind="school", closed_on=None).exclude(pk=act.school_id)
    return [
        ("up", _("next grade")),
        ("stay", _("stays as it is")),
        ("leave", _("finishes here")),
        *((f"to:{one.uid}", _("goes to %s") % one) for one in schools),
    ]


@needs(PERSON_ADD)
@require_http_methods(GET_POST)
def year(request: SignedIn, uid: UUID) -> HttpResponse:
    """Each class with where it goes; what that means; then it is carried out. Later: taken back."""
    act, user = _act(request.user, uid), request.user
    if request.method == "POST":
        return _post(request, act)
    draft = act.state == "draft"
    classes = years.lines(act, user) if draft else []
    counts: dict[str, int] = {}
    for _row, word in years.fates(act, user) if draft else ():
        name = word.partition(":")[0]
        counts[name] = counts.get(name, 0) + 1
    shown: dict[str, Any] = {
        "act": act,
        "seen": act.mark,
        "classes": classes,
        "choices": _choices(act) if draft else [],
        "counts": {
            name: counts.get(name, 0) for name in ("up", "repeat", "class", "leave", "to", "stay")
        },
        "total": act.steps.count(),
        "done": act.steps.exclude(state="").count(),
        "kept": act.kept() if not draft else [],
    }
    part = "#state" if getattr(request, "htmx", False) else ""
    return render(request, f"people/life/year.html{part}", shown)


def _post(request: SignedIn, act: Advance) -> HttpResponse:
    what = request.POST.get("act")
    if what == "undo":
        act.undo(by=request.user)
    elif what == "drop":
        act.drop(by=request.user)
        return to(reverse("people:life"))
    else:
        known = {word for word, _title in _choices(act)}
        told = {
            name[6:]: word
            for name, word in request.POST.items()
            if name.startswith("class.") and word in known
        }
        act.choose("classes", told, request.POST.get("seen", ""), by=request.user)
        if what == "confirm":
            years.confirm(act, by=request.user)
    return to(request.path)


@needs(PERSON_ADD)
@require_http_methods(GET_POST)
def year_class(request: SignedIn, uid: UUID) -> HttpResponse:
    """The pupils of one class (`?class=3|2`) who do otherwise than it."""
    act = _act(request.user, uid)
    key = request.GET.get("class", "")
    line = next((one for one in years.lines(act, request.user) if one.key == key), None)
    if act.state != "draft" or line is None:
        raise Http404
    rows = years.pupils(act, request.user).filter(grade=line.grade, class_name=line.name)
    rows = rows.select_related("person").order_by("person__pinyin", "pk")
    others = {one.name for one in years.lines(act, request.user) if one.name != line.name}
    own = [("", _("as the class")), ("repeat", _("repeats the year")), *_choices(act)[:3]]
    own += [(f"class:{name}", _("next grade, class %s") % name) for name in sorted(others) if name]
    own += _choices(act)[3:]
    if request.method == "POST":
        known, mine = dict(own), {str(row.person_id): str(row.person.uid) for row in rows}
        told = {pk: request.POST.get(f"pupil.{uid_}", "") for pk, uid_ in mine.items()}
        told = {pk: word for pk, word in told.items() if word in known}
        act.choose("pupils", told, request.POST.get("seen", ""), by=request.user)
        return to(reverse("people:year", args=[act.uid]))
    chosen = act.plan.get("pupils", {})
    pupils = [(row.person, chosen.get(str(row.person_id), "")) for row in rows]
    shown = {"act": act, "line": line, "pupils": pupils, "choices": own, "seen": act.mark}
    return render(request, "people/life/year_class.html", shown)


@needs(PERSON_ADD)
@require_http_methods(GET_POST)
def change(request: SignedIn, uid: UUID) -> HttpResponse:
    """Classes or pupils (`?class=3|2`) of a school that go to another one, which accepts them."""
    school = _school(request.user, uid)
    act = Advance(school=school, day=timezone.localdate() + dt.timedelta(days=1))
    classes, key = years.lines(act, request.user), request.GET.get("class", "")
    line = next((one for one in classes if one.key == key), None)
    rows = years.pupils(act, request.user).select_related("person").order_by("person__pinyin", "pk")
    shown = list(rows.filter(grade=line.grade, class_name=line.name)) if line else []
    form = SchoolsForm(request.POST or None, initial={"day": timezone.localdate()})

    def save() -> HttpResponse:
        picked = set(request.POST.getlist("pick"))
        keys = [row.person_id for row in shown if str(row.person.uid) in picked]
        if not line:
            wanted = {(one.grade, one.name) for one in classes if one.key in picked}
            keys = [r.person_id for r in rows if (r.grade, r.class_name) in wanted]
        if not keys:
            raise RuleBroken("transfer.nobody", _("Tick who goes."))
        (first, *_rest) = Transfer.propose(keys, form.cleaned_data, by=request.user)
        return to(reverse("people:transfer", args=[first.uid]))

    context = {"school": school, "classes": classes, "line": line, "pupils": shown}
    return formed(request, "people/life/change.html", form, save, **context)
