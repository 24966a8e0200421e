"""Definitions: who counts as what, by which source and which numbers, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from guanai.core.areas import STEP, below, outermost
from guanai.core.conditions.timeline import FIRST_DAY, LAST_DAY
from guanai.core.web import needs
from guanai.organisations.forms import Day
from guanai.organisations.models import Place, PlaceLevel
from guanai.organisations.rules import DEFINITION_CHANGE, FIGURES, PERSON_VIEW
from guanai.people import showing
from guanai.people.evaluating import numbers_of
from guanai.people.looking import note_look
from guanai.people.models import DefinitionNumbers, LegalBasis, Person, Status
from guanai.people.models.ledger import counts_for_leaders
from guanai.people.views.door import enter

if TYPE_CHECKING:
    from guanai.core.web import SignedIn
    from guanai.core.words import StrOrPromise
    from guanai.organisations.models import User
    from guanai.people.defining import Definition

NAMED, VILLAGERS = 50, 500  # people in a list, of which one more is asked for


def _found(name: str) -> Definition:
    """Raises Http404."""
    from guanai.people.defining import definitions

    one = definitions().get(name)
    if one is None:
        raise Http404
    return one


@require_safe
@needs(PERSON_VIEW, FIGURES)
def index(request: SignedIn) -> HttpResponse:
    """All definitions, by the group that they yield."""
    from guanai.people.defining import definitions

    off = {one.basis for one in definitions().values() if one.basis}
    off = {basis for basis in off if not LegalBasis.objects.allows(basis)}
    context = {"definitions": list(definitions().values()), "off": off}
    return render(request, "people/definitions.html", context)


@require_safe
@needs(PERSON_VIEW, FIGURES)
def detail(request: SignedIn, definition: str) -> HttpResponse:
    """Source, numbers, counts by place and who came and went this month; `?place=CODE` below it."""
    one, user = _found(definition), request.user
    roots = _roots(user)
    place = _place(request, roots)
    guarded = bool(counts_for_leaders(user))
    if guarded and place and place.path not in roots:
        raise Http404  # small places are rolled up one level higher
    top = place.path if place else (roots[0][:STEP] if roots else user.seats[0].path[:STEP])
    context: dict[str, Any] = {
        "one": one,
        "numbers": _numbers(one),
        "off": one.basis and not LegalBasis.objects.allows(one.basis),
        "table": showing.table(user, one, place, top, guarded=guarded),
        "guarded": guarded,
        "above": Place.objects.filter(path=place.path[:-STEP]).first() if place else None,
        "lists": [] if guarded else _lists(user, one, place),
        "may_change": one.parameters and user.has_perm(DEFINITION_CHANGE),
    }
    return render(request, "people/definition.html", context)


def _lists(
    user: User, one: Definition, place: Place | None
) -> list[tuple[StrOrPromise, list[Status], int]]:
    """Heading, some people and how many at most: who came and went; in a village everybody."""
    names = Status.objects.filter(definition=one.id).visible_to(user)
    names = names.select_related("person__place__parent").order_by("path", "person__pinyin")
    if place:
        names = names.filter(below(place.path))
    first, last = showing.month()
    wanted = {_("Came this month"): names.entered(first, last)}
    wanted[_("Left this month")] = names.left(first, last)
    most = NAMED
    if place and place.level in {PlaceLevel.VILLAGE, PlaceLevel.GROUP}:
        wanted |= {_("Not clear"): names.undecided(), _("Counts"): names.counting()}
        most = VILLAGERS
    return [(title, list(rows[: most + 1]), most) for title, rows in wanted.items()]


def _numbers(one: Definition) -> list[tuple[str, int, int]]:
    """Label, the number in use, the definition's own."""
    current = one.defaults() | DefinitionNumbers.current().get(one.id, {})
    return [(str(p.label), current[name], p.default) for name, p in one.parameters.items()]


def _roots(user: User) -> tuple[str, ...]:
    return outermost(counts_for_leaders(user) or [area.path for area in user.scope.areas])


def _place(request: SignedIn, roots: tuple[str, ...]) -> Place | None:
    """The place in view, within the user's area. Raises Http404."""
    code = request.GET.get("place")
    if not code:
        return Place.objects.filter(path=roots[0]).first() if len(roots) == 1 else None
    place = Place.objects.filter(code=code).first()
    if place is None or not any(place.path.startswith(root) for root in roots):
        raise Http404
    return place


class NumbersForm(forms.Form):
    """The numbers of a definition; first they are shown, then confirmed."""

    def __init__(self, one: Definition, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, asked in one.parameters.items():
            self.fields[name] = forms.IntegerField(
                label=str(asked.label), min_value=asked.least, max_value=asked.most
            )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(DEFINITION_CHANGE)
def change(request: SignedIn, definition: str) -> HttpResponse:
    """Who would enter and leave with other numbers; a person confirms."""
    one = _found(definition)
    if not one.parameters:
        raise Http404
    form = NumbersForm(one, request.POST or None, initial=numbers_of(one))
    context: dict[str, Any] = {"one": one, "form": form}
    if request.method == "POST":
        if not form.is_valid():
            return render(request, "people/definition_numbers.html", context, status=422)
        if "confirm" in request.POST:
            DefinitionNumbers.set(one.id, form.cleaned_data, by=request.user)
            back = reverse("people:definition", args=[one.id])
            return HttpResponseRedirect(back, status=303)
        context["preview"] = showing.preview(request.user, one, form.cleaned_data)
    return render(request, "people/definition_numbers.html", context)


class DayForm(forms.Form):
    """A day on which somebody could be meant; far from it years cannot be reckoned."""

    on = forms.DateField(
        widget=Day(), validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
    )


@require_safe
@needs(PERSON_VIEW)
def of_person(request: SignedIn, uid: UUID) -> HttpResponse:
    """Why, or why not, under every definition, on any day (`?on=2026-09-01`)."""
    person = enter(request.user, uid, None, PERSON_VIEW).file
    form = DayForm(request.GET) if "on" in request.GET else None
    wrong = form.errors.get("on") if form else None
    day = form.cleaned_data["on"] if form and not wrong else timezone.localdate()
    _note(person, request.user)
    answers = showing.answers_on(person, day)
    context = {"person": person, "answers": answers, "day": day, "today": timezone.localdate()}
    return render(
        request, "people/statuses.html", {**context, "wrong": wrong}, status=422 if wrong else 200
    )


def _note(person: Person, user: User) -> None:
    if person.is_minor:
        note_look(user, person, [person.pk], "statuses")
