"""New files and new family: first it is looked up whether the person has a file already."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
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
from guanai.people.drafts import IdDraft, PersonDraft, ResidenceDraft, SchoolingDraft
from guanai.people.forms import NewFileForm, NewKinForm
from guanai.people.linking.likely import Likely, likely
from guanai.people.models import Identity, Kinship, Look, Person
from guanai.people.tasks import link_person
from guanai.people.views.door import answer, enter

NEW = "new"  # posted as `same`: none of those shown


@needs(PERSON_ADD)
@require_http_methods(GET_POST)
def new_file(request: SignedIn) -> HttpResponse:
    form = NewFileForm(
        request.POST or None, initial=_own_place(request.user), scope=request.user.scope
    )
    same: list[Likely] = []
    if form.is_valid():
        same = likely(form.cleaned_data, form.cleaned_data["place"], request.user)
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
    person = _enter(draft, request.user)
    if request.user.scope.asks_why(person.path):  # it is plain for what it is opened now
        Look.state(person, "verify", "", by=request.user)
    return to(reverse("people:file", args=[person.uid]))


@needs(PERSON_CHANGE)
@require_http_methods(GET_POST)
def new_kin(request: SignedIn, uid: UUID) -> HttpResponse:
    """Take somebody into the family: a person who has a file already, or a new one."""
    door = enter(request.user, uid, None, PERSON_CHANGE)
    form = NewKinForm(request.POST or None)
    same: list[Likely] = []
    if request.method == "POST" and form.is_valid():
        found = likely(form.cleaned_data, door.file.place, request.user, [door.file.name])
        same = [one for one in found if one.person != door.file]

    @transaction.atomic
    def save() -> None:
        given = form.cleaned_data
        choice = request.POST.get("same")
        chosen = next((one.person for one in same if str(one.person.uid) == choice), None)
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
    return _enter(draft, user)


def _enter(draft: PersonDraft, user: User) -> Person:
    """A new file; afterwards it is compared with those that the user does not see."""
    with transaction.atomic():
        (key,) = Person.objects.enter([draft], by=user)
        transaction.on_commit(lambda: link_person.enqueue(key))
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
