"""A whole file as a reader sees it: the person, kin, facts, who is responsible. Four queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from guanai.core.registries import attached
from guanai.organisations.models import User
from guanai.organisations.rules import CHILDREN
from guanai.people.models import (
    ROWS,
    AccessGrant,
    CarerFinding,
    Guardianship,
    Kinship,
    Person,
    Registration,
)
from guanai.people.models.person import HARMLESS
from guanai.people.reading import Prepared
from guanai.people.responsible import CADRES, Cadres, Responsible, responsible_for
from guanai.people.rules import (
    FATHERS,
    GRANDPARENTS,
    MOTHERS,
    PARENTS,
    Carer,
    Completeness,
    FourHaves,
    Known,
    days_away,
    known_of_child,
    lives_alone,
    measure_completeness,
)

LINKS = {"kinship", "guardianship"}


@dataclass
class Facts:
    """The rows of one person by kind, oldest first."""

    person: Person
    rows: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def all(self, kind: str) -> list[Any]:
        return self.rows.get(kind, [])

    def current(self, kind: str) -> list[Any]:
        today = timezone.localdate()
        return [row for row in self.all(kind) if row.goes_on(today)]

    def now(self, kind: str) -> Any:
        """The latest current row, or None."""
        found = self.current(kind)
        return found[-1] if found else None

    @cached_property
    def phones(self) -> list[Any]:
        ranked = [row for row in self.all("contact") if row.kind == "phone"]
        return sorted(ranked, key=lambda row: row.rank)

    @property
    def away(self) -> Any:
        return self.now("away")

    @property
    def days_away(self) -> int:
        """In this year, to today (R12.2)."""
        today = timezone.localdate()
        spans = [(row.since, row.until) for row in self.all("away")]
        return days_away(spans, today.replace(month=1, day=1), today)

    @property
    def hindrances(self) -> list[Any]:
        return [row for row in self.current("circumstance") if row.kind != "home"]

    @property
    def hardships(self) -> set[str]:
        """Those that hold."""
        return {row.kind for row in self.current("hardship") if row.holds}

    @property
    def gone(self) -> bool:
        return self.person.died is not None or any(
            row.kind in {"dead", "missing"} for row in self.hindrances
        )

    @property
    def home(self) -> Any:
        homes = [row for row in self.current("residence") if row.kind == "home"]
        return homes[-1] if homes else None

    @property
    def has_address(self) -> bool:
        """A written address, or the villagers' group in which the household lives."""
        home, household = self.home, self.person.household
        return bool((home and home.sealed_address) or (household and household.group))

    @property
    def unable(self) -> bool:
        """By circumstance, health, death or a decision of 未保法 art. 22; or nothing is known."""
        return (
            self.gone
            or self.person.erased_at is not None
            or any(row.kind not in HARMLESS for row in self.hindrances)
            or any(row.can_guard is False for row in self.current("health"))
            or getattr(self.person, "excluded", False)
        )

    @property
    def known(self) -> Known:
        away = self.away
        working = away and (away.destination or away.employer or away.sealed_address)
        address = bool(working) if away else self.has_address
        return Known(bool(self.person.name), bool(self.phones), address, self.gone)


@dataclass
class Kin:
    """Somebody of the family: `relation` (GB/T 4761) is what he is to the person of the file."""

    facts: Facts
    relation: str = ""
    kinship: Kinship | None = None
    care: Guardianship | None = None
    below: bool = False  # the file's person is the parent or guardian of this one

    @property
    def person(self) -> Person:
        return self.facts.person

    @property
    def stands(self) -> bool:
        """One of the links holds today."""
        today = timezone.localdate()
        return any(link is not None and link.goes_on(today) for link in (self.kinship, self.care))

    @property
    def is_minor(self) -> bool:
        """Who goes to school at an unknown age counts as one."""
        standing = (row for row in self.facts.all("registration") if row.until is None)
        pupil = self.person.born is None and bool(self.facts.current("schooling"))
        listed = any(row.group in CHILDREN for row in standing)
        return self.person.counts_as_minor(listed=listed or pupil)

    @property
    def shown(self) -> bool:
        """What stands about parents and carers needs the door of the child's file only; another
        minor, or somebody who was of the family once, the own door too."""
        return (self._may_open or self._opened_by_file) and self.person.erased_at is None

    @property
    def changeable(self) -> bool:
        """Through this file. Who stands in a ledger is cared for by others: the own door too, and
        not one that an emergency opened."""
        standing = any(row.until is None for row in self.facts.all("registration"))
        own = self._may_open and not getattr(self.person, "in_emergency", False)
        return self.shown and (own or (self._opened_by_file and not standing))

    @property
    def _may_open(self) -> bool:
        return bool(getattr(self.person, "may_open", False))

    @property
    def _opened_by_file(self) -> bool:
        return self.stands and not self.is_minor


