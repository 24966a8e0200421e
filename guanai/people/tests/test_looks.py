"""Looks at minors' files by those who do not keep them, and access in an emergency."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time

from guanai.audit.models import Entry, Reading
from guanai.conftest import County
from guanai.people.models import AccessGrant, Identity, Look, Person
from guanai.people.tests.families import Family, make_family, make_person, row, stand

NUMBER = "53990120170604002X"
EMERGENCY = "/people/emergency/"
TOLD = {"purpose": "report", "note": "网格员来电：孩子独自在县城车站"}


@pytest.fixture
def family(county: County) -> Family:
    made = make_family(county)
    row(Identity, made.child, kind="id", number=NUMBER, checked=True)
    return made


def url(page: str, person: Person) -> str:
    return reverse(f"people:{page}", kwargs={"uid": person.uid})


def opens(client: Client, person: Person) -> int:
    return client.get(url("file", person)).status_code


@pytest.mark.requirement("RX.5")
def test_an_office_that_oversees_says_for_what_it_looks(county: County, family: Family) -> None:
    office, file = county.client("office"), url("file", family.child)
    asked = office.get(file)
    assert asked.status_code == 302
    assert asked["Location"] == f"{url('look', family.child)}?next={file.replace('/', '%2F')}"
    assert not Reading.objects.exists()
    assert "萧梦" not in office.get(asked["Location"]).content.decode()
    nothing = office.post(asked["Location"], {"purpose": "other", "note": " "})
    assert nothing.status_code == 422
    back = office.post(asked["Location"], {"purpose": "report", "note": "信访件第七号"})
    assert back["Location"] == file
    assert "萧梦" in office.get(file).content.decode()
    assert Reading.objects.get(person_id=family.child.pk).reason == "report"
    look = Look.objects.get()
    assert look.note == "信访件第七号"
    assert "信访件".encode() not in bytes(look.sealed_note or b"")
    assert Entry.objects.get(action="people.look.state").facts == {"purpose": "report"}


@pytest.mark.requirement("RX.5")
@pytest.mark.parametrize("page", ["file", "print", "history", "section", "entry"])
def test_no_page_of_a_file_shows_anything_before(county: County, family: Family, page: str) -> None:
    given = {"section": {"section": "basics"}, "entry": {"kind": "contact"}}.get(page, {})
    address = reverse(f"people:{page}", kwargs={"uid": family.child.uid, **given})
    answer = county.client("office").get(address)
    assert answer.status_code == 302
    assert "/look/" in answer["Location"]
    part = county.client("office").get(address, headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == url("look", family.child)
    assert not part.content


@pytest.mark.requirement("RX.5")
def test_keepers_are_not_asked_and_adults_are_no_minors(county: County, family: Family) -> None:
    for keeper in ("villager", "supervisor", "teacher", "school"):
        assert opens(county.client(keeper), family.child) == 200, keeper
    assert set(Reading.objects.values_list("reason", flat=True)) == {""}
    elder = make_person(county.places["dawan"], "老寿", born=dt.date(1950, 1, 1))
    stand(elder, "elder")
    assert opens(county.client("office"), elder) == 200


def test_a_reason_holds_for_one_file_and_twelve_hours(county: County, family: Family) -> None:
    other = make_family(county, "xiaohe").child
    with freeze_time("2026-11-23 01:00:00"):
        Look.state(family.child, "verify", "", by=county.user("office"))
        assert opens(county.client("office"), family.child) == 200
        assert opens(county.client("office"), other) == 302
        assert opens(county.client("federation"), family.child) == 302
    with freeze_time("2026-11-23 13:00:01"):
        assert opens(county.client("office"), family.child) == 302


def test_after_the_reason_one_is_led_nowhere_else(county: County, family: Family) -> None:
    for going in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
        answer = county.client("office").post(
            f"{url('look', family.child)}?next={going}", {"purpose": "verify"}
        )
        assert answer["Location"] == url("file", family.child)


def taken(answer: Any) -> bytes:
    assert answer.status_code == 200
    content: bytes = answer.getvalue()  # to its end, which closes the file
    return content


@pytest.mark.requirement("RX.5")
def test_lists_and_cards_of_minors_leave_with_a_purpose(county: County, family: Family) -> None:
    from guanai.people.ledger.drawing import draw_all

    draw_all()
    office = county.client("office")
    for what, sent in (("export", {"kind": "csv"}), ("cards", {"size": "A6"})):
        at = f"/ledger/child/{what}/"
        assert office.post(at, sent).status_code == 422
        for none in ("as I like", "command", "other"):
            assert office.post(at, {**sent, "purpose": none}).status_code == 422
        assert not Reading.objects.exists()
        assert taken(office.post(at, {**sent, "purpose": "inspect"}))
        assert {r.reason.split()[0] for r in Reading.objects.all()} == {"inspect"}
        Reading.objects.all().delete()
    assert taken(county.client("villager").post("/ledger/child/export/", {}))
    assert "inspect" in office.get("/ledger/child/").content.decode()


# --- in an emergency ------------------------------------------------------------------------


def found(**given: str) -> dict[str, str]:
    return {"name": "萧梦", "mark": NUMBER, **TOLD, **given}


@pytest.mark.requirement("RX.5")
@pytest.mark.parametrize("mark", [NUMBER, "YL-000001", "yl-000001", "birth"])
def test_who_finds_a_child_in_danger_opens_its_file_to_be_read(
    county: County, family: Family, mark: str
) -> None:
    child = family.child
    mark = {"birth": str(child.born), "YL-000001": child.file_number}.get(mark, mark)
    outsider = county.client("outsider")
    assert opens(outsider, child) == 404
    opened = outsider.post(EMERGENCY, found(mark=mark))
    assert opened["Location"] == url("file", child)
    page = outsider.get(opened["Location"]).content.decode()
    assert "萧梦" in page
    assert url("move", child) not in page
    assert Reading.objects.filter(person_id=child.pk, reason="report").exists()
    for act in ("move", "register"):
        assert outsider.get(url(act, child)).status_code == 403
    entry = reverse("people:entry", kwargs={"uid": child.uid, "kind": "contact"})
    assert outsider.post(entry, {"value": "19900001234"}).status_code == 403


@pytest.mark.requirement("RX.5")
def test_it_closes_after_a_day(county: County, family: Family) -> None:
    outsider = county.user("outsider")
    with freeze_time("2026-11-23 01:00:00"):
        Look.open_in_emergency(family.child, "report", "走失", by=outsider)
        assert opens(county.client("outsider"), family.child) == 200
    with freeze_time("2026-11-24 00:59:00"):
        assert opens(county.client("outsider"), family.child) == 200
    with freeze_time("2026-11-24 01:00:01"):
        assert opens(county.client("outsider"), family.child) == 404


@pytest.mark.parametrize(
    "wrong", [{"name": "萧萌"}, {"mark": "539901201706040038"}, {"mark": "萧梦"}, {"mark": ""}]
)
def test_a_guess_opens_nothing_and_betrays_nothing(
    county: County, family: Family, wrong: dict[str, str]
) -> None:
    outsider = county.client("outsider")
    answer = outsider.post(EMERGENCY, found(**wrong))
    assert answer.status_code == 422
    assert family.child.file_number not in answer.content.decode()
    assert not AccessGrant.objects.exists()


def test_guessing_ends_after_five_tries(county: County, family: Family) -> None:
    outsider = county.client("outsider")
    for _try in range(5):
        assert outsider.post(EMERGENCY, found(name="不对")).status_code == 422
    assert Entry.objects.filter(refused=True, user=county.user("outsider")).count() == 5
    assert outsider.post(EMERGENCY, found()).status_code == 422
    assert not AccessGrant.objects.exists()
    Entry.objects.update(at=timezone.now() - dt.timedelta(hours=2))
    assert outsider.post(EMERGENCY, found()).status_code == 302


def test_without_a_word_about_what_happened_nothing_opens(county: County, family: Family) -> None:
    assert county.client("outsider").post(EMERGENCY, found(note=" ")).status_code == 422
    assert not Look.objects.exists()


def reviewing(client: Client, **given: str) -> Any:
    at = reverse("people:emergency_review", kwargs={"uid": Look.objects.get().uid})
    return client.post(at, {"verdict": "founded", "note": "已电话核实", **given})


@pytest.mark.requirement("RX.5")
def test_the_supervisor_is_told_and_reviews(county: County, family: Family) -> None:
    county.client("outsider").post(EMERGENCY, found())
    supervisor = county.client("supervisor")
    assert reverse("people:emergencies") in supervisor.get("/").content.decode()
    assert "萧梦" in supervisor.get("/people/emergencies/").content.decode()
    look = Look.objects.get()
    page = supervisor.get(reverse("people:emergency_review", kwargs={"uid": look.uid}))
    assert TOLD["note"] in page.content.decode()
    assert reviewing(supervisor, note="").status_code == 422
    assert reviewing(county.client("outsider")).status_code == 404
    assert reviewing(county.client("villager")).status_code == 403
    assert reviewing(supervisor).status_code == 302
    assert reviewing(county.client("office")).status_code == 422
    assert opens(county.client("outsider"), family.child) == 200
    assert reverse("people:emergencies") not in supervisor.get("/").content.decode()
    assert Entry.objects.get(action="people.look.review").facts["verdict"] == "founded"


def test_what_was_not_needed_closes_at_once(county: County, family: Family) -> None:
    county.client("outsider").post(EMERGENCY, found())
    assert reviewing(county.client("supervisor"), verdict="unfounded").status_code == 302
    assert opens(county.client("outsider"), family.child) == 404
    assert county.client("outsider").get("/ledger/child/").status_code == 200


def test_a_file_that_is_open_anyway_is_opened_without_a_grant(
    county: County, family: Family
) -> None:
    answer = county.client("villager").post(EMERGENCY, found())
    assert answer["Location"] == url("file", family.child)
    assert not AccessGrant.objects.exists()
