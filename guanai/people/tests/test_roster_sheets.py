"""Small sheets as clerks keep them: which rows are people, and whose each cell is."""

from pathlib import Path
from typing import Any

import pytest

from guanai.people.roster.roster import Roster, RosterRow, read_roster
from guanai.people.tests.roster_book import Book
from guanai.people.tests.roster_truth import TODAY, county

Rows = list[list[Any]]
CHILDREN: Rows = [["王思涵", "女", "539901201503061023"], ["李子轩", "男", "539901201405161012"]]
MERGED: Rows = [["序号", "姓名", "性别", "身份证号", "监护人姓名"],
    [1, *CHILDREN[0], "王福"], [2, *CHILDREN[1], ""]]  # fmt: skip


def read(to: Path, rows: Rows, name: str = "名单.xlsx", merges: Any = ()) -> Roster:
    book = Book()
    book.put("Sheet1", 0, [""])
    for number, row in enumerate(rows):
        book.put("Sheet1", number, row)
    for merge in merges:
        book.merge("Sheet1", *merge)
    book.save(to / name)
    return read_roster(to / name, county(), today=TODAY)


def people(to: Path, rows: Rows, *more: Any) -> list[RosterRow]:
    return list(read(to, rows, *more).rows)


@pytest.mark.parametrize("left", [0, 1])
@pytest.mark.parametrize("above", [0, 1, 2])
@pytest.mark.parametrize("name", ["儿童.xlsx", "儿童.xls"])
def test_blank_rows_and_columns_before_a_table_shift_nothing(
    tmp_path: Path, name: str, above: int, left: int
) -> None:
    table: Rows = [[""] * left + row for row in [["留守儿童花名册"], *MERGED]]
    merge = (above + 2, left + 4, above + 3, left + 4)
    found = people(tmp_path, [[]] * above + table, name, [merge])
    told = [(row.row, row.fields["name"], row.cells["guardian.name"]) for row in found]
    assert told == [(above + 3, "王思涵", "王福"), (above + 4, "李子轩", "王福")]


def table(title: str, header: str, *rows: str) -> Rows:
    """Rows parted by spaces; . is an empty cell."""
    cells: Rows = [[c.replace("．", "") for c in row.split()] for row in (header, *rows)]
    return [[title], *cells]


ONE, TWO, THREE = "539901201503061023", "539901201405161012", "539901201608091085"
OLD, WIFE = "539901195003061010", "539901198503061029"


def value(row: RosterRow, path: str) -> Any:
    inner: Any = row.fields
    for key in path.split("."):
        inner = inner.get(key) if isinstance(inner, dict) else None
    return inner


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("户主姓名 姓名 性别 身份证号 与户主关系", f"王福 王思涵 女 {ONE} 孙女"),
        ("户主姓名 户主身份证号 儿童姓名 性别 儿童身份证号", f"王福 {OLD} 王思涵 女 {ONE}"),
        ("户主 身份证号 姓名 性别 身份证号", f"王福 {OLD} 王思涵 女 {ONE}"),
        ("包保干部姓名 联系电话 姓名 性别 身份证号", f"罗梅 19900008888 王思涵 女 {ONE}"),
        ("爱心妈妈姓名 儿童姓名 性别 身份证号", f"罗梅 王思涵 女 {ONE}"),
        ("村医务室王医生姓名 姓名 性别 身份证号", f"罗梅 王思涵 女 {ONE}"),
    ],
)
def test_somebody_else_in_front_does_not_become_the_child(
    tmp_path: Path, header: str, row: str
) -> None:
    (child,) = people(tmp_path, table("留守儿童花名册", header, row))
    assert [value(child, key) for key in ("name", "id_number", "phones", "guardian")] == [
        "王思涵", ONE, None, None,
    ]  # fmt: skip
    assert child.problems == []


def test_a_householder_who_is_said_to_be_the_husband_is_he(tmp_path: Path) -> None:
    header = "户主姓名（丈夫） 妇女姓名 身份证号 丈夫务工地"
    (woman,) = people(tmp_path, table("留守妇女", header, f"张建超 邱涵晗 {WIFE} 广东东莞"))
    assert [value(woman, key) for key in ("name", "husband.name")] == ["邱涵晗", "张建超"]


PHONE = "19900008888"
STAFF = ["帮扶人电话", "帮扶责任人联系电话", "包村干部电话", "填表人电话", "村干部联系电话",
    "网格员电话", "联系领导电话", "学校联系电话", "村医电话", "儿童主任联系方式", "爱心妈妈电话",
    "派出所电话"]  # fmt: skip


