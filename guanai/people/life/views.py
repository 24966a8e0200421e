"""Leaving, closing, handing over, checklists, and what waits of them."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from guanai.audit.models import note_readings
from guanai.core.broken import RuleBroken
from guanai.core.models import permitted
from guanai.core.web import GET_POST, SignedIn, formed, needs, to
from guanai.organisations.models import User
from guanai.organisations.rules import (
    DEFINITION_CHANGE,
    EVERYBODY,
    PERSON_ADD,
    PERSON_CHANGE,
    PERSON_EXPORT,
    PERSON_MOVE,
    PERSON_VIEW,
)
from guanai.people.life import lists, record_paper
from guanai.people.life.forms import (
    ClassChoice,
    HandOutForm,
    LeaveForm,
    MoveForm,
    RuleForm,
    StrikeForm,
    WhyForm,
)
from guanai.people.looking import note_look
from guanai.people.models import Checkup, Kinship, LifeRule, Transfer
from guanai.people.models.advances import schools_of
from guanai.people.models.checklists import AGES, DAYS, items_of
from guanai.people.models.person import file_seen
from guanai.people.views.door import Door, answer, enter
from guanai.people.wording import relation

PAGE, MANY = 50, 500


@needs(PERSON_VIEW)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """What waits for a decision."""
    user, rules = request.user, LifeRule.current()
    adds = user.has_perm(PERSON_ADD)
    lapsed = list(_placed(lists.lapsed(user))[:PAGE]) if adds else []
    said = lists.statuses_of(lapsed)
    from guanai.people.defining import definitions

    known = definitions()
    grown = [
        (age, list(lists.grown(user, age, rules).select_related("place__parent")
                   .order_by("born", "pk")[:PAGE]))
        for age in AGES
    ]  # fmt: skip
    shown: dict[str, Any] = {
        "offered": _bundles(Transfer.objects.offered_to(user)),
        "given": _bundles(Transfer.objects.visible_to(user).given_by(user)),
        "late": _bundles(lists.overdue(user, rules["transfer"][0])),
        "days": rules["transfer"][0],
        "lapsed": [
            (row, [(one, known[one.definition]) for one in said.get(row.person_id, [])
                   if one.definition in known])
            for row in lapsed
        ],
        "grown": [(age, found) for age, found in grown if found],
        "bereaved": list(_placed(lists.bereaved(user))[:PAGE]) if adds else [],
        "schools": schools_of(user)[:MANY],
        "acts": lists.acts(user)[:PAGE],
        "page": PAGE,
        "may_rule": user.has_perm(DEFINITION_CHANGE),
    }  # fmt: skip
    waits = ("offered", "late", "lapsed", "grown", "bereaved")
    shown["idle"] = not any(shown[name] for name in waits)
    return render(request, "people/life/index.html", shown)


def _placed(rows: Any) -> Any:
    return rows.select_related("person__place__parent").order_by("path", "pk")


def _bundles(rows: Any) -> list[list[Transfer]]:
    """Those that were proposed together, the newest first."""
    near = ("person", "from_place", "to_place", "from_school", "to_school", "proposed_by")
    found = rows.select_related(*near).order_by("-bundle", "pk")[:MANY]
    return [list(some) for _bundle, some in groupby(found, lambda row: row.bundle)]


def _today(door: Door, day: str = "on") -> dict[str, Any]:
    return {day: timezone.localdate(), "base_version": door.file.version}


@needs(PERSON_ADD)
@require_http_methods(GET_POST)
def move(request: SignedIn, uid: UUID) -> HttpResponse:
    """Hand the file over: at once within the own reach, else it waits for the receiving side."""
    door = enter(request.user, uid, None, PERSON_ADD)
    form = MoveForm(request.POST or None, initial=_today(door))

    def save() -> None:
        given = form.cleaned_data
        told = {"on": given["on"], "why": given["why"], "by": request.user}
        if given["to"] and _reaches(request.user, given["to"].path):
            told |= {"base_version": given["base_version"]}
            door.file.move(given["to"], **told, whole_household=given["whole_household"])
            return
        facts = {"to_place": given["to"], "to_school": given["to_school"], "to": given["outside"]}
        facts |= {"day": given["on"], "why": given["why"], "household": given["whole_household"]}
        Transfer.propose([door.file.pk], facts, by=request.user)

    warning = _(
        "A place or school outside your reach accepts first; until then the file and the duty stay "
        "here. Afterwards the offices of the old place no longer see the file."
    )
    return answer(request, door, form, save, title=_("Move or change school"), warning=warning)


def _reaches(user: User, path: str) -> bool:
    """Whether the user answers for both sides."""
    whole = (area for area in user.scope.areas if area.groups == EVERYBODY)
    return user.has_perm(PERSON_MOVE) and any(path.startswith(area.path) for area in whole)


@needs(PERSON_ADD)
@require_http_methods(GET_POST)
def strike(request: SignedIn, uid: UUID, group: str) -> HttpResponse:
    """Out of one ledger, for a reason."""
    door, standing = _standing(request.user, uid, group)
    initial = _today(door) | {"reason": request.GET.get("reason", "")}
    form = StrikeForm(request.POST or None, initial=initial)

    def save() -> None:
        standing.strike(**form.cleaned_data, by=request.user)

    title = _("Strike out of the ledger “%s”") % standing.get_group_display()
    warning = _("The file and its history stay; care does not end with a birthday.")
    return answer(request, door, form, save, title=title, warning=warning)


@needs(PERSON_ADD)
@require_http_methods(GET_POST)
def keep(request: SignedIn, uid: UUID, group: str) -> HttpResponse:
    """Stays in the ledger though a status ended."""
    door, standing = _standing(request.user, uid, group)
    form = WhyForm(request.POST or None, initial=_today(door))

    def save() -> None:
        standing.keep(**form.cleaned_data, by=request.user)

    title = _("Stays in the ledger “%s”") % standing.get_group_display()
    return answer(request, door, form, save, title=title)


def _standing(user: User, uid: UUID, group: str) -> tuple[Door, Any]:
    door = enter(user, uid, None, PERSON_ADD)
    standing = door.file.registrations.current().filter(group=group).first()
    if standing is None:
        raise Http404
    return door, standing


@needs(PERSON_ADD)
@require_http_methods(GET_POST)
def closing(request: SignedIn, uid: UUID) -> HttpResponse:
    """Close the file, or open a closed one again."""
    door = enter(request.user, uid, None, PERSON_ADD)
    closed = door.file.closed_on is not None
    make = WhyForm if closed else LeaveForm
    form = make(request.POST or None, initial=_today(door))

    def save() -> None:
        (door.file.reopen if closed else door.file.close)(**form.cleaned_data, by=request.user)

    title = _("Open the file again") if closed else _("Close the file")
    warning = _(
        "The person leaves all ledgers; the file stays to be read. Care, pairing and duties that "
        "others keep are not ended by it: see to them. After a death enter its day as the last one."
    )
    return answer(request, door, form, save, title=title, warning="" if closed else warning)


@needs(PERSON_VIEW)
@require_http_methods(GET_POST)
def checklist(request: SignedIn, uid: UUID, age: int) -> HttpResponse:
    """What is to be done at sixteen or eighteen; each item is confirmed by a person (POST)."""
    door = enter(
        request.user, uid, None, PERSON_CHANGE if request.method == "POST" else PERSON_VIEW
    )
    if age not in AGES:
        raise Http404
    if request.method == "POST":
        Checkup.confirm(door.file, age, request.POST.getlist("item"), by=request.user)
        return to(request.path)
    if door.file.is_minor:
        note_look(request.user, door.file, [door.file.pk], "form")
    row = Checkup.objects.filter(person=door.file, age=age).first()
    done = row.done if row else {}
    asked = items_of(age, LifeRule.current()[str(age)][1])
    shown = {
        "person": door.file,
        "age": age,
        "items": [(key, text, done.get(key)) for key, text in asked],
        "earlier": [told for key, told in done.items() if key not in dict(asked)],
        "finished": row.finished_at if row else None,
        "may": request.user.has_perm(PERSON_CHANGE, door.file) and not door.file.closed_on,
    }
    return render(request, "people/life/checklist.html", shown)


@needs(PERSON_ADD)
@require_http_methods(GET_POST)
def transfer(request: SignedIn, uid: UUID) -> HttpResponse:
    """Those proposed together: what the receiving side needs to decide, and its decision (POST).

    It sees name, sex, year of birth, ledgers, relatives by name, from where and why: enough to know
    whether this is the person who came; health, hardship and addresses come with the file.
    """
    one, rows, seen = _transfers(request, uid)
    offered = one.state == "waiting" and _is_offered(request.user, one)
    form = ClassChoice(request.POST or None, school=one.to_school if offered else None)
    out = HandOutForm(
        request.POST if request.POST.get("act") == "hand" else None,
        initial={"on": timezone.localdate(), "base_version": one.person.version},
    )
    kin = Kinship.objects.current().filter(person__in=[row.person_id for row in rows])
    near: dict[int, list[str]] = {}
    for link in kin.select_related("relative") if offered or one.pk in seen else ():
        near.setdefault(link.person_id, []).append(
            f"{relation(link.relation)} {link.relative.name}".strip()
        )

    def save() -> HttpResponse:
        picked = set(request.POST.getlist("pick"))
        chosen = rows if len(rows) == 1 else [row for row in rows if str(row.uid) in picked]
        if not chosen:
            raise RuleBroken("transfer.nobody", _("Tick who goes."))
        _decide(request, chosen, form.cleaned_data["school_class"], out)
        return to(reverse("people:life"))

    shown = {"one": one, "kin": near, "seen": seen, "offered": offered, "out": out}
    shown |= {"rows": [(row, near.get(row.person_id, [])) for row in rows[:MANY]]}
    return formed(request, "people/life/transfer.html", form, save, **shown)


def _decide(request: SignedIn, rows: list[Transfer], found: Any, out: HandOutForm) -> None:
    act = request.POST.get("act")
    if act == "accept":
        Transfer.accept(rows, by=request.user, school_class=found)
    elif act == "hand":
        if not out.is_valid():
            raise RuleBroken(
                "transfer.unfinished", _("Tell on which day and against what receipt.")
            )
        rows[0].hand_out(**out.cleaned_data, by=request.user)
    else:
        Transfer.refuse(rows, request.POST.get("why", ""), by=request.user)


def _is_offered(user: User, row: Transfer) -> bool:
    return Transfer.objects.offered_to(user).filter(pk=row.pk).exists()


def _transfers(request: SignedIn, uid: UUID) -> tuple[Transfer, list[Transfer], set[int]]:
    """The one named, those of its bundle in the same state, and of which the reader sees the file.
    Looks at minors are logged, with a purpose where he only oversees."""
    user = request.user
    found = Transfer.objects.select_related("person")
    one = permitted(user, found, uid, PERSON_ADD)
    near = ("person__place", "from_place", "to_place", "from_school", "to_school", "proposed_by")
    rows = list(
        Transfer.objects.visible_to(user)
        .filter(bundle=one.bundle, state=one.state)
        .select_related(*near, "decided_by")
        .prefetch_related("person__registrations")
        .order_by("pk")
    )
    seen = set(
        Transfer.objects.filter(file_seen(user), pk__in=[row.pk for row in rows])
        .values_list("pk", flat=True)
    )  # fmt: skip
    minors = [row.person_id for row in rows if row.person.counts_as_minor()]
    if seen and minors:
        note_look(user, next(row.person for row in rows if row.pk in seen), minors, "transfer")
    elif minors:
        note_readings(user, minors, "transfer")
    return next(row for row in rows if row.pk == one.pk), rows, seen


@needs(PERSON_EXPORT)
@require_safe
def transfer_paper(request: SignedIn, uid: UUID, kind: str) -> HttpResponse:
    """The record that goes with the person, to be stamped by both sides (R14.30)."""
    one = permitted(request.user, Transfer.objects.filter(file_seen(request.user)), uid,
                    PERSON_EXPORT)  # fmt: skip
    if one.person.is_minor:
        note_look(request.user, one.person, [one.person_id], "transfer")
    return record_paper.respond(one, request.user, kind)


@needs(DEFINITION_CHANGE)
@require_http_methods(GET_POST)
def rules(request: SignedIn) -> HttpResponse:
    """After how many days, and what the checklists ask."""
    if request.method == "POST":
        form = RuleForm(request.POST)
        back = reverse("people:life_rules")
        title = _("Rules of this county")

        def save() -> HttpResponse:
            given = form.cleaned_data
            LifeRule.set(given["name"], given["days"], given["items"].split("\n"), by=request.user)
            return to(back)

        return formed(request, "core/form.html", form, save, title=title, back=back)
    current = LifeRule.current()
    forms = []
    for name in DAYS:
        days, own = current[name]
        texts = [text for _key, text in items_of(int(name), own)] if name.isdigit() else []
        form = RuleForm(initial={"name": name, "days": days, "items": "\n".join(texts)})
        if not texts:
            del form.fields["items"]
        forms.append((name, form))
    return render(request, "people/life/rules.html", {"forms": forms})
