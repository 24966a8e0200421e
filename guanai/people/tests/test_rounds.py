"""The quarterly check: confirmed one by one or together, frozen on the due day, never unseen."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from guanai.audit.models import Entry
from guanai.conftest import County
from guanai.people.models import Confirmation, Person, Practice, RoundLine
from guanai.people.rounds.listing import Figures, Round, close_due
from guanai.people.rounds.rules import Quarter, Ways
from guanai.people.tests.families import Family, make_family, make_person, say_why, stand

Clock = Callable[[str], None]


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Now, as far as the program asks for it: noon of a day."""
    with patch("django.utils.timezone.now") as now:

        def move(day: str) -> None:
            now.return_value = dt.datetime.fromisoformat(f"{day}T04:00+00:00")
            cache.clear()

        move("2026-11-20")
        yield move


@pytest.fixture
def family(clock: Clock, county: County) -> Family:
    return make_family(county)


@pytest.fixture
def brother(family: Family, county: County) -> Person:
    made = make_person(county.places["dawan"], "萧刚", sex=1, born=dt.date(2018, 3, 2))
    stand(made, "child")
    stand(made, "difficulty")  # in two ledgers, once on the list
    return made


def page(county: County, who: str, **query: str) -> str:
    cache.clear()
    answer = county.client(who).get(reverse("people:rounds"), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def confirm(county: County, who: str, person: Person, day: str, **given: Any) -> int:
    person.refresh_from_db()
    posted = {"how": "seen", "happened_on": day, "base_version": person.version, **given}
    url = reverse("people:confirm", args=[person.uid])
    quarter = given.get("quarter", Quarter.of(dt.date.fromisoformat(day)).code)
    return county.client(who).post(url, {**posted, "quarter": quarter}).status_code


def meet(county: County, who: str, person: Person, day: str) -> None:
    url = reverse("people:entry", args=[person.uid, "met"])
    person.refresh_from_db()
    facts = {"kind": "visit", "day": day, "whom": "self", "base_version": person.version}
    assert county.client(who).post(url, facts).status_code == 303


@pytest.mark.requirement("R14.23")
def test_a_village_confirms_a_file_that_it_has_seen(county: County, family: Family) -> None:
    child = family.child
    client = county.client("villager")
    assert reverse("people:round_today") in client.get("/").content.decode()
    today = client.get(reverse("people:round_today")).content.decode()
    assert "0 / 1" in today
    assert "2026-12-15" in today
    told = page(county, "villager")
    assert "萧梦" in told
    assert "未见面" in told
    form = county.client("villager").get(reverse("people:confirm", args=[child.uid]))
    assert "向桂英" in form.content.decode()
    assert confirm(county, "villager", child, "2026-11-18", base_version=0) == 303
    row = Confirmation.objects.get()
    assert (row.quarter, row.version, row.changed, row.late) == ("2026-4", 1, False, False)
    assert Entry.objects.filter(action="people.confirmation.add").count() == 1
    assert "2026-11-18" in page(county, "supervisor", place=county.places["dawan"].code)
    history = county.client("villager").get(reverse("people:history", args=[child.uid]))
    assert "季度核查" in history.content.decode()
    assert "已确认" in county.client("villager").get(
        reverse("people:file", args=[child.uid])
    ).content.decode()  # fmt: skip
    assert confirm(county, "villager", child, "2026-11-19") == 422
    assert confirm(county, "villager", child, "2026-09-30", quarter="2026-4") == 422
    assert confirm(county, "villager", child, "2026-09-30") == 422  # nobody checked then
    assert "萧梦" not in page(county, "villager", quarter="2026-3")
    assert confirm(county, "teacher", child, "2026-11-19") == 403
    assert confirm(county, "neighbour", child, "2026-11-19") == 404


def test_what_was_changed_since_it_was_looked_at_is_looked_at_again(
    county: County, family: Family
) -> None:
    child = family.child
    child.change({"ethnicity": "03"}, base_version=1, by=county.user("supervisor"))
    assert confirm(county, "villager", child, "2026-11-19", base_version=1) == 409
    assert confirm(county, "villager", child, "2026-11-19") == 303
    assert Confirmation.objects.get().changed


@pytest.mark.requirement("R14.23")
def test_nobody_is_confirmed_unseen(county: County, family: Family, brother: Person) -> None:
    meet(county, "teacher", family.child, "2026-11-05")
    meet(county, "villager", brother, "2026-09-29")  # the quarter before
    url, client = reverse("people:round_together"), county.client("villager")
    both = {"file": [str(family.child.uid), str(brother.uid)]}
    shown = client.post(url, both).content.decode()
    assert "未见面" in shown
    assert not Confirmation.objects.exists()
    assert client.post(url, {**both, "confirm": "1"}).status_code == 422
    assert not Confirmation.objects.exists()
    one = {"file": [str(family.child.uid)], "confirm": "1"}
    assert county.client("neighbour").post(url, one).status_code == 422
    assert client.post(url, one).status_code == 303
    row = Confirmation.objects.get()
    assert (row.how, row.happened_on) == ("together", dt.date(2026, 11, 5))
    assert row.entered_at.date() == dt.date(2026, 11, 20)
    assert "1" in page(county, "villager", state="open")
    assert "萧刚" in page(county, "villager", state="open")
    assert "萧梦" not in page(county, "villager", state="open")


@pytest.mark.requirement("R14.90")
def test_the_check_is_due_before_the_fifteenth_of_the_last_month() -> None:
    due = [Ways().due(Quarter(2026, number)) for number in range(1, 5)]
    assert [f"{day:%m-%d}" for day in due] == ["03-15", "06-15", "09-15", "12-15"]
    assert Ways(due_month=2, due_day=31).due(Quarter(2027, 1)) == dt.date(2027, 2, 28)


@pytest.mark.requirement("R14.90")
def test_a_closed_list_stays_as_it_was_whoever_moves_later(
    county: County, family: Family, brother: Person, clock: Clock
) -> None:
    clock("2026-12-10")
    assert confirm(county, "villager", brother, "2026-12-09") == 303
    clock("2026-12-15")
    close_due()
    assert not RoundLine.objects.exists()
    clock("2026-12-16")
    close_due()
    close_due()
    assert RoundLine.objects.count() == 2
    office, child = county.user("office"), family.child
    child.refresh_from_db()
    to = county.places["xiaohe"]
    child.move(to, on=dt.date(2026, 12, 16), base_version=child.version, by=office)
    Practice.set({"due_day": 31}, by=office)
    told = page(county, "supervisor")
    assert "2026-12-15" in told
    assert "50%" in told  # one of two in 大湾村, where the child lived on that day
    assert "萧梦" not in page(county, "neighbour")
    assert confirm(county, "neighbour", child, "2026-12-16") == 303
    assert Confirmation.objects.get(person=child).late
    assert "50%" in page(county, "supervisor")
    clock("2027-01-05")
    assert "萧梦" in page(county, "neighbour")
    assert "萧梦" not in page(county, "villager")


def test_what_is_taken_back_after_the_due_day_changes_no_kept_figure(
    county: County, family: Family, brother: Person, clock: Clock
) -> None:
    clock("2026-12-10")
    assert confirm(county, "villager", brother, "2026-12-09") == 303
    clock("2026-12-16")
    close_due()
    back = reverse("people:take_back", args=[Confirmation.objects.get().uid])
    assert county.client("supervisor").post(back, {"why": "没有入户"}).status_code == 303
    assert confirm(county, "villager", brother, "2026-12-16") == 303
    assert confirm(county, "villager", family.child, "2026-12-16") == 303
    found = Round.of(Quarter(2026, 4)).figures(county.places["qingxi"].path, 99)
    total = sum(found.values(), Figures())
    assert (total.listed, total.confirmed, total.late, total.open) == (2, 1, 1, 0)


def test_supervisors_see_who_is_behind_and_late_and_bulk_entries(
    county: County, family: Family, brother: Person, clock: Clock
) -> None:
    Practice.set({"bulk_count": 2, "slow_after": 20}, by=county.user("office"))
    dawan = county.places["dawan"].code
    assert confirm(county, "villager", brother, "2026-10-20") == 303
    assert "补录" in page(county, "supervisor", place=dawan, state="flagged")
    assert "萧梦" not in page(county, "supervisor", place=dawan, state="flagged")
    assert confirm(county, "villager", family.child, "2026-11-20") == 303
    assert page(county, "supervisor", place=dawan, state="flagged").count("集中录入") == 2
    client = county.client("outsider")
    assert client.get(reverse("people:rounds"), {"place": dawan}).status_code == 404
    back = reverse("people:take_back", args=[Confirmation.objects.get(person=brother).uid])
    assert client.get(back).status_code == 404
    assert county.client("supervisor").post(back, {"why": ""}).status_code == 422
    assert county.client("supervisor").post(back, {"why": "没有入户"}).status_code == 303
    assert "萧刚" in page(county, "supervisor", place=dawan, state="open")


@pytest.mark.requirement("R14.23")
def test_a_township_takes_its_check_out_with_everybody_named(
    county: County, family: Family, brother: Person
) -> None:
    assert confirm(county, "villager", brother, "2026-11-20") == 303
    query = f"?quarter=2026-4&place={county.places['qingxi'].code}"
    url, client = reverse("people:round_export") + query, county.client("supervisor")
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.post(url, {"kind": "xlsx"}).content))
    cells = [str(cell) for line in book.get_sheet_by_index(0).to_python() for cell in line]
    assert {"萧梦", "萧刚", "未见面", "已确认", "villager"} <= set(cells)
    assert client.post(url, {"kind": "pdf"}).content.startswith(b"%PDF")
    assert Entry.objects.filter(action="people.round.export").count() == 2
    assert county.client("office").post(url, {"kind": "pdf"}).status_code == 422  # says no purpose
    taken = {"kind": "pdf", "purpose": "inspect"}
    assert county.client("office").post(url, taken).status_code == 200
    assert county.client("outsider").post(url, taken).status_code == 404


