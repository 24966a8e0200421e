"""The life of a file: handing over, leaving, closing, school years and checklists, by the pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from guanai.audit.models import Entry, Reading
from guanai.conftest import County
from guanai.core.conditions.timeline import NO
from guanai.core.models import Counter
from guanai.core.registries import mornings
from guanai.organisations.models import Organisation, Post, SchoolClass, User
from guanai.organisations.rules import Role
from guanai.people.evaluating import evaluate_all
from guanai.people.ledger.drawing import MARKED, draw_all, draw_anew, draw_due
from guanai.people.life.lists import lapsed
from guanai.people.models import (
    AccessGrant,
    Advance,
    Difficulty,
    Guardianship,
    LedgerLine,
    LifeRule,
    Note,
    Person,
    Registration,
    Schooling,
    Status,
    Transfer,
)
from guanai.people.models.difficulty import forget_over
from guanai.people.tests.families import Family, make_family, make_person, row, say_why, stand
from guanai.people.tests.test_file_page import post, text, url

pytestmark = pytest.mark.django_db(databases="__all__")
TODAY = dt.date(2027, 8, 20)
FIRST = dt.date(2027, 9, 1)
LIFE = "people:life"


@pytest.fixture
def clock() -> Iterator[Any]:
    with patch("django.utils.timezone.localdate", return_value=TODAY) as localdate:

        def move(day: dt.date) -> None:
            localdate.return_value = day

        yield move


@pytest.fixture
def family(county: County, clock: Any) -> Family:
    family = make_family(county)
    draw_all()
    evaluate_all()
    return family


def page(county: County, who: str, name: str, *arguments: Any) -> str:
    return text(county.client(who), reverse(name, args=arguments))


def propose(county: County, who: str, child: Person, **where: Any) -> Transfer:
    child.refresh_from_db()
    facts = {"on": "2027-08-10", "why": "随父母搬迁", **where}
    assert post(county.client(who), url("move", child), **facts).status_code == 303
    found: Transfer = Transfer.objects.latest("pk")
    return found


def decide(county: County, who: str, one: Transfer, act: str, **facts: Any) -> int:
    address = reverse("people:transfer", args=[one.uid])
    return county.client(who).post(address, {"act": act, **facts}).status_code


def another_school(county: County) -> Organisation:
    place = county.places["shikan"]
    school = Organisation.objects.create(name="石坎镇小学", kind="school", place=place)
    user = User.objects.create_user("other_school", "correct-horse-9", name="石坎教务")
    since = dt.date(2026, 1, 1)
    Post.objects.create(user=user, organisation=school, role=Role.SCHOOL_OFFICE, since=since)
    Post.objects.found()
    return school


def pupil(county: County, name: str) -> Person:
    """Of class 3.2, in the ledger."""
    person = make_person(county.places["dawan"], name, sex=1, born=dt.date(2018, 1, 5))
    stand(person, "child")
    school = county.organisations["school"]
    told = {"school": school, "school_class": county.school_class, "state": "primary"}
    row(Schooling, person, grade=3, class_name="2", since="2026-09-01", **told)
    return person


# --- handing over ---------------------------------------------------------------------------


@pytest.mark.requirement("RX.10", "R14.11")
def test_a_move_waits_for_the_receiving_side_and_nothing_is_lost_between(
    county: County, family: Family
) -> None:
    child, new = family.child, county.places["xintian"]
    one = propose(county, "villager", child, to=new.pk)
    assert one.state == "waiting"
    assert "1 " in page(county, "outsider", "home") or "一" in page(county, "outsider", "home")
    assert reverse(LIFE) + "#offered" in page(county, "outsider", "home")
    assert county.client("outsider").get(url("file", child)).status_code == 404
    told = page(county, "outsider", "people:transfer", one.uid)
    for shown in ("萧梦", "2017", "向桂英", "随父母搬迁", "大湾村"):
        assert shown in told
    for kept in ("19900000000", "2017-06", "某路1号"):
        assert kept not in told
    assert Reading.objects.filter(user_id=county.user("outsider").pk, how="transfer").exists()
    assert decide(county, "outsider", one, "refuse", why="") == 422
    assert decide(county, "outsider", one, "refuse", why="查无此人") == 303
    assert "查无此人" in page(county, "villager", "people:transfer", one.uid)
    assert text(county.client("villager"), url("file", child))

    again = propose(county, "villager", child, to=new.pk, whole_household="on")
    assert decide(county, "neighbour", again, "accept") == 404
    assert decide(county, "villager", again, "accept") == 422
    assert decide(county, "outsider", again, "accept") == 303
    assert decide(county, "outsider", again, "accept") == 422
    child.refresh_from_db()
    assert set(Person.objects.values_list("path", flat=True)) == {new.path}
    assert text(county.client("outsider"), url("file", child))
    assert county.client("villager").get(url("file", child)).status_code == 404
    assert "萧梦" in page(county, "villager", LIFE)


def test_the_giver_withdraws_and_who_oversees_sees_what_waits_too_long(
    county: County, family: Family, clock: Any
) -> None:
    one = propose(county, "villager", family.child, to=county.places["xintian"].pk)
    assert "#late" not in page(county, "office", "home")
    Transfer.objects.update(proposed_at=one.proposed_at - dt.timedelta(days=11))
    for who in ("office", "outsider", "villager"):
        assert reverse(LIFE) + "#late" in page(county, who, "home")
    LifeRule.set("transfer", 30, [], by=county.user("office"))
    cache.clear()  # as a minute does
    assert "#late" not in page(county, "office", "home")
    assert decide(county, "villager", one, "refuse", why="不走了") == 303
    assert Transfer.objects.get().state == "withdrawn"
    assert "#offered" not in page(county, "outsider", "home")


@pytest.mark.requirement("R14.30", "RX.10")
def test_out_of_the_county_a_record_is_handed_over_and_the_file_stays_closed(
    county: County, family: Family
) -> None:
    one = propose(county, "school", family.child, outside="江苏省苏州市某小学")
    client = county.client("school")
    paper = client.get(reverse("people:transfer_paper", args=[one.uid, "pdf"]))
    assert paper.content.startswith(b"%PDF")
    assert client.get(reverse("people:transfer_paper", args=[one.uid, "docx"])).status_code == 200
    child = family.child
    child.refresh_from_db()
    facts = {
        "on": "2027-08-19",
        "receipt": "苏州某校王老师，回执2号",
        "base_version": child.version,
    }
    assert decide(county, "school", one, "hand", **facts) == 303
    child.refresh_from_db()
    assert (child.closed_on, child.closed_for) == (dt.date(2027, 8, 19), "moved")
    assert not Registration.objects.filter(person=child, until=None).exists()
    assert "江苏省苏州市某小学" in page(county, "villager", "people:transfer", one.uid)


# --- leaving, closing, reopening ------------------------------------------------------------


@pytest.mark.requirement("R14.2", "R14.22")
def test_a_sixteenth_birthday_ends_the_status_that_night_and_a_person_decides_on_the_rest(
    county: County, family: Family, clock: Any
) -> None:
    child, villager = family.child, county.client("villager")
    birthday = dt.date(2033, 6, 4)
    clock(birthday - dt.timedelta(days=1))
    for work in mornings.all():
        work()
    assert "#lapsed" not in page(county, "villager", "home")
    clock(birthday)
    for work in mornings.all():
        work()
    assert Status.objects.get(person=child, definition="gf2016-13").until == dt.date(2033, 6, 3)
    assert "#lapsed" in page(county, "villager", "home")
    told = page(county, "villager", LIFE)
    assert "2033-06-03" in told
    assert "16" in told
    standing = Registration.objects.get(person=child)
    family.care.refresh_from_db()
    child.refresh_from_db()
    assert (standing.until, family.care.until, child.closed_on) == (None, None, None)

    stays = url("keep", child, group="child")
    assert post(villager, stays, why="").status_code == 422
    assert post(villager, stays, why="仍需帮扶，十八岁前结对继续").status_code == 303
    assert "#lapsed" not in page(county, "villager", "home")
    assert "仍需帮扶" in text(villager, url("history", child))
    out = url("strike", child, group="child")
    assert post(villager, out, reason="other", why="", on="2033-06-04").status_code == 422
    assert post(villager, out, reason="sixteen", on="2033-06-04").status_code == 303
    standing.refresh_from_db()
    assert (standing.until, standing.left_for) == (birthday, "sixteen")
    assert text(villager, url("file", child))


@pytest.mark.requirement("RX.10")
def test_a_death_closes_the_file_and_tells_who_keeps_those_of_the_family(
    county: County, family: Family
) -> None:
    stand(family.grandmother, "elder")
    grandmother, client = family.grandmother, county.client("villager")
    closing = url("closing", grandmother)
    assert post(client, closing, reason="died", on="2027-08-21").status_code == 422
    assert post(client, closing, reason="died", on="2027-08-18").status_code == 303
    grandmother.refresh_from_db()
    assert (grandmother.died, grandmother.closed_for) == (dt.date(2027, 8, 18), "died")
    told = text(client, url("file", family.child))
    assert grandmother.file_number in told
    assert Guardianship.objects.get().until is None
    assert "#bereaved" in page(county, "villager", "home")
    shut = post(client, url("section", grandmother, section="basics"), name="向氏", sex="2")
    assert shut.status_code == 422
    assert post(client, url("register", grandmother), group="elder").status_code == 422
    assert post(client, closing, why="弄错了人").status_code == 303
    grandmother.refresh_from_db()
    assert grandmother.closed_on is None
    assert post(client, closing, reason="moved", on="2027-08-18").status_code == 303


# --- checklists -----------------------------------------------------------------------------


@pytest.mark.requirement("RX.10")
def test_checklists_come_before_the_birthday_and_each_item_is_confirmed_by_a_person(
    county: County, family: Family, clock: Any
) -> None:
    child = family.child
    clock(dt.date(2033, 4, 4))
    assert "#grown" not in page(county, "villager", "home")
    clock(dt.date(2033, 4, 10))
    assert "#grown" in page(county, "villager", "home")
    client, address = county.client("villager"), url("checklist", child, age=16)
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"item": ["0", "1"]}).status_code == 303
    assert "2033-04-10 villager" in text(client, address)
    assert address in text(client, url("file", child))
    rules = reverse("people:life_rules")
    told = {"name": "16", "days": 60, "items": "身份证\n告知本人权利"}
    assert county.client("office").post(rules, told).status_code == 303
    cache.clear()
    assert county.client("villager").get(rules).status_code == 403
    assert client.post(address, {"item": ["身份证", "告知本人权利"]}).status_code == 303
    assert "#grown" not in page(county, "villager", "home")
    assert "身份证" in text(client, url("history", child))


def test_a_decision_about_one_ledger_is_not_asked_again_when_another_ones_status_ends(
    county: County, family: Family
) -> None:
    child, user = family.child, county.user("villager")
    stand(child, "difficulty")
    Registration.objects.filter(group="difficulty").update(kept_on=dt.date(2027, 5, 2))
    ended = {"gf2016-13": dt.date(2027, 8, 1), "difficulty-disability": dt.date(2027, 5, 1)}
    for name, until in ended.items():
        Status.objects.update_or_create(
            person=child, definition=name,
            defaults={"answer": NO, "until": until, "path": child.path},
        )  # fmt: skip
    rows: Any = lapsed(user)
    assert list(rows.values_list("group", "ended")) == [("child", ended["gf2016-13"])]


# --- school years and schools ---------------------------------------------------------------


def carry(client: Client, act: Advance, what: str, **facts: str) -> int:
    address = reverse("people:year", args=[act.uid])
    told = client.get(address).content.decode()
    seen = told.partition('name="seen" value="')[2].partition('"')[0]
    return client.post(address, {"act": what, "seen": seen, **facts}).status_code


def prepared(county: County, client: Client) -> Advance:
    school = county.organisations["school"]
    assert client.post(reverse("people:year_begin", args=[school.uid])).status_code == 303
    found: Advance = Advance.objects.get(state="draft")
    return found


@pytest.mark.requirement("R14.34")
def test_a_new_school_year_moves_the_classes_up_and_one_undo_takes_it_back(
    county: County, family: Family, clock: Any
) -> None:
    repeats, changed = pupil(county, "田小雨"), pupil(county, "田小风")
    draw_all()
    client = county.client("school")
    act = prepared(county, client)
    exceptions = reverse("people:year_class", args=[act.uid]) + "?class=3|2"
    told = text(client, exceptions)
    seen = told.partition('name="seen" value="')[2].partition('"')[0]
    chosen = {"seen": seen, f"pupil.{repeats.uid}": "repeat"}
    assert client.post(exceptions, chosen).status_code == 303
    assert client.post(exceptions, chosen).status_code == 422  # somebody else was first
    assert Schooling.objects.filter(until=None).count() == 3
    assert carry(client, act, "confirm") == 303
    assert carry(client, act, "confirm") == 422
    grades = dict(Schooling.objects.filter(since=FIRST).values_list("person", "grade"))
    assert grades == {family.child.pk: 4, repeats.pk: 3, changed.pk: 4}
    assert set(Schooling.objects.exclude(until=None).values_list("until", flat=True)) == {
        FIRST - dt.timedelta(days=1)
    }
    clock(FIRST)
    assert "萧梦" in text(county.client("teacher"), url("file", family.child))
    assert county.client("teacher").get(url("file", repeats)).status_code == 404
    changed.refresh_from_db()
    new = changed.schoolings.get(since=FIRST)
    new.correct({"boarding": True}, base_version=changed.version, by=county.user("school"))
    assert carry(client, act, "undo") == 303
    told = page(county, "school", "people:year", act.uid)
    assert "田小风" in told
    assert "田小雨" not in told
    held = {s.person_id: (s.grade, s.until) for s in Schooling.objects.filter(until=None)}
    assert held == {family.child.pk: (3, None), repeats.pk: (3, None), changed.pk: (4, None)}
    assert Post.objects.get(user__username="teacher").until is None


def test_a_large_school_is_a_job_and_history_tells_each_pupil(
    county: County, family: Family, django_capture_on_commit_callbacks: Any
) -> None:
    before = DBTaskResult.objects.count()
    with patch("guanai.people.models.advances.AT_ONCE", 0):
        client = county.client("education")
        act = prepared(county, client)
        with django_capture_on_commit_callbacks(execute=True):
            assert carry(client, act, "confirm") == 303
        assert DBTaskResult.objects.count() == before + 1
        act.refresh_from_db()
        assert act.state == "working"
    act.go_on()
    assert act.state == "done"
    assert Schooling.objects.get(until=None).grade == 4
    say_why(county, family.child, "education")
    assert "2027" in text(client, url("history", family.child))


@pytest.mark.requirement("R14.34", "R14.30")
def test_pupils_change_school_together_when_the_receiving_school_accepts(
    county: County, family: Family
) -> None:
    school, other = another_school(county), pupil(county, "田小雨")
    client = county.client("school")
    address = reverse("people:school_change", args=[county.organisations["school"].uid])
    given = {"to_school": school.pk, "day": "2027-08-10", "why": "学校撤并"}
    assert client.post(address, given).status_code == 422
    assert client.post(address, {**given, "pick": ["3|2", "|"]}).status_code == 303
    assert Transfer.objects.count() == 2
    assert "萧梦" in text(client, url("file", family.child))
    one = Transfer.objects.earliest("pk")
    told = page(county, "other_school", "people:transfer", one.uid)
    assert "田小雨" in told
    assert "向桂英" in told
    assert county.client("other_school").get(url("file", other)).status_code == 404
    assert decide(county, "other_school", one, "accept") == 422  # nobody is ticked
    ticked = list(Transfer.objects.values_list("uid", flat=True))
    assert decide(county, "other_school", one, "accept", pick=ticked) == 303
    assert "萧梦" in text(county.client("other_school"), url("file", family.child))
    assert client.get(url("file", other)).status_code == 404
    act = Advance.objects.get()
    assert carry(county.client("other_school"), act, "undo") == 303
    assert "田小雨" in text(client, url("file", other))
    assert set(Transfer.objects.values_list("state", flat=True)) == {"accepted"}


def test_taking_a_school_year_back_opens_no_post_that_had_ended(
    county: County, family: Family
) -> None:
    teacher, school = county.user("teacher"), county.organisations["school"]
    other = SchoolClass.objects.create(school=school, grade=5, name="1", year=2026)
    last, ends = FIRST - dt.timedelta(days=1), FIRST + dt.timedelta(days=30)
    Post.objects.create(
        user=teacher, organisation=school, role=Role.CLASS_TEACHER, school_class=other,
        since=dt.date(2026, 1, 1), until=last,
    )  # fmt: skip
    client = county.client("school")
    act = prepared(county, client)
    assert carry(client, act, "confirm") == 303
    Post.objects.filter(user=teacher, since=FIRST).update(until=ends)
    assert carry(client, act, "undo") == 303
    assert dict(Post.objects.filter(user=teacher).values_list("school_class", "until")) == {
        other.pk: last, teacher.posts.earliest("pk").school_class_id: ends,
    }  # fmt: skip


def test_plans_of_a_school_year_stand_in_the_log(county: County, family: Family) -> None:
    client = county.client("school")
    act = prepared(county, client)
    assert carry(client, act, "save", **{"class.3|2": "leave"}) == 303
    assert carry(client, act, "drop") == 303
    assert client.get(reverse("people:year", args=[act.uid])).status_code == 404
    told = set(Entry.objects.filter(user=county.user("school")).values_list("action", flat=True))
    assert {f"people.advance.{what}" for what in ("prepare", "plan", "drop")} <= told


def test_leaving_pupils_are_proposed_to_the_next_school(county: County, family: Family) -> None:
    school = another_school(county)
    client = county.client("school")
    act = prepared(county, client)
    assert carry(client, act, "confirm", **{"class.3|2": f"to:{school.uid}"}) == 303
    one = Transfer.objects.get()
    assert (one.grade, one.day, one.state) == (4, FIRST, "waiting")
    assert Schooling.objects.get().until is None
    assert decide(county, "other_school", one, "accept") == 303
    assert Schooling.objects.get(until=None).grade == 4


# --- the chain ------------------------------------------------------------------------------


@pytest.mark.requirement("R14.106")
def test_one_timeline_tells_family_government_school_and_society(
    county: County, family: Family
) -> None:
    child, villager = family.child, county.user("villager")
    help_ = {"kind": "help", "day": "2027-05-01", "text": "志愿者送书"}
    child.add(Note, help_, by=villager)
    child.refresh_from_db()
    child.change({"details.character": "文静"}, base_version=child.version, by=villager)
    told = text(county.client("villager"), url("file", child))
    for side in ("family", "government", "school", "society"):
        assert f'id="side-{side}"' in told
    lines = [part.partition("</li>")[0] for part in told.split("<li ")[1:]]
    sides = {
        part.partition("side-")[2].partition('"')[0]: part for part in lines if "side-" in part
    }
    assert "志愿者送书" in sides["society"]
    assert {"family", "government", "society"} <= sides.keys()


# --- kinds of difficulty, classes of files ----------------------------------------------------


@pytest.mark.requirement("R14.4")
def test_a_difficulty_is_confidential_and_is_forgotten_after_a_year(
    county: County, family: Family, clock: Any
) -> None:
    child, villager = family.child, county.client("villager")
    said = "上课走神，已请心理老师谈话"
    told = {"kind": "mind", "text": said, "since": "2027-08-01"}
    entry = url("entry", child, kind="difficulty")
    assert post(villager, entry, **told, until="2029-01-01").status_code == 422
    assert post(villager, entry, **told).status_code == 303
    AccessGrant.objects.create(
        person=child, user=county.user("helper"), since=dt.date(2027, 1, 1), reason="结对"
    )
    helper = county.client("helper")
    for client, shown in ((villager, True), (county.client("teacher"), True), (helper, False)):
        for name in ("file", "history"):
            assert (said in text(client, url(name, child))) == shown, name
    assert "心理困扰" not in text(helper, url("file", child))
    assert "心理困扰" not in text(villager, url("print", child))
    clock(dt.date(2028, 8, 2))
    forget_over()
    assert not Difficulty.objects.exists()
    assert said not in text(villager, url("history", child))


@pytest.mark.requirement("R13.10")
@pytest.mark.parametrize(
    ("condition", "health"), [("健康", "healthy"), ("体弱多病", "frail"), ("先天性心脏病", "ill")]
)
def test_files_are_classified_by_character_and_health(
    county: County, family: Family, condition: str, health: str
) -> None:
    child, client = family.child, county.client("villager")
    pupil(county, "田小雨")
    draw_all()
    details = url("section", child, section="details")
    assert post(client, details, temperament="quiet").status_code == 303
    entry = url("entry", child, kind="health")
    assert post(client, entry, condition=condition).status_code == 303
    ledger = "/ledger/child/?"
    for query in (f"character=quiet&health={health}", "character=quiet", f"health={health}"):
        found = text(client, ledger + query)
        assert "萧梦" in found
        assert "田小雨" not in found
    assert "萧梦" not in text(client, ledger + "character=outgoing")
    LedgerLine.objects.update(hardships=0)  # as lines of an older Guanai
    assert "萧梦" not in text(client, ledger + "character=quiet")
    draw_due()
    Counter.objects.filter(name=MARKED).delete()
    draw_anew()
    assert "萧梦" in text(client, ledger + "character=quiet")


@pytest.mark.parametrize("name", ["home", LIFE])
def test_pages_take_few_statements_however_much_waits(
    county: County, family: Family, name: str
) -> None:
    counts = []
    for one in range(2):
        for number in range(1 + 3 * one):
            child = pupil(county, f"某{one}{number}")
            propose(county, "villager", child, to=county.places["xiaohe"].pk)
        client = county.client("supervisor")
        client.get(reverse(name))
        with ExitStack() as stack:
            seen = [stack.enter_context(CaptureQueriesContext(c)) for c in connections.all()]
            assert client.get(reverse(name)).status_code == 200
            counts.append([q["sql"] for each in seen for q in each])
    assert len(counts[1]) <= len(counts[0])
    assert len(counts[1]) <= 20, "\n".join(sql[:150] for sql in counts[1])