@pytest.mark.parametrize("kind", ["儿童", "老人", "妇女"])
def test_the_phone_of_staff_is_nobodys_in_the_family(tmp_path: Path, kind: str) -> None:
    for title in [*STAFF, "网格员 联系电话", "帮扶责任人 单位 职务 联系电话"]:
        cells = " ".join("．" if word != title.split()[-1] else PHONE for word in title.split())
        header = f"姓名 性别 身份证号 监护人 {title}"
        row, *_ = people(
            tmp_path, table(f"留守{kind}", header, *[f"王思涵 女 {WIFE} 王福 {cells}"] * 3)
        )
        assert PHONE not in str(row.fields), title


@pytest.mark.parametrize(
    ("kind", "header", "row", "path"),
    [
        ("老人", "联系人 与老人关系 联系电话", "赵强 儿子 ", "caregiver.phones"),
        ("老人", "联系电话 联系人 与老人关系", "{} 赵强 儿子", "phones"),
        ("老人", "赡养义务人 联系方式", "赵强 ", "caregiver.phones"),
        ("老人", "赡养（照料）人 联系方式", "赵强 ", "caregiver.phones"),
        ("儿童", "监护人 与儿童关系 联系电话", "王福 爷爷 ", "guardian.phones"),
        ("儿童", "家长姓名 家长电话", "王福 ", "guardian.phones"),
        ("儿童", "监护人 班主任 联系电话", "王福 罗梅 ", None),
        ("妇女", "丈夫姓名 联系电话", "赵强 ", "phones"),
    ],
)
def test_a_bare_phone_is_that_of_whom_it_stands_beside(
    tmp_path: Path, kind: str, header: str, row: str, path: str | None
) -> None:
    row = row.format(PHONE) if "{" in row else row + PHONE
    sheet = table(f"留守{kind}花名册", f"姓名 身份证号 {header}", f"赵福 {OLD} {row}")
    (person,) = people(tmp_path, sheet)
    found = [key for key in ("phones", "caregiver.phones", "guardian.phones") if value(person, key)]
    assert found == ([path] if path else [])


def test_a_column_may_say_of_each_row_which_kind_it_is(tmp_path: Path) -> None:
    rows = people(
        tmp_path,
        table(
            "三留守人员花名册", "人员类别 姓名 性别 身份证号 监护人/联系人 关系 电话",
            f"留守儿童 王思涵 女 {ONE} 王福 爷爷 19900001234",
            f"留守老人 赵福 男 {OLD} 赵强 儿子 19900001111",
            f"留守妇女 李芳 女 {WIFE} 王强 哥哥 19900001112",
        ),
    )  # fmt: skip
    told = [(r.kind, r.fields["id_number"], value(r, "phones")) for r in rows]
    assert told == [("child", ONE, None), ("elder", OLD, None), ("woman", WIFE, None)]
    assert value(rows[0], "guardian.relation_code") == "61"
    assert value(rows[1], "caregiver.relation_code") == "20"
    assert all(value(row, "kind") is None for row in rows)


def test_a_type_of_being_left_behind_is_no_kind_of_person(tmp_path: Path) -> None:
    sheet = table("留守儿童", "姓名 身份证号 留守类型", f"王思涵 {ONE} 父母双方外出留守儿童")
    (row,) = people(tmp_path, sheet)
    assert [value(row, f"{role}.state") for role in ("father", "mother")] == ["away", "away"]


@pytest.mark.parametrize(
    ("kind", "column", "cell", "path", "wanted"),
    [
        ("老人", "自理能力", "无自理能力", "self_care", "none"),
        ("妇女", "子女数", "1男1女", "children_count", 2),
        ("妇女", "子女数", "一儿一女", "children_count", 2),
        ("妇女", "子女数", "2（1男1女）", "children_count", 2),
        ("妇女", "子女数", "无", "children_count", 0),
        ("儿童", "班级", "三二班", "class", 2),
        ("儿童", "班级", "三二班", "grade", 3),
        ("儿童", "班级", "十二班", "class", 12),
        ("老人", "与老人关系", "父子", "caregiver.relation_code", "20"),
        ("老人", "与老人关系", "母女", "caregiver.relation_code", "30"),
        ("儿童", "与儿童关系", "父子", "guardian.relation_code", "51"),
    ],
)
def test_numbers_in_words_are_counted_as_a_clerk_counts(
    tmp_path: Path, kind: str, column: str, cell: str, path: str, wanted: object
) -> None:
    sheet = table(f"留守{kind}花名册", f"姓名 性别 身份证号 {column}", f"王梅 女 {ONE} {cell}")
    (row,) = people(tmp_path, sheet)
    assert value(row, path) == wanted


