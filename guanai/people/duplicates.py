"""Find records that describe the same person: within an import, and against the registry.

Records come as Arrow (a table or a stream) with the columns of `columns()`; nothing here knows of
Django. Splink blocks and scores on DuckDB with the fixed weights of `duplicates_model`. A find is
a proposal: a person decides.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from guanai.people import duplicates_model as model

if TYPE_CHECKING:
    import pyarrow as pa

    Records: TypeAlias = pa.Table | pa.RecordBatchReader

MEMORY = "700MB"  # what DuckDB may hold; 100,000 records against 1,000,000 need it
BEST = 5  # likest earlier records, and likest people of the registry, that a record is paired with
BATCH = 50_000  # records prepared at once

# Spaces and the dots that stand in minority names (·•．・‧.) say nothing about who it is.
NOISE = re.compile(r"[^\S\n]+|[·•．・‧∙⋅.]")
# Surnames read otherwise than the same character elsewhere, and a common character of that sound.
OWN_READING = "单曾解仇查盖区朴缪翟覃冼员洗种黑乐尉"
SURNAMES = dict(zip(OWN_READING, "善增谢求渣葛欧瓢妙宅秦显运显虫贺月玉", strict=True))
SURNAME = re.compile(f"(?m)^[{OWN_READING}]")
# Sounds that south-western speakers, and typists after them, do not keep apart.
NEAR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("eng", "en"), ("ing", "in"), ("l", "n"))


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """Two records that seem to be one person.

    left is the key of an incoming record, right of another incoming one (within) or of a person of
    the registry; reasons are the codes of `duplicates_model.COMPARISONS`, those in AGAINST too.
    """

    left: int
    right: int
    within: bool
    probability: float
    reasons: tuple[str, ...]

    @property
    def certain(self) -> bool:
        """One valid ID number, and the name or the birth date agrees with it."""
        agreeing = model.NAMES_AGREE | model.BIRTHS_AGREE
        return "same_id" in self.reasons and not agreeing.isdisjoint(self.reasons)


def columns() -> "pa.Schema":
    """The columns of a record; all but key may be null, order does not matter.

    birth_date is YYYY-MM-DD, YYYY-MM or YYYY; sex 1/2 (GB/T 2261.1); village_code 12 digits;
    id_hash the keyed hash of a valid ID number, id_tail the hash of the last four of any that was
    written down in full; phone_hashes the person's own first, then the family's; kin the names
    of parents, guardian, spouse.
    """
    import pyarrow as pa

    return pa.schema(
        {
            "key": pa.int64(),
            "name": pa.string(),
            "birth_date": pa.string(),
            "sex": pa.int8(),
            "village_code": pa.string(),
            "id_hash": pa.int64(),
            "id_tail": pa.int64(),
            "phone_hashes": pa.list_(pa.int64()),
            "kin": pa.list_(pa.string()),
        }
    )


def find(
    incoming: "Records", registry: "Records | None" = None, *, threshold: float = 0.9
) -> list[Candidate]:
    """Pairs with at least this probability, the most probable first.

    Registry records are compared with incoming ones only, and of a record's partners the BEST
    likest are told. Give the registry as a stream: only those who could be one of the incoming are
    kept. Beyond MEMORY it raises duckdb.OutOfMemoryException, while
    pairing wrapped in a SplinkException.
    """
    sounds = Sounds()
    with _database() as database:
        records = _load(database, "incoming", incoming, sounds, 0)
        if registry is not None:
            records = _load(database, "registry", registry, sounds, records)
        return _score(database, records, threshold)


class Sounds:
    """Names by their sound: toneless pinyin, syllable by syllable."""

    def __init__(self) -> None:
        self.exact: dict[int, str] = {}
        self.near: dict[int, str] = {}

    def of(self, names: str) -> tuple[str, str]:
        """Exact and near sound of names joined by line breaks (translating them at once is
        twenty times as fast as one by one)."""
        names = SURNAME.sub(lambda found: SURNAMES[found[0]], names)
        self._learn({char for char in set(names) if char > "\x7f" and ord(char) not in self.exact})
        return names.translate(self.exact), names.translate(self.near)

    def _learn(self, chars: set[str]) -> None:
        from pypinyin import lazy_pinyin

        for char in chars:
            near = sound = lazy_pinyin(char)[0]
            for spoken, heard in NEAR:
                near = near.replace(spoken, heard)
            self.exact[ord(char)] = f"{sound} "
            self.near[ord(char)] = f"{near} "


@contextmanager
def _database() -> Iterator[Any]:
    """Nothing is spilled: these are names, and where the disk lies is not known here."""
    import duckdb

    with duckdb.connect() as database:
        database.execute(
            f"SET memory_limit = '{MEMORY}'; SET temp_directory = ''; SET threads = 2;"
            "SET preserve_insertion_order = false; SET enable_progress_bar = false"
        )
        database.execute(TABLES)
        yield database


TABLES = """
    CREATE TABLE incoming (uid BIGINT, key BIGINT, name VARCHAR, sound VARCHAR, near VARCHAR,
        birth VARCHAR, year VARCHAR, sex TINYINT, village VARCHAR, id BIGINT, tail BIGINT,
        phones BIGINT[], phone BIGINT, kin VARCHAR[]);
    CREATE TABLE registry AS FROM incoming;
