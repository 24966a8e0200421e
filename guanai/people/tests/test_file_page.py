"""A person's file as its readers see it, and its forms as a browser posts them."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guanai.audit.models import Entry, Reading
from guanai.conftest import County
from guanai.organisations.models import Body, Member
from guanai.people.models import (
    Award,
    CarerFinding,
    Change,
    Contact,
    Hardship,
    Health,
    Identity,
    LegalBasis,
    Note,
    Person,
    Registration,
    Residence,
)
from guanai.people.tests.families import Family, make_family, make_person, row, say_why, stand

pytestmark = pytest.mark.django_db(databases="__all__")  # the log of readings too


@pytest.fixture
def family(county: County) -> Family:
    return make_family(county)


@pytest.fixture
def villager(county: County) -> Client:
    return county.client("villager")


def url(page: str, person: Person, **arguments: Any) -> str:
    return reverse(f"people:{page}", kwargs={"uid": person.uid, **arguments})


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def post(client: Client, at: str, /, **facts: Any) -> Any:
    """As the form of that page posts: what it shows, with these facts changed."""
    form = client.get(at).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in {**shown, **facts}.items() if value not in (None, [])}
    return client.post(at, data)


def named_cadre(county: County) -> None:
    body = Body.objects.create(
        kind="village_protection", name="大湾村未成年人保护小组", place=county.places["dawan"],
        path=county.places["dawan"].path, organisation=county.organisations["dawan_committee"],
    )  # fmt: skip
    member = Member(body=body, name="覃主任", position="officer")
    member.phone = "19900005555"
    member.save()


# --- what the page shows --------------------------------------------------------------------


@pytest.mark.requirement("R01.1", "R04.3", "R14.27")
def test_the_file_shows_child_family_school_and_who_is_responsible(
    county: County, family: Family, villager: Client
) -> None:
    named_cadre(county)
    page = text(villager, url("file", family.child))
    for said in (
        "萧梦", "萧强", "胡蓉", "向桂英", "江苏苏州", "电子厂", "某路1号", "上海", "家政公司",
        "tel:19900000000", "tel:19900000002", "清溪镇中心学校", "覃主任", "tel:19900005555", "3组",
    ):  # fmt: skip
        assert said in page, said


@pytest.mark.requirement("R14.11", "R12.23")
@pytest.mark.parametrize(
    ("reader", "status"),
    [
        ("villager", 200), ("supervisor", 200), ("teacher", 200), ("school", 200),
        ("office", 200), ("education", 200), ("federation", 200),
        ("neighbour", 404), ("outsider", 404), ("police", 404), ("leader", 403),
        ("helper", 404), ("sysadmin", 403), ("auditor", 403),
    ],
)  # fmt: skip
def test_who_may_open_a_childs_file(
    county: County, family: Family, reader: str, status: int
) -> None:
    say_why(county, family.child, "office", "education", "federation")
    assert county.client(reader).get(url("file", family.child)).status_code == status


@pytest.mark.requirement("R12.23")
def test_a_school_sees_its_own_pupils_only(county: County, family: Family) -> None:
    family.schooling.close(
        dt.date(2026, 9, 1), base_version=1, by=county.user("villager"), why="转学"
    )
    assert county.client("school").get(url("file", family.child)).status_code == 404
    say_why(county, family.child, "education")
    assert county.client("education").get(url("file", family.child)).status_code == 200


def test_relatives_are_seen_through_the_child_only(county: County, family: Family) -> None:
    assert county.client("teacher").get(url("file", family.father)).status_code == 404
    page = text(county.client("teacher"), url("file", family.child))
    assert "19900000000" in page
    assert url("file", family.father) not in page


def test_a_page_takes_at_most_twelve_queries(county: County, family: Family) -> None:
    named_cadre(county)
    full_file(county, family)
    client = county.client("supervisor")
    address = url("file", family.child)
    client.get(address)
    with ExitStack() as stack:
        seen = [stack.enter_context(CaptureQueriesContext(one)) for one in connections.all()]
        client.get(address)
        asked = [query for one in seen for query in one]
    assert len(asked) <= 12, "\n".join(q["sql"][:120] for q in asked)


def full_file(county: County, family: Family) -> None:
    by = county.user("villager")
    child = family.child
    child.add(Health, {"condition": "健康", "since": "2026-03"}, by=by)
    child.add(Hardship, {"kind": "poverty", "holds": False}, by=by)
    home = {"kind": "home", "place": county.places["dawan"], "address": "大湾村3组12号"}
    child.add(Residence, home, by=by)
    child.add(Note, {"kind": "remark", "day": "2026-05-01", "text": "想妈妈"}, by=by)
    child.add(Award, {"title": "三好学生", "given_on": "2026-07-01"}, by=by)
    family.grandmother.add(Health, {"condition": "高血压"}, by=by)


def test_looking_at_a_minors_file_is_logged_and_the_page_does_not_tell(
    county: County, family: Family, villager: Client
) -> None:
    page = text(villager, url("file", family.child))
    text(villager, url("file", family.grandmother))
    text(villager, url("print", family.child))
    read = Reading.objects.values_list("person_id", "user_id", "how")
    reader = county.user("villager").pk
    assert set(read) == {(family.child.pk, reader, "page"), (family.child.pk, reader, "print")}
    again = text(villager, url("file", family.child))
    assert re.sub(r"\w{64}", "", page) == re.sub(r"\w{64}", "", again)  # but for the tokens


def test_a_file_of_unknown_age_in_a_childrens_ledger_is_read_as_a_childs(
    county: County, villager: Client
) -> None:
    child = make_person(county.places["dawan"], "某某")
    stand(child, "difficulty")
    text(villager, url("file", child))
    assert Reading.objects.count() == 1


@pytest.mark.requirement("R13.9")
def test_the_four_haves_name_what_is_missing_until_nothing_is(
    county: County, family: Family, villager: Client
) -> None:
    response = villager.get(url("file", family.child))
    assert response.context["file"].completeness.missing == (
        "child.health", "child.poverty", "cadre.phone",
    )  # fmt: skip
    named_cadre(county)
    full_file(county, family)
    response = villager.get(url("file", family.child))
    assert response.context["file"].completeness.missing == ()
    assert "4 / 4" in response.content.decode()
    assert Person.objects.get(pk=family.child.pk).completeness == 15
    phone = family.mother.contacts.get()
    phone.withdraw(base_version=1, by=county.user("villager"))
    assert Person.objects.get(pk=family.child.pk).completeness == 15 - 2


@pytest.mark.requirement("R14.15")
def test_a_child_alone_raises_the_alarm_on_file_and_list(
    county: County, family: Family, villager: Client
) -> None:
    assert "萧梦" not in text(villager, reverse("people:alone"))
    assert 'role="alert"' not in text(villager, url("file", family.child))
    family.care.close(dt.date(2026, 5, 1), base_version=1, by=county.user("villager"))
    assert "萧梦" in text(villager, reverse("people:alone"))
    assert "萧梦" not in text(county.client("outsider"), reverse("people:alone"))
    assert 'role="alert"' in text(villager, url("file", family.child))


@pytest.mark.requirement("R06.8")
def test_woman_and_the_children_she_raises_are_shown_both_ways(
    county: County, family: Family, villager: Client
) -> None:
    stand(family.grandmother, "woman")
    hers = text(villager, url("file", family.grandmother))
    assert url("file", family.child) in hers
    assert "萧梦" in hers
    assert "向桂英" in text(villager, url("file", family.child))


def test_nothing_personal_stands_in_title_or_address(family: Family, villager: Client) -> None:
    page = text(villager, url("file", family.child))
    assert "萧梦" not in page.partition("</title>")[0]


def test_a_file_without_anything_but_a_name_is_shown(county: County, villager: Client) -> None:
    person = make_person(county.places["dawan"], "吉克·阿木")
    row(Identity, person, kind="passport", number="E12345678")
    assert "E12345678" in text(villager, url("file", person))


# --- what the forms save --------------------------------------------------------------------

CHILD_FACTS: list[Any] = [
    pytest.param("schooling", {"boarding": "true"}, ("boarding", True), id="boards",
                 marks=pytest.mark.requirement("R04.30")),
    pytest.param("schooling", {"state": "dropout"}, ("state", "dropout"), id="dropout",
                 marks=pytest.mark.requirement("R14.105")),
    pytest.param("schooling", {"weak_subjects": "数学", "results": "中等"},
                 ("weak_subjects", "数学"), id="weak",
                 marks=pytest.mark.requirement("R04.50", "R04.39")),
    pytest.param("health", {"condition": "哮喘"}, ("condition", "哮喘"), id="health",
                 marks=pytest.mark.requirement("R04.55")),
    pytest.param("hardship", {"kind": "single_parent"}, ("kind", "single_parent"), id="single",
                 marks=pytest.mark.requirement("R03.2")),
    pytest.param("hardship", {"kind": "poverty"}, ("kind", "poverty"), id="poor",
                 marks=pytest.mark.requirement("R03.2")),
    pytest.param("residence", {"address": "大湾村3组12号"}, ("address", "大湾村3组12号"),
                 id="address", marks=pytest.mark.requirement("R04.11", "R04.12")),
    pytest.param("note", {"kind": "help", "text": "送学习用品"}, ("text", "送学习用品"), id="note"),
    pytest.param("identity", {"kind": "passport", "number": "E12345678"},
                 ("number", "E12345678"), id="passport"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "posted", "fact"), CHILD_FACTS)
def test_a_fact_is_saved_by_the_page_and_shown(
    county: County,
    family: Family,
    villager: Client,
    kind: str,
    posted: dict[str, str],
    fact: tuple[str, Any],
) -> None:
    given: dict[str, Any] = {"place": county.places["dawan"].pk} if kind == "residence" else {}
    response = post(villager, url("entry", family.child, kind=kind), **posted, **given)
    assert (response.status_code, response["Location"]) == (303, url("file", family.child))
    change = Change.objects.get(person=family.child)
    (facts,) = [after for _before, after in change.values().values() if isinstance(after, dict)]
    assert facts[fact[0]] == fact[1]
    if isinstance(fact[1], str) and not fact[1].isascii():
        assert fact[1] in text(villager, url("file", family.child))


@pytest.mark.requirement("R02.8", "R05.4", "R04.13", "R12.2", "R14.27")
def test_a_parents_time_away_is_kept_with_the_full_postal_address(
    county: County, family: Family, villager: Client
) -> None:
    address = url("entry", family.child, of=family.father.uid, kind="away")
    posted = {
        "since": "2026年10月", "destination": "广东东莞", "employer": "玩具厂",
        "address": "广东省东莞市长安镇振安路8号", "occupation": "普工",
    }  # fmt: skip
    assert post(villager, address, **posted).status_code == 303
    before, now = family.father.awayperiods.order_by("since")
    assert before.until == dt.date(2026, 9, 30)
    assert (str(now.began), now.address()) == ("2026-10", posted["address"])
    assert b"\xe9\x95\xbf\xe5\xae\x89" not in bytes(now.sealed_address or b"")
    page = text(villager, url("file", family.child))
    assert posted["address"] in page
    assert "玩具厂" in page


@pytest.mark.requirement("R04.14", "R04.50")
def test_guardians_occupation_education_health_and_address_are_kept(
    county: County, family: Family, villager: Client
) -> None:
    gran = family.grandmother
    of: dict[str, Any] = {"of": gran.uid}
    details = url("section", family.child, section="details", **of)
    assert post(villager, details, occupation="务农", education="80").status_code == 303
    health = url("entry", family.child, kind="health", **of)
    assert post(villager, health, condition="高血压，每日服药").status_code == 303
    home = url("entry", family.child, kind="residence", **of)
    posted = {"place": county.places["dawan"].pk, "address": "大湾村3组9号"}
    assert post(villager, home, **posted).status_code == 303
    page = text(villager, url("file", family.child))
    for said in ("务农", "高血压，每日服药", "大湾村3组9号", "tel:19900000002", str(gran.age())):
        assert said in page
    gran.refresh_from_db()
    assert gran.details == {"occupation": "务农", "education": "80"}
    assert gran.version == 4


@pytest.mark.requirement("R04.39", "R04.50", "R04.55")
def test_the_details_of_a_child_are_asked_and_shown(
    county: County, family: Family, villager: Client
) -> None:
    address = url("section", family.child, section="details")
    posted = {"character": "内向", "interests": "画画", "doting": "yes", "grandparent_care": "yes"}
    assert post(villager, address, **posted).status_code == 303
    page = text(villager, url("file", family.child))
    assert "内向" in page
    assert "画画" in page
    family.child.refresh_from_db()
    assert family.child.details == posted


def test_raised_by_grandparents_is_known_from_the_guardianship(
    family: Family, villager: Client
) -> None:
    shown = villager.get(url("file", family.child)).context["details"]
    assert len(shown) == 1


@pytest.mark.requirement("R14.87")
def test_the_form_of_care_is_kept(county: County, family: Family, villager: Client) -> None:
    address = url("section", family.child, section="basics")
    assert post(villager, address, care_form="proxy").status_code == 303
    family.child.refresh_from_db()
    assert family.child.care_form == "proxy"
    label = family.child.get_care_form_display()
    assert str(label) in text(villager, url("file", family.child))


@pytest.mark.requirement("R06.21", "R05.7")
def test_a_womans_livelihood_skills_industries_and_public_tasks_are_kept(
    county: County, family: Family, villager: Client
) -> None:
    stand(family.grandmother, "woman")
    address = url("section", family.grandmother, section="details")
    posted = {
        "livelihood": "经营农村淘宝服务点", "skills": "刺绣", "children_count": "2",
        "elders_supported": "1", "industries": ["citrus", "walnut"], "public_tasks": ["flood"],
    }  # fmt: skip
    assert post(villager, address, **posted).status_code == 303
    family.grandmother.refresh_from_db()
    assert family.grandmother.details == {**posted, "children_count": 2, "elders_supported": 1}
    page = text(villager, url("file", family.grandmother))
    assert "经营农村淘宝服务点" in page
    assert "刺绣" in page


@pytest.mark.requirement("R05.7", "R06.18")
def test_a_womans_case_history_and_honours_stand_on_the_spine(
    county: County, family: Family, villager: Client
) -> None:
    stand(family.mother, "woman")
    note = {"kind": "case_history", "day": "2026-06-01", "text": "2025年得小额贷款开超市"}
    assert post(villager, url("entry", family.mother, kind="note"), **note).status_code == 303
    award = {"title": "农村致富女标兵", "given_by": "云岭县妇联", "given_on": "2026-03-08"}
    assert post(villager, url("entry", family.mother, kind="award"), **award).status_code == 303
    titles = [m.title for m in villager.get(url("file", family.mother)).context["spine"]]
    assert "农村致富女标兵" in titles
    page = text(villager, url("file", family.mother))
    assert "2025年得小额贷款开超市" in page
    assert "小额贷款" not in str(Note.objects.values())


def test_an_entry_that_is_invalid_comes_back_with_422(
    county: County, family: Family, villager: Client
) -> None:
    address = url("entry", family.child, of=family.father.uid, kind="contact")
    response = post(villager, address, value="123")
    assert response.status_code == 422
    assert "123" in response.content.decode()
    away = url("entry", family.child, of=family.father.uid, kind="away")
    assert post(villager, away, since="2026-05", until="2026-01-01").status_code == 422
    assert post(villager, away, since="去年冬天").status_code == 422
    assert not Change.objects.exists()


def test_htmx_gets_the_form_alone_and_then_the_file(family: Family, villager: Client) -> None:
    address = url("section", family.child, section="basics")
    fragment = villager.get(address, headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    data = {name: fragment.context["form"][name].value() for name in ("name", "sex", "born")}
    data |= {"base_version": 1, "name": "萧萌"}
    response = villager.post(address, data, headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Location"]) == (204, url("file", family.child))


def test_the_second_editor_is_offered_both_values(
    county: County, family: Family, villager: Client
) -> None:
    address = url("section", family.child, section="basics")
    other = county.client("supervisor")
    opened = other.get(address).context["form"]
    data = {name: opened[name].value() or "" for name in opened.fields}
    assert post(villager, address, name="萧蒙", ethnicity="03").status_code == 303
    response = other.post(address, {**data, "name": "萧萌"})
    page = response.content.decode()
    assert response.status_code == 409
    assert 'value="萧蒙"' in page
    assert 'value="萧萌"' in page
    assert Person.objects.get(pk=family.child.pk).name == "萧蒙"
    form = response.context["form"]
    again = {name: form[name].value() or "" for name in form.fields}
    assert (again["base_version"], again["ethnicity"]) == ("2", "03")
    assert other.post(address, {**again, "name": "萧蒙"}).status_code == 303
    child = Person.objects.get(pk=family.child.pk)
    assert (child.name, child.ethnicity) == ("萧蒙", "03")


def test_the_history_tells_who_when_before_after_and_why_and_can_undo(
    county: County, family: Family, villager: Client
) -> None:
    address = url("section", family.child, section="basics")
    post(villager, address, name="萧萌", why="以户口簿为准")
    page = text(villager, url("history", family.child))
    for said in ("villager", "萧梦", "萧萌", "以户口簿为准"):
        assert said in page
    change = Change.objects.get()
    undoing = url("revert", family.child, change=change.uid)
    assert villager.get(undoing).status_code == 405
    assert county.client("supervisor").post(undoing).status_code == 422
    assert villager.post(undoing).status_code == 303
    assert Person.objects.get(pk=family.child.pk).name == "萧梦"


def test_the_history_tells_of_the_kin_what_the_file_shows(county: County, family: Family) -> None:
    teacher = county.client("teacher")
    phone = family.father.contacts.get()
    address = url("entry", family.child, of=family.father.uid, kind="contact", row=phone.uid)
    assert post(teacher, address, value="19900000777").status_code == 303
    note = {"kind": "case_history", "day": "2026-05-01", "text": "借过高利贷"}
    family.father.add(Note, note, by=county.user("villager"))
    page = text(teacher, url("history", family.child))
    assert "19900000000" in page
    assert "19900000777" in page
    assert "高利贷" not in page
    change = Change.objects.get(why="contact.correct")
    undoing = url("revert", family.child, of=family.father.uid, change=change.uid)
    assert teacher.post(undoing).status_code == 422  # no longer the last


def test_an_entry_is_taken_out_and_the_history_keeps_it(
    county: County, family: Family, villager: Client
) -> None:
    phone = family.father.contacts.get()
    address = url("withdraw", family.child, of=family.father.uid, kind="contact", row=phone.uid)
    assert villager.post(address, {"base_version": 1}).status_code == 303
    assert not Contact.objects.filter(pk=phone.pk).exists()
    assert "19900000000" in text(villager, url("history", family.father))
    assert villager.post(address, {"base_version": 1}).status_code == 422


# --- acts -----------------------------------------------------------------------------------


@pytest.mark.requirement("R14.11")
def test_a_move_within_the_own_reach_is_done_at_once(county: County, family: Family) -> None:
    posted = {"to": county.places["xiaohe"].pk, "on": "2026-10-01", "why": "随父母搬迁"}
    client = county.client("supervisor")
    response = client.post(url("move", family.child), {**posted, "base_version": 1})
    assert (response.status_code, response["Location"]) == (303, url("file", family.child))
    assert county.client("villager").get(url("file", family.child)).status_code == 404
    assert "随父母搬迁" in text(county.client("neighbour"), url("history", family.child))


@pytest.mark.requirement("R14.15")
def test_care_is_entrusted_by_page_and_a_held_carer_refused(
    county: County, family: Family, villager: Client
) -> None:
    address = url("entry", family.child, kind="guardianship")
    posted = {
        "guardian": family.grandmother.pk, "relation": "62", "kind": "entrusted",
        "since": "2026-10-01", "agreed_on": "2026-10-01", "child_heard": "true",
        "school_told_on": "2026-10-02",
    }  # fmt: skip
    doubt = url("raise_finding", family.child, of=family.grandmother.uid)
    finding = {"ground": "neglect", "evidence": "冬天两次把孩子关在门外"}
    assert post(villager, doubt, **finding).status_code == 303
    response = post(villager, address, **posted)
    assert response.status_code == 422
    assert "关在门外" not in response.content.decode()
    for reader, seen in (("villager", False), ("supervisor", True)):
        page = text(county.client(reader), url("file", family.child))
        assert (reverse("people:findings") in page) is seen
    assert county.client("villager").get(reverse("people:findings")).status_code == 403
    supervisor = county.client("supervisor")
    found = CarerFinding.objects.get()
    decision = reverse("people:finding", args=[found.uid])
    assert "关在门外" in text(supervisor, decision)
    assert county.client("outsider").get(decision).status_code == 404
    assert post(supervisor, decision, outcome="allowed", reason="").status_code == 422
    given = {"outcome": "allowed", "reason": "走访核实，已改正"}
    assert post(supervisor, decision, **given).status_code == 303
    assert post(villager, address, **posted).status_code == 303
    owed = villager.get(url("file", family.child)).context["owed"]
    assert len(owed) == 1


def test_a_flag_of_a_repealed_policy_is_off_until_the_county_enters_its_basis(
    county: County, family: Family, villager: Client
) -> None:
    row(Hardship, family.child, kind="family_planning", holds=True)
    address = url("entry", family.child, kind="hardship")
    flagged = 'value="family_planning"'
    assert flagged not in text(villager, address)
    label = dict(Hardship.KINDS)["family_planning"]
    assert str(label) not in text(villager, url("file", family.child))
    office = county.client("office")
    bases = reverse("people:legal_bases")
    assert villager.get(bases).status_code == 403
    given = {
        "flag": "family_planning", "document": "县实施办法", "number": "云政发〔2026〕1号",
        "since": "2026-01-01",
    }  # fmt: skip
    assert post(office, bases, **given).status_code == 303
    assert flagged in text(villager, address)
    assert str(label) in text(villager, url("file", family.child))
    basis = LegalBasis.objects.get()
    assert office.post(reverse("people:legal_basis_end", args=[basis.uid])).status_code == 303


def test_entering_in_a_ledger_and_striking_out_with_a_reason(
    county: County, family: Family, villager: Client
) -> None:
    assert post(villager, url("register", family.child), group="child").status_code == 422
    assert post(villager, url("register", family.child), group="difficulty").status_code == 303
    out = url("strike", family.child, group="difficulty")
    assert post(villager, out, why="").status_code == 422
    assert post(villager, out, reason="better", why="脱贫").status_code == 303
    assert Registration.objects.get(group="difficulty").until is not None
    assert villager.get(out).status_code == 404


# --- new files ------------------------------------------------------------------------------


@pytest.mark.requirement("R01.1")
@pytest.mark.parametrize("group", ["child", "migrant"])
def test_a_new_file_begins_when_nobody_like_it_is_there(
    county: County, villager: Client, group: str
) -> None:
    posted = {
        "name": "石小满", "sex": 1, "born": "2019-05", "group": group,
        "place": county.places["dawan"].pk, "phone": "199 0000 1234", "address": "5组3号",
    }  # fmt: skip
    response = villager.post(reverse("people:new"), posted)
    person = Person.objects.get()
    assert (response.status_code, response["Location"]) == (303, url("file", person))
    assert str(person.birth_date) == "2019-05"
    page = text(villager, url("file", person))
    assert "5组3号" in page
    assert "19900001234" in page


def test_possible_same_persons_are_shown_before_a_new_file(
    county: County, family: Family, villager: Client
) -> None:
    posted = {
        "name": "肖梦", "sex": 2, "born": "2017-06-04", "group": "child",
        "place": county.places["dawan"].pk,
    }  # fmt: skip
    response = villager.post(reverse("people:new"), posted)
    assert response.status_code == 422
    assert family.child.file_number in response.content.decode()
    assert villager.post(reverse("people:new"), {**posted, "same": "new"}).status_code == 303
    assert Person.objects.count() == 5


def test_a_number_that_stands_elsewhere_opens_no_second_file(
    county: County, family: Family
) -> None:
    row(Identity, family.child, kind="id", number="539901201706040021", checked=True)
    number = Identity.objects.get().number()
    posted = {
        "name": "某人", "sex": 2, "group": "child", "number": number,
        "place": county.places["xintian"].pk,
    }  # fmt: skip
    response = county.client("outsider").post(reverse("people:new"), posted)
    assert response.status_code == 422
    assert "萧梦" not in response.content.decode()


def test_a_file_does_not_begin_outside_the_own_area(county: County, villager: Client) -> None:
    posted = {"name": "甲", "sex": 1, "group": "child", "place": county.places["xintian"].pk}
    assert villager.post(reverse("people:new"), posted).status_code == 422


@pytest.mark.requirement("R04.11", "R04.12")
def test_family_is_added_from_those_who_have_a_file_or_anew(
    county: County, family: Family, villager: Client
) -> None:
    brother = make_person(county.places["dawan"], "萧阳", sex=1, born=dt.date(2020, 1, 1))
    address = url("new_kin", brother)
    posted = {"name": "萧强", "sex": 1, "born": "1988", "relation": "51"}
    response = post(villager, address, **posted)
    assert response.status_code == 422
    assert str(family.father.uid) in response.content.decode()
    assert post(villager, address, **posted, same=str(family.father.uid)).status_code == 303
    assert brother.kinships.get().relative == family.father
    new = {"name": "黄翠", "sex": 2, "relation": "52", "phone": "19900004321"}
    assert post(villager, address, **new).status_code == 303
    assert "19900004321" in text(villager, url("file", brother))


# --- doors ----------------------------------------------------------------------------------

PAGES = [
    ("file", {}), ("print", {}), ("history", {}), ("move", {}), ("register", {}), ("new_kin", {}),
    ("section", {"section": "basics"}), ("section", {"section": "details"}),
    ("entry", {"kind": "health"}), ("strike", {"group": "child"}),
]  # fmt: skip
ACTS = {"move", "register", "new_kin", "section", "entry", "strike"}


@pytest.mark.parametrize(("page", "given"), PAGES)
def test_every_page_of_a_file_works_within_and_is_unknown_outside(
    county: County, family: Family, page: str, given: dict[str, str]
) -> None:
    address = url(page, family.child, **given)
    assert county.client("supervisor").get(address).status_code == 200
    assert county.client("outsider").get(address).status_code == 404
    assert Client().get(address).status_code == 302
    if page not in ACTS:
        assert county.client("supervisor").post(address).status_code == 405
        return
    assert county.client("outsider").post(address).status_code == 404
    helper = county.client("helper")
    assert helper.post(address).status_code == 403
    assert Entry.objects.filter(refused=True).exists()


def test_kin_of_another_file_are_no_way_in(county: County, family: Family) -> None:
    stranger = make_person(county.places["xintian"], "外人")
    address = url("entry", family.child, of=stranger.uid, kind="contact")
    assert county.client("villager").get(address).status_code == 404


@pytest.mark.parametrize("kind", ["kinship", "salary"])
def test_kinds_that_have_no_form_are_unknown(family: Family, villager: Client, kind: str) -> None:
    assert villager.get(url("entry", family.child, kind=kind)).status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_speak_both_languages(county: County, family: Family, language: str) -> None:
    full_file(county, family)
    client = county.client("supervisor")
    client.cookies["language"] = language
    for page in ("file", "print", "history"):
        assert "萧梦" in text(client, url(page, family.child))


def test_alarms_and_carers_to_be_decided_on_wait_on_the_home_page(
    county: County, family: Family
) -> None:
    home = reverse("home")
    supervisor = county.client("supervisor")
    assert reverse("people:alone") not in text(supervisor, home)
    by = county.user("villager")
    CarerFinding.raise_(family.grandmother, "neglect", "冬天关在门外", by=by)
    family.care.close(dt.date(2026, 5, 1), base_version=1, by=by)
    page = text(supervisor, home)
    assert reverse("people:alone") in page
    assert reverse("people:findings") in page
    assert reverse("people:findings") not in text(county.client("villager"), home)
    assert reverse("people:alone") not in text(county.client("outsider"), home)


def test_auditors_read_the_file_number_instead_of_a_name(
    county: County, family: Family, villager: Client
) -> None:
    text(villager, url("file", family.child))
    page = text(county.client("auditor"), reverse("audit:readings"))
    assert family.child.file_number in page
    assert "萧梦" not in page


def test_who_adds_what_another_has_just_added_sees_it_first(
    county: County, family: Family, villager: Client
) -> None:
    address = url("entry", family.child, kind="health")
    other = county.client("supervisor")
    opened = other.get(address).context["form"]
    data = {name: opened[name].value() or "" for name in opened.fields} | {"condition": "哮喘"}
    assert post(villager, address, condition="贫血").status_code == 303
    response = other.post(address, data)
    assert response.status_code == 409
    assert "贫血" in response.content.decode()
    again = {name: response.context["form"][name].value() or "" for name in data}
    assert other.post(address, again).status_code == 303


def test_a_teacher_keeps_facts_but_not_the_ledger(county: County, family: Family) -> None:
    teacher = county.client("teacher")
    address = url("section", family.child, section="details")
    assert post(teacher, address, interests="足球").status_code == 303
    for page, given in (("register", {}), ("strike", {"group": "child"})):
        assert teacher.get(url(page, family.child, **given)).status_code == 403


def test_the_first_of_a_household_founds_it(
    county: County, family: Family, villager: Client
) -> None:
    child = make_person(county.places["dawan"], "萧阳", sex=1)
    mother = {"name": "黄翠", "sex": 2, "relation": "52", "with_household": "on"}
    assert post(villager, url("new_kin", child), **mother).status_code == 303
    child.refresh_from_db()
    together = Person.objects.filter(household=child.household)
    assert {one.name for one in together} == {"萧阳", "黄翠"}


@pytest.mark.requirement("R12.2")
def test_the_days_away_of_this_year_stand_on_the_file(
    county: County, family: Family, villager: Client
) -> None:
    today = dt.date.today()  # noqa: DTZ011
    days = (today - today.replace(month=1, day=1)).days + 1
    assert str(days) in " ".join(villager.get(url("file", family.child)).context["why"])