def test_the_county_sets_due_day_and_ledgers(county: County, family: Family) -> None:
    url, office = reverse("people:practice"), county.client("office")
    ways = {"groups": ["woman"], "due_month": "2", "due_day": "10", "slow_after": "15",
            "bulk_count": "20", "bulk_minutes": "5"}  # fmt: skip
    assert office.get(url).status_code == 200
    assert office.post(url, {**ways, "due_day": "0"}).status_code == 422
    assert office.post(url, ways).status_code == 303
    told = page(county, "villager")
    assert "2026-11-10" in told
    assert "萧梦" not in told
    assert county.client("federation").get(url).status_code == 403


def test_pages_take_few_statements_however_many_are_listed(
    county: County, family: Family, brother: Person
) -> None:
    for number in range(20):
        stand(make_person(county.places["dawan"], f"童{number}", sex=1), "child")
    say_why(county, family.child, "office")
    pages = [
        ("villager", reverse("people:rounds")),
        ("supervisor", reverse("people:rounds")),
        ("supervisor", f"{reverse('people:rounds')}?state=open"),
        ("office", reverse("people:rounds")),
        ("supervisor", reverse("people:round_today")),
        ("villager", reverse("people:file", args=[family.child.uid])),
        ("villager", reverse("people:confirm", args=[family.child.uid])),
    ]
    for who, url in pages:
        client = county.client(who)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        assert len(queries) <= 12, (url, [query["sql"] for query in queries])
