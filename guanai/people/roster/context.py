"""What the texts around a table say of all its rows: place, school, grade, class, report date."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from guanai.people.roster import values
from guanai.people.roster.places import PlaceIndex

LABEL = re.compile(r"^([^：:]{1,12})[：:]\s*(.+)$")
SCHOOL = re.compile(r"([\u4e00-\u9fff]{2,20}?(?:学校|小学|中学|幼儿园|教学点|完小|一中|二中|三中))")
SCHOOL_CUT = re.compile(r"^(?:关于|上报|报送|\d{4}年)")
PUPILS = re.compile(r"小学生|中学生|中小学|小学阶段|中学阶段")
REPORTED = re.compile(r"填[报表]|上报|统计|报送|制表|日期|时间")
LABELS = re.compile(r"[^：:\s]{1,12}[：:]\s*[^：:]*?(?=\s+[^：:\s]{1,12}[：:]|$)")
NUMBERING = re.compile(
    r"^(?:[\d①-⑳]+[.、．]?|[(（][\d一二三四五六七八九十]+[)）]|[一二三四五六七八九十]+、|=+)(?=\D)"
)
COUNT = re.compile(r"(?:[(（]\d+[人名户]?[)）]|\d+[人名户])$")
ROSTER_WORDS = re.compile(
    r"(?:农村)?(?:留守|困境)?(?:儿童|学生|妇女|老人)|花名册|名册|台账|(?:登记|统计|汇总|摸底|信息)+表?|情况|名单|\d{4}年?\d*月?|[(（].*?[)）]"
)
GRADE = {c: i for i, c in enumerate("一二三四五六七八九", 1)} | {str(i): i for i in range(1, 10)}
MIDDLE = {"初": 6, "高": 9}
STAGE = re.compile(r"(?P<stage>初|高)中?(?P<year>[一二三123])(?:年级)?")
GRADE_WORD = re.compile(r"(?<!初)(?<!高)(?P<year>[一二三四五六七八九1-9])年级")
SHORT = re.compile(
    r"^(?P<year>[一二三四五六七八九])(?=[（(.．·\-]?\d|[（(][一二三四五六七八九十]|$)"
)
CLASS_WORD = re.compile(r"(?P<n>\d{1,2}|[一二三四五六七八九十]{1,2})[)）\]】.]*班?$")
CLASS_MARKED = re.compile(r"[(（\[]?(?P<n>\d{1,2}|[一二三四五六七八九十]{1,2})[)）\]]?班")
PREFIX = re.compile(r"^小(?=[一二三四五六](?:年级|[（(\d]))|^[GCgc](?=\d)")
SCHOOL_YEAR = re.compile(r"(20\d\d)年?度?(?:\s*[-—–~～至/]\s*(?:20)?\d\d学?年|\s*(?P<term>[春秋]))")
PRESCHOOL = re.compile(r"学前|幼儿|[小中大]班|幼|托班")


@dataclass(frozen=True)
class Context:
    """Holds for every row of a table that does not say otherwise itself."""

    place: str | None = None
    school: str | None = None
    grade: int | None = None
    class_number: int | None = None
    head_teacher: str | None = None
    as_of: date | None = None
    school_year: int | None = None  # 2026: from September 2026 on


@lru_cache(values.CACHE)
def grade_and_class(raw: str) -> tuple[int | None, int | None]:
    """(grade 1-12, class): 三年级2班, 七(3)班, 初一, 高二; None where it is not said."""
    text = PREFIX.sub("", values.compact(raw))
    if values.is_missing(raw) or PRESCHOOL.search(text):
        return None, _class(re.sub(r"^.*(?:学前|幼儿|小|中|大)班?", "", text))
    grade, rest = None, text
    if found := STAGE.search(text):
        grade = MIDDLE[found["stage"]] + GRADE[found["year"]]
    elif found := GRADE_WORD.search(text) or SHORT.search(text):
        grade = GRADE[found["year"]]
    elif re.fullmatch(r"[1-9]0[1-9]班?|[1-9][.\-][1-9]班?", text):
        return int(text[0]), int(text[2])
    elif re.fullmatch(r"[一二三四五六七八九]{2}班", text):
        return GRADE[text[0]], GRADE[text[1]]
    elif found := re.match(r"(?P<year>[1-9])[（(](?=\d)", text):
        grade = GRADE[found["year"]]
    if found:
        rest = text[found.end() :]
    return grade, _class(rest)


def _class(text: str) -> int | None:
    text = text.strip("年级")
    found = CLASS_MARKED.search(text) or CLASS_WORD.search(text)
    return values.whole(found["n"]) if found else None


SCHOOL_END = re.compile(
    r"(?:小学|中学|学校|幼儿园|完小|[一二三四]中(?!学)|教学点|高中|初中部)(?![附分])"
)


@lru_cache(values.CACHE)
def school_and_class(raw: str) -> tuple[str | None, str]:
    """清溪小学三年级2班 is (清溪小学, 三年级2班); (text, "") if no grade or class follows."""
    text = values.narrow(raw)
    ends = [found.end() for found in SCHOOL_END.finditer(text)] or [0]
    rest = text[ends[-1] :].strip(" (（)）,，、/")
    told = any(grade_and_class(rest)) and re.search(r"年级|班|[初高]|[（(\d]", rest)
    if told or re.fullmatch(r"(?:[大中小][\d一二三四]?|学前|托)班", rest):
        return text[: ends[-1]] or None, rest
    return values.plain(raw), ""


@lru_cache(values.CACHE)
def grade_only(raw: str) -> int | None:
    """A column of grades: 3, 三, 三年级, 初一, 高二."""
    text = values.compact(raw).removesuffix("级").removesuffix("年")
    if text in GRADE:
        return GRADE[text]
    if re.fullmatch(r"1[0-2]", text):
        return int(text)
    return grade_and_class(raw)[0]


@lru_cache(values.CACHE)
def class_only(raw: str) -> int | None:
    """A column of classes: (1)班, 3, 一班, 三（2）班."""
    text = values.compact(raw).strip("()（）[]").removesuffix("班").strip("()（）")
    if re.fullmatch(r"\d{1,2}|[一二三四五六七八九]|[一二]?十[一二三四五六七八九]?", text):
        return values.whole(text)
    return grade_and_class(raw)[1]


def read_context(
    texts: Iterable[str], sheet: str, file_name: str, places: PlaceIndex, within: str | None
) -> Context:
    """From the smallest claim to the strongest: file name, titles, labelled lines, sheet name."""
    texts = list(texts)
    stem = file_name.rsplit(".", 1)[0]
    context = Context(place=within, school_year=said_year([stem, sheet, *texts]))
    context = _add_text(context, stem, places)
    for piece in re.split(r"[-—_\s]+", ROSTER_WORDS.sub(" ", stem)):
        place = places.resolve(piece, context.place) if len(piece) > 1 else None
        context = replace(context, place=place or context.place)
    for text in texts:
        labelled = LABELS.findall(text.strip())
        for piece in labelled if len(labelled) > 1 else [text]:
            context = _add_text(context, piece, places)
    here = places.resolve(bare_name(sheet), context.place or within)
    found = here or places.find(sheet, context.place)
    context = replace(context, place=found or context.place)
    grade, class_number = grade_and_class(sheet)
    if grade and re.search(r"年级|班|^[初高]", sheet):
        context = replace(context, grade=grade, class_number=class_number)
    return context


def said_year(texts: Iterable[str]) -> int | None:
    """2026 of 2026年秋季学期, 2027年春季 and 2026-2027学年; None if nothing says it."""
    found = [year for text in texts if (year := SCHOOL_YEAR.search(values.narrow(text)))]
    return int(found[0][1]) - (found[0]["term"] == "春") if found else None


def bare_name(text: str) -> str:
    """A village's name without numbering and counts: 1.东山, ①东山, 东山（4）, ==东山村==."""
    return COUNT.sub("", NUMBERING.sub("", values.compact(text)).rstrip("=")) or text


