"""What people write in one cell, made uniform. Every function is pure and takes raw text.

A reading is (value, problem code or None, suggested repair or None).
"""

# Lengths of numbers and bounds of dates are plainest where they are used:
# ruff: noqa: PLR2004

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from guanai.core import codes
from guanai.people.roster.words import DITTO_WORDS, FALSE_WORDS, MISSING_WORDS, TRUE_WORDS

WIDE = str.maketrans(
    {i + 0xFEE0: i for i in range(0x21, 0x7F)}
    | {ord(c): " " for c in "\u3000\xa0\u2002\u2003\u2009\u202f\t"}
    | {ord(c): None for c in "\u200b\u200c\u200d\ufeff\u200e\u200f\u202c\u202d"}
)
CACHE = 20_000
LONGEST_DITTO = 6


class Reading(NamedTuple):
    """A cell's value; ``code`` names what is wrong, ``hint`` a repair worth offering."""

    value: object
    code: str | None = None
    hint: str | None = None


NOTHING = Reading(None)


def narrow(raw: str) -> str:
    """Full-width signs to ASCII, invisible ones away, ends trimmed."""
    return (raw if raw.isascii() else raw.translate(WIDE)).strip()


def compact(raw: str) -> str:
    """Like narrow, without any space inside."""
    return "".join(narrow(raw).split())


@lru_cache(CACHE)
def is_missing(raw: str) -> bool:
    """Nothing, 无, 不详, a dash: the writer had no answer."""
    word = compact(raw).strip("()[]【】。.").lower()
    return word in MISSING_WORDS or not word.strip("-—–_/\\?·…*~")


def is_ditto(raw: str) -> bool:
    """同上, 〃, " and the like: what stands above."""
    return len(raw) <= LONGEST_DITTO and _is_ditto(raw)


@lru_cache(CACHE)
def _is_ditto(raw: str) -> bool:
    return compact(raw) in DITTO_WORDS


def plain(raw: str) -> str | None:
    """Free text, trimmed; None if missing."""
    return None if is_missing(raw) else narrow(raw)


# ------------------------------------------------------------------------------------ names
DOT = re.compile(r"\s*[·•・‧∙⋅●.。｡･﹒]\s*")
NOTE = re.compile(r"[(（\[【].*?(?:[)）\]】]|$)")
NAME_TAIL = re.compile(r"[,，、;；:：\s]+$|^[,，、;；:：\s]+")
LATIN = re.compile(r"[A-Za-z]")
NOT_A_NAME = re.compile(r"^[\d\W_]*$|^(?:某某|姓名|待定|待查|未取名|未起名|无名|未命名)$")


@lru_cache(CACHE)
def name(raw: str) -> str | None:
    """A person's name: 「王 芳」 is 王芳, every kind of middle dot is ·, notes in brackets go."""
    if is_missing(raw):
        return None
    text = NAME_TAIL.sub("", NOTE.sub("", narrow(raw)))
    text = " ".join(text.split()) if LATIN.search(text) else "".join(text.split())
    text = DOT.sub("·", text).strip("·")
    return None if NOT_A_NAME.match(text) or is_missing(text) else text


@lru_cache(CACHE)
def name_note(raw: str) -> str:
    """What stands in brackets behind a name: 保俊建（去世） gives 去世."""
    found = NOTE.search(narrow(raw))
    return found.group().strip("()（）[]【】") if found else ""


# ------------------------------------------------------------------------------------- sex
@lru_cache(CACHE)
def sex(raw: str) -> Reading:
    """1 or 2 (GB/T 2261.1); ``sex.unknown`` for anything else that is not empty."""
    word = compact(raw)
    if not word:
        return NOTHING
    code = codes.sex.code(word.removesuffix(".0"))
    if code is None and word[0] in "男女" and len(word) <= 3:
        code = codes.sex.code(word[0])
    return Reading(int(code)) if code in {"1", "2"} else Reading(None, "sex.unknown")


# ------------------------------------------------------------------------------------ dates
SEPARATED = re.compile(
    r"^(\d{4}|\d{2})[./\-_—–,、。年\s]+(\d{1,2})(?:[./\-_—–,、。月\s]+(\d{1,2})[日号]?|[月.]?)$"
)
HAN_DIGITS = str.maketrans("〇○零一二三四五六七八九两", "0001234567892")
TIME = re.compile(r"[T\s]+\d{1,2}:\d{2}(:\d{2})?(\.\d+)?(Z)?$")
DATE_TAIL = re.compile(r"(?:出生|生|左右|起|初|底|中旬|上旬|下旬|外出|至今|以来)+$")
NUMBER = re.compile(r"^\d+(?:\.0+)?$")
EPOCH = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 7_000, 60_000  # days of Excel: 1919 to 2064


def _day(year: int, month: int, day: int | None) -> str | None:
    if not (1850 <= year <= 2200 and 1 <= month <= 12):
        return None
    if day is None or day == 0:
        return f"{year:04d}-{month:02d}"
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _year(text: str, latest: int) -> int:
    """Two digits are the latest such year that is not after ``latest``."""
    if len(text) == 4:
        return int(text)
    year = latest // 100 * 100 + int(text)
    return year if year <= latest else year - 100


def _digits(text: str, latest: int) -> str | None:
    """20140506, 201405, 140506 or a day number of Excel."""
    value = None
    if len(text) == 8:
        value = _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    elif len(text) == 6 and text[:2] in {"19", "20"} and "01" <= text[4:] <= "12":
        value = _day(int(text[:4]), int(text[4:]), None)
    elif len(text) == 6:
        value = _day(_year(text[:2], latest), int(text[2:4]), int(text[4:]))
    elif len(text) == 5 and FIRST_SERIAL <= int(text) <= LAST_SERIAL:
        value = (EPOCH + timedelta(int(text))).isoformat()
    return value


