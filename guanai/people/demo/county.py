"""The demo county's organisations, classes, accounts and bodies."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from pathlib import Path

from django.contrib.auth.hashers import make_password

from guanai.organisations import places_csv
from guanai.organisations.beginning import usual_name
from guanai.organisations.models import Organisation, Place, Post, SchoolClass, User
from guanai.organisations.rules import Role
from guanai.people.demo import CODE, PASSWORD, words
from guanai.people.demo.bodies import Bodies

PLACES = Path(__file__).parent / "places.csv"

# Account, organisation, kind, role, who, title of the post
OFFICES = [
    ("minzheng", "云岭县民政局", "civil_affairs", Role.COUNTY_OFFICE, "周慧", "儿童福利股股长"),
    ("fulian", "云岭县妇女联合会", "womens_federation", Role.COUNTY_OFFICE, "罗雪梅", "权益部部长"),
    ("jiaoyu", "云岭县教育体育局", "education", Role.COUNTY_OFFICE, "陈志远", "基础教育股股长"),
    ("weijian", "云岭县卫生健康局", "health", Role.COUNTY_OFFICE, "马玉兰", "妇幼健康股股长"),
    ("tuanwei", "共青团云岭县委员会", "youth_league", Role.COUNTY_OFFICE, "许文静", "副书记"),
    ("canlian", "云岭县残疾人联合会", "disabled_federation", Role.COUNTY_OFFICE, "何建平", "主任"),
    ("guangong", "云岭县关工委", "veterans_committee", Role.COUNTY_OFFICE, "赵学军", "常务副主任"),
    ("gongan", "云岭县公安局", "police", Role.COUNTY_OFFICE, "唐海涛", "治安大队民警"),
    ("sifa", "云岭县司法局", "justice", Role.COUNTY_OFFICE, "吴晓琳", "法律援助中心主任"),
    ("lingdao", "云岭县人民政府", "county_government", Role.COUNTY_LEADER, "杨宏", "副县长"),
    ("xitong", "云岭县人民政府", "county_government", Role.SYSTEM_ADMIN, "李文斌", "系统管理员"),
    ("anquan", "云岭县人民政府", "county_government", Role.SECURITY_ADMIN, "王立新", "安全管理员"),
    ("shenji", "云岭县人民政府", "county_government", Role.AUDITOR, "张敏", "审计员"),
    ("daili", "云岭县爱心志愿者协会", "social", Role.HELPER, "刘春燕", "代理家长"),
]  # fmt: skip
VILLAGE_SCHOOLS = ("戈奎", "麻栗树", "阿朵", "五里", "蜂岩", "大庄")
SCHOOL_ACCOUNTS = {"清溪镇中心小学": "qxzx", "云岭县第一中学": "yizhong", "白云中学": "byzx"}
TEACHER = ("banzhuren", "清溪镇中心小学", 3)  # account, school, grade


@dataclass
class DemoCounty:
    places: dict[str, Place]
    organisations: dict[str, Organisation] = field(default_factory=dict)  # by name
    users: dict[str, User] = field(default_factory=dict)  # by account
    workers: dict[str, User] = field(default_factory=dict)  # by code of the village
    supervisors: dict[str, User] = field(default_factory=dict)  # by code of the township
    classes: dict[tuple[int, int], list[SchoolClass]] = field(default_factory=dict)
    teachers: dict[int, str] = field(default_factory=dict)  # name by key of the class

    @property
    def villages(self) -> list[Place]:
        return [place for place in self.places.values() if place.level == "village"]

    @property
    def townships(self) -> list[Place]:
        return [place for place in self.places.values() if place.level == "township"]


def stem(name: str) -> str:
    """红岩彝族乡 → 红岩, 戈奎村 → 戈奎."""
    for end in ("彝族乡", "社区", "镇", "乡", "村"):
        if name.endswith(end):
            return name.removesuffix(end)
    return name


def letters(name: str) -> str:
    """戈奎 → gekui, for account names."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(name))


