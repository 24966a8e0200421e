"""Filling a demo home: the county first, then its people as they came in over the past months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from guanai.audit.models import Entry, record
from guanai.core.crypto import vault
from guanai.core.pace import settle
from guanai.organisations.models import Organisation, Place, User
from guanai.people.demo import words
from guanai.people.demo.county import Builder, DemoCounty
from guanai.people.demo.events import Events
from guanai.people.demo.families import Families, Village
from guanai.people.demo.making import Maker
from guanai.people.drafts import PersonDraft
from guanai.people.models import AccessGrant, Import
from guanai.people.writing import Act, write

MORNING = dt.time(9, 20)


def fill_county() -> DemoCounty:
    """Places, organisations, accounts and bodies. Call inside a transaction."""
    county = Builder(timezone.localdate()).build()
    record("organisations.county.begin", by=None, places=len(county.places))
    return county


def fill_people(county: DemoCounty) -> int:
    """About 6,000 people; how many. Call inside a transaction."""
    filling = Filling(county, timezone.localdate())
    for township in county.townships:
        filling.township(township)
    filling.migrants()
    filling.grants()
    events = Events(county, filling.maker, filling.children)
    events.happen()
    events.check(filling.children)
    settle()
    return filling.count


class Filling:
    def __init__(self, county: DemoCounty, today: dt.date) -> None:
        self.county, self.today = county, today
        self.maker = Maker(today)
        self.families = Families(county, self.maker)
        self.count = 0
        self.children: list[PersonDraft] = []

    def village(self, place: Place) -> Village:
        """A few surnames, two or three places to which its people go."""
        rng = self.maker.rng
        surnames = rng.sample(words.SURNAMES, 5)
        if rng.random() < 0.15:  # noqa: PLR2004 - a village with a rare surname
            surnames.append(rng.choice(words.RARE_SURNAMES))
        weights = rng.choices(surnames, [8, 5, 3, 2, 1, *([1] * (len(surnames) - 5))], k=12)
        care = 0.6 if place.name in words.NEGLECTED else rng.choice([0.94, 0.97, 1.0, 1.0])
        return Village(place, weights, rng.sample(list(words.DESTINATIONS), 3), care)

    def township(self, township: Place) -> None:
        """Children village by village, women and elders in one list of the township."""
        rng = self.maker.rng
        supervisor = self.county.supervisors[township.code]
        begun = self.today - dt.timedelta(days=rng.randint(150, 230))
        women: list[PersonDraft] = []
        elders: list[PersonDraft] = []
        for number, place in enumerate(p for p in self.county.villages if p.parent == township):
            village = self.village(place)
            day = begun + dt.timedelta(days=number * 2 + rng.randint(0, 3))
            worker = self.county.workers[place.code]
            children = self.several(village, self.families.both_away, 5, 9)
            children += self.several(village, self.families.one_unable, 0, 2)
            children += self.several(village, self.families.unsupported, 0, 1)
            children += self.several(village, self.families.disabled_child, 0, 1)
            self.children += children
            self.enter("child", place, children, worker, day, f"{place.name}留守儿童花名册.xlsx")
            women += self.several(village, self.families.husband_away, 1, 3)
            elders += self.several(village, self.families.elders_alone, 1, 3)
        self.enter(
            "woman", township, women, supervisor, begun + dt.timedelta(50),
            f"{township.name}留守妇女台账.xlsx",
        )  # fmt: skip
        self.enter(
            "elder", township, elders, supervisor, begun + dt.timedelta(64),
            f"{township.name}留守老人花名册.xlsx",
        )  # fmt: skip

    def several(
        self, village: Village, make: Callable[[Village], list[PersonDraft]], few: int, many: int
    ) -> list[PersonDraft]:
        return [one for _n in range(self.maker.rng.randint(few, many)) for one in make(village)]

    def migrants(self) -> None:
        """In the two largest towns, found by a household survey."""
        for code in ("539901100001", "539901101001"):
            place = self.county.places[code]
            village = self.village(place)
            people = self.several(village, self.families.migrants, 18, 22)
            day = self.today - dt.timedelta(days=38)
            name = f"{place.name}流动儿童摸底表.xlsx"
            self.enter("child", place, people, self.county.workers[code], day, name)

    def enter(
        self, kind: str, place: Place, drafts: list[PersonDraft], by: User, day: dt.date, file: str
    ) -> None:
        """Write the drafts as an import that somebody published on that day."""
        at = timezone.make_aware(dt.datetime.combine(day, MORNING)) + dt.timedelta(
            minutes=self.maker.rng.randint(0, 420)
        )
        for draft in drafts:
            if draft.groups:
                draft.registered = day
        batch = Import(
            by=by,
            organisation=self.organisation_of(by),
            place=place,
            kind=kind,
            state="done",
            live=True,
            progress=len(drafts),
            total=len(drafts),
            sealed_key=vault().new_key(),
            published_at=at,
        )
        batch.tell(files=[file])
        batch.save()
        entry = record("people.person.enter", by=by, subject=batch, path=place.path)
        write(drafts, Act(by, source="import", batch=batch, entry=entry, at=at))
        files = batch.people.count()
        counts = {"rows": len(drafts), "new": files}
        Import.objects.filter(pk=batch.pk).update(created_at=at, counts=counts)
        Entry.objects.filter(pk=entry.pk).update(at=at, facts={"files": files, "source": "import"})
        self.count += files

    def organisation_of(self, user: User) -> Organisation:
        return user.current_posts[0].organisation

    def grants(self) -> None:
        """Files opened to the helper and, for a child in danger, to the police."""
        helper, police = self.county.users["daili"], self.county.users["gongan"]
        keys = [one.key for one in self.children if one.place.name == "戈奎村" and one.key]
        for key in keys[:2]:
            AccessGrant.objects.create(
                person_id=key, user=helper, since=self.today, reason="代理家长结对"
            )
        AccessGrant.objects.create(
            person_id=keys[2],
            organisation=self.organisation_of(police),
            since=self.today,
            until=self.today + dt.timedelta(days=30),
            reason="协助查找失联家长",
        )
