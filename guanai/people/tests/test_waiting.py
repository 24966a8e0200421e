"""Where the county wants it, the township confirms what a village changes of identity or
guardianship; until then both values stand."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from guanai.audit.models import Entry
from guanai.conftest import County
from guanai.core.broken import RuleBroken
from guanai.people.conflicts import Conflict
from guanai.people.models import Guardianship, Identity, Person, Practice, WaitingChange
from guanai.people.tests.families import Family, make_family, say_why

NUMBER = "539901201706041234"


@pytest.fixture
def family(county: County) -> Family:
    Practice.set({"waits": True}, by=county.user("office"))
    return make_family(county)


def page(county: County, who: str, person: Person) -> str:
    answer = county.client(who).get(reverse("people:file", args=[person.uid]))
    return str(answer.content.decode())


def rename(county: County, child: Person, name: str = "萧萌") -> WaitingChange:
    child.refresh_from_db()
    facts = {"name": name, "ethnicity": "15"}
    child.change(facts, base_version=child.version, by=county.user("villager"), why="户口簿")
    return WaitingChange.objects.latest("pk")


def decide(county: County, who: str, change: WaitingChange, **given: Any) -> int:
    child = Person.objects.get(pk=change.person_id)
    url = reverse("people:waiting_change", args=[child.uid, change.uid])
    posted = {"base_version": child.version, "outcome": "confirm", **given}
    return county.client(who).post(url, posted).status_code


def test_a_village_changes_a_name_and_the_township_confirms_it(
    county: County, family: Family
) -> None:
    child = family.child
    change = rename(county, child)
    child.refresh_from_db()
    assert (child.name, child.ethnicity) == ("萧梦", "15")  # what needs no confirmation is changed
    told = page(county, "villager", child)
    assert "现为 萧梦，拟改为 萧萌" in told
    assert "萧萌" in page(county, "supervisor", child)
    assert "萧萌" not in page(county, "helper", child)
    assert (
        "1 项村级修改" in county.client("supervisor").get("/people/rounds/today/").content.decode()
    )
    listed = county.client("supervisor").get(reverse("people:waiting")).content.decode()
    assert "萧梦" in listed
    assert "萧梦" not in county.client("outsider").get(reverse("people:waiting")).content.decode()
    assert decide(county, "villager", change) == 403
    assert decide(county, "outsider", change) == 404
    assert decide(county, "supervisor", change) == 303
    child.refresh_from_db()
    assert child.name == "萧萌"
    assert decide(county, "supervisor", change) == 422  # once
    history = county.client("supervisor").get(reverse("people:history", args=[child.uid]))
    assert "户口簿" in history.content.decode()
    acts = set(Entry.objects.values_list("action", flat=True))
    assert {"people.waiting.ask", "people.waiting.confirmed", "people.person.change"} <= acts
    assert "萧萌" not in str(list(Entry.objects.values_list("facts", flat=True)))


def test_what_is_not_confirmed_changes_nothing_and_says_why(county: County, family: Family) -> None:
    change = rename(county, family.child)
    assert decide(county, "supervisor", change, outcome="refuse", why="") == 422
    assert decide(county, "supervisor", change, outcome="refuse", why="户口簿未改") == 303
    told = page(county, "villager", family.child)
    assert "户口簿未改" in told
    assert Person.objects.get(pk=family.child.pk).name == "萧梦"
    second = rename(county, family.child)
    back = reverse("people:waiting_take_back", args=[family.child.uid, second.uid])
    assert county.client("supervisor").post(back).status_code == 404
    assert county.client("villager").post(back).status_code == 303
    assert not WaitingChange.objects.open().exists()


def test_two_wishes_for_one_fact_both_stand_and_the_second_shows_the_clash(
    county: County, family: Family
) -> None:
    first, second = rename(county, family.child), rename(county, family.child, "萧蒙")
    seen = Person.objects.get(pk=family.child.pk).version
    assert decide(county, "supervisor", first) == 303
    told = page(county, "supervisor", family.child)
    assert "现为 萧萌，拟改为 萧蒙；提出时为 萧梦" in told
    with pytest.raises(Conflict):
        second.confirm(base_version=seen, by=county.user("supervisor"))
    second.refresh_from_db()
    assert second.outcome == ""
    assert decide(county, "supervisor", second) == 303
    assert Person.objects.get(pk=family.child.pk).name == "萧蒙"


def test_documents_and_guardians_wait_too_and_a_number_taken_meanwhile_is_refused(
    county: County, family: Family
) -> None:
    child, villager = family.child, county.user("villager")
    child.add(Identity, {"kind": "id", "number": NUMBER, "checked": True}, by=villager)
    assert not Identity.objects.filter(person=child).exists()
    raw = WaitingChange.objects.values_list("sealed", flat=True).get()
    assert NUMBER.encode() not in bytes(raw)
    change = WaitingChange.objects.get()
    taken = {"kind": "id", "number": NUMBER, "checked": True}
    family.mother.add(Identity, taken, by=county.user("supervisor"))
    assert decide(county, "supervisor", change) == 422
    change.refresh_from_db()
    assert change.outcome == ""
    last = family.care.since
    assert last is not None
    family.care.close(last, base_version=Person.objects.get(pk=child.pk).version, by=villager)
    assert Guardianship.objects.get(pk=family.care.pk).until is None
    ending = WaitingChange.objects.latest("pk")
    assert decide(county, "supervisor", ending) == 303
    assert Guardianship.objects.get(pk=family.care.pk).until == family.care.since
    care = Guardianship.objects.get(pk=family.care.pk)
    version = Person.objects.get(pk=child.pk).version
    assert care.withdraw(base_version=version, by=villager) is None
    assert Guardianship.objects.filter(pk=care.pk).exists()
    assert decide(county, "supervisor", WaitingChange.objects.latest("pk")) == 303
    assert not Guardianship.objects.filter(pk=care.pk).exists()


def test_nobody_confirms_his_own_and_switched_off_nothing_waits(
    county: County, family: Family
) -> None:
    change = rename(county, family.child)
    own = WaitingChange.objects.get(pk=change.pk)
    own.asked_by = county.user("supervisor")
    own.save()
    assert decide(county, "supervisor", own) == 422
    with pytest.raises(RuleBroken):
        own.take_back(by=county.user("villager"))
    form = reverse("people:practice")
    shown = county.client("office").get(form).context["form"]
    given = {name: shown[name].value() for name in shown.fields if name != "waits"}
    assert county.client("office").post(form, given).status_code == 303
    assert not Practice.current().waits
    family.child.refresh_from_db()
    by = county.user("villager")
    family.child.change({"name": "萧檬"}, base_version=family.child.version, by=by)
    assert Person.objects.get(pk=family.child.pk).name == "萧檬"
    say_why(county, family.child, "office")
    assert decide(county, "office", own) == 303  # what waited can still be decided
    assert Person.objects.get(pk=family.child.pk).name == "萧萌"
