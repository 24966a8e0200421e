"""Accounts for many from a list: preview, faults with their cure, all or none, printed codes."""

from __future__ import annotations

import io
import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from guanai.audit.models import Entry
from guanai.conftest import County
from guanai.organisations.models import Organisation, Post, User
from guanai.organisations.tests.test_second_person import codes_in, sign_in, text

URL = "/organisations/accounts/list/"
HEAD = "姓名,单位,岗位,职务,班级,起始日期,用户名,电话"
GOOD = [
    "王小明,大湾村村民委员会,儿童主任,儿童主任,,2026年9月1日,,19900001234",
    "王小明,小河村村民委员会,村级工作人员,儿童主任,,2026/9/1,,",
    "吴丽,清溪镇中心学校,班主任,,三年级(2)班,,wuli-3,",
    "郑 强,清溪镇中心学校,学校办公室,德育处主任,,,,",
]


def csv(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("名单.csv", "\n".join(["账号名单", HEAD, *rows]).encode("gb18030"))


def preview(county: County, *rows: str) -> Any:
    return county.client("sysadmin").post(URL, {"file": csv(*rows)})


def confirmed(county: County, answer: Any) -> Any:
    found = re.search(r'name="rows" value="([^"]+)"', text(answer))
    assert found
    return county.client("sysadmin").post(URL, {"rows": found[1]})


def test_a_list_is_previewed_and_then_opened_with_codes_to_print(county: County) -> None:
    before = User.objects.count()
    shown = preview(county, *GOOD)
    assert shown.status_code == 200
    assert User.objects.count() == before
    for told in ("wangxiaoming2", "大湾村的全部档案", "2026-09-01"):
        assert told in text(shown)
    answer = confirmed(county, shown)
    codes = codes_in(answer)
    assert set(codes) == {"wangxiaoming", "wangxiaoming2", "wuli-3", "zhengqiang"}
    assert answer["Cache-Control"] == "private, no-store"
    assert Post.objects.get(user__username="wuli-3").school_class == county.school_class
    assert Post.objects.waiting().count() == 4
    assert sign_in("wuli-3", codes["wuli-3"])
    again = confirmed(county, shown)  # the button pressed twice
    assert again.status_code == 422
    assert User.objects.count() == before + 4
    kept = str(list(User.objects.values_list())) + str(list(Entry.objects.values_list("facts")))
    assert not any(code in kept for code in codes.values())


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (",大湾村村民委员会,儿童主任,,,,,", "姓名"),
        ("甲,大弯村村民委员会,儿童主任,,,,,", "没有叫这个名称的单位"),
        ("甲,大湾村村民委员会,村长,,,,,", "没有这种岗位"),
        ("甲,清溪镇中心学校,班主任,,五年级1班,,,", "可填：3.2"),
        ("甲,大湾村村民委员会,儿童主任,,,去年九月,,", "2026-09-01"),
        ("甲,大湾村村民委员会,儿童主任,,,,villager,", "已有人用"),
        ("甲,大湾村村民委员会,儿童主任,,,,<b>,", "用户名"),
        ("villager,大湾村村民委员会,儿童主任,,,,,", "已有这个岗位"),
        ("王小明,大湾村村民委员会,儿童主任,,,,,", "已有这个岗位"),
    ],
)
def test_a_fault_is_named_with_its_row_and_cure_and_nobody_is_opened(
    row: str, told: str, county: County
) -> None:
    before = User.objects.count()
    answer = preview(county, *GOOD, row)
    assert answer.status_code == 422
    assert told in text(answer)
    assert '行">7<' in text(answer)
    assert 'name="rows"' not in text(answer)
    assert User.objects.count() == before


def test_villages_of_one_name_are_told_apart_by_their_township(county: County) -> None:
    for place in ("dawan", "xintian"):
        Organisation.objects.create(
            name="团结村村民委员会", kind="village_committee", place=county.places[place]
        )
    answer = text(preview(county, "李敏,团结村村民委员会,儿童主任,,,,,"))
    assert "清溪镇团结村村民委员会、石坎镇团结村村民委员会" in answer
    answer = text(preview(county, "李敏,石坎镇团结村村民委员会,儿童主任,,,,,"))
    assert "新田村的全部档案" in answer
    book = openpyxl.load_workbook(io.BytesIO(county.client("sysadmin").get(f"{URL}blank/").content))
    offered = {cell.value for row in book.worksheets[1].iter_rows() for cell in row}
    assert {"石坎镇团结村村民委员会", "大湾村村民委员会"} <= offered


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04broken", b"\x89PNG\r\n", "姓名,性别\n甲,男".encode()]
)
def test_a_file_that_is_no_such_list_says_why(data: bytes, county: County) -> None:
    answer = county.client("sysadmin").post(URL, {"file": SimpleUploadedFile("a.xlsx", data)})
    assert answer.status_code == 422


def test_a_preview_that_was_tampered_with_is_refused(county: County) -> None:
    found = re.search(r'name="rows" value="([^"]+)"', text(preview(county, *GOOD)))
    assert found
    forged = county.client("sysadmin").post(URL, {"rows": found[1][:-3] + "abc"})
    assert forged.status_code == 422


def test_the_blank_list_offers_units_and_roles_and_is_read_back(county: County) -> None:
    answer = county.client("sysadmin").get(f"{URL}blank/")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    page, choices = book.worksheets
    offered = {cell.value for row in choices.iter_rows() for cell in row}
    assert {"大湾村村民委员会", "乡镇儿童督导员"} <= offered
    assert "$B$2" in str([rule.formula1 for rule in page.data_validations.dataValidation])
    page.append(["李敏", "石坎镇人民政府", "乡镇儿童督导员"])
    file = io.BytesIO()
    book.save(file)
    upload = SimpleUploadedFile("accounts.xlsx", file.getvalue())
    assert "limin" in text(county.client("sysadmin").post(URL, {"file": upload}))


def test_lost_slips_are_printed_anew_while_nobody_has_come_in(county: County) -> None:
    old = codes_in(confirmed(county, preview(county, *GOOD)))
    assert sign_in("wuli-3", old["wuli-3"])
    chosen = [str(user.uid) for user in User.objects.filter(username__in=old)]
    answer = county.client("sysadmin").post(reverse("organisations:codes"), {"account": chosen})
    new = codes_in(answer)
    assert set(new) == set(old) - {"wuli-3"}
    assert not sign_in("zhengqiang", old["zhengqiang"])
    assert sign_in("zhengqiang", new["zhengqiang"])


def test_the_command_opens_them_all_or_none(county: County, tmp_path: Path, settings: Any) -> None:
    settings.HOME.begin("county", county="539901000000", prefix="YL")
    file, slips = tmp_path / "名单.csv", tmp_path / "codes.pdf"

    def run(*rows: str, **options: Any) -> str:
        file.write_text("\n".join([HEAD, *rows]), "utf-8")
        out = StringIO()
        call_command("accounts", file, acting="sysadmin", stdout=out, **options)
        return out.getvalue()

    assert "wangxiaoming2" in run(*GOOD)
    with pytest.raises(CommandError):
        run(*GOOD, "甲,大湾村村民委员会,村长,,,,,", yes=True)
    assert not User.objects.filter(username="zhengqiang").exists()
    told = json.loads(run(*GOOD, yes=True, json=True, slips=slips))
    assert told["opened"] == 4
    assert slips.read_bytes().startswith(b"%PDF")
    codes = {one["username"]: one["code"] for one in told["accounts"]}
    assert sign_in("zhengqiang", codes["zhengqiang"])
    with pytest.raises(CommandError):
        call_command("accounts", file, acting="office", yes=True)
