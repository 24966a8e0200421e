"""The lines of the ledgers say what the files say, to those who may see the files."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import F
from django.utils import timezone
from django.utils.translation import override

from guanai.conftest import County
from guanai.core.dates import PartialDate
from guanai.organisations.models import Body, Member, Post
from guanai.people.checking import CHECKS
from guanai.people.drafts import (
    AwayDraft,
    CircumstanceDraft,
    GuardianDraft,
    HardshipDraft,
    KinDraft,
    PersonDraft,
    SchoolingDraft,
)
from guanai.people.ledger.columns import parents_words
from guanai.people.ledger.drawing import draw_all, draw_due, draw_lines
from guanai.people.ledger.rules import gravest, guardian_kind, parents_state
from guanai.people.models import AccessGrant, AwayPeriod, LedgerLine, Person
from guanai.people.rules import Have

TODAY = timezone.localdate
EVERYONE = ("villager", "neighbour", "outsider", "supervisor", "teacher", "school", "office")


def child(county: County, place: str, name: str = "康梦", **facts: object) -> PersonDraft:
    father = PersonDraft(
        "康国", county.places[place], 1, away=[AwayDraft(PartialDate.parse("2024-02"))]
    )
    mother = PersonDraft(
        "杜欣美", county.places[place], 2, circumstances=[CircumstanceDraft("disabled")]
    )
    return PersonDraft(
        name,
        county.places[place],
        2,
        PartialDate(dt.date(2015, 3, 1)),
        groups=("child",),
        kin=[KinDraft("51", father), KinDraft("52", mother)],
        guardians=[GuardianDraft(mother, "52", "parent")],
        **facts,  # type: ignore[arg-type]
    )


def enter(*drafts: PersonDraft) -> list[int]:
    return Person.objects.enter(list(drafts), by=None)


@pytest.mark.requirement("R14.27")
def test_a_line_sums_up_the_file(county: County) -> None:
    (key,) = enter(child(county, "dawan", hardships=[HardshipDraft("low_income")]))
    line = LedgerLine.objects.get(person=key)
    assert (line.group, line.path) == ("child", county.places["dawan"].path)
    assert line.guardian is not None
    assert (line.guardian.name, line.guardian_kind, line.parents) == ("杜欣美", "parent", "unable")
    with override("zh-hans"):
        assert parents_words(line) == "父外出 2024-02 起，母重残"


def test_the_line_follows_a_parent_who_comes_home(county: County) -> None:
    (key,) = enter(child(county, "dawan"))
    away = AwayPeriod.objects.get()
    away.until = TODAY() - dt.timedelta(days=1)
    away.save()
    draw_lines([away.person_id])
    assert LedgerLine.objects.get(person=key).parents == "unknown"


def test_the_lines_follow_who_answers_for_the_village(county: County) -> None:
    """By post with a phone somewhere, by a seat in a village's body; other villages stay."""
    keys = enter(child(county, "dawan"), child(county, "xiaohe", "赵瑶"), child(county, "dawan"))
    supervisor, dawan = county.user("supervisor"), county.places["dawan"]

    def having() -> list[tuple[str, int, int]]:
        assert not [*CHECKS["completeness"](), *CHECKS["ledger_lines"]()]
        lines = LedgerLine.objects.filter(person__in=keys, completeness__gte=Have.CADRE)
        bits = lines.alias(have=F("completeness").bitand(int(Have.CADRE))).exclude(have=0)
        return sorted(bits.values_list("path", "haves", "person__completeness"))

    assert having() == []
    body = Body(kind="village_protection", name="保护小组", place=dawan)
    body.organisation = county.organisations["dawan_committee"]
    body.found(by=supervisor)
    member = Member(name="覃主任", position="officer")
    member.phone = "19900005555"
    body.appoint(member, by=supervisor)
    assert having() == [(dawan.path, 1, Have.CADRE)] * 2
    member.phone = ""
    member.change(["phone"], by=supervisor)
    assert having() == []
    member.phone, member.user = "19900005555", county.user("villager")
    member.change(["phone", "user"], by=supervisor)
    assert having() == [(dawan.path, 1, Have.CADRE)] * 2
    yesterday = TODAY() - dt.timedelta(days=1)
    Post.objects.filter(user=member.user).update(until=yesterday)
    Member.objects.update(until=yesterday)
    draw_due()
    assert having() == []


def test_a_date_that_has_come_is_drawn_without_a_change(county: County) -> None:
    (key,) = enter(child(county, "dawan"))
    draw_all()
    AwayPeriod.objects.update(until=TODAY())
    assert draw_due() == 0
    AwayPeriod.objects.update(until=TODAY() - dt.timedelta(days=1))
    from guanai.core.models import Counter

    Counter.objects.filter(name="ledger.drawn").update(value=TODAY().toordinal() - 2)
    assert draw_due() == 1
    assert LedgerLine.objects.get(person=key).parents == "unknown"


def test_lines_and_files_are_open_to_the_same_people(county: County) -> None:
    school = county.organisations["school"]
    assert county.school_class is not None
    pupil = SchoolingDraft(school=school.pk, school_class=county.school_class.pk, grade=3)
    keys = enter(
        child(county, "dawan", "康梦", schooling=pupil),
        child(county, "xiaohe", "赵瑶", schooling=SchoolingDraft(school=school.pk, grade=4)),
        child(county, "xintian", "萧梦"),
    )
    AccessGrant.objects.create(
        person_id=keys[2], user=county.user("neighbour"), since=TODAY(), reason="move"
    )
    for name in (*EVERYONE, "federation", "education", "police", "helper", "leader", "auditor"):
        user = county.user(name)
        files = Person.objects.visible_to(user).standing_in("child").values_list("pk", flat=True)
        lines = LedgerLine.objects.visible_to(user).values_list("person", flat=True)
        assert sorted(files) == sorted(lines), name


def test_the_gravest_state_is_said() -> None:
    assert gravest(["home", "away", "prison"]) == "prison"
    assert gravest([]) == ""
    assert parents_state("away", "away") == "both"
    assert parents_state("away", "") == "one"
    assert parents_state("home", "dead") == "none"
    assert [guardian_kind(code) for code in ("61", "52", "83", None)] == [
        "grandparent",
        "parent",
        "other",
        "none",
    ]
