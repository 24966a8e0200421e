"""The county's key is turned while people work; what rests on it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from guanai.audit import rotation
from guanai.audit.models import Entry
from guanai.conftest import County
from guanai.core import keyring
from guanai.core.broken import RuleBroken
from guanai.core.crypto import Unreadable, replace_keys, vault
from guanai.core.home import Home, HomeError
from guanai.core.keyring import Keyring
from guanai.core.registries import sealed
from guanai.people import checking
from guanai.people.looking import find_in_emergency
from guanai.people.models import Contact, Identity, Import, Note, Person
from guanai.people.tests.families import Family, make_family, make_person, row

NUMBER, OTHER, PHONE = "539901201706041234", "539901201706045678", "19900000000"


@pytest.fixture
def own_keys(settings: Any, tmp_path: Path) -> Home:
    """A home of its own for what turns the key."""
    home = settings.HOME = Home(tmp_path)
    return home


@pytest.fixture
def family(own_keys: Home, county: County) -> Family:
    family = make_family(county)
    row(Identity, family.child, kind="id", number=NUMBER, checked=True)
    row(Note, family.child, kind="remark", day="2026-11-01", text="住校")
    Import.begin(["名单.xlsx"], by=county.user("supervisor"))
    return family


def test_every_sealed_column_is_registered() -> None:
    """Whoever adds a binary column says on which key it rests, or here that it is no secret."""
    no_secret = {"audit.Entry.subject_uid"} | {  # ids and hashes
        f"audit.{model}.{name}"
        for model in ("EntrySeal", "ReadingSeal")
        for name in ("prints", "digest", "previous", "head")
    }
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.BinaryField) or field.name in {"exact", "tail4", "tail6"}
    }
    claimed = {f"{column.model}.{name}" for column in sealed.all() for name in column.fields}
    assert found - no_secret <= claimed
    for column in sealed.all():
        fields = {field.name for field in apps.get_model(column.model)._meta.fields}
        assert set(column.fields) <= fields


def test_turning_the_key_leaves_everything_readable_and_found(
    county: County, family: Family
) -> None:
    old = vault()
    told: list[tuple[int, int]] = []
    assert rotation.rotate(lambda *at: told.append(at), wait=0, begin=True) == 0
    assert vault().keyring.newest.number == 2
    assert not vault().keyring.turning
    assert max(told)[0] == 9  # four people, an import, a number, three phones
    child = Person.objects.get(pk=family.child.pk)
    assert child.notes.get().text() == "住校"
    assert child.identities.get().number() == NUMBER
    assert list(checking.blind_indexes()) == []
    assert list(checking.history()) == []
    for search in (NUMBER, NUMBER[-6:], NUMBER[-4:]):
        answer = county.client("villager").post("/search/", {"q": search}, follow=True)
        assert "萧梦" in answer.content.decode(), search
    with pytest.raises(Unreadable):  # nothing rests on the old key any more
        old.sealer(child.sealed_key)
    with pytest.raises(Unreadable):
        old.sealer(Import.objects.get().sealed_key)
    assert rotation.waiting() == Person.objects.count() + Import.objects.count()
    said = Entry.objects.filter(action__startswith="core.keys.").order_by("pk")
    assert [entry.action for entry in said] == ["core.keys.rotate", "core.keys.rotated"]
    assert {entry.facts["generation"] for entry in said} == {2}
    rotation.rotate(wait=0, begin=True)  # and back to the first sign
    assert list(checking.blind_indexes()) == []


def test_while_it_turns_both_generations_are_read_and_numbers_stand_once(
    county: County, family: Family
) -> None:
    supervisor = county.user("supervisor")
    replace_keys(vault().keyring.with_next())
    old = Identity.objects.get()
    new = row(Identity, family.father, kind="id", number=OTHER, checked=True)
    assert (old.exact > 0) != (new.exact > 0)
    assert (old.number(), new.number()) == (NUMBER, OTHER)
    for number in (NUMBER, OTHER):
        facts = {"kind": "id", "number": number, "checked": True}
        with pytest.raises(RuleBroken) as refused:
            family.mother.add(Identity, facts, by=supervisor)
        assert refused.value.code == "identity.taken"
        answer = county.client("villager").post("/search/", {"q": number}, follow=True)
        assert "萧" in answer.content.decode()
    found = find_in_emergency("萧梦", NUMBER, by=county.user("outsider"))
    assert found == family.child
    make_person(county.places["dawan"], "石勇")
    rotation.rotate(wait=0)  # goes on by itself
    assert not vault().keyring.turning
    assert list(checking.blind_indexes()) == []


def test_a_row_that_somebody_writes_by_the_old_key_meanwhile_is_found_in_the_second_round(
    county: County, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, sweep, rounds = vault(), rotation._sweep, [0]

    def late(tell: Any) -> tuple[int, int]:
        done = sweep(tell)
        if not rounds[0]:
            person = make_person(county.places["dawan"], "石勇")
            key = old.rewrapped(old.new_key())
            Person.objects.filter(pk=person.pk).update(sealed_key=key)
            exact, tail = old.blind("phone", PHONE), old.blind("phone4", PHONE[-4:])
            contact = Contact(person=Person.objects.get(pk=person.pk), exact=exact, tail4=tail)
            contact.sealed_value = contact.person.sealer.seal(PHONE, "contact.value")
            contact.save()
        rounds[0] += 1
        return done

    monkeypatch.setattr(rotation, "_sweep", late)
    rotation.rotate(wait=0, begin=True)
    assert rounds[0] == 3  # the last one finds nothing
    assert list(checking.blind_indexes()) == []


def test_a_value_that_no_key_opens_is_told_and_stops_nothing(
    county: County, family: Family
) -> None:
    Contact.objects.filter(person=family.father).update(sealed_value=os.urandom(40))
    assert rotation.rotate(wait=0, begin=True) == 1
    assert Identity.objects.get().number() == NUMBER


def test_one_number_that_came_into_two_files_meanwhile_is_named_and_stops_nothing(
    county: County, family: Family
) -> None:
    replace_keys(vault().keyring.with_next())
    row(Identity, family.father, kind="id", number=NUMBER, checked=True)  # past the form's rule
    assert rotation.rotate(wait=0) == 0
    (fault,) = checking.blind_indexes()
    assert family.child.file_number in fault
    assert Contact.objects.get(person=family.mother).exact < 0  # the new generation's sign


def test_a_home_that_lost_its_key_makes_no_new_one(own_keys: Home) -> None:
    own_keys.begin("county", county="539901000000", prefix="YL")
    assert own_keys.keyring.stat().st_mode & 0o777 == 0o600
    _key = vault()
    own_keys.keyring.unlink()
    replace = vault.__globals__["_Door"]
    replace.until = 0.0
    with pytest.raises(HomeError):
        vault()
    assert not own_keys.keyring.exists()


def test_a_key_from_before_generations_is_read_and_turned(county: County, own_keys: Home) -> None:
    own_keys.keys.mkdir()
    own_keys.keyring.write_bytes(b"k" * 32)
    person = make_person(county.places["dawan"], "石勇")
    row(Contact, person, kind="phone", value=PHONE)
    assert Keyring.load(own_keys.keyring).newest.number == 1
    rotation.rotate(wait=0, begin=True)
    assert own_keys.keyring.read_bytes()[:1] == b"{"
    assert Contact.objects.get().value() == PHONE


def test_an_import_and_a_rotation_wait_for_each_other(own_keys: Home) -> None:
    with keyring.held(own_keys), keyring.held(own_keys, alone=True, wait=False) as free:
        assert not free
    with keyring.held(own_keys, alone=True), keyring.held(own_keys, wait=False) as free:
        assert not free
