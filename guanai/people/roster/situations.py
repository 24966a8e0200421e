"""Where a parent is, in the words of rosters: away, home, dead, prison, lost, ill, disabled."""

# Lists of words are easier to keep on one line each:
# ruff: noqa: E501

import re
from functools import lru_cache
from typing import NamedTuple

from guanai.people.roster.values import CACHE, compact, is_missing

# The first that matches counts: 重病在家 is ill, 离家出走 is lost, 在家务农 is home.
STATES: list[tuple[str, re.Pattern[str]]] = [
    (state, re.compile(pattern))
    for state, pattern in (
        ("dead", r"死亡|去世|已故|病故|过世|离世|逝世|亡故|身亡|身故|双亡|^亡$|亡$|已亡|已死|故$|殁"),
        ("prison", r"服刑|监狱|坐牢|入狱|羁押|戒毒|判刑|在押|劳改|看守所|强戒|收监"),
        ("lost", r"失联|失去联系|失踪|下落不明|出走|无音讯|联系不上|无法联系|音信|杳无|走失|不知去向|去向不明"),
        ("disabled", r"残疾|重残|[一二三四1234]级残|残$|伤残|智障|致残"),
        ("ill", r"重病|大病|患病|精神病|精神障碍|疾病|病重|慢性病|瘫痪|卧床|患.{0,4}病|尿毒症|癌|病$|生病|精神"),
        ("home", r"在家|务农|居家|返乡|返家|已返|种地|未外出|没外出|不外出|家中|在村|本村|本地|县内|本县|本乡|本镇|家务|陪读|照顾"),
        ("away", r"外出|务工|打工|外地|在外|经商|进城|出门|省外|县外|国外|境外|经营|上班|做生意"),
    )
]  # fmt: skip
DIVORCED = re.compile(
    r"(?:父母双方|父母|双方|夫妻)?(?:均|都)?已?(?:离异|离婚|离(?=$|[,，、;；(（)）]))"
)
# Said of a parent, but neither a state of ours nor a place.
ELSEWHERE = re.compile(r"改嫁|再婚|另嫁|再嫁|重组|分居|正常|一般|健康|良好|同上")
WITH = re.compile(
    r"(?:随|跟|判给|由|跟随|归|与)(?:其)?(?:父母|父亲?|母亲?|爸爸?|妈妈?)(?:生活|抚养|同住|共同生活|居住|一起生活)*"
)
SUBJECT = re.compile(
    r"父母双方|父母亲|父母|爸妈|双方|夫妻|双亲|双(?=亡|外|在)|均|都|父亲|母亲|爸爸|妈妈|父|母|爸|妈"
)
FATHER, MOTHER = {"父亲", "爸爸", "父", "爸"}, {"母亲", "妈妈", "母", "妈"}
TRAIL = re.compile(r"[\s,，、;；。.:：/()（）+和与及]+")


class Parents(NamedTuple):
    father: str | None = None
    mother: str | None = None
    divorced: bool = False


@lru_cache(CACHE)
def state_of(raw: str) -> str | None:
    """One person's situation, None if the words name none (a place, a name, nothing)."""
    if is_missing(raw):
        return None
    text = compact(raw)
    return next((state for state, pattern in STATES if pattern.search(text)), None)


@lru_cache(CACHE)
def whereabouts(raw: str) -> tuple[str | None, str | None]:
    """(state, work place) from a column that mixes both: 广东东莞 is away, 已故 is dead."""
    if is_missing(raw):
        return None, None
    state = state_of(raw)
    if state is None:
        told = DIVORCED.sub("", compact(raw)).strip(",，、;；。()（）")
        return (
            (None, None) if not told or ELSEWHERE.search(told) else ("away", " ".join(raw.split()))
        )
    if state == "away":
        bare = DIVORCED.sub("", compact(raw)).strip(",，、;；。()（）")
        place = re.sub(
            r"^(?:长期|常年|在|到|去|于|赴|外出)+|(?:外出|务工|打工|上班|经商|做生意|就业|工作|做工)+$",
            "",
            bare,
        )
        named = len(place) > 1 and state_of(place) is None and place not in {"外地", "省外", "县外"}
        return state, place if named else None
    return state, None


@lru_cache(CACHE)
def parents(raw: str) -> Parents:
    """Both parents from one cell: 父外出,母重病; 均外出; 离异(父外出).

    If only one is named as away and they are not divorced, the other is at home.
    """
    if is_missing(raw):
        return Parents()
    text = compact(raw)
    divorced = bool(DIVORCED.search(text))
    text = DIVORCED.sub(",", WITH.sub("", text))
    said: dict[str, str | None] = {}
    waiting: set[str] = set()
    named = list(SUBJECT.finditer(text))
    for n, subject in enumerate(named):
        end = named[n + 1].start() if n + 1 < len(named) else len(text)
        words = TRAIL.sub("", text[subject.end() : end])
        waiting |= _who(subject.group())
        if words:
            said |= dict.fromkeys(waiting, state_of(words))
            waiting = set()
    if not named:
        return _of_nobody(text, divorced)
    return _completed(said, divorced)


def _who(word: str) -> set[str]:
    if word in FATHER:
        return {"father"}
    return {"mother"} if word in MOTHER else {"father", "mother"}


def _of_nobody(text: str, divorced: bool) -> Parents:
    """No parent is named: 孤儿 and 双亡 speak of both, other words of nobody we know."""
    if "孤儿" in text:
        return Parents("dead", "dead", divorced)
    if divorced or re.search(r"一方|单方|其中|一人", text):
        return Parents(divorced=divorced)
    state = state_of(text)
    both = state if state in {"away", "home"} else None
    return Parents(both, both, divorced)


def _completed(said: dict[str, str | None], divorced: bool) -> Parents:
    father, mother = said.get("father"), said.get("mother")
    if not divorced and len(said) == 1:
        father = "home" if mother == "away" else father
        mother = "home" if father == "away" and "mother" not in said else mother
    return Parents(father, mother, divorced)
