"""Invented people of a county with the second files that come about in one: the same every time.

Families of three generations in clan villages, with twins, cousins of the same name, and offices
whose phone stands for everybody's. One file in twenty is somebody's second: entered by another
office with a misheard name, a blurred date, a number that is wrong, partial or missing, another
village, and relatives either known or opened once more from what the form says of them.
"""

# Shares and years are plainest where they are used:
# ruff: noqa: PLR2004

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate

from guanai.people import names
from guanai.people.demo import words
from guanai.people.roster.numbers import check_sign

SECOND = 0.05  # of all files
PEOPLE_OF_VILLAGE, VILLAGES_OF_TOWNSHIP = 600, 20
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红娥玲芬芝兰凤洁梅琳素云莲真环雪荣爱妹香月莺媛"
    "瑞凡佳嘉琼勤珍贞莉锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓仪荷丹蓉眉君琴蕊薇菁梦岚苑婕馨琰韵融园艺咏卿聪澜"
    "纯毓悦昭冰爽茗羽希宁欣飘育滢馥筠柔竹凝晓欢霄枫芸菲寒伊亚宜可姬舒影荔枝思毅俊峰保东文辉力永健世广志"
    "义兴良海山仁波贵福生龙元全国胜学祥才发武新利清飞彬富顺信子康星光天达安岩中茂进林有坚和彪博诚先敬震振"
    "壮会群豪心邦承绍功松善厚庆民友裕河哲江浩亮政谦亨奇固之翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以"
    "建家致树炎德时泰盛雄琛钧冠策腾楠榕航弘"
)
# The hundredth name is borne about an eighth as often as the first.
WEIGHTS = list(accumulate(1 / (rank + 14) for rank in range(len(GIVEN))))
CLANS = list(accumulate(1 / (rank + 3) for rank in range(len(words.SURNAMES))))
LOST = "?*□"
FATHER, MOTHER, GRANDFATHER = "51", "52", "61"


@dataclass(slots=True)
class Made:
    """A file. `who` is the same in all files of one person; `phone` the number of a subscriber;
    `born` YYYY, YYYY-MM or YYYY-MM-DD; `kin` are pairs of relation and key."""

    key: int
    who: int
    name: str
    sex: int
    born: str
    village: int
    number: str = ""
    phone: int = 0
    kin: list[tuple[str, int]] = field(default_factory=list)


def _sounding(near: bool) -> dict[str, str]:
    """Other characters of the same sound, or of one that is easily taken for it."""
    groups: dict[str, str] = defaultdict(str)
    for char in dict.fromkeys(GIVEN):
        sound = names.pinyin(char)
        if near:
            for spoken, heard in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n")):
                sound = sound.replace(spoken, heard)
        groups[sound] += char
    return {char: group.replace(char, "") for group in groups.values() for char in group}


SAME_SOUND, NEAR_SOUND = _sounding(near=False), _sounding(near=True)


