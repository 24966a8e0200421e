"""Titles of columns as offices word them, and the fields that they fill."""

# ruff: noqa: E501 - the list reads better with a field on a line
import pytest

from guanai.people.roster.kinds import target_of
from guanai.people.roster.titles import read_title, read_titles

# kind, then for each field the titles that must lead to it.
TITLES = """
[child]
name: 儿童姓名 留守儿童姓名 学生姓名 姓名 幼儿姓名 孩子名字 留守儿童
sex: 性别 男/女
birth_date: 出生日期 出生年月 出生年月日 生日 出生
id_number: 身份证号 身份证号码 居民身份证号 公民身份证号码 儿童身份证号码 证件号 身份证件号码 身份证 学生身份证号
ethnicity: 民族 族别
township: 乡镇 所属乡镇 乡（镇、街道） 镇（乡） 乡镇（街道）
village_code: 村 村名 行政村 村委会 村（居）委会 所在村 村（社区） 家庭住址 家庭详细住址 现住址 户籍地址 居住地 户籍所在地（村组） 常住地址 所属村组 村别
school: 学校 就读学校 所在学校 就读学校名称 学校名称 在读学校
grade: 年级 就读年级 年级班级 年级/班级 年级（班级）
class: 班级 所在班级 班
head_teacher: 班主任 班主任姓名 班主任老师
boarding: 是否住校 是否寄宿 是否住宿 寄宿情况 住宿情况 寄宿生
score: 学习成绩 学习情况
personality: 性格 性格特征
hobby: 兴趣爱好 爱好特长 爱好
health: 健康状况 身体状况 身体健康状况
low_income: 是否低保 低保户 是否低保户 享受低保
poverty_registered: 是否建档立卡 建档立卡户 是否脱贫户
single_parent: 是否单亲 单亲家庭 是否单亲家庭
parents_divorced: 父母是否离异 是否离异 父母离异
parents: 父母情况 父母状况 父母外出情况 父母外出务工情况 父母务工情况 外出情况 家庭情况 父母现状 留守类型 父母外出类型 父母监护情况 父母婚姻及外出情况 留守情况 父母基本情况
father.name: 父亲姓名 父亲 父姓名 爸爸
mother.name: 母亲姓名 母亲 母姓名
father.phones: 父亲电话 父亲联系电话 父亲联系方式 父电话 父亲手机号码
mother.phones: 母亲电话 母亲联系方式
father.id_number: 父亲身份证号 父亲身份证
mother.id_number: 母亲身份证号码
father.work_place: 父亲务工地址 父亲务工地点 父亲务工地 父亲去向 父亲工作地点 父亲打工地 父亲外出地 父亲外出地点 父亲务工省市
mother.work_place: 母亲务工地
father.away_since: 父亲外出时间 父亲外出务工时间 父亲离家时间 父亲外出日期 父亲外出年月
father.state: 父亲情况 父亲状况 父亲现状 父亲外出情况 父亲是否外出
mother.state: 母亲现状
guardian.name: 监护人 监护人姓名 现监护人 现监护人姓名 实际监护人 委托监护人 受委托监护人姓名 照料人姓名 临时监护人 抚养人 代理监护人 看护人 隔代监护人 由谁照看 现由谁照顾 平时谁带 孩子由谁监护
guardian.phones: 监护人电话 监护人联系电话 监护人联系方式 监护人手机
guardian.id_number: 监护人身份证号
guardian.relation_code: 与儿童关系 与学生关系 监护人与儿童关系 监护关系 与监护人关系 关系 与孩子关系 监护人关系 与其关系 与留守儿童关系 与被监护人关系
guardian.age: 监护人年龄
guardian.health: 监护人健康状况 监护人身体状况
aid: 低保/建档立卡 是否低保/建档立卡户 困难类型 家庭困难类型 困难类别 家庭经济情况 是否困难家庭 家庭类别（低保、建档立卡）
[woman]
name: 妇女姓名 姓名 留守妇女姓名
education: 文化程度 学历 受教育程度
health: 健康状况 身体状况
health_check_date: 最近体检时间 两癌筛查时间 最近一次体检时间 体检日期 近期体检时间 健康体检时间
skills: 技能特长 特长 掌握技能 技能 劳动技能
children_count: 子女数 子女个数 抚养子女数 未成年子女数 孩子数量 抚养子女情况 育有子女数 抚养小孩人数
elders_supported: 赡养老人数 赡养老人人数 需赡养老人数 赡养老人 老人数 家中老人数
phones: 联系电话 本人电话 手机号
husband.name: 丈夫姓名 配偶姓名 丈夫 配偶 爱人姓名
husband.phones: 丈夫电话 丈夫联系电话 配偶电话
husband.work_place: 丈夫务工地 丈夫务工地点 配偶务工地址 丈夫外出地点 丈夫去向 务工地点
husband.away_since: 丈夫外出时间 配偶外出时间 丈夫外出务工时间 外出时间
husband.id_number: 丈夫身份证号 配偶身份证号码
[elder]
name: 老人姓名 姓名 留守老人姓名
health: 健康状况 身体状况
self_care: 自理能力 生活自理能力 能否自理 自理情况 失能情况 生活自理情况
living: 居住情况 居住方式 居住状况 居住形式 是否独居 居住类型 与谁同住
children_away_count: 外出子女数 子女外出人数 外出子女人数 子女外出数 在外子女数 外出务工子女数
low_income: 是否低保 低保
phones: 联系电话 本人电话 老人电话
caregiver.name: 联系人 联系人姓名 照料人 赡养人 赡养人姓名 紧急联系人 照护人 监护人 主要照料人 由谁照料
caregiver.phones: 联系人电话 紧急联系人电话 赡养人电话 照料人联系电话
caregiver.relation_code: 与老人关系 与联系人关系 联系人与老人关系 关系 与老人的关系 赡养人与老人关系
village_code: 住址 家庭住址 村（社区）
[helper]
name: 姓名 代理家长姓名 志愿者姓名 爱心家长
unit: 工作单位 单位 所在单位 单位名称 工作单位及职务
job: 职务 职业 职务/职称 岗位 现任职务
political_status: 政治面貌
specialty: 特长 专业特长 个人特长 兴趣特长
capacity: 可结对人数 拟结对人数 结对人数 愿意结对人数 可帮扶人数 愿结对儿童数 结对名额 意向结对人数 可结对儿童数
phones: 手机号码 联系电话
wish.age: 意愿年龄 意向年龄段 希望结对儿童年龄 结对意愿（年龄） 结对儿童年龄要求
wish.sex: 意愿性别 希望结对儿童性别 对象性别要求
wish.place_code: 意向乡镇 意愿地区 希望结对区域 意向村 意愿乡镇/村 结对意愿地点
[away_period]
name: 姓名 外出人员姓名 务工人员姓名 务工人员
away_from: 外出时间 外出日期 外出务工时间 离家时间 外出起始时间 开始时间 出发时间
away_to: 返乡时间 返回时间 返乡日期 结束时间 回乡时间 预计返乡时间
work_place: 务工地点 务工地 务工地址 外出地点 外出地 务工省市 就业地点 去向 务工城市 工作地点 外出务工地
employer: 务工单位 工作单位 用工单位 从事行业 务工企业 就业单位 从事工作 单位名称
village_code: 户籍地 家庭住址 村
phones: 联系电话
"""


def cases() -> list[tuple[str, str, str]]:
    found, kind = [], ""
    for line in TITLES.strip().splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
            continue
        field, _, titles = line.partition(": ")
        found += [(kind, title, field) for title in titles.split()]
    return found


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in cases()}))
def test_titles_lead_to_their_fields(kind: str) -> None:
    for of_kind, title, field in cases():
        if of_kind == kind:
            read = read_title(title)
            assert read is not None, title
            assert target_of(kind, read) == field, title


@pytest.mark.parametrize(
    "title", ["备注", "序号", "需求", "填表人", "帮扶措施", "户口性质", "证件类型", "银行账号"]
)
def test_columns_for_others_are_left_alone(title: str) -> None:
    assert read_title(title) == ("", "-")


def test_a_level_above_says_whose_a_column_is() -> None:
    assert read_titles(("家庭成员", "父亲", "电话")) == ("father", "phones")
    assert read_titles(("结对意愿", "乡镇/村")) == ("wish", "village_code")
    assert read_titles(("父母", "称谓")) == ("parent", "relation")
    assert read_titles(("基本信息", "姓名")) == ("", "name")
