"""Words and addresses of a file for its templates."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from guanai.core import codes
from guanai.people import presenting, wording
from guanai.people.models import Guardianship, Person, Transfer
from guanai.people.rules import UNATTENDED_UNDER

register = template.Library()
register.filter("relation", wording.relation)
register.filter("care_lines", presenting.care_lines)
register.filter("spine_day", presenting.spine_day)
register.filter("period", presenting.period)


@register.filter
def day(value: dt.date, precision: int = 3) -> str:
    return presenting.day_text(value, precision)


@register.filter
def years(person: Person) -> str:
    """“10 岁”; says so when the birth date is not known."""
    if person.erased_at:
        return ""
    age = person.age()
    return _("age unknown") if age is None else _("%d years") % age


@register.filter
def called(person: Person) -> str:
    return person.name or _("file destroyed")


@register.filter
def born(person: Person) -> str:
    return presenting.partial_text(person.birth_date) or _("birth date unknown")


@register.filter
def ethnicity(code: str) -> str:
    return wording.name_of(codes.ethnicity, code)


@register.filter
def never_unattended(person: Person) -> bool:
    age = person.age()
    return age is not None and age < UNATTENDED_UNDER


@register.filter
def ward_of(relation: str, care: Guardianship | None) -> str:
    """What somebody is to the person of the file, seen from parent or guardian."""
    return _("raises") if care else _("kin: is the %s of") % wording.relation(relation)


@register.simple_tag
def entry_url(
    person: Person, of: UUID | None, kind: str, row: UUID | None = None, page: str = "entry"
) -> str:
    given: dict[str, Any] = {"uid": person.uid, "of": of, "kind": kind, "row": row}
    return reverse(f"people:{page}", kwargs={k: v for k, v in given.items() if v is not None})


@register.simple_tag
def transfer_text(row: Transfer, name: str) -> str:
    """What is sealed of a handing over: why, to, answer."""
    return row.opened(name)
