"""A dozen layouts, worded unlike the files of tests/rosters: write(directory) gives their truth."""

# ruff: noqa: E501 - a column on a line

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from guanai.people.tests import roster_layouts as lay
from guanai.people.tests.roster_book import Book, Column, Person, Show
from guanai.people.tests.roster_layouts import row_of

Rows = list[dict[str, Any]]
Layout = Callable[[random.Random, Path], tuple[Path, Rows]]
YES, NO = ["是", "√", "✓", "1", "有"], ["否", "", "×", "0", "无"]


def cols(*pairs: tuple[str, Show]) -> list[Column]:
    """Titles with levels parted by / ."""
    return [Column(tuple(title.split("/")), show) for title, show in pairs]


def fill(  # noqa: PLR0917
    r: random.Random, book: Book, sheet: str, at: int, columns: list[Column], people: list[Person],
    context: dict[str, Any] | None = None,
) -> Rows:  # fmt: skip
    truth = []
    for n, who in enumerate(people):
        shown, expected = row_of(r, columns, who | {"serial": n + 1}, context or {})
        book.put(sheet, at + n, shown)
        truth.append({"sheet": sheet, "row": at + n + 1, **expected})
    return truth


def three_levels(r: random.Random, to: Path) -> tuple[Path, Rows]:
    """Three header levels, a row of column numbers, village captions, totals, footers."""
    columns = cols(
        ("编号", lay.serial), ("基本信息/姓  名", lay.name_of()), ("基本信息/性别", lay.sex),
        ("基本信息/出生年月日", lay.birth), ("基本信息/公民身份证号码", lay.id_of()),
        ("基本信息/就读年级班级", lay.grade_class),
        ("家庭成员/父亲/名字", lay.name_of("father", 0)), ("家庭成员/父亲/务工去向", lay.whereabouts("father")),
        ("家庭成员/父亲/手机号", lay.phone_of("father")), ("家庭成员/母亲/名字", lay.name_of("mother", 0)),
        ("家庭成员/母亲/务工去向", lay.whereabouts("mother")), ("家庭成员/母亲/手机号", lay.phone_of("mother")),
        ("实际照料人/姓名", lay.name_of("guardian", 0)), ("实际照料人/与孩子的关系", lay.relation()),
        ("实际照料人/联系电话", lay.phone_of("guardian")), ("备注", lay.left_alone("", "已走访", "13人")),
    )  # fmt: skip
    book, sheet, truth = Book(), "Sheet1", []
    town = [v for v in lay.villages() if v[2] == "双河口镇"]
    book.put(sheet, 0, ["双河口镇2026年农村留守儿童摸底调查表"])
    book.merge(sheet, 0, 0, 0, len(columns) - 1)
    at = book.header(sheet, 2, columns)
    book.put(sheet, at, range(1, len(columns) + 1))
    at += 1
    for place in town[:4]:
        book.put(sheet, at, [place[1]])
        book.merge(sheet, at, 0, at, len(columns) - 1)
        people = [lay.child(r) for _ in range(12)]
        truth += fill(r, book, sheet, at + 1, columns, people, {"village_code": place[0]})
        at += 14
    book.put(sheet, at, ["合计", "48人", "", "", "", "48"])
    book.put(
        sheet,
        at + 1,
        ["填报人：王芳", "", "", "单位负责人（签字）：李强", "", "", "联系电话：19900001234"],
    )
    book.put(sheet, at + 2, ["注：1.本表由村儿童主任填写。"])
    path = to / "摸底表.xlsx"
    book.save(path)
    return path, truth


