import io
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from guanai.core.documents.letter import Heading, Letter, Paragraph, Table, write_docx

LETTER = Letter(
    "关于更新信息的通知",
    [
        Heading("一、要求"),
        Heading("（一）范围", 2),
        Heading("1.重点", 3),
        Paragraph("䶮剡㼆𫖮等生僻字照实填写。\n第二段。"),
        Table(["乡镇", "人数"], [["清溪镇", "215"]]),
    ],
    number="云民发〔2026〕12号",
    to="各乡镇人民政府",
    sign="云岭县民政局",
    date="2026年11月23日",
)


def _opened(letter: Letter) -> Any:
    file = io.BytesIO()
    write_docx(letter, file)
    return Document(io.BytesIO(file.getvalue()))


def _line(document: Any, text: str) -> Any:
    return next(line for line in document.paragraphs if line.text == text)


def _font(line: Any) -> str:
    return str(line.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia")))


def test_the_page_is_that_of_the_standard() -> None:
    section = _opened(LETTER).sections[0]
    margins = [section.top_margin, section.bottom_margin, section.left_margin, section.right_margin]
    assert [round(side.mm) for side in margins] == [37, 35, 28, 26]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    text_height = section.page_height - section.top_margin - section.bottom_margin
    assert text_height // Pt(28) == 22  # lines on a page
    assert section.footer_distance < Mm(28)


@pytest.mark.parametrize(
    ("text", "font", "size"),
    [
        ("关于更新信息的通知", "方正小标宋简体", 22),
        ("云民发〔2026〕12号", "仿宋", 16),
        ("各乡镇人民政府：", "仿宋", 16),
        ("一、要求", "黑体", 16),
        ("（一）范围", "楷体", 16),
        ("1.重点", "仿宋", 16),
        ("䶮剡㼆𫖮等生僻字照实填写。", "仿宋", 16),
    ],
)
def test_every_part_has_its_font_and_size(text: str, font: str, size: int) -> None:
    line = _line(_opened(LETTER), text)
    assert _font(line) == font
    assert line.runs[0].font.size == Pt(size)


def test_body_lines_stand_28_points_apart_and_begin_two_letters_in() -> None:
    document = _opened(LETTER)
    assert document.styles["Normal"].paragraph_format.line_spacing == Pt(28)
    assert _line(document, "第二段。")._p.pPr.ind.get(qn("w:firstLineChars")) == "200"
    assert _line(document, "各乡镇人民政府：")._p.pPr is None


def test_unit_and_date_stand_at_the_right_with_the_unit_centred_over_the_date() -> None:
    document = _opened(LETTER)
    unit, date = _line(document, "云岭县民政局"), _line(document, "2026年11月23日")
    assert unit.alignment == date.alignment == WD_ALIGN_PARAGRAPH.RIGHT
    middle = [
        int(line._p.pPr.ind.get(qn("w:rightChars"))) / 100 + width / 2
        for line, width in ((unit, 6), (date, 7))
    ]
    assert middle[0] == middle[1]
    assert date._p.pPr.ind.get(qn("w:rightChars")) == "400"


def test_page_numbers_stand_between_dashes_on_the_outer_side() -> None:
    document = _opened(LETTER)
    section = document.sections[0]
    assert document.settings.odd_and_even_pages_header_footer
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert (odd.alignment, even.alignment) == (WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT)
    for line in (odd, even):
        assert "".join(text.text for text in line._p.iter(qn("w:t"))) == "— 1 —"
        assert line._p.find(qn("w:fldSimple")).get(qn("w:instr")) == "PAGE"


def test_a_table_repeats_its_head_and_never_splits_a_row() -> None:
    table = _opened(LETTER).tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["乡镇", "人数"],
        ["清溪镇", "215"],
    ]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert table.rows[1]._tr.trPr.find(qn("w:cantSplit")) is not None


def test_a_letter_of_nothing_but_a_title_opens() -> None:
    texts = [line.text for line in _opened(Letter("通知")).paragraphs if line.text]
    assert texts == ["通知"]


def test_characters_that_no_xml_can_carry_are_left_out() -> None:
    document = _opened(Letter("通\x00知", [Paragraph("甲\x0b\ud800乙")], sign="局\x01"))
    assert [line.text for line in document.paragraphs if line.text] == ["通知", "甲乙", "局"]


def test_a_table_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="argument"):
        _opened(Letter("通知", [Table(["甲"], [["一", "二"]])]))
