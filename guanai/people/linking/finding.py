"""Find records that describe the same person: within an import, and against the registry.

Records come as Arrow (a table or a stream) with the columns of `columns()`; nothing here knows of
Django. Splink blocks and scores on DuckDB with the fixed weights of `model`.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from guanai.people import names
from guanai.people.linking import model

if TYPE_CHECKING:
    import pyarrow as pa

    Records: TypeAlias = pa.Table | Iterable[pa.RecordBatch]

MEMORY = "700MB"  # what DuckDB may hold; 100,000 records against 1,000,000 need it
PROPOSED = 0.9  # probability from which on a pair is worth a person's time
BEST = 5  # likest earlier records, and likest people of the registry, that a record is paired with
BATCH = 50_000  # records prepared at once

# What stands for a character that a keyboard or a font did not have.
LOST = "[?？*＊□■◇◆○●▢×_�]"
# Sounds that southern speakers do not keep apart, as input methods list them (模糊音).
NEAR = (
    *(("zh", "z"), ("ch", "c"), ("sh", "s")),
    *(("ang", "an"), ("eng", "en"), ("ing", "in"), ("l", "n")),
)


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """Two records that seem to be one person.

    left is the key of an incoming record, right of another incoming one (within) or of a person of
    the registry; reasons are the codes of `model.COMPARISONS`, those in AGAINST too.
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

    sound is `names.pinyin` of the name; birth_date YYYY-MM-DD, YYYY-MM or YYYY; sex 1/2
    (GB/T 2261.1); village_code 12 digits; id_hash the keyed hash of a valid ID number, id_near the
    hashes of valid ones that a typing slip may have made a wrong one, id_tail the hash of the last
    four of any that was written down in full; phone_hashes the person's own first, then the
    family's; kin the sounds of the names of the family: parents, guardian, spouse, children.
    """
    import pyarrow as pa

    return pa.schema(
        {
            "key": pa.int64(),
            "name": pa.string(),
            "sound": pa.string(),
            "birth_date": pa.string(),
            "sex": pa.int8(),
            "village_code": pa.string(),
            "id_hash": pa.int64(),
            "id_near": pa.list_(pa.int64()),
            "id_tail": pa.int64(),
            "phone_hashes": pa.list_(pa.int64()),
            "kin": pa.list_(pa.string()),
        }
    )


def find(
    incoming: "Records",
    registry: "Records | None" = None,
    *,
    threshold: float = PROPOSED,
    memory: str = MEMORY,
) -> list[Candidate]:
    """Pairs with at least this probability, the most probable first.

    Registry records are compared with incoming ones only, and of a record's partners the BEST
    likest are told. Give the registry as a stream: only those who could be one of the incoming are
    kept. Beyond `memory` it raises duckdb.OutOfMemoryException, while pairing wrapped in a
    SplinkException.
    """
    with database(memory) as link:
        records = _load(link, "incoming", incoming, 0)
        if registry is not None:
            records = _load(link, "registry", registry, records)
        return _score(link, records, threshold)


def weigh(link: Any, one: str, others: str, records: int = 0) -> list[Candidate]:
    """How alike one record is to each of the others, the likest first, if it stands among so many.
    Both are questions to `link` with the columns of `columns()`. Without blocks, Splink and Arrow:
    for few, in a worker whose memory is small."""
    link.execute(TABLES)
    for table, question in (("incoming", one), ("registry", others)):
        batch = f"CREATE OR REPLACE VIEW batch AS SELECT 0 AS uid, * FROM ({question})"  # noqa: S608
        link.execute(batch)
        link.execute(INSERT.format(table=table, needed="true"))
    gammas = ", ".join(map(_reached, model.COMPARISONS.values()))
    rows = link.execute(PAIRS.format(gammas=gammas)).fetchall()
    found = [
        Candidate(left, right, False, model.probability(seen, records), model.explain(seen))
        for left, right, *seen in rows
    ]
    return sorted(found, key=lambda pair: -pair.probability)


PAIRS = """
    SELECT key_l, key_r, {gammas}
    FROM (SELECT COLUMNS(*) AS "\\0_l" FROM incoming),
        (SELECT COLUMNS(*) AS "\\0_r" FROM registry)
