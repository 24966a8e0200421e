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
NAME_TAIL = re.compile(r"[,，、;；:：*\s]+$|^[,，、;；:：\s]+")
LATIN = re.compile(r"[A-Za-z]")
LONGEST_NAME = 60
SHORT_NOTE = 4
NOT_A_NAME = re.compile(r"^[\d\W_]*$|^[=+@]|^(?:某某|姓名|待定|待查|未取名|未起名|无名|未命名)$")


@lru_cache(CACHE)
def name(raw: str) -> str | None:
    """A person's name: 「王 芳」 is 王芳, every kind of middle dot is ·, notes in brackets go."""
    if is_missing(raw):
        return None
    text = NAME_TAIL.sub("", NOTE.sub("", narrow(raw)))
    text = " ".join(text.split()) if LATIN.search(text) else "".join(text.split())
    text = DOT.sub("·", text).strip("·")
    odd = NOT_A_NAME.match(text) or len(text) > LONGEST_NAME
    return None if odd or is_missing(text) else text


@lru_cache(CACHE)
def name_note(raw: str) -> str:
    """What stands in brackets behind a name: 保俊建（去世） gives 去世."""
    found = NOTE.search(narrow(raw))
    return found.group().strip("()（）[]【】") if found else ""


# ------------------------------------------------------------------------------------- sex
@lru_cache(CACHE)
def sex(raw: str) -> Reading:
    """1 or 2 (GB/T 2261.1); ``sex.unknown`` for anything else that is not empty."""
    word = compact(raw).strip("()（）").removesuffix(".0")
    if not word:
        return NOTHING
    word = re.sub(r"^0(?=[12]$)|^0?[12][\-.、:]?(?=[男女])", "", word)
    code = codes.sex.code(word) or codes.sex.code(word.lower())
    if code is None and word[0] in "男女" and len(word) <= 3:
        code = codes.sex.code(word[0])
    return Reading(int(code)) if code in {"1", "2"} else Reading(None, "sex.unknown")


# ------------------------------------------------------------------------------------ dates
SEPARATED = re.compile(
    r"^(\d{4}|\d{2})[./\-_—–,、。年\s]+(\d{1,2})(?:[./\-_—–,、。月\s]+(\d{1,2})[日号]?|[月.]?)$"
)
HAN_DIGITS = str.maketrans("〇○零一二三四五六七八九两", "0001234567892")
TIME = re.compile(r"[T\s]+\d{1,2}:\d{2}(:\d{2})?(\.\d+)?(Z)?$")
LUNAR = re.compile(r"[（(]?(?:农历|阴历|旧历)[)）]?")
CALENDAR = re.compile(LUNAR.pattern + r"|[（(]?(?:公历|阳历|新历)[)）]?")
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
    text = TIME.sub("", CALENDAR.sub("", narrow(raw)).strip("'’` "))
    text = DATE_TAIL.sub("", text).strip().rstrip(".")
    if re.search(r"[一二三四五六七八九〇零十]", text):
        text = _han_number(text)
    value = None
    if NUMBER.match(text):
        value = _digits(text.split(".")[0], latest)
    elif found := SEPARATED.match(text):
        last = int(found[3]) if found[3] else None
        value = _day(_year(found[1], latest), int(found[2]), last)
    return Reading(value) if value else Reading(None, "birth.unparseable")


@lru_cache(CACHE)
def span(raw: str) -> tuple[str, str] | None:
    """From and to in one cell, 2025.3.1-2026.1.20 or 2025.3至今; None if it is no such pair."""
    for signs in (r"[至到~～]+", r"[—–-]+"):
        for sign in re.finditer(signs, raw):
            start, end = raw[: sign.start()].strip(), raw[sign.end() :].strip("—–-至到 ")
            open_end = not end or is_missing(end) or re.fullmatch(r"今|现在|目前|未返乡?", end)
            if day(start).value and (open_end or day(end).value):
                return start, "" if open_end else end
    return None


# ------------------------------------------------------------------------- words and numbers
@lru_cache(CACHE)
def ethnicity(raw: str) -> str | None:
    """The name of GB/T 3304: 彝 is 彝族. An unknown word stays as it is."""
    if is_missing(raw):
        return None
    word = re.sub(r"^\d+(?=\D)", "", NOTE.sub("", compact(raw)) or compact(raw))
    code = codes.ethnicity.code(word) or codes.ethnicity.code(word.removesuffix("族"))
    return codes.ethnicity.name(code) if code else word


