"""What happened in the demo county since the rosters came in, done by the verbs of the pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Max
from django.utils import timezone

from guanai.audit.models import Entry
from guanai.organisations.models import Place, User
from guanai.people.demo.county import DemoCounty
from guanai.people.demo.making import Maker
from guanai.people.drafts import PersonDraft
from guanai.people.models import (
    AwayPeriod,
    CarerFinding,
    Change,
    Confirmation,
    ContactMade,
    Note,
    Person,
)
from guanai.people.rounds.rules import Quarter

HELP = (
    "送去冬衣一套、书包一个。",
    "与外出的母亲通话，约定每周日晚视频。",
    "陪同到镇卫生院做了体检。",
    "帮助申请了临时救助。",
    "周末作业辅导已安排志愿者。",
    "走访时奶奶腿脚不便，已联系邻居照看。",
)


class Events:
    """`children`: drafts already written, of whom things are told."""

    def __init__(self, county: DemoCounty, maker: Maker, children: list[PersonDraft]) -> None:
        self.county, self.maker = county, maker
        self.children = maker.rng.sample(children, 30)

    def happen(self) -> None:
        for child in self.children[:14]:
            self.on(self.maker.ago(1, 45), self.helped, child)
        for child in self.children[14:17]:
            self.on(self.maker.ago(2, 30), self.came_home, child)
        for child in self.children[17:21]:
            self.on(self.maker.ago(1, 20), self.learned, child)
        self.on(self.maker.ago(5, 12), self.moved, self.children[21])
        self.on(self.maker.ago(1, 4), self.doubted, self.children[22])

    def on(self, day: dt.date, act: Callable[..., Any], child: PersonDraft) -> None:
        """Let it happen, and write down that it was on that day."""
        entry = Entry.objects.aggregate(last=Max("pk"))["last"]
        change = Change.objects.aggregate(last=Max("pk"))["last"]
        act(Person.objects.get(pk=child.key or 0), child, day)
        at = timezone.make_aware(dt.datetime.combine(day, dt.time(15, 40)))
        Entry.objects.filter(pk__gt=entry).update(at=at)
        Change.objects.filter(pk__gt=change).update(at=at, source="demo")

    def check(self, children: list[PersonDraft]) -> None:
        """The villages are at work on the quarterly check, some further than others."""
        rng, today = self.maker.rng, timezone.localdate()
        quarter = Quarter.of(today)
        villages: dict[Place, list[int]] = {}
        for child in children:
            villages.setdefault(child.place, []).append(child.key or 0)
        for place, keys in villages.items():
            seen = rng.sample(keys, round(len(keys) * rng.choice((0.2, 0.2, 0.5, 0.9))))
            for key in seen:
                day = max(quarter.first, self.maker.ago(0, 32))
                facts = {"kind": rng.choice(("visit", "visit", "phone")), "day": day}
                Person.objects.get(pk=key).add(ContactMade, facts, by=self.worker(place))
            if done := seen[::2]:
                Confirmation.together(done, quarter, by=self.worker(place))

    def worker(self, place: Place) -> User:
        return self.county.workers[place.code]

    def helped(self, person: Person, child: PersonDraft, day: dt.date) -> None:
        facts = {"kind": "help", "day": day, "text": self.maker.pick(HELP)}
        person.add(Note, facts, by=self.worker(child.place))

    def came_home(self, _person: Person, child: PersonDraft, day: dt.date) -> None:
        """A parent is back; whether the child leaves the ledger is for a person to decide."""
        parents = [kin.relative.key for kin in child.kin if isinstance(kin.relative, PersonDraft)]
        away = AwayPeriod.objects.filter(person__in=parents, until=None).first()
        if away is not None:
            version = away.person.version
            away.close(day, base_version=version, by=self.worker(child.place), why="返乡就业")

    def learned(self, person: Person, child: PersonDraft, _day: dt.date) -> None:
        facts = {"details.doting": "no", "details.school_support": "yes"}
        by = self.worker(child.place)
        person.change(facts, base_version=person.version, by=by, why="入户核实")

    def moved(self, person: Person, child: PersonDraft, day: dt.date) -> None:
        """A household goes to a neighbouring village of the township."""
        township = child.place.parent
        near = [one for one in self.county.villages if one.parent == township]
        to = next(one for one in near if one != child.place)
        by = self.county.users["minzheng"]
        version, why = person.version, "随祖父母迁居"
        person.move(to, on=day, base_version=version, by=by, why=why, whole_household=True)

    def doubted(self, _person: Person, child: PersonDraft, _day: dt.date) -> None:
        """Somebody who cares for a child is said to drink; the township has to decide."""
        key = next(g.guardian.key for g in child.guardians if isinstance(g.guardian, PersonDraft))
        by = self.county.supervisors[child.place.parent.code] if child.place.parent else None
        assert by is not None  # noqa: S101 - every village of the demo has a township
        carer = Person.objects.get(pk=key or 0)
        CarerFinding.raise_(carer, "addiction", "邻居反映长期酗酒，两次走访均遇醉酒。", by=by)
