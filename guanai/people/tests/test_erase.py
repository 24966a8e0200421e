"""A file is destroyed: nothing names the person any more, lawful counts stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import timezone

from guanai.audit.models import Entry
from guanai.conftest import County
from guanai.core.broken import RuleBroken
from guanai.core.crypto import Unreadable
from guanai.core.registries import Keeper, keepers
from guanai.people import checking
from guanai.people.file import File
from guanai.people.importing.staging import Staging
from guanai.people.models import (
    AccessGrant,
    Change,
    DuplicateProposal,
    Guardianship,
    Import,
    Kinship,
    Note,
    Person,
    Registration,
    SearchToken,
)
from guanai.people.tests.families import Family, make_family, make_person, row, stand

TODAY = timezone.localdate()


@pytest.fixture
def family(county: County) -> Family:
    return make_family(county)


def strike(family: Family, county: County) -> None:
    registration = family.child.registrations.get()
    version = Person.objects.get(pk=family.child.pk).version
    registration.strike(TODAY, base_version=version, by=county.user("supervisor"), why="满十八周岁")


def everything() -> str:
    """All rows of all tables, in the clear as far as they are."""
    rows: list[Any] = []
    for model in apps.get_models():
        if model._meta.app_label == "people":
            rows += model._meta.base_manager.values_list()
    return repr(rows)


def test_a_destroyed_file_names_nobody_and_leaves_what_counts_need(
    county: County, family: Family
) -> None:
    office = county.user("office")
    family.child.add(Note, {"kind": "remark", "day": TODAY, "text": "住校"}, by=office)
    AccessGrant.objects.create(
        person=family.child, user=county.user("helper"), since=TODAY, reason="萧梦的代理家长"
    )
    twin = make_person(county.places["dawan"], "石勇")
    DuplicateProposal.objects.create(left=family.child, right=twin, probability=0.5)
    strike(family, county)
    numbers = family.child.erase(by=office, why="retention.child")
    assert len(numbers) == 4  # the parents and the grandmother were known through the child alone
    told = everything()
    for name in ("萧梦", "小梦", "meng", "萧强", "胡蓉", "向桂英", "住校", "苏州", "2017, 6"):
        assert name not in told, name
    left = Person.objects.get(file_number=numbers[0])
    assert (left.sex, left.born) == (2, dt.date(2017, 1, 1))
    assert left.place == county.places["qingxi"]
    stood = Registration.objects.get(person=left)
    assert (stood.group, stood.since, stood.until) == ("child", dt.date(2026, 3, 1), TODAY)
    assert stood.path == left.path
    with pytest.raises(Unreadable):
        _ = left.sealer
    assert not Change.objects.filter(person=left).exists()
    assert not SearchToken.objects.filter(person=left).exists()
    entry = Entry.objects.filter(action="people.person.erase").earliest("pk")
    assert (entry.user, entry.subject_uid) == (office, left.uid.bytes)
    assert entry.facts == {"why": "retention.child", "relative": False}
    assert county.client("office").get(f"/people/{left.uid}/").status_code == 404
    faults = [fault for name in checking.CHECKS for fault in checking.CHECKS[name]()]
    assert not [fault for fault in faults if any(number in fault for number in numbers)]
    assert not list(checking.foreign_keys())


def test_a_file_still_needed_is_not_destroyed(county: County, family: Family) -> None:
    office = county.user("office")
    with pytest.raises(RuleBroken) as refused:
        family.child.erase(by=office, why="request")
    assert refused.value.code == "person.needed"
    with pytest.raises(RuleBroken) as refused:
        family.grandmother.erase(by=office, why="request")
    assert family.child.file_number in refused.value.message  # whom she cares for
    case = keepers.add(Keeper("cases", lambda person: ["a case is open"], lambda person: None))
    try:
        with pytest.raises(RuleBroken) as refused:
            family.father.erase(by=office, why="request")
        assert refused.value.facts["reasons"] == ["a case is open"]
    finally:
        keepers._items.remove(case)
    assert not Person.objects.exclude(erased_at=None).exists()


def test_a_father_who_is_destroyed_stays_in_the_childs_file_as_a_role_without_a_name(
    county: County, family: Family
) -> None:
    office = county.user("office")
    Kinship.objects.get(relative=family.father).correct(
        {"since": "2017-06-04"}, base_version=1, by=office
    )
    other = make_person(county.places["dawan"], "萧壮", sex=1)
    kinship = family.child.add(Kinship, {"relative": other, "relation": "63"}, by=office)
    kinship.withdraw(base_version=3, by=office)
    row(Kinship, family.child, relative=other, relation="63")
    assert other.erase(by=office, why="request") == [other.file_number]
    assert family.father.erase(by=office, why="request") == [family.father.file_number]
    told = [change.values() for change in family.child.changes.all()]
    assert "萧壮" not in repr(told)
    assert "'relation': '63'" in repr(told)
    answer = county.client("villager").get(f"/people/{family.child.uid}/")
    assert "萧强" not in answer.content.decode()
    assert "档案已销毁" in answer.content.decode()
    assert File.open(family.child).parent(frozenset({"51"}), "57") is not None
    with pytest.raises(RuleBroken):
        Guardianship.entrust(family.child, family.father, {"child_heard": True}, by=office)


def test_nobody_cares_for_a_child_whose_only_parent_is_destroyed(
    county: County, family: Family
) -> None:
    office = county.user("office")
    family.care.close(TODAY - dt.timedelta(days=1), base_version=1, by=office)
    child = Person.objects.filter(pk=family.child.pk)
    row(Kinship, child.get(), relative=make_person(county.places["dawan"], "石勇"), relation="57")
    assert not child.alone().exists()
    Person.objects.get(name="石勇").erase(by=office, why="request")
    assert child.alone().exists()
    assert File.open(child.get()).alone


def test_a_relative_with_a_file_of_his_own_stays(county: County, family: Family) -> None:
    stand(family.grandmother, "elder")
    sister = make_person(county.places["dawan"], "萧雨", sex=2)
    row(Kinship, sister, relative=family.mother, relation="52")
    strike(family, county)
    gone = family.child.erase(by=None, why="retention.child")
    assert gone == [family.child.file_number, family.father.file_number]
    assert Person.objects.get(pk=family.mother.pk).name == "胡蓉"
    assert Person.objects.get(pk=family.grandmother.pk).name == "向桂英"


@pytest.fixture
def staged(county: County, family: Family) -> Iterator[Import]:
    """An import that found the child in its roster."""
    batch = Import.begin(["萧梦.xlsx"], by=county.user("supervisor"))
    with Staging(batch) as staging:
        staging.keep_file(0, b"roster")
        with staging.writing() as db:
            db.execute("INSERT INTO known VALUES (1, ?)", (family.child.pk,))
        yield batch
        staging.discard()


def test_rosters_that_told_of_the_person_go_once_their_import_is_over(
    county: County, family: Family, staged: Import, django_capture_on_commit_callbacks: Any
) -> None:
    strike(family, county)
    with pytest.raises(RuleBroken):
        family.child.erase(by=None, why="retention.child")
    Import.objects.update(state="done", live=True)
    with django_capture_on_commit_callbacks(execute=True):
        family.child.erase(by=None, why="retention.child")
    assert not Path(settings.HOME.imports / str(staged.uid)).exists()
    assert Import.objects.get().title == "….xlsx"


def test_every_row_that_points_at_a_person_is_thought_of() -> None:
    """A new model that names persons is deleted with them, stays as a role, or has a keeper."""
    thought_of = {"relative", "guardian", "left", "right"}
    rooms = {keeper.name for keeper in keepers.all()}
    for relation in Person._meta.related_objects:
        app = relation.related_model._meta.app_label
        known = relation.field.name in {"person", *thought_of} if app == "people" else app in rooms
        assert known, relation
