"""Letters, notices and reports as .docx or PDF in the layout of GB/T 9704-2012 (党政机关公文格式).

The standard's fonts are named in the file and never shipped; Word and WPS have them or fall back.
"""

# ruff: noqa: SLF001 - python-docx reaches Chinese fonts and indents in letters only by its XML

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import IO, Any, Literal

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import _Footer
from docx.shared import Length, Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from guanai.core.documents.characters import clean
from guanai.core.documents.press import Printed, press

_TITLE, _BODY, _BLACK, _KAI, _SONG = "方正小标宋简体", "仿宋", "黑体", "楷体", "宋体"
_LATIN = "Times New Roman"
_SIZE_2, _SIZE_3, _SIZE_4 = Pt(22), Pt(16), Pt(14)  # 二号, 三号, 四号
_LINE = Pt(28)
_HEADINGS = {1: (_BLACK, False), 2: (_KAI, False), 3: (_BODY, True)}
_LATIN_END = 0x2E80


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Heading:
    """A heading with its number as given: 一、 (level 1), （一） (level 2), 1. (level 3)."""

    text: str
    level: Literal[1, 2, 3] = 1


@dataclass(frozen=True)
class Table:
    """Every row as long as `head`, else ValueError when written."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


Block = Paragraph | Heading | Table


@dataclass(frozen=True)
class Letter:
    """An official letter; parts left empty are left out.

    `number` is the document number (云民发〔2026〕12号), `to` the main recipient without colon,
    `sign` the signing unit, `date` as printed (2026年11月23日).
    """

    title: str
    blocks: Sequence[Block] = ()
    number: str = ""
    to: str = ""
    sign: str = ""
    date: str = ""


def print_letter(letter: Letter) -> Printed:
    """The letter as PDF/A in the same layout; our one font stands for those of the standard."""
    blocks = [{"kind": type(one).__name__.lower(), **asdict(one)} for one in letter.blocks]
    return press("letter.typ", {**asdict(letter), "blocks": blocks})


def write_docx(letter: Letter, file: IO[bytes]) -> None:
    """Write the letter: A4, margins 37/35/28/26 mm, 22 lines of 28 pt, page numbers — 1 —."""
    document = Document()
    document.core_properties.title = clean(letter.title)[:255]
    document.core_properties.author = clean(letter.sign)[:255]
    _set_up_page(document)
    _page_numbers(document)
    _opening(document, letter)
    for block in letter.blocks:
        _block(document, block)
    _signature(document, letter)
    document.save(file)


def _set_up_page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)  # the number stands 7 mm below the text's last line
    normal = document.styles["Normal"]
    properties = normal.element.get_or_add_rPr()
    _font(properties, _BODY)
    language = OxmlElement("w:lang")
    for script in ("val", "eastAsia"):
        language.set(qn(f"w:{script}"), "zh-CN")
    properties.append(language)
    normal.font.size = _SIZE_3
    form = normal.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, _LINE
    form.widow_control = False


def _opening(document: Any, letter: Letter) -> None:
    if letter.number:
        _line(document, letter.number).alignment = WD_ALIGN_PARAGRAPH.CENTER
        _line(document, "")
    title = _line(document, letter.title, _TITLE, _SIZE_2)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(34)
    title.paragraph_format.keep_with_next = True
    _line(document, "")
    if letter.to:
        _line(document, f"{letter.to}：")


def _block(document: Any, block: Block) -> None:
    if isinstance(block, Table):
        _table(document, block)
        return
    font, bold = _HEADINGS[block.level] if isinstance(block, Heading) else (_BODY, False)
    for text in block.text.split("\n"):
        line = _line(document, text, font)
        line.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        _indent(line, firstLine=200)
        if isinstance(block, Heading):
            line.runs[0].bold = bold
            line.paragraph_format.keep_with_next = True


def _table(document: Any, block: Table) -> None:
    table = document.add_table(rows=0, cols=len(block.head), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for number, texts in enumerate([block.head, *block.rows]):
        row = table.add_row()
        for cell, text in zip(row.cells, texts, strict=True):
            line = cell.paragraphs[0]
            _write(line, text, _BODY if number else _BLACK, _SIZE_4)
            line.paragraph_format.line_spacing = Pt(22)
            if not number:
                line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _flag(row._tr.get_or_add_trPr(), "w:cantSplit")
    _flag(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")


def _signature(document: Any, letter: Letter) -> None:
    """The date four letters from the right edge, the unit centred above it (7.3.5.1)."""
    if letter.sign or letter.date:
        for _ in range(2):
            _line(document, "").paragraph_format.keep_with_next = True
    shift = (_width(letter.date) - _width(letter.sign)) / 2
    for text, right in ((letter.sign, 4 + max(shift, -2)), (letter.date, 4 + max(-shift - 2, 0))):
        if text:
            line = _line(document, text)
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            line.paragraph_format.keep_together = True
            _indent(line, right=round(right * 100))


def _page_numbers(document: Any) -> None:
    """— 1 — in 宋体 4, one letter from the outer edge: right on odd, left on even pages (7.5)."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    _page_number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT, right=100)
    _page_number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, left=100)


def _page_number(footer: _Footer, side: WD_ALIGN_PARAGRAPH, **indent: int) -> None:
    line = footer.paragraphs[0]
    line.alignment = side
    _indent(line, **indent)
    _write(line, "— ", _SONG, _SIZE_4)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run = _write(line, "1", _SONG, _SIZE_4)
    field.append(run._r)
    line._p.append(field)
    _write(line, " —", _SONG, _SIZE_4)


def _line(document: Any, text: str, font: str = _BODY, size: Length = _SIZE_3) -> WordParagraph:
    line: WordParagraph = document.add_paragraph()
    _write(line, text, font, size)
    return line


def _write(line: WordParagraph, text: str, font: str, size: Length) -> Any:
    run = line.add_run(clean(text))
    run.font.size = size
    _font(run._r.get_or_add_rPr(), font)
    return run


def _font(properties: Any, name: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for script, font in (("ascii", _LATIN), ("hAnsi", _LATIN), ("eastAsia", name)):
        fonts.set(qn(f"w:{script}"), font)
    fonts.set(qn("w:hint"), "eastAsia")  # else the dashes and quotes of Chinese turn Latin


def _indent(line: WordParagraph, **hundredths: int) -> None:
    """Indents in hundredths of a letter; in twips too, for programs that know no letters."""
    indent = line._p.get_or_add_pPr().get_or_add_ind()
    for side, amount in hundredths.items():
        indent.set(qn(f"w:{side}Chars"), str(amount))
        indent.set(qn(f"w:{side}"), str(round(amount / 100 * _SIZE_3.pt * 20)))


def _flag(properties: Any, name: str) -> None:
    properties.append(OxmlElement(name))


def _width(text: str) -> float:
    return sum(0.5 if ord(letter) < _LATIN_END else 1 for letter in text)
