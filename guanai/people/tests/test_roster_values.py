"""Cells as people write them become one form, and no cell at all breaks a reader of cells."""

# ruff: noqa: E501 - a case on a line

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanai.people.roster import numbers, values
from guanai.people.roster.context import class_only, grade_and_class, grade_only
from guanai.people.roster.situations import parents, state_of, whereabouts
from guanai.people.tests.roster_truth import county

FULL_WIDTH = str.maketrans("0123456789.X", "０１２３４５６７８９．Ｘ")
DAYS = st.dates(date(1930, 1, 1), date(2026, 9, 1))


@given(DAYS, st.sampled_from(["{0:%Y-%m-%d}", "{0:%Y%m%d}", "{0.year}.{0.month}.{0.day}", "{0.year}/{0.month}/{0.day} 0:00:00",
    "{0.year}年{0.month}月{0.day}日", " {0.year} - {0.month:02d} - {0.day:02d}", "'{0:%Y-%m-%d}", "{0.year}．{0.month}．{0.day}生"]))  # fmt: skip
def test_every_shape_of_a_day_is_read(day: date, shape: str) -> None:
    for text in (shape.format(day), shape.format(day).translate(FULL_WIDTH)):
        assert values.day(text, 2026).value == day.isoformat()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2015年6月", "2015-06"),
        ("2015.6", "2015-06"),
        ("201506", "2015-06"),
        ("二〇一五年十二月三日", "2015-12-03"),
        ("二0一五年十月", "2015-10"),
        ("二〇一五年二十月", None),
        ("09.3.5", "2009-03-05"),
        ("86.5.1", "1986-05-01"),
        ("41880", "2014-08-29"),
        ("2015.2.30", None),
        ("20151345", None),
        ("2016年", None),
        ("属马", None),
        ("不详", None),
    ],
)
def test_days_of_odd_shape(text: str, value: str | None) -> None:
    assert values.day(text, 2026).value == value


def made(first17: str) -> str:
    return first17 + numbers.check_sign(first17)


IDS = st.builds(lambda day, n: made(f"539901{day:%Y%m%d}{n:03d}"), DAYS, st.integers(1, 998))


@given(
    IDS,
    st.sampled_from(
        [
            str.lower,
            "'{}".format,
            " {} ".format,
            lambda s: s.translate(FULL_WIDTH),
            lambda s: f"{s[:6]} {s[6:14]} {s[14:]}",
            "{}\u00a0".format,
        ]
    ),
)
def test_a_valid_number_is_seen_through_every_disguise(number: str, disguise: object) -> None:
    assert callable(disguise)
    got = numbers.id_number(disguise(number))
    assert (got.value, got.code) == (number, None)
    assert got.birth == f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    assert got.sex == (1 if int(number[16]) % 2 else 2)


@given(IDS)
def test_one_wrong_digit_is_always_found(number: str) -> None:
    for at in (0, 5, 14, 16):
        wrong = number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]
        assert numbers.id_number(wrong).code in {"id.checksum", "id.precision_lost"}


@given(IDS)
def test_an_old_number_gets_its_century(number: str) -> None:
    if number[6:8] == "19":
        assert numbers.id_number(number[:6] + number[8:17]).value == number


@pytest.mark.parametrize(
    ("text", "code", "birth"),
    [
        ("5.39901202301121E+17", "id.precision_lost", "2023-01-12"),
        ("5.399E+17", "id.precision_lost", None),
        ("539901202301121000", "id.precision_lost", "2023-01-12"),
        ("5399012023", "id.length", None),
        ("E12345678", None, None),
        ("未上户", None, None),
        ("无", None, None),
    ],
)
def test_numbers_that_are_none(text: str, code: str | None, birth: str | None) -> None:
    got = numbers.id_number(text)
    assert (got.code, got.birth) == (code, birth)


@pytest.mark.parametrize(
    ("text", "count", "code"),
    [
        ("19900001234/19900005678", 2, None),
        ("1990000123419900005678", 2, None),
        ("19900001234 19900005678", 2, None),
        ("19900001234（父）、19900005678（母）", 2, None),
        ("爷爷：199-0000-1234", 1, None),
        ("+86 199 0000 1234", 1, None),
        ("0878-3212345", 1, None),
        ("１９９００００１２３４", 1, None),
        ("1990000", 0, "phone.invalid"),
        ("199****1234", 0, "phone.invalid"),
        ("1.99E+10", 0, "phone.invalid"),
        ("19900001234/123", 1, "phone.invalid"),
        ("—", 0, None),
        ("无电话", 0, None),
    ],
)
def test_phones(text: str, count: int, code: str | None) -> None:
    got = numbers.phones(text)
    assert isinstance(got.value, list)
    assert (len(got.value), got.code) == (count, code)


