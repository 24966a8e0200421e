"""A child of 大湾村 whose parents work far away and whose grandmother has the care."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from guanai.conftest import County
from guanai.core.crypto import vault
from guanai.organisations.models import Place
from guanai.people.models import (
    AwayPeriod,
    Contact,
    Guardianship,
    Household,
    Kinship,
    Look,
    Person,
    Registration,
    Schooling,
)


def make_person(place: Place, name: str, **facts: Any) -> Person:
    number = Person.objects.count() + 1
    person = Person(
        name=name,
        place=place,
        path=place.path,
        file_number=f"YL-{number:06d}",
        sealed_key=vault().new_key(),
        **facts,
    )
    person.fill({})
    person.save()
    person.index_name()
    return person


def stand(person: Person, group: str) -> Registration:
    return Registration.objects.create(
        person=person, group=group, path=person.path, since=dt.date(2026, 3, 1)
    )


def row(model: type[Any], person: Person, **facts: Any) -> Any:
    made = model(person=person)
    made.fill(facts)
    made.save()
    return made


def say_why(county: County, person: Person, *offices: str) -> None:
    """These offices, which oversee, have said for what they look at the file."""
    for office in offices:
        Look.state(person, "verify", "", by=county.user(office))


@dataclass
class Family:
    child: Person
    father: Person
    mother: Person
    grandmother: Person
    household: Household
    care: Guardianship
    schooling: Schooling


def make_family(county: County, village: str = "dawan") -> Family:
    place = county.places[village]
    household = Household.objects.create(place=place, path=place.path, group="3组")
    born = [("萧梦", 2, 2017), ("萧强", 1, 1988), ("胡蓉", 2, 1990), ("向桂英", 2, 1958)]
    people = [
        make_person(
            place, name, sex=sex, born=dt.date(year, 1, 1), born_precision=1, household=household
        )
        for name, sex, year in born
    ]
    child, father, mother, grandmother = people
    child.fill({"born": "2017-06-04"})
    child.save()
    stand(child, "child")
    for relative, relation in ((father, "51"), (mother, "52"), (grandmother, "62")):
        row(Kinship, child, relative=relative, relation=relation)
    for parent, town, firm in ((father, "江苏苏州", "电子厂"), (mother, "上海", "家政公司")):
        row(AwayPeriod, parent, since="2024-02", destination=town, employer=firm, address="某路1号")
    for number, person in enumerate((father, mother, grandmother)):
        row(Contact, person, kind="phone", value=f"1990000000{number}")
    care = row(
        Guardianship, child, guardian=grandmother, relation="62", kind="entrusted",
        since="2024-03-01", agreed_on="2024-03-01", child_heard=True,
    )  # fmt: skip
    school = county.organisations["school"]
    schooling = row(
        Schooling, child, state="primary", school=school, school_class=county.school_class,
        grade=3, class_name="2", boarding=False,
    )  # fmt: skip
    return Family(child, father, mother, grandmother, household, care, schooling)
