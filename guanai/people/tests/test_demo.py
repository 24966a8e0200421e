"""The demo county looks like a county at work."""

import datetime as dt
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone

from guanai.core.home import Home
from guanai.organisations.models import Organisation, Place, Post
from guanai.organisations.rules import Group, Role
from guanai.people.defining import definitions
from guanai.people.demo.making import Maker
from guanai.people.models import (
    AwayPeriod,
    CarerFinding,
    Change,
    Confirmation,
    Contact,
    Identity,
    Kinship,
    Person,
    Registration,
    Schooling,
    Status,
)
from guanai.people.roster.numbers import check_sign

pytestmark = pytest.mark.django_db(databases="__all__")


def test_the_demo_is_a_county_with_its_people(settings: Any, tmp_path: Path) -> None:
    settings.HOME = Home(tmp_path / "home")
    call_command("demo", stdout=StringIO())
    count = Person.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # nothing has told PostgreSQL yet how full the tables are
    assert 5000 < count < 7000
    assert Place.objects.filter(level="village").count() == 94
    assert set(Role) == set(Post.objects.values_list("role", flat=True))
    groups = Counter(Registration.objects.current().values_list("group", flat=True))
    assert set(groups) == set(Group)
    assert groups["child"] > groups["elder"] > groups["migrant"]
    numbers_are_invented()
    families_are_coherent()
    schools_are_near()
    something_happened()
    statuses_are_right()


def numbers_are_invented() -> None:
    numbers = {identity.number() for identity in Identity.objects.select_related("person")}
    assert len(numbers) == Identity.objects.count()
    for number in numbers:
        assert number.startswith("539901")
        assert number[17] == check_sign(number[:17])
    for contact in Contact.objects.select_related("person"):
        assert contact.value().startswith("1990000")


def families_are_coherent() -> None:
    for kin in Kinship.objects.filter(relation="52").select_related("person", "relative"):
        assert kin.person.born is not None
        assert kin.relative.born is not None
        assert 15 < kin.person.born.year - kin.relative.born.year < 50
    fathers = Kinship.objects.filter(relation="51", person__registrations__group="child")
    fathers = fathers.select_related("person", "relative")
    named = [kin.person.name[0] == kin.relative.name[0] for kin in fathers]
    assert sum(named) > 0.95 * len(named)
    today = timezone.localdate()
    gone = AwayPeriod.objects.filter(until=None, since__gt=today - dt.timedelta(days=20))
    assert not gone.exists()


def schools_are_near() -> None:
    pupils = Schooling.objects.exclude(school=None).exclude(state="senior")
    far = 0
    for row in pupils.select_related("school", "person"):
        assert row.school is not None
        far += row.school.path[:8] != row.person.path[:8]
    assert far <= 5  # who moved to another township
    assert Organisation.objects.filter(kind="school").count() > 20


def statuses_are_right() -> None:
    """Nobody knows whose registration is rural, and no basis was entered for a repealed policy."""
    counting = Counter(Status.objects.filter(answer=2).values_list("definition", flat=True))
    assert set(definitions()) - set(counting) == {"survey-2016", "fp-woman"}
    assert counting["gf2016-13"] > counting["key-child"] > counting["migrant-2024"] > 40
    assert Confirmation.objects.count() > 100


def something_happened() -> None:
    assert Change.objects.filter(source="demo").count() > 20
    assert CarerFinding.objects.open().count() == 1
    assert Person.objects.filter(died__isnull=False).exists()
    late = Change.objects.filter(at__gt=timezone.now())
    assert not late.exists()
    assert not Registration.objects.filter(since__gt=timezone.localdate()).exists()
    assert not Registration.objects.exclude(path=F("person__path")).exists()


def test_the_same_seed_makes_the_same_people() -> None:
    day = dt.date(2026, 11, 23)
    first, second = Maker(day), Maker(day)
    for _number in range(50):
        assert first.phone() == second.phone()
        born = first.day(2015)
        assert born == second.day(2015)
        assert first.id_number(born, 2) == second.id_number(born, 2)
