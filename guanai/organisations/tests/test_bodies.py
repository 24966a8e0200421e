"""Leading groups, care groups and staff registers, through the pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from guanai.audit.models import Entry
from guanai.conftest import County
from guanai.organisations.kinds import KINDS
from guanai.organisations.models import Body, Member, SchoolClass, Service

FOUND = "organisations:body_new"


def found(county: County, username: str, kind: str, organisation: str, place: str) -> Any:
    return county.client(username).post(
        reverse(FOUND),
        {
            "kind": kind,
            "name": f"{kind} 小组",
            "organisation": county.organisations[organisation].pk,
            "place": county.places[place].pk,
            "founded_on": "2026-03-01",
            "duties": "每季度研究一次留守儿童工作",
        },
    )


def appoint(county: County, username: str, body: Body, **facts: str) -> Any:
    return county.client(username).post(
        reverse("organisations:members", args=[body.uid]),
        {"since": "2026-03-01", "unit": "清溪镇", **facts},
    )


def page(county: County, username: str, body: Body) -> str:
    answer = county.client(username).get(reverse("organisations:body", args=[body.uid]))
    return str(answer.content.decode())


def kind_page(county: County, key: str) -> dict[str, Any]:
    """What the page of a kind says: places without, and what each body lacks."""
    answer = county.client("office").get(reverse("organisations:bodies_of_kind", args=[key]))
    lacking = {
        body.place.name: {position.key for position, _n in body.lacking()}
        for body in answer.context["bodies"]
    }
    return {"without": {place.name for place in answer.context["without"]}, "lacking": lacking}


@pytest.mark.requirement("R01.6")
def test_a_township_without_both_responsible_persons_is_named(county: County) -> None:
    assert kind_page(county, "two_responsibilities")["without"] == {"清溪镇", "石坎镇"}
    found(county, "supervisor", "two_responsibilities", "qingxi_government", "qingxi")
    body = Body.objects.get()
    appoint(county, "supervisor", body, name="王建国", position="building", unit="镇党委书记")
    said = kind_page(county, "two_responsibilities")
    assert said == {"without": {"石坎镇"}, "lacking": {"清溪镇": {"aid"}}}
    appoint(county, "supervisor", body, name="李卫东", position="aid", unit="包镇县领导")
    assert kind_page(county, "two_responsibilities")["lacking"] == {"清溪镇": set()}


@pytest.mark.requirement("R01.10", "R14.83")
def test_full_time_staff_stand_in_a_register_with_posting_date_and_phone(county: County) -> None:
    found(county, "office", "full_time_staff", "civil_affairs", "county")
    body = Body.objects.get()
    assert [(p.key, n) for p, n in body.lacking()] == [("worker", 3)]
    for name in ("张敏", "陈洁", "杨丽"):
        appoint(
            county, "office", body, name=name, position="worker", full_time="on",
            phone="19900001234",
        )  # fmt: skip
    assert not body.lacking()
    text = page(county, "office", body)
    assert "2026-03-01" in text
    assert "19900001234" in text
    assert "专职" in text
    stored = Member.objects.first()
    assert stored is not None
    assert b"19900001234" not in bytes(stored.sealed_phone or b"")


# What the plans ask for, written down here again by hand.
REQUIRED = {
    "family_planning_station": {"head"},
    "school_leading_group": {"head", "deputy", "officer"},
    "class_care_group": {"head"},
    "care_network": {"township_lead", "graduate"},
    "special_team": {"head"},
    "village_care_group": {"head"},
    "joint_work": {"school", "womens_federation", "civil_affairs", "youth_league"},
    "association": {"head"},
    "family_education_group": {"head"},
    "pairing_office": {"head", "officer"},
    "liaison_station": {"head", "womens_federation", "youth_league", "school"},
    "leading_group": {
        "head", "deputy", "civil_affairs", "education", "youth_league", "womens_federation",
    },
    "county_protection_body": {"vice_head", "officer"},
    "protection_body": {"vice_head", "officer"},
    "village_protection": {"officer"},
}  # fmt: skip
LEVELS = [
    pytest.param(
        kind, user, unit, place, positions, marks=pytest.mark.requirement(*requirements)
    )
    for kind, user, unit, place, positions, requirements in [
        ("family_planning_station", "supervisor", "qingxi_government", "qingxi",
         ["head", "village_person"], ["R02.2", "R05.2"]),
        ("school_leading_group", "school", "school", "qingxi",
         ["head", "deputy", "class_teacher", "officer"], ["R04.7", "R13.8"]),
        ("class_care_group", "school", "school", "qingxi", ["head", "teacher"], ["R09.2"]),
        ("care_network", "supervisor", "qingxi_government", "dawan",
         ["township_lead", "graduate", "cadre", "villager"], ["R04.41"]),
        ("special_team", "supervisor", "qingxi_government", "qingxi", ["head"], ["R06.3"]),
        ("village_care_group", "supervisor", "dawan_committee", "dawan", ["head"], ["R06.3"]),
        ("joint_work", "supervisor", "qingxi_government", "qingxi",
         ["school", "womens_federation", "civil_affairs", "youth_league"], ["R06.5"]),
        ("association", "federation", "federation", "county", ["head", "woman"], ["R06.12"]),
        ("family_education_group", "federation", "federation", "county", ["head"], ["R12.15"]),
        ("pairing_office", "federation", "federation", "county", ["head", "officer"],
         ["R12.15"]),
        ("liaison_station", "supervisor", "qingxi_government", "qingxi",
         ["head", "womens_federation", "youth_league", "school", "old_people"], ["R12.17"]),
        ("leading_group", "office", "civil_affairs", "county",
         ["head", "deputy", "civil_affairs", "education", "youth_league", "womens_federation"],
         ["R14.10"]),
        ("county_protection_body", "office", "civil_affairs", "county",
         ["vice_head", "officer"], ["R14.18"]),
        ("protection_body", "supervisor", "qingxi_government", "qingxi",
         ["vice_head", "officer"], ["R14.18"]),
        ("village_protection", "supervisor", "dawan_committee", "dawan", ["officer"],
         ["R14.18", "R14.26"]),
    ]
]  # fmt: skip


@pytest.mark.parametrize(("kind", "user", "unit", "place", "positions"), LEVELS)
def test_a_body_is_founded_filled_and_complete(
    county: County, kind: str, user: str, unit: str, place: str, positions: list[str]
) -> None:
    answer = found(county, user, kind, unit, place)
    assert answer.status_code == 302
    body = Body.objects.get(kind=kind)
    assert {position.key for position, _n in body.lacking()} == REQUIRED[kind]
    for number, position in enumerate(positions):
        answer = appoint(
            county, user, body, name=f"成员{number}", position=position, duties="联系各班"
        )
        assert answer.status_code == 302
    assert not Body.objects.get(pk=body.pk).lacking()
    text = page(county, user, body)
    assert "每季度研究一次留守儿童工作" in text
    assert "联系各班" in text
    titles = {p.key: str(p.title) for p in KINDS[kind].positions}
    assert all(titles[position] in text for position in positions)


MANDATORY = [
    pytest.param("village_care_group", {"小河村", "新田村"}, "dawan_committee", "dawan",
                 marks=pytest.mark.requirement("R06.3")),
    pytest.param("village_protection", {"小河村", "新田村"}, "dawan_committee", "dawan",
                 marks=pytest.mark.requirement("R14.26", "R14.18")),
    pytest.param("protection_body", {"石坎镇"}, "qingxi_government", "qingxi",
                 marks=pytest.mark.requirement("R14.18")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "without", "unit", "place"), MANDATORY)
def test_places_without_a_mandatory_body_are_listed(
    county: County, kind: str, without: set[str], unit: str, place: str
) -> None:
    found(county, "supervisor", kind, unit, place)
    assert kind_page(county, kind)["without"] == without


@pytest.mark.requirement("R14.10", "R14.18")
def test_a_county_without_its_leading_group_and_protection_body_is_told(county: County) -> None:
    for kind in ("leading_group", "county_protection_body"):
        assert kind_page(county, kind)["without"] == {"云岭县"}


@pytest.mark.requirement("R04.7", "R09.2")
def test_every_class_has_a_care_group_of_its_own(county: County) -> None:
    school = county.organisations["school"]
    other = SchoolClass.objects.create(school=school, grade=4, name="1", year=2026)
    for school_class in (county.school_class, other):
        answer = county.client("school").post(
            reverse(FOUND),
            {
                "kind": "class_care_group",
                "name": f"{school_class}班关爱小组",
                "organisation": school.pk,
                "place": county.places["qingxi"].pk,
                "school_class": school_class.pk if school_class else "",
            },
        )
        assert answer.status_code == 302
    groups = Body.objects.filter(kind="class_care_group")
    assert {group.school_class for group in groups} == {county.school_class, other}


@pytest.mark.requirement("R07.8", "R13.11", "R14.86")
def test_a_school_appoints_its_special_persons_with_certificates(county: County) -> None:
    found(county, "school", "school_posts", "school", "qingxi")
    body = Body.objects.get()
    appoint(county, "school", body, name="周文", position="psychologist", certificate="心理 A 证")
    appoint(county, "school", body, name="吴志刚", position="legal", unit="清溪派出所")
    appoint(county, "school", body, name="郑兰", position="life_manager")
    text = page(county, "school", body)
    assert "心理 A 证" in text
    assert not body.lacking()
    posts = {member.position: member.name for member in body.members.all()}
    assert posts == {"psychologist": "周文", "legal": "吴志刚", "life_manager": "郑兰"}
    assert all(name in text for name in posts.values())


@pytest.mark.requirement("R14.38")
def test_a_boarding_school_has_a_duty_roster(county: County) -> None:
    found(county, "school", "boarding_duty", "school", "qingxi")
    body = Body.objects.get()
    appoint(county, "school", body, name="周文", position="on_duty", duty_days="一、三、五 夜间")
    appoint(county, "school", body, name="郑兰", position="dormitory", duties="女生宿舍二楼")
    text = page(county, "school", body)
    assert "一、三、五 夜间" in text
    assert "女生宿舍二楼" in text
    assert not body.lacking()


@pytest.mark.requirement("R14.12", "R14.49")
def test_a_social_force_is_registered_with_its_services(county: County) -> None:
    found(county, "office", "social_force", "civil_affairs", "county")
    body = Body.objects.get()
    answer = county.client("office").post(
        reverse("organisations:services", args=[body.uid]),
        {"day": "2026-07-10", "what": "暑期课堂", "people": "35", "hours": "6"},
    )
    assert answer.status_code == 302
    assert Service.objects.get().people == 35
    assert "暑期课堂" in page(county, "office", body)


def test_another_township_cannot_change_a_body(county: County) -> None:
    found(county, "supervisor", "special_team", "qingxi_government", "qingxi")
    body = Body.objects.get()
    answer = appoint(county, "outsider", body, name="某人", position="head")
    assert answer.status_code == 403
    assert not Member.objects.exists()
    assert Entry.objects.filter(refused=True).exists()


def test_a_body_cannot_be_founded_outside_the_own_area(county: County) -> None:
    answer = found(county, "outsider", "special_team", "qingxi_government", "qingxi")
    assert answer.status_code == 422
    assert not Body.objects.exists()


def test_an_unknown_position_is_refused(county: County) -> None:
    found(county, "supervisor", "special_team", "qingxi_government", "qingxi")
    answer = appoint(county, "supervisor", Body.objects.get(), name="某人", position="king")
    assert answer.status_code == 422


def test_a_member_who_left_is_kept_but_no_longer_counts(county: County) -> None:
    found(county, "supervisor", "special_team", "qingxi_government", "qingxi")
    body = Body.objects.get()
    appoint(county, "supervisor", body, name="王建国", position="head")
    member = Member.objects.get()
    end = reverse("organisations:member", kwargs={"uid": member.uid, "act": "end"})
    assert county.client("supervisor").post(end, {"on": "2026-02-01"}).status_code == 422
    county.client("supervisor").post(end, {"on": "2026-04-01"})
    member.refresh_from_db()
    assert member.until == dt.date(2026, 4, 1)
    assert Body.objects.get().lacking()
    assert Entry.objects.filter(action="organisations.body.leave").exists()


def test_kinds_page_counts_what_is_missing(county: County) -> None:
    text = county.client("leader").get(reverse("organisations:bodies")).content.decode()
    assert "两责任" in text
    assert "2 个地方缺" in text  # both townships


def test_a_body_cannot_be_moved_out_of_the_own_area(county: County) -> None:
    found(county, "supervisor", "special_team", "qingxi_government", "qingxi")
    body = Body.objects.get()
    elsewhere = {
        "kind": "special_team",
        "name": body.name,
        "organisation": county.organisations["shikan_government"].pk,
        "place": county.places["shikan"].pk,
    }
    url = reverse("organisations:body_entry", args=[body.uid])
    assert county.client("supervisor").post(url, elsewhere).status_code == 422
    body.refresh_from_db()
    assert body.place == county.places["qingxi"]


def test_two_who_change_a_member_keep_both_changes(county: County) -> None:
    found(county, "supervisor", "special_team", "qingxi_government", "qingxi")
    appoint(county, "supervisor", Body.objects.get(), name="王建国", position="head")
    first, second = Member.objects.get(), Member.objects.get()
    first.phone = "19900001111"
    first.change(["phone"], by=county.user("supervisor"))
    second.duties = "联系学校"
    second.change(["duties"], by=county.user("office"))
    kept = Member.objects.get()
    assert (kept.phone, kept.duties) == ("19900001111", "联系学校")
