"""Layouts that no rule was made for are read as well as the known ones."""

# ruff: noqa: S311 - invented people need no secret numbers

import random
from pathlib import Path

import pytest

from guanai.people.roster.roster import read_roster, recheck
from guanai.people.tests.roster_truth import TODAY, county, score
from guanai.people.tests.roster_unseen import LAYOUTS, Layout


@pytest.mark.parametrize("seed", [1, 20])
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda f: f.__name__)
def test_an_unseen_layout_reaches_the_bar(layout: Layout, seed: int, tmp_path: Path) -> None:
    path, truth = layout(random.Random(seed), tmp_path)
    roster = read_roster(path, county(), today=TODAY)
    rows = list(roster.rows)
    is_text = path.suffix in {".csv", ".tsv"}
    result = score(truth, rows, csv_file=is_text)
    loose = {
        (("" if is_text else row["sheet"], row["row"]), code)
        for row in truth
        for code in row.get("loose", ())
    }
    result.vain = [found for found in result.vain if found not in loose]
    assert (result.rows_missing, result.rows_extra) == ([], [])
    assert result.fields >= 0.99, result.wrong[:20]
    assert result.precision >= 0.98, result.vain[:20]
    assert result.recall >= 0.98, result.missed[:20]
    for row in rows[:20]:
        assert recheck(row.kind, row.cells, row.context, county(), TODAY) == (
            row.fields,
            row.problems,
        )


def test_a_confirmed_mapping_is_used_again(tmp_path: Path) -> None:
    path, _ = LAYOUTS[0](random.Random(5), tmp_path)
    first = read_roster(path, county(), today=TODAY)
    mapping = first.tables[0].mapping
    columns = {c: t for c, t in mapping.columns.items() if t != "father.phones"}
    kept = type(mapping)(mapping.kind, columns, 1.0, {}, mapping.signature)
    again = read_roster(path, county(), today=TODAY, mappings={mapping.signature: kept})
    assert "father.phones" not in next(iter(again.rows)).cells


def test_a_repaired_cell_clears_its_problem(tmp_path: Path) -> None:
    path, _ = LAYOUTS[0](random.Random(6), tmp_path)
    row = next(
        row
        for row in read_roster(path, county(), today=TODAY).rows
        if any(p.code == "relation.unknown" for p in row.problems)
    )
    cells = row.cells | {"guardian.relation_code": "外婆"}
    fields, problems = recheck(row.kind, cells, row.context, county(), TODAY)
    assert isinstance(fields["guardian"], dict)
    assert fields["guardian"]["relation_code"] == "64"
    assert "relation.unknown" not in {p.code for p in problems}
