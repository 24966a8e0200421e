"""Rosters come in by the command: preview, writing, adding to files, taking back."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from guanai.audit.models import Entry
from guanai.organisations.models import User
from guanai.people.importing.building import roles
from guanai.people.importing.publishing import _keys
from guanai.people.importing.staging import LIVE, Staging
from guanai.people.ledger.drawing import draw_all
from guanai.people.models import (
    AwayPeriod,
    Change,
    DuplicateProposal,
    Guardianship,
    Household,
    Import,
    Kinship,
    Person,
    Registration,
    Schooling,
    SearchToken,
)
from guanai.people.models.ledger import LedgerLine

Write = Callable[[str, Iterable[str]], Path]


def with_check(first17: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(first17, weights, strict=True))
    return first17 + "10X98765432"[total % 11]


def row(name: str, number: str, **said: str) -> str:
    """A child of 戈奎村 in the columns of the roster fixture."""
    cells = {
        "sex": "-", "village": "戈奎村", "school": "戈奎小学", "grade": "三年级", "father": "-",
        "father_id": "-", "father_phone": "-", "mother": "-", "guardian": "-", "relation": "-",
        "phone": "-",
    } | said  # fmt: skip
    return " ".join([name, cells.pop("sex"), number, *cells.values()])


DAY = dt.timedelta(days=1)
MENG, LIANG = with_check("53990120160604252"), with_check("53990120180604987")
FATHER = with_check("53990119880813125")
FAMILY = {
    "father": "萧大", "father_id": FATHER, "father_phone": "19900008067", "mother": "王凤雨",
    "guardian": "吴平斌", "relation": "爷爷", "phone": "19900007296",
}  # fmt: skip
BOTH = [row("萧梦", MENG, **FAMILY), row("萧亮", LIANG, **FAMILY)]


def run(*arguments: Any) -> tuple[str, int]:
    """(what it printed, exit code)."""
    out = io.StringIO()
    try:
        call_command("import", *map(str, arguments), stdout=out, stderr=out)
    except SystemExit as leaving:
        return out.getvalue(), int(leaving.code or 0)
    except CommandError as error:
        return out.getvalue() + str(error), error.returncode
    return out.getvalue(), 0


@pytest.mark.requirement("RX.8")
def test_a_preview_writes_nothing(yunling: Any, roster: Write) -> None:
    told, code = run(roster("一.csv", BOTH))
    assert code == 0
    assert "2" in told
    assert not Person.objects.exists()
    assert not Import.objects.exists()


def test_json_prints_every_row_as_it_was_read(yunling: Any, rosters: Path) -> None:
    file = next(rosters.glob("*妇女*.xls"))
    told, _ = run(file, "--json")
    truth = json.loads((rosters / f"{file.name}.truth.json").read_text("utf-8"))
    expected = {(s["sheet"], r["row"]): r for s in truth["sheets"] for r in s["rows"]}
    rows = json.loads(told)["rows"]
    assert {(r["sheet"], r["row"]) for r in rows} == set(expected)
    assert all(isinstance(r["problems"], list) and r["kind"] == "woman" for r in rows)
    right = sum(set(r["problems"]) == set(expected[r["sheet"], r["row"]]["problems"]) for r in rows)
    assert right / len(rows) > 0.98


@pytest.mark.requirement("RX.8", "R14.27", "R01.1")
def test_siblings_share_parents_guardian_and_household(yunling: Any, roster: Write) -> None:
    told, code = run(roster("一.csv", BOTH), "--yes")
    assert code == 0, told
    girl, boy = Person.objects.filter(registrations__group="child").order_by("-born").reverse()
    assert (girl.name, boy.name) == ("萧梦", "萧亮")
    assert girl.household == boy.household
    assert Person.objects.count() == 5
    father = Kinship.objects.get(person=girl, relation="51").relative
    assert father == Kinship.objects.get(person=boy, relation="51").relative
    assert Guardianship.objects.values("guardian").distinct().count() == 1
    assert Household.objects.filter(members__in=[girl, boy]).distinct().count() == 1
    batch = Import.objects.get()
    assert batch.live
    assert Entry.objects.filter(action="people.import.flip", user=batch.by).exists()
    assert Change.objects.filter(batch=batch, source="import").count() == 5


def test_rows_with_errors_are_left_out_and_said(yunling: Any, roster: Write) -> None:
    wrong = MENG[:17] + ("1" if MENG[17] != "1" else "2")
    told, code = run(roster("一.csv", [row("萧梦", wrong), row("萧亮", LIANG)]), "--yes")
    assert code == 1
    assert "1" in told
    assert [p.name for p in Person.objects.all()] == ["萧亮"]


def test_a_defect_in_a_parents_cell_does_not_keep_the_child_out(
    yunling: Any, roster: Write
) -> None:
    short = FAMILY | {"father_id": FATHER[:15], "phone": "1990000"}
    _, code = run(roster("一.csv", [row("萧梦", MENG, **short)]), "--yes")
    assert code == 0
    assert Registration.objects.count() == 1


def test_an_unreadable_file_ends_with_2_and_a_cure(yunling: Any, tmp_path: Path) -> None:
    file = tmp_path / "坏.xlsx"
    file.write_bytes(b"PK\x03\x04 cut off")
    told, code = run(file)
    assert code == 2
    assert "坏.xlsx" in told
    assert not Import.objects.exists()


@pytest.mark.requirement("RX.8")
def test_the_same_roster_again_changes_nothing(yunling: Any, roster: Write) -> None:
    file = roster("一.csv", BOTH)
    run(file, "--yes")
    versions = list(Person.objects.order_by("pk").values_list("pk", "version"))
    _, code = run(file, "--yes")
    assert code == 0
    assert list(Person.objects.order_by("pk").values_list("pk", "version")) == versions


@pytest.mark.requirement("R14.27")
def test_a_later_roster_fills_gaps_and_overwrites_nothing(yunling: Any, roster: Write) -> None:
    run(roster("一.csv", [row("萧梦", MENG, sex="女", grade="三年级")]), "--yes")
    run(roster("二.csv", [row("萧梦", MENG, sex="女", grade="四年级", **FAMILY)]), "--yes")
    girl = Person.objects.get(name="萧梦")
    assert Person.objects.count() == 4
    assert girl.version == 2
    assert girl.schoolings.get().grade == 3
    assert Kinship.objects.get(person=girl, relation="51").relative.name == "萧大"
    assert Guardianship.objects.get(person=girl).guardian.name == "吴平斌"
    later = Import.objects.order_by("pk").last()
    assert later is not None
    with Staging(later) as staging:
        rows = staging.db.execute("SELECT field, told FROM difference").fetchall()
        told_ = [(f, staging.unseal(t, "import.difference")) for f, t in rows]
        assert told_ == [("schooling.grade", [3, 4])]


def test_who_has_nobody_after_an_import_is_known_at_once(yunling: Any, roster: Write) -> None:
    run(roster("一.csv", [row("萧梦", MENG, **FAMILY), row("萧亮", LIANG)]), "--yes")
    assert [person.name for person in Person.objects.alone()] == ["萧亮"]
    assert Person.objects.filter(cared_for=False).count() == 1


@pytest.mark.skipif(connection.vendor == "sqlite", reason="plans without statistics")
def test_the_database_has_counted_what_an_import_brought(yunling: Any, roster: Write) -> None:
    run(roster("一.csv", [row("萧梦", MENG, **FAMILY)]), "--yes")
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'people_person'")
        assert cursor.fetchone() == (Person.objects.count(),)


def test_a_roster_of_a_later_school_year_moves_the_pupil_up(yunling: Any, roster: Write) -> None:
    """What stood there ends; taken back it stands again. Without a year it is a difference."""
    run(roster("一.csv", [row("萧梦", MENG)]), "--yes")
    today = timezone.localdate()
    Schooling.objects.update(recorded_at=timezone.now() - dt.timedelta(days=370))
    later = roster(f"{today.year + 1}年春季学期.csv", [row("萧梦", MENG, grade="四年级")])
    run(later, "--yes")
    old, new = Schooling.objects.order_by("pk")
    assert (old.grade, new.grade, new.school) == (3, 4, old.school)
    assert old.until is not None
    assert new.since == old.until + DAY
    assert LedgerLine.objects.get().grade == 4
    batch = Import.objects.order_by("pk").last()
    assert batch is not None
    assert "differences" not in batch.counts or not batch.counts["differences"]
    run("--undo", batch.uid)
    back = Schooling.objects.get()
    assert (back.grade, back.until, LedgerLine.objects.get().grade) == (3, None, 3)


def test_of_two_rosters_of_one_school_year_neither_moves_anybody_up(
    yunling: Any, roster: Write
) -> None:
    year = timezone.localdate().year
    run(roster(f"{year}年秋季学期.csv", [row("萧梦", MENG)]), "--yes")
    run(roster(f"{year}至{year + 1}学年.csv", [row("萧梦", MENG, grade="四年级")]), "--yes")
    assert Schooling.objects.get().grade == 3


@pytest.mark.requirement("R12.2", "RX.8")
def test_an_away_list_reaches_the_parents_already_known(
    yunling: Any, roster: Write, tmp_path: Path
) -> None:
    run(roster("一.csv", BOTH), "--yes")
    away = tmp_path / "外出.csv"
    away.write_text(
        f"姓名,身份证号,村,外出时间,返回时间,务工地点,电话\n萧大,{FATHER},戈奎村,2024-02,,广东东莞,\n"
        "王凤雨,,戈奎村,2023-05-21,2025-01-10,福建晋江,\n",
        "utf-8",
    )
    _, code = run(away, "--kind", "away", "--yes")
    assert code == 0
    assert Person.objects.count() == 5
    periods = {p.person.name: p for p in AwayPeriod.objects.exclude(destination="")}
    assert str(periods["萧大"].began) == "2024-02"
    assert periods["王凤雨"].until == dt.date(2025, 1, 10)
    assert set(LedgerLine.objects.values_list("parents", flat=True)) == {"one"}


def clusters(batch: Import, truth: dict[str, Any]) -> tuple[float, float]:
    """(precision, recall) of pairs of mentions that are one person."""
    true = {(*place, ""): p["person"] for p in truth["persons"] for place in map(tuple, p["rows"])}
    true |= {tuple(place): p["person"] for p in truth["persons"] for place in p["mentioned"]}
    pairs: Counter[tuple[str, int]] = Counter()
    with Staging(batch) as staging:
        keys = _keys(staging)
        sources = {s.id: (s.told["file"], s.sheet) for s in staging.sources()}
        rows = staging.db.execute(f"SELECT source, row, people FROM staged WHERE {LIVE}")  # noqa: S608
        for source, number, people in rows:
            for role, person in roles(people).items():
                name = true.get((*sources[source], number, role))
                if name:
                    pairs[name, keys[person]] += 1
    both = sum(n * (n - 1) for n in pairs.values())
    said_one, got_one = Counter[str](), Counter[int]()
    for (said, key), count in pairs.items():
        said_one[said] += count
        got_one[key] += count
    return (
        both / sum(n * (n - 1) for n in got_one.values()),
        both / sum(n * (n - 1) for n in said_one.values()),
    )


@pytest.mark.requirement("RX.8", "R14.27", "R01.1")
@pytest.mark.django_db(databases="__all__")
def test_all_rosters_of_a_county_become_one_file_per_person_and_pass_every_check(
    yunling: Any, rosters: Path
) -> None:
    files = sorted(f for f in rosters.iterdir() if f.suffix in {".xls", ".xlsx"})
    files += [f for f in rosters.glob("*.csv") if f.name != "places.csv"]
    _, code = run(*files, "--yes")
    assert code == 1
    truth = json.loads((rosters / "persons.truth.json").read_text("utf-8"))
    precision, recall = clusters(Import.objects.get(), truth)
    assert precision > 0.995
    assert recall > 0.97
    assert DuplicateProposal.objects.exists()
    out = io.StringIO()
    try:
        call_command("check_home", "--all", stdout=out, stderr=out)
    except SystemExit:
        pytest.fail(out.getvalue())
    columns = [f.attname for f in LedgerLine._meta.concrete_fields if f.name != "id"]
    lines = set(map(str, LedgerLine.objects.values_list(*columns)))
    draw_all()
    assert set(map(str, LedgerLine.objects.values_list(*columns))) == lines


def test_an_import_is_taken_back(yunling: Any, roster: Write) -> None:
    run(roster("一.csv", [row("萧梦", MENG, grade="三年级")]), "--yes")
    run(roster("二.csv", BOTH), "--yes")
    second = Import.objects.order_by("pk").last()
    assert second is not None
    _, code = run("--undo", second.uid)
    assert code == 0
    assert [p.name for p in Person.objects.all()] == ["萧梦"]
    assert not Kinship.objects.exists()
    assert SearchToken.objects.exclude(person__name="萧梦").count() == 0
    girl = Person.objects.get()
    assert [c.version for c in Change.objects.filter(person=girl)] == [3, 2, 1]
    second.refresh_from_db()
    assert (second.state, second.live) == ("undone", False)


def test_what_depends_on_an_import_is_named_instead_of_undone(yunling: Any, roster: Write) -> None:
    run(roster("一.csv", [row("萧梦", MENG, grade="三年级")]), "--yes")
    first = Import.objects.get()
    run(roster("二.csv", BOTH), "--yes")
    told, code = run("--undo", first.uid)
    assert code == 1
    assert Person.objects.get(name="萧梦").file_number in told
    assert Person.objects.count() == 5


def test_after_seven_days_nothing_is_taken_back(yunling: Any, roster: Write) -> None:
    run(roster("一.csv", BOTH), "--yes")
    batch = Import.objects.get()
    Import.objects.update(published_at=timezone.now() - dt.timedelta(days=8))
    _, code = run("--undo", batch.uid)
    assert code == 1
    assert Person.objects.count() == 5


def test_a_village_worker_writes_in_his_own_village_only(yunling: Any, roster: Write) -> None:
    outside = row("萧亮", LIANG, village="麻栗树村")
    file = roster("一.csv", [row("萧梦", MENG), outside])
    _, code = run(file, "--yes", "--as", "gekui")
    assert code == 1
    assert [p.name for p in Person.objects.all()] == ["萧梦"]


def test_who_may_not_import_is_refused(yunling: Any, roster: Write) -> None:
    assert User.objects.filter(username="lingdao").exists()
    _, code = run(roster("一.csv", BOTH), "--yes", "--as", "lingdao")
    assert code == 1
    assert not Person.objects.exists()


def test_nobody_sees_a_batch_before_the_flip(yunling: Any, roster: Write) -> None:
    run(roster("一.csv", BOTH), "--yes")
    user = Import.objects.get().by
    assert Person.objects.visible_to(user).count() == 5
    Import.objects.update(live=False)
    assert not Person.objects.visible_to(user).exists()
    assert not LedgerLine.objects.visible_to(user).exists()