"""
INSERT = r"""
    INSERT INTO {table} SELECT * FROM (
        SELECT uid, key, name, sound, near, birth, birth[:4] AS year, sex, village_code AS village,
            id_hash AS id, id_tail, phone_hashes, phone_hashes[1] AS phone,
            list_transform(kin, lambda one: regexp_replace(one, '[\s·•．・‧∙⋅.]', '', 'g'))
        FROM (
            SELECT *, CASE WHEN birth_date <= strftime(current_date, '%Y-%m-%d')
                THEN birth_date END AS birth
            FROM batch
        )
    ) WHERE {needed}
"""
# Only people with a name, number, or birthday that an incoming record has can be one of them.
NEEDED = {
    "incoming": "true",
    "registry": "near IN (SELECT near FROM incoming) OR id IN (SELECT id FROM incoming)"
    " OR birth || village IN (SELECT birth || village FROM incoming)"
    " OR birth || phone IN (SELECT birth || phone FROM incoming)",
}
# One name, number or date on very many rows (a column read wrongly, a row filled down) would pair
# each with each; the first CROWD of them stand for all.
CROWD = 20
LEADING = ", ".join(
    f"row_number() OVER (PARTITION BY {', '.join(block)} ORDER BY uid) <= {CROWD} AS leads_{place}"
    for place, block in enumerate(model.BLOCKS)
)
PEOPLE = f"""
    CREATE TABLE ranked AS SELECT *, {LEADING} FROM incoming;
    DROP TABLE incoming;
    CREATE VIEW people AS FROM ranked UNION ALL BY NAME FROM registry;
"""  # noqa: S608
# Names that several people bear count for less. The share is drawn towards that of a usual name, as
# if 20,000 people more had been seen: a pair in a short list does not make its own name common.
COMMON_NAMES = """
    CREATE TABLE common AS SELECT name, (count(*) - 2) / (20000 + $1) AS tf_name
    FROM people WHERE name IS NOT NULL GROUP BY name HAVING count(*) > 2
"""


def _load(database: Any, table: str, source: "Records", sounds: Sounds, start: int) -> int:
    """Prepare and insert; returns the number that the next record gets."""
    import pyarrow as pa

    batches = source.to_reader(BATCH) if isinstance(source, pa.Table) else source
    for batch in batches:
        database.register("batch", _prepared(batch, sounds, start))
        database.execute(INSERT.format(table=table, needed=NEEDED[table]))
        start += batch.num_rows
    return start


def _prepared(batch: "pa.RecordBatch", sounds: Sounds, start: int) -> "pa.Table":
    import pyarrow as pa

    wanted = columns()
    table = pa.Table.from_batches([batch]).select(wanted.names).cast(wanted).combine_chunks()
    names = _cleaned(table.column("name").to_pylist())
    exact, near = sounds.of(names)
    table = table.drop_columns(["name"])
    for column, text in (("name", names), ("sound", exact), ("near", near)):
        values = [value or None for value in text.split("\n")] if batch.num_rows else []
        table = table.append_column(column, pa.array(values, pa.string()))
    return table.append_column("uid", pa.array(range(start, start + batch.num_rows), pa.int64()))


def _cleaned(names: list[str | None]) -> str:
    return NOISE.sub("", "\n".join((name or "").replace("\n", "") for name in names)).lower()


def _score(database: Any, records: int, threshold: float) -> list[Candidate]:
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)  # its advice is for model makers
    database.execute(PEOPLE)
    database.execute(COMMON_NAMES, [records])
    api = DuckDBAPI(connection=database)
    people = api.register("people")
    linker = Linker(people, model.settings(records), log_level=None, validate_settings=False)
    linker.table_management.register_term_frequency_lookup(api.register("common"), "name")
    scored = linker.inference.predict_within(
        people, threshold_match_probability=threshold, warning_mode="never"
    )
    found = database.execute(FOUND.format(scored=scored.physical_name, best=BEST))
    return [
        Candidate(left, right, within, probability, model.explain(gammas))
        for left, right, within, probability, *gammas in found.fetchall()
    ]


FOUND = f"""
    SELECT l.key, r.key, r.leads_0 IS NOT NULL AS within, match_probability,
        {", ".join(f"gamma_{name}" for name in model.COMPARISONS)}
    FROM {{scored}} JOIN people AS l ON l.uid = uid_l JOIN people AS r ON r.uid = uid_r
    QUALIFY row_number() OVER (
        PARTITION BY within, CASE WHEN within THEN uid_r ELSE uid_l END
        ORDER BY match_weight DESC, uid_l, uid_r
    ) <= {{best}}
    ORDER BY match_weight DESC, uid_l, uid_r
"""  # noqa: S608
