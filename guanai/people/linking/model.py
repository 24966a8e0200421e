"""How alike two people-records are: the comparisons of the duplicate finder and their weights.

Fellegi and Sunter's model: m is how often a level is seen between two records of one person, u how
often between records of two persons; log2(m/u) adds up to the evidence. Origin: counted on 15,000
invented children of one county, each in two forms with the defects that rosters have (homophones,
dates transposed or off, numbers and phones missing), and rounded. Set by hand, more careful than
counted, because fields of a family are not independent and real names and clans are less varied:
twins share all but the name, so a similar, other or missing name speaks strongly against; villages
and homophones weigh less; cousins share grandparents and their phone, so that one relative among
three says little, but three of whom one also bears the name (so that it is no
twin) say much; two different valid ID numbers outweigh all but complete agreement (a slip in one
digit, or two neighbours exchanged, never gives another valid number: GB 11643-1999); one equal
valid number always suffices for a proposal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Any


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison: reason code (empty: says nothing), SQL test, m and u."""

    code: str
    test: str
    m: float
    u: float
    rarity: str = ""  # column whose frequency replaces u, so that 张伟 weighs less than 剡䶮


SHARED_PHONE = "list_has_any(phones_l, phones_r)"
SHARED_KIN = "list_has_any(kin_l, kin_r)"
SHARED = "len(list_intersect(kin_l, kin_r))"
# Two of many villages are seldom the same; clans live together, so it counts as if there were but a
# tenth of them.
CLANS = 10
FULL_BIRTHS = "length(birth_l) = 10 AND length(birth_r) = 10"

# Per comparison: the first test that holds decides. The levels with an empty code and m = u are
# "not known".
COMPARISONS: dict[str, tuple[Level, ...]] = {
    "id": (
        Level("same_id", "id_l = id_r", 0.6, 1e-18),
        Level(
            "near_id",
            "list_contains(id_near_l, id_r) OR list_contains(id_near_r, id_l)",
            0.05,
            5e-6,
        ),
        Level("different_id", "id_l <> id_r", 4e-6, 1.0),
        Level("same_id_tail", "tail_l = tail_r", 0.3, 3e-4),
        Level("", "ELSE", 1, 1),
    ),
    "name": (
        Level("name_missing", "name_l IS NULL OR name_r IS NULL", 1e-3, 0.7),
        Level("same_name", "name_l = name_r", 0.93, 2e-5, rarity="name"),
        Level("unreadable_name", "name_l LIKE name_r OR name_r LIKE name_l", 4e-3, 1e-3),
        Level("homophone_name", "sound_l = sound_r", 0.03, 2e-4),
        Level("near_homophone_name", "near_l = near_r", 0.01, 2e-4),
        Level(
            "similar_name",
            "len(list_intersect(string_split(name_l, ''), string_split(name_r, '')))"
            " >= greatest(length(name_l), length(name_r), 3) - 1",
            1e-3,
            0.7,
        ),
        Level("different_name", "ELSE", 3e-5, 1.0),
    ),
    "birth": (
        Level("", "birth_l IS NULL OR birth_r IS NULL", 1, 1),
        Level("same_birth", f"birth_l = birth_r AND {FULL_BIRTHS}", 0.9, 1.6e-4),
        Level(
            "transposed_date",
            f"{FULL_BIRTHS} AND birth_l[:5] = birth_r[:5]"
            " AND birth_l[6:7] = birth_r[9:10] AND birth_l[9:10] = birth_r[6:7]",
            0.01,
            2e-4,
        ),
        Level("near_birth", f"{FULL_BIRTHS} AND hamming(birth_l, birth_r) = 1", 0.02, 3e-3),
        Level(
            "same_birth_month",
            f"birth_l[:7] = birth_r[:7] AND length(birth_l) >= 7 AND length(birth_r) >= 7"
            f" AND NOT ({FULL_BIRTHS})",
            0.9,
            5e-3,
        ),
        Level(
            "same_birth_year",
            "birth_l[:4] = birth_r[:4] AND least(length(birth_l), length(birth_r)) = 4",
            0.9,
            0.06,
        ),
        Level("other_birth_day", "birth_l[:4] = birth_r[:4]", 0.01, 0.05),
        Level("different_birth", "ELSE", 6e-5, 1.0),
    ),
    "sex": (
        Level("", "sex_l IS NULL OR sex_r IS NULL", 1, 1),
        Level("", "sex_l = sex_r", 0.99, 0.5),
        Level("different_sex", "ELSE", 0.01, 0.5),
    ),
    "village": (
        Level("", "village_l IS NULL OR village_r IS NULL", 1, 1),
        Level("same_village", "village_l = village_r", 0.93, 0.06),
        Level("same_township", "village_l[:9] = village_r[:9]", 0.05, 0.1),
        Level("different_village", "ELSE", 0.02, 0.9),
    ),
    "family": (
        Level(
            "part_of_family",
            f"least(len(kin_l), len(kin_r)) >= 3 AND {SHARED} = 1",
            0.02,
            5e-3,
        ),
        Level("same_family", f"sound_l = sound_r AND {SHARED} >= 3", 0.3, 5e-6),
        Level("same_phone,same_family", f"{SHARED_PHONE} AND {SHARED_KIN}", 0.6, 1.5e-4),
        Level("same_family", f"{SHARED} >= 2", 0.2, 1e-4),
        Level("same_phone", SHARED_PHONE, 0.1, 3e-4),
        Level("same_family", SHARED_KIN, 0.05, 5e-4),
        Level("different_family", "len(kin_l) >= 2 AND len(kin_r) >= 2", 0.015, 1.0),
        Level("", "ELSE", 1, 1),
    ),
}

