"""ID numbers (GB 11643-1999) and phone numbers as people write them. Pure functions on raw text."""

# Lengths of numbers are plainest where they are used:
# ruff: noqa: PLR2004

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from guanai.people.roster.values import CACHE, NOTE, Reading, compact, is_missing, narrow

# -------------------------------------------------------------------------------------- ids
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SCIENTIFIC = re.compile(r"^(\d)(?:\.(\d+))?[Ee]\+?(\d+)$")
X_SIGNS = {"×", "*", "Χ", "Х"}  # typed for X; also Greek and Cyrillic
PASSPORT = re.compile(
    r"^(?:[EGDPSK]\d{8}|E[A-Z]\d{7}|[HMC]\d{8}(?:\d{2})?|\d{0,3}[A-Z]{1,3}\d{6,12})$"
)
ID_NOISE = re.compile(r"[\s'’‘`´\"“”,，.。\-—_=:：]+")
ID_WORD = re.compile(r"^(?:ID|(?:居民)?身份证(?:号码?)?)(?=\d)|(?<=^.{18})\*$")
NOT_YET = re.compile(r"[未没]?(?:上户|落户|办|报|有|登记|入户)|无户|补办|遗失|丢失|黑户|正在")


class IdNumber(NamedTuple):
    """A number as written (18 signs if upgraded), what is wrong with it, and what it tells.

    ``birth`` and ``sex`` are None where the number cannot be trusted for them.
    """

    value: str | None
    code: str | None = None
    hint: str | None = None
    birth: str | None = None
    sex: int | None = None


def check_sign(first17: str) -> str:
    """The 18th sign of GB 11643-1999."""
    total = sum(int(d) * w for d, w in zip(first17, WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def _birth(text: str) -> str | None:
    """The birth date inside 18 signs, if it is a day that exists."""
    try:
        return date(int(text[6:10]), int(text[10:12]), int(text[12:14])).isoformat()
    except ValueError:
        return None


def _lost(digits: str) -> IdNumber:
    """Numbers keep 15 digits: the birth date survives, the sequence does not."""
    return IdNumber(None, "id.precision_lost", None, _birth(digits.ljust(18, "0")))


def _checked(text: str) -> IdNumber:
    birth = _birth(text)
    if birth and check_sign(text[:17]) == text[17]:
        return IdNumber(text, birth=birth, sex=1 if int(text[16]) % 2 else 2)
    if text.endswith("000"):
        return _lost(text[:15])
    return IdNumber(text, "id.checksum")


def _eighteen(old: str) -> IdNumber:
    """A 15-digit number of before 1999 with its century and check sign."""
    longer = old[:6] + "19" + old[6:]
    birth = _birth(longer)
    if birth is None:
        return IdNumber(old, "id.length")
    sex_of = 1 if int(longer[16]) % 2 else 2
    return IdNumber(longer + check_sign(longer), birth=birth, sex=sex_of)


def id_number(raw: str) -> IdNumber:
    """A citizen's number, upper-case without spaces; other papers' numbers pass unchecked."""
    text = ID_NOISE.sub("", narrow(raw)).upper()
    if not text:
        return IdNumber(None)
    if len(text) == 18 and text[:17].isdigit() and (text[17].isdigit() or text[17] == "X"):
        return _checked(text)
    if len(text) == 15 and text.isdigit():
        return _eighteen(text)
    return _odd_id(raw, text)


@lru_cache(CACHE)
def _odd_id(raw: str, text: str) -> IdNumber:
    if is_missing(raw) or NOT_YET.search(raw):
        return IdNumber(None)
    if found := SCIENTIFIC.match(compact(raw).replace("'", "")):
        digits = found[1] + (found[2] or "")
        return _lost(digits) if len(digits) >= 14 else IdNumber(None, "id.precision_lost")
    bare = NOTE.sub("", ID_WORD.sub("", text))
    if text[17:] in X_SIGNS and text[:17].isdigit() and not _checked(text[:17] + "X").code:
        bare = text[:17] + "X"
    return id_number(bare) if bare not in {text, ""} else _not_a_number(text)


def _not_a_number(text: str) -> IdNumber:
    """Letters for digits (repair offered), a passport (passes), or simply too long or short."""
    guess = text.translate(str.maketrans("OoIlL×*", "00111XX"))
    if guess != text and len(guess) == 18 and guess[:17].isdigit():
        again = _checked(guess)
        return IdNumber(text, "id.checksum", None if again.code else guess)
    passport = PASSPORT.match(text) and not text.isdigit()
    return IdNumber(text, None if passport else "id.length")


# ----------------------------------------------------------------------------------- phones
PHONE_SEPARATORS = re.compile(r"[/\\、;；,，|\n\r和或及&]+|(?<=\d{11})\s+")
MOBILE = re.compile(r"(?<!\d)(?:\+?0{0,2}86)?(1[3-9]\d{9})(?!\d)")
LANDLINE = re.compile(r"^(?:0\d{2,3})?[2-8]\d{6,7}$")
PHONE_NOISE = re.compile(r"[\s\-—–_.·()（）]+")


def phones(raw: str) -> Reading:
    """All numbers in the cell; ``phone.invalid`` if any piece is none (the others stay)."""
    text = raw
    if len(text) == 11 and text.isdigit() and text[0] == "1" and text[1] in "3456789":
        return Reading([text])
    return _phones(text)


@lru_cache(CACHE)
def _phones(raw: str) -> Reading:
    if is_missing(raw):
        return Reading([])
    text = narrow(raw.replace("\n", "/").replace("\r", "/")).removesuffix(".0")
    found: list[str] = []
    bad = False
    for piece in PHONE_SEPARATORS.split(text):
        numbers = _piece(piece)
        bad |= not numbers and bool(re.search(r"\d|\*", piece))
        found += [n for n in numbers if n not in found]
    if not found and not bad and not re.search(r"[\u4e00-\u9fff]", text):
        bad = True
    return Reading(found, "phone.invalid" if bad else None)


def _piece(piece: str) -> list[str]:
    joined = PHONE_NOISE.sub("", piece)
    if numbers := MOBILE.findall(joined):
        return [str(n) for n in numbers]
    if numbers := MOBILE.findall(piece):
        return [str(n) for n in numbers]
    if len(joined) == 22 and joined.isdigit():
        return [n for n in (joined[:11], joined[11:]) if MOBILE.match(n)]
    digits = re.sub(r"\D", "", joined.split("转")[0])
    return [digits] if LANDLINE.match(digits) else []