@pytest.mark.parametrize(
    ("text", "code"),
    [("祖父(爷爷)", "61"), ("外婆", "64"), ("爷孙", "60"), ("爷孙（爷爷）", "61"), ("大舅", "85"),
     ("监护人是奶奶", "62"), ("奶奶/爷爷", "62"), ("太奶奶", "67"), ("户主", None), ("代管", None),
     ("61", "61")],
)  # fmt: skip
def test_relations(text: str, code: str | None) -> None:
    assert values.relation(text).value == code


@pytest.mark.parametrize(
    ("text", "father", "mother", "divorced"),
    [
        ("均外出", "away", "away", False),
        ("父亲外出务工", "away", "home", False),
        ("母离家出走失联，父在外打工", "away", "lost", False),
        ("父母离异，随父，父外出", "away", None, True),
        ("离异", None, None, True),
        ("父去世,母改嫁", "dead", None, False),
        ("父、母均在外务工", "away", "away", False),
        ("父母双亡", "dead", "dead", False),
        ("父重病在家 母务农", "ill", "home", False),
        ("", None, None, False),
        ("一方外出", None, None, False),
    ],
)
def test_the_word_on_both_parents(
    text: str, father: str | None, mother: str | None, divorced: bool
) -> None:
    assert parents(text) == (father, mother, divorced)


def test_where_a_parent_is() -> None:
    assert whereabouts("广东省东莞市") == ("away", "广东省东莞市")
    assert whereabouts("在浙江义乌打工") == ("away", "浙江义乌")
    assert whereabouts("在家务农") == ("home", None)
    assert whereabouts("已故") == ("dead", None)
    assert whereabouts("不详") == whereabouts("改嫁") == whereabouts("离异") == (None, None)
    assert whereabouts("离异，外出") == ("away", None)
    assert state_of("离家出走") == "lost"


@pytest.mark.parametrize(
    ("text", "grade", "number"),
    [("三年级2班", 3, 2), ("七(3)班", 7, 3), ("三.2班", 3, 2), ("初一（4）班", 7, 4), ("高二", 11, None),
     ("302班", 3, 2), ("五年级", 5, None), ("学前班", None, None), ("六（二）班", 6, 2), ("一（1）", 1, 1)],
)  # fmt: skip
def test_grades_and_classes(text: str, grade: int | None, number: int | None) -> None:
    assert grade_and_class(text) == (grade, number)


def test_columns_of_only_grades_or_classes() -> None:
    assert [grade_only(t) for t in ("3", "三", "初三", "9年级")] == [3, 3, 9, 9]
    assert [class_only(t) for t in ("3", "(2)班", "一班", "三（2）班")] == [3, 2, 1, 2]


def test_names() -> None:
    assert values.name("王　芳 ") == "王芳"
    assert values.name("阿依古丽．买买提") == "阿依古丽·买买提"
    assert values.name("保俊建（去世）") == "保俊建"
    assert values.name_note("保俊建（去世）") == "去世"
    assert [values.name(t) for t in ("无", "—", "??", "12")] == [None] * 4


@pytest.mark.parametrize(
    ("text", "within", "code"),
    [
        ("清溪镇东山村委会大坪5组", None, "539901100204"),
        ("云南省云岭县清溪镇 三家第9村民小组", None, "539901100208"),
        ("团结村", None, None),
        ("团结村", "539901101000", "539901101201"),
        ("石坎镇团结村民委员会", "539901100000", "539901101201"),
        ("红岩乡", None, "539901201000"),
        ("清溪镇", None, "539901100000"),
        ("清溪戈奎村", None, "539901100203"),
        ("清溪社区居委会3组", None, "539901100001"),
        ("东山坡", None, None),
        ("5组", None, None),
    ],
)
def test_places(text: str, within: str | None, code: str | None) -> None:
    assert county().resolve(text, within) == code


@given(st.text(max_size=40))
def test_no_text_breaks_a_reader(text: str) -> None:
    for read in (values.name, values.sex, values.day, numbers.id_number, numbers.phones, values.tick,
                 values.ethnicity, values.relation, values.whole, values.age_range, values.party,
                 values.self_care, values.plain, values.name_note, values.is_ditto,
                 parents, whereabouts, grade_and_class, grade_only, class_only):  # fmt: skip
        read(text)
    county().resolve(text, "539901100000")
    county().find(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("奶奶吴秀英", ("吴秀英", "奶奶", "")),
        ("外婆 李秀兰19900001234", ("李秀兰", "外婆", "19900001234")),
        ("奶奶", (None, "奶奶", "")),
        ("孙芳", ("孙芳", "", "")),
        ("无人照看", (None, "", "")),
    ],
)
def test_who_cares_is_named_or_known_by_the_relation_alone(
    text: str, told: tuple[str | None, str, str]
) -> None:
    assert values.carer(text) == told
