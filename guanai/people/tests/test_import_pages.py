"""The import wizard: a clerk drops files, repairs, confirms, and takes back."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from python_calamine import CalamineWorkbook

from guanai.organisations.models import User
from guanai.people.checking import CHECKS
from guanai.people.importing import undoing
from guanai.people.importing.staging import Staging
from guanai.people.importing.tidying import tidy
from guanai.people.importing.work import work
from guanai.people.models import Import, LayoutMemory, Look, Person
from guanai.people.tests.test_import_rosters import BOTH, LIANG, MENG, row

pytestmark = pytest.mark.django_db(databases="__all__")  # the log of readings too
Write = Callable[[str, Iterable[str]], Path]
WRONG = MENG[:17] + ("1" if MENG[17] != "1" else "2")


@pytest.fixture
def clerk(yunling: Any) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="minzheng"))
    return client


def drop(client: Client, *files: Path, **more: str) -> Import:
    """Post the files and let the job run; the import as it then is."""
    posted = [SimpleUploadedFile(file.name, file.read_bytes()) for file in files]
    answer = client.post("/imports/", {"rosters": posted, **more})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    batch = Import.objects.order_by("-pk")[0]
    work(batch.pk)
    batch.refresh_from_db()
    return batch


def page(client: Client, batch: Import, query: str = "") -> str:
    answer = client.get(f"/imports/{batch.uid}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def act(client: Client, batch: Import, path: str, **posted: Any) -> Any:
    answer = client.post(f"/imports/{batch.uid}/{path}", posted)
    batch.refresh_from_db()
    return answer


def confirm(client: Client, batch: Import) -> None:
    assert act(client, batch, "confirmation/").status_code == 303
    work(batch.pk)
    batch.refresh_from_db()


@pytest.mark.requirement("RX.8")
def test_a_roster_is_read_seen_confirmed_and_taken_back(clerk: Client, roster: Write) -> None:
    batch = drop(clerk, roster("一.csv", BOTH))
    assert batch.state == "preview"
    shown = page(clerk, batch)
    assert "萧梦" in shown
    assert not Person.objects.exists()
    confirm(clerk, batch)
    assert batch.state == "done"
    assert Person.objects.count() == 5
    assert "一.csv" in clerk.get("/imports/").content.decode()
    act(clerk, batch, "undoing/")
    work(batch.pk)
    assert not Person.objects.exists()


@pytest.mark.requirement("RX.8")
def test_an_import_is_taken_back_though_somebody_looked_at_its_files(
    clerk: Client, roster: Write
) -> None:
    batch = drop(clerk, roster("一.csv", BOTH))
    confirm(clerk, batch)
    girl, office = Person.objects.get(name="萧梦"), User.objects.get(username="minzheng")
    Look.state(girl, "verify", "", by=office)
    assert clerk.get(f"/people/{girl.uid}/").status_code == 200
    act(clerk, batch, "undoing/")
    work(batch.pk)
    connection.check_constraints()
    assert not Person.objects.exists()
    assert [problem for check in CHECKS.values() for problem in check()] == []


@pytest.mark.requirement("RX.8")
def test_what_stopped_while_it_was_taken_back_goes_on(
    clerk: Client, roster: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = drop(clerk, roster("一.csv", BOTH))
    confirm(clerk, batch)
    act(clerk, batch, "undoing/")
    with monkeypatch.context() as broken:
        broken.setattr(undoing, "erase", lambda _batch: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            work(batch.pk)
        other = drop(clerk, roster("二.csv", BOTH))
        Import.objects.filter(pk=other.pk).update(created_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        act(clerk, other, "cancellation/")
        Staging(other).keep_file(0, b"left")
        with pytest.raises(ZeroDivisionError):
            tidy()
        assert not Staging(other).has_files()  # what is over goes all the same
    tidy()
    batch.refresh_from_db()
    assert batch.state == "undone"
    assert not Person.objects.exists()


def test_a_cell_is_repaired_in_place(clerk: Client, roster: Write) -> None:
    batch = drop(clerk, roster("一.csv", [row("萧梦", WRONG)]))
    assert batch.counts["faulty"] == 1
    assert f'value="{WRONG}"' in page(clerk, batch)
    act(clerk, batch, "rows/1/", act="repair", **{"cell.id_number": MENG})
    assert batch.counts["faulty"] == 0
    confirm(clerk, batch)
    assert Person.objects.get().identities.get().checked


def test_the_same_text_in_the_same_column_is_repaired_at_once(clerk: Client, roster: Write) -> None:
    rows = [row("萧梦", MENG, village="戈魁村"), row("萧亮", LIANG, village="戈魁村")]
    batch = drop(clerk, roster("一.csv", rows))
    assert batch.counts["faulty"] == 2
    cells = {"cell.village_code": "戈奎村"}
    act(clerk, batch, "rows/1/", act="repair", everywhere="1", **cells)
    assert batch.counts["faulty"] == 0


def test_a_row_is_left_out_and_taken_in_again(clerk: Client, roster: Write) -> None:
    batch = drop(clerk, roster("一.csv", BOTH))
    act(clerk, batch, "rows/1/", act="leave_out")
    assert batch.counts["left_out"] == 1
    act(clerk, batch, "rows/1/", act="take_in")
    assert batch.counts["left_out"] == 0
    act(clerk, batch, "rows/2/", act="leave_out")
    confirm(clerk, batch)
    assert not Person.objects.filter(name="萧亮").exists()


def test_a_number_that_is_wrong_on_the_card_is_taken_as_it_is(clerk: Client, roster: Write) -> None:
    batch = drop(clerk, roster("一.csv", [row("萧梦", WRONG), row("萧亮", LIANG[:17])]))
    act(clerk, batch, "rows/1/", act="accept")
    assert batch.counts["faulty"] == 1
    act(clerk, batch, "acceptance/", code="id.length")
    assert batch.counts["faulty"] == 0
    confirm(clerk, batch)
    assert not Person.objects.get(name="萧梦").identities.get().checked
    assert Person.objects.filter(name="萧亮").exists()


def test_a_nameless_row_cannot_be_taken_as_it_is(clerk: Client, roster: Write) -> None:
    batch = drop(
        clerk, roster("一.csv", [row("-", MENG, sex="女", guardian="吴平斌"), row("萧亮", LIANG)])
    )
    assert act(clerk, batch, "rows/1/", act="accept").status_code == 422


@pytest.mark.requirement("RX.8")
def test_a_likely_duplicate_is_decided_by_a_person(clerk: Client, roster: Write) -> None:
    family = {"father": "萧大", "mother": "王凤雨", "guardian": "吴平斌", "phone": "19900007296"}
    confirm(clerk, drop(clerk, roster("一.csv", [row("萧梦", MENG, **family)])))
    batch = drop(clerk, roster("二.csv", [row("萧梦", WRONG, **family)]))
    act(clerk, batch, "rows/1/", act="accept")
    assert batch.counts["undecided"] == 1
    known = Person.objects.get(name="萧梦")
    assert known.file_number in page(clerk, batch, "?rows=undecided")
    with Staging(batch) as staging:
        candidate = staging.one("SELECT id FROM candidate")
    act(clerk, batch, f"rows/1/likeness/{candidate}/", decision="same")
    confirm(clerk, batch)
    assert Person.objects.filter(name="萧梦").get() == known


def test_a_repair_that_shows_a_known_person_opens_no_second_file(
    clerk: Client, roster: Write
) -> None:
    confirm(clerk, drop(clerk, roster("一.csv", [row("萧梦", MENG)])))
    batch = drop(clerk, roster("二.csv", [row("萧梦", WRONG)]))
    act(clerk, batch, "rows/1/", **{"cell.id_number": MENG})
    confirm(clerk, batch)
    assert Person.objects.filter(name="萧梦").count() == 1


def test_rejected_rows_come_back_with_the_reason_in_the_row(clerk: Client, roster: Write) -> None:
    batch = drop(clerk, roster("一.csv", [row("萧梦", WRONG), row("萧亮", LIANG)]))
    answer = clerk.get(f"/imports/{batch.uid}/rejected/")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    cells = [cell for line in book.get_sheet_by_index(0).to_python() for cell in line]
    assert WRONG in cells
    assert LIANG not in cells


def test_what_a_column_means_is_remembered_for_the_layout(clerk: Client, roster: Write) -> None:
    batch = drop(clerk, roster("一.csv", BOTH))
    with Staging(batch) as staging:
        [source] = staging.sources()
    columns = {f"column.{place}": target for place, target in source.told["columns"].items()}
    school = next(name for name, target in columns.items() if target == "school")
    shown = clerk.get(f"/imports/{batch.uid}/tables/{source.id}/").content.decode()
    assert school in shown
    act(clerk, batch, f"tables/{source.id}/", kind="child", **columns | {school: "hobby"})
    work(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "preview"
    assert LayoutMemory.objects.get().kind == "child"
    confirm(clerk, batch)
    girl = Person.objects.get(name="萧梦")
    assert girl.details["interests"] == "戈奎小学"


def test_an_unreadable_file_is_explained_with_its_cure(clerk: Client, tmp_path: Path) -> None:
    file = tmp_path / "坏.xlsx"
    file.write_bytes(b"PK\x03\x04 cut off")
    batch = drop(clerk, file)
    assert batch.state == "failed"
    assert "坏.xlsx" in page(clerk, batch)


def test_sheets_that_hold_no_rows_are_named_with_the_reason(clerk: Client, rosters: Path) -> None:
    batch = drop(clerk, rosters / "留守老人花名册.xlsx")
    assert batch.counts["kinds"] == {"elder": 318}
    assert "Sheet2" in page(clerk, batch)


def test_progress_is_shown_while_a_job_works(clerk: Client, roster: Write) -> None:
    batch = drop(clerk, roster("一.csv", BOTH))
    Import.objects.filter(pk=batch.pk).update(state="publishing", progress=1, total=2)
    asked = f"/imports/{batch.uid}/?state=1"
    answer = clerk.get(asked, headers={"HX-Request": "true"})
    assert "<progress" in answer.content.decode()
    Import.objects.filter(pk=batch.pk).update(state="done")
    assert clerk.get(asked, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_calling_off_destroys_what_was_staged(clerk: Client, roster: Write, settings: Any) -> None:
    batch = drop(clerk, roster("一.csv", BOTH))
    act(clerk, batch, "cancellation/")
    assert batch.state == "cancelled"
    Staging(batch).discard()  # runs on commit, which a test never reaches
    assert not (settings.HOME.imports / str(batch.uid)).exists()


def test_staged_rows_and_files_cannot_be_read_from_the_disk(
    clerk: Client, roster: Write, settings: Any
) -> None:
    batch = drop(clerk, roster("一.csv", BOTH))
    folder = settings.HOME.imports / str(batch.uid)
    stored = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert stored
    for canary in ("萧梦", MENG, "19900007296", "王凤雨"):
        assert canary.encode() not in stored


def test_another_office_does_not_learn_of_an_import(clerk: Client, roster: Write) -> None:
    batch = drop(clerk, roster("一.csv", BOTH))
    other = Client()
    other.force_login(User.objects.get(username="qingxi"))
    assert other.get(f"/imports/{batch.uid}/").status_code == 404
    assert other.post(f"/imports/{batch.uid}/confirmation/").status_code == 404


def test_who_may_not_import_finds_no_door(yunling: Any) -> None:
    client = Client()
    client.force_login(User.objects.get(username="lingdao"))
    assert client.get("/imports/").status_code == 403


def test_a_hint_is_taken_with_one_button(clerk: Client, roster: Write) -> None:
    told = row("萧梦", MENG, sex="男")
    batch = drop(clerk, roster("一.csv", [told]))
    assert batch.counts["faulty"] == 1
    assert 'name="cell.sex" value="女"' in page(clerk, batch)
    act(clerk, batch, "rows/1/", **{"cell.sex": ["男", "女"]})
    assert batch.counts["faulty"] == 0


def test_what_was_staged_goes_when_the_import_can_no_longer_be_taken_back(
    clerk: Client, roster: Write
) -> None:
    batch = drop(clerk, roster("一.csv", BOTH))
    confirm(clerk, batch)
    tidy()
    assert Staging(batch).has_rows()
    long_ago = timezone.now() - dt.timedelta(days=8)
    Import.objects.update(created_at=long_ago, published_at=long_ago)
    tidy()
    assert not Staging(batch).has_rows()
    assert "一.csv" in page(clerk, batch)


def test_a_job_that_was_lost_is_given_again(clerk: Client, roster: Write) -> None:
    batch = drop(clerk, roster("一.csv", BOTH))
    Import.objects.update(state="reading")
    left_open = Staging(batch).folder / "left"
    left_open.mkdir()
    before = DBTaskResult.objects.count()
    tidy()
    assert DBTaskResult.objects.count() == before + 1
    work(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.counts["rows"]) == ("preview", 2)
    assert not left_open.exists()


UNNAMED = """\
姓名,性别,身份证号,村,父亲姓名,父亲电话,父亲务工地,母亲务工地,监护人与儿童关系,监护人电话
萧梦,女,{meng},戈奎村,,19900007296,广东东莞,浙江宁波,奶奶,19900007297
萧亮,男,{liang},戈奎村,萧大,19900007298,同上,无,外婆,〃
"""


def test_what_is_told_of_relatives_without_a_name_is_kept_in_words(
    clerk: Client, tmp_path: Path
) -> None:
    """Nothing of a roster may be lost because its columns do not ask for the parents' names."""
    file = tmp_path / "无姓名.csv"
    file.write_text(UNNAMED.format(meng=MENG, liang=LIANG), encoding="utf-8")
    confirm(clerk, drop(clerk, file))

    def told(name: str) -> list[str]:
        person = Person.objects.get(name=name)
        return [note.text() for note in person.notes.all()]

    assert told("萧梦") == [
        "父亲：电话 19900007296；父亲：务工地或去向 广东东莞；母亲：务工地或去向 浙江宁波；"
        "监护人：关系 奶奶；监护人：电话 19900007297"
    ]
    assert told("萧亮") == ["监护人：关系 外婆；监护人：电话 19900007297"]
    father = Person.objects.get(name="萧大")
    assert father.awayperiods.get().destination == "广东东莞"

    again = drop(clerk, file)
    confirm(clerk, again)
    assert len(told("萧梦")) == 1
    child = Person.objects.get(name="萧梦")
    clerk.force_login(User.objects.get(username="gekui"))
    assert "父亲：务工地或去向 广东东莞" in clerk.get(f"/people/{child.uid}/").content.decode()
