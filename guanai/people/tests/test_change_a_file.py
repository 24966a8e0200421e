"""The verbs by which a file changes: history, audit, version; two editors; undo."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanai.audit.models import Entry
from guanai.conftest import County
from guanai.core.broken import RuleBroken
from guanai.people.conflicts import Conflict, settle
from guanai.people.models import (
    Award,
    AwayPeriod,
    Contact,
    Hardship,
    Identity,
    LegalBasis,
    Person,
    Schooling,
)
from guanai.people.tests.families import Family, make_family, make_person


@pytest.fixture
def family(county: County) -> Family:
    return make_family(county)


def test_a_change_leaves_history_audit_and_a_new_version(county: County, family: Family) -> None:
    villager = county.user("villager")
    change = family.child.change(
        {"name": "萧小梦", "details.character": "开朗"}, base_version=1, by=villager, why="户口簿"
    )
    assert change is not None
    assert change.values() == {"name": ["萧梦", "萧小梦"], "details.character": [None, "开朗"]}
    assert (change.version, change.reason, change.facts) == (
        2, "户口簿", ["details.character", "name"],
    )  # fmt: skip
    assert family.child.version == 2
    assert family.child.pinyin == "xiao xiao meng"
    assert family.child.tokens.filter(token="小梦").exists()
    entry = Entry.objects.get(action="people.person.change")
    assert (entry.user, entry.facts) == (villager, {"facts": ["details.character", "name"]})
    assert "萧" not in str(entry.facts)
    assert b"\xe8\x90\xa7" not in bytes(change.sealed)


def test_a_change_that_changes_nothing_leaves_no_trace(county: County, family: Family) -> None:
    assert family.child.change({"name": "萧梦"}, base_version=1, by=county.user("villager")) is None
    assert not Entry.objects.exists()


def test_changes_that_do_not_collide_are_merged(county: County, family: Family) -> None:
    family.child.change({"ethnicity": "03"}, base_version=1, by=county.user("villager"))
    posted = {"name": "萧萌", "ethnicity": ""}  # the second began before the first saved
    family.child.change(posted, base_version=1, by=county.user("supervisor"))
    child = Person.objects.get(pk=family.child.pk)
    assert (child.name, child.ethnicity, child.version) == ("萧萌", "03", 3)


def test_the_second_of_two_editors_sees_both_values(county: County, family: Family) -> None:
    family.child.change({"name": "萧蒙"}, base_version=1, by=county.user("villager"))
    with pytest.raises(Conflict) as caught:
        family.child.change({"name": "萧萌"}, base_version=1, by=county.user("supervisor"))
    assert caught.value.clashes == {"name": ("萧萌", "萧蒙")}
    assert caught.value.version == 2
    family.child.change({"name": "萧萌"}, base_version=2, by=county.user("supervisor"))
    assert Person.objects.get(pk=family.child.pk).name == "萧萌"


facts = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2), min_size=3, max_size=3)


@given(facts, facts, facts)
def test_nothing_of_another_is_lost_without_a_choice(
    base: dict[str, int], theirs: dict[str, int], mine: dict[str, int]
) -> None:
    they_changed = {k: [base[k], v] for k, v in theirs.items() if v != base[k]}
    current = {**base, **theirs}
    clashing = {k for k in base if len({base[k], theirs[k], mine[k]}) == 3}
    if clashing:
        with pytest.raises(Conflict) as caught:
            settle(mine, current, [they_changed], 2)
        assert set(caught.value.clashes) == clashing
        return
    result = {**current, **settle(mine, current, [they_changed], 2)}
    for key, value in result.items():
        assert value == (mine[key] if mine[key] != base[key] else theirs[key])


def test_a_new_schooling_ends_the_one_before(county: County, family: Family) -> None:
    villager = county.user("villager")
    facts = {"state": "primary", "grade": 4, "since": "2026-09-01"}
    family.child.add(Schooling, facts, by=villager)
    family.schooling.refresh_from_db()
    assert family.schooling.until == dt.date(2026, 8, 31)


def test_two_who_add_at_once_do_not_both_go_through_unseen(county: County, family: Family) -> None:
    family.child.add(Schooling, {"grade": 4}, by=county.user("villager"), base_version=1)
    with pytest.raises(Conflict):
        family.child.add(Schooling, {"grade": 5}, by=county.user("supervisor"), base_version=1)


def test_a_row_is_corrected_fact_by_fact(county: County, family: Family) -> None:
    phone = family.father.contacts.get()
    phone.correct({"value": "19900000999"}, base_version=1, by=county.user("villager"))
    with pytest.raises(Conflict):
        family.father.contacts.get().correct(
            {"value": "19900000888"}, base_version=1, by=county.user("supervisor")
        )
    again = Contact.objects.get(pk=phone.pk)
    assert again.value() == "19900000999"
    assert again.tail4 == row_tail("0999")
    assert family.father.changes.get().facts == ["contact.value"]


def row_tail(tail: str) -> int:
    from guanai.core.crypto import vault

    return vault().blind("phone4", tail)


def test_what_somebody_withdrew_meanwhile_is_not_brought_back(
    county: County, family: Family
) -> None:
    first, second = family.father.contacts.get(), family.father.contacts.get()
    first.withdraw(base_version=1, by=county.user("villager"))
    with pytest.raises(RuleBroken) as caught:
        second.correct({"value": "19900000888"}, base_version=1, by=county.user("supervisor"))
    assert caught.value.code == "row.gone"


@pytest.mark.parametrize("act", ["change", "add", "correct", "withdraw"])
def test_ones_own_last_change_can_be_undone(county: County, family: Family, act: str) -> None:
    villager, father = county.user("villager"), family.father
    before = father.facts(), [row.facts() for row in father.contacts.all()]
    if act == "change":
        father.change({"name": "萧刚", "details.occupation": "焊工"}, base_version=1, by=villager)
    elif act == "add":
        father.add(AwayPeriod, {"since": "2026-05", "destination": "浙江宁波"}, by=villager)
    elif act == "correct":
        father.contacts.get().correct({"value": "19900000777"}, base_version=1, by=villager)
    else:
        father.contacts.get().withdraw(base_version=1, by=villager)
    change = father.changes.get()
    with pytest.raises(RuleBroken):
        change.revert(by=county.user("supervisor"))
    change.revert(by=villager)
    father.refresh_from_db()
    assert (father.facts(), [row.facts() for row in father.contacts.all()]) == before
    assert father.awayperiods.get().until is None
    assert father.version == 3


def test_a_flag_of_a_repealed_policy_needs_its_legal_basis(county: County, family: Family) -> None:
    villager = county.user("villager")
    with pytest.raises(RuleBroken) as caught:
        family.child.add(Hardship, {"kind": "family_planning"}, by=villager)
    assert caught.value.code == "hardship.no_legal_basis"
    basis = LegalBasis(
        flag="family_planning", document="某县办法", number="云政发〔2026〕1号",
        since=dt.date(2026, 1, 1),
    ).enter(by=county.user("office"))  # fmt: skip
    family.child.add(Hardship, {"kind": "family_planning"}, by=villager)
    basis.end(dt.date(2026, 2, 1), by=county.user("office"))
    assert not LegalBasis.objects.allows("family_planning")


def test_a_checked_number_stands_in_one_file_only(county: County, family: Family) -> None:
    number = {"kind": "id", "number": "539901201706040023", "checked": True}
    family.child.add(Identity, number, by=county.user("villager"))
    with pytest.raises(RuleBroken) as caught:
        family.mother.add(Identity, number, by=county.user("villager"))
    assert caught.value.code == "identity.taken"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"name": " "}, "person.no_name"),
        ({"born": "2030"}, "person.born_later"),
        ({"died": "2001-01-01"}, "person.died_wrong"),
        ({"details.iq": "90"}, "detail.unknown"),
        ({"path": "0001"}, "fact.unknown"),
    ],
)
def test_what_cannot_be_is_refused(
    county: County, family: Family, facts: dict[str, str], code: str
) -> None:
    with pytest.raises(RuleBroken) as caught:
        family.child.change(facts, base_version=1, by=county.user("villager"))
    assert caught.value.code == code
    assert Person.objects.get(pk=family.child.pk).version == 1


@pytest.mark.parametrize("name", ["吉克·阿木·依古", "䶮㼆", "𫖮", "O'Neil"])
def test_rare_and_long_names_are_normal(county: County, name: str) -> None:
    person = make_person(county.places["dawan"], "某人")
    person.change({"name": name, "born": "2018-03"}, base_version=1, by=county.user("villager"))
    assert str(Person.objects.get(pk=person.pk).birth_date) == "2018-03"


def test_registering_and_striking(county: County, family: Family) -> None:
    villager, today = county.user("villager"), dt.date(2026, 5, 1)
    for group, person, code in (
        ("child", family.child, "registration.stands"),
        ("child", family.father, "registration.adult"),
        ("woman", family.father, "registration.man"),
    ):
        with pytest.raises(RuleBroken) as caught:
            person.register(group, since=today, base_version=1, by=villager)
        assert caught.value.code == code
    family.mother.register("woman", since=today, base_version=1, by=villager)
    standing = family.mother.registrations.get()
    with pytest.raises(RuleBroken):
        standing.strike(today, base_version=2, by=villager, why="")
    standing.strike(today, base_version=2, by=villager, why="丈夫返乡")
    assert family.mother.registrations.get().until == today
    entered, struck = ["registration.woman"], ["closed_for", "registration.woman"]
    assert [c.facts for c in family.mother.changes.all()] == [struck, entered]


def test_honours_and_awards_are_facts(county: County, family: Family) -> None:
    award = family.mother.add(Award, {"title": "女能人"}, by=county.user("villager"))
    assert award.facts() == {"title": "女能人", "given_by": None, "given_on": None}
