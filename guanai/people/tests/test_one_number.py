"""A checked ID number stands in one file, whoever writes it at the same moment."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError, connection, connections, transaction
from django.db.models import F
from django.http import HttpResponse
from django.test import RequestFactory

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.locks import again
from guanai.core.web import RuleBrokenMiddleware
from guanai.organisations.models import Place, User
from guanai.people.drafts import IdDraft, PersonDraft
from guanai.people.importing import publishing
from guanai.people.models import DuplicateProposal, Identity, Person
from guanai.people.models.lookup import Taken
from guanai.people.tests.test_import_borders import client
from guanai.people.tests.test_import_pages import confirm, drop
from guanai.people.tests.test_import_rosters import BOTH, FAMILY, LIANG, MENG, row, run

pytestmark = pytest.mark.django_db(databases="__all__")
Write = Callable[[str, Iterable[str]], Path]


def enter(name: str, village: str = "戈奎村", number: str = MENG) -> None:
    draft = PersonDraft(name, Place.objects.get(name=village), ids=[IdDraft(number)])
    Person.objects.enter([draft], by=User.objects.get(username="minzheng"))


@pytest.mark.requirement("R14.27")
def test_of_two_who_enter_one_number_at_once_the_second_is_told(yunling: Any) -> None:
    enter("萧梦")
    with pytest.raises(RuleBroken, match=r"identity\.taken"):
        enter("萧萌")
    assert [person.name for person in Person.objects.all()] == ["萧梦"]
    (girl,) = Person.objects.all()
    copy = Identity(person=girl)
    copy.fill({"kind": "id", "number": MENG, "checked": True})
    with pytest.raises(RuleBroken, match=r"identity\.taken"):
        copy.save()


@pytest.mark.parametrize(("name", "files"), [("萧梦", 2), ("王小二", 3)])
def test_an_import_finds_the_file_that_somebody_opened_while_it_was_written(
    yunling: Any, roster: Write, monkeypatch: pytest.MonkeyPatch, name: str, files: int
) -> None:
    """One of her name is filled; another's number stays unchecked until somebody looks."""
    worker = client("gekui")
    batch = drop(worker, roster("一.csv", [row("萧梦", MENG), row("萧亮", LIANG)]))
    left = [1]

    def meanwhile(*told: Any, **facts: Any) -> Any:
        if left and left.pop():
            enter(name)
        return record(*told, **facts)

    monkeypatch.setattr(publishing, "record", meanwhile)
    confirm(worker, batch)
    assert (batch.state, Person.objects.count()) == ("done", files)
    assert Identity.objects.get(person__name=name, checked=True).number() == MENG
    assert Identity.objects.filter(checked=True).count() == 2
    assert Person.objects.filter(schoolings__grade=3).count() == 2


def test_an_import_that_always_meets_somebody_waits_for_another_confirmation(
    yunling: Any, roster: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = client("gekui")
    batch = drop(worker, roster("一.csv", BOTH))

    def taken(_writer: Any) -> None:
        raise Taken

    with monkeypatch.context() as patched:
        patched.setattr(publishing._Writer, "_insert", taken)
        with pytest.raises(RuleBroken):
            confirm(worker, batch)
    batch.refresh_from_db()
    assert (batch.state, Person.objects.count()) == ("preview", 0)
    confirm(worker, batch)
    assert batch.state == "done"


def test_a_number_copied_to_a_sibling_is_kept_but_not_as_checked(
    yunling: Any, roster: Write
) -> None:
    run(roster("一.csv", [row("萧梦", MENG, **FAMILY), row("萧亮", MENG, **FAMILY)]), "--yes")
    kept = Identity.objects.filter(person__name__in=["萧梦", "萧亮"])
    assert sorted(kept.values_list("checked", flat=True)) == [False, True]
    assert {identity.number() for identity in kept if isinstance(identity, Identity)} == {MENG}
    assert DuplicateProposal.objects.count() == 1
    run(roster("二.csv", [row("王小二", MENG)]), "--yes")
    assert Identity.objects.filter(checked=True, exact=kept[0].exact).count() == 1
    assert Person.objects.filter(name="王小二").exists()


def test_homes_from_before_keep_the_number_as_checked_in_the_first_file(yunling: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_file_for_a_number")
    enter("萧梦")
    enter("王小二")
    migration = importlib.import_module("guanai.people.migrations.0001_one_number_one_file")
    for _ in range(2):
        migration.keep_first(apps, None)
    assert [one.checked for one in Identity.objects.order_by("pk")] == [True, False]
    assert DuplicateProposal.objects.get().reasons == ["same_id"]


def test_whoever_loses_against_another_is_told_to_try_again(yunling: Any) -> None:
    error = OperationalError()
    error.__cause__ = type("Deadlock", (Exception,), {"sqlstate": "40P01"})()
    request = RequestFactory().post("/people/new/", headers={"accept": "application/json"})
    middleware = RuleBrokenMiddleware(lambda _request: HttpResponse())
    answer = middleware.process_exception(request, error)
    assert answer is not None
    assert (answer.status_code, b'"code": "busy"' in answer.content) == (422, True)
    assert middleware.process_exception(request, OperationalError("no such table")) is None


# --- two connections at once: on PostgreSQL, SQLite lets one write at a time --------------------
at_once = pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time")


def together(*acts: Callable[[], Any]) -> list[str]:
    """What came of them, each in a thread of its own: “” or the code of the broken rule."""
    told: list[str] = []

    def run_one(act: Callable[[], Any]) -> None:
        try:
            act()
            told.append("")
        except RuleBroken as broken:
            told.append(broken.code)
        finally:
            connections.close_all()

    threads = [Thread(target=run_one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


@at_once
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_two_connections_open_one_file_for_a_number(yunling: Any) -> None:
    barrier = Barrier(2)

    @transaction.atomic
    def save() -> None:
        barrier.wait()
        enter("萧梦")

    assert together(save, save) == ["", "identity.taken"]
    assert Person.objects.count() == 1


@at_once
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_two_who_wait_for_each_other_both_come_through(yunling: Any) -> None:
    enter("萧梦")
    enter("萧亮", number=LIANG)
    first, second = Person.objects.order_by("pk")
    barrier, met = Barrier(2), []

    def crosswise(*people: Person) -> Callable[[], None]:
        @transaction.atomic
        def lock() -> None:
            people[0].hold()
            met.append(1)
            if len(met) <= len(people):
                barrier.wait()
            Person.objects.filter(pk=people[1].hold().pk).update(version=F("version") + 1)

        return lambda: again(lock)

    assert together(crosswise(first, second), crosswise(second, first)) == ["", ""]
    assert list(Person.objects.values_list("version", flat=True)) == [2, 2]
    assert len(met) == 3
