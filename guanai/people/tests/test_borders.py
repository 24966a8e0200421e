"""Where the borders of a post lie: new files, ledgers, and the kin in a child's file."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from guanai.audit.models import Reading
from guanai.conftest import County
from guanai.people.models import Health, Identity, Kinship, Person, Schooling
from guanai.people.tests.families import Family, make_family, make_person, row, say_why, stand
from guanai.people.tests.test_file_page import post, text, url

pytestmark = pytest.mark.django_db(databases="__all__")  # the log of readings too


@pytest.fixture
def family(county: County) -> Family:
    return make_family(county)


def open_file(client: Client, county: County, group: str, **facts: object) -> object:
    given = {"name": "向小雨", "sex": 2, "group": group, "place": county.places["dawan"].pk}
    return client.post(reverse("people:new"), {**given, "same": "new", **facts})


@pytest.mark.requirement("R14.11", "R12.23")
@pytest.mark.parametrize(
    ("opener", "group", "status"),
    [
        ("villager", "child", 303), ("villager", "elder", 303), ("neighbour", "child", 422),
        ("police", "child", 422), ("education", "child", 303), ("education", "elder", 422),
        ("federation", "woman", 303), ("federation", "elder", 422),
        ("school", "elder", 422), ("school", "child", 422),
    ],
)  # fmt: skip
def test_nobody_opens_a_file_that_would_be_shut_afterwards(
    county: County, opener: str, group: str, status: int
) -> None:
    client = county.client(opener)
    response = open_file(client, county, group)
    assert response.status_code == status  # type: ignore[attr-defined]
    assert Person.objects.count() == (status == 303)
    if status == 303:
        assert client.get(url("file", Person.objects.get())).status_code == 200


def test_a_new_file_offers_the_places_of_its_post(county: County) -> None:
    form = county.client("villager").get(reverse("people:new")).context["form"]
    assert list(form.fields["place"].queryset) == [county.places["dawan"]]
    pupils = county.client("school").get(reverse("people:new")).context["form"]
    assert pupils.fields["place"].queryset.count() > 1


@pytest.mark.requirement("R12.23")
def test_a_schools_new_file_begins_with_its_schooling(county: County) -> None:
    school = county.client("school")
    form = school.get(reverse("people:new")).context["form"]
    response = open_file(school, county, "child", school=form["school"].value())
    assert response.status_code == 303  # type: ignore[attr-defined]
    person = Person.objects.get()
    assert person.schoolings.get().school == county.organisations["school"]
    assert school.get(url("file", person)).status_code == 200


def test_an_office_enters_nobody_in_a_ledger_that_it_does_not_keep(
    county: County, family: Family
) -> None:
    child = family.child
    say_why(county, child, "education")
    education = county.client("education")
    refused = post(education, url("register", child), group="elder", since="2026-05-01")
    assert refused.status_code == 422
    assert post(county.client("school"), url("register", child), group="woman").status_code == 422
    kept = post(county.client("school"), url("register", child), group="difficulty")
    assert kept.status_code == 303
    assert set(child.registrations.values_list("group", flat=True)) == {"child", "difficulty"}


# --- through a child's door --------------------------------------------------------------------


@pytest.fixture
def brother(county: County, family: Family) -> Person:
    """Another minor of the family, in another class, whose own file the teacher cannot open."""
    place = county.places["dawan"]
    child = make_person(place, "萧阳", sex=1, born=dt.date(2015, 3, 3))
    stand(child, "child")
    school = county.organisations["school"]
    row(Schooling, child, state="primary", school=school, grade=5)
    row(Identity, child, kind="id", number="539901201503030039", checked=True)
    row(Health, child, condition="癫痫")
    row(Kinship, family.child, relative=child, relation="73")
    return child


def test_another_minor_does_not_stand_open_through_the_childs_door(
    county: County, family: Family, brother: Person
) -> None:
    teacher = county.client("teacher")
    assert teacher.get(url("file", brother)).status_code == 404
    assert "癫痫" not in text(teacher, url("file", family.child))
    of = brother.uid
    pages = [url("section", family.child, of=of, section="basics")]
    for kind, entry in (
        ("schooling", brother.schoolings.get()), ("identity", brother.identities.get()),
        ("health", brother.healths.get()),
    ):  # fmt: skip
        pages.append(url("entry", family.child, of=of, kind=kind))
        pages.append(url("entry", family.child, of=of, kind=kind, row=entry.uid))
    assert [teacher.get(page).status_code for page in pages] == [404] * len(pages)
    assert county.school_class is not None
    posted = {"base_version": 1, "state": "primary", "school_class": county.school_class.pk}
    assert teacher.post(pages[1], posted).status_code == 404
    assert not Person.objects.visible_to(county.user("teacher")).filter(pk=brother.pk).exists()
    assert "癫痫" in text(county.client("villager"), url("file", family.child))


@pytest.mark.parametrize("kind", ["identity", "schooling", "guardianship", "note", "hardship"])
def test_of_the_kin_only_what_the_childs_file_asks_is_open(
    county: County, family: Family, kind: str
) -> None:
    villager = county.client("villager")
    of = family.father.uid
    assert villager.get(url("entry", family.child, of=of, kind=kind)).status_code == 404
    assert villager.get(url("entry", family.child, of=of, kind="contact")).status_code == 200


def test_who_stands_in_a_ledger_is_changed_by_those_who_see_the_own_file(
    county: County, family: Family
) -> None:
    stand(family.grandmother, "elder")
    page = url("entry", family.child, of=family.grandmother.uid, kind="contact")
    teacher = county.client("teacher")
    shown = text(teacher, url("file", family.child))
    assert "19900000002" in shown  # whoever teaches the child calls the carer
    assert page not in shown
    assert teacher.get(page).status_code == 404
    assert county.client("villager").get(page).status_code == 200
    doubt = url("raise_finding", family.child, of=family.grandmother.uid)
    assert teacher.get(doubt).status_code == 200


def test_who_was_of_the_family_once_is_shut(county: County, family: Family) -> None:
    by = county.user("villager")
    kinship = Kinship.objects.get(relative=family.grandmother)
    for link in (kinship, family.care):
        version = Person.objects.get(pk=family.child.pk).version
        link.close(dt.date(2026, 5, 1), base_version=version, by=by)
    page = url("entry", family.child, of=family.grandmother.uid, kind="contact")
    teacher = county.client("teacher")
    assert teacher.get(page).status_code == 404
    shown = text(teacher, url("file", family.child))
    assert "向桂英" in shown
    assert "19900000002" not in shown


def test_every_form_of_a_minor_that_is_shown_is_a_reading(
    county: County, family: Family, brother: Person
) -> None:
    villager = county.client("villager")
    identity = brother.identities.get()
    form = url("entry", brother, kind="identity", row=identity.uid)
    answer = villager.post(form)  # nothing posted: the form comes back as it was
    assert answer.status_code == 422
    assert identity.number() in answer.content.decode()
    assert Reading.objects.get().person_id == brother.pk
    Reading.objects.all().delete()
    health = brother.healths.get().uid
    text(villager, url("entry", family.child, of=brother.uid, kind="health", row=health))
    read = set(Reading.objects.values_list("person_id", flat=True))
    assert read == {brother.pk, family.child.pk}


@pytest.mark.parametrize("born", ["eighteen this year", None])
def test_who_may_still_be_a_minor_is_read_and_entered_as_one(
    county: County, born: str | None
) -> None:
    """Of a birth year alone the last day counts; of no birth date the children's ledger."""
    year = dt.date.today().year - 18  # noqa: DTZ011
    facts = {"born": dt.date(year, 1, 1), "born_precision": 1} if born else {}
    child = make_person(county.places["dawan"], "石某", **facts)
    villager = county.client("villager")
    entered = post(villager, url("register", child), group="child")
    assert entered.status_code == 303
    Reading.objects.all().delete()
    text(villager, url("section", child, section="basics"))
    text(villager, url("file", child))
    assert set(Reading.objects.values_list("person_id", "how")) == {
        (child.pk, "form"),
        (child.pk, "page"),
    }
