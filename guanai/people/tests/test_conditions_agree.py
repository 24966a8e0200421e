"""One person and sets: the same condition gives the same answers, on random households and days."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from guanai.conftest import County
from guanai.core.conditions.nodes import Node, Subject
from guanai.core.conditions.timeline import NO, answer_on
from guanai.core.conditions.tree import Condition, Terms
from guanai.people.counting import members
from guanai.people.defining import definitions
from guanai.people.knowing import Known
from guanai.people.models import (
    AwayPeriod,
    Circumstance,
    Hardship,
    Health,
    Kinship,
    Person,
    Residence,
    Schooling,
)
from guanai.people.tests.families import make_person

DAY = dt.date(2026, 9, 1)
HOUSEHOLDS = 25
STATES = [kind for kind, _label in Circumstance.KINDS]


class Making:
    """Households with all that may be known of them, often not much."""

    def __init__(self, county: County, seed: int) -> None:
        self.county, self.rng = county, Random(seed)  # noqa: S311 - not for secrets

    def day(self) -> dt.date:
        return DAY + dt.timedelta(days=self.rng.randint(-420, 60))

    def dates(self) -> dict[str, Any]:
        """since, its precision, until; often at the same few days, where mistakes hide."""
        rng = self.rng
        day = rng.choice(
            [self.day(), dt.date(2026, 6, 1), dt.date(2026, 3, 1), dt.date(2026, 5, 31)]
        )
        precision = rng.choice([3, 3, 3, 2, 1])
        if precision < 3:
            day = day.replace(day=1, month=day.month if precision == 2 else 1)
        since = rng.choice([day, day, None])
        until = rng.choice([None, None, self.day(), dt.date(2026, 5, 31), dt.date(2026, 8, 31)])
        if since and until and until < since:
            until = since + dt.timedelta(days=rng.choice([0, 1, 30, 200]))
        return {"since": since, "since_precision": precision if since else 3, "until": until}

    def person(self, ages: tuple[int, int]) -> Person:
        rng = self.rng
        born: dt.date | None = dt.date(2026 - rng.randint(*ages), rng.choice([2, 8, 9]), 1)
        born = rng.choice([born.replace(day=rng.randint(1, 28)), dt.date(2012, 2, 29), None, born])  # type: ignore[union-attr]
        place = self.county.places[rng.choice(["dawan", "xiaohe", "qingxi"])]
        precision = rng.choice([3, 3, 2, 1]) if born and born.day == 1 else 3
        if born and precision == 1:
            born = born.replace(month=1)
        died = rng.choice([None] * 6 + [self.day()])
        if died and born and died < born:
            died = None
        sex = rng.choice([0, 1, 2, 2])
        return make_person(place, "某", sex=sex, born=born, born_precision=precision, died=died)

    def facts(self, person: Person) -> None:
        rng = self.rng
        for _ in range(rng.choice([0, 1, 1, 2])):
            listed = rng.random() < 0.4
            AwayPeriod.objects.create(person=person, listed=listed, **self.dates())
        for _ in range(rng.choice([0, 0, 1, 2])):
            Circumstance.objects.create(person=person, kind=rng.choice(STATES), **self.dates())
        if rng.random() < 0.5:
            Health.objects.create(
                person=person, can_guard=rng.choice([True, False, None]),
                disability=rng.choice(["", "mind", "body"]),
                disability_grade=rng.choice([None, 1, 3, 4]), **self.dates(),
            )  # fmt: skip
        for _ in range(rng.choice([0, 1])):
            kind = rng.choice(["low_income", "poverty", "family_planning", "no_hukou"])
            Hardship.objects.create(
                person=person, kind=kind, holds=rng.choice([True, False]), **self.dates()
            )
        if rng.random() < 0.3:
            state = rng.choice(["dropout", "primary"])
            Schooling.objects.create(person=person, state=state, **self.dates())
        for kind in rng.choice([[], [], ["home"], ["hukou"], ["home", "hukou"]]):
            place = self.county.places.get(rng.choice(["dawan", "elsewhere", "nowhere"]))
            rural = rng.choice(["", "yes", "no"]) if kind == "hukou" else ""
            told = {"kind": kind, "place": place, "rural": rural}
            Residence.objects.create(person=person, **told, **self.dates())

    def household(self) -> None:
        rng = self.rng
        father, mother, child, elder = (
            self.person(ages) for ages in ((30, 45), (30, 45), (2, 20), (55, 80))
        )
        for one in (father, mother, child, elder):
            self.facts(one)
        links = [(child, father, "51"), (child, mother, "52"), (father, mother, "10"),
                 (father, elder, "52"), (elder, mother, "30")]  # fmt: skip
        for person, relative, relation in links:
            if rng.random() < 0.85:
                dates = self.dates() if rng.random() < 0.2 else {}
                Kinship.objects.create(person=person, relative=relative, relation=relation, **dates)


BEYOND: list[dict[str, Any]] = [  # what no shipped definition asks
    {"lasts": {"any": [{"fact": "father.away", "is": "away"}, {"under": 12}]}, "months": 5},
    {"not": {"total": {"not": {"fact": "mother.away", "is": "away"}}, "days": 40, "from_month": 9}},
    {"all": [{"fact": "children.circumstance", "in": ["ill", "dead"], "every": True},
             {"not": {"fact": "children.away", "is": "away"}}]},
]  # fmt: skip


def conditions() -> list[Node]:
    terms = Terms({}, lambda _name: None)  # type: ignore[arg-type,return-value]
    more = TypeAdapter(list[Condition]).validate_python(BEYOND)
    return [one.node() for one in definitions().values()] + [one.bind(terms) for one in more]


@pytest.mark.requirement("RX.1")
@given(seed=st.integers(0, 2**32), days=st.sampled_from([0, -1, -92, -243, 31, 500]))
@settings(max_examples=2, suppress_health_check=list(HealthCheck))
def test_one_person_and_sets_agree(county: County, seed: int, days: int) -> None:
    from guanai.organisations.models import Place

    day = DAY + dt.timedelta(days=days)
    with transaction.atomic():
        if "elsewhere" not in county.places:
            county.places["elsewhere"] = Place.plant("539902000000", "别县", "county", None)
        making = Making(county, seed)
        for _ in range(HOUSEHOLDS):
            making.household()
        keys = list(Person.objects.values_list("pk", flat=True))
        for node in making.rng.sample(conditions(), 5):
            found = members(node, day)
            for key, one in Known(keys, day).subjects():
                answer = answer_on(node.line(one), day.toordinal())
                assert found.get(key, NO) == answer, (key, node, _told(one))
        transaction.set_rollback(True)
    county.places.pop("elsewhere")


def _told(one: Subject) -> str:
    return "\n".join(f"{name}: {found}" for name, found in one.facts.items())