HEAD, CHILD, OTHER = "序号 姓名 性别 身份证号 所在村 监护人姓名", (
    f"1 王思涵 女 {ONE} 东山村 王福"), f"2 李子轩 男 {TWO} 东山村 李秀英"  # fmt: skip
VILLAGE = table("留守儿童", HEAD, CHILD, OTHER)


def written(to: Path, sheets: dict[str, Rows]) -> Roster:
    book = Book()
    for name, rows in sheets.items():
        for number, row in enumerate(rows):
            book.put(name, number, row)
    book.save(to / "儿童.xlsx")
    return read_roster(to / "儿童.xlsx", county(), today=TODAY)


@pytest.mark.parametrize(
    "name", ["留守儿童统计表", "汇总表", "导入模板", "备份", "样表1", "花名册及说明"]
)
def test_a_sheet_is_judged_by_what_it_holds(tmp_path: Path, name: str) -> None:
    assert len(list(written(tmp_path, {name: VILLAGE, "Sheet2": [["填表说明"]]}).rows)) == 2


LATER = table("留守儿童", HEAD, f"1 赵梦琪 女 {THREE} 东山村 赵强", f"2 周浩 男 {WIFE} 东山村 周国")


@pytest.mark.parametrize(
    ("name", "rows", "reason"),
    [
        ("全镇汇总", VILLAGE, "notes_or_old"),  # the same people again
        ("全镇汇总", LATER, None),  # others
        ("旧表", LATER, "notes_or_old"),
        ("模板", [["留守儿童"], HEAD.split(), ["例", "张三", "女", OLD]], "notes_or_old"),
        ("通讯录", [["姓名", "职务", "联系电话"], ["王芳", "村支书", PHONE]], "contacts"),
    ],
)
def test_a_sheet_beside_the_data_says_why_it_is_left_out(
    tmp_path: Path, name: str, rows: Rows, reason: str | None
) -> None:
    roster = written(tmp_path, {"东山村": VILLAGE, name: rows})
    assert [(i.sheet, i.reason) for i in roster.ignored] == ([(name, reason)] if reason else [])
    assert len(list(roster.rows)) == (2 if reason else 4)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("领导审核： ． ． 审核人： ． 填表人：", "footer"),
        ("村党总支书记（签字）： ． ． 审核人：", "footer"),
        ("自动编号 与户口簿一致 男/女 文本格式，18位 按行政区划填写 ．", "example"),
        ("必填 必填 必填 必填 必填 选填", "example"),
        (f"． 例：张三 女 {OLD} 东山村 张大", "example"),
        ("3 ． 女 ． 东山村 ．", "empty"),
    ],
)
def test_a_row_that_is_no_person_is_told_of(tmp_path: Path, line: str, reason: str) -> None:
    roster = read(tmp_path, table("留守儿童", HEAD, line, CHILD, OTHER))
    assert [row.row for row in roster.rows] == [4, 5]
    assert roster.skipped == [("Sheet1", 3, reason)]


def test_a_row_without_name_and_number_is_still_a_person(tmp_path: Path) -> None:
    sheet = table(
        "留守儿童", "序号 姓名 性别 民族 就读学校", "1 ． 男 傣 红岩小学", "2 王强 男 傣 红岩小学"
    )
    assert [p.code for row in people(tmp_path, sheet) for p in row.problems] == ["name.missing"]


def test_automatic_headers_hide_no_table(tmp_path: Path) -> None:
    more = " ".join(f"列{n}" for n in range(1, 30))
    assert len(people(tmp_path, table("留守儿童", f"{HEAD} {more}", CHILD, OTHER))) == 2


@pytest.mark.parametrize("gap", ["", "． "])
def test_tables_side_by_side_are_both_read(tmp_path: Path, gap: str) -> None:
    head = "序号 姓名 性别 身份证号"
    sheet = table(
        "留守儿童", f"{head} {gap}{head}", f"1 王思涵 女 {ONE} {gap}3 赵梦琪 女 {THREE}",
        f"2 李子轩 男 {TWO}",
    )  # fmt: skip
    told = [(row.row, row.fields["name"]) for row in people(tmp_path, sheet)]
    assert told == [(3, "王思涵"), (3, "赵梦琪"), (4, "李子轩")]


