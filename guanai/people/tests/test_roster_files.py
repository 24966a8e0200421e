"""The rosters as offices keep them are read nearly without fault."""

from pathlib import Path

import pytest

from guanai.people.roster.roster import read_roster, recheck
from guanai.people.tests.roster_truth import HERE, TODAY, county, score, truth_rows

FILES = sorted(
    p for p in HERE.iterdir() if p.suffix in {".xls", ".xlsx"} or p.name.endswith("童.csv")
)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_fields_and_problems_of_a_file_reach_the_bar(path: Path) -> None:
    roster = read_roster(path, county(), today=TODAY)
    truth = truth_rows(path.with_name(path.name + ".truth.json"))
    result = score(truth, roster.rows, csv_file=path.suffix == ".csv")
    assert (result.rows_missing, result.rows_extra) == ([], [])
    assert result.fields >= 0.99, result.wrong[:20]
    assert result.precision >= 0.98, result.vain[:20]
    assert result.recall >= 0.98, result.missed[:20]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_row_read_again_gives_the_same(path: Path) -> None:
    for row in list(read_roster(path, county(), today=TODAY).rows)[:60]:
        again = recheck(row.kind, row.cells, row.context, county(), TODAY)
        assert again == (row.fields, row.problems)