def words_in_text(r: random.Random, to: Path) -> tuple[Path, Rows]:
    """UTF-8 text with BOM, everyday words, ditto marks, blank lines between families."""
    columns = cols(
        ("学生姓名", lay.name_of()), ("证件号码", lay.id_of()), ("民族", lay.fixed("ethnicity",
            {"汉": "汉族", "彝族": "彝族", "哈尼": "哈尼族"})),
        ("所在乡（镇）", lay.township), ("所属村委会", lay.village()),
        ("爸爸姓名", lay.name_of("father", 0)), ("爸爸电话", lay.phone_of("father")),
        ("爸爸在哪里打工", lay.whereabouts("father")), ("爸爸离家时间", lay.day_of("father", "since", "father.away_since")),
        ("妈妈姓名", lay.name_of("mother", 0)), ("妈妈电话", lay.phone_of("mother")),
        ("妈妈在哪里打工", lay.whereabouts("mother")), ("妈妈离家时间", lay.day_of("mother", "since", "mother.away_since")),
        ("现由谁照看", lay.left_alone("")), ("照看人姓名", lay.name_of("guardian", 0)),
        ("是孩子的什么人", lay.relation()), ("照看人手机", lay.phone_of("guardian")),
        ("是否寄宿生", lay.flag("boarding", "boards", YES, NO)),
        ("家庭困难情况", lay.fixed("low_income", {"低保户": True, "一般户": False, "": False})),
    )  # fmt: skip
    book, truth, at = Book(), [], 1
    book.put("s", 0, [c.titles[0] for c in columns])
    for _ in range(25):
        family = lay.child(r)
        people = [family] + [
            lay.child(r) | {k: family[k] for k in ("father", "mother", "guardian", "place")}
            for _ in range(r.randrange(2))
        ]
        rows = fill(r, book, "s", at, columns, people)
        for n, row in enumerate(rows[1:], 1):
            for c in (3, 4, 14, 15, 16):
                book.sheets["s"][at + n, c] = r.choice(["同上", "〃", '"', "″", "同 上"])
            row["expected"]["guardian"] = rows[0]["expected"].get("guardian", {})
            row["expected"].pop("village_code", None)
            row["expected"]["village_code"] = rows[0]["expected"]["village_code"]
            inherited = {"place.unknown", "relation.unknown"}
            own = [p for p in row["problems"] if p not in inherited | {"phone.invalid"}]
            row["problems"] = own
            row["loose"] = sorted(inherited | {"phone.invalid"})
        truth += rows
        at += len(people) + r.randrange(2)
    path = to / "学生信息.csv"
    book.save(path, "utf-8-sig")
    return path, truth


def class_captions(r: random.Random, to: Path) -> tuple[Path, Rows]:
    """A school's sheet: captions of classes, ticks for what the parents do, reversed order."""
    columns = cols(
        ("家庭住址", lay.village(full=True, group=True)), ("监护人电话", lay.phone_of("guardian")),
        ("与被监护人关系", lay.relation()), ("监护人", lay.name_of("guardian", 0)),
        ("父母去向/双方外出", lay.left_alone("")), ("父母去向/父外出", lay.left_alone("")),
        ("父母去向/母外出", lay.left_alone("")),
        ("住校（√）", lay.flag("boarding", "boards", ["√", "✔"], [""])),
        ("身份证号", lay.id_of()), ("男", lay.sex_tick(1)), ("女", lay.sex_tick(2)), ("姓名", lay.name_of()), ("序号", lay.serial),
    )  # fmt: skip
    columns[9] = Column(("性别", "男"), lay.sex_tick(1))
    columns[10] = Column(("性别", "女"), lay.sex_tick(2))
    book, sheet, truth = Book(), "花名册", []
    book.put(sheet, 0, ["马樱镇中心小学2026年秋季学期留守学生花名册"])
    book.put(sheet, 1, ["学校（盖章）：马樱镇中心小学", "", "", "", "填表日期：2026年9月1日"])
    at = book.header(sheet, 2, columns)
    for grade in (2, 5):
        for number in (1, 2):
            han = "零一二三四五六"[grade]
            caption = r.choice(
                [
                    f"{han}年级{number}班",
                    f"{han}（{number}）班",
                    f"班级：{han}年级（{number}）班  班主任：赵军",
                ]
            )
            book.put(sheet, at, [caption])
            people = [lay.child(r) for _ in range(11)]
            known = {"grade": grade, "class": number, "school": "马樱镇中心小学"}
            rows = fill(r, book, sheet, at + 1, columns, people, known)
            for n, row in enumerate(rows):
                both = r.choice([("away", "away"), ("away", "home"), ("home", "away")])
                column = {("away", "away"): 4, ("away", "home"): 5, ("home", "away"): 6}[both]
                book.sheets[sheet][at + 1 + n, column] = r.choice(["√", "✓", "1", "是"])
                lay.merged(
                    row["expected"], {"father": {"state": both[0]}, "mother": {"state": both[1]}}
                )
            truth += rows
            at += 13
    path = to / "花名册.xlsx"
    book.save(path)
    return path, truth