RELATION_NOISE = re.compile(
    r"^(?:监护人)?(?:是|为|系)|关系$|^(?:儿童|学生|孩子|本人|其|的)+|[。.]$"
    r"|(?<=.)(?:代管|代养|代为照管|照看|照管|抚养|监护)$"
)


GENERAL = {"10", "40", "50", "60", "70", "80", "97"}  # a more exact word beside it counts
NO_RELATION = {None, "01", "02"}


@lru_cache(CACHE)
def relation(raw: str) -> Reading:
    """The code of GB/T 4761; ``relation.unknown`` for words that are no relation."""
    word = compact(raw).replace("（", "(").replace("）", ")")
    if not word or is_missing(raw):
        return Reading(None, "relation.unknown" if "?" in word else None)
    within = re.findall(r"[(]([^()]+)[)]", word)
    pieces = [word, *within, NOTE.sub("", word), RELATION_NOISE.sub("", word)]
    pieces += re.split(r"[/、,，()]", word)
    codes_ = [code for p in pieces if not p.isdigit() and (code := codes.relation.code(p))]
    if word.isdigit() and len(word) == 2 and codes.relation.code(word):
        codes_ = [word]
    exact = [code for code in codes_ if code not in GENERAL]
    code = next(iter(exact or codes_), None)
    return Reading(code) if code not in NO_RELATION else Reading(None, "relation.unknown")


KIN = (
    "爷爷|奶奶|外公|外婆|姥姥|姥爷|祖父|祖母|父亲|母亲|爸爸|妈妈"
    "|姑姑|姑妈|叔叔|伯伯|舅舅|姨妈|婶婶|儿子|女儿"
)
BEFORE = re.compile(rf"^({KIN})[:：]?([\u4e00-\u9fff]{{2,4}})$")
BEHIND = re.compile(rf"^([\u4e00-\u9fff]{{2,4}})({KIN})$")


@lru_cache(CACHE)
def name_and_relation(raw: str) -> tuple[str | None, str]:
    """王秀英（奶奶）, 王秀英/奶奶 or 奶奶王秀英 is (王秀英, 奶奶); "" where no relation is said."""
    if note := name_note(raw):
        return name(raw), note if relation(note).value or len(note) <= SHORT_NOTE else ""
    pieces = [piece for piece in re.split(r"[/、,，:：\s]+", narrow(raw)) if piece]
    if len(pieces) == 2 and min(map(len, pieces)) > 1:
        for who, what in (pieces, pieces[::-1]):
            if relation(what).value and not relation(who).value:
                return name(who), what
    text = compact(raw)
    if found := BEFORE.match(text):
        return found[2], found[1]
    found = BEHIND.match(text)
    return (found[1], found[2]) if found else (name(raw), "")


NOBODY = {"自己", "本人", "独自", "无人", "没人", "无人照看", "无人照料"}
CONTACT_TAIL = re.compile(r"[\s,，、;；:：/(（]*(?:电话|手机)?[\s:：]*$")
PHONE = re.compile(r"[（(]?(\d{7,})[)）]?")


@lru_cache(CACHE)
def carer(raw: str) -> tuple[str | None, str, str]:
    """(name, relation, phone) of a cell that should hold but a name; "" for what it does not."""
    text = narrow(raw)
    phone = PHONE.search(text)
    said = CONTACT_TAIL.sub("", text[: phone.start()]) if phone else raw
    named, related = name_and_relation(said)
    if named and relation(named).value:  # 奶奶 is nobody's name
        named, related = None, str(related or named)
    return None if named in NOBODY else named, related, phone[1] if phone else ""


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


SONS_AND_DAUGHTERS = re.compile(
    r"(\d+)个?(?:男孩?|儿子?|子)[、,和及]?(\d+)个?女[儿孩]?|(\d+)个?女[儿孩]?[、,和及]?(\d+)个?(?:男孩?|儿子?|子)"
)


@lru_cache(CACHE)
def count(raw: str) -> int | None:
    """How many people: 一儿一女 is 2, 无 is 0."""
    text = _han_number(compact(raw))
    if text in {"无", "没有", "没"}:
        return 0
    found = SONS_AND_DAUGHTERS.match(text)
    return sum(int(n) for n in found.groups() if n) if found else whole(raw)


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
    if re.search(r"不能|失能|不可|完全依赖|卧床|^无|无法|重度|不自理|丧失|没有?自理", text):
        return "none"
    return "full" if re.search(r"自理|能|可以|正常|良好|健康|是|√", text) else None