AGAINST = frozenset(
    {
        "different_id",
        "different_name",
        "similar_name",
        "name_missing",
        "different_birth",
        "other_birth_day",
        "different_sex",
        "different_village",
        "different_family",
    }
)
NAMES_AGREE = frozenset({"same_name", "unreadable_name", "homophone_name", "near_homophone_name"})
BIRTHS_AGREE = frozenset({"same_birth", "transposed_date", "near_birth", "same_birth_month"})

# A pair is scored if it agrees on all columns of one of these.
BLOCKS = (
    ("id",),
    ("near", "birth"),
    ("near", "village"),
    ("near", "year"),
    ("near", "phone"),
    ("near", "tail"),
    ("near", "first_kin"),
    ("near", "last_kin"),
    ("day", "village"),
    ("day", "phone"),
)


def levels(gammas: Iterable[int]) -> list[Level]:
    """Of each comparison the level that was reached, from Splink's numbers (counted from the last
    level up) in the order of COMPARISONS."""
    return [some[len(some) - 1 - g] for some, g in zip(COMPARISONS.values(), gammas, strict=True)]


def explain(gammas: Iterable[int]) -> tuple[str, ...]:
    """The codes of the levels."""
    return tuple(code for level in levels(gammas) if level.code for code in level.code.split(","))


def prior(records: int) -> float:
    """That two of so many records are one person's: the more people, the more chance likenesses."""
    return 0.1 / max(records, 20_000)


def probability(gammas: Iterable[int], records: int) -> float:
    """What Splink would say, but for rare and common names."""
    odds = prior(records) * prod(level.m / level.u for level in levels(gammas))
    return odds / (1 + odds)


def _level(level: Level, villages: int) -> dict[str, Any]:
    if not level.rarity:
        u = min(level.u, CLANS / villages) if level.code == "same_village" else level.u
        return {"sql_condition": level.test, "m_probability": level.m, "u_probability": u}
    return {
        "sql_condition": level.test,
        "m_probability": level.m,
        "u_probability": level.u,
        "tf_adjustment_column": level.rarity,
        "tf_adjustment_weight": 1.0,
        "tf_minimum_u_value": level.u,
    }


def settings(records: int, villages: int) -> dict[str, Any]:
    """Splink's settings for so many records in so many villages."""
    block = " AND ".join
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "uid",
        "probability_two_random_records_match": prior(records),
        "comparisons": [
            {
                "output_column_name": name,
                "comparison_levels": [_level(level, villages) for level in some],
            }
            for name, some in COMPARISONS.items()
        ],
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": block([f"l.leads_{place}", *(f"l.{c} = r.{c}" for c in columns)])}
            for place, columns in enumerate(BLOCKS)
        ],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": False,
        "additional_columns_to_retain": [],
    }
