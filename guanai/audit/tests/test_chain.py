"""The log is sealed into a chain, and whatever is done to it behind the program's back is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections, router, transaction
from django.utils import translation

from guanai.audit.models import (
    Entry,
    EntrySeal,
    Logged,
    OnlyAddedError,
    Reading,
    ReadingSeal,
    note_readings,
    record,
)
from guanai.audit.proving import chain, find, young
from guanai.audit.sealing import newest, seal_all
from guanai.conftest import CommandHome, County
from guanai.core.home import Home

WORD = "organisations.class.add"


def act(count: int = 1) -> None:
    with transaction.atomic():
        for number in range(count):
            record(WORD, by=None, grade=number, year=2026)


def sql(model: type[Any], statement: str, *values: Any) -> None:
    """What somebody with the database in hand does; he has taken the triggers away before."""
    with connections[router.db_for_write(model)].cursor() as cursor:
        cursor.execute(statement.format(table=model._meta.db_table), values)


def disarm(model: type[Logged]) -> None:
    alias, table = router.db_for_write(model), model._meta.db_table
    if connections[alias].vendor == "sqlite":
        sql(model, "DROP TRIGGER {table}_unchanged")
        sql(model, "DROP TRIGGER {table}_kept")
    else:
        sql(model, f"DROP FUNCTION {table}_kept CASCADE")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def sealed(county: County, settings: Any, tmp_path: Path) -> County:
    """Three seals of each kind: 5 + 1 + 2 acts, 3 + 1 + 1 looks."""
    settings.HOME = Home(tmp_path)
    settings.HOME.begin("demo", county="539901000000", prefix="YL")
    user = county.user("villager")
    for acts, looks in ((5, [71, 72, 73]), (1, [71]), (2, [74])):
        act(acts)
        note_readings(user, looks, "page")
        assert seal_all() == acts + len(looks)
    return county


def test_a_sound_chain_has_nothing_to_tell(sealed: County) -> None:
    assert list(chain()) == []
    assert seal_all() == 0
    assert newest(Entry).number == newest(Reading).number == 3
    assert Entry.objects.count() == sum(seal.rows for seal in EntrySeal.objects.all())


def test_young_rows_are_no_fault(sealed: County) -> None:
    act(4)
    assert list(chain()) == []
    assert (young(Entry), young(Reading)) == (4, 0)


TAMPERINGS: list[tuple[type[Any], str, str]] = [
    (Entry, "UPDATE {table} SET path = '9' WHERE id = %s", "changed"),
    (Entry, "DELETE FROM {table} WHERE id = %s", "missing"),
    (Entry, "UPDATE {table} SET id = id + 1000 WHERE id = %s", "missing"),
    (Reading, "UPDATE {table} SET person_id = 99 WHERE id = %s", "changed"),
    (Reading, "DELETE FROM {table} WHERE id = %s", "missing"),
]


@pytest.mark.parametrize(("model", "statement", "said"), TAMPERINGS)
def test_the_first_broken_row_is_named(
    sealed: County, model: type[Logged], statement: str, said: str
) -> None:
    """Two rows are broken; the one of the first seal is told first."""
    disarm(model)
    keys = list(model.objects.order_by("pk").values_list("pk", flat=True))
    for key in (keys[-1], keys[1]):
        sql(model, statement, key)
    first = next(chain())
    assert f" {keys[1]} " in first
    assert str(newest(model).__class__.objects.get(number=1)) in first
    assert said in first


def test_rows_in_another_order_are_found(sealed: County) -> None:
    disarm(Entry)
    keys = list(Entry.objects.order_by("pk").values_list("pk", flat=True))
    for old, new in ((keys[0], 5000), (keys[1], keys[0]), (5000, keys[1])):
        sql(Entry, "UPDATE {table} SET id = %s WHERE id = %s", new, old)
    assert [f" {keys[at]} " in told for at, told in enumerate(chain())] == [True, True]


def test_a_row_slipped_in_among_the_sealed_ones_is_found(sealed: County) -> None:
    act()
    disarm(Entry)
    sql(Entry, "UPDATE {table} SET id = 0 WHERE id = %s", Entry.objects.latest("pk").pk)
    (told,) = chain()
    assert " 0 was added" in told


SEAL_TAMPERINGS: list[tuple[str, str]] = [
    ("DELETE FROM {table} WHERE number = 2", "E2 is missing"),
    ("UPDATE {table} SET number = 9 WHERE number = 2", "E2 is missing"),
    ("UPDATE {table} SET at = '2020-01-01 00:00:00' WHERE number = 2", "was changed"),
    ("UPDATE {table} SET rows = 0, spans = '[]' WHERE number = 2", "was changed"),
    ("UPDATE {table} SET prints = digest WHERE number = 1", "prints were changed"),
    ("UPDATE {table} SET gone = spans WHERE number = 3", "without an entry"),
]


@pytest.mark.parametrize(("statement", "said"), SEAL_TAMPERINGS)
def test_a_seal_that_is_touched_is_found(sealed: County, statement: str, said: str) -> None:
    sql(EntrySeal, statement)
    assert any(said in told for told in chain())


def test_a_chain_made_anew_lacks_the_head_on_paper(sealed: County) -> None:
    """Whoever holds the database can seal again what he forged; the printed head tells."""
    printed = str(newest(Entry))
    assert find(printed.lower()) == newest(Entry)
    disarm(Entry)
    EntrySeal.objects.all().delete()
    sql(Entry, "UPDATE {table} SET path = '9'")
    seal_all()
    assert list(chain()) == []
    assert find(printed) is None
    with pytest.raises(CommandError, match=printed):
        call_command("audit", "find", printed)


@pytest.mark.parametrize("model", [Entry, Reading])
def test_the_database_refuses_to_change_or_remove_rows(sealed: County, model: type[Logged]) -> None:
    for statement in ("UPDATE {table} SET uid = uid", "DELETE FROM {table}"):
        with (
            pytest.raises(DatabaseError, match="only ever added"),
            transaction.atomic(using=router.db_for_write(model)),
        ):
            sql(model, statement)
    row = model.objects.latest("pk")
    attempts: list[Callable[[], Any]] = [
        row.save, row.delete, model.objects.all().delete, lambda: model.objects.update(uid=None)
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(OnlyAddedError):
            attempt()


@pytest.fixture
def second_connection() -> Iterator[Any]:
    other = connections.create_connection("default")
    yield other
    other.close()


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_row_that_is_committed_late_is_sealed_by_the_next(second_connection: Any) -> None:
    """On PostgreSQL a higher key may be committed first; sealing waits for neither."""
    if second_connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: keys are committed in their order")
    try:
        act()
        columns = "uid, at, action, subject, path, refused, facts"
        copied = columns.replace("uid", "gen_random_uuid()", 1)
        second_connection.set_autocommit(False)
        with second_connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO audit_entry ({columns}) SELECT {copied} FROM audit_entry"  # noqa: S608
            )
            act()
            assert seal_all() == 2
            assert list(chain()) == []
            second_connection.commit()
        assert (young(Entry), list(chain())) == (1, [])
        assert seal_all() == 1
        assert (young(Entry), list(chain())) == (0, [])
        late = EntrySeal.objects.get(number=2).spans[0][0]
        assert late < EntrySeal.objects.get(number=1).high
        assert not [gap for gap in newest(Entry).awaited if gap[0] <= late <= gap[1]]
    finally:
        EntrySeal.objects.all().delete()


def test_heads_are_told_and_found_by_commands(sealed: County) -> None:
    out = StringIO()
    call_command("audit", "heads", stdout=out)
    assert str(newest(Entry)) in out.getvalue()
    assert str(newest(Reading)) in out.getvalue()
    out = StringIO()
    call_command("audit", "find", str(ReadingSeal.objects.get(number=2)), stdout=out)
    assert "R2-" in out.getvalue()


def test_a_sealed_home_is_backed_up_restored_over_itself_and_proved(
    demo_places: CommandHome, tmp_path: Path
) -> None:
    """What refuses to lose rows does not stand in the way of a restore."""
    demo_places.guanai("audit", "seal")
    backup = str(tmp_path / "county.guanai")
    demo_places.guanai("backup", backup)
    demo_places.guanai("restore", backup, "--replace", "--lose", "539901000000")
    assert demo_places.guanai("audit", "heads").startswith("E1-")
    assert demo_places.guanai("check", "--only", "chain") == ""
