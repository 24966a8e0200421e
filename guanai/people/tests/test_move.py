"""A person moves to another place: the file goes along, and the old side no longer sees it."""

from __future__ import annotations

import datetime as dt

import pytest

from guanai.conftest import County
from guanai.core.broken import RuleBroken
from guanai.people.models import Household, Person, Registration, Residence, SearchToken
from guanai.people.tests.families import Family, make_family, row

DAY = dt.date(2026, 10, 1)


@pytest.fixture
def family(county: County) -> Family:
    return make_family(county)


@pytest.mark.requirement("R14.11")
def test_a_move_changes_who_sees_the_file(county: County, family: Family) -> None:
    family.child.change({"name": "萧萌"}, base_version=1, by=county.user("villager"))
    new = county.places["xintian"]
    home = row(Residence, family.child, place=county.places["dawan"], address="3组12号")
    family.child.move(new, on=DAY, base_version=2, by=county.user("supervisor"), why="随母改嫁")
    seen = {
        name: Person.objects.visible_to(county.user(name)).filter(pk=family.child.pk).exists()
        for name in ("villager", "supervisor", "outsider", "office")
    }
    assert seen == {"villager": False, "supervisor": False, "outsider": True, "office": True}
    paths = {
        *Registration.objects.values_list("path", flat=True),
        *SearchToken.objects.filter(person=family.child).values_list("path", flat=True),
        Person.objects.get(pk=family.child.pk).path,
    }
    assert paths == {new.path}
    home.refresh_from_db()
    assert home.until == dt.date(2026, 9, 30)
    assert [r.place for r in Residence.objects.filter(until=None)] == [new]
    outsider = county.user("outsider")
    history = family.child.changes.model.objects.visible_to(outsider).filter(person=family.child)
    assert {change.why for change in history} == {"person.move", "person.change"}
    assert Household.objects.get().place == county.places["dawan"]


@pytest.mark.requirement("R14.11")
def test_a_whole_household_moves_together(county: County, family: Family) -> None:
    new = county.places["xiaohe"]
    moved = family.child.move(
        new, on=DAY, base_version=1, by=county.user("supervisor"), whole_household=True
    )
    assert len(moved) == 4
    assert set(Person.objects.values_list("path", flat=True)) == {new.path}
    assert Household.objects.get().path == new.path


def test_an_office_does_not_move_those_it_cannot_see(county: County, family: Family) -> None:
    with pytest.raises(RuleBroken) as caught:
        family.child.move(
            county.places["xiaohe"],
            on=DAY,
            base_version=1,
            by=county.user("education"),
            whole_household=True,
        )
    assert caught.value.code == "move.household_unseen"
    assert set(Person.objects.values_list("path", flat=True)) == {county.places["dawan"].path}


@pytest.mark.parametrize(
    ("place", "day", "code"),
    [
        ("dawan", DAY, "move.same_place"),
        ("county", DAY, "move.too_high"),
        ("xintian", dt.date(2099, 1, 1), "move.future"),
    ],
)
def test_a_move_that_cannot_be_is_refused(
    county: County, family: Family, place: str, day: dt.date, code: str
) -> None:
    with pytest.raises(RuleBroken) as caught:
        family.child.move(
            county.places[place], on=day, base_version=1, by=county.user("supervisor")
        )
    assert caught.value.code == code
