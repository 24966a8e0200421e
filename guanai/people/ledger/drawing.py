"""Draws the lines of the ledgers from the files (see people.models.ledger)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from guanai.core.areas import STEP, below
from guanai.core.chunks import chunks
from guanai.core.dates import PartialDate, Precision
from guanai.core.locks import again
from guanai.core.models import Counter
from guanai.core.pace import breathe
from guanai.organisations.rules import CHILDREN
from guanai.people.alarms import measure_care
from guanai.people.details import TEMPERAMENTS
from guanai.people.ledger.rules import (
    HEALTH_CLASSES,
    bits,
    gravest,
    guardian_kind,
    health_class,
    parents_state,
)
from guanai.people.models import (
    AwayPeriod,
    Circumstance,
    Contact,
    Guardianship,
    Hardship,
    Health,
    Kinship,
    Person,
    Registration,
    Schooling,
)
from guanai.people.models.ledger import BIRTH_UNKNOWN, LedgerLine
from guanai.people.responsible import Cadres
from guanai.people.rules import ADULT, FourHaves, Have, born_by, measure_completeness

CHUNK = 2000  # people at a time: below the parameter limits of both databases
KIN = {
    "51": "father", "57": "father", "52": "mother", "58": "mother",
    "10": "spouse", "11": "spouse", "12": "spouse",
}  # fmt: skip
HARDSHIPS = [kind for kind, _label in Hardship.KINDS]
# What the bits of `LedgerLine.hardships` say.
MARKS = [*HARDSHIPS, *(code for code, _title in TEMPERAMENTS), *HEALTH_CLASSES]
WIDE = 2 * STEP  # shorter paths are counties and what lies above them
MARKED = "ledger.marks"  # Counter: how many marks the lines knew when they were drawn
DRAWN = "ledger.drawn"  # Counter: the last day (ordinal) for which dates were looked at
_DATED = (AwayPeriod, Circumstance, Guardianship, Hardship, Health, Kinship, Schooling)


@transaction.atomic
def draw_lines(people: Iterable[int]) -> None:
    """Draw the lines of these files and of those who have them as kin or guardian.

    Every act that changes what a ledger shows calls this in its transaction.
    """
    for chunk in chunks(sorted(set(people)), CHUNK):
        near = set(chunk)
        near.update(Kinship.objects.filter(relative__in=chunk).values_list("person", flat=True))
        near.update(
            Guardianship.objects.filter(guardian__in=chunk).values_list("person", flat=True)
        )
        for part in chunks(sorted(near), CHUNK):
            _draw(part)
            measure_care(part)


@transaction.atomic
def draw_all() -> None:
    """Throw all lines away and draw them again."""
    LedgerLine.objects.all().delete()
    standing = Registration.objects.current().values_list("person", flat=True).distinct()
    for chunk in chunks(standing, CHUNK):
        _draw(chunk)
    _remember(timezone.localdate())


def draw_anew() -> None:
    """Once after an upgrade that has the lines say more, in short transactions."""
    said = Counter.objects.filter(name__in=[MARKED, DRAWN])
    before = dict(said.values_list("name", "value"))
    if before.get(MARKED) == len(MARKS):
        return
    standing = Registration.objects.current().values_list("person", flat=True).distinct()
    for chunk in chunks(list(standing) if DRAWN in before else [], CHUNK):
        again(partial(_draw, chunk))
        breathe()
    Counter.objects.update_or_create(name=MARKED, defaults={"value": len(MARKS)})


@transaction.atomic
def draw_due() -> int:
    """Draw the files in which a dated fact began or ended since the last time; how many."""
    today = timezone.localdate()
    last = Counter.objects.filter(name=DRAWN).values_list("value", flat=True).first()
    since = dt.date.fromordinal(last) if last else today
    turned = Q(since__gt=since, since__lte=today) | Q(until__gte=since, until__lt=today)
    people: set[int] = set()
    for model in _DATED:
        people.update(model.objects.filter(turned).values_list("person", flat=True))
    grown = {"born__gt": born_by(since, ADULT), "born__lte": born_by(today, ADULT)}
    people.update(Person.objects.filter(**grown).values_list("pk", flat=True))
    draw_lines(people)
    draw_cadres("")
    measure_care()
    _remember(today)
    return len(people)


@transaction.atomic
def draw_cadres(under: str) -> None:
    """Bring the have “cadre in charge” up to date in all children's files at or below that path:
    who answers for a village changes without the files. Wide areas wait for the morning."""
    if under and len(under) < WIDE:
        return
    here = below(under) if under else Q()
    lines = LedgerLine.objects.filter(here, group__in=CHILDREN).order_by()
    if not lines.exists():
        return
    bit, cadres = int(Have.CADRE), Cadres()
    turned: dict[bool, set[int]] = {True: set(), False: set()}
    for person, path, before in lines.values_list("person", "path", "completeness"):
        has = bool(measure_completeness(FourHaves(cadre=cadres.of(path))).bits & bit)
        if has != bool(before & bit):
            turned[has].add(person)
    for has, people in turned.items():
        for chunk in chunks(people, CHUNK):
            now = {"completeness": F("completeness").bitxor(bit)}
            Person.objects.filter(pk__in=chunk).update(**now)
            count = F("haves") + (1 if has else -1)
            LedgerLine.objects.filter(person__in=chunk).update(**now, haves=count)


def _remember(day: dt.date) -> None:
    Counter.objects.update_or_create(name=DRAWN, defaults={"value": day.toordinal()})


@dataclass
class Facts:
    """What the lines of a chunk say, by person; of several current facts the latest counts."""

    schooling: dict[int, dict[str, Any]] = field(default_factory=dict)
    health: dict[int, dict[str, Any]] = field(default_factory=dict)
    hardships: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    guardian: dict[int, tuple[int, str]] = field(default_factory=dict)
    kin: defaultdict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    states: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    away: dict[int, tuple[dt.date | None, int, str]] = field(default_factory=dict)
    reachable: set[int] = field(default_factory=set)

    def said_of(self, relative: int) -> list[str]:
        """State, since, destination."""
        state = gravest(self.states[relative])
        since, precision, destination = self.away.get(relative, (None, Precision.DAY, ""))
        if state != "away":
            return [state, "", ""]
        return [state, str(PartialDate(since, Precision(precision))) if since else "", destination]


_SCHOOLING = ("school_class_id", "grade", "class_name", "boarding", "state")


def _gather(people: list[int]) -> Facts:
    facts = Facts()
    named = Coalesce("school__name", "school_name")
    pupils = Schooling.objects.current().filter(person__in=people).annotate(named=named)
    for row in pupils.values("person_id", "school_id", "named", *_SCHOOLING):
        facts.schooling[row.pop("person_id")] = row
    health = Health.objects.current().filter(person__in=people)
    said = ("condition", "disability", "self_care", "checked_on")
    facts.health = {row.pop("person_id"): row for row in health.values("person_id", *said)}
    held = Hardship.objects.current().filter(person__in=people, holds=True)
    for person, kind in held.values_list("person", "kind"):
        facts.hardships[person].append(kind)
    carers = Guardianship.objects.current().filter(person__in=people)
    for person, guardian, relation in carers.values_list("person", "guardian", "relation"):
        facts.guardian[person] = (guardian, relation)
    kin = Kinship.objects.current().filter(person__in=people, relation__in=list(KIN))
    for person, relative, relation in kin.values_list("person", "relative", "relation"):
        facts.kin[person][KIN[relation]] = relative
    _gather_kin(facts)
    return facts


def _gather_kin(facts: Facts) -> None:
    relatives = sorted({key for kin in facts.kin.values() for key in kin.values()})
    for chunk in chunks(relatives, CHUNK):
        away = AwayPeriod.objects.current().filter(person__in=chunk)
        told = ("person", "since", "since_precision", "destination")
        for person, since, precision, destination in away.values_list(*told):
            facts.away[person] = (since, precision, destination)
            facts.states[person].append("away")
        found = Circumstance.objects.current().filter(person__in=chunk)
        for person, kind in found.values_list("person", "kind"):
            facts.states[person].append(kind)
        dead = Person.objects.filter(pk__in=chunk).exclude(died=None)
        for person in dead.values_list("pk", flat=True):
            facts.states[person].append("dead")
    for chunk in chunks(sorted({guardian for guardian, _ in facts.guardian.values()}), CHUNK):
        phones = Contact.objects.filter(person__in=chunk, kind="phone")
        facts.reachable.update(phones.values_list("person", flat=True))


_UNIQUE = ("person", "group")
_DRAWN = [f.name for f in LedgerLine._meta.fields if not f.primary_key and f.name not in _UNIQUE]
_PERSON = (
    "pk",
    "path",
    "pinyin",
    "sex",
    "born",
    "batch_id",
    "care_form",
    "completeness",
    "details",
)


@transaction.atomic
def _draw(people: list[int]) -> None:
    LedgerLine.objects.filter(person__in=people).delete()
    # Another transaction may draw them between these statements.
    LedgerLine.objects.bulk_create(
        lines_of(people), 500, update_conflicts=True, unique_fields=_UNIQUE, update_fields=_DRAWN
    )


def lines_of(people: list[int]) -> list[LedgerLine]:
    """The lines as the files give them today; nothing is written."""
    standing: defaultdict[int, list[str]] = defaultdict(list)
    held = Registration.objects.current().filter(person__in=people)
    for person, group in held.values_list("person", "group"):
        standing[person].append(group)
    facts = _gather(list(standing))
    rows = Person.objects.filter(pk__in=standing).values(*_PERSON)
    return [
        LedgerLine(group=group, **told)
        for told in (line(row, facts) for row in rows)
        for group in standing[told["person_id"]]
    ]


def line(row: dict[str, Any], facts: Facts) -> dict[str, Any]:
    key, details = row.pop("pk"), row.pop("details")
    school = facts.schooling.get(key, {})
    guardian, relation = facts.guardian.get(key, (None, None))
    kin = {who: facts.said_of(relative) for who, relative in facts.kin[key].items()}
    father, mother = (kin.get(who, [""])[0] for who in ("father", "mother"))
    health = facts.health.get(key, {})
    return {
        **row,
        "person_id": key,
        "born": row["born"] or BIRTH_UNKNOWN,
        "haves": row["completeness"].bit_count(),
        "school_id": school.get("school_id"),
        "school_class_id": school.get("school_class_id"),
        "school_name": school.get("named") or "",
        "schooling": school.get("state", ""),
        "grade": school.get("grade"),
        "class_name": school.get("class_name", ""),
        "boarding": school.get("boarding"),
        "guardian_id": guardian,
        "guardian_relation": relation or "",
        "guardian_kind": guardian_kind(relation),
        "guardian_phone": guardian in facts.reachable,
        "kin": kin,
        "parents": parents_state(father, mother),
        "hardships": bits(MARKS, [*facts.hardships[key], *_classes(details, health)]),
        "disability": health.get("disability", ""),
        "self_care": health.get("self_care", ""),
        "health_checked": health.get("checked_on"),
    }


def _classes(details: dict[str, Any], health: dict[str, Any]) -> list[str]:
    """By character and health (plan 13)."""
    found = health_class(health.get("condition", ""), health.get("disability", ""))
    return [one for one in (details.get("temperament"), found) if one]