"""


def _reached(levels: tuple[model.Level, ...]) -> str:
    tests = [f"WHEN {level.test} THEN {len(levels) - 1 - at}" for at, level in enumerate(levels)]
    return f"CASE {' '.join(tests[:-1])} ELSE 0 END"


@contextmanager
def database(memory: str, tables: str = "", threads: int = 2) -> Iterator[Any]:
    """Nothing is spilled: these are names, and where the disk lies is not known here."""
    import duckdb

    with duckdb.connect() as link:
        link.execute(
            f"SET memory_limit = '{memory}'; SET temp_directory = ''; SET threads = {threads};"
            "SET preserve_insertion_order = false; SET enable_progress_bar = false"
        )
        link.execute(tables or TABLES)
        yield link


HEARD = "sound"
for spoken, heard in NEAR:
    HEARD = f"replace({HEARD}, '{spoken}', '{heard}')"
TABLES = rf"""
    CREATE TABLE incoming (uid BIGINT, key BIGINT, name VARCHAR, sound VARCHAR, near VARCHAR,
        birth VARCHAR, year VARCHAR, day VARCHAR, sex TINYINT, village VARCHAR, id BIGINT,
        id_near BIGINT[], tail BIGINT, phones BIGINT[], phone BIGINT, kin VARCHAR[],
        first_kin VARCHAR, last_kin VARCHAR);
    CREATE TABLE registry AS FROM incoming;
    CREATE MACRO heard(sound) AS {HEARD};
    CREATE MACRO bare(name) AS nullif(lower(regexp_replace(name, '[\s%·•．・‧∙⋅.]', '', 'g')), '');
"""
INSERT = f"""
    INSERT INTO {{table}} SELECT *, list_min(kin), list_max(kin) FROM (
        SELECT uid, key, regexp_replace(bare(name), '{LOST}', '_', 'g') AS name, sound,
            heard(sound) AS near, birth, birth[:4] AS year,
            CASE WHEN length(birth) = 10 THEN birth END AS day, sex, village_code AS village,
            id_hash AS id, id_near, id_tail, phone_hashes, phone_hashes[1] AS phone,
            list_transform(kin, lambda one: heard(bare(one))) AS kin
        FROM (
            SELECT *, CASE WHEN birth_date <= strftime(current_date, '%Y-%m-%d')
                THEN birth_date END AS birth
            FROM batch
        )
    ) WHERE {{needed}}
"""  # noqa: S608
# Only people with a name, number, or birthday that an incoming record has can be one of them.
NEEDED = {
    "incoming": "true",
    "registry": "near IN (SELECT near FROM incoming) OR id IN (SELECT id FROM incoming)"
    " OR day || village IN (SELECT day || village FROM incoming)"
    " OR day || phone IN (SELECT day || phone FROM incoming)",
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


def _load(link: Any, table: str, source: "Records", start: int) -> int:
    """Prepare and insert; returns the number that the next record gets."""
    import pyarrow as pa

    for batch in source.to_reader(BATCH) if isinstance(source, pa.Table) else source:
        link.register("batch", _prepared(batch, start))
        link.execute(INSERT.format(table=table, needed=NEEDED[table]))
        start += batch.num_rows
    return start


def _prepared(batch: "pa.RecordBatch", start: int) -> "pa.Table":
    """Numbered, and with the sound of every name."""
    import pyarrow as pa

    wanted = columns()
    table = pa.Table.from_batches([batch]).select(wanted.names).cast(wanted)
    if table["sound"].null_count:
        sounds = [names.pinyin(name or "") or None for name in table["name"].to_pylist()]
        at = wanted.names.index("sound")
        table = table.set_column(at, "sound", pa.array(sounds, pa.string()))
    return table.append_column("uid", pa.array(range(start, start + batch.num_rows), pa.int64()))


def _score(link: Any, records: int, threshold: float) -> list[Candidate]:
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)  # its advice is for model makers
    link.execute(PEOPLE)
    link.execute(COMMON_NAMES, [records])
    api = DuckDBAPI(connection=link)
    people = api.register("people")
    [(villages,)] = link.execute("SELECT count(DISTINCT village) FROM people").fetchall()
    settings = model.settings(records, max(1, villages))
    linker = Linker(people, settings, log_level=None, validate_settings=False)
    linker.table_management.register_term_frequency_lookup(api.register("common"), "name")
    scored = linker.inference.predict_within(
        people, threshold_match_probability=threshold, warning_mode="never"
    )
    found = link.execute(FOUND.format(scored=scored.physical_name, best=BEST))
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
