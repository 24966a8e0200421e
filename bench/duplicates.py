"""`guanai duplicates --anew` over a registry of `people_noise`, and plain SQL rules beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from bench.homes import county
from bench.measuring import Figure, ask, run, spending
from bench.people_noise import VILLAGES_OF_TOWNSHIP, County, Made, pairs
from guanai.core.chunks import chunks
from guanai.core.crypto import Sealer, vault
from guanai.core.dates import PartialDate
from guanai.organisations.models import Place
from guanai.people import names
from guanai.people.models import Contact, DuplicateProposal, Identity, Kinship, Person
from guanai.people.roster.numbers import id_number
from guanai.people.rows import partial, tails
from guanai.people.writing import Table

SECONDS = {1_000_000: 90}  # people: bar
MEMORY_BAR, WRONG_BAR, MISSED_BAR = 3072, 0.5, 3.0  # MB, %, %
AT_ONCE = 20_000
PLAIN = """
    SELECT a.id, b.id FROM people_person a JOIN people_person b
        ON a.name = b.name AND a.born = b.born AND a.id < b.id
        WHERE a.born_precision = 3 AND b.born_precision = 3
    UNION SELECT a.person_id, b.person_id FROM people_identity a JOIN people_identity b
        ON a.exact = b.exact AND a.person_id < b.person_id
    UNION SELECT a.id, b.id FROM people_person a JOIN people_contact c ON c.person_id = a.id
        JOIN people_contact d ON d.exact = c.exact JOIN people_person b ON b.id = d.person_id
        WHERE a.pinyin = b.pinyin AND a.id < b.id
"""


def measure(database: str, count: int) -> Iterator[Figure]:
    size = f"{count:,} people"
    with county(database) as environment:
        run(environment, "bench.child", "duplicates", "fill", str(count))
        spent = run(environment, "guanai", "duplicates", "--anew", "--json")
        bar = SECONDS.get(count)
        yield Figure("duplicates in the registry", size, database, spent.wall, "s", bar, spent.busy)
        yield Figure("…, memory", size, database, spent.peak, "MB", MEMORY_BAR)
        yield from ask(environment, "bench.child", "duplicates", "judge", str(count))


def main(what: str, count: str) -> None:
    files = County(int(count)).make()
    if what == "fill":
        fill(files)
    else:
        judge(files)


def judge(files: list[Made]) -> None:
    """What was proposed, and what plain rules find, against the truth."""
    truth, size = set(pairs(files)), f"{len(files):,} people"
    on = "SQLite" if connection.vendor == "sqlite" else "PostgreSQL"
    rows = DuplicateProposal.objects.values_list("left__file_number", "right__file_number")
    proposed = {(int(left[1:]), int(right[1:])) for left, right in rows}
    wrong, missed, told = _against(truth, proposed)
    Figure("…, proposed in vain", size, on, wrong, "%", WRONG_BAR, beside=told).tell()
    Figure("…, missed", size, on, missed, "%", MISSED_BAR, beside=f"{len(truth):,} pairs").tell()
    with spending() as spent, connection.cursor() as cursor:
        cursor.execute(PLAIN)
        plain = set(cursor.fetchall())
    Figure("plain SQL rules", size, on, spent.wall, "s", beside=_against(truth, plain)[2]).tell()


def _against(truth: set[Any], found: set[Any]) -> tuple[float, float, str]:
    right = len(truth & found)
    precision, recall = right / max(1, len(found)), right / len(truth)
    told = f"precision {precision:.4f}, recall {recall:.4f}"
    return 100 * (1 - precision), 100 * (1 - recall), told


def places(count: int) -> list[tuple[int, str]]:
    """(key, path) of so many new villages of the county."""
    top = Place.objects.filter(level="county").get()
    found: list[tuple[int, str]] = []
    for at in range(count):
        township, village = divmod(at, VILLAGES_OF_TOWNSHIP)
        code = f"539901{500 + township}"
        if not village:
            above = Place.plant(f"{code}000", f"{township}镇", "township", top)
        place = Place.plant(f"{code}{201 + village}", f"{village}村", "village", above)
        found.append((place.pk, place.path))
    return found


@transaction.atomic
def fill(files: list[Made]) -> None:
    """Write what the search reads of a file, and nothing else. File numbers are the keys."""
    villages = places(1 + max(one.village for one in files))
    first = Person.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    tables = {
        model: Table(model, given, {"recorded_at": timezone.now(), "created_at": timezone.now()})
        for model, given in {
            Person: "id file_number name pinyin sex born born_precision place_id path sealed_key",
            Identity: "person_id kind sealed_number checked exact tail4 tail6",
            Contact: "person_id sealed_value exact tail4 rank",
            Kinship: "person_id relative_id relation",
        }.items()
    }
    for model, table in tables.items():
        for some in chunks(_rows(model, files, first, villages), AT_ONCE):
            table.rows = some
            table.flush()


def _rows(
    model: Any, files: list[Made], first: int, villages: list[tuple[int, str]]
) -> Iterable[tuple[Any, ...]]:
    if model is Person:
        return _people(files, first, villages)
    if model is Identity:
        return _numbers(files, first)
    if model is Contact:
        sealed = _key()[1].seal("0", "contact.value")
        return (
            (first + one.key, sealed, *tails("phone", f"{one.phone:011d}"), 0)
            for one in files
            if one.phone
        )
    return ((first + one.key, first + key, relation) for one in files for relation, key in one.kin)


@cache
def _key() -> tuple[bytes, Sealer]:
    """All under one key: nobody is destroyed here."""
    return vault().fresh()


def _people(
    files: list[Made], first: int, villages: list[tuple[int, str]]
) -> Iterator[tuple[Any, ...]]:
    for one in files:
        born, precision = partial(PartialDate.parse(one.born) if one.born else None)
        yield (
            first + one.key, f"N{one.key}", one.name, names.pinyin(one.name), one.sex, born,
            precision, *villages[one.village], _key()[0],
        )  # fmt: skip


def _numbers(files: list[Made], first: int) -> Iterator[tuple[Any, ...]]:
    sealer, taken = _key()[1], set[int]()
    for one in files:
        if one.number:
            found = tails("id", one.number)
            checked = id_number(one.number).code is None and found[0] not in taken
            taken.add(found[0])
            sealed = sealer.seal(one.number, "identity.number")
            yield first + one.key, "id", sealed, checked, *found