@dataclass
class File:
    person: Person
    facts: Facts
    kin: list[Kin]  # those above and beside: parents, guardians, spouse, grandparents
    wards: list[Kin]  # those this person is a parent or guardian of

    @classmethod
    def open(cls, person: Person, reader: User | None = None) -> File:
        """Read it. With a reader, `person.may_open` of kin says whose own file he may open."""
        return cls.open_all([person], reader)[0]

    @classmethod
    def open_all(cls, opened: list[Person], reader: User | None = None) -> list[File]:
        """Read many by the same few statements. Of kin who are themselves among `opened` neither
        findings nor `may_open` are told."""
        keys = [person.pk for person in opened]
        links = LINKED.rows(keys)
        people = {p.pk: p for p in _people(links, keys, reader)} | {p.pk: p for p in opened}
        facts = {key: Facts(one) for key, one in people.items()}
        for row in FACTS.rows(list(people)):
            row.person = people[row.person_id]
            facts[row.person_id].rows[getattr(row, "KIND", "registration")].append(row)
        for found in facts.values():
            for rows in found.rows.values():
                rows.sort(key=_order)
        near: dict[int, list[Any]] = {key: [] for key in people}
        for link in links:
            for end in {link.person_id, _other(link)}:
                near[end].append(link)
        return [cls._of(person, near[person.pk], facts) for person in opened]

    @classmethod
    def _of(cls, person: Person, links: list[Any], facts: dict[int, Facts]) -> File:
        family = _family(person, links, facts)
        return cls(
            person,
            facts[person.pk],
            sorted((k for k in family if not k.below), key=_rank),
            sorted((k for k in family if k.below), key=lambda k: k.person.pk),
        )

    @cached_property
    def responsible(self) -> list[Responsible]:
        return responsible_for(self.person.path, self.facts.now("schooling"))

    @cached_property
    def cadre(self) -> Known | None:
        cadres = [one for one in self.responsible if one.role in CADRES]
        return Known(True, any(one.phone for one in cadres), True) if cadres else None

    @property
    def standing(self) -> list[Registration]:
        return [row for row in self.facts.all("registration") if row.until is None]

    @property
    def groups(self) -> set[str]:
        return {row.group for row in self.standing}

    @property
    def is_child(self) -> bool:
        return self.person.counts_as_minor(listed=bool(self.groups & CHILDREN))

    @property
    def carers(self) -> list[Kin]:
        today = timezone.localdate()
        return [kin for kin in self.kin if kin.care and kin.care.goes_on(today)]

    def parent(self, relations: frozenset[str], other: str) -> Kin | None:
        """The parent with one of the relations, else the step or adoptive one."""
        for wanted in (relations, {other}):
            for kin in self.kin:
                if kin.relation in wanted:
                    return kin
        return None

    @property
    def grandparents_care(self) -> bool:
        """隔代抚养, as the guardianship says."""
        return any(kin.relation in GRANDPARENTS for kin in self.carers)

    @property
    def alone(self) -> bool:
        """R14.15: a child under sixteen with nobody who cares."""
        carers = [kin for kin in self.kin if kin in self.carers or kin.relation in PARENTS]
        known = [Carer(bool(k.facts.away), k.facts.unable, k.person.born) for k in carers]
        living = self.is_child and self.person.died is None
        return living and lives_alone(self.person.born, known, timezone.localdate())

    @cached_property
    def completeness(self) -> Completeness:
        return measure_completeness(self.four_haves())

    def four_haves(self) -> FourHaves:
        """What the rule asks of a child's file (R13.9)."""
        father, mother = self.parent(FATHERS, "57"), self.parent(MOTHERS, "58")
        carers = self.carers or [kin for kin in self.kin if kin.relation in GRANDPARENTS]
        return FourHaves(
            child=known_of_child(
                name=self.person.name,
                born=self.person.born,
                health=self.facts.now("health"),
                hardships=self.facts.current("hardship"),
                address=self.facts.has_address,
                school=self.facts.now("schooling"),
            ),
            father=father.facts.known if father else None,
            mother=mother.facts.known if mother else None,
            orphan="orphan" in self.facts.hardships,
            cadre=self.cadre,
            carers=tuple(self._carer_known(kin) for kin in carers),
        )

    def _carer_known(self, kin: Kin) -> Known:
        """Who lives in the child's household lives at the child's address."""
        known = kin.facts.known
        together = kin.person.household_id and kin.person.household_id == self.person.household_id
        if together and self.facts.has_address and not known.address:
            return replace(known, address=True)
        return known


