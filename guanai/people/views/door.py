"""The door of a file, and the one way in which its forms are answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from guanai.core.broken import RuleBroken
from guanai.core.models import Moved, permitted
from guanai.core.web import SignedIn, to
from guanai.organisations.models import User
from guanai.people.conflicts import Conflict
from guanai.people.file import File
from guanai.people.forms import BasedForm
from guanai.people.looking import note_look
from guanai.people.models import AccessGrant, Look, Person
from guanai.people.presenting import OF_KIN


@dataclass(frozen=True)
class Door:
    """The file whose door was passed, and whose facts are meant: its person, or one of the kin."""

    file: Person
    person: Person

    def url(self, page: str, **arguments: Any) -> str:
        of = {"of": self.of} if self.of else {}
        return reverse(f"people:{page}", kwargs={"uid": self.file.uid, **of, **arguments})

    @property
    def of(self) -> UUID | None:
        return None if self.person == self.file else self.person.uid

    def opens(self, kind: str) -> bool:
        """Of the kin only what the child's file asks about them."""
        return self.of is None or kind in OF_KIN

    @property
    def back(self) -> str:
        return reverse("people:file", kwargs={"uid": self.file.uid})


def enter(user: User, uid: UUID, of: UUID | None, perm: str, *, doubted: bool = False) -> Door:
    """404 for an unseen file or for kin that it does not open; 403 without the verb.

    `doubted`: nothing of the kin is shown or changed, so that any kin of today will do.
    """
    people = Person.objects.select_related("household", "place__parent").annotate(
        looked=Look.objects.purpose_of(user),
        in_emergency=Exists(AccessGrant.objects.in_emergency(user).filter(person=OuterRef("pk"))),
    )
    file = permitted(user, people, uid, perm)
    if of is None:
        return Door(file, file)
    kin = next((one for one in File.open(file, user).kin if one.person.uid == of), None)
    if kin is None and (now := Person.objects.successor(user, of)):
        raise Moved(of, now)
    if kin is None or not (kin.stands if doubted else kin.changeable):
        user.refused(perm, Person._meta.label, of)
        raise Http404
    return Door(file, kin.person)


def answer(
    request: SignedIn,
    door: Door,
    form: Form,
    save: Callable[[], object],
    **context: Any,
) -> HttpResponse:
    """The form, or after it was saved the file: as a fragment for htmx, else by a redirect.

    What is wrong is said in the form (422); a clash of two editors offers both values
    (409).
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                save()
            except Conflict as conflict:
                status = 409
                _offer(form, conflict)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
            else:
                return saved(request, door)
    name = "people/edit.html" + ("#form" if getattr(request, "htmx", False) else "")
    _log_reading(request.user, door)
    shown = {"form": form, "door": door, "person": door.person, **context}
    return render(request, name, shown, status=status)


def _log_reading(user: User, door: Door) -> None:
    """A form of a minor's file shows what stands in it, whether it is new or comes back."""
    keys = [person.pk for person in {door.file, door.person} if person.is_minor]
    if keys:
        note_look(user, door.file, keys, "form")


def _offer(form: Form, conflict: Conflict) -> None:
    if isinstance(form, BasedForm):
        form.offer_choice(conflict)
    else:
        form.add_error(None, conflict.message)


def saved(request: SignedIn, door: Door) -> HttpResponse:
    """Show the file as it is now; somebody who no longer sees it goes home."""
    seen = Person.objects.visible_to(request.user).filter(pk=door.file.pk).exists()
    target = door.back if seen else reverse("home")
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Location" if seen else "HX-Redirect"] = target
        return response
    return to(target)
