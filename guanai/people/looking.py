"""Looks at minors' files: logged always, with a reason where the reader does not keep the file."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import Entry, note_readings, record
from guanai.core.broken import RuleBroken
from guanai.core.crypto import vault
from guanai.core.dates import Precision
from guanai.organisations.models import User
from guanai.organisations.rules import PERSON_EMERGENCY
from guanai.people import names
from guanai.people.models import Look, Person
from guanai.people.models.looks import LISTS, reasons

TRIES, WITHIN = 5, dt.timedelta(hours=1)


def note_look(user: User, file: Person, minors: list[int], how: str) -> None:
    """Log that this file showed these minors. Raises RuleBroken while a reason lacks."""
    note_readings(user, minors, how, reason=reason_of(user, file))


def reason_of(user: User, file: Person) -> str:
    """The purpose that stands for this file now; empty for who keeps it. Raises RuleBroken."""
    if "looked" in file.__dict__:  # the door of the pages brings it along
        purpose = file.__dict__["looked"] or ""
    else:
        mine = Look.objects.current().filter(user=user, person=file)
        purpose = mine.order_by("-pk").values_list("purpose", flat=True).first() or ""
    if not purpose and user.scope.asks_why(file.path):
        raise RuleBroken(
            "look.no_reason",
            _("This is a minor's file that your office oversees: say first for what you open it."),
            cure=reverse("people:look", kwargs={"uid": file.uid}),
        )
    return purpose


def purpose_said(data: QueryDict) -> str:
    """For what a list is taken, as a form says it; the log's own words are nobody's to choose."""
    said = data.get("purpose", "")
    return said if said in dict(LISTS) else ""


def ask_purpose(user: User, purpose: str) -> None:
    """Of a list of minors. Raises RuleBroken where it is lacking or unknown."""
    if (purpose or user.scope.asks_why("")) and purpose not in reasons():
        raise RuleBroken("export.no_purpose", _("Say for what you take this list out."))


def new_mark() -> str:
    """By which a paper that left the house is found in the log."""
    return secrets.token_hex(5).upper()


def note_taken(
    act: str, user: User, minors: list[int], how: str, purpose: str, **facts: Any
) -> None:
    """Log that a list left the house; `facts` with its `path`, `mark` and how many `files`."""
    told = {**facts, "purpose": purpose} if purpose else facts
    with transaction.atomic():
        record(act, by=user, **told)
    note_readings(user, minors, how, reason=f"{purpose} {facts['mark']}".strip())


def find_in_emergency(name: str, mark: str, *, by: User) -> Person:
    """The one file of that name with that ID number, file number or birth date (2015-03-02).

    Both must be right: nobody learns here who has a file. Raises RuleBroken, after a few wrong
    tries for an hour.
    """
    since = timezone.now() - WITHIN
    tries = Entry.objects.filter(user=by, refused=True, at__gt=since, facts__perm=PERSON_EMERGENCY)
    if tries.count() >= TRIES:
        raise RuleBroken(
            "look.too_often",
            _("Too many tries that fitted no file. Ask the county office, or wait for an hour."),
        )
    told = re.sub(r"\s", "", mark).upper()
    fits = Q(file_number=told) | Q(identities__exact__in=vault().blinds("id", told))
    fits |= Q(merges__gone__file_number=told)
    with suppress(ValueError):
        fits |= Q(born=dt.date.fromisoformat(told), born_precision=Precision.DAY)
    people = Person.objects.published().filter(fits).distinct()
    found = [one for one in people if names.bare(one.name) == names.bare(name)]
    if len(found) != 1:
        by.refused(PERSON_EMERGENCY, "people.Person")
        raise RuleBroken(
            "look.nobody",
            _("No file, or more than one, fits both. Give the name and the ID or file number."),
        )
    return found[0]