SCHOOL = {"school": "清溪镇中心小学", "grade": 3, "class": 2}
GRANNY = {"guardian.name": "王秀英", "guardian.relation_code": "62"}
FATHER = {"father.name": "蒋辰国", "father.phones": [PHONE], "father.work_place": "广东省佛山市",
    "father.away_since": "2026-01", "father.state": "away"}  # fmt: skip
TWO_PHONES = {"father.phones": ["19900000001"], "mother.phones": ["19900000002"]}
CELLS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("儿童", "就读学校及年级", "清溪镇中心小学三年级2班", SCHOOL),
    ("儿童", "学校班级", "清溪镇中心小学三（2）班", SCHOOL),
    ("儿童", "就读学校", "清溪镇中心小学302班", SCHOOL),
    ("儿童", "就读学校", "清溪镇中心幼儿园小班", {"school": "清溪镇中心幼儿园", "grade": None}),
    ("儿童", "学校班级", "云岭县第一中学高二（3）班", {"school": "云岭县第一中学", "grade": 11}),
    ("儿童", "父亲姓名及电话", "白建（已故）", {"father.name": "白建", "father.state": "dead"}),
    ("儿童", "就读学校", "清溪镇第一小学", {"school": "清溪镇第一小学", "grade": None}),
    ("儿童", "班级", "3-2", {"grade": 3, "class": 2}),
    ("儿童", "班级", "小三（2）班", {"grade": 3, "class": 2}),
    ("儿童", "班级", "C802", {"grade": 8, "class": 2}),
    ("儿童", "监护人姓名及关系", "王秀英（奶奶）", GRANNY),
    ("儿童", "监护人（关系）", "王秀英/奶奶", GRANNY),
    ("儿童", "监护人", "奶奶王秀英", GRANNY),
    ("儿童", "监护人", "孙　丽", {"guardian.name": "孙丽", "guardian.relation_code": None}),
    ("儿童", "监护人", f"王秀英{PHONE}", {"guardian.name": "王秀英", "guardian.phones": [PHONE]}),
    ("儿童", "监护人与儿童关系", "奶奶", {"guardian.relation_code": "62"}),
    ("儿童", "父亲（姓名/电话/务工地点/外出时间）", f"蒋辰国/{PHONE}/广东省佛山市/2026.1", FATHER),
    ("儿童", "父母姓名", "王强、李梅", {"father.name": "王强", "mother.name": "李梅"}),
    ("儿童", "父母姓名", "王强", {"father.name": None, "guardian.name": None}),
    ("儿童", "父母电话", "19900000001/19900000002", TWO_PHONES),
    ("儿童", "父母均外出", "√", {"father.state": "away", "mother.state": "away"}),
    ("儿童", "农户类型", "低保户", {"low_income": True}),
    ("儿童", "家庭情况", "低保户", {"low_income": True}),
    ("儿童", "就读方式", "住校", {"boarding": True}),
    ("儿童", "姓名（父亲）", "王强", {"father.name": "王强", "name": "王思涵"}),
    ("儿童", "家庭住址", "清溪镇人民政府东山村", {"village_code": "539901100204"}),
    ("儿童", "家庭住址", "清溪乡东山村", {"village_code": "539901100204"}),
    ("儿童", "家庭住址", "539901100204", {"village_code": "539901100204"}),
    ("儿童", "与儿童关系", "邻居代管", {"guardian.relation_code": "99"}),
    ("儿童", "与儿童关系", "外爷", {"guardian.relation_code": "63"}),
    ("儿童", "民族", "彝族（黑彝）", {"ethnicity": "彝族"}),
    ("老人", "家庭结构", "独居", {"living": "独居"}),
    ("老人", "家属姓名", "赵强", {"caregiver.name": "赵强"}),
    ("妇女", "一技之长", "刺绣", {"skills": "刺绣"}),
    ("外出务工人员", "输入地", "广东东莞", {"work_place": "广东东莞"}),
    ("外出务工人员", "外出起止时间", "2025.3.1-2026.1.20",
        {"away_from": "2025-03-01", "away_to": "2026-01-20"}),
    ("外出务工人员", "外出时间", "2025年3月—2026年1月",
        {"away_from": "2025-03", "away_to": "2026-01"}),
    ("外出务工人员", "外出时间", "2025.03-至今", {"away_from": "2025-03", "away_to": None}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "title", "cell", "wanted"), CELLS)
