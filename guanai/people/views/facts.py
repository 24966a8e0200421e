"""Changing what a file states: its sections and its entries, of the person or of the kin."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from guanai.core.broken import RuleBroken
from guanai.core.web import SignedIn, needs
from guanai.organisations.rules import PERSON_CHANGE
from guanai.people.fields import detail_fields, person_fields, row_fields
from guanai.people.file import File
from guanai.people.forms import FactsForm, WithdrawForm
from guanai.people.labels import KINDS
from guanai.people.models import ROWS, Kinship, LegalBasis
from guanai.people.models.rows import FileRow, plain
from guanai.people.presenting import OF_KIN, Line
from guanai.people.roster import numbers
from guanai.people.views.door import Door, answer, enter, saved
from guanai.people.views.waiting import asked_for
from guanai.people.wording import relation

SECTIONS = {"basics", "details"}
FIXED = {"guardianship": {"guardian", "kind", "relation"}, "kinship": {"relative"}}  # once entered
DERIVED = {"guardianship": {"relation"}}  # from the family


@needs(PERSON_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: SignedIn, uid: UUID, section: str, of: UUID | None = None) -> HttpResponse:
    """Name, birth date and the like, or the details that the file asks for."""
    door = enter(request.user, uid, of, PERSON_CHANGE)
    if section not in SECTIONS:
        raise Http404
    person = door.person
    prefix = "details." if section == "details" else ""
    file = File.open(person)
    if prefix:
        fields = detail_fields(file.groups, adult=not file.is_child)
    else:
        fields = person_fields(child=file.is_child)
    current = {name: person.fact(f"{prefix}{name}") for name in fields}
    form = FactsForm(
        fields, kind="", current=current, version=person.version, data=request.POST or None
    )

    def save() -> None:
        facts = {f"{prefix}{name}": value for name, value in form.facts().items()}
        person.change(
            facts,
            base_version=form.cleaned_data["base_version"],
            by=request.user,
            why=form.cleaned_data["why"],
        )

    title = _("Details") if prefix else _("Personal data")
    return answer(request, door, form, save, title=title, waits=_waits(door))


@needs(PERSON_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def entry(
    request: SignedIn, uid: UUID, kind: str, of: UUID | None = None, row: UUID | None = None
) -> HttpResponse:
    """A new entry of that kind, or the correction of one."""
    door = enter(request.user, uid, of, PERSON_CHANGE)
    old = _row(door, kind, row)
    form = _form(request, door, kind, old)

    def save() -> None:
        facts = _complete(kind, form.facts())
        if kind == "guardianship" and old is None:
            facts["relation"] = _relation(door, facts["guardian"])
        given: Any = {
            "base_version": form.cleaned_data["base_version"],
            "by": request.user,
            "why": form.cleaned_data["why"],
        }
        if old is None:
            door.person.add(ROWS[kind], facts, **given)
        else:
            old.correct(facts, **given)

    shown = {"title": KINDS[kind], "row": old, "kind": kind, "waits": _waits(door)}
    return answer(request, door, form, save, **shown)


@needs(PERSON_CHANGE)
@require_POST
def withdraw(
    request: SignedIn, uid: UUID, kind: str, row: UUID, of: UUID | None = None
) -> HttpResponse:
    door = enter(request.user, uid, of, PERSON_CHANGE)
    old = _row(door, kind, row)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        raise RuleBroken("file.version", _("This form is not of this file. Open it again."))
    if old is not None:
        old.withdraw(**form.cleaned_data, by=request.user)
    return saved(request, door)


def _waits(door: Door) -> list[Line]:
    """What waits of the person, of the kin only what the child's file opens."""
    return asked_for(door.person, {"", *OF_KIN} if door.of else None)


def _row(door: Door, kind: str, uid: UUID | None) -> FileRow | None:
    """404 for a kind unknown or shut; RuleBroken for a row that somebody took out meanwhile."""
    model = ROWS.get(kind)
    if model is None or not door.opens(kind):
        raise Http404
    if uid is None:
        return None
    row: FileRow | None = model.objects.filter(person=door.person, uid=uid).first()
    if row is None:
        gone = _("Somebody took this entry out meanwhile. Open the file again.")
        raise RuleBroken("row.gone", gone)
    row.person = door.person
    return row


def _form(request: SignedIn, door: Door, kind: str, old: FileRow | None) -> FactsForm:
    model = ROWS[kind]
    fields = row_fields(model, _family(door) if kind == "guardianship" else {})
    for name in FIXED.get(kind, ()) if old else DERIVED.get(kind, ()):
        fields.pop(name, None)
    if kind == "kinship" and old is None:
        raise Http404  # a relative is entered by the page for the family
    if kind == "hardship":
        choice: Any = fields["kind"]
        choice.choices = [one for one in choice.choices if LegalBasis.objects.allows(one[0])]
    given = {"day": timezone.localdate().isoformat(), "place": plain(door.person.place)}
    current = old.facts() if old else {**given, "holds": True, "kind": _first(model)}
    return FactsForm(
        fields,
        kind=kind,
        current=current,
        version=door.person.version,
        data=request.POST or None,
    )


def _relation(door: Door, guardian: int) -> str:
    """What the family says that the guardian is to the child."""
    kin = Kinship.objects.filter(person=door.person, relative=guardian).last()
    return kin.relation if kin else "99"  # GB/T 4761: no relative


def _first(model: Any) -> Any:
    """The kind that a new entry most often is."""
    return model._meta.get_field("kind").get_default() if "kind" in model.FACTS else None


def _family(door: Door) -> dict[int, str]:
    """Those of the file who can be named as guardian."""
    return {
        kin.person.pk: f"{kin.person.name} {relation(kin.relation)}".strip()
        for kin in File.open(door.person).kin
    }


def _complete(kind: str, facts: dict[str, Any]) -> dict[str, Any]:
    """What one fact says about others of the same entry."""
    if kind == "schooling" and facts.get("school_class"):
        found = facts["school_class"]
        facts |= {"school": found.school, "grade": found.grade, "class_name": found.name}
    if kind == "identity" and facts.get("kind") == "id":
        read = numbers.id_number(facts["number"])
        facts |= {"number": read.value or facts["number"], "checked": read.code is None}
    return facts