def parent_per_row(r: random.Random, to: Path) -> tuple[Path, Rows]:
    """Each child over two rows, one for each parent; child and guardian cells merged."""
    columns = cols(
        ("序号", lay.serial), ("儿童姓名", lay.name_of()), ("身份证号码", lay.id_of()), ("现居住地", lay.village(full=True)),
        ("监护人姓名", lay.name_of("guardian", 0)), ("监护人与儿童关系", lay.relation()),
        ("父母/称谓", lay.left_alone("")), ("父母/姓名", lay.left_alone("")), ("父母/务工地点", lay.left_alone("")),
        ("父母/电话", lay.left_alone("")),
    )  # fmt: skip
    book, sheet, truth = Book(), "台账", []
    book.put(sheet, 0, ["农村留守儿童台账"])
    at = book.header(sheet, 1, columns)
    for n in range(30):
        who = lay.child(r)
        rows = fill(r, book, sheet, at, columns, [who | {"serial": n + 1}])
        rows.append(dict(rows[0], row=rows[0]["row"] + 1))
        for k, (role, word) in enumerate((("father", "父亲"), ("mother", "母亲"))):
            place, expected, _ = lay.whereabouts(role)(r, who)
            phone, more, codes = lay.phone_of(role)(r, who)
            lay.merged(expected, more)
            expected[role]["name"] = who[role]["name"]
            for c, cell in ((6, word), (7, who[role]["name"]), (8, place), (9, phone)):
                book.sheets[sheet][at + k, c] = cell
            problems = sorted({*rows[0]["problems"], *codes}) if k == 0 else []
            rows[k] = dict(rows[k], expected=rows[k]["expected"] | expected)
            rows[k]["problems"] = problems or sorted({*rows[1]["problems"], *codes})
        for c in range(6):
            book.merge(sheet, at, c, at + 1, c)
        truth += rows
        at += 2
    path = to / "一户两行.xlsx"
    book.save(path)
    return path, truth


def wives(r: random.Random, to: Path) -> tuple[Path, Rows]:
    """Women, the husband's columns first, ID numbers as numbers, .xls."""
    columns = cols(
        ("配偶情况/姓名", lay.name_of("husband", 0)), ("配偶情况/务工去向", lambda r, w: (w["husband"]["city"], {"husband": {"work_place": w["husband"]["city"]}}, [])),
        ("配偶情况/外出起始时间", lay.day_of("husband", "since", "husband.away_since")), ("配偶情况/联系方式", lay.phone_of("husband", as_number=True)),
        ("妇女基本情况/姓名", lay.name_of()), ("妇女基本情况/身份证号", lay.id_of(lost=0.5)), ("妇女基本情况/出生日期", lay.birth),
        ("妇女基本情况/族别", lay.fixed("ethnicity", {"汉": "汉族", "苗": "苗族", "傣族": "傣族"})),
        ("妇女基本情况/学历", lay.fixed("education", {"初中": "初中", "小学": "小学", "高中": "高中"})),
        ("妇女基本情况/本人手机", lay.phone_of(as_number=True)), ("妇女基本情况/居住村组", lay.village(full=True, group=True)),
        ("孩子个数", lay.fixed("children_count", {"1个": 1, "两个": 2, "3": 3})), ("需赡养老人数", lay.fixed("elders_supported", {"2人": 2, "0": 0, "一人": 1})),
        ("有何技术专长", lay.fixed("skills", {"缝纫": "缝纫", "养殖": "养殖", "无": None})),
        ("上次体检日期", lay.day_of("husband", "check", "health_check_date")), ("身体健康状况", lay.fixed("health", {"良好": "良好", "高血压": "高血压"})),
        ("希望得到的帮助", lay.left_alone("就业", "无")),
    )  # fmt: skip
    book, sheet = Book(), "茶山乡"
    people = []
    for _ in range(60):
        one = lay.person(r, 1974, 1998, 2)
        away = date(2024, 1, 1) + timedelta(r.randrange(800))
        check = date(2025, 1, 1) + timedelta(r.randrange(500))
        one["husband"] = lay.person(r, 1972, 1996, 1) | {
            "city": r.choice(lay.CITIES),
            "since": away,
            "check": check,
        }
        people.append(one)
    book.put(sheet, 0, ["留守妇女基本情况统计表"])
    at = book.header(sheet, 1, columns)
    truth = fill(r, book, sheet, at, columns, people)
    book.put("Sheet2", 0, [""])
    path = to / "妇女统计表.xls"
    book.save(path)
    return path, truth


