"""What one takes back, and what two do at once, leaves one file with one truth."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from guanai.conftest import County
from guanai.people.models import Identity, Person
from guanai.people.tests.families import Family, make_family, row
from guanai.people.tests.test_file_page import post, url

pytestmark = pytest.mark.django_db(databases="__all__")  # the log of readings too

NUMBER = "53990120170604002X"


@pytest.fixture
def family(county: County) -> Family:
    return make_family(county)


def undo(client: Client, person: Person) -> int:
    last = person.changes.first()
    assert last is not None
    return client.post(url("revert", person, change=last.uid)).status_code


def test_a_name_that_was_taken_back_is_not_found_any_more(county: County, family: Family) -> None:
    villager = county.client("villager")
    post(villager, url("section", family.child, section="basics"), name="欧阳测测")
    assert undo(villager, family.child) == 303
    search, page = reverse("people:search"), url("file", family.child)
    assert page in villager.post(search, {"q": "萧梦"}, follow=True).content.decode()
    assert page not in villager.post(search, {"q": "欧阳测测"}, follow=True).content.decode()


def test_a_number_that_stands_elsewhere_meanwhile_does_not_come_back(
    county: County, family: Family
) -> None:
    villager, office = county.client("villager"), county.client("office")
    identity = row(Identity, family.child, kind="id", number=NUMBER, checked=True)
    form = villager.get(url("entry", family.child, kind="identity", row=identity.uid))
    version = form.context["form"]["base_version"].value()
    out = url("withdraw", family.child, kind="identity", row=identity.uid)
    assert villager.post(out, {"base_version": version}).status_code == 303
    other = make_family(county, "xiaohe").child
    entered = post(office, url("entry", other, kind="identity"), kind="id", number=NUMBER)
    assert entered.status_code == 303
    assert undo(villager, family.child) == 422
    assert Identity.objects.get(checked=True).person == other