def test_a_column_tells_all_that_its_cells_say(
    tmp_path: Path, kind: str, title: str, cell: str, wanted: dict[str, Any]
) -> None:
    head = ["姓名", "性别", "身份证号", title]
    rows = [[name, "女", number, cell] for name, number in (("王思涵", ONE), ("赵梦琪", THREE))]
    row = people(tmp_path, [[f"留守{kind}花名册"], head, *rows])[0]
    assert {key: value(row, key) for key in wanted} == wanted
    assert row.problems == []


def test_what_stands_over_father_and_mother_is_told_of_each(tmp_path: Path) -> None:
    first, second = "父母姓名 ． 父母务工地点 ． 父母外出时间 ．", "父 母 父 母 父 母"
    sheet = table(
        "留守儿童花名册", f"姓名 身份证号 {first}", f"． ． {second}",
        f"王思涵 {ONE} 王强 李梅 广东东莞 在家 2023.2 ．",
    )  # fmt: skip
    merges = [(1, 2, 1, 3), (1, 4, 1, 5), (1, 6, 1, 7)]
    (row,) = people(tmp_path, sheet, "名单.xlsx", merges)
    assert row.fields["father"] == {
        "name": "王强", "work_place": "广东东莞", "state": "away", "away_since": "2023-02",
    }  # fmt: skip
    assert value(row, "mother.name") == "李梅"
    assert value(row, "mother.state") == "home"


@pytest.mark.parametrize(
    "raw", [f'="{ONE}"', f"ID{ONE}", f"身份证：{ONE}", f"{ONE}*", "53990120150306104×"]
)
def test_signs_around_a_number_are_no_fault_of_it(tmp_path: Path, raw: str) -> None:
    path = tmp_path / "儿童.csv"
    path.write_text(f"留守儿童\n姓名,性别,身份证号\n王思涵,女,{raw}\n", encoding="utf-8")
    (row,) = read_roster(path, county(), today=TODAY).rows
    assert row.fields["id_number"] in {ONE, "53990120150306104X"}
    assert row.problems == []


@pytest.mark.parametrize(
    "said", ["2015年1月16日（农历）", "农历2015年1月16日", "2015.03.06.", "2015.3.6（公历）"]
)
def test_a_lunar_birthday_is_no_contradiction(tmp_path: Path, said: str) -> None:
    sheet = table("留守儿童", "姓名 性别 身份证号 出生日期", f"王思涵 女 {ONE} {said}")
    (row,) = people(tmp_path, sheet)
    assert (row.fields["birth_date"], row.problems) == ("2015-03-06", [])


@pytest.mark.parametrize("said", ["（女）", "Female", "2女", "2-女", "02"])
def test_sex_is_read_in_every_dress(tmp_path: Path, said: str) -> None:
    (row,) = people(tmp_path, table("留守儿童", "姓名 性别 住址", f"王思涵 {said} 清溪镇东山村"))
    assert (row.fields["sex"], row.problems) == (2, [])


@pytest.mark.parametrize("name", ["=cmd|'/C calc'!A0", "@SUM(A1)", "王" * 61])
def test_what_cannot_be_a_name_is_marked(tmp_path: Path, name: str) -> None:
    (row,) = people(tmp_path, [["留守儿童"], ["姓名", "性别", "身份证号"], [name, "女", ONE]])
    assert [problem.code for problem in row.problems] == ["name.missing"]


BARE = table("留守儿童花名册", "姓名 性别 身份证号", f"王思涵 女 {ONE}")


@pytest.mark.parametrize(
    ("file", "sheet", "line"),
    [
        ("东山.xlsx", "Sheet1", ""),
        ("留守儿童-清溪-东山.xlsx", "Sheet1", ""),
        ("清溪东山留守儿童(1).xlsx", "Sheet1", ""),
        ("a.xlsx", "①东山", ""),
        ("a.xlsx", "东山（4）", ""),
        ("a.xlsx", "1东山", ""),
        ("a.xlsx", "Sheet1", "1.东山"),
        ("a.xlsx", "Sheet1", "==东山村=="),
        ("a.xlsx", "Sheet1", "乡镇：清溪镇  村：东山"),
    ],
)
def test_a_village_is_found_by_its_short_name(
    tmp_path: Path, file: str, sheet: str, line: str
) -> None:
    book = Book()
    under = not line.startswith("乡镇")
    rows = [*BARE[:2], [line], BARE[2]] if under else [BARE[0], [line], *BARE[1:]]
    for number, cells in enumerate(rows):
        book.put(sheet, number, cells)
    book.save(tmp_path / file)
    (row,) = read_roster(tmp_path / file, county(), today=TODAY).rows
    assert row.fields.get("village_code") == "539901100204"