class County:
    def __init__(self, count: int, seed: int = 5) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - the same every time
        self.count = count
        self.villages = max(2, count // PEOPLE_OF_VILLAGE)
        self.clans = [self._pick(words.SURNAMES, CLANS, 4) for _ in range(self.villages)]
        self.serials: dict[dt.date, int] = defaultdict(int)
        self.phones = iter(range(self.villages + 1, 10 * count))  # below: of the villages' offices
        self.files: list[Made] = []
        self.real: list[Made] = []  # by `who`: what is true, whole

    def make(self) -> list[Made]:
        while len(self.files) < self.count * (1 - SECOND):
            self._clan(self.rng.randrange(self.villages))
        while len(self.files) < self.count:
            self._again()
        return self.files

    # ------------------------------------------------------------------------------- people
    def _pick(self, chars: str, weights: list[float], count: int) -> list[str]:
        return self.rng.choices(chars, cum_weights=weights, k=count)

    def _given(self, generation: str = "") -> str:
        if self.rng.random() < 0.01:
            return self.rng.choice(words.RARE_GIVEN)
        one, two = self._pick(GIVEN, WEIGHTS, 2)
        return one if self.rng.random() < 0.15 else (generation or one) + two

    def _person(self, name: str, sex: int, born: dt.date, village: int, knows: float) -> Made:
        """`knows`: how often the file holds number and exact date."""
        serial = self.serials[born] % 499 * 2 + (1 if sex == 1 else 2)
        self.serials[born] += 1
        number = f"539901{born:%Y%m%d}{serial:03d}"
        number += check_sign(number)
        phone = next(self.phones)
        true = Made(
            len(self.files) + 1, len(self.real), name, sex, str(born), village, number, phone
        )
        self.real.append(true)
        chance, known = self.rng.random, self.rng.random() < knows
        made = replace(
            true,
            number=number if known else "",
            born=str(born) if known else str(born)[: 4 if chance() < 0.4 else 0],
            phone=phone if chance() < 0.6 else 0,
            kin=[],
        )
        self.files.append(made)
        return made

    def _day(self, first: int, last: int) -> dt.date:
        start = dt.date(first, 1, 1)
        return start + dt.timedelta(days=self.rng.randrange((last - first) * 365))

    def _clan(self, village: int) -> None:
        surname, generation = self.rng.choice(self.clans[village]), self._given()[0]
        elder = self._person(surname + self._given(), 1, self._day(1945, 1965), village, 0.5)
        if village % 20 == 0:  # an office says its own number for everybody
            elder.phone = village + 1
        sounds = {names.pinyin(elder.name)}  # a family does not call two by one sound …
        cousins: list[str] = []
        for _ in range(self.rng.choice((1, 1, 2))):
            father = surname + self._called(surname, "", sounds)
            cousins = self._household(father, generation, elder, cousins, sounds)

    def _called(self, surname: str, generation: str, sounds: set[str]) -> str:
        while (sound := names.pinyin(surname + (given := self._given(generation)))) in sounds:
            pass
        sounds.add(sound)
        return given

    def _household(
        self, name: str, generation: str, elder: Made, cousins: list[str], sounds: set[str]
    ) -> list[str]:
        """The names of the children; `name` is the father's."""
        village, chance, surname = elder.village, self.rng.random, name[0]
        father = self._person(name, 1, self._day(1970, 1992), village, 0.5)
        maiden = self._pick(words.SURNAMES, CLANS, 1)[0]
        mother = self._person(maiden + self._given(), 2, self._day(1972, 1994), village, 0.5)
        born, called = self._day(2009, 2023), list[str]()
        for _ in range(self.rng.choice((1, 2, 2, 3))):
            name = surname + self._called(surname, generation if chance() < 0.5 else "", sounds)
            if cousins and chance() < 0.03:  # … but for cousins, now and then
                name = cousins.pop()
            child = self._person(name, self.rng.choice((1, 2)), born, village, 0.85)
            child.phone = 0
            child.kin = [(FATHER, father.key), (MOTHER, mother.key), (GRANDFATHER, elder.key)]
            called.append(name)
            if chance() > 0.03:  # else the next one is a twin
                born += dt.timedelta(days=self.rng.randrange(400, 1500))
        return called

    # ------------------------------------------------------------------------- second files
    def _again(self) -> None:
        one = self.rng.choice(self.files)
        if not one.kin and (len(one.born) < 10 or self.rng.random() < 0.5):
            return  # lists of grown people say when they were born
        made = self._second(one.who)
        if not one.kin:
            made.born = made.born or self.real[one.who].born[:7]
        elif self.rng.random() < 0.5:
            made.kin = one.kin
        else:
            made.kin = [
                (relation, self._named(self.files[key - 1].who, made.village).key)
                for relation, key in one.kin
            ]

    def _second(self, who: int) -> Made:
        true, chance = self.real[who], self.rng.random
        made = replace(
            true,
            key=len(self.files) + 1,
            name=self._heard(true.name),
            sex=true.sex if chance() < 0.99 else 3 - true.sex,
            born=self._blurred(true.born),
            number=self._copied(true.number),
            village=true.village if chance() < 0.93 else self._near(true.village),
            phone=true.phone if chance() < 0.5 else 0,
            kin=[],
        )
        self.files.append(made)
        return made

    def _named(self, who: int, village: int) -> Made:
        """A relative of whom a form says the name, and at times the phone and the year."""
        made = self._second(who)
        made.number, made.village = "", village
        made.born = made.born[: self.rng.choice((0, 0, 0, 4))]
        return made

    def _heard(self, name: str) -> str:
        """85 % right; else another character of the same or a like sound, or one that was lost."""
        chance, at = self.rng.random(), self.rng.randrange(1, len(name))
        rare = name[at:] in words.RARE_GIVEN
        if rare and chance < 0.7:
            return name[:at] + self.rng.choice(LOST)
        alike = SAME_SOUND if chance < 0.11 else NEAR_SOUND if chance < 0.14 else {}
        if others := alike.get(name[at]):
            return name[:at] + self.rng.choice(others) + name[at + 1 :]
        return f"{name[0]} {name[1:]}" if chance > 0.98 else name

    def _blurred(self, born: str) -> str:
        """70 % right; else partial, with day and month exchanged, a digit off, or missing."""
        chance = self.rng.random()
        if chance < 0.14:
            return born[: 7 if chance < 0.1 else 4]
        if chance < 0.19 and born[8:] <= "12":
            return f"{born[:5]}{born[8:]}-{born[5:7]}"
        if chance < 0.25:
            return (
                f"{born[:8]}2{born[9]}" if born[8] == "3" else born[:9] + str(int(born[9]) % 8 + 1)
            )
        return "" if chance < 0.3 else born

    def _copied(self, number: str) -> str:
        """Half missing; a right one would have led to the first file, so few are."""
        chance, at = self.rng.random(), self.rng.randrange(17)
        if chance < 0.6:
            return "" if chance < 0.5 else number
        if chance < 0.8:  # a slip
            return number[:at] + str((int(number[at]) + 3) % 10) + number[at + 1 :]
        if chance < 0.9:  # a sign is lacking
            return number[:at] + number[at + 1 :]
        return f"{number[:6]}********{number[14:]}"

    def _near(self, village: int) -> int:
        first = village // VILLAGES_OF_TOWNSHIP * VILLAGES_OF_TOWNSHIP
        return self.rng.randrange(first, min(first + VILLAGES_OF_TOWNSHIP, self.villages))


def pairs(files: list[Made]) -> Iterator[tuple[int, int]]:
    """The truth: keys of two files of one person, the lower first."""
    held: dict[int, list[int]] = defaultdict(list)
    for one in files:
        for before in held[one.who]:
            yield before, one.key
        held[one.who].append(one.key)
