"""What leaves the house: tables in official forms, prints and contact cards."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from python_calamine import CalamineWorkbook

from guanai.audit.models import Entry, Reading
from guanai.conftest import County
from guanai.core.dates import PartialDate
from guanai.people.drafts import (
    AwayDraft,
    GuardianDraft,
    HardshipDraft,
    HealthDraft,
    IdDraft,
    KinDraft,
    PersonDraft,
    ResidenceDraft,
    SchoolingDraft,
)
from guanai.people.ledger.cards import card_of
from guanai.people.ledger.dossiers import read
from guanai.people.ledger.fields import BUILT_IN, FIELDS
from guanai.people.models import ExportForm, LedgerLine, Person


@pytest.fixture
def key(county: County) -> int:
    """A child of 大湾村 with everybody on the card; her name would be a formula."""
    place = county.places["dawan"]
    school = county.organisations["school"]
    since = PartialDate.parse("2024-02")
    father = PersonDraft(
        "康国", place, 1, phones=["19900000001"],
        away=[AwayDraft(since, None, "广东东莞", "电子厂", "", "广东东莞长安镇1号")],
    )  # fmt: skip
    carer = PersonDraft(
        "邵雪", place, 2, PartialDate(dt.date(1960, 1, 1)), phones=["19900000002"],
        health=HealthDraft("高血压"), residences=[ResidenceDraft("3组7号")],
        details={"occupation": "务农"},
    )  # fmt: skip
    child = PersonDraft(
        "=康梦", place, 2, PartialDate(dt.date(2015, 5, 4)), ethnicity="01", groups=("child",),
        ids=[IdDraft("539901201505040025")], residences=[ResidenceDraft("3组7号")],
        kin=[KinDraft("51", father)], guardians=[GuardianDraft(carer, "62")],
        hardships=[HardshipDraft("low_income")], details={"income": "务工"},
        schooling=SchoolingDraft(school=school.pk, grade=3, class_name="2", boarding=True),
    )  # fmt: skip
    (found,) = Person.objects.enter([child], by=county.user("office"))
    return found


def taken(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def cells(data: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


@pytest.mark.requirement("R12.23")
def test_a_ledger_goes_out_in_an_official_layout(county: County, key: int) -> None:
    response = county.client("villager").post("/ledger/child/export/", {"kind": "xlsx"})
    rows = cells(taken(response))
    assert rows[0][0] == "大湾村农村留守儿童台账"
    assert "大湾村村民委员会" in str(rows[1])
    text = str(rows)
    for wanted in ("539901201505040025", "邵雪", "19900000002", "单位（盖章）", "大湾村3组7号"):
        assert wanted in text
    entry = Entry.objects.get(action="people.person.export")
    assert (entry.facts["files"], entry.facts["form"]) == (1, "ledger")
    assert list(Reading.objects.values_list("person_id", "how")) == [(key, "export")]


def test_no_cell_becomes_a_formula(county: County, key: int) -> None:
    client = county.client("villager")
    assert "=康梦" in str(cells(taken(client.post("/ledger/child/export/", {"kind": "xlsx"}))))
    text = taken(client.post("/ledger/child/export/", {"kind": "csv"})).decode("utf-8-sig")
    assert "'=康梦" in next(list(row) for row in list(csv.reader(io.StringIO(text)))[1:])


def test_the_survey_of_2016_goes_out_in_its_columns(county: County, key: int) -> None:
    answer = county.client("office").post(
        "/ledger/child/export/", {"form": "survey-2016", "purpose": "verify"}
    )
    text = str(cells(taken(answer)))
    for wanted in (
        "户口登记",
        "主要经济来源",
        "受委托监护人",
        "务工",
        "广东东莞长安镇1号",
        "高血压",
    ):
        assert wanted in text


def test_an_office_changes_titles_and_order_of_a_form(county: County, key: int) -> None:
    client = county.client("office")
    page = client.get("/ledger/forms/child/survey-2016/")
    assert page.status_code == 200
    assert county.client("villager").get("/ledger/forms/").status_code == 403
    sent = {
        "name": "县摸底表",
        "form-TOTAL_FORMS": "3",
        "form-INITIAL_FORMS": "0",
        "form-0-order": "20",
        "form-0-title": "孩子",
        "form-0-field": "姓名",
        "form-1-order": "10",
        "form-1-title": "号",
        "form-1-field": "档案编号",
        "form-2-order": "",
        "form-2-title": "",
        "form-2-field": "",
    }
    assert client.post("/ledger/forms/child/survey-2016/", sent).status_code == 302
    wrong = sent | {"form-0-field": "没有这一项"}
    assert client.post("/ledger/forms/child/survey-2016/", wrong).status_code == 422
    sent = {"form": "survey-2016", "kind": "csv", "purpose": "verify"}
    answer = client.post("/ledger/child/export/", sent)
    text = taken(answer).decode("utf-8-sig")
    assert text.splitlines()[0] == "序,号,孩子"
    client.post("/ledger/forms/child/survey-2016/drop/")
    assert not ExportForm.objects.exists()


def test_every_form_that_comes_along_names_fields_that_there_are() -> None:
    for form in BUILT_IN:
        assert [column.field for column in form.columns if column.field not in FIELDS] == []
    labels = [str(field.label) for field in FIELDS.values()]
    assert len(labels) == len(set(labels))


def test_only_ticked_rows_within_reach_go_out(county: County, key: int) -> None:
    client = county.client("neighbour")
    uid = str(Person.objects.get(pk=key).uid)
    answer = client.post("/ledger/child/export/", {"kind": "csv", "file": [uid]})
    assert "康梦" not in taken(answer).decode("utf-8-sig")
    assert county.client("teacher").post("/ledger/child/export/").status_code == 403
    assert county.client("leader").post("/ledger/child/export/").status_code == 403
    assert county.client("villager").get("/ledger/child/export/").status_code == 405
    assert county.client("neighbour").post(f"/people/{uid}/card/").status_code == 404
    assert county.client("villager").post("/ledger/child/cards/?sex=1").status_code == 422


@pytest.mark.requirement("R04.11", "R04.12", "R04.13", "R04.14", "R09.3")
def test_a_contact_card_holds_child_parents_and_guardian(county: County, key: int) -> None:
    line = LedgerLine.objects.select_related("guardian").get(person=key)
    card = card_of(read([line])[0], "http://10.0.0.5:8000/", "清溪镇中心学校")
    assert (card.name, card.school) == ("=康梦", "清溪镇中心学校 3 年级 2 班")
    assert card.village == "大湾村3组7号"
    assert [(call.name, call.phone) for call in card.calls] == [
        ("邵雪", "19900000002"),
        ("康国", "19900000001"),
    ]
    assert card.qr == f"http://10.0.0.5:8000/people/{line.person.uid}/"
    back = [dict(part.fields) for part in card.back]
    assert "电子厂" in back[1].values()
    assert "广东东莞长安镇1号" in back[1].values()
    age = str(Person.objects.get(name="邵雪").age())
    assert {"务农", "大湾村3组7号", "19900000002", "高血压", age} <= set(back[2].values())


@pytest.mark.requirement("R04.11")
def test_cards_are_printed_for_one_and_for_many(county: County, key: int) -> None:
    client = county.client("villager")
    uid = Person.objects.get(pk=key).uid
    for address in (f"/people/{uid}/card/", "/ledger/child/cards/"):
        answer = client.post(address, {"size": "A4", "back": "on"})
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
    assert Entry.objects.filter(action="people.person.card").count() == 2
    assert set(Reading.objects.values_list("person_id", "how")) == {(key, "card")}


def test_commands_pass_the_same_door(home: Any, county: County, key: int, tmp_path: Path) -> None:
    out = tmp_path / "ledger.xlsx"
    call_command("ledger", out=str(out), acting="villager")
    assert "539901201505040025" in str(cells(out.read_bytes()))
    said = io.StringIO()
    call_command("people", json=True, acting="office", stdout=said)
    assert [one["name"] for one in json.loads(said.getvalue())] == ["=康梦"]
    call_command("people", acting="neighbour", stdout=(nothing := io.StringIO()))
    assert nothing.getvalue() == ""
    for command, user in (("people", "leader"), ("ledger", "teacher")):
        with pytest.raises(CommandError):
            call_command(command, acting=user, **({"out": str(out)} if command == "ledger" else {}))
    with pytest.raises(CommandError):
        call_command("people", place="1", acting="office")
    assert Entry.objects.filter(action="people.person.export").count() == 1


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> None:
    """A begun home, as commands ask for one."""
    from guanai.core.home import Home

    settings.HOME = Home(tmp_path)
    settings.HOME.begin("county", county="539901000000", prefix="YL")
