"""New files and new family: first it is looked up whether the person has a file already."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from guanai.core.broken import RuleBroken
from guanai.core.crypto import vault
from guanai.core.dates import PartialDate
from guanai.core.web import GET_POST, SignedIn, form_page, formed, needs, to
from guanai.organisations.models import Place, User
from guanai.organisations.rules import PERSON_ADD, PERSON_CHANGE
from guanai.people import names
from guanai.people.drafts import IdDraft, PersonDraft, ResidenceDraft, SchoolingDraft
from guanai.people.forms import NewFileForm, NewKinForm
from guanai.people.models import Contact, Identity, Kinship, Look, Person, SearchToken
from guanai.people.views.door import answer, enter

NEW = "new"  # posted as `same`: none of those shown
FEW = 12


@needs(PERSON_ADD)
@require_http_methods(GET_POST)
def new_file(request: SignedIn) -> HttpResponse:
    form = NewFileForm(
        request.POST or None, initial=_own_place(request.user), schools=request.user.scope.schools
    )
    same: list[Person] = []
    if form.is_valid():
        same = list(possible_same(form.cleaned_data, request.user).select_related("place"))
    shown = {"title": _("New file"), "same": same}
    if same and request.POST.get("same") != NEW:
        return form_page(request, "people/new.html", form, **shown)
    return formed(request, "people/new.html", form, lambda: _open(request, form), **shown)


def _open(request: SignedIn, form: NewFileForm) -> HttpResponse:
    given = form.cleaned_data
    _refuse_taken(given)
    _refuse_ground(given, request.user)
    draft = _draft(given, given["place"])
    draft.groups = (given["group"],)
    if given.get("school"):
        draft.schooling = SchoolingDraft(school=given["school"].pk)
    draft.residences = [ResidenceDraft(given["address"])] if given["address"] else []
    (key,) = Person.objects.enter([draft], by=request.user)
    person = Person.objects.get(pk=key)
    if request.user.scope.asks_why(person.path):  # it is plain for what it is opened now
        Look.state(person, "verify", "", by=request.user)
    return to(reverse("people:file", args=[person.uid]))


@needs(PERSON_CHANGE)
@require_http_methods(GET_POST)
def new_kin(request: SignedIn, uid: UUID) -> HttpResponse:
    """Take somebody into the family: a person who has a file already, or a new one."""
    door = enter(request.user, uid, None, PERSON_CHANGE)
    form = NewKinForm(request.POST or None)
    same: list[Person] = []
    if request.method == "POST" and form.is_valid():
        found = possible_same(form.cleaned_data, request.user).exclude(pk=door.file.pk)
        same = list(found.select_related("place"))

    @transaction.atomic
    def save() -> None:
        given = form.cleaned_data
        choice = request.POST.get("same")
        chosen = next((one for one in same if str(one.uid) == choice), None)
        if same and chosen is None and choice != NEW:
            raise RuleBroken("kin.same", _("Is it one of these persons? Choose first."))
        relative = chosen or _new_relative(given, door.file, request.user)
        facts = {"relative": relative, "relation": given["relation"]}
        door.file.add(Kinship, facts, by=request.user)

    return answer(request, door, form, save, title=_("New family member"), same=same)


def _new_relative(given: dict[str, Any], person: Person, user: User) -> Person:
    _refuse_taken(given)
    draft = _draft(given, person.place)
    if given["with_household"]:
        draft.household = person.found_household(by=user).pk
    (key,) = Person.objects.enter([draft], by=user)
    return Person.objects.get(pk=key)


def _draft(given: dict[str, Any], place: Place) -> PersonDraft:
    return PersonDraft(
        given["name"],
        place,
        sex=given["sex"],
        birth=PartialDate.parse(given["born"]) if given["born"] else None,
        ids=[IdDraft(given["number"])] if given["number"] else [],
        phones=[given["phone"]] if given["phone"] else [],
    )


def possible_same(given: dict[str, Any], user: User) -> QuerySet[Person]:
    """Files that the reader handles with the same number, phone, or a name that sounds alike
    and a birth year that fits."""
    sound = names.pinyin(given["name"])
    called = SearchToken.objects.filter(token=sound.replace(" ", ""))
    alike = Q(pk__in=called.values("person"), pinyin=sound)
    if given["born"]:
        year = int(given["born"][:4])
        alike &= Q(born=None) | Q(born__year__range=(year - 1, year + 1))
    blinds = vault().blinds
    if given["number"]:
        held = Identity.objects.filter(exact__in=blinds("id", given["number"]))
        alike |= Q(pk__in=held.values("person"))
    if given["phone"]:
        reached = Contact.objects.filter(exact__in=blinds("phone", given["phone"]))
        alike |= Q(pk__in=reached.values("person"))
    seen = Person.objects.handled_by(user).filter(alike).order_by("pinyin", "pk")
    return seen.filter(pk__in=list(seen.values_list("pk", flat=True)[:FEW]))


def _refuse_taken(given: dict[str, Any]) -> None:
    """One person, one file, wherever it lies. Raises RuleBroken."""
    number = given["number"]
    if number and Identity.objects.standing(vault().blinds("id", number)).exists():
        raise RuleBroken(
            "identity.taken",
            _("A file with this number exists already. If you do not see it, ask the county."),
        )


def _refuse_ground(given: dict[str, Any], user: User) -> None:
    """A file begins where the user's post opens it afterwards; a school's with its schooling."""
    school = given.get("school")
    if not user.scope.keeps(given["group"], given["place"].path, school and school.pk):
        raise RuleBroken("group.outside", _("Your post does not keep this ledger at this place."))


def _own_place(user: User) -> dict[str, Any]:
    posts = user.current_posts
    return {"place": posts[0].organisation.place_id} if posts else {}
