"""The registry as records for `finding`: who somebody is, with the family's names and phones.

Narrow columns go to DuckDB in the memory of this process, which puts them together. Numbers and
phones come as their blind indexes. Only ID numbers that are not right are opened, to see which
right ones a typing slip may have made them of; of these too only the indexes are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db.models import F, QuerySet

from guanai.core.chunks import chunks
from guanai.core.crypto import vault
from guanai.people.linking.finding import BATCH, MEMORY, Candidate, database
from guanai.people.linking.slips import meant
from guanai.people.models import Contact, Guardianship, Identity, Kinship, Person
from guanai.people.roster.numbers import id_number

if TYPE_CHECKING:
    import pyarrow as pa


SEVERAL = 2000  # keys of one statement
FEW = 20_000  # people up to whom only they and their families are read

# A number under which very many are reached (a school's, a home's) says nothing about who it is.
TABLES = """
    CREATE TABLE person (key BIGINT, name VARCHAR, sound VARCHAR, born DATE, precision TINYINT,
        sex TINYINT, village VARCHAR);
    CREATE TABLE number (person BIGINT, id BIGINT, tail BIGINT, near BIGINT[]);
    CREATE TABLE phone (person BIGINT, phone BIGINT, rank INTEGER);
    CREATE TABLE tie (person BIGINT, relative BIGINT);
    CREATE TABLE wanted (key BIGINT);
    CREATE TABLE chosen (key BIGINT);
    CREATE TABLE asked (key BIGINT, name VARCHAR, sound VARCHAR, birth_date VARCHAR, sex TINYINT,
        village_code VARCHAR, id_hash BIGINT, id_near BIGINT[], id_tail BIGINT,
        phone_hashes BIGINT[], kin VARCHAR[]);
"""
ASSEMBLE = """
    DELETE FROM phone WHERE phone IN (
        SELECT phone FROM phone GROUP BY phone HAVING count(DISTINCT person) > 20);
    CREATE TABLE family AS
        WITH circle AS (FROM tie UNION SELECT person, person FROM tie)
        SELECT DISTINCT one.relative AS person, other.relative AS member
        FROM circle AS one JOIN circle AS other USING (person)
        WHERE one.relative <> other.relative;
    CREATE TABLE named AS
        SELECT person, list(DISTINCT sound) AS kin
        FROM family JOIN person ON key = member WHERE sound <> '' GROUP BY person;
    CREATE TABLE reached AS
        WITH reach AS (
            FROM phone UNION ALL
            SELECT family.person, phone, 1000 FROM family JOIN phone ON phone.person = member
        )
        SELECT person, list(phone ORDER BY rank, phone) AS phones FROM reach GROUP BY person;
    CREATE TABLE numbered AS
        SELECT person, max(id) AS id, max(tail) AS tail, max(near) AS near
        FROM number GROUP BY person;
"""
RECORDS = """
    SELECT key, name, nullif(sound, '') AS sound,
        strftime(born, '%Y-%m-%d')[:3 * precision + 1] AS birth_date,
        CASE WHEN sex IN (1, 2) THEN sex END AS sex, village AS village_code,
        id AS id_hash, near AS id_near, tail AS id_tail, phones AS phone_hashes, kin
    FROM person SEMI JOIN wanted USING (key)
        LEFT JOIN numbered ON numbered.person = key
        LEFT JOIN reached ON reached.person = key
        LEFT JOIN named ON named.person = key
