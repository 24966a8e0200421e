"""Cells that hold several things, captions with labels, and groups without merged cells."""

from pathlib import Path

from guanai.people.roster.checks import cell_of
from guanai.people.roster.roster import RosterRow, read_roster
from guanai.people.tests.roster_truth import TODAY, county


def rows_of(tmp_path: Path, text: str) -> list[RosterRow]:
    path = tmp_path / "名单.csv"
    path.write_text(text, encoding="utf-8")
    return list(read_roster(path, county(), today=TODAY).rows)


def test_groups_without_merges_and_a_caption_of_labels(tmp_path: Path) -> None:
    first, second = rows_of(
        tmp_path,
        "石坎镇留守儿童登记表,,,,,,,\n序号,姓名,父亲,,,母亲,,\n,,姓名,电话,务工地,姓名,电话,务工地\n"
        "班级：三（2）班,,班主任：李强,,,,,\n1,王小明,王强,19900001234,广东东莞,李芳,无,在家\n"
        "2,王小红,〃,〃,〃,〃,〃,〃\n",
    )
    father = {
        "name": "王强",
        "phones": ["19900001234"],
        "work_place": "广东东莞",
        "state": "away",
    }
    assert first.fields["father"] == second.fields["father"] == father
    told = [first.fields[key] for key in ("grade", "class", "head_teacher")]
    assert told == [3, 2, "李强"]


def test_a_name_and_its_phone_in_one_cell(tmp_path: Path) -> None:
    (row,) = rows_of(
        tmp_path,
        "姓名,性别,监护人及联系电话,与学生关系,父亲姓名、电话\n"
        "王小明,男,王老汉1990000123,爷爷,王强 电话：19900004321\n",
    )
    assert row.fields["guardian"] == {"name": "王老汉", "phones": [], "relation_code": "61"}
    assert row.fields["father"] == {"name": "王强", "phones": ["19900004321"]}
    (problem,) = row.problems
    assert (problem.code, cell_of(problem.field, row.cells)) == (
        "phone.invalid",
        "guardian.contact",
    )


def test_a_wish_in_one_cell(tmp_path: Path) -> None:
    (row,) = rows_of(
        tmp_path,
        '“代理家长”登记\n姓名,性别,工作单位,结对意愿\n王芳,女,县妇联,"女，6-12岁，清溪镇"\n',
    )
    assert row.fields["wish"] == {"sex": 2, "age": [6, 12], "place_code": "539901100000"}


def test_from_and_to_in_one_cell(tmp_path: Path) -> None:
    rows = rows_of(
        tmp_path,
        "外出务工人员\n姓名,村,外出起止时间,务工地点,务工单位\n"
        "王强,东山村,2025.3.1—2026.1.20,广东,电子厂\n王军,东山村,2025年3月至今,广东,工地\n",
    )
    told = [(row.fields["away_from"], row.fields["away_to"]) for row in rows]
    assert told == [("2025-03-01", "2026-01-20"), ("2025-03", None)]
