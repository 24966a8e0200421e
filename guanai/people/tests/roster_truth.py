"""Scores of a reading against a truth file: fields right, problems found and found in vain."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from guanai.people.roster.places import PlaceIndex
from guanai.people.roster.roster import RosterRow

HERE = Path(__file__).parent / "rosters"
TODAY = date(2026, 9, 1)


@cache
def county() -> PlaceIndex:
    with (HERE / "places.csv").open(encoding="utf-8") as f:
        rows = [(r["code"], r["name"], r["level"], r["parent"]) for r in csv.DictReader(f)]
    return PlaceIndex(rows)


@dataclass
class Score:
    """``wrong`` names (row, field, wanted, got); precision and recall are of problems."""

    right: int = 0
    total: int = 0
    hits: int = 0
    missed: list[tuple[object, str]] = field(default_factory=list)
    vain: list[tuple[object, str]] = field(default_factory=list)
    wrong: list[tuple[object, str, object, object]] = field(default_factory=list)
    rows_missing: list[object] = field(default_factory=list)
    rows_extra: list[object] = field(default_factory=list)

    @property
    def fields(self) -> float:
        return self.right / max(1, self.total)

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + len(self.vain)) if self.hits or self.vain else 1.0

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.hits + len(self.missed)) if self.hits or self.missed else 1.0


def flat(nested: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in nested.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def plain(key: str, value: Any) -> Any:
    if value in ("", None) or value == []:
        return None
    if key.endswith("phones"):
        return sorted(map(str, value))
    return value if isinstance(value, bool | int | list) else str(value)


def same(key: str, want: Any, got: Any) -> bool:
    want, got = plain(key, want), plain(key, got)
    if want is None or got is None or want == got:
        return bool(want == got)
    if key == "birth_date" or key.rpartition(".")[2].startswith("away_") or key.endswith("_date"):
        return bool(want.startswith(got) or got.startswith(want))
    return str(want) == str(got)


def score(truth: Iterable[dict[str, Any]], rows: Iterable[RosterRow], *, csv_file: bool) -> Score:
    """``truth`` rows have sheet, row, expected, problems and unscored."""
    got = {("" if csv_file else r.sheet, r.row): r.as_json() for r in rows}
    result = Score()
    seen = set()
    for want in truth:
        key = ("" if csv_file else want["sheet"], want["row"])
        seen.add(key)
        if key not in got:
            result.rows_missing.append(key)
        _compare(result, key, want, got.get(key, {"fields": {}, "problems": []}))
    result.rows_extra = [key for key in got if key not in seen]
    return result


def _compare(result: Score, key: object, want: dict[str, Any], got: dict[str, Any]) -> None:
    fields = dict(flat(got["fields"]))
    for name, value in flat(want["expected"]):
        if name in want.get("unscored", ()):
            continue
        result.total += 1
        if same(name, value, fields.get(name)):
            result.right += 1
        else:
            result.wrong.append((key, name, value, fields.get(name)))
    expected, found = Counter(set(want["problems"])), Counter(set(got["problems"]))
    result.hits += (expected & found).total()
    result.missed += [(key, code) for code in expected - found]
    result.vain += [(key, code) for code in found - expected]


def truth_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a FILE.truth.json with their sheet's name."""
    truth = json.loads(path.read_text(encoding="utf-8"))
    return [row | {"sheet": sheet["sheet"]} for sheet in truth["sheets"] for row in sheet["rows"]]
