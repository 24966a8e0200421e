"""The demo county's leading groups, care groups and staff; a few villages lack theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from guanai.organisations.models import Body, Member, Organisation, Place
from guanai.people.demo.words import NEGLECTED

if TYPE_CHECKING:
    from guanai.people.demo.county import DemoCounty

PHONES = 9000  # staff has 19900009000 and above, families the numbers below
SCHOOL_DUTIES = {"legal": "法治副校长", "psychologist": "心理健康教师"}


class Bodies:
    """`somebody` gives an invented name."""

    def __init__(self, county: DemoCounty, somebody: Callable[[], str], since: dt.date) -> None:
        self.county, self.somebody, self.since = county, somebody, since
        self.members: list[Member] = []

    def found_all(self) -> None:
        self.of_county()
        for township in self.county.townships:
            self.of_township(township)
        for village in self.county.villages:
            if village.name not in NEGLECTED:
                self.of_village(village)
        for school in self.county.organisations.values():
            if school.kind == "school" and school.name.endswith(("中心小学", "中学")):
                self.of_school(school)
        Member.objects.bulk_create(self.members)

    def of_county(self) -> None:
        by_kind = {one.kind: one for one in self.county.organisations.values()}
        government, civil = by_kind["county_government"], by_kind["civil_affairs"]
        group = self.body("leading_group", "云岭县农村留守儿童关爱保护工作领导小组", government)
        self.member(group, "head", name="杨宏", duties="主持全面工作")
        self.member(group, "deputy", duties="协助组长，负责日常调度")
        for key in ("civil_affairs", "education", "youth_league", "womens_federation"):
            user = self.county.users[ACCOUNTS[key]]
            unit = by_kind[key].name
            self.member(group, key, name=user.name, user=user, unit=unit, duties="落实部门职责")
        for kind in ("health", "justice", "police", "disabled_federation", "veterans_committee"):
            self.member(group, "member", unit=by_kind[kind].name, duties="落实部门职责")
        staff = self.body("full_time_staff", "云岭县留守儿童工作专班", civil)
        for duties in ("档案与数据", "监护与走访督导", "活动与宣传"):
            self.member(staff, "worker", duties=duties, full_time=True)
        guard = self.body("county_protection_body", "云岭县未成年人保护工作委员会", government)
        self.member(guard, "vice_head", duties="分管未成年人保护")
        self.member(guard, "officer", unit=civil.name, duties="委员会办公室日常工作")

    def of_township(self, place: Place) -> None:
        office = self.county.organisations[f"{place.code}{place.name}人民政府"]
        supervisor = self.county.supervisors[place.code]
        pair = self.body("two_responsibilities", f"{place.name}“两责任”", office)
        self.member(pair, "building", unit=f"{place.name}党委", duties="爱心家园建设第一责任人")
        self.member(pair, "aid", unit="云岭县包带干部", duties="爱心家园援建第一责任人")
        guard = self.body("protection_body", f"{place.name}未成年人保护工作站", office)
        self.member(guard, "vice_head", duties="分管领导")
        self.member(guard, "officer", name=supervisor.name, user=supervisor, duties="儿童督导员")

    def of_village(self, place: Place) -> None:
        worker = self.county.workers[place.code]
        committee = worker.current_posts[0].organisation
        guard = self.body("village_protection", f"{place.name}未成年人保护", committee)
        self.member(guard, "officer", name=worker.name, user=worker, duties="儿童主任")
        group = self.body("village_care_group", f"{place.name}关爱小组", committee)
        self.member(group, "head", duties="村党支部书记")
        self.member(group, "member", name=worker.name, user=worker, duties="走访与建档")
        self.member(group, "member", duties="妇联主席，联系留守妇女")

    def of_school(self, school: Organisation) -> None:
        group = self.body("school_leading_group", f"{school.name}关爱领导小组", school)
        self.member(group, "head", duties="校长")
        self.member(group, "deputy", duties="分管德育副校长")
        self.member(group, "officer", duties="德育处，留守儿童专人")
        posts = self.body("school_posts", f"{school.name}聘任人员", school)
        for position, duties in SCHOOL_DUTIES.items():
            self.member(posts, position, duties=duties)

    def body(self, kind: str, name: str, organisation: Organisation) -> Body:
        return Body.objects.create(
            kind=kind,
            name=name,
            organisation=organisation,
            place=organisation.place,
            path=organisation.path,
            founded_on=self.since,
        )

    def member(self, body: Body, position: str, **facts: Any) -> None:
        facts.setdefault("unit", body.organisation.name)
        facts.setdefault("name", self.somebody())
        member = Member(body=body, position=position, since=self.since, **facts)
        member.phone = f"1990000{PHONES + len(self.members):04d}"
        self.members.append(member)


ACCOUNTS = {
    "civil_affairs": "minzheng",
    "education": "jiaoyu",
    "youth_league": "tuanwei",
    "womens_federation": "fulian",
}
