"""Which right ID numbers a wrong one may have been meant for (GB 11643-1999)."""

from __future__ import annotations

import re

from guanai.people.roster.numbers import WEIGHTS, id_number

LENGTH, SIGNS = 18, "0123456789X"
SHAPE = re.compile(r"\d{16,17}[\dX]")
ALL = (*WEIGHTS, 1)  # the weighted sum of a right number's signs leaves 1 when divided by 11
INVERSE = [pow(weight, -1, 11) for weight in ALL]


def meant(number: str) -> list[str]:
    """Right numbers with another sign at one place, with two neighbours exchanged, or with the one
    sign that is lacking. At most a few dozen; none for a right number."""
    if id_number(number).code is None or not SHAPE.fullmatch(number):
        return []
    if len(number) == LENGTH - 1:
        found = [_mended(f"{number[:at]}0{number[at:]}", at) for at in range(LENGTH)]
    else:
        found = [_mended(number, at) for at in range(LENGTH)]
        found += [
            number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in range(LENGTH - 1)
        ]
    return sorted({text for text in found if "X" not in text[:-1] and _is_right(text)})


def _is_right(text: str) -> bool:
    return id_number(text).code is None


def _mended(number: str, at: int) -> str:
    """With the one sign at that place with which the sum is right."""
    signs = [SIGNS.index(sign) for sign in number]
    lacks = 1 - sum(sign * weight for sign, weight in zip(signs, ALL, strict=True))
    return number[:at] + SIGNS[(signs[at] + lacks * INVERSE[at]) % 11] + number[at + 1 :]
