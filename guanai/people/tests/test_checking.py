"""`guanai check` is silent about a sound home and names what is wrong with another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from guanai.conftest import County
from guanai.core.dates import PartialDate
from guanai.core.home import Home
from guanai.people.checking import CHECKS
from guanai.people.drafts import GuardianDraft, IdDraft, KinDraft, PersonDraft
from guanai.people.models import (
    Change,
    Contact,
    Identity,
    Import,
    LedgerLine,
    Person,
    Registration,
    SearchToken,
)

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def child(county: County, settings: Any, tmp_path: Path) -> Person:
    """A child with a mother, entered and then changed once."""
    settings.HOME = Home(tmp_path)
    settings.HOME.begin("demo", county="539901000000", prefix="YL")
    place = county.places["dawan"]
    mother = PersonDraft("李秀英", place, 2, phones=["19900000042"])
    draft = PersonDraft(
        "王小明",
        place,
        1,
        PartialDate(dt.date(2016, 5, 4)),
        ids=[IdDraft("539901201605040019")],
        groups=("child",),
        kin=[KinDraft("52", mother)],
        guardians=[GuardianDraft(mother, "52", "parent")],
    )
    (key,) = Person.objects.enter([draft], by=county.user("villager"))
    person = Person.objects.get(pk=key)
    person.change({"care_form": "proxy"}, base_version=1, by=county.user("villager"))
    return person


def problems() -> set[str]:
    """The names of the checks that find something."""
    return {name for name, check in CHECKS.items() if list(check())}


def test_a_sound_home_is_clean(child: Person) -> None:
    assert problems() == set()
    out = StringIO()
    call_command("check_home", stdout=out)
    assert str(len(CHECKS)) in out.getvalue()


FAULTS: list[tuple[str, Callable[[Person], object]]] = [
    ("paths", lambda child: Registration.objects.filter(person=child).update(path="00019999")),
    ("paths", lambda child: SearchToken.objects.filter(person=child).update(path="00019999")),
    ("blind_indexes", lambda child: Identity.objects.filter(person=child).update(tail6=7)),
    ("blind_indexes", lambda _: Contact.objects.update(exact=7)),
    ("blind_indexes", lambda _: Contact.objects.update(sealed_value=b"no cipher text of ours")),
    ("search_tokens", lambda child: child.tokens.all()[:1].get().delete()),
    ("search_tokens", lambda child: Person.objects.filter(pk=child.pk).update(pinyin="wang")),
    ("history", lambda child: child.changes.first().delete()),  # type: ignore[union-attr]
    ("history", lambda _: Change.objects.update(entry=None)),
    ("completeness", lambda child: Person.objects.filter(pk=child.pk).update(completeness=15)),
    ("ledger_lines", lambda _: LedgerLine.objects.update(guardian_phone=False)),
    ("ledger_lines", lambda _: LedgerLine.objects.all().delete()),
]


@pytest.mark.parametrize(("name", "break_it"), FAULTS)
def test_a_fault_is_found_by_its_check(
    child: Person, name: str, break_it: Callable[[Person], object]
) -> None:
    break_it(child)
    assert name in problems()


def test_the_command_names_files_by_number_and_fails(child: Person) -> None:
    Identity.objects.update(exact=7)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_home", stdout=out)
    assert ended.value.code == 1
    assert child.file_number in out.getvalue()
    assert child.name not in out.getvalue()


def test_looking_for_stale_lines_changes_nothing(child: Person) -> None:
    LedgerLine.objects.update(guardian_phone=False)
    list(CHECKS["ledger_lines"]())
    assert LedgerLine.objects.get(person=child).guardian_phone is False


def test_rows_of_a_failed_import_are_found(child: Person, county: County) -> None:
    batch = Import.objects.create(by=county.user("villager"), state="failed", sealed_key=b"k")
    Person.objects.filter(pk=child.pk).update(batch=batch)
    assert "imports" in problems()