def _add_text(context: Context, text: str, places: PlaceIndex) -> Context:
    labelled = LABEL.match(text.strip())
    label, said = (labelled[1], labelled[2]) if labelled else ("", text)
    if REPORTED.search(label) and (when := values.day(said).value):
        return replace(context, as_of=date.fromisoformat(f"{when}-28"[:10]))
    if re.search(r"班主任", label):
        return replace(context, head_teacher=values.name(said))
    if re.search(r"人$|电话|审核|负责|序号", label):
        return context
    school = _school(said if label else text, bool(re.search("学校|园", label)))
    if school:
        context = replace(context, school=school)
    else:
        named = places.resolve(said, context.place) if re.search(r"村|社区", label) else None
        found = named or places.find(said, context.place)
        context = replace(context, place=found or context.place)
    grade, class_number = grade_and_class(said) if re.search(r"年级|班", text) else (None, None)
    if grade:
        context = replace(context, grade=grade, class_number=class_number)
    return context


def _school(text: str, sure: bool) -> str | None:
    bare = re.split(r"[\s(（]", text.strip())[0]
    if sure:
        return bare
    if PUPILS.search(text):
        return None
    found = SCHOOL.search(SCHOOL_CUT.sub("", bare))
    return found[1] if found else None


def caption_context(context: Context, text: str, places: PlaceIndex, town: str | None) -> Context:
    """A caption between rows: 三年级2班 or 大湾村 holds for the rows under it."""
    if LABEL.match(text.strip()):
        return _add_text(context, text, places)
    grade, class_number = grade_and_class(text)
    if grade or (class_number and "班" in text):
        return replace(context, grade=grade or context.grade, class_number=class_number)
    code = places.resolve(bare_name(text), town) or places.find(text, town)
    return replace(context, place=code) if code and code != town else context
