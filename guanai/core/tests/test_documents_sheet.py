import csv
import io
from collections.abc import Iterator
from datetime import date

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from guanai.core.documents.layout import Column, Row, SheetLayout
from guanai.core.documents.sheet import write_csv, write_xlsx

# A list that is printed carries the log's newest seal.
pytestmark = pytest.mark.django_db(databases="__all__")

COLUMNS = (
    Column("序号", 5, "number"),
    Column("姓名", 9),
    Column("身份证号", 19),
    Column("出生日期", 11, "date"),
    Column("姓名", 9, group="父亲"),
    Column("电话", 12, group="父亲"),
)
LAYOUT = SheetLayout(
    "云岭县留守儿童花名册",
    COLUMNS,
    unit="清溪镇人民政府",
    day="2026年11月23日",
    notes=["说明"],
    frozen=2,
)
HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "+86 19900001234",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "＝1+1",
    "|calc",
]


def _rows(count: int) -> Iterator[Row]:
    for number in range(1, count + 1):
        yield [number, "䶮剡㼆𫖮", 539901201501010013, date(2015, 1, 1), "王建国", "019900001234"]


def _opened(layout: SheetLayout, rows: Iterator[Row] | list[Row]) -> Worksheet:
    file = io.BytesIO()
    write_xlsx(layout, rows, file)
    sheet = openpyxl.load_workbook(io.BytesIO(file.getvalue())).active
    assert isinstance(sheet, Worksheet)
    return sheet


def test_a_list_opens_with_title_unit_header_rows_and_boxes() -> None:
    sheet = _opened(LAYOUT, _rows(3))
    assert sheet["A1"].value == "云岭县留守儿童花名册"
    assert [c.value for c in sheet[2] if c.value] == [
        "填报单位：清溪镇人民政府",
        "填报日期：2026年11月23日",
    ]
    assert [c.value for c in sheet[3]][:5] == ["序号", "姓名", "身份证号", "出生日期", "父亲"]
    assert [c.value for c in sheet[4]][4:] == ["姓名", "电话"]
    assert {"A1:F1", "A3:A4", "E3:F3"} <= {str(found) for found in sheet.merged_cells.ranges}
    texts = [str(c.value) for row in sheet.iter_rows(min_row=8) for c in row if c.value]
    assert texts[0] == "说明"
    assert ["负责人" in texts[1], "填表人" in texts[2], "日期" in texts[3], "盖章" in texts[4]] == [
        True
    ] * 4


def test_a_list_is_set_up_for_the_printer_and_the_screen() -> None:
    sheet = _opened(LAYOUT, _rows(3))
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == "$3:$4"
    assert sheet.freeze_panes == "C5"
    assert sheet.auto_filter.ref == "A4:F7"
    assert sheet.oddFooter.center is not None
    assert "&P" in str(sheet.oddFooter.center.text)


def test_numbers_that_name_somebody_keep_every_digit() -> None:
    sheet = _opened(LAYOUT, _rows(1))
    values = [cell.value for cell in sheet[5]]
    assert values[:3] == [1, "䶮剡㼆𫖮", "539901201501010013"]
    assert sheet["D5"].is_date
    assert values[5] == "019900001234"


def test_a_number_too_long_for_excel_stays_exact_even_in_a_number_column() -> None:
    layout = SheetLayout("表", [Column("号", kind="number")], signed=False)
    assert _opened(layout, [[539901201501010013]])["A3"].value == "539901201501010013"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula_or_a_link(text: str) -> None:
    layout = SheetLayout(text, [Column(text, kind="number"), Column(text)], unit=text, notes=[text])
    sheet = _opened(layout, [[text, text], ["http://a.example", "mailto:x"]])
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type in {"s", "inlineStr"} and cell.hyperlink is None for cell in cells)
    found = sheet["B4"]
    assert found.quotePrefix
    assert found.number_format == "@"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_in_a_csv_starts_like_a_formula(text: str) -> None:
    file = io.BytesIO()
    write_csv(SheetLayout("表", [Column(text)]), [[text], ["王小明"]], file)
    lines = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))
    assert lines == [["'" + text], ["'" + text], ["王小明"]]


def test_a_csv_begins_with_the_mark_by_which_excel_knows_utf_8() -> None:
    file = io.BytesIO()
    assert write_csv(LAYOUT, _rows(2), file) == 2
    assert file.getvalue().startswith(b"\xef\xbb\xbf")
    lines = file.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0] == "序号,姓名,身份证号,出生日期,父亲 姓名,父亲 电话"
    assert lines[1] == "1,䶮剡㼆𫖮,539901201501010013,2015-01-01,王建国,019900001234"


def test_an_empty_list_is_a_form_with_its_header_and_boxes() -> None:
    sheet = _opened(LAYOUT, [])
    assert sheet["A4"].value is None
    assert sheet["E4"].value == "姓名"
    assert sheet["A5"].value == "说明"


def test_two_thousand_rows_and_one_column_come_out_whole() -> None:
    layout = SheetLayout("表", [Column("姓名")], unit="镇", day="今天", measure="单位：人")
    sheet = _opened(layout, [[f"王{number}"] for number in range(2000)])
    names = [str(c.value) for c in sheet["A"] if str(c.value).startswith("王")]
    assert names == [f"王{number}" for number in range(2000)]
    assert "（盖章）" in str(sheet.cell(sheet.max_row, 1).value)


def test_characters_that_no_xml_can_carry_are_left_out() -> None:
    sheet = _opened(SheetLayout("表\x00", [Column("名")]), [["王\x0b\ud800明"]])
    assert sheet["A1"].value == "表"
    assert sheet["A3"].value == "王明"


def test_a_list_without_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="column"):
        SheetLayout("表", [])


def test_what_means_something_in_xml_comes_out_as_it_was_typed() -> None:
    texts = ["王&李<三>", " 前后 ", '"引号"', "a' b"]
    layout = SheetLayout("台账", [Column("文字")])
    sheet = _opened(layout, [[text] for text in texts])
    assert [cell.value for cell in sheet["A"] if cell.value in texts] == texts
