"""Contact cards (联系卡): A6 for the child's pocket, or four on an A4 sheet to cut."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Literal

from guanai.core.documents.press import press

Size = Literal["A6", "A4"]
_MANY = 200  # codes: from here on it is faster to add than to make each


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
WORDS = {
    "title": "联系卡",
    "no_phone": "电话待补",
    "lines": "遇到危险先打 110",
    "back": "家庭联系档案",
}
LINES = (Line("110", "报警求助"), Line("12355", "青少年服务台"), Line("12345", "政务服务热线"))


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
    cards: Sequence[ContactCard], size: Size = "A6", *, with_back: bool = False
) -> bytes:
    """The cards as one PDF/A; on A4 four to a page, backs mirrored for printing on both sides.

    Characters that no font has stand as 〔U+2CC56〕; `press.unprintable` tells before. Raises
    ValueError if there is no card, since a PDF has at least one page.
    """
    if not cards:
        raise ValueError("There is no card to print.")
    codes = _codes([card.qr for card in cards])
    data = {
        "cards": [
            asdict(card if with_back else replace(card, back=())) | {"qr": code}
            for card, code in zip(cards, codes, strict=True)
        ],
        "words": WORDS,
        "four": size == "A4",
        "with_back": with_back,
    }
    return press("card.typ", data).pdf


def _codes(texts: Sequence[str]) -> list[bytes]:
    """The QR codes, a byte a square (0 dark, 255 light); no text, no code.

    A code's squares are its text's bits and sums of them (the correction is linear, the mask
    fixed). So of many texts of one length each is the first with some bits turned, and what a bit
    turns is worked out once: a fifth of the time.
    """
    first, length = texts[0], len(texts[0])
    if len(texts) < _MANY or any(len(text) != length or not text.isascii() for text in texts):
        return [qr_squares(text) for text in texts]
    codes = []
    for text in texts:
        squares = int.from_bytes(qr_squares(first))
        for place, (one, other) in enumerate(zip(first, text, strict=True)):
            if one != other:
                squares ^= _turned(first, place, ord(one) ^ ord(other))
        codes.append(squares.to_bytes(len(qr_squares(first))))
    return codes


@lru_cache(maxsize=1024)
def _turned(text: str, place: int, bits: int) -> int:
    """Which squares turn with these bits of the letter there."""
    if rest := bits & (bits - 1):
        return _turned(text, place, rest) ^ _turned(text, place, bits ^ rest)
    other = text[:place] + chr(ord(text[place]) ^ bits) + text[place + 1 :]
    return int.from_bytes(qr_squares(text)) ^ int.from_bytes(qr_squares(other))


@lru_cache(maxsize=2)
def qr_squares(text: str) -> bytes:
    """At least 15 % of it may be soiled or worn."""
    if not text:
        return b""
    import segno  # takes its part of the server's start

    # Any of the eight masks can be read; trying all of them takes five times as long.
    code = segno.make_qr(text, error="m", mask=3, mode="byte")
    return bytes(0 if dark else 255 for row in code.matrix for dark in row)
