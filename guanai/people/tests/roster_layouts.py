"""Rosters in layouts of our own, each with its truth. Everybody in them is invented."""

import csv
import random
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from guanai.people.roster.numbers import check_sign
from guanai.people.tests.roster_book import Column, Person, Show, Shown
from guanai.people.tests.roster_truth import HERE

SURNAMES = "王李张刘陈杨赵黄周吴徐孙朱马胡郭何高林罗"
BOYS, GIRLS = "强军勇涛明超杰鹏浩宇博斌磊刚", "芳丽娜静敏燕艳洁婷雪慧莹玲萍"
CITIES = ["广东东莞", "浙江义乌", "福建晋江", "江苏昆山", "上海", "昆明", "山东青岛"]
RELATIONS = {"61": ["爷爷", "祖父", "爷孙(爷爷)"], "62": ["奶奶", "祖母"], "63": ["外公", "姥爷"],
    "64": ["外婆", "姥姥"], "81": ["大伯", "伯父"], "83": ["叔叔"], "90": ["姑妈", "姑姑"],
    "85": ["舅舅"], "88": ["姨妈"], "99": ["邻居"], "66": ["太爷爷"]}  # fmt: skip
NOTHING = ["", "无", "不详", "—", "/", "-", "暂无"]
WIDE = str.maketrans("0123456789X.", "０１２３４５６７８９Ｘ．")


