"""Entrusted care, carers held by a finding, and children whom nobody cares for."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanai.conftest import County
from guanai.core.broken import RuleBroken
from guanai.people.alarms import measure_care
from guanai.people.file import File
from guanai.people.models import (
    AwayPeriod,
    CarerFinding,
    Circumstance,
    Guardianship,
    Kinship,
    Person,
)
from guanai.people.tests.families import Family, make_family, make_person, row, stand

TERMS = {"relation": "97", "agreed_on": "2026-03-01", "since": "2026-03-01", "child_heard": True}


@pytest.fixture
def family(county: County) -> Family:
    return make_family(county)


@pytest.fixture
def aunt(county: County) -> Person:
    return make_person(county.places["dawan"], "萧月", sex=2, born=dt.date(1985, 5, 5))


@pytest.mark.requirement("R14.15")
def test_entrusting_ends_the_care_before(county: County, family: Family, aunt: Person) -> None:
    care = Guardianship.entrust(family.child, aunt, TERMS, by=county.user("villager"))
    family.care.refresh_from_db()
    assert family.care.until == dt.date(2026, 2, 28)
    assert care.agreed_on == dt.date(2026, 3, 1)
    assert family.child.changes.get().facts == ["guardianship", "guardianship.until"]


@pytest.mark.requirement("R14.15")
@pytest.mark.parametrize(
    ("bar", "code"),
    [
        ("finding", "carer.held"),
        ("excluded", "carer.excluded"),
        ("minor", "carer.no_adult"),
        ("away", "carer.away"),
        ("prison", "carer.unable"),
        ("unheard", "guardianship.child_not_heard"),
        ("future", "guardianship.future"),
    ],
)
def test_who_may_not_be_entrusted(
    county: County, family: Family, aunt: Person, bar: str, code: str
) -> None:
    by, terms = county.user("villager"), dict[str, object](TERMS)
    if bar in {"finding", "excluded"}:
        finding = CarerFinding.raise_(aunt, "violence", "2025年告诫书", by=by)
        if bar == "excluded":
            finding.decide("excluded", "核实属实", seen=0, by=county.user("supervisor"))
    elif bar == "minor":
        aunt.change({"born": "2010"}, base_version=1, by=by)
    elif bar == "away":
        row(AwayPeriod, aunt, since="2026-01")
    elif bar == "prison":
        row(Circumstance, aunt, kind="prison")
    else:
        terms["child_heard" if bar == "unheard" else "agreed_on"] = (
            None if bar == "unheard" else "2030-01-01"
        )
    with pytest.raises(RuleBroken) as caught:
        Guardianship.entrust(family.child, aunt, terms, by=by)
    assert caught.value.code == code
    assert Guardianship.objects.get().guardian == family.grandmother


def test_a_decision_frees_the_carer(county: County, family: Family, aunt: Person) -> None:
    finding = CarerFinding.raise_(aunt, "other", "邻居反映", by=county.user("villager"))
    with pytest.raises(RuleBroken):
        finding.decide("allowed", " ", seen=0, by=county.user("supervisor"))
    finding.decide("allowed", "走访核实不属实", seen=0, by=county.user("supervisor"))
    Guardianship.entrust(family.child, aunt, TERMS, by=county.user("villager"))
    assert (finding.evidence(), finding.decisions.get().reason()) == ("邻居反映", "走访核实不属实")


def test_a_finding_leaves_no_trace_in_the_carers_history(county: County, aunt: Person) -> None:
    CarerFinding.raise_(aunt, "violence", "2025年告诫书", by=county.user("villager"))
    assert not aunt.changes.exists()
    assert not CarerFinding.objects.visible_to(county.user("villager")).exists()
    assert CarerFinding.objects.visible_to(county.user("supervisor")).exists()
    assert not CarerFinding.objects.visible_to(county.user("outsider")).exists()


@pytest.mark.requirement("R14.15")
def test_an_excluded_carer_leaves_the_child_alone(county: County, family: Family) -> None:
    assert not Person.objects.alone().exists()
    measure_care()
    assert not Person.objects.filter(cared_for=False).exists()
    finding = CarerFinding.raise_(family.grandmother, "neglect", "x", by=county.user("villager"))
    finding.decide("excluded", "y", seen=0, by=county.user("supervisor"))
    assert list(Person.objects.alone()) == [family.child]


state = st.sampled_from(["here", "away", "back", "prison", "disabled", "dead", "none"])


@pytest.mark.requirement("R14.15")
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(state, state, state, st.sampled_from([2, 15, 16, 17]), st.sampled_from([1, 17, 18, 60]))
def test_the_list_and_the_file_agree_who_is_alone(
    county: County, father: str, mother: str, carer: str, age: int, carer_age: int
) -> None:
    today = dt.date.today()  # noqa: DTZ011
    child = make_person(county.places["dawan"], "甲", born=today.replace(year=today.year - age))
    stand(child, "child")
    for relation, how, old in (("51", father, 40), ("52", mother, 40), ("", carer, carer_age)):
        if how == "none":
            continue
        kin = make_person(
            county.places["dawan"], "乙", born=dt.date(today.year - old, 1, 1), born_precision=1
        )
        if relation:
            row(Kinship, child, relative=kin, relation=relation)
        else:
            row(Guardianship, child, guardian=kin, relation="61")
        if how in {"away", "back"}:
            row(AwayPeriod, kin, since="2024", until="2025-01-01" if how == "back" else None)
        elif how != "here":
            row(Circumstance, kin, kind=how)
    assert Person.objects.alone().filter(pk=child.pk).exists() == File.open(child).alone
