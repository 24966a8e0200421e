"""Invented rosters of left-behind children of any length: 25 columns, 2 % of the rows defective,
1 % given twice. Places are those of the demo county; a seed fixes every cell."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

from guanai.people.demo import words
from guanai.people.roster.numbers import check_sign

COLUMNS = (
    "序号 乡镇 村 村民小组 姓名 性别 民族 出生日期 身份证号 学校 年级 班级 是否寄宿 父母情况 "
    "父亲姓名 父亲务工地址 父亲电话 父亲身份证号 母亲姓名 母亲务工地址 母亲电话 "
    "监护人姓名 与儿童关系 监护人电话 低保"
)
HEADER = COLUMNS.split()
PLACES = Path(words.__file__).with_name("places.csv")
DEFECTS, TWICE = 0.02, 0.01
CHILDREN_BORN, FATHERS_BORN = dt.date(2011, 1, 1), dt.date(1978, 1, 1)
DAYS, FATHERS_DAYS, SERIALS = 4600, 6000, 499
GUARDIANS = ("爷爷", "奶奶", "外公", "外婆")
AWAY = ("均外出", "父外出", "母外出")
MALE = 1
OTHERS_FROM = 1_000_000  # children with numbers from here on stand in no other roster

Row = list[str]


def villages() -> list[tuple[str, str]]:
    """(township, village) of the demo county."""
    with PLACES.open(encoding="utf-8", newline="") as file:
        places = {row["code"]: row for row in csv.DictReader(file)}
    return [
        (places[row["parent"]]["name"], row["name"])
        for row in places.values()
        if row["level"] == "village"
    ]


def id_number(number: int, born: dt.date, days: int, sex: int) -> tuple[dt.date, str]:
    """Another day and ID number for every `number`."""
    day = born + dt.timedelta(days=number % days)
    serial = number // days % SERIALS * 2 + (1 if sex == MALE else 2)
    head = f"539901{day:%Y%m%d}{serial:03d}"
    return day, head + check_sign(head)


class Writer:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - the same every time
        self.villages = villages()

    def rows(self, count: int, first: int) -> Iterator[Row]:
        """Texts in the order of HEADER; an earlier row comes again at times. Children are numbered
        from `first` on."""
        earlier: list[Row] = []
        for place in range(count):
            if earlier and self.rng.random() < TWICE:
                row = [str(place + 1), *self.rng.choice(earlier)[1:]]
            else:
                row = [str(place + 1), *self.child(first + place)]
                if self.rng.random() < DEFECTS:
                    self.spoil(row)
                elif len(earlier) < count // 50:
                    earlier.append(row)
            yield row

    def child(self, number: int) -> Row:
        pick, sex = self.rng.choice, 1 + number % 2
        born, own = id_number(number // 2, CHILDREN_BORN, DAYS, sex)
        _, fathers = id_number(number, FATHERS_BORN, FATHERS_DAYS, MALE)
        township, village = pick(self.villages)
        surname, given = pick(words.SURNAMES), words.BOYS if sex == MALE else words.GIRLS
        grade = max(1, min(9, 2026 - born.year - 6))
        return [
            *(township, village, f"{self.rng.randint(1, 11)}组", surname + pick(given)),
            *("男" if sex == MALE else "女", "汉族", born.isoformat(), own),
            *(f"{township}中心学校", f"{grade}年级", f"{self.rng.randint(1, 4)}班"),
            *(pick("是否"), pick(AWAY)),
            *(surname + pick(words.FATHERS) + pick(words.MALE_ENDS), self.destination()),
            *(self.phone(), fathers),
            *(pick(words.SURNAMES) + pick(words.WOMEN), self.destination(), self.phone()),
            *(surname + pick(words.GRANDFATHERS) + pick(words.MALE_ENDS), pick(GUARDIANS)),
            *(self.phone(), pick("是否否否")),
        ]

    def destination(self) -> str:
        return self.rng.choice(list(words.DESTINATIONS))

    def phone(self) -> str:
        return f"1990000{self.rng.randrange(10_000):04d}"

    def spoil(self, row: Row) -> None:
        """One of the usual defects: number, sex, birth date, name, village, phone."""
        column, wrong = self.rng.choice(
            [
                ("身份证号", row[8][:-1] + ("1" if row[8][-1] != "1" else "2")),
                ("身份证号", row[8][:9] + row[8][10:]),
                ("性别", "女" if row[5] == "男" else "男"),
                ("出生日期", "2013.6.31"),
                ("姓名", ""),
                ("村", "高粱地村"),
                ("监护人电话", row[23][:-1]),
            ]
        )
        row[HEADER.index(column)] = wrong


def write(count: int, file: Path, first: int = 0, seed: int = 7) -> Path:
    """A roster as .xlsx or, by the file's name, .csv."""
    rows = Writer(seed).rows(count, first)
    if file.suffix == ".csv":
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([HEADER, *rows])
        return file
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("花名册")
        for line, row in enumerate([HEADER, *rows]):
            sheet.write_row(line, 0, row)
    return file