def villages() -> list[tuple[str, str, str, str]]:
    """(code, name, township's name, township's code) without names that stand twice."""
    with (HERE / "places.csv").open(encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    towns = {r["code"]: r["name"] for r in rows}
    names = [r["name"] for r in rows]
    return [
        (r["code"], r["name"], towns[r["parent"]], r["parent"])
        for r in rows
        if r["level"] == "village" and names.count(r["name"]) == 1
    ]


def number(r: random.Random, birth: date, sex: int) -> str:
    first = f"539901{birth:%Y%m%d}{r.randrange(1, 499) * 2 - sex % 2 + (sex == 2):03d}"
    first = first if int(first[16]) % 2 == sex % 2 else first[:16] + str((int(first[16]) + 1) % 10)
    return first + check_sign(first)


def person(r: random.Random, first: int, last: int, sex: int | None = None) -> Person:
    sex = sex or r.choice((1, 2))
    birth = date(first, 1, 1) + timedelta(r.randrange((last - first) * 365))
    letters = BOYS if sex == 1 else GIRLS
    name = r.choice(SURNAMES) + "".join(r.sample(letters, r.choice((1, 2))))
    return {
        "name": name,
        "sex": sex,
        "birth": birth,
        "id": number(r, birth, sex),
        "phone": f"1990000{r.randrange(10_000):04d}",
        "place": r.choice(villages()),
    }


def child(r: random.Random) -> Person:
    one = person(r, 2010, 2020)
    states = r.choices(["away", "home", "dead", "prison", "lost", "ill"], [70, 15, 5, 3, 4, 3], k=2)
    for role, sex, state in (("father", 1, states[0]), ("mother", 2, states[1])):
        one[role] = person(r, 1978, 1994, sex) | {
            "state": state,
            "city": r.choice(CITIES),
            "since": date(2024, 1, 5) + timedelta(r.randrange(800)),
        }
    one["guardian"] = person(r, 1950, 1964) | {"relation": r.choice(list(RELATIONS))}
    return one | {
        "grade": r.randrange(1, 10),
        "class": r.randrange(1, 5),
        "boards": r.random() < 0.4,
        "low": r.random() < 0.3,
        "poor": r.random() < 0.3,
    }


# ----------------------------------------------------------------------------------- cells
def told(path: str, value: Any) -> dict[str, Any]:
    out: Any = value
    for key in reversed(path.split(".")):
        out = {key: out}
    return dict(out)


def at(who: Person, role: str) -> Person:
    return dict(who[role]) if role else who


def name_of(role: str = "", missing: float = 0.03) -> Show:
    path = f"{role}.name" if role else "name"

    def show(r: random.Random, who: Person) -> Shown:
        name = at(who, role)["name"]
        if r.random() < missing:
            problems = [] if role else ["name.missing"]
            return r.choice(NOTHING), told(path, None), problems
        spaced = name[0] + "　" + name[1] if len(name) == 2 and r.random() < 0.3 else name
        return spaced, told(path, name), []

    return show


def id_of(role: str = "", old: float = 0.0, lost: float = 0.0) -> Show:
    path = f"{role}.id_number" if role else "id_number"

    def show(r: random.Random, who: Person) -> Shown:
        one, x = at(who, role), r.random()
        number_ = one["id"]
        extra = {} if role else {"sex": one["sex"], "birth_date": f"{one['birth']}"}
        if x < old and one["birth"].year < 2000:
            return number_[:6] + number_[8:17], told(path, number_) | extra, []
        if x < lost and not number_.endswith("X"):
            return float(number_[:15] + "000"), {}, ["id.precision_lost"]
        if x > 0.97:
            return number_[:16], {}, ["id.length"]
        shown = r.choice([number_, number_, number_, f"'{number_}", number_.lower(),
            number_.translate(WIDE), f"{number_[:6]} {number_[6:14]} {number_[14:]}"])  # fmt: skip
        return shown, told(path, number_) | extra, []

    return show


def phone_of(role: str = "", as_number: bool = False) -> Show:
    path = f"{role}.phones" if role else "phones"

    def show(r: random.Random, who: Person) -> Shown:
        phone, x = at(who, role)["phone"], r.random()
        if x < 0.1:
            return r.choice(NOTHING), told(path, []), []
        if x < 0.2:
            other = f"1990000{r.randrange(10_000):04d}"
            joined = r.choice("/、；, \n").join((phone, other))
            return joined, told(path, sorted({phone, other})), []
        if x < 0.23:
            return phone[:9], {}, ["phone.invalid"]
        shown = r.choice([phone, f"{phone[:3]}-{phone[3:7]}-{phone[7:]}", phone.translate(WIDE)])
        return int(phone) if as_number else shown, told(path, [phone]), []

    return show


def day_text(r: random.Random, day: date) -> Any:
    y, m, d = day.year, day.month, day.day
    return r.choice([f"{y}.{m}.{d}", f"{y}年{m}月{d}日", day, f"{y}/{m}/{d}", f"{y}{m:02d}{d:02d}",
        f"{y}-{m}-{d} 00:00:00", (day - date(1899, 12, 30)).days])  # fmt: skip


def birth(r: random.Random, who: Person) -> Shown:
    day = who["birth"]
    if r.random() < 0.03:
        return r.choice(["属龙", "2016年", "约十岁"]), {}, ["birth.unparseable"]
    if r.random() < 0.1:
        return f"{day.year}年{day.month:02d}月", told("birth_date", f"{day:%Y-%m}"), []
    return day_text(r, day), told("birth_date", f"{day}"), []


def day_of(role: str, key: str, path: str) -> Show:
    def show(r: random.Random, who: Person) -> Shown:
        if r.random() < 0.2:
            return r.choice(NOTHING), told(path, None), []
        day = at(who, role)[key]
        if r.random() < 0.3:
            return f"{day:%Y.%m}", told(path, f"{day:%Y-%m}"), []
        return day_text(r, day), told(path, f"{day}"), []

    return show


def sex(r: random.Random, who: Person) -> Shown:
    word = "男" if who["sex"] == 1 else "女"
    return r.choice([word, word, f" {word}", word + "性"]), told("sex", who["sex"]), []


def sex_tick(of: int) -> Show:
    def show(r: random.Random, who: Person) -> Shown:
        return ("√" if who["sex"] == of else ""), told("sex", who["sex"]), []

    return show


def village(full: bool = False, group: bool = False) -> Show:
    def show(r: random.Random, who: Person) -> Shown:
        code, name, town, _ = who["place"]
        if r.random() < 0.03:
            return "石头营子村", {"village_code": None}, ["place.unknown"]
        stem = name.removesuffix("村") if name.endswith("村") else name
        text = r.choice([name, f"{stem}村委会" if stem != name else name + "居委会"])
        text = (r.choice(["云岭县", ""]) + town if full else "") + text
        return text + (f"{r.randrange(1, 9)}组" if group else ""), {"village_code": code}, []

    return show


def township(r: random.Random, who: Person) -> Shown:
    return who["place"][2], {}, []


def fixed(path: str, words: dict[str, Any]) -> Show:
    def show(r: random.Random, who: Person) -> Shown:
        del who
        word = r.choice(list(words))
        return word, told(path, words[word]), []

    return show


def relation(role: str = "guardian") -> Show:
    path = f"{role}.relation_code"

    def show(r: random.Random, who: Person) -> Shown:
        if r.random() < 0.04:
            return r.choice(["代管", "见备注", "?"]), told(path, None), ["relation.unknown"]
        code = who[role]["relation"]
        return r.choice(RELATIONS[code]), told(path, code), []

    return show


HOME_WORDS = {"home": ["在家", "在家务农"], "dead": ["已故", "病故"], "prison": ["服刑"],
    "lost": ["失联"], "ill": ["患重病"]}  # fmt: skip


def whereabouts(role: str, place: bool = True) -> Show:
    def show(r: random.Random, who: Person) -> Shown:
        one = who[role]
        if one["state"] == "away":
            expected = {"state": "away"} | ({"work_place": one["city"]} if place else {})
            return one["city"] if place else "外出务工", {role: expected}, []
        expected = {"state": one["state"]} | ({"work_place": None} if place else {})
        return r.choice(HOME_WORDS[one["state"]]), {role: expected}, []

    return show


def both_parents(r: random.Random, who: Person) -> Shown:
    states = {role: who[role]["state"] for role in ("father", "mother")}
    words = {k: "外出打工" if s == "away" else r.choice(HOME_WORDS[s]) for k, s in states.items()}
    text = r.choice(["父{father}，母{mother}", "母亲{mother}；父亲{father}"]).format(**words)
    if set(states.values()) == {"away"}:
        text = r.choice(["父母双方均外出务工", "双双外出", "都在外打工"])
    return text, {k: {"state": s} for k, s in states.items()} | {"parents_divorced": False}, []


def flag(path: str, key: str, yes: Iterable[str], no: Iterable[str]) -> Show:
    def show(r: random.Random, who: Person) -> Shown:
        return r.choice(list(yes if who[key] else no)), told(path, bool(who[key])), []

    return show


def grade_class(r: random.Random, who: Person) -> Shown:
    han, number_ = "零一二三四五六七八九"[who["grade"]], who["class"]
    middle = [f"初{'一二三'[who['grade'] - 7]}({number_})班"] if who["grade"] > 6 else []
    text = r.choice(
        [
            f"{han}年级({number_})班",
            f"{han}（{number_}）",
            f"{who['grade']}年级{number_}班",
            *middle,
        ]
    )
    return text, {"grade": who["grade"], "class": number_}, []


def left_alone(*words: str) -> Show:
    return lambda r, _: (r.choice(words), {}, [])


def serial(r: random.Random, who: Person) -> Shown:
    del r
    return who["serial"], {}, []


# ------------------------------------------------------------------------------------ files
def merged(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict):
            merged(into.setdefault(key, {}), value)
        else:
            into.setdefault(key, value)


def identity_rules(columns: list[Column], who: Person, expected: dict[str, Any]) -> None:
    """What a valid number tells stands for its cell; without one the cells do."""
    del columns
    if expected.get("id_number"):
        expected["birth_date"] = f"{who['birth']}"


def row_of(
    r: random.Random, columns: list[Column], who: Person, context: dict[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    shown: list[Any] = []
    expected: dict[str, Any] = {}
    problems: list[str] = []
    for column in columns:
        cell, more, codes = column.show(r, who)
        shown.append(cell)
        merged(expected, more)
        problems += codes
    identity_rules(columns, who, expected)
    merged(expected, context)
    return shown, {"expected": expected, "problems": sorted(set(problems)), "unscored": []}
