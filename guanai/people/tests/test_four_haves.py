from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanai.core.broken import RuleBroken
from guanai.people import details
from guanai.people.rules import (
    CHILD_ASKED,
    Carer,
    FourHaves,
    Have,
    Known,
    days_away,
    lives_alone,
    measure_completeness,
)

FULL = Known(name=True, phone=True, address=True)
COMPLETE = FourHaves(
    child=frozenset(CHILD_ASKED), father=FULL, mother=FULL, cadre=FULL, carers=(FULL,)
)
knowns = st.none() | st.builds(Known, st.booleans(), st.booleans(), st.booleans(), st.booleans())


@pytest.mark.requirement("R13.9")
def test_all_that_is_asked_makes_four_haves() -> None:
    measured = measure_completeness(COMPLETE)
    assert (measured.bits, measured.count, measured.missing) == (Have(15), 4, ())


@pytest.mark.requirement("R13.9")
@pytest.mark.parametrize(
    ("facts", "missing", "part"),
    [
        ({"child": frozenset(CHILD_ASKED) - {"health"}}, "child.health", Have.CHILD),
        ({"father": dataclasses.replace(FULL, phone=False)}, "father.phone", Have.PARENTS),
        ({"mother": dataclasses.replace(FULL, address=False)}, "mother.address", Have.PARENTS),
        ({"mother": None}, "mother", Have.PARENTS),
        ({"cadre": None}, "cadre", Have.CADRE),
        ({"carers": ()}, "carer", Have.CARER),
        ({"carers": (dataclasses.replace(FULL, address=False),)}, "carer.address", Have.CARER),
    ],
)
def test_what_lacks_is_named(facts: dict[str, object], missing: str, part: Have) -> None:
    measured = measure_completeness(dataclasses.replace(COMPLETE, **facts))  # type: ignore[arg-type]
    assert measured.missing == (missing,)
    assert measured.bits == Have(15) & ~part


def test_of_a_dead_parent_only_the_name_is_asked() -> None:
    dead = Known(name=True, gone=True)
    assert measure_completeness(dataclasses.replace(COMPLETE, father=dead)).count == 4


def test_one_carer_who_can_be_reached_is_enough() -> None:
    carers = (Known(name=True), FULL)
    assert measure_completeness(dataclasses.replace(COMPLETE, carers=carers)).count == 4


@given(st.frozensets(st.sampled_from(CHILD_ASKED)), knowns, knowns, knowns, st.lists(knowns))
def test_a_part_is_complete_exactly_when_nothing_of_it_lacks(
    child: frozenset[str],
    father: Known | None,
    mother: Known | None,
    cadre: Known | None,
    carers: list[Known | None],
) -> None:
    facts = FourHaves(child, father, mother, False, cadre, tuple(c for c in carers if c))
    measured = measure_completeness(facts)
    for part in Have:
        assert (part in measured.bits) == (not measured.lacking(str(part.name).lower()))


TODAY = dt.date(2026, 11, 23)


@pytest.mark.requirement("R14.15")
@pytest.mark.parametrize(
    ("born", "carers", "alone"),
    [
        (dt.date(2018, 1, 1), [], True),
        (dt.date(2018, 1, 1), [Carer(away=True), Carer(away=True)], True),
        (dt.date(2018, 1, 1), [Carer(away=True), Carer()], False),
        (dt.date(2018, 1, 1), [Carer(unable=True)], True),
        (dt.date(2018, 1, 1), [Carer(born=dt.date(2010, 1, 1))], True),  # an elder sister of 16
        (dt.date(2010, 11, 23), [], False),  # sixteen today
        (dt.date(2010, 11, 24), [], True),
        (None, [], True),
    ],
)
def test_a_child_under_sixteen_without_anybody_who_cares_lives_alone(
    born: dt.date | None, carers: list[Carer], alone: bool
) -> None:
    assert lives_alone(born, carers, TODAY) is alone


def test_a_detail_outside_the_catalogue_is_refused() -> None:
    with pytest.raises(RuleBroken, match=r"detail|没有|There is no"):
        details.checked({"favourite_colour": "red"})


@pytest.mark.parametrize(
    ("key", "value"), [("education", "primary"), ("industries", ["gold"]), ("children_count", -1)]
)
def test_a_value_outside_the_choices_is_refused(key: str, value: object) -> None:
    with pytest.raises(RuleBroken):
        details.checked({key: value})


span = st.tuples(
    st.none() | st.dates(dt.date(2025, 11, 1), dt.date(2027, 2, 1)),
    st.none() | st.dates(dt.date(2025, 11, 1), dt.date(2027, 2, 1)),
)


@pytest.mark.requirement("R12.2")
@given(st.lists(span, max_size=5))
def test_days_away_in_a_year_are_counted_once(
    spans: list[tuple[dt.date | None, dt.date | None]],
) -> None:
    first, last = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
    year = [first + dt.timedelta(days=day) for day in range(365)]
    away = [
        day
        for day in year
        if any((since or first) <= day <= (until or last) for since, until in spans)
    ]
    assert days_away(spans, first, last) == len(away)