def _han_number(text: str) -> str:
    """二〇一五年十二月三日 to 2015年12月3日."""
    text = re.sub(r"(?<![一二三四五六七八九〇零\d])十", "一十", text)
    text = re.sub(r"十(?=[一二三四五六七八九])", "", text)
    return text.replace("十", "〇").translate(HAN_DIGITS)


@lru_cache(CACHE)
def day(raw: str, latest: int = 2099) -> Reading:
    """YYYY-MM-DD, or YYYY-MM if only the month is known; ``birth.unparseable`` otherwise.

    Two-digit years are taken as not after the year ``latest``.
    """
    if is_missing(raw):
        return NOTHING
    text = DATE_TAIL.sub("", TIME.sub("", narrow(raw).strip("'’`"))).strip()
    if re.search(r"[一二三四五六七八九〇零十]", text):
        text = _han_number(text)
    value = None
    if NUMBER.match(text):
        value = _digits(text.split(".")[0], latest)
    elif found := SEPARATED.match(text):
        last = int(found[3]) if found[3] else None
        value = _day(_year(found[1], latest), int(found[2]), last)
    return Reading(value) if value else Reading(None, "birth.unparseable")


# -------------------------------------------------------------------------------------- ids
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SCIENTIFIC = re.compile(r"^(\d)(?:\.(\d+))?[Ee]\+?(\d+)$")
PASSPORT = re.compile(
    r"^(?:[EGDPSK]\d{8}|E[A-Z]\d{7}|[HMC]\d{8}(?:\d{2})?|\d{0,3}[A-Z]{1,3}\d{6,12})$"
)
ID_NOISE = re.compile(r"[\s'’‘`´\"“”,，.。\-—_]+")
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
    bare = NOTE.sub("", text)
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


# ------------------------------------------------------------------------- words and numbers
@lru_cache(CACHE)
def ethnicity(raw: str) -> str | None:
    """The name of GB/T 3304: 彝 is 彝族. An unknown word stays as it is."""
    if is_missing(raw):
        return None
    word = compact(raw)
    code = codes.ethnicity.code(word) or codes.ethnicity.code(word.removesuffix("族"))
    return codes.ethnicity.name(code) if code else word


RELATION_NOISE = re.compile(
    r"^(?:监护人)?(?:是|为|系)|关系$|^(?:儿童|学生|孩子|本人|其|的)+|[。.]$"
)


@lru_cache(CACHE)
def relation(raw: str) -> Reading:
    """The code of GB/T 4761; ``relation.unknown`` for words that are no relation."""
    word = compact(raw).replace("（", "(").replace("）", ")")
    if not word or is_missing(raw):
        return Reading(None, "relation.unknown" if "?" in word else None)
    pieces = [
        word,
        NOTE.sub("", word),
        RELATION_NOISE.sub("", word),
        *re.split(r"[/、,，()]", word),
    ]
    for piece in pieces:
        if not piece.isdigit() and (code := codes.relation.code(piece)):
            return Reading(code) if code not in {"01", "02"} else Reading(None, "relation.unknown")
    if word.isdigit() and len(word) == 2 and codes.relation.code(word):
        return Reading(word)
    return Reading(None, "relation.unknown")


@lru_cache(CACHE)
def tick(raw: str) -> bool | None:
    """True for √, 是, 有, 1; False for nothing, ×, 否, 无; None for other words."""
    word = compact(raw).strip("()[]").lower().removesuffix(".0")
    if word in FALSE_WORDS or is_missing(raw):
        return False
    if word in TRUE_WORDS:
        return True
    if word[0] in "否无未不没非":
        return False
    return True if word[0] in "是有√✓✔" else None


@lru_cache(CACHE)
def whole(raw: str) -> int | None:
    """The first whole number: 8岁, 二个, 10.0, 两人."""
    text = compact(raw)
    if is_missing(raw):
        return None
    found = re.search(r"\d+", text) or re.search(r"\d+", _han_number(text))
    return int(found.group()) if found else None


@lru_cache(CACHE)
def age_range(raw: str) -> list[int | None] | None:
    """[from, to] in years: 6-12岁 is [6, 12], 12岁以上 [12, None], 不限 None."""
    text = _han_number(compact(raw))
    numbers = [int(n) for n in re.findall(r"\d+", text)][:2]
    if not numbers:
        return None
    below = len(numbers) == 1 and re.search(r"以下|以内|不超过|小于|≤|<", text)
    above = len(numbers) == 1 and re.search(r"以上|大于|超过|≥|>|起|\+", text)
    return [None if below else numbers[0], None if above and not below else numbers[-1]]


PARTY = {
    "党员": "中共党员",
    "共产党员": "中共党员",
    "中国共产党党员": "中共党员",
    "预备党员": "中共预备党员",
    "团员": "共青团员",
    "共青团": "共青团员",
    "普通群众": "群众",
}


@lru_cache(CACHE)
def party(raw: str) -> str | None:
    """Political status in its full name."""
    text = plain(raw)
    return PARTY.get(text, text) if text else None


@lru_cache(CACHE)
def self_care(raw: str) -> str | None:
    """full, partial or none: can the elder look after himself?"""
    text = compact(raw)
    if is_missing(raw):
        return None
    if re.search(r"半|部分|基本|需协助|需要帮助|轻度|中度", text):
        return "partial"
    if re.search(r"不能|失能|不可|完全依赖|卧床|无法|重度|不自理", text):
        return "none"
    return "full" if re.search(r"自理|能|可以|正常|良好|健康|是|√", text) else None
