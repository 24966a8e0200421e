import io

import pytest
from pypdf import PdfReader

from guanai.core.documents.layout import Column, Row, SheetLayout
from guanai.core.documents.paper import MOST_CELLS, TooLongToPrintError, print_sheet

# A list that is printed carries the log's newest seal.
pytestmark = pytest.mark.django_db(databases="__all__")

COLUMNS = (Column("序号", 5, "number"), Column("姓名", 14), Column("电话", 14, group="父亲"))
LAYOUT = SheetLayout("留守儿童花名册", COLUMNS, unit="清溪镇", notes=["说明文字"], mark="3f9a")


def _pages(layout: SheetLayout, rows: list[Row]) -> list[str]:
    reader = PdfReader(io.BytesIO(print_sheet(layout, rows).pdf))
    return [page.extract_text() for page in reader.pages]


def _row(name: str) -> list[Row]:
    return [[1, name, "19900001234"]]


def test_a_printed_list_has_title_unit_rows_notes_and_boxes() -> None:
    (page,) = _pages(LAYOUT, _row("王小明"))
    for text in ["留守儿童花名册", "填报单位：清溪镇", "父亲", "王小明", "19900001234", "说明文字"]:
        assert text in page
    for box in ["单位负责人", "填表人", "填表日期", "盖章", "3f9a"]:
        assert box in page


def test_header_and_page_number_are_on_every_page_of_two_thousand_rows() -> None:
    pages = _pages(LAYOUT, [[n, f"王{n}号", "19900001234"] for n in range(2000)])
    assert len(pages) > 40
    assert all("姓名" in page and "父亲" in page for page in pages)
    assert f"第 3 页　共 {len(pages)} 页" in pages[2]
    assert "王1999号" in pages[-1]
    assert "盖章" in pages[-1]


@pytest.mark.parametrize("name", list("䶮剡㼆𫖮"))
def test_rare_characters_of_names_are_printed(name: str) -> None:
    printed = print_sheet(LAYOUT, _row(f"{name}明"))
    assert printed.unprintable == []
    assert f"{name}明" in PdfReader(io.BytesIO(printed.pdf)).pages[0].extract_text()


@pytest.mark.parametrize(
    ("text", "name"), [("\U000323af", "〔U+323AF〕"), ("\ue001", "〔U+E001〕"), ("\uffff", None)]
)
def test_a_character_without_a_glyph_is_named_never_an_empty_box(
    text: str, name: str | None
) -> None:
    printed = print_sheet(LAYOUT, _row(f"李{text}"))
    assert printed.unprintable == ([name] if name else [])
    assert f"李{name or ''}" in PdfReader(io.BytesIO(printed.pdf)).pages[0].extract_text()


@pytest.mark.parametrize(
    "text", ["葛\U000e0100明", "👩‍👩‍👧", "e\u0301", "ab\u200dc", "1\t2\n3", "\u202eabc"]
)
def test_joined_and_composed_characters_do_not_stop_the_press(text: str) -> None:
    assert _pages(LAYOUT, _row(text))


@pytest.mark.parametrize(
    "text", ['#panic("x")', "*a* $b$ <c> @d", '"] #sys', "\\u{41} \\n", "<svg>"]
)
def test_what_people_typed_is_never_read_as_typst(text: str) -> None:
    (page,) = _pages(SheetLayout(text, COLUMNS, unit=text, notes=[text]), _row("王"))
    assert "".join(page.split()).count("".join(text.split())) == 3


def test_an_empty_list_is_a_form() -> None:
    (page,) = _pages(LAYOUT, [])
    assert "姓名" in page
    assert "盖章" in page


def test_a3_portrait_and_a_long_number_in_a_narrow_column() -> None:
    layout = SheetLayout("表", [Column("号", 4), Column("名", 60)], paper="A3", landscape=False)
    reader = PdfReader(io.BytesIO(print_sheet(layout, [["5" * 30, "王"]]).pdf))
    assert [round(float(side) / 72 * 25.4) for side in reader.pages[0].mediabox[2:]] == [297, 420]


def test_a_list_too_long_for_memory_is_refused_before_it_is_set() -> None:
    rows = (["1", "王", "2"] for _ in range(MOST_CELLS))
    with pytest.raises(TooLongToPrintError):
        print_sheet(LAYOUT, rows)
    assert len(list(rows)) > MOST_CELLS // 2