def measure(people: Iterable[Person]) -> None:
    """Bring Person.completeness up to date, of these files and of the children they stand in."""
    files = File.open_all(list(people))
    own = {file.person.pk for file in files}
    wards = {kin.person.pk: kin.person for file in files for kin in file.wards}
    files += File.open_all([ward for key, ward in wards.items() if key not in own])
    cadres, changed = Cadres(), defaultdict(list)
    for file in files:
        file.cadre = cadres.of(file.person.path)
        bits = int(file.completeness.bits) if file.groups & CHILDREN else 0
        if bits != file.person.completeness:
            file.person.completeness = bits
            changed[bits].append(file.person.pk)
    for bits, keys in changed.items():
        Person.objects.filter(pk__in=keys).update(completeness=bits)


def _other(link: Any) -> int:
    """The second person of a kinship or guardianship."""
    found: int = getattr(link, "relative_id", None) or link.guardian_id
    return found


def _people(links: list[Any], opened: list[int], reader: User | None) -> Any:
    keys = {key for link in links for key in (link.person_id, _other(link))}
    excluding = CarerFinding.objects.excluding().filter(person=OuterRef("pk"))
    pending = CarerFinding.objects.open().filter(person=OuterRef("pk"))
    people = Person.objects.select_related("household", "place")
    people = people.filter(pk__in=keys.difference(opened))
    people = people.annotate(excluded=Exists(excluding), held=Exists(pending))
    if reader is not None:
        only = AccessGrant.objects.in_emergency(reader).filter(person=OuterRef("pk"))
        people = people.tell_seen("may_open", reader).annotate(in_emergency=Exists(only))
    return people


def _links(keys: list[int]) -> list[QuerySet[Any]]:
    return [
        Kinship.objects.filter(Q(person__in=keys) | Q(relative__in=keys)),
        Guardianship.objects.filter(Q(person__in=keys) | Q(guardian__in=keys)),
    ]


def _facts(keys: list[int]) -> list[QuerySet[Any]]:
    """Every dated fact of these people, and in which ledgers they stand."""
    parts: list[Any] = [Registration.objects.filter(person__in=keys)]
    for kind, model in ROWS.items():
        if kind in LINKS:
            continue
        query: Any = model.objects.filter(person__in=keys)
        if kind == "schooling":
            query = query.annotate(extra_school=F("school__name"))
        elif kind == "residence":
            query = query.annotate(extra_place=F("place__name"))
        parts.append(query)
    return parts


def _attached(keys: list[int]) -> list[QuerySet[Any]]:
    return [query for make in attached.all() for query in make(keys)]


LINKED, FACTS, ATTACHED = Prepared(_links), Prepared(_facts), Prepared(_attached)


def attach(person: Person) -> None:
    """Bring what panels and strands of higher rooms tell: `person.attached`, rows by model, oldest
    first. One query, however many rooms."""
    found = defaultdict(list)
    for row in sorted(ATTACHED.rows([person.pk]), key=lambda row: row.pk):
        found[type(row)].append(row)
    person.attached = found  # type: ignore[attr-defined]


def _order(row: Any) -> tuple[dt.date, int]:
    day = getattr(row, "since", None) or getattr(row, "day", None) or getattr(row, "given_on", None)
    return day or dt.date.min, row.pk


def _family(person: Person, links: list[Any], facts: dict[int, Facts]) -> list[Kin]:
    """One entry for each relative, whether by kinship, guardianship or both."""
    family: dict[tuple[int, bool], Kin] = {}
    for link in sorted(links, key=lambda row: (isinstance(row, Guardianship), _order(row))):
        other = _other(link)
        below = other == person.pk
        key: int = link.person_id if below else other
        kin = family.setdefault((key, below), Kin(facts[key], below=below))
        if isinstance(link, Guardianship):
            kin.care = link
            kin.relation = kin.relation or link.relation
        else:
            kin.kinship, kin.relation = link, link.relation
        link.person = facts[link.person_id].person
    return list(family.values())


def _rank(kin: Kin) -> tuple[bool, bool, str, int]:
    """Guardian first, then parents, then by relation."""
    return not kin.care, kin.relation not in PARENTS, kin.relation, kin.person.pk