def lone_elders(r: random.Random, to: Path) -> tuple[Path, Rows]:
    """Elders, one level, odd words, totals in the middle, 15-digit numbers; header repeated."""
    columns = cols(
        ("No.", lay.serial), ("老人姓名", lay.name_of()), ("性别", lay.sex), ("证件号", lay.id_of(old=0.3)), ("出生年月", lay.birth),
        ("家住何处", lay.village(full=True, group=True)), ("联系手机", lay.phone_of()),
        ("健康情况", lay.fixed("health", {"好": "好", "一般": "一般", "有慢性病": "有慢性病"})),
        ("能否自理", lay.fixed("self_care", {"能": "full", "不能": "none", "半自理": "partial", "部分自理": "partial", "完全自理": "full"})),
        ("居住方式", lay.fixed("living", {"独居": "独居", "夫妻同住": "夫妻同住"})),
        ("在外子女人数", lay.fixed("children_away_count", {"2": 2, "3人": 3, "一个": 1})), ("低保对象", lay.flag("low_income", "low", ["√", "是"], ["", "否"])),
        ("紧急联系人", lay.name_of("caregiver", 0)), ("与老人的关系", lay.fixed("caregiver.relation_code", {"儿子": "20", "女儿": "30", "老伴": "10", "孙女": "42", "邻居": "99", "女婿": "28"})),
        ("紧急联系电话", lay.phone_of("caregiver")), ("慰问情况", lay.left_alone("", "已慰问")),
    )  # fmt: skip
    book, sheet, truth, at = Book(), "留守老年人", [], 1
    book.put(sheet, 0, ["云岭县独居、空巢留守老年人登记册"])
    for block in range(3):
        at = book.header(sheet, at, columns)
        people = [
            lay.person(r, 1940, 1965)
            | {"caregiver": lay.person(r, 1970, 1990), "low": r.random() < 0.3}
            for _ in range(20)
        ]
        truth += fill(r, book, sheet, at, columns, people)
        book.put(sheet, at + 20, ["", "小计", "20", "", "", "", "20"])
        at += 22 + block % 2
    path = to / "老年人.xlsx"
    book.save(path)
    return path, truth


def volunteers(r: random.Random, to: Path) -> tuple[Path, Rows]:
    """Helpers under another word; the wish in three columns of another order; tab-separated."""
    towns = {v[2]: v[3] for v in lay.villages()}
    columns = cols(
        ("姓名", lay.name_of()), ("性别", lay.sex), ("身份证号码", lay.id_of()), ("所在单位", lay.fixed("unit", {"县医院": "县医院", "退休": "退休"})),
        ("岗位职务", lay.fixed("job", {"教师": "教师", "医生": "医生"})), ("政治面貌", lay.fixed("political_status", {"党员": "中共党员", "群众": "群众", "团员": "共青团员"})),
        ("联系电话", lay.phone_of()), ("个人特长", lay.fixed("specialty", {"书法": "书法", "": None, "无": None})),
        ("愿意结对人数", lay.fixed("capacity", {"1": 1, "两名": 2, "3个": 3})),
        ("希望结对儿童的年龄", lay.fixed("wish.age", {"6-12岁": [6, 12], "不限": None, "10岁以上": [10, None], "3至6周岁": [3, 6]})),
        ("希望结对儿童的性别", lay.fixed("wish.sex", {"男": 1, "女孩": 2, "不限": None, "都可以": None})),
        ("希望结对儿童所在乡镇", lay.fixed("wish.place_code", towns | {"就近安排": None, "": None})),
    )  # fmt: skip
    book = Book()
    book.put("s", 0, ["“爱心妈妈”招募登记表"])
    book.put("s", 2, [c.titles[0] for c in columns])
    truth = fill(r, book, "s", 3, columns, [lay.person(r, 1970, 1999) for _ in range(50)])
    path = to / "报名.tsv"
    book.save(path, "gb18030")
    return path, truth