class Builder:
    """Builds the county without its people; deterministic."""

    def __init__(self, today: dt.date) -> None:
        self.today = today
        self.rng = random.Random(539901)  # noqa: S311 - a demo wants to be the same every time
        self.secret = make_password(PASSWORD)  # once; hashing is slow by intent
        self.since = today - dt.timedelta(days=500)
        places_csv.plant(places_csv.parse(PLACES.read_bytes()), by=None)
        places = Place.objects.select_related("parent")
        self.county = DemoCounty({place.code: place for place in places})

    def build(self) -> DemoCounty:
        root = self.county.places[CODE]
        for account, name, kind, role, who, title in OFFICES:
            self.post(account, who, self.organisation(name, kind, root), role, title)
        for township in self.county.townships:
            self.township(township)
        for village in self.county.villages:
            self.village(village)
        self.schools()
        Post.objects.found()
        Bodies(self.county, self.somebody, self.since).found_all()
        return self.county

    def organisation(self, name: str, kind: str, place: Place) -> Organisation:
        key = f"{place.code}{name}"
        if key not in self.county.organisations:
            self.county.organisations[key] = Organisation.objects.create(
                name=name, kind=kind, place=place
            )
        return self.county.organisations[key]

    def somebody(self) -> str:
        women = self.rng.random() < 0.65  # noqa: PLR2004
        given = self.rng.choice(words.STAFF_WOMEN if women else words.STAFF_MEN)
        return self.rng.choice(words.STAFF_SURNAMES) + given

    def post(
        self, account: str, who: str, organisation: Organisation, role: Role, title: str
    ) -> User:
        user = self.account(account, who)
        Post.objects.create(
            user=user, organisation=organisation, role=role, title=title, since=self.since
        )
        return user

    def account(self, account: str, who: str) -> User:
        user = User(username=account, name=who, password=self.secret)
        user.save()
        self.county.users[account] = user
        return user

    def township(self, place: Place) -> None:
        government = self.organisation(usual_name(place), "township_government", place)
        account = letters(stem(place.name))
        self.county.supervisors[place.code] = self.post(
            account, self.somebody(), government, Role.TOWNSHIP_SUPERVISOR, "儿童督导员"
        )

    def village(self, place: Place) -> None:
        committee = self.organisation(usual_name(place), "village_committee", place)
        account = letters(place.name.removesuffix("村"))
        if account in self.county.users and place.parent:
            account = f"{letters(stem(place.parent.name))}-{account}"
        self.county.workers[place.code] = self.post(
            account, self.somebody(), committee, Role.VILLAGE_WORKER, "儿童主任"
        )

    def schools(self) -> None:
        for township in self.county.townships:
            short = stem(township.name)
            self.school(f"{township.name}中心幼儿园", township, [0], ["小班", "中班", "大班"])
            self.school(f"{township.name}中心小学", township, range(1, 7), ["1", "2"])
            self.school(f"{short}中学", township, range(7, 10), ["1", "2"])
        for village in self.county.villages:
            if stem(village.name) in VILLAGE_SCHOOLS:
                self.school(f"{stem(village.name)}小学", village, range(1, 4), ["1"])
        seat = self.county.townships[0]
        self.school("云岭县清溪九年一贯制学校", seat, range(1, 10), ["1", "2"])
        self.school("云岭县第一中学", seat, range(10, 13), ["1", "2", "3"])

    def school(self, name: str, place: Place, grades: range | list[int], parts: list[str]) -> None:
        school = self.organisation(name, "school", place)
        year = self.today.year - (self.today.month < 9)  # noqa: PLR2004 - begins in September
        for grade in grades:
            made = [
                SchoolClass.objects.create(school=school, grade=grade, name=part, year=year)
                for part in parts
            ]
            self.county.classes[school.pk, grade] = made
            self.county.teachers |= {one.pk: self.somebody() for one in made}
        account = SCHOOL_ACCOUNTS.get(name)
        if account:
            self.post(account, self.somebody(), school, Role.SCHOOL_OFFICE, "德育处主任")
        if name == TEACHER[1]:
            self.teacher(school)

    def teacher(self, school: Organisation) -> None:
        account, _name, grade = TEACHER
        room = self.county.classes[school.pk, grade][1]
        who = self.county.teachers[room.pk]
        Post.objects.create(
            user=self.account(account, who),
            organisation=school,
            role=Role.CLASS_TEACHER,
            school_class=room,
            title="班主任",
            since=self.since,
        )
