"""The demo county with as many times its families, written by the
product's own writer."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from guanai.core.command import migrate_all
from guanai.core.pace import settle
from guanai.people.demo import CODE
from guanai.people.demo.families import Families, Village
from guanai.people.demo.filling import Filling, fill_county
from guanai.people.demo.making import Maker
from guanai.people.drafts import PersonDraft

PEOPLE_OF_DEMO = 5_500


class ManyPhones(Maker):
    def phone(self) -> str:
        """Numbers come again: there are 10,000 invented ones."""
        return f"1990000{self.rng.randrange(10_000):04d}"


class Scaled(Filling):
    """The demo's families, so many times as many."""

    def __init__(self, scale: int) -> None:
        with transaction.atomic():
            super().__init__(fill_county(), timezone.localdate())
        self.scale = scale
        self.maker = ManyPhones(self.today)
        self.families = Families(self.county, self.maker)

    def several(
        self, village: Village, make: Callable[[Village], list[PersonDraft]], few: int, many: int
    ) -> list[PersonDraft]:
        return super().several(village, make, few * self.scale, many * self.scale)

    def fill(self) -> int:
        for township in self.county.townships:
            with transaction.atomic():
                self.township(township)
            self.children.clear()
        with transaction.atomic():
            self.migrants()
        settle()
        return self.count


def main(people: str) -> None:
    settings.HOME.begin("demo", county=CODE, prefix="YL")
    migrate_all()
    Scaled(max(1, round(int(people) / PEOPLE_OF_DEMO))).fill()
