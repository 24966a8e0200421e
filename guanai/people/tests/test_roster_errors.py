"""A file that cannot be read says which, why and what to do; nothing worse happens."""

import random
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanai.people.roster.errors import RosterError
from guanai.people.roster.package import Limits
from guanai.people.roster.reading import read_sheets
from guanai.people.roster.roster import read_roster
from guanai.people.tests.roster_truth import HERE, TODAY, county

HEADER = ["姓名", "性别", "身份证号", "父亲姓名"]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def code_of(path: Path, limits: Limits | None = None) -> str:
    def read() -> None:
        if limits:
            list(read_sheets(path, limits))
        else:
            list(read_roster(path, county()).rows)

    with pytest.raises(RosterError) as caught:
        read()
    error = caught.value
    assert path.name in error.message
    assert error.cure
    return error.code


def book(path: Path, rows: list[list[object]]) -> Path:
    out = xlsxwriter.Workbook(str(path))
    sheet = out.add_worksheet("名单")
    for n, row in enumerate(rows):
        sheet.write_row(n, 0, row)
    out.close()
    return path


def old_book(path: Path) -> Path:
    out = xlwt.Workbook(encoding="utf-8")
    sheet = out.add_sheet("名单")
    for row, cells in enumerate([HEADER, ["王强", "男", "", "王明"]]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    out.save(str(path))
    return path


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("空.xlsx", b"", "file.empty"),
        ("空.csv", b"\xef\xbb\xbf\r\n\r\n", "file.empty"),
        ("文.pdf", b"%PDF-1.7 ...", "file.unknown_type"),
        ("网页.xls", b"<html><table><tr><td>x</td></tr></table></html>", "file.unknown_type"),
        ("文.doc", OLE + b"\0" * 4096 + "WordDocument".encode("utf-16-le"), "file.unknown_type"),
        ("锁.xlsx", OLE + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"), "file.protected"),
        ("断.xls", OLE + b"\0" * 100, "file.damaged"),
        ("断.xlsx", b"PK\x03\x04" + b"\0" * 100, "file.damaged"),
        ("乱.csv", "姓名,性别\n王强,".encode() + b"\xff\xff\xff\n", "file.encoding"),
        ("无表头.csv", "今天天气很好\n明天也是\n".encode(), "sheet.none"),
    ],
)
def test_what_is_no_roster_is_named(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert code_of(path) == code


def test_a_cut_off_file_names_the_line_that_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "断.csv"
    path.write_bytes("姓名,性别\n王强,男\n李芳,女".encode()[:-1])
    with pytest.raises(RosterError) as caught:
        read_roster(path, county())
    assert (caught.value.code, caught.value.place.row) == ("file.encoding", 3)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert code_of(tmp_path / "没有.xlsx") == "file.missing"


def test_a_word_document_in_a_zip_is_named(tmp_path: Path) -> None:
    path = tmp_path / "文.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", "<x/>")
    assert code_of(path) == "file.unknown_type"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95, 0.999])
def test_half_a_file_is_damaged(tmp_path: Path, share: float) -> None:
    for whole in (HERE / "代理家长报名表.xlsx", HERE / "云岭县留守妇女台账.xls"):
        data = whole.read_bytes()
        path = tmp_path / whole.name
        path.write_bytes(data[: int(len(data) * share)])
        if whole.suffix == ".xlsx" or share < 0.9:
            assert code_of(path) in {"file.damaged", "sheet.none"}


def test_a_password_on_an_old_book_is_named(tmp_path: Path) -> None:
    path = old_book(tmp_path / "锁.xls")
    data = bytearray(path.read_bytes())
    begin = data.index(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    data[begin + 20 : begin + 22] = b"\x2f\x00"  # the record that says: encrypted from here
    path.write_bytes(bytes(data))
    assert code_of(path) == "file.protected"


def test_a_name_that_lies_about_the_type_does_not_matter(tmp_path: Path) -> None:
    rows: list[list[object]] = [list(HEADER), ["王强", "男", "", "王明"]]
    right = book(tmp_path / "a.xlsx", rows)
    renamed = right.rename(tmp_path / "改名.xls")
    assert [r.fields["name"] for r in read_roster(renamed, county()).rows] == ["王强"]
    text = tmp_path / "文本.xls"
    text.write_bytes("\t".join(HEADER).encode("gb18030") + "\n王强\t男\t\t王明\n".encode("gb18030"))
    assert [r.fields["sex"] for r in read_roster(text, county()).rows] == [1]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "弹.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_000)
    assert code_of(path) == "file.bomb"


def test_a_cell_at_the_far_end_does_not_make_a_grid(tmp_path: Path) -> None:
    path = tmp_path / "远.xlsx"
    out = xlsxwriter.Workbook(str(path))
    sheet = out.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write(1_048_575, 16_383, "x")
    out.close()
    assert code_of(path) == "sheet.too_large"


def test_one_long_text_in_very_many_cells_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "文本弹.xlsx"
    out = xlsxwriter.Workbook(str(path))
    sheet = out.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    for row in range(1, 3_001):
        sheet.write_row(row, 0, ["长" * 32_000] * 60)
    out.close()
    assert path.stat().st_size < 1_000_000
    assert code_of(path) == "file.bomb"


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "大.csv"
    path.write_text("姓名,性别\n" * 100, encoding="utf-8")
    assert code_of(path, Limits(file_bytes=100)) == "file.too_large"


def test_formulas_are_told_and_never_run(tmp_path: Path) -> None:
    path = tmp_path / "公式.csv"
    path.write_text("姓名,性别,身份证号,父亲姓名\n王强,男,=1+1,@SUM(A1)\n", encoding="utf-8")
    roster = read_roster(path, county())
    assert [(n.code, n.place.row, n.place.column) for n in roster.notices] == [
        ("formula.text", 2, "3")
    ]
    assert next(iter(roster.rows)).cells["id_number"] == "=1+1"


def test_a_formula_without_its_result_is_told(tmp_path: Path) -> None:
    path = tmp_path / "公式.xlsx"
    out = xlsxwriter.Workbook(str(path))
    sheet = out.add_worksheet("名 & 单")
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, ["王强", "男", "", "王明"])
    sheet.write_formula(2, 0, '="李"&"明"', None, "")
    sheet.write_row(2, 1, ["男", "", "李军"])
    out.close()
    notice = read_roster(path, county()).notices[0]
    assert (notice.code, notice.place.sheet, notice.place.row) == ("formula.no_value", "名 & 单", 3)


@pytest.mark.parametrize("whole", ["代理家长报名表.xlsx", "云岭县留守妇女台账.xls"])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**6))
def test_a_file_with_broken_bytes_never_crashes(tmp_path: Path, whole: str, seed: int) -> None:
    r = random.Random(seed)  # noqa: S311 - only to break bytes
    data = bytearray((HERE / whole).read_bytes())
    for _ in range(r.randrange(1, 30)):
        data[r.randrange(len(data))] = r.randrange(256)
    path = tmp_path / whole
    path.write_bytes(bytes(data))
    with suppress(RosterError):
        list(read_roster(path, county(), today=TODAY).rows)