def labour(r: random.Random, to: Path) -> tuple[Path, Rows]:
    """Away periods, one sheet per village, return dates in words, a hidden meaning of 单位."""
    columns = cols(
        ("序号", lay.serial), ("务工人员姓名", lay.name_of()), ("男女", lay.sex), ("身份证号码", lay.id_of(old=0.2)), ("本人手机号码", lay.phone_of()),
        ("外出就业地", lambda r, w: (w["city"], {"work_place": w["city"]}, [])), ("用工企业", lay.fixed("employer", {"电子厂": "电子厂", "工地": "工地", "自由职业": "自由职业"})),
        ("外出日期", lay.day_of("", "since", "away_from")), ("返回日期", lay.fixed("away_to", {"": None, "至今": None, "未返": None, "2026.5.1": "2026-05-01", "2026年6月": "2026-06", "尚未返回": None})),
        ("备注", lay.left_alone("", "电焊工")),
    )  # fmt: skip
    book, truth = Book(), []
    town = [v for v in lay.villages() if v[2] == "龙潭坝镇"][:4]
    for place in town:
        people = [
            lay.person(r, 1970, 2000)
            | {
                "city": r.choice(lay.CITIES),
                "since": date(2025, 1, 1) + timedelta(r.randrange(500)),
            }
            for _ in range(15)
        ]
        sheet = r.choice([place[1], place[1].removesuffix("村"), place[1] + "委会"])
        book.put(sheet, 0, ["农村劳动力外出务工台账"])
        book.put(sheet, 1, ["填报单位：龙潭坝镇人民政府", "", "", "", "2026年8月30日"])
        at = book.header(sheet, 2, columns)
        truth += fill(r, book, sheet, at, columns, people, {"village_code": place[0]})
        book.put(sheet, at + 16, ["共计15人"])
    path = to / "劳动力.xlsx"
    book.save(path)
    return path, truth


def shared_guardian(r: random.Random, to: Path) -> tuple[Path, Rows]:
    """Siblings under one merged guardian, parents' words in one column, 家长 for guardian."""
    columns = cols(
        ("村名", lay.village()), ("孩子姓名", lay.name_of()), ("性别", lay.sex), ("出生时间", lay.birth), ("身份证", lay.id_of()),
        ("年级", lambda r, w: (r.choice([f"{w['grade']}", f"{w['grade']}年级"]), {"grade": w["grade"]}, [])), ("班次", lambda r, w: (w["class"], {"class": w["class"]}, [])),
        ("父亲", lay.name_of("father", 0)), ("母亲", lay.name_of("mother", 0)), ("父母外出务工情况", lay.both_parents),
        ("家长姓名", lay.name_of("guardian", 0)), ("关系", lay.relation()), ("电话", lay.phone_of("guardian")),
        ("低保或脱贫户", lambda r, w: ("、".join(["低保"] * w["low"] + ["脱贫户"] * w["poor"]) or r.choice(["无", "否", ""]), {"low_income": w["low"], "poverty_registered": w["poor"]}, [])),
    )  # fmt: skip
    book, sheet, truth = Book(), "2026", []
    book.put(sheet, 0, ["单位：白云乡人民政府"])
    at = book.header(sheet, 1, columns)
    town = [v for v in lay.villages() if v[2] == "白云乡"]
    for _ in range(25):
        family = lay.child(r) | {"place": r.choice(town)}
        size = r.randrange(1, 4)
        shared = {k: family[k] for k in ("father", "mother", "guardian", "place", "low", "poor")}
        people = [family] + [lay.child(r) | shared for _ in range(size - 1)]
        rows = fill(r, book, sheet, at, columns, people)
        for n, row in enumerate(rows[1:], 1):
            del n
            row["expected"]["guardian"] = rows[0]["expected"].get("guardian", {})
            gone = {"relation.unknown", "phone.invalid"}
            kept = gone & set(rows[0]["problems"])
            row["problems"] = sorted(set(row["problems"]) - gone | kept)
        for c in (10, 11, 12):
            book.merge(sheet, at, c, at + size - 1, c)
        truth += rows
        at += size
    path = to / "白云.xlsx"
    book.save(path)
    return path, truth


LAYOUTS: list[Layout] = [three_levels, words_in_text, class_captions, parent_per_row, wives,
    lone_elders, volunteers, labour, shared_guardian]  # fmt: skip
