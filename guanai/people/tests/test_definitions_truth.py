"""The rosters' truth about who counts on 1 September 2026 is met."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from guanai.audit.rotation import one_generation
from guanai.organisations.models import Place, User
from guanai.people.counting import findings, members
from guanai.people.defining import definition
from guanai.people.importing.building import roles
from guanai.people.importing.deciding import accept, repair
from guanai.people.importing.publishing import _keys
from guanai.people.importing.staging import LIVE, NEVER_ACCEPTED, Staging
from guanai.people.importing.work import read, work
from guanai.people.models import Import, Kinship, Person

DAY = dt.date(2026, 9, 1)
ANSWERS = {2: True, 1: None, 0: False}
# Villages of the list of times away that no place bears, and where these people live.
LIVE_AT = {"岔河底村": "539901103212", "外县": "539901200207", "沙坝屯": "539901103209"}


def bring_in(files: list[Path]) -> Import:
    """As an official does, who takes rows with doubtful numbers as they are and repairs villages of
    times away that do not exist."""
    user = User.objects.get(username="minzheng")
    batch = Import.begin([file.name for file in files], by=user, kind="", place=None)
    with one_generation(), Staging(batch) as staging:
        read(batch, staging, [(file, file.name) for file in files])
        faulty = list(staging.rows("faulty"))
    for row in faulty:
        village = Place.objects.filter(code=LIVE_AT.get(row.cells.get("village_code", ""), ""))
        for place in village:
            repair(batch, row.id, {"village_code": place.name}, everywhere=False, by=user)
        codes = {problem["code"] for problem in row.problems}
        fits = codes.isdisjoint({*NEVER_ACCEPTED, "birth.future", "birth.unparseable"})
        if fits and not village:
            accept(batch, row.id, by=user)
    batch.confirm(by=user)
    work(batch.pk)
    return batch


def files_of(batch: Import) -> dict[tuple[Any, ...], int]:
    """(file, sheet, row) → key of the file of whom the row is about."""
    with Staging(batch) as staging:
        keys = _keys(staging)
        sources = {s.id: (s.told["file"], s.sheet) for s in staging.sources()}
        rows = staging.db.execute(f"SELECT source, row, people FROM staged WHERE {LIVE}")  # noqa: S608
        return {(*sources[source], row): keys[roles(told)[""]] for source, row, told in rows}


def counted(name: str, *more: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    call_command("people", "--definition", name, "--on", "2026-09-01", "--json", *more, stdout=out)
    found: list[dict[str, Any]] = json.loads(out.getvalue())
    return found


def has_brothers_or_sisters(key: int) -> bool:
    parents = Kinship.objects.filter(person=key, relation__in=["51", "52"]).values("relative")
    return Kinship.objects.filter(relative__in=parents).exclude(person=key).exists()


@pytest.mark.requirement("R14.2", "R12.1", "R04.54", "RX.1")
def test_the_truth_of_the_rosters_is_met(yunling: Any, rosters: Path) -> None:
    """Where a child's own rows do not decide, the row of a brother or sister may. What sets say and
    what is said of each child is the same."""
    files = sorted(f for f in rosters.iterdir() if f.suffix in {".xls", ".xlsx"})
    files += [f for f in rosters.glob("*.csv") if f.name != "places.csv"]
    where = files_of(bring_in(files))
    truth = json.loads((rosters / "eligibility.truth.json").read_text("utf-8"))
    numbers = dict(Person.objects.values_list("pk", "file_number"))
    asked = 0
    for letter, name in truth["definitions"].items():
        node = definition(name).node()
        found = members(node, DAY)
        told = {key: said.answer for key, said in findings(set(where.values()), node, DAY)}
        assert {key: answer for key, answer in told.items() if answer != found.get(key, 0)} == {}
        printed = {row["file_number"] for row in counted(name)}
        for child in truth["children"]:
            for key in {where[row] for row in map(tuple, child["rows"]) if row in where}:
                said, expected = ANSWERS[found.get(key, 0)], child[letter]
                known_more = expected is None and (
                    has_brothers_or_sisters(key) or child["facts"]["birth_from"] is None
                )
                assert said is expected or known_more, (letter, child)
                assert (numbers[key] in printed) == (said is True)
                asked += 1
    assert asked > 3000
    the_command_says_since_when_and_why()


def the_command_says_since_when_and_why() -> None:
    (girl,) = (one for one in counted("gf2016-13") if one["name"] == "萧梦")
    assert (girl["birth_date"], girl["since"]) == ("2016-06-04", "2024-02-29")
    for word in ("2024-02-29", "2023-05-21", "10"):
        assert word in girl["reason"]
    here = counted("gf2016-13", "--place", girl["village_code"])
    assert {one["village_code"] for one in here} == {girl["village_code"]}
    assert len(counted("both-away-3m", "--set", "months=24")) < len(counted("both-away-3m"))
    assert counted("both-away-3m", "--unknown")
