"""A small table of another kind, read with all the care that rosters are."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from guanai.core.broken import RuleBroken
from guanai.people.importing.wording import of_file
from guanai.people.roster.errors import RosterError
from guanai.people.roster.package import Limits
from guanai.people.roster.reading import read_sheets, text_of

SMALL = Limits(5_000_000, 100_000_000, 400, 10_000, 100, 500_000)
MOST = 5000


def first_table(path: Path) -> list[list[str]]:
    """The first visible sheet's rows as texts. Raises RuleBroken that says how to cure the file."""
    try:
        rows = next((s.rows for s in read_sheets(path, SMALL) if not s.hidden), [])
        return [[text_of(cell).strip() for cell in row] for row in islice(rows, MOST)]
    except RosterError as error:
        raise RuleBroken(error.code, " ".join(of_file(error.code, error.params))) from error
