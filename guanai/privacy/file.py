"""Consents on a person's page, and what waits for an office on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.core.registries import Moment
from guanai.organisations.rules import CONSENT_CHANGE, ERASURE_DECIDE, REQUEST_ADD, REQUEST_ANSWER
from guanai.privacy.catalogue import asked_purposes
from guanai.privacy.models import Consent, Deletion, Request, Ruling, Withdrawal
from guanai.privacy.models.consents import word_for
from guanai.privacy.rules import is_heard

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from guanai.organisations.models import User
    from guanai.people.models import Person

# Which consents are shown as good, to be seen to, or wanting.
SHAPES = {"given": "ok", "ending": "due", "against": "late", "refused": "none", "ended": "due"}


def attached(people: list[int]) -> list[QuerySet[Any]]:
    """What a file's page is to bring along for panel and spine."""
    return [
        Consent.objects.filter(person__in=people),
        Withdrawal.objects.filter(consent__person__in=people),
        Ruling.objects.of("purpose"),
    ]


def consents_of(person: Person) -> list[Consent]:
    """Of a person with what is attached; oldest first."""
    found = person.attached  # type: ignore[attr-defined]
    withdrawals = {row.consent_id: row for row in found[Withdrawal]}
    for row in found[Consent]:
        row.person = person
        Consent.withdrawal.related.set_cached_value(row, withdrawals.get(row.pk))
    return sorted(found[Consent], key=lambda row: (row.on, row.pk))


def panel(person: Person, reader: User) -> dict[str, Any]:
    """For every purpose that rests on consent what was said last."""
    said: dict[str, Consent] = {}
    for one in consents_of(person):
        said[one.purpose] = one
    asked = asked_purposes(person.attached[Ruling])  # type: ignore[attr-defined]
    minor = person.is_minor
    lines = [
        (purpose, row, SHAPES.get(row.state, "none") if row else "")
        for code, purpose in asked.items()
        if (row := said.get(code)) or (purpose.ask and minor)
    ]
    today = timezone.localdate()
    return {
        "person": person,
        "lines": lines,
        "heard": is_heard(person.birth_date, today, word_for(person, today)),
        "may_record": reader.has_perm(CONSENT_CHANGE),
        "may_request": reader.has_perm(REQUEST_ADD),
    }


def moments(person: Person, _reader: User) -> Iterator[Moment]:
    for row in consents_of(person):
        given = _("Consent: %s") if row.granted else _("Consent refused: %s")
        yield Moment(row.on, given % row, side="family")
        if row.state == "withdrawn":
            yield Moment(row.withdrawal.on, _("Consent withdrawn: %s") % row, side="family")


def waiting(user: User) -> dict[str, Any]:
    """Open requests in reach, and deletions that another person decided. Two queries."""
    counted = {"open": 0, "late": 0}
    if user.has_perm(REQUEST_ADD):
        today = timezone.localdate()
        late = Q(extended_to=None, due_on__lt=today) | Q(extended_to__lt=today)
        requests = Request.objects.visible_to(user).open()
        counted = requests.aggregate(open=Count("pk"), late=Count("pk", filter=late))
    decides = user.has_perm(ERASURE_DECIDE)
    deletions = Deletion.objects.visible_to(user).waiting().exclude(decided_by=user)
    return {
        **counted,
        "answers": user.has_perm(REQUEST_ANSWER),
        "deletions": deletions.count() if decides else 0,
    }
