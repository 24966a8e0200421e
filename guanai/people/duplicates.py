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

MEMORY = "400MB"  # what DuckDB may hold before it spills to disk
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
    written down in full; phone_hashes those of the person and of the family, kin the names of
    parents, guardian, spouse.
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

    Registry records are compared with incoming ones only. Memory: about 300 MB and 150 bytes a
    record; DuckDB spills what goes beyond.
    """
    with _database() as database:
        sounds = Sounds()
        for source, is_incoming in ((incoming, True), (registry, False)):
            if source is not None:
                _load(database, source, sounds, incoming=is_incoming)
        return _score(database, threshold)


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
    import duckdb

    with duckdb.connect() as database:
        database.execute(
            f"SET memory_limit = '{MEMORY}'; SET threads = 2; SET preserve_insertion_order = false;"
            "SET enable_progress_bar = false"
        )
        database.execute(
            "CREATE TABLE record (uid BIGINT, incoming BOOLEAN, key BIGINT, name VARCHAR,"
            " sound VARCHAR, near VARCHAR, birth VARCHAR, year VARCHAR, sex TINYINT,"
            " village VARCHAR, id BIGINT, tail BIGINT, phones BIGINT[], phone BIGINT,"
            " kin VARCHAR[])"
        )
        yield database


def _load(database: Any, source: "Records", sounds: Sounds, *, incoming: bool) -> None:
    import pyarrow as pa

    batches = source.to_reader(BATCH) if isinstance(source, pa.Table) else source
    start = database.execute("SELECT count(*) FROM record").fetchall()[0][0]
    for batch in batches:
        database.register("batch", _prepared(batch, sounds, start))
        database.execute(INSERT, [incoming])
        start += batch.num_rows
    database.unregister("batch")


INSERT = r"""
    INSERT INTO record
    SELECT uid, $1, key, name, sound, near, birth, birth[:4], sex, village_code, id_hash,
        id_tail, phone_hashes, list_min(phone_hashes),
        list_transform(kin, lambda k: regexp_replace(k, '[\s·•．・‧∙⋅.]', '', 'g'))
    FROM (
        SELECT *, CASE WHEN birth_date <= strftime(current_date, '%Y-%m-%d') THEN birth_date END
            AS birth
        FROM batch
    )
"""


# Names that several people bear count for less. The share is drawn towards that of a usual name, as
# if 20,000 people more had been seen: a pair in a short list does not make its own name common.
COMMON_NAMES = """
    CREATE TABLE common AS
    SELECT name, (count(*) - 2) / (20000 + (SELECT count(*) FROM record)) AS tf_name
    FROM record WHERE name IS NOT NULL GROUP BY name HAVING count(*) > 2
"""


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


def _score(database: Any, threshold: float) -> list[Candidate]:
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)  # its advice is for model makers
    records = database.execute("SELECT count(*) FROM record").fetchall()[0][0]
    api = DuckDBAPI(connection=database)
    people = api.register("record")
    linker = Linker(people, model.settings(records), log_level=None, validate_settings=False)
    database.execute(COMMON_NAMES)
    linker.table_management.register_term_frequency_lookup(api.register("common"), "name")
    scored = linker.inference.predict_within(
        people, threshold_match_probability=threshold, warning_mode="never"
    )
    levels = ", ".join(f"gamma_{name}" for name in model.COMPARISONS)
    found = database.execute(
        f"SELECT l.key, r.key, r.incoming, match_probability, {levels}"  # noqa: S608 own names
        f" FROM {scored.physical_name} JOIN record AS l ON l.uid = uid_l"
        " JOIN record AS r ON r.uid = uid_r ORDER BY match_probability DESC, l.key, r.key"
    )
    return [
        Candidate(left, right, within, probability, model.explain(gammas))
        for left, right, within, probability, *gammas in found.fetchall()
    ]
