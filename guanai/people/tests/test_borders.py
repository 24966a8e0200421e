"""Where the borders of a post lie: new files, ledgers, and the kin in a child's file."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from guanai.conftest import County
from guanai.people.models import Person
from guanai.people.tests.families import Family, make_family
from guanai.people.tests.test_file_page import post, url

pytestmark = pytest.mark.django_db(databases="__all__")  # the log of readings too


@pytest.fixture
def family(county: County) -> Family:
    return make_family(county)


def open_file(client: Client, county: County, group: str, **facts: object) -> object:
    given = {"name": "向小雨", "sex": 2, "group": group, "place": county.places["dawan"].pk}
    return client.post(reverse("people:new"), {**given, "same": "new", **facts})


@pytest.mark.requirement("R14.11", "R12.23")
@pytest.mark.parametrize(
    ("opener", "group", "status"),
    [
        ("villager", "child", 303), ("villager", "elder", 303), ("neighbour", "child", 422),
        ("police", "child", 422), ("education", "child", 303), ("education", "elder", 422),
        ("federation", "woman", 303), ("federation", "elder", 422),
        ("school", "elder", 422), ("school", "child", 422),
    ],
)  # fmt: skip
def test_nobody_opens_a_file_that_would_be_shut_afterwards(
    county: County, opener: str, group: str, status: int
) -> None:
    client = county.client(opener)
    response = open_file(client, county, group)
    assert response.status_code == status  # type: ignore[attr-defined]
    assert Person.objects.count() == (status == 303)
    if status == 303:
        assert client.get(url("file", Person.objects.get())).status_code == 200


@pytest.mark.requirement("R12.23")
def test_a_schools_new_file_begins_with_its_schooling(county: County) -> None:
    school = county.client("school")
    form = school.get(reverse("people:new")).context["form"]
    response = open_file(school, county, "child", school=form["school"].value())
    assert response.status_code == 303  # type: ignore[attr-defined]
    person = Person.objects.get()
    assert person.schoolings.get().school == county.organisations["school"]
    assert school.get(url("file", person)).status_code == 200


def test_an_office_enters_nobody_in_a_ledger_that_it_does_not_keep(
    county: County, family: Family
) -> None:
    child = family.child
    education = county.client("education")
    refused = post(education, url("register", child), group="elder", since="2026-05-01")
    assert refused.status_code == 422
    assert post(county.client("school"), url("register", child), group="woman").status_code == 422
    kept = post(county.client("school"), url("register", child), group="difficulty")
    assert kept.status_code == 303
    assert set(child.registrations.values_list("group", flat=True)) == {"child", "difficulty"}
