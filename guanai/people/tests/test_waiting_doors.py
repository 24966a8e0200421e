"""Through whatever door a village comes to identity or guardianship, it waits; and what waits goes
along with its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Barrier
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guanai.conftest import County
from guanai.core.broken import RuleBroken
from guanai.organisations.models import User
from guanai.people.importing.work import work
from guanai.people.merging.comparing import LEFT, RIGHT
from guanai.people.merging.joining import merge
from guanai.people.models import (
    DuplicateProposal,
    Guardianship,
    Import,
    Kinship,
    Person,
    Practice,
    Residence,
    WaitingChange,
)
from guanai.people.tests.families import Family, make_family, make_person, row
from guanai.people.tests.test_file_page import post, text, url
from guanai.people.tests.test_import_borders import client
from guanai.people.tests.test_import_pages import act, confirm, drop
from guanai.people.tests.test_import_rosters import MENG, run
from guanai.people.tests.test_import_rosters import row as line
from guanai.people.tests.test_one_number import at_once, together
from guanai.people.views.waiting import asked_for

pytestmark = pytest.mark.django_db(databases="__all__")

Write = Callable[[str, Iterable[str]], Path]


@pytest.fixture
def family(county: County) -> Family:
    Practice.set({"waits": True}, by=county.user("office"))
    return make_family(county)


@pytest.fixture
def aunt(county: County) -> Person:
    return make_person(county.places["dawan"], "覃桂芝", sex=2, born=dt.date(1970, 1, 1))


def rename(county: County, person: Person, name: str) -> WaitingChange:
    person.change({"name": name}, base_version=1, by=county.user("villager"))
    return WaitingChange.objects.open().select_related("person").latest("pk")


def test_a_village_does_not_undo_what_waits(county: County, family: Family) -> None:
    child, office = family.child, county.user("office")
    Practice.set({"waits": False}, by=office)
    child.change({"name": "萧萌"}, base_version=1, by=county.user("villager"))
    Practice.set({"waits": True}, by=office)
    undone = url("revert", child, change=child.changes.get().uid)
    assert county.client("villager").post(undone).status_code == 422
    child.refresh_from_db()
    assert child.name == "萧萌"


def test_household_registration_waits_and_a_home_does_not(county: County, family: Family) -> None:
    child, by, dawan = family.child, county.user("villager"), county.places["dawan"]
    child.add(Residence, {"kind": "home", "place": dawan}, by=by)
    child.add(Residence, {"kind": "hukou", "place": dawan}, by=by)
    hukou = row(Residence, child, kind="hukou", place=dawan)
    hukou.correct({"kind": "home"}, base_version=2, by=by)
    hukou.correct({"address": "某路2号"}, base_version=2, by=by)
    assert list(WaitingChange.objects.values_list("verb", flat=True)) == [
        "add", "correct", "correct",
    ]  # fmt: skip
    assert {one.kind for one in child.residences.all()} == {"home", "hukou"}
    assert child.residences.get(kind="hukou").address() == ""


def test_the_forms_and_the_childs_file_show_what_waits(county: County, family: Family) -> None:
    villager = county.client("villager")
    basics = url("section", family.child, section="basics", of=family.father.uid)
    assert post(villager, basics, name="萧小强").status_code == 303
    for page in (basics, url("file", family.child)):
        told = text(villager, page)
        assert "拟改为 萧小强" in told
    assert "萧小强" not in text(county.client("helper"), "/")
    care = {"guardian": family.grandmother, "kind": "parent", "child_heard": True}
    asked = WaitingChange.objects.get()
    family.father.add(Guardianship, care, by=county.user("villager"))
    for page in (basics, url("file", family.child)):  # of the kin what the child's file opens
        assert text(villager, page).count("拟改为") == 1
    asked.take_back(by=county.user("villager"))
    assert "萧小强" not in text(villager, url("file", family.child))


def test_what_is_sent_twice_waits_once(county: County, family: Family) -> None:
    rename(county, family.child, "萧萌")
    rename(county, family.child, "萧萌")
    assert WaitingChange.objects.count() == 1


def test_a_file_is_read_by_as_many_statements_whatever_waits(
    county: County, family: Family
) -> None:
    villager, page = county.client("villager"), url("file", family.child)
    text(villager, page)
    with CaptureQueriesContext(connection) as before:
        text(villager, page)
    for day in (1, 2, 3):
        facts = {"agreed_on": dt.date(2026, 1, day)}
        family.care.correct(facts, base_version=1, by=county.user("villager"))
    assert WaitingChange.objects.count() == 3
    with CaptureQueriesContext(connection) as after:
        text(villager, page)
    assert len(after) == len(before)


def test_a_refusal_is_told_for_thirty_days(county: County, family: Family) -> None:
    page = url("file", family.child)
    text(county.client("villager"), page)  # the statement is prepared here
    rename(county, family.child, "萧萌").refuse("不符", by=county.user("supervisor"))
    assert "萧萌" in text(county.client("villager"), page)
    later = timezone.now() + dt.timedelta(days=31)
    with patch("django.utils.timezone.now", return_value=later):
        assert "萧萌" not in text(county.client("villager"), page)


def test_a_page_keeps_what_other_pages_set(county: County, family: Family) -> None:
    Practice.set({"visit_high": 10}, by=county.user("office"))
    page = reverse("people:practice")
    assert post(county.client("office"), page, waits=True, due_day=9).status_code == 303
    ways = Practice.current()
    assert (ways.waits, ways.due_day, ways.visit_high) == (True, 9, 10)


def test_who_is_destroyed_is_named_by_nothing_that_waits(
    county: County, family: Family, aunt: Person
) -> None:
    row(Kinship, family.child, relative=aunt, relation="99")
    facts = {"guardian": aunt, "kind": "parent"}
    family.child.add(Guardianship, facts, by=county.user("villager"))
    aunt.erase(by=county.user("office"), why="request")
    asked = WaitingChange.objects.select_related("person").get()
    assert asked.told["values"]["guardian"] == [None, {"key": aunt.pk, "label": ""}]
    base = asked.person.version
    with pytest.raises(RuleBroken):
        asked.confirm(base_version=base + 1, by=county.user("supervisor"))


def test_a_file_is_not_destroyed_while_something_waits(
    county: County, family: Family, aunt: Person
) -> None:
    asked, office = rename(county, aunt, "覃桂枝"), county.user("office")
    with pytest.raises(RuleBroken) as told:
        aunt.erase(by=office, why="request")
    assert told.value.code == "person.needed"
    asked.refuse("不符", by=office)
    assert aunt.erase(by=office, why="request")


def test_a_guardian_who_was_merged_meanwhile_is_meant_still(
    county: County, family: Family, aunt: Person
) -> None:
    twin = make_person(county.places["dawan"], "覃桂芝", sex=2, born=aunt.born)
    by = county.user("supervisor")
    facts = {"guardian": twin, "kind": "parent"}
    family.child.add(Guardianship, facts, by=county.user("villager"))
    DuplicateProposal.objects.propose({(aunt.pk, twin.pk): (0.9, ["same_name"])})
    pair = DuplicateProposal.objects.get()
    merge(pair, LEFT, {}, {LEFT: 1, RIGHT: 1}, sure=True, by=by)
    WaitingChange.objects.get().confirm(base_version=1, by=by)
    assert family.child.guardianships.filter(guardian=aunt).exists()


def test_the_list_is_narrowed_to_a_place(county: County, family: Family) -> None:
    rename(county, family.child, "萧萌")
    supervisor, page = county.client("supervisor"), reverse("people:waiting")
    assert "大湾村" in text(supervisor, page)
    for place in ("dawan", "qingxi"):
        assert "萧梦" in text(supervisor, f"{page}?place={county.places[place].code}")
    other = county.places["xintian"].code
    assert supervisor.get(page, {"place": other}).status_code == 404


def test_the_persons_copy_tells_what_waits_but_of_nobody_else(
    county: County, family: Family, aunt: Person
) -> None:
    rename(county, family.child, "萧萌")
    facts = {"guardian": aunt, "kind": "parent"}
    family.child.add(Guardianship, facts, by=county.user("villager"))
    told = asked_for(family.child, {"", "identity"})
    assert [value for _title, value in told] == ["现为 萧梦，拟改为 萧萌"]


def imported(roster: Write) -> tuple[Any, Import, Person]:
    """Of a child known without sex and guardian a village's roster brings both."""
    Practice.set({"waits": True}, by=User.objects.get(username="minzheng"))
    run(roster("一.csv", [line("萧梦", MENG, sex="女")]), "--yes")
    Person.objects.update(sex=0)
    worker = client("gekui")
    told = {"guardian": "吴平斌", "relation": "爷爷", "phone": "19900007296"}
    batch = drop(worker, roster("二.csv", [line("萧梦", MENG, sex="女", **told)]))
    confirm(worker, batch)
    return worker, batch, Person.objects.get(name="萧梦")


