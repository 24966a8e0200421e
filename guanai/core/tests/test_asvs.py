"""The table of OWASP ASVS is whole, names what is there, and is drawn from its data."""

from __future__ import annotations

from tools.asvs import PAGE, Table


def test_every_requirement_of_levels_1_and_2_has_a_row_that_names_what_is_there() -> None:
    table = Table()
    assert not table.faults()
    levels = list(table.levels.values())
    assert (levels.count(1), levels.count(2)) == (70, 183)  # of 5.0.0


def test_the_page_is_drawn_from_the_data() -> None:
    assert PAGE.read_text("utf-8") == Table().page(), "python -m tools.asvs"
