"""One invented person at a time: name, number, phone, dates. Everything comes from one seed."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Sequence

from guanai.core.dates import PartialDate, Precision
from guanai.organisations.models import Place
from guanai.people.demo import words
from guanai.people.drafts import HouseholdDraft, IdDraft, PersonDraft, ResidenceDraft
from guanai.people.roster.numbers import check_sign

MALE, FEMALE = 1, 2
YI = "07"  # GB/T 3304
PHONES = 9000  # 19900000000 … 19900008999 for families; the rest for staff


class Maker:
    """Makes people. `today` is the day as of which the county looks alive."""

    def __init__(self, today: dt.date, seed: int = 539901) -> None:
        self.today = today
        self.rng = random.Random(seed)  # noqa: S311 - a demo wants to be the same every time
        self._phones = list(range(PHONES))
        self.rng.shuffle(self._phones)
        self._numbers: dict[tuple[dt.date, int], int] = defaultdict(int)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def day(self, year: int) -> dt.date:
        """Some day of that year."""
        return dt.date(year, 1, 1) + dt.timedelta(days=self.rng.randrange(365))

    def ago(self, fewest: int, most: int) -> dt.date:
        """A day that many days before today."""
        return self.today - dt.timedelta(days=self.rng.randint(fewest, most))

    def phone(self) -> str:
        return f"1990000{self._phones.pop():04d}"

    def id_number(self, born: dt.date, sex: int) -> str:
        serial = self._numbers[born, sex]
        self._numbers[born, sex] += 1
        head = f"539901{born:%Y%m%d}{2 * serial + (sex == MALE):03d}"
        return head + check_sign(head)

    def household(self, place: Place) -> tuple[HouseholdDraft, str]:
        """A household in a villagers' group, and its address."""
        group = f"{self.rng.randint(1, 9)}组"
        return HouseholdDraft(place, group), f"{place.name}{group}{self.rng.randint(1, 68)}号"

    def person(
        self, name: str, sex: int, born: dt.date, home: tuple[HouseholdDraft, str]
    ) -> PersonDraft:
        """With ID number and address, without a phone."""
        household, address = home
        return PersonDraft(
            name=name,
            place=household.place,
            sex=sex,
            birth=PartialDate(born),
            ethnicity=YI if "·" in name else "01",
            ids=[IdDraft(self.id_number(born, sex))],
            household=household,
            residences=[ResidenceDraft(address=address)],
        )

    def month(self, day: dt.date) -> PartialDate:
        """A day that is remembered by its month only."""
        return PartialDate(day.replace(day=1), Precision.MONTH)

    def pick(self, things: Sequence[str]) -> str:
        return self.rng.choice(things)


class Names:
    """A family's names: one surname, one character for each generation of brothers."""

    def __init__(self, maker: Maker, surname: str, *, yi: bool) -> None:
        self.maker, self.surname, self.yi = maker, surname, yi
        self.grandfathers = maker.pick(words.GRANDFATHERS)
        self.fathers = maker.pick(words.FATHERS)
        self.used: set[str] = set()

    def man(self, generation: str) -> str:
        if self.yi:
            return self.maker.pick(words.YI_MEN)
        return self._fresh(
            lambda: self.surname + generation + self.maker.pick(words.MALE_ENDS),
        )

    def woman(self, stock: Sequence[str]) -> str:
        """Who married in: a surname of her own."""
        if self.yi:
            return self.maker.pick(words.YI_WOMEN)
        return self.maker.pick(words.SURNAMES) + self.maker.pick(stock)

    def daughter(self, stock: Sequence[str]) -> str:
        return self._fresh(lambda: self.surname + self.maker.pick(stock))

    def child(self, sex: int) -> str:
        if self.maker.chance(0.012):
            return self._fresh(lambda: self.surname + self.maker.pick(words.RARE_GIVEN))
        return self.daughter(words.BOYS if sex == MALE else words.GIRLS)

    def _fresh(self, make: Callable[[], str]) -> str:
        """A name that nobody in the family has; after some attempts any."""
        for _attempt in range(20):
            name = make()
            if name not in self.used:
                break
        self.used.add(name)
        return name
