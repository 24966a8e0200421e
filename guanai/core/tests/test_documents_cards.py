import io
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader

from guanai.core.documents.cards import Call, ContactCard, Line, Part, render_cards

BACK = (
    Part(
        "儿童",
        [("基本情况", "性格内向"), ("家庭住址", "清溪社区三组28号"), ("电话", "19900004321")],
    ),
    Part("父亲", [("务工单位", "精密电子厂"), ("单位地址", "昆山前进路"), ("电话", "19900001234")]),
    Part(
        "监护人",
        [
            ("职业", "务农"),
            ("详细地址", "清溪社区三组"),
            ("电话", "19900004321"),
            ("身体状况", "高血压"),
            ("年龄", "67岁"),
        ],
    ),
)
CARD = ContactCard(
    "䶮小明",
    school="清溪学校",
    village="清溪社区",
    calls=[Call("父亲", "剡建国", "19900001234", "苏州"), Call("儿童主任", "㼆丽华")],
    qr="https://guanai.example/r/1",
    qr_caption="扫码求助",
    issuer="云岭县民政局",
    back=BACK,
)


def _texts(pdf: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def _paper(pdf: bytes) -> list[int]:
    return [
        round(float(side) / 72 * 25.4) for side in PdfReader(io.BytesIO(pdf)).pages[0].mediabox[2:]
    ]


def test_the_front_says_whose_card_it_is_and_whom_to_call() -> None:
    pdf = render_cards([CARD])
    (front,) = _texts(pdf)
    for text in [
        "䶮小明",
        "清溪学校",
        "清溪社区",
        "父亲",
        "剡建国",
        "19900001234",
        "苏州",
        "㼆丽华",
    ]:
        assert text in front
    for line in ["110", "12345", "12355", "青少年服务台", "扫码求助", "云岭县民政局"]:
        assert line in front
    assert _paper(pdf) == [105, 148]


def test_a_missing_phone_is_said_and_not_left_blank() -> None:
    assert "电话待补" in _texts(render_cards([CARD]))[0]


@pytest.mark.requirement("R04.12", "R04.13", "R04.14")
def test_the_back_carries_every_field_of_the_record() -> None:
    front, back = _texts(render_cards([CARD], with_back=True))
    assert "精密电子厂" not in front
    for part in BACK:
        assert part.title in back
        assert all(label + value in back for label, value in part.fields)


def test_a_very_long_record_still_stands_on_the_back_whole() -> None:
    fields = [(f"第{n}项", f"{n}" + "云岭县清溪镇清溪社区" * 6) for n in range(30)]
    card = ContactCard("王", back=[Part("家庭", fields)])
    back = _texts(render_cards([card], with_back=True))[1]
    assert all(value in back for _label, value in fields)


def test_four_cards_share_an_a4_sheet_and_the_fifth_takes_another() -> None:
    cards = [ContactCard(f"王{n}号") for n in range(5)]
    pdf = render_cards(cards, "A4")
    first, second = _texts(pdf)
    assert _paper(pdf) == [210, 297]
    assert all(f"王{n}号" in first for n in range(4))
    assert "王4号" in second


def test_backs_on_a4_are_mirrored_so_that_both_sides_meet() -> None:
    cards = [ContactCard(name, back=[Part("档", [])]) for name in ("左上", "右上")]
    page = PdfReader(io.BytesIO(render_cards(cards, "A4", with_back=True))).pages[1]
    places: dict[str, float] = {}

    def visit(text: str, matrix: list[float], _tm: object, _font: object, _size: float) -> None:
        if text.strip() in {"左上", "右上"}:
            places[text.strip()] = matrix[4]

    page.extract_text(visitor_text=visit)
    assert places["左上"] > places["右上"]


def test_the_lines_to_call_are_the_callers_choice() -> None:
    (front,) = _texts(render_cards([ContactCard("王", lines=[Line("119", "火警")])]))
    assert "119火警" in front
    assert "12355" not in front


@pytest.mark.parametrize("count", [0, 1, 8, 14])
def test_any_number_of_people_to_call_fits(count: int) -> None:
    calls = [Call("亲属", f"亲{n}人", "19900001234", "很远的地方" * 8) for n in range(count)]
    (front,) = _texts(render_cards([ContactCard("阿依古丽·买买提江" * 2, calls=calls)]))
    assert all(f"亲{n}人" in front for n in range(count))
    assert "110" in front


def test_a_character_without_a_glyph_is_named_on_the_card() -> None:
    assert "李〔U+323AF〕" in _texts(render_cards([ContactCard("李\U000323af")]))[0]


def test_what_people_typed_is_never_read_as_typst() -> None:
    text = '#panic("x")$*_<a>@b'
    card = ContactCard(text, school=text, calls=[Call(text, text, text, text)], qr=text)
    assert text in _texts(render_cards([card]))[0]


def test_many_cards_come_out_of_the_child_process_in_order() -> None:
    pages = _texts(render_cards([ContactCard(f"王{n}号", back=BACK) for n in range(200)]))
    assert [f"王{n}号" in page for n, page in enumerate(pages)] == [True] * 200


def test_the_codes_of_many_cards_are_those_of_each() -> None:
    texts = [f"https://guanai.example/people/{uuid4()}/" for _ in range(300)]
    many = _codes(texts)[::50]
    assert many == [_codes([text])[0] for text in texts[::50]]
    assert len(set(many)) == len(many)


def _codes(texts: list[str]) -> list[bytes]:
    """The pixels of each page's QR code."""
    pdf = render_cards([ContactCard("王", qr=text) for text in texts])
    pages: list[Any] = list(PdfReader(io.BytesIO(pdf)).pages)
    pictures = [list(page["/Resources"]["/XObject"].values()) for page in pages]
    return [picture.get_object().get_data() for (picture,) in pictures]


def test_no_cards_are_refused() -> None:
    with pytest.raises(ValueError, match="no card"):
        render_cards([])