def test_what_a_roster_adds_to_a_known_file_waits(yunling: Any, roster: Write) -> None:
    worker, _batch, girl = imported(roster)
    assert (girl.sex, girl.guardianships.count()) == (0, 0)
    asked = {one.kind: one for one in WaitingChange.objects.open().filter(person=girl)}
    assert asked[""].told["values"] == {"sex": [0, 2]}
    guardian = Person.objects.get(name="吴平斌")
    told = asked["guardianship"].told["values"]
    assert told["guardian"] == [None, {"key": guardian.pk, "label": "吴平斌"}]
    assert "吴平斌" in text(worker, url("file", girl))
    office = User.objects.get(username="minzheng")
    asked[""].confirm(base_version=girl.version, by=office)
    girl.refresh_from_db()
    assert girl.sex == 2


def test_with_its_import_goes_what_it_asked_for(yunling: Any, roster: Write) -> None:
    worker, batch, _girl = imported(roster)
    assert act(worker, batch, "undoing/").status_code == 303
    work(batch.pk)
    assert not WaitingChange.objects.open().exists()
    assert set(WaitingChange.objects.values_list("outcome", flat=True)) == {"withdrawn"}


def test_an_import_is_not_taken_back_under_what_waits(yunling: Any, roster: Write) -> None:
    Practice.set({"waits": True}, by=User.objects.get(username="minzheng"))
    worker = client("gekui")
    batch = drop(worker, roster("一.csv", [line("萧梦", MENG, sex="女")]))
    confirm(worker, batch)
    girl, by = Person.objects.get(), User.objects.get(username="gekui")
    girl.change({"name": "萧萌"}, base_version=1, by=by)
    assert act(worker, batch, "undoing/").status_code == 422
    WaitingChange.objects.get().take_back(by=by)
    assert act(worker, batch, "undoing/").status_code == 303


@at_once
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_of_two_who_decide_at_once_one_does(county: County) -> None:
    child, barrier = make_family(county).child, Barrier(2)
    Practice.set({"waits": True}, by=county.user("office"))
    asked = rename(county, child, "萧萌")

    def by(who: str) -> Callable[[], None]:
        user = county.user(who)

        def decide() -> None:
            mine = WaitingChange.objects.select_related("person", "asked_by").get(pk=asked.pk)
            barrier.wait()
            mine.confirm(base_version=1, by=user)

        return decide

    assert together(by("supervisor"), by("office")) == ["", "waiting.decided"]
    assert child.changes.count() == 1
