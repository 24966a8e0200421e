"""An import reaches no further than the posts of whoever confirms it, on the day it writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from guanai.audit.models import Entry, Reading
from guanai.organisations.models import Organisation, Place, Post, User
from guanai.people.checking import CHECKS
from guanai.people.importing.work import work
from guanai.people.models import (
    AwayPeriod,
    Change,
    DuplicateProposal,
    Health,
    Identity,
    Import,
    Look,
    Person,
    Schooling,
)
from guanai.people.rows import COLUMNS
from guanai.people.tests.test_import_pages import act, confirm, drop, page
from guanai.people.tests.test_import_rosters import BOTH, FAMILY, FATHER, LIANG, MENG, row, run

pytestmark = pytest.mark.django_db(databases="__all__")
DIFFERENCE = "名册写的是"
Write = Callable[[str, Iterable[str]], Path]


def client(name: str) -> Client:
    found = Client()
    found.force_login(User.objects.get(username=name))
    return found


def move(person: Person, village: str) -> None:
    office = User.objects.get(username="minzheng")
    there = Place.objects.get(name=village)
    person.move(there, on=timezone.localdate(), base_version=person.version, by=office)


@pytest.mark.requirement("RX.8")
def test_a_child_handed_over_meanwhile_is_neither_written_nor_shown(
    yunling: Any, roster: Write
) -> None:
    run(roster("一.csv", [row("萧梦", MENG, grade="三年级")]), "--yes")
    worker = client("gekui")
    batch = drop(worker, roster("二.csv", [row("萧梦", MENG, grade="四年级", **FAMILY)]))
    girl = Person.objects.get()
    move(girl, "麻栗树村")
    confirm(worker, batch)
    girl.refresh_from_db()
    assert (Person.objects.count(), girl.version) == (1, 2)
    assert batch.counts["problems"]["id.elsewhere"] == 1
    assert "三年级" not in page(worker, batch, "?rows=all")
    assert girl.file_number not in page(worker, batch, "?rows=all")


def test_a_difference_is_shown_to_those_only_who_see_the_file_and_noted(
    yunling: Any, roster: Write
) -> None:
    run(roster("一.csv", [row("萧梦", MENG, grade="三年级")]), "--yes")
    worker = client("gekui")
    batch = drop(worker, roster("二.csv", [row("萧梦", MENG, grade="四年级")]))
    confirm(worker, batch)
    Reading.objects.all().delete()
    assert DIFFERENCE in page(worker, batch, "?rows=differs")
    girl = Person.objects.get()
    assert Reading.objects.filter(person_id=girl.pk).exists()
    move(girl, "麻栗树村")
    assert DIFFERENCE not in page(client("gekui"), batch, "?rows=differs")


def test_a_difference_is_told_in_words(yunling: Any, roster: Write) -> None:
    run(roster("一.csv", [row("萧梦", MENG, sex="女", grade="三年级")]), "--yes")
    Person.objects.update(sex=1, ethnicity="02")
    worker = client("gekui")
    batch = drop(worker, roster("二.csv", [row("萧梦", MENG, grade="四年级", school="清溪中学")]))
    confirm(worker, batch)
    shown = page(worker, batch, "?rows=differs")
    for told in ("档案保留 男，名册写的是 女", "三年级", "四年级", "清溪中学"):
        assert told in shown


def test_an_import_stays_with_the_office_when_its_clerk_leaves(yunling: Any, roster: Write) -> None:
    worker = client("gekui")
    batch = drop(worker, roster("一.csv", [row("萧梦", MENG)]))
    confirm(worker, batch)
    elsewhere = Organisation.objects.get(name="麻栗树村村民委员会")
    Post.objects.filter(user__username="gekui").update(organisation=elsewhere)
    Post.objects.get(user__username="gekui").decide(granted=True, by=None)
    gone = client("gekui")
    for path in ("", "rejected/"):
        assert gone.get(f"/imports/{batch.uid}/{path}").status_code == 404
    assert gone.post(f"/imports/{batch.uid}/undoing/").status_code == 404
    assert Person.objects.exists()


def test_what_an_emergency_opened_is_not_written_into(yunling: Any, roster: Write) -> None:
    run(roster("一.csv", [row("萧梦", MENG, village="麻栗树村", grade="-", **FAMILY)]), "--yes")
    before = snapshot()
    worker = User.objects.get(username="gekui")
    for person in Person.objects.filter(name__in=["萧梦", "萧大"]):
        Look.open_in_emergency(person, "report", "走失", by=worker)
    batch = drop(client("gekui"), roster("二.csv", [row("萧梦", MENG, grade="四年级", **FAMILY)]))
    assert batch.counts["problems"]["id.elsewhere"] == 1
    confirm(client("gekui"), batch)
    assert snapshot() == before


def test_files_that_were_handed_over_are_not_taken_back(yunling: Any, roster: Write) -> None:
    worker = client("gekui")
    batch = drop(worker, roster("一.csv", [row("萧梦", MENG)]))
    confirm(worker, batch)
    village = Place.objects.get(name="麻栗树村")
    Person.objects.update(place=village, path=village.path)
    assert client("gekui").post(f"/imports/{batch.uid}/undoing/").status_code == 422
    assert Person.objects.exists()


@pytest.mark.requirement("R14.27")
def test_a_number_that_stands_in_a_file_out_of_sight_holds_the_row(
    yunling: Any, roster: Write
) -> None:
    run(roster("一.csv", [row("萧梦", MENG, village="麻栗树村")]), "--yes")
    worker = client("gekui")
    batch = drop(worker, roster("二.csv", [row("萧梦", MENG), row("萧亮", LIANG)]))
    assert batch.counts["problems"] == {"id.elsewhere": 1}
    shown = page(worker, batch)
    assert "麻栗树" not in shown
    assert Person.objects.get().file_number not in shown
    assert act(worker, batch, "rows/1/", act="accept").status_code == 422
    confirm(worker, batch)
    assert sorted(Person.objects.values_list("name", flat=True)) == ["萧亮", "萧梦"]


@pytest.mark.requirement("R14.27")
def test_a_number_that_was_taken_between_preview_and_writing_holds_the_row(
    yunling: Any, roster: Write
) -> None:
    worker = client("gekui")
    batch = drop(worker, roster("二.csv", [row("萧梦", MENG)]))
    run(roster("一.csv", [row("萧梦", MENG, village="麻栗树村")]), "--yes")
    confirm(worker, batch)
    assert Identity.objects.count() == 1
    assert batch.counts["problems"] == {"id.elsewhere": 1}


@pytest.mark.requirement("RX.8")
def test_two_previews_of_one_roster_are_told_as_likenesses(yunling: Any, roster: Write) -> None:
    family = {name: said for name, said in FAMILY.items() if name != "father_id"}
    rows = [row("萧梦", "-", **family), row("萧亮", "-", **family)]
    one, two = client("minzheng"), client("gekui")
    batches = [drop(who, roster("一.csv", rows)) for who in (one, two)]
    confirm(one, batches[0])
    confirm(two, batches[1])
    children = Person.objects.filter(name__in=["萧梦", "萧亮"])
    pairs = DuplicateProposal.objects.filter(left__in=children, right__in=children)
    assert pairs.count() >= 2 or children.count() == 2


def test_who_confirms_writes_with_his_own_rights_and_name(yunling: Any, roster: Write) -> None:
    clerk = client("minzheng")
    batch = drop(clerk, roster("一.csv", [row("萧梦", MENG, village="麻栗树村")]))
    first = Post.objects.get(user__username="minzheng")
    colleague = User.objects.create_user("tongshi", "correct-horse-9", name="同事")
    Post.objects.create(
        user=colleague, organisation=first.organisation, role=first.role, since=first.since
    )
    Post.objects.found()
    confirm(client("tongshi"), batch)
    assert (batch.by.username, batch.actor.username) == ("minzheng", "tongshi")
    entries = Entry.objects.filter(action__in=["people.import.publish", "people.import.done"])
    assert {entry.user for entry in entries} == {colleague}
    act(clerk, batch, "undoing/")
    work(batch.pk)
    assert Entry.objects.get(action="people.import.undone").user == first.user


def test_an_office_does_not_bring_in_whom_it_does_not_keep(yunling: Any, tmp_path: Path) -> None:
    file = tmp_path / "老人.csv"
    file.write_text(f"姓名,身份证号,村\n萧梦,{MENG},戈奎村\n", "utf-8")
    office = Post.objects.filter(organisation__kind="education").first()
    assert office is not None
    told, code = run(file, "--kind", "elder", "--yes", "--as", office.user.username)
    assert (code, Person.objects.count()) == (1, 0), told


def test_an_office_tells_of_people_away_only_if_they_are_relatives_of_those_whom_it_keeps(
    yunling: Any, roster: Write, tmp_path: Path
) -> None:
    run(roster("一.csv", [row("萧梦", MENG, **FAMILY)]), "--yes")
    file = tmp_path / "外出.csv"
    told = [f"萧大,{FATHER},戈奎村,2024-02,广东东莞", f"萧亮,{LIANG},戈奎村,2024-02,广东东莞"]
    told.append("李生,,戈奎村,2024-02,广东东莞")
    file.write_text("\n".join(["姓名,身份证号,村,外出时间,务工地点", *told]), "utf-8")
    office = Post.objects.filter(organisation__kind="education").first()
    assert office is not None
    before = Person.objects.count()
    said, code = run(file, "--kind", "away", "--yes", "--json", "--as", office.user.username)
    held = [one.get("held") for one in json.loads(said.rpartition("}")[0] + "}")["rows"]]
    assert (held, code) == ([None, ["group.outside"], ["group.outside"]], 1)
    assert Person.objects.count() == before
    assert AwayPeriod.objects.filter(person__name="萧大", destination="广东东莞").exists()


def test_a_row_without_any_place_waits_unless_the_post_says_where(
    yunling: Any, roster: Write
) -> None:
    """An empty cell is no unknown place: the row is held, not wrong."""
    file = roster("一.csv", [row("萧梦", MENG, village="-", school="-")])
    said, _ = run(file, "--json")
    (told,) = json.loads(said)["rows"]
    assert (told["problems"], told["held"]) == ([], ["place.missing"])
    assert told["fields"].get("village_code") is None
    assert (run(file, "--yes")[1], Person.objects.count()) == (1, 0)
    assert run(file, "--yes", "--as", "gekui")[1] == 0
    assert Person.objects.get().place.name == "戈奎村"


def snapshot() -> dict[str, set[tuple[Any, ...]]]:
    """Every row of every file but its history, versions and keys of rows."""
    found: dict[str, set[tuple[Any, ...]]] = {}
    for model in (m for m in COLUMNS if m is not Change):
        names = [f.attname for f in model._meta.concrete_fields]
        names = [n for n in names if n not in {"version", "id", "details"} or model is not Person]
        if model.__name__ == "LedgerLine":
            names.remove("id")
        found[model.__name__] = {tuple(map(str, r)) for r in model.objects.values_list(*names)}
    details = Person.objects.values_list("pk", "details")
    found["details"] = {(pk, json.dumps(told, sort_keys=True)) for pk, told in details}
    return found


@pytest.mark.requirement("RX.8")
def test_taking_back_restores_every_table(yunling: Any, roster: Write) -> None:
    run(roster("一.csv", [row("萧梦", MENG, sex="女", grade="-", **FAMILY)]), "--yes")
    girl, father = Person.objects.get(name="萧梦"), Person.objects.get(name="萧大")
    office = User.objects.get(username="minzheng")
    father.add(AwayPeriod, {"since": "2024"}, by=office)
    girl.add(Health, {"self_care": "full"}, by=office)
    before = snapshot()
    rows = [row("萧梦", MENG, sex="女", **FAMILY), row("萧亮", LIANG, **FAMILY)]
    file = roster("二.csv", rows)
    text = file.read_text("utf-8").splitlines()
    more = [
        "健康状况,父亲务工地点,父亲外出时间,班主任,是否寄宿,爱好",
        "良好,广东东莞,2024.3,赵老师,是,画画",
    ]
    text = [f"{text[0]},{more[0]}", f"{text[1]},{more[1]}", f"{text[2]},,,,,,"]
    file.write_text("\n".join(text) + "\n", "utf-8")
    told, code = run(file, "--yes")
    assert code == 0, told
    schooling = Schooling.objects.get(person=girl)
    assert (schooling.grade, schooling.boarding, schooling.head_teacher) == (3, True, "赵老师")
    assert str(AwayPeriod.objects.get(person=father).began) == "2024-03"
    batch = Import.objects.order_by("pk").last()
    assert batch is not None
    run("--undo", batch.uid)
    after = snapshot()
    for table, rows_before in before.items():
        assert after[table] == rows_before, table
    undo = Entry.objects.get(action="people.import.undo")
    assert {c.entry for c in Change.objects.filter(why="import.undo")} == {undo}
    assert all(list(check()) == [] for check in CHECKS.values())


def test_completeness_is_up_to_date_after_imports(
    yunling: Any, roster: Write, tmp_path: Path
) -> None:
    run(roster("一.csv", BOTH), "--yes")
    run(roster("二.csv", [row("萧小", "-", **FAMILY)]), "--yes")
    away = tmp_path / "外出.csv"
    away.write_text("姓名,村,外出时间,务工地点\n萧大,戈奎村,2024-02,广东东莞\n", "utf-8")
    run(away, "--kind", "away", "--yes")
    assert list(CHECKS["completeness"]()) == []


@pytest.mark.requirement("RX.8")
def test_names_of_files_lie_sealed_those_of_earlier_imports_too(
    yunling: Any, roster: Write
) -> None:
    worker = client("gekui")
    batch = drop(worker, roster("萧梦.csv", [row("萧梦", MENG)]))
    assert "萧梦.csv" in page(worker, batch)

    def stored() -> str:
        return str(Import.objects.values("file_name", "counts", "error").get())

    assert "萧梦" not in stored()
    counts = batch.counts | {"files": ["萧梦.csv"], "ignored": [["萧梦.csv", "旧表", "hidden"]]}
    error = {"code": "file.broken", "file": "萧梦.csv"}
    Import.objects.update(file_name="萧梦.csv", counts=counts, error=error)
    import_module("guanai.people.migrations.0003_seal_names").seal(apps, None)
    assert "萧梦" not in stored()
    told = Import.objects.get()
    assert (told.title, told.error) == ("萧梦.csv", {"code": "file.broken"})
    shown = page(worker, told)
    assert "旧表" in shown
    assert "萧梦.csv" in shown
