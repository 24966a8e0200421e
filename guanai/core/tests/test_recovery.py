"""The key on paper: every mistake in typing is named, and only whole keys come back."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanai.core.broken import RuleBroken
from guanai.core.keyring import Generation
from guanai.core.recovery import Reading, sheets

KEY = Generation(2, bytes(range(32)))
# What was printed must be readable for ever: these lines are not to be changed.
PRINTED = """\
1  AABA CAL2 LLKL NARG
2  AAAQ EAYE AUDA OWGG
3  BAEQ UCYM BUHA 7E54
4  CAIR EEYU CULB OI7A
5  DAMR UGY4 DUPB 6DYN
"""
SHARES = """\
1  AABA EAL2 LLKL NYIF
2  FRE7 JJCU MXHA 7CI4
3  42DF Y5NM RWRY 2KL3
4  NOZK XTXK MRUK 37EL
5  3VSV BGQU AVJZ XHW3
1  AABA EAT2 LLKL NL5Z
2  LCIO 6TNE YSLB NNY5
3  2UL2 N5SN BRKQ XTY4
4  45LG DKHI 67VW FC74
5  SLQY 6GIM FWCR PRQA
"""


def read(text: str) -> Generation:
    reading = Reading()
    for line in text.splitlines():
        reading.add(line)
    return reading.key()


def test_papers_printed_once_are_read_for_ever() -> None:
    assert "\n".join(sheets(KEY)[0].lines()) + "\n" == PRINTED
    assert read(PRINTED) == read(SHARES) == KEY


def test_it_is_read_as_people_type_it() -> None:
    typed = PRINTED.lower().replace("o", "0").replace("i", "1").replace(" ", "  ")
    assert read(f"云岭县 539901000000\n2, made on 2026-11-23\n{typed}\nNever copy") == KEY


@given(st.integers(0, 4), st.integers(3, 21), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_wrong_letter_names_its_line(line: int, at: int, letter: str) -> None:
    lines = PRINTED.splitlines()
    if lines[line][at] in {" ", letter}:
        return
    lines[line] = lines[line][:at] + letter + lines[line][at + 1 :]
    with pytest.raises(RuleBroken) as wrong:
        read("\n".join(lines))
    assert wrong.value.code == "sheet.line"
    assert f" {line + 1} " in wrong.value.message


def test_lines_left_out_exchanged_or_of_another_key_are_refused() -> None:
    first, second, *rest = PRINTED.splitlines()
    other = "\n".join(sheets(Generation(2, bytes(32)), 2, 2)[1].lines())
    for text, code in (
        ("\n".join((second, first, *rest)), "sheet.line"),
        ("\n".join((first, *rest)), "sheet.line"),
        ("\n".join((first, second)), "sheet.lacking"),
        (SHARES[: len(SHARES) // 2] * 2, "sheet.lacking"),  # twice the same share
        (SHARES[: len(SHARES) // 2] + other, "sheet.other"),
    ):
        with pytest.raises(RuleBroken) as refused:
            read(text)
        assert refused.value.code == code, text


@pytest.mark.parametrize(("needed", "count"), [(2, 2), (3, 5), (2, 15)])
def test_any_so_many_shares_give_the_key(needed: int, count: int) -> None:
    found = sheets(KEY, needed, count)
    for some in itertools.islice(itertools.combinations(found, needed), 12):
        assert read("\n".join(line for sheet in some for line in sheet.lines())) == KEY


@pytest.mark.parametrize(("needed", "count"), [(1, 2), (3, 2), (0, 0), (2, 16)])
def test_impossible_shares_are_refused(needed: int, count: int) -> None:
    with pytest.raises(RuleBroken):
        sheets(KEY, needed, count)
