"""Value sets give names for codes and codes for the words that people use."""

import pytest

from guanai.core import codes


def test_names_and_codes_of_the_sets() -> None:
    assert codes.relation.name("61", "zh") == "祖父"
    assert codes.relation.name("64", "en") == "mother's mother"
    assert codes.relation.code("姥姥") == "64"
    assert codes.ethnicity.code("彝族") == "07"
    assert codes.ethnicity.code("彝") == "07"
    assert codes.education.code("大专") == "30"
    assert codes.sex.code("女孩") == "2"


def test_an_unknown_word_has_no_code_and_an_unknown_code_no_name() -> None:
    assert codes.relation.code("代管") is None
    with pytest.raises(KeyError):
        codes.relation.name("00")


def test_the_sets_are_whole() -> None:
    assert len([code for code in codes.ethnicity if code < "57"]) == 56
    assert codes.sex.choices("zh")[1] == ("1", "男")
    for name in (codes.sex, codes.ethnicity, codes.relation, codes.education):
        assert all(
            zh and en for (_, zh), (_, en) in zip(name.choices(), name.choices("en"), strict=True)
        )
