"""What one takes back, and what two do at once, leaves one file with one truth."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guanai.conftest import County
from guanai.people.models import CarerFinding, Identity, Person
from guanai.people.tests.families import Family, make_family, row, say_why
from guanai.people.tests.test_file_page import post, url

pytestmark = pytest.mark.django_db(databases="__all__")  # the log of readings too

NUMBER = "53990120170604002X"


@pytest.fixture
def family(county: County) -> Family:
    return make_family(county)


def undo(client: Client, person: Person) -> int:
    last = person.changes.first()
    assert last is not None
    return client.post(url("revert", person, change=last.uid)).status_code


def test_a_name_that_was_taken_back_is_not_found_any_more(county: County, family: Family) -> None:
    villager = county.client("villager")
    post(villager, url("section", family.child, section="basics"), name="欧阳测测")
    assert undo(villager, family.child) == 303
    search, page = reverse("people:search"), url("file", family.child)
    assert page in villager.post(search, {"q": "萧梦"}, follow=True).content.decode()
    assert page not in villager.post(search, {"q": "欧阳测测"}, follow=True).content.decode()


def test_a_number_that_stands_elsewhere_meanwhile_does_not_come_back(
    county: County, family: Family
) -> None:
    villager, office = county.client("villager"), county.client("office")
    identity = row(Identity, family.child, kind="id", number=NUMBER, checked=True)
    form = villager.get(url("entry", family.child, kind="identity", row=identity.uid))
    version = form.context["form"]["base_version"].value()
    out = url("withdraw", family.child, kind="identity", row=identity.uid)
    assert villager.post(out, {"base_version": version}).status_code == 303
    other = make_family(county, "xiaohe").child
    say_why(county, other, "office")
    entered = post(office, url("entry", other, kind="identity"), kind="id", number=NUMBER)
    assert entered.status_code == 303
    assert undo(villager, family.child) == 422
    assert Identity.objects.get(checked=True).person == other


# --- two editors -------------------------------------------------------------------------------


def test_what_another_corrected_meanwhile_is_not_taken_out(county: County, family: Family) -> None:
    villager, other = county.client("villager"), county.client("supervisor")
    given = {"kind": "schooling", "row": family.schooling.uid}
    page = url("entry", family.child, **given)
    seen = villager.get(page)
    assert 'name="base_version" value="1"' in seen.content.decode()
    assert post(other, page, results="优秀").status_code == 303
    out = url("withdraw", family.child, **given)
    for posted in ({"base_version": 1}, {}, {"base_version": "x"}, {"base_version": 10**30}):
        assert villager.post(out, posted).status_code == 422
    assert family.child.schoolings.get().results == "优秀"
    assert villager.post(out, {"base_version": 2}).status_code == 303
    assert not family.child.schoolings.exists()


ACTS: list[tuple[str, dict[str, str], dict[str, str]]] = [
    ("move", {}, {"on": "2026-10-01", "why": "迁居"}),
    ("register", {}, {"group": "difficulty"}),
    ("strike", {"group": "child"}, {"reason": "returned", "why": "父亲返乡"}),
]


@pytest.mark.parametrize(("act", "at", "facts"), ACTS)
def test_who_decides_on_a_file_sees_first_what_changed_meanwhile(
    county: County, family: Family, act: str, at: dict[str, str], facts: dict[str, str]
) -> None:
    supervisor, other = county.client("supervisor"), county.client("villager")
    page = url(act, family.child, **at)
    form = supervisor.get(page).context["form"]
    shown = {name: form[name].value() or "" for name in form.fields if name != "whole_household"}
    shown |= facts | ({"to": county.places["xiaohe"].pk} if act == "move" else {})
    details = url("section", family.child, section="details")
    assert post(other, details, interests="足球").status_code == 303
    answer = supervisor.post(page, shown)
    assert answer.status_code == 409
    assert Person.objects.get(pk=family.child.pk).version == 2
    again = {**shown, "base_version": answer.context["form"]["base_version"].value()}
    assert supervisor.post(page, again).status_code == 303
    assert Person.objects.get(pk=family.child.pk).version == 3


def test_nobody_posts_from_a_version_that_is_still_to_come(county: County, family: Family) -> None:
    basics = url("section", family.child, section="basics")
    answer = post(county.client("villager"), basics, base_version=10**30, name="萧萌")
    assert answer.status_code == 422
    assert Person.objects.get(pk=family.child.pk).name == "萧梦"


@pytest.mark.requirement("R14.15")
def test_who_decides_second_reads_the_first_decision_and_both_stay(
    county: County, family: Family
) -> None:
    carer = family.grandmother
    finding = CarerFinding.raise_(carer, "neglect", "冬天关在门外", by=county.user("villager"))
    page = reverse("people:finding", args=[finding.uid])
    first, second = county.client("supervisor"), county.client("office")
    late = {"seen": second.get(page).context["form"]["seen"].value(), "outcome": "allowed"}
    given = {"outcome": "excluded", "reason": "核实属实"}
    assert post(first, page, **given).status_code == 303
    answer = second.post(page, {**late, "reason": "未见异常"})
    assert answer.status_code == 422
    assert "核实属实" in answer.content.decode()
    assert CarerFinding.objects.excluding().get() == finding
    seen = answer.context["form"]["seen"].value()
    assert second.post(page, {**late, "seen": seen, "reason": "复查未见异常"}).status_code == 303
    assert not CarerFinding.objects.excluding().exists()
    read = second.get(page).content.decode()
    assert "核实属实" in read
    assert "复查未见异常" in read


def test_the_spine_tells_the_day_on_the_wall(county: County, family: Family) -> None:
    villager = county.client("villager")
    details = url("section", family.child, section="details")
    assert post(villager, details, interests="足球").status_code == 303
    early = dt.datetime(2026, 10, 2, 6, 30, tzinfo=timezone.get_default_timezone())
    family.child.changes.update(at=early)
    moments = villager.get(url("file", family.child)).context["spine"]
    assert dt.date(2026, 10, 2) in {moment.day for moment in moments}
    assert dt.date(2026, 10, 1) not in {moment.day for moment in moments}


def test_a_second_father_waits_for_the_first_ones_last_day(county: County, family: Family) -> None:
    villager = county.client("villager")
    second = {"name": "石大山", "sex": 1, "relation": "51"}
    people = Person.objects.count()
    assert post(villager, url("new_kin", family.child), **second).status_code == 422
    assert Person.objects.count() == people
    first = family.child.kinships.get(relation="51")
    ends = url("entry", family.child, kind="kinship", row=first.uid)
    assert post(villager, ends, until="2026-05-01").status_code == 303
    assert post(villager, url("new_kin", family.child), **second).status_code == 303
    assert family.child.kinships.filter(relation="51").count() == 2