"""


Row = tuple[Any, ...]
Keys = tuple[int, int]


@contextmanager
def registry(keys: Sequence[int], memory: str = MEMORY) -> Iterator[Registry]:
    """The records of these people; what is known of their families is read along."""
    with database(memory, TABLES, threads=1 if len(keys) < SEVERAL else 2) as link:
        yield Registry(link, keys)


def stream(keys: Sequence[int], memory: str = MEMORY) -> Iterator[pa.RecordBatch]:
    """All of their records; what they were made of is forgotten at the end."""
    with registry(keys, memory) as held:
        yield from held.records()


class Registry:
    def __init__(self, link: Any, keys: Sequence[int]) -> None:
        self.link = link
        self._insert("wanted", ((key,) for key in keys))
        if len(keys) > FEW:
            self._insert("tie", (row for ties in TIES for row in _of(ties)))
            self._read(None)
        else:
            self._read(self._families(set(keys)))
        link.execute(ASSEMBLE)

    def records(self, question: str = RECORDS) -> Iterator[pa.RecordBatch]:
        yield from self.link.cursor().sql(question).to_arrow_reader(BATCH)

    def parted(self, keys: Iterable[int]) -> tuple[str, str]:
        """Questions for the records of these people, and for those of all others."""
        self._insert("chosen", ((key,) for key in keys))
        by_key = "JOIN chosen ON chosen.key = person.key"
        return f"{RECORDS} SEMI {by_key}", f"{RECORDS} ANTI {by_key}"

    def asked(self, record: Mapping[str, Any]) -> str:
        """A question for the record of somebody who has no file yet; the columns of `finding`."""
        self._insert("asked", [tuple(record.values())], tuple(record))
        return "FROM asked"

    def _families(self, keys: set[int]) -> set[int]:
        """Reads their ties, and those of the files that name them; all to whom these lead."""
        found: set[Row] = set()
        for column in ("person", "relative"):
            found.update(row for ties in TIES for row in _of(ties, column, keys))
        found.update(row for ties in TIES for row in _of(ties, "person", {row[0] for row in found}))
        self._insert("tie", found)
        return keys.union(*found)

    def _read(self, keys: set[int] | None) -> None:
        self._insert("person", _of(PEOPLE, "pk", keys))
        self._insert("number", _of(NUMBERS, "person", keys))
        self._insert("number", map(_wrong, _of(WRONG, "person", keys)))
        self._insert("phone", _of(PHONES, "person", keys))

    def _insert(self, table: str, rows: Iterable[Row], names: Sequence[str] = ()) -> None:
        """Many come as Arrow; few need no library for that."""
        for some in chunks(rows, BATCH):
            columns = list(zip(*some, strict=True))
            told = names or [
                column[0] for column in self.link.table(table).description[: len(columns)]
            ]
            if len(some) > SEVERAL:
                import pyarrow as pa

                self.link.register("batch", pa.table([*map(pa.array, columns)], [*told]))
                self.link.execute(f"INSERT INTO {table} BY NAME FROM batch")
            else:
                values = ", ".join(f"unnest(${at + 1})" for at in range(len(columns)))
                into = f"INSERT INTO {table} ({', '.join(told)}) SELECT {values}"
                self.link.execute(into, [*map(list, columns)])


PEOPLE = Person.objects.values_list(
    *("pk", "name", "pinyin", "born", "born_precision", "sex", "place__code")
)
NUMBERS = Identity.objects.filter(kind="id", checked=True).values_list("person", "exact", "tail4")
WRONG = Identity.objects.filter(kind="id", checked=False).values_list(
    *("person", "exact", "tail4", "sealed_number", "person__sealed_key")
)
PHONES = Contact.objects.order_by().values_list("person", "exact", "rank")
TIES: tuple[QuerySet[Any, Row], ...] = (
    Kinship.objects.values_list("person", "relative"),
    Guardianship.objects.annotate(relative=F("guardian")).values_list("person", "relative"),
)


def _of(rows: QuerySet[Any, Row], column: str = "", keys: set[int] | None = None) -> Iterator[Row]:
    """All rows, or those where the column is one of the keys."""
    if keys is None:
        return rows.order_by().iterator(chunk_size=BATCH)
    parts = chunks(sorted(keys), SEVERAL)
    return (row for some in parts for row in rows.filter(**{f"{column}__in": some}))


def _wrong(row: Row) -> Row:
    """A number that is not checked: it stands in another file too, or it is wrong."""
    person, exact, tail, sealed, key = row
    number = vault().sealer(key).open(sealed, "identity.number")
    if id_number(number).code is None:
        return person, exact, tail, None
    return person, None, tail, [vault().blind("id", text) for text in meant(number)]


def unrelated(found: Iterable[Candidate]) -> dict[Keys, tuple[float, list[str]]]:
    """Files that seem to be one person's, the likeliest likeness of each two; without those of whom
    one is known as the other's relative: nobody is his own."""
    pairs: dict[Keys, tuple[float, list[str]]] = {}
    for one in found:
        keys = min(one.left, one.right), max(one.left, one.right)
        pairs.setdefault(keys, (one.probability, list(one.reasons)))
    lower = {left for left, _right in pairs}
    for column in ("person", "relative"):
        for tie in (tie for ties in TIES for tie in _of(ties, column, lower)):
            pairs.pop((min(tie), max(tie)), None)
    return pairs
