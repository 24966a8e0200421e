"""Contact cards (联系卡): A6 for the child's pocket, or four on an A4 sheet to cut."""

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Literal

from guanai.core.documents.press import press

Size = Literal["A6", "A4"]


@dataclass(frozen=True)
class Call:
    """Somebody to call: `role` 父亲, `name` 王建国, `phone`, and `place` 广东东莞 · 电子厂."""

    role: str
    name: str
    phone: str = ""
    place: str = ""


@dataclass(frozen=True)
class Line:
    """A public line to call in need: `number` 110, `name` 报警."""

    number: str
    name: str


@dataclass(frozen=True)
class Part:
    """A part of the record on the back: a title and label–value pairs, in order."""

    title: str
    fields: Sequence[tuple[str, str]]


# 12355 is the Communist Youth League's line for young people.
LINES = (Line("110", "报警求助"), Line("12355", "青少年服务台"), Line("12345", "政务服务热线"))


@dataclass(frozen=True)
class CardWords:
    """The fixed words of a card; the caller may hand in another language."""

    title: str = "联系卡"
    no_phone: str = "电话待补"
    lines: str = "遇到危险先打 110"
    back: str = "家庭联系档案"


@dataclass(frozen=True)
class ContactCard:
    """One child's card, all of it as it shall be read.

    `calls` in the order in which to call; up to eight are set large. `qr` is the text of the QR
    code and must not hold personal data: a photograph of the card is soon made. `back` carries the
    full record for the archive. `number` is the file's label.
    """

    name: str
    school: str = ""
    village: str = ""
    calls: Sequence[Call] = ()
    lines: Sequence[Line] = LINES
    qr: str = ""
    qr_caption: str = ""
    issuer: str = ""
    number: str = ""
    day: str = ""
    back: Sequence[Part] = ()


def render_cards(
    cards: Sequence[ContactCard],
    size: Size = "A6",
    *,
    with_back: bool = False,
    words: CardWords | None = None,
) -> bytes:
    """The cards as one PDF/A; on A4 four to a page, backs mirrored for printing on both sides.

    Characters that no font has stand as 〔U+2CC56〕; `press.unprintable` tells before. Raises
    ValueError if there is no card, since a PDF has at least one page.
    """
    if not cards:
        raise ValueError("There is no card to print.")
    data = {
        "cards": [
            asdict(card if with_back else replace(card, back=())) | {"qr": _qr(card.qr)}
            for card in cards
        ],
        "words": asdict(words or CardWords()),
        "four": size == "A4",
        "with_back": with_back,
    }
    return press("card.typ", data).pdf


@lru_cache(maxsize=2048)
def _qr(text: str) -> str:
    """The code as SVG; at least 15 % of it may be soiled or worn. No text, no code."""
    if not text:
        return ""
    import segno  # takes its part of the server's start

    file = io.BytesIO()
    # Any of the eight masks can be read; trying all of them takes five times as long.
    segno.make_qr(text, error="m", mask=3).save(
        file, kind="svg", border=0, dark="#1f2a2e", xmldecl=False, svgclass=None, lineclass=None
    )
    return file.getvalue().decode()
