"""Whole files read many at a time, with what is sealed in them opened: for exports and cards."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from guanai.core.crypto import Sealer
from guanai.core.dates import PartialDate, Precision
from guanai.core.fields import Keys
from guanai.organisations.models import Organisation, OrganisationKind
from guanai.people.ledger.drawing import KIN
from guanai.people.ledger.listing import place_all, relatives
from guanai.people.models import (
    AwayPeriod,
    Contact,
    Hardship,
    Health,
    Identity,
    Kinship,
    LedgerLine,
    Person,
    Residence,
    Schooling,
)


@dataclass
class Dossier:
    """One person as papers show him. `away` is [since, destination, employer, address]."""

    person: Person
    id_number: str = ""
    phones: list[str] = field(default_factory=list)
    home: str = ""  # the address below the village
    hukou: str = ""
    health: str = ""
    away: list[str] = field(default_factory=lambda: ["", "", "", ""])
    relation: str = ""  # to the person in whose dossier he stands

    @property
    def phone(self) -> str:
        return "、".join(self.phones)

    @property
    def address(self) -> str:
        """Village and what lies below it."""
        village = self.person.place.name
        return self.home if self.home.startswith(village) else f"{village}{self.home}"


@dataclass
class Whole(Dossier):
    """A person with the line in the ledger and the people around."""

    line: LedgerLine = field(default_factory=LedgerLine)
    kin: dict[str, Dossier] = field(default_factory=dict)  # “father”, “mother”, “spouse”
    guardian: Dossier | None = None
    hardships: list[str] = field(default_factory=list)
    head_teacher: str = ""
    committee: str = ""  # of the village, with its phone


def read(lines: list[LedgerLine]) -> list[Whole]:
    """The dossiers of these lines, in their order; `line.person` has been read through the door."""
    people = {line.person_id: line.person for line in lines}
    kin: dict[int, dict[str, int]] = defaultdict(dict)
    links = Kinship.objects.current().filter(person__in=Keys(people), relation__in=list(KIN))
    for person, relative, relation in links.values_list("person", "relative", "relation"):
        kin[person][KIN[relation]] = relative
    around = {key for found in kin.values() for key in found.values()}
    guardians = {line.guardian.pk: line.guardian for line in lines if line.guardian}
    others = relatives(around - guardians.keys() - people.keys())
    place_all(list(others.values()))
    single = _Singles({**guardians, **others, **people}).found
    wholes = [_whole(line, single, kin[line.person_id]) for line in lines]
    _tell_schooling(wholes, Keys(people))
    _tell_committees(wholes)
    return wholes


def _whole(line: LedgerLine, single: dict[int, Dossier], kin: dict[str, int]) -> Whole:
    own = single[line.person_id]
    guardian = single.get(line.guardian_id or 0)
    whole = Whole(**{**vars(own), "line": line})
    whole.kin = {who: single[key] for who, key in kin.items() if key in single}
    if guardian:
        whole.guardian = Dossier(**{**vars(guardian), "relation": line.guardian_relation})
    return whole


class _Singles:
    """The dossiers of some people, each by itself; sealed values are opened as they are read."""

    def __init__(self, people: dict[int, Person]) -> None:
        self.people, self.keys = people, Keys(people)
        self.found = {key: Dossier(person) for key, person in people.items()}
        self.sealers: dict[int, Sealer] = {}
        self._numbers()
        self._homes()
        self._facts()

    def opened(self, key: int, sealed: Any, place: str) -> str:
        if sealed is None:
            return ""
        if key not in self.sealers:
            self.sealers[key] = self.people[key].sealer
        return self.sealers[key].open(sealed, place)

    def _numbers(self) -> None:
        numbers = Identity.objects.filter(person__in=self.keys).order_by("-id")
        for key, sealed in numbers.values_list("person", "sealed_number"):
            self.found[key].id_number = self.opened(key, sealed, "identity.number")
        phones = Contact.objects.filter(person__in=self.keys, kind="phone").order_by("rank", "id")
        for key, sealed in phones.values_list("person", "sealed_value"):
            self.found[key].phones.append(self.opened(key, sealed, "contact.value"))

    def _homes(self) -> None:
        homes = Residence.objects.current().filter(person__in=self.keys)
        told = ("person", "kind", "sealed_address", "place__name")
        for key, kind, sealed, place in homes.values_list(*told):
            address = self.opened(key, sealed, "residence.address")
            if kind == "home":
                self.found[key].home = address
            else:
                self.found[key].hukou = f"{place or ''}{address}"

    def _facts(self) -> None:
        health = Health.objects.current().filter(person__in=self.keys)
        for key, condition in health.values_list("person", "condition"):
            self.found[key].health = condition
        away = AwayPeriod.objects.current().filter(person__in=self.keys)
        told = ("since", "since_precision", "destination", "employer", "sealed_address")
        for key, since, precision, *said, sealed in away.values_list("person", *told):
            began = str(PartialDate(since, Precision(precision))) if since else ""
            address = self.opened(key, sealed, "away.address")
            self.found[key].away = [began, *map(str, said), address]


def _tell_schooling(wholes: list[Whole], keys: Keys) -> None:
    by_key = {whole.person.pk: whole for whole in wholes}
    taught = Schooling.objects.current().filter(person__in=keys).exclude(head_teacher="")
    for key, teacher in taught.values_list("person", "head_teacher"):
        by_key[key].head_teacher = teacher
    labels = dict(Hardship.KINDS)
    held = Hardship.objects.current().filter(person__in=keys, holds=True)
    for key, kind in held.values_list("person", "kind"):
        by_key[key].hardships.append(str(labels[kind]))


def _tell_committees(wholes: list[Whole]) -> None:
    committees = dict(
        Organisation.objects.filter(
            kind=OrganisationKind.VILLAGE_COMMITTEE,
            place__in={whole.person.place_id for whole in wholes},
        ).values_list("place", "name")
    )
    for whole in wholes:
        whole.committee = committees.get(whole.person.place_id, "")
