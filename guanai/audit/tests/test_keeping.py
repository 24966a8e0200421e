"""Rows whose time is over go, those about something that stands stay, the chain is proved."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from freezegun import freeze_time

from guanai.audit.keeping import empty, preview
from guanai.audit.models import Entry, EntrySeal, Reading, note_readings, record
from guanai.audit.proving import EMPTIED, chain
from guanai.audit.sealing import seal_all
from guanai.conftest import County
from guanai.people.models import Person
from guanai.people.tests.families import make_person

THEN, SOON, LATER = "2026-01-10", "2026-06-10", "2026-08-10"


@pytest.fixture
def people(county: County, settings: Any) -> list[Person]:
    """A file that stands and one that was destroyed; acts on, and looks at, both in January."""
    settings.AUDIT_MONTHS = 6
    place, office = county.places["dawan"], county.user("office")
    people = [make_person(place, name) for name in ("萧燕", "萧刚")]
    with freeze_time(THEN):
        for person in people:
            note_readings(office, [person.pk], "page")
            with transaction.atomic():
                record("people.person.print", by=office, subject=person)
        with transaction.atomic():
            record("people.person.export", by=office, files=2)
        seal_all()
    people[1].erased_at = timezone.now()
    people[1].save(update_fields=["erased_at"])
    return people


def test_what_is_over_goes_and_the_chain_still_stands(people: list[Person]) -> None:
    with freeze_time(LATER):
        assert sum(preview().values()) == 3
        assert empty(by=None) == 3
        seal_all()
    assert list(Reading.objects.values_list("person_id", flat=True)) == [people[0].pk]
    kept = Entry.objects.exclude(action=EMPTIED)
    assert [bytes(uid) for uid in kept.values_list("subject_uid", flat=True)] == [
        people[0].uid.bytes
    ]
    assert list(chain()) == []
    assert EntrySeal.objects.get(number=1).emptied_at is not None


def test_nothing_goes_before_its_time(people: list[Person]) -> None:
    with freeze_time(SOON):
        assert empty(by=None) == 0
    assert Reading.objects.count() == 2


def test_a_removal_that_nobody_told_of_is_a_fault(people: list[Person]) -> None:
    with freeze_time(LATER):
        empty(by=None)
    EntrySeal.objects.filter(number=1).update(gone=EntrySeal.objects.get(number=1).spans)
    assert list(chain())
