"""Who counts as what follows the facts, the days and the definitions by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.urls import reverse
from django.utils import timezone

from guanai.audit.models import Entry
from guanai.conftest import County
from guanai.people.defining import definitions
from guanai.people.evaluating import evaluate_all, evaluate_due
from guanai.people.models import (
    AwayPeriod,
    Circumstance,
    DefinitionNumbers,
    Hardship,
    Kinship,
    Registration,
    Status,
)
from guanai.people.tests.families import Family, make_family, make_person, row, say_why, stand

TODAY = dt.date(2026, 9, 1)


@pytest.fixture
def clock() -> Iterator[Any]:
    """Today, as far as the program asks for it; move it by calling it."""
    with patch("django.utils.timezone.localdate", return_value=TODAY) as localdate:

        def move(day: dt.date) -> None:
            localdate.return_value = day

        yield move


@pytest.fixture
def family(county: County, clock: Any) -> Family:
    made = make_family(county)
    evaluate_all()
    return made


def status(family: Family, name: str = "gf2016-13") -> Status:
    return Status.objects.get(person=family.child, definition=name)


def test_a_child_counts_with_a_reason_and_a_day_on_which_it_ends(family: Family) -> None:
    found = status(family)
    assert (found.answer, found.since, found.until) == (2, dt.date(2024, 2, 29), None)
    assert found.next_on == dt.date(2033, 6, 4)
    assert {reason["fact"] for reason in found.why} == {
        "alive",
        "age<16",
        "father.away",
        "mother.away",
    }
    assert status(family, "survey-2016").answer == 1  # nobody says whether the hukou is rural


@pytest.mark.requirement("R14.22")
def test_a_change_of_a_fact_changes_the_household_at_once(county: County, family: Family) -> None:
    office = county.user("office")
    period = AwayPeriod.objects.get(person=family.mother)
    period.close(dt.date(2026, 8, 20), base_version=family.mother.version, by=office)
    found = status(family)
    assert (found.answer, found.until) == (0, dt.date(2026, 8, 20))
    family.mother.refresh_from_db()
    family.mother.add(Circumstance, {"kind": "ill", "since": "2026-08-25"}, by=office)
    found = status(family)
    assert (found.answer, found.since, found.until) == (2, dt.date(2026, 8, 25), None)


@pytest.mark.requirement("R14.2")
def test_the_sixteenth_birthday_ends_the_status_that_night_and_nothing_else(
    family: Family, clock: Any
) -> None:
    birthday = dt.date(2033, 6, 4)
    clock(birthday - dt.timedelta(days=1))
    evaluate_due()
    assert status(family).answer == 2
    clock(birthday)
    evaluate_due()
    found = status(family)
    assert (found.answer, found.until) == (0, dt.date(2033, 6, 3))
    assert [(reason["fact"], reason["age"]) for reason in found.why] == [("age<16", 16)]
    assert status(family, "pairing-18").answer == 2
    assert Registration.objects.filter(person=family.child, until=None).exists()
    family.care.refresh_from_db()
    assert family.care.until is None


def test_months_of_absence_pass_by_themselves(county: County, family: Family, clock: Any) -> None:
    AwayPeriod.objects.filter(person=family.mother).delete()
    began = {"since": "2026-08-01", "listed": True}
    family.mother.add(AwayPeriod, began, by=county.user("office"))
    found = status(family, "both-away-3m")
    assert (found.answer, found.next_on) == (0, dt.date(2026, 11, 1))
    clock(dt.date(2026, 10, 31))
    evaluate_due()
    assert status(family, "both-away-3m").answer == 0
    clock(dt.date(2026, 11, 1))
    evaluate_due()
    assert status(family, "both-away-3m").since == dt.date(2026, 11, 1)


def test_a_morning_looks_only_at_those_whose_day_has_come(family: Family, clock: Any) -> None:
    clock(TODAY + dt.timedelta(days=1))
    Status.objects.filter(definition="gf2016-13").update(since=dt.date(2000, 1, 1))
    evaluate_due()
    assert status(family).since == dt.date(2000, 1, 1)


def test_an_erased_or_dead_person_counts_as_nothing(county: County, family: Family) -> None:
    child, office = family.child, county.user("office")
    child.change({"died": "2026-08-30"}, base_version=child.version, by=office)
    assert not Status.objects.filter(person=child, answer__gt=0).exists()
    registration = child.registrations.get()
    child.refresh_from_db()
    registration.strike(TODAY, base_version=child.version, by=office, why="死亡")
    child.erase(by=office, why="test")
    assert not Status.objects.filter(person=child).exists()
    assert timezone.localdate() == TODAY


def page(county: County, who: str, name: str, *arguments: Any, **query: str) -> str:
    answer = county.client(who).get(reverse(f"people:{name}", args=arguments), query)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


@pytest.mark.requirement("R14.2", "RX.1")
def test_a_file_says_why_and_why_not_today_and_on_any_day(county: County, family: Family) -> None:
    say_why(county, family.child, "office")
    told = page(county, "villager", "file", family.child.uid)
    assert "父亲外出务工" in told
    assert "江苏苏州" in told
    assert "2033-06-04" in told
    told = page(county, "villager", "statuses", family.child.uid)
    for one in definitions().values():
        assert (one.title.zh in told) == (one.basis == "")
    before = page(county, "villager", "statuses", family.child.uid, on="2023-01-01")
    assert "不清楚：父亲外出务工" in before
    address = reverse("people:statuses", args=[family.child.uid])
    for odd in ("0001-01-01", "9999-12-31", "昨天"):
        assert county.client("villager").get(address, {"on": odd}).status_code == 422


def test_a_definition_shows_source_numbers_counts_and_who_left(
    county: County, family: Family
) -> None:
    office = county.user("office")
    period = AwayPeriod.objects.get(person=family.mother)
    period.close(TODAY, base_version=family.mother.version, by=office)
    with patch("django.utils.timezone.localdate", return_value=TODAY + dt.timedelta(days=2)):
        evaluate_all()
        told = page(county, "supervisor", "definition", "gf2016-13")
        elsewhere = page(county, "outsider", "definition", "gf2016-13")
        leader = page(county, "leader", "definition", "gf2016-13")
    assert "国发〔2016〕13号" in told
    assert "萧梦" in told
    assert "不符合：母亲外出务工" in told
    assert "萧梦" not in elsewhere + leader
    assert "181" in page(county, "supervisor", "definition", "pairing-18")
    assert "未确认" in page(county, "supervisor", "definition", "elder-local")


def test_a_village_is_told_by_name_who_counts_and_who_is_not_clear(
    county: County, family: Family
) -> None:
    here, there = (county.places[name].code for name in ("dawan", "xiaohe"))
    told = page(county, "supervisor", "definition", "gf2016-13", place=here)
    assert "萧梦" in told
    assert "父亲外出务工" in told
    unclear = page(county, "villager", "definition", "survey-2016")
    assert "萧梦" in unclear
    assert "农村户籍" in unclear
    elsewhere = page(county, "supervisor", "definition", "gf2016-13", place=there)
    assert "萧梦" not in elsewhere
    assert "萧梦" not in page(county, "leader", "definition", "gf2016-13")


def test_small_figures_are_kept_from_leaders(county: County, family: Family) -> None:
    told = page(county, "leader", "definition", "gf2016-13")
    assert 'class="num">1<' not in told
    assert 'class="num"><b>1<' not in told
    assert 'class="num"><b>1<' in page(county, "supervisor", "definition", "gf2016-13")


@pytest.mark.requirement("R04.54", "RX.1")
def test_other_numbers_are_shown_first_and_confirmed_by_a_person(
    county: County, family: Family
) -> None:
    office, url = (
        county.client("office"),
        reverse("people:definition_numbers", args=["both-away-3m"]),
    )
    numbers = {"age": "16", "months": "24"}
    AwayPeriod.objects.filter(person=family.mother).update(since=dt.date(2026, 1, 1))
    evaluate_all()
    told = office.post(url, numbers).content.decode()
    assert "萧梦" in told
    assert status(family, "both-away-3m").answer == 2
    assert not DefinitionNumbers.objects.exists()
    assert office.post(url, {**numbers, "months": "999"}).status_code == 422
    assert office.post(url, {**numbers, "confirm": "1"}).status_code == 303
    assert Entry.objects.filter(action="people.definition.set").exists()
    evaluate_due()  # by other rules than last: everybody
    assert not Status.objects.filter(definition="both-away-3m").exists()
    assert county.client("supervisor").post(url, numbers).status_code == 403


@pytest.mark.requirement("R14.3")
def test_every_group_of_the_plans_is_told_in_the_same_way(county: County, family: Family) -> None:
    """Three left-behind groups, children in difficulty and migrants: each by its definition."""
    village, town = county.places["dawan"], family.child.place
    wife, elder, poor, guest = (
        make_person(village, name, sex=2, born=dt.date(year, 5, 1))
        for name, year in (("龙秀兰", 1990), ("田桂芳", 1955), ("杨小朵", 2015), ("石小雨", 2016))
    )
    husband, son = (make_person(village, name, sex=1) for name in ("龙建军", "田大山"))
    row(Kinship, wife, relative=husband, relation="11")
    row(Kinship, elder, relative=son, relation="20")
    for away in (husband, son):
        row(AwayPeriod, away, since="2025-02", destination="广东东莞")
    row(Hardship, poor, kind="low_income", holds=True)
    home: dict[str, Any] = {"kind": "home", "place": town.pk, "since": "2025-09-01"}
    registered: dict[str, Any] = {"kind": "hukou", "address": "外县某村", "since": "2016-05-01"}
    entry, villager = (
        reverse("people:entry", args=[guest.uid, "residence"]),
        county.client("villager"),
    )
    assert villager.post(entry, {"kind": "hukou", "base_version": guest.version}).status_code == 422
    for version, facts in enumerate((home, registered), guest.version):
        assert villager.post(entry, {**facts, "base_version": version}).status_code == 303
    assert "外县某村" in page(county, "villager", "file", guest.uid)
    evaluate_all()
    for name, who in {
        "gf2016-13": "萧梦",
        "woman-2019-86": "龙秀兰",
        "elder-local": "田桂芳",
        "difficulty-poverty": "杨小朵",
        "migrant-2024": "石小雨",
    }.items():
        assert who in page(county, "villager", "definition", name), name
        counting = Status.objects.filter(definition=name, answer=2)
        assert [one.person.name for one in counting] == [who], name


def test_a_rural_registration_decides_the_survey_of_2016(county: County, family: Family) -> None:
    entry = reverse("people:entry", args=[family.child.uid, "residence"])
    villager, version = county.client("villager"), family.child.version
    form = villager.get(entry).context["form"]
    assert form["place"].value() == str(family.child.place_id)  # nobody lives elsewhere by mistake
    told = {"place": family.child.place_id, "rural": "yes", "since": "2017-06-04"}
    assert (
        villager.post(entry, {**told, "kind": "home", "base_version": version}).status_code == 422
    )
    assert status(family, "survey-2016").answer == 1
    given = {**told, "kind": "hukou", "base_version": version}
    assert villager.post(entry, given).status_code == 303
    assert status(family, "survey-2016").answer == 2
    assert "农村户籍" in page(county, "villager", "statuses", family.child.uid)


@pytest.mark.requirement("R02.1")
def test_a_woman_of_a_family_planning_family_counts_once_the_county_has_a_basis(
    county: County, family: Family
) -> None:
    wife = make_person(family.child.place, "龙秀兰", sex=2, born=dt.date(1990, 5, 1))
    stand(wife, "woman")
    husband = make_person(family.child.place, "龙建军", sex=1)
    row(Kinship, wife, relative=husband, relation="11")
    row(AwayPeriod, husband, since="2025-02", destination="广东东莞")
    flag = {"kind": "family_planning", "base_version": wife.version}
    entry = reverse("people:entry", args=[wife.uid, "hardship"])
    villager, title = county.client("villager"), "计生家庭留守妇女"
    assert villager.post(entry, flag).status_code == 422
    assert title not in page(county, "villager", "statuses", wife.uid)
    basis = {"flag": "family_planning", "document": "县实施办法", "number": "云政发〔2026〕1号"}
    office = county.client("office")
    bases = reverse("people:legal_bases")
    assert office.post(bases, {**basis, "since": "2026-01-01"}).status_code == 303
    assert villager.post(entry, flag).status_code == 303
    assert "计生家庭" in page(county, "villager", "file", wife.uid)
    assert title in page(county, "villager", "statuses", wife.uid)
    assert "龙秀兰" in page(county, "villager", "definition", "fp-woman")
    assert Status.objects.get(person=wife, definition="fp-woman").answer == 2
