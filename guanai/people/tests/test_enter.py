"""Files entered in bulk hold what the models themselves would have saved."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection, models

from guanai.audit.models import Entry
from guanai.conftest import County
from guanai.core.crypto import vault
from guanai.core.dates import PartialDate
from guanai.core.fields import after_prefix
from guanai.core.uid import new_uid
from guanai.people import drafts, names
from guanai.people.ledger.drawing import draw_all
from guanai.people.models import (
    Change,
    Contact,
    Household,
    Kinship,
    Person,
    SearchToken,
)
from guanai.people.models.ledger import LedgerLine

BORN = PartialDate.parse("2016-06-04")


def a_family(county: County) -> list[drafts.PersonDraft]:
    """A boy and a girl who share father, grandmother and household; every table gets a row."""
    dawan = county.places["dawan"]
    father = drafts.PersonDraft(
        "吉克·阿木",
        dawan,
        sex=1,
        ids=[drafts.IdDraft("539901198001011239")],
        phones=["19900000001", "19900000002"],
        circumstances=[drafts.CircumstanceDraft("ill")],
        awards=[drafts.AwardDraft("文明家庭", "云岭县", dt.date(2025, 5, 1))],
        notes=[drafts.NoteDraft("help", dt.date(2026, 1, 2), "送煤")],
        away=[
            drafts.AwayDraft(
                PartialDate.parse("2024-02"), None, "广东东莞", "物流园", "", "一路1号"
            )
        ],
    )
    grandmother = drafts.PersonDraft("王䶮", dawan, sex=2, health=drafts.HealthDraft("一般"))
    home = drafts.HouseholdDraft(dawan, "3组")
    return [
        drafts.PersonDraft(
            name,
            dawan,
            sex=sex,
            birth=BORN,
            ethnicity="07",
            groups=("child",),
            household=home,
            residences=[drafts.ResidenceDraft("三组12号")],
            schooling=drafts.SchoolingDraft(school_name="清溪小学", grade=4, boarding=True),
            health=drafts.HealthDraft("良好"),
            hardships=[drafts.HardshipDraft("low_income", holds=False)],
            details={"character": "文静"},
            kin=[drafts.KinDraft("51", father), drafts.KinDraft("62", grandmother)],
            guardians=[drafts.GuardianDraft(grandmother, "62")],
        )
        for name, sex in (("吉克小明", 1), ("吉克小红", 2))
    ]


@pytest.mark.requirement("R14.27", "R01.1")
def test_a_family_becomes_one_file_each(county: County) -> None:
    keys = Person.objects.enter(a_family(county), by=county.user("villager"), why="登记")
    son, daughter = Person.objects.filter(pk__in=keys).order_by("pk")
    assert Person.objects.count() == 4
    assert son.household == daughter.household
    assert Household.objects.get().group == "3组"
    father = Kinship.objects.get(person=son, relation="51").relative
    assert Kinship.objects.filter(relative=father).count() == 2
    assert [row.value() for row in Contact.objects.all() if isinstance(row, Contact)] == [
        "19900000001",
        "19900000002",
    ]
    assert father.identities.get().number() == "539901198001011239"
    assert father.identities.get().tail6 == vault().blind("id6", "011239")
    away = father.awayperiods.get()
    assert (str(away.began), away.address(), away.until) == ("2024-02", "一路1号", None)
    assert son.birth_date == BORN
    assert son.details == {"character": "文静"}
    assert son.wards.count() == 0
    assert son.guardianships.get().guardian.name == "王䶮"
    assert len({person.file_number for person in Person.objects.all()}) == 4
    assert Person.objects.visible_to(county.user("villager")).filter(pk__in=keys).count() == 2
    assert not Person.objects.visible_to(county.user("outsider")).filter(pk__in=keys).exists()


def test_the_history_begins_with_the_first_entry(county: County) -> None:
    [key, _] = Person.objects.enter(a_family(county), by=county.user("villager"), why="登记")
    change = Change.objects.get(person=key)
    assert change.values()["schooling.grade"] == [None, 4]
    assert change.reason == "登记"
    assert change.version == Person.objects.get(pk=key).version == 1
    assert change.entry == Entry.objects.get(action="people.person.enter")
    assert change.entry.user == county.user("villager")
    assert "文静" not in str(change.facts)


def stored(row: models.Model) -> dict[str, Any]:
    """What the database itself keeps for a row, with its storage types on SQLite."""
    table = connection.ops.quote_name(row._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE id = %s", [row.pk])  # noqa: S608
        names_ = [column[0] for column in cursor.description]
        values = dict(zip(names_, cursor.fetchone(), strict=True))
    return {name: (type(value), value) for name, value in values.items() if name not in FRESH}


FRESH = {"id", "uid", "file_number"}
FILES = {link.related_model for link in Person._meta.related_objects}
MODELS = [Person, *sorted(FILES, key=lambda model: str(model._meta.label))]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_rows_equal_those_that_the_models_save(county: County, model: Any) -> None:
    """Each row that the writer made is saved once more by the model itself."""
    Person.objects.enter(a_family(county), by=county.user("villager"))
    for row in list(model._default_manager.all()):
        written = stored(row)
        if model is Person:
            row.file_number = f"T{row.pk}"
        else:
            model._default_manager.filter(pk=row.pk).delete()
        row.pk, row.uid = None, new_uid()
        row._state.adding = True
        created = getattr(row, "created_at", None)
        row.save(force_insert=True)
        if created:
            model._default_manager.filter(pk=row.pk).update(created_at=created)
        assert stored(row) == written


def test_keys_reserved_are_given_to_nobody_else(county: County) -> None:
    Person.objects.enter(a_family(county), by=None)
    place = county.places["dawan"]
    plain = Person.objects.create(
        file_number="X1", name="李四", pinyin="li si", place=place, path=place.path,
        sealed_key=vault().new_key(),
    )  # fmt: skip
    others = a_family(county)
    others[0].kin[0].relative.ids = []  # type: ignore[union-attr]
    more = Person.objects.enter(others, by=None)
    assert plain.pk not in more
    assert Person.objects.count() == 9


@pytest.mark.parametrize("typed", ["小明", "克小", "jikexiaom", "xiaoming", "jkxm", "xm"])
def test_a_name_is_found_by_any_part(county: County, typed: str) -> None:
    [key, _] = Person.objects.enter(a_family(county), by=None)
    found = SearchToken.objects.filter(token__gte=typed, token__lt=after_prefix(typed))
    assert key in set(found.values_list("person", flat=True))


def test_names_are_cut_into_endings() -> None:
    hanzi = ["王小明", "小明", "明"]
    assert names.tokens("王小明") == [*hanzi, "wangxiaoming", "xiaoming", "wxm", "xm"]
    assert "ming" in names.tokens("王明")
    assert names.pinyin("单雄信") == "shan xiong xin"
    assert "smith" in names.tokens("John Smith")
    assert names.tokens("") == []


def test_dates_are_stored_as_django_stores_them(county: County) -> None:
    [key, _] = Person.objects.enter(a_family(county), by=None)
    assert Person.objects.filter(born=dt.date(2016, 6, 4), pk=key).exists()
    recent = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    assert Change.objects.filter(at__gt=recent).count() == 4


def test_the_ledgers_lines_are_those_drawn_from_the_files(county: County) -> None:
    Person.objects.enter(a_family(county), by=None)
    columns = [field.attname for field in LedgerLine._meta.concrete_fields if field.name != "id"]
    written = list(LedgerLine.objects.order_by("person").values_list(*columns))
    draw_all()
    assert list(LedgerLine.objects.order_by("person").values_list(*columns)) == written
    assert set(LedgerLine.objects.values_list("parents", flat=True)) == {"one"}
