"""The words of column titles: whose column it is (role) and what it tells (attribute)."""

# Lists of words are easier to keep on one line each:
# ruff: noqa: E501

import re
from functools import lru_cache
from typing import NamedTuple

from guanai.people.roster.values import compact

# Whose: the first that matches the title counts.
ROLES: list[tuple[str, re.Pattern[str]]] = [
    (role, re.compile(pattern))
    for role, pattern in (
        ("wish", r"意愿|意向|希望|期望|愿意|想结对|拟结对(?!人数|数)|结对(?=儿童|年龄|性别|区域|地点|地区|乡镇)(?!儿童姓名)|结对对象|对象要求|要求"),
        ("teacher", r"班主任"),
        ("helper", r"代理(?:家长|妈妈|爸爸|父母)|爱心(?:家长|妈妈|爸爸|父母|人士)+|志愿者|报名人|帮扶(?:责任)?人(?!数|员数)|结对(?:帮扶)?(?:人|干部)(?!数|员数)"),
        ("other", r"户主|包[保村联]|驻村|干部|网格|村医|医生|领导|(?<!监护)(?<!赡养)(?<!照料)(?:责任人|负责人)|书记|校长|主任|教师|老师|社工|专干|民警|督导|填[表报写]人|经办|信息员|协管员|组长|队长"),
        ("parents", r"父母双方|父母亲?(?!姓名|电话|联系|手机|身份)|双亲"),
        ("parent", r"家长(?!会)|父[/／(（或]母|父或母|外出父母"),
        ("both", r"父母"),
        ("guardian", r"监护人?|受托人|委托人|照料人|照看人|照护人|照顾人|照料者|代养人|抚养人|看护人|代管人|实际抚养|管护人|谁(?:来|在)?(?:照[看顾料护管]|带|管|养|抚养|监护)"),
        ("caregiver", r"联系人|赡养(?:义务|责任)?人|紧急联系|联络人|子女姓名|子女电话|子女联系|亲属|家属"),
        ("husband", r"丈夫|配偶|爱人|老公|男方"),
        ("father", r"父亲?|爸爸?"),
        ("mother", r"母亲?|妈妈?"),
    )
]  # fmt: skip
ROLE_WORDS = dict(ROLES)
SITUATION = re.compile(r"情况|状况|状态|类型|原因|去向|外出|监护")
SELF = re.compile(
    r"留守|困境|儿童|学生|孩子|幼儿|未成年人|本人|老年人|老人|妇女|被监护人|人员|农民工|劳动力|对象|村民|居民|其(?=联系|电话)"
)
# What may stand beside 姓名, 电话, 身份证 without naming a person.
FILLER = re.compile(
    r"联[系络]|通讯|手机|移动|固定|家庭|住宅|家里|办公|办法|座机|电话?|话|号码?|方式|公民|[第二]代|有效|证件?|身份|户口[簿本]?|编|件|码|姓|名|称|真实|中文|学籍?|全|现|常用|个人|基本|信息|情况|填写?|必|选|是否|备用|主要|外出|务工|打工|就业|转移|返乡|农村|农民|采集|调查|排查|摸底|登记|走访|关爱|服务|[本位数字及和与或等的一二两]"
)
HEAD = re.compile(
    r"^(?:序号?|编号|行号|NO\.?|no\.?|#|№)$|备注|备考|附注|填表|审核|签[名字章]|盖章|说明|填报|"
    r"采集|录入|走访|帮扶措施|需求|需要|诉求|困难和问题|存在问题|户口性质|户籍性质|证件类型|证件种类|照片|指纹|"
    r"账号|银行|开户|是否(?:建立?|有)?档案|档案号|户号|户编号|邮编|QQ|微信"
)
ATTRIBUTES: list[tuple[str, re.Pattern[str]]] = [
    (attribute, re.compile(pattern))
    for attribute, pattern in (
        ("contact", r"(?:姓名|人|父亲|母亲|丈夫).{0,2}[及和、/+与].{0,3}(?:电话|联系方式|手机)"),
        ("school", r"(?:学校|校名).{0,6}(?:年级|班)"),
        ("boarding", r"就读方式|走读"),
        ("name", r"姓\s*名|名字"),
        ("health_check_date", r"体检|筛查|两癌|(?:检查|检).{0,4}(?:时间|日期)"),
        ("relation", r"关系(?!到)|称谓|称呼|^系$|什么人|何人"),
        ("id_number", r"身份证|身份号|证件号|公民身份|证号|证件编号|ID"),
        ("phones", r"电话|手机|联系方式|联系号|通讯|联络方式|号码|座机|电\s*话|联系办法"),
        ("birth_date", r"出生|生日|诞生|生辰"),
        ("sex", r"性别|男女$|^男女|^男/女$"),
        ("ethnicity", r"民族|族别|族称|^族$"),
        ("head_teacher", r"班主任"),
        ("grade", r"年级|学段|就读阶段|年[/、]?班"),
        ("class", r"班级|班别|班次|^班$|所在班|教学班"),
        ("school", r"学校|就读|校名|幼儿园|学籍|在读|^校$|院校"),
        ("boarding", r"住校|寄宿|住宿|内宿|住读"),
        ("single_parent", r"单亲"),
        ("parents_divorced", r"离异|离婚"),
        ("aid", r"户属性|农户(?:类型|属性)|户类型|(?:低保|最低生活).*(?:建档|贫困|脱贫)|(?:建档|贫困|脱贫).*(?:低保|最低生活)|困难类|困难情况|家庭经济|经济状况|家庭类型|帮扶类型|救助类|困难家庭"),
        ("low_income", r"低保|最低生活保障"),
        ("poverty_registered", r"建档|贫困|脱贫|监测户|监测对象"),
        ("children_away_count", r"(?:外出|务工|在外|打工).{0,4}(?:子女|儿女|孩子|人数)|(?:子女|儿女).{0,6}(?:外出|在外|务工).{0,4}(?:数|人|个)|外出人数"),
        ("elders_supported", r"赡养|老人.{0,2}(?:数|个|人)|老年人.{0,2}(?:数|人)"),
        ("children_count", r"儿童.{0,2}数|(?:子女|孩子|儿女|小孩|未成年人|抚养).{0,4}(?:数|个|几|人|情况)|抚养|子女数"),
        ("capacity", r"(?:结对|帮扶|认领|认亲|关爱|代理).{0,4}(?:数|人数|名额|几)|名额|可.{0,6}(?:人数|个数|数量|几[名个人])"),
        ("away_to", r"返乡|返回|回乡|归来|回家|返家|返岗|结束|终止|止$|截止|回来|返(?:时|日)"),
        ("away_range", r"起止|时间段|外出期间|(?:外出|务工).{0,4}(?:至|到|-|—).{0,4}(?:返乡|返回|结束)"),
        ("away_from", r"(?:外出|离家|务工|打工|就业|离乡|出去|离开|出门|走).{0,5}(?:时间|日期|年月|起|时|年份)|何时外出|出发|^时间$|外出年月|起始|开始时间"),
        ("political_status", r"政治|面貌|党派|党团"),
        ("employer", r"(?:务工|用工|打工|就业|工作|所在|服务|受雇|从业)?(?:单位|企业|公司|雇主|工厂|厂名)|行业|工种|从事"),
        ("job", r"职务|职业|职称|岗位|任职|工作岗"),
        ("education", r"文化|学历|教育程度|受教育"),
        ("score", r"成绩|学业|学习情况|学习状况|学习表现|考试"),
        ("personality", r"性格|个性|脾气|性情"),
        ("hobby", r"兴趣|爱好|喜好"),
        ("skills", r"技能|特长|一技之长|专长|技术|擅长|手艺"),
        ("self_care", r"自理|(?<!是否)失能|生活能力|行动能力|能力等级"),
        ("living", r"居住(?:情况|状况|方式|类型|形式|状态)|同住|共同生活|家庭结构|空巢|独居|生活状况|生活方式"),
        ("health", r"健康|身体|病史|残疾|疾病|体质|患病"),
        ("age", r"年龄|周岁|岁数|实岁|^岁$|年纪"),
        ("work_place", r"务工|打工|去向|工作地|从业地|输入地|现居地|流入地|流向|就业地|目的地|外出地|外出省|前往|在外地"),
        ("township", r"^(?:所在|所属|户籍)?(?:乡镇|镇乡|乡\(镇\)|乡\(街道\)|镇\(乡\)|镇|乡|街道|乡镇街道|镇街)(?:名称|名|\(街道\)|[/、]街道)?$"),
        ("group", r"村民小组|小组|^组$|组别|^社$|^屯$|门牌|^组名|^组\(社\)|^社\(组\)|^队$"),
        ("situation", r"情况|状况|状态|类型|原因|现状|外出|下落|是否在家|在家"),
        ("village_code", r"村|社区|住址|地址|居住地|户籍|住所|户口|乡镇|居住|家庭住|家住|片区|地区|区域|居委会|所在地"),
        ("name", r"^名$|名称"),
        ("place_hint", r"地点|地方"),
    )
]  # fmt: skip
BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]|[(（].*$")
ALIASES = {
    "务工人员": "姓名",
    "外出务工人员": "姓名",
    "name": "姓名",
    "sex": "性别",
    "gender": "性别",
    "id number": "身份证号",
    "phone": "电话",
    "birth date": "出生日期",
}


class Title(NamedTuple):
    """``role`` is "" for the person of the row; ``attribute`` "" for a role word alone."""

    role: str
    attribute: str


LONGEST, SHORT = 40, 6
# A name and what this person is in one cell; 监护人与儿童关系 is but the second.
PERSON = re.compile(r"姓名.{0,2}[及和与、/(].{0,8}关系|人[及和、/(]关系")


@lru_cache(10_000)
def read_title(text: str) -> Title | None:
    """What one title says; None for titles that say nothing to us; ("", "-") to be left alone."""
    full = ALIASES.get(text.strip().lower(), compact(text)).strip("*＊:：★▲").replace("（", "(")
    full = full.replace("）", ")").replace("\\", "/")
    if not full or len(full) > LONGEST:
        return None
    if HEAD.search(BRACKETS.sub("", full) or full) and not re.search(r"身份证|姓名|电话", full):
        return Title("", "-")
    return _whole(full)


def _whole(full: str) -> Title | None:
    """The words before brackets count, those in them only for what is missing."""
    long = _of(full)
    if PERSON.search(full) and long and long.role:
        return Title(long.role, "person")
    short = _of(BRACKETS.sub("", full) or full)
    if short and short.attribute:
        return Title(_bracketed(full), short.attribute) if _bracketed(full) else short
    return long if long and long.attribute and (long.role or not short) else short


def _bracketed(full: str) -> str:
    """Whose it is if the brackets say just that: 户主姓名(丈夫), 姓名(父亲)."""
    found = re.search(r"[(（]([^()（）]{1,5})[)）]$", full)
    roles = (role for role, pattern in ROLES if found and pattern.fullmatch(found[1]))
    return next(roles, "")


def _of(text: str) -> Title | None:
    own = re.sub(r"与(?!户主).{0,4}(?=关系)|被监护人", "", text)
    role = next((role for role, pattern in ROLES if pattern.search(own)), "")
    if role == "teacher":
        return Title("", "head_teacher" if len(own) <= SHORT and "电话" not in own else "-")
    bare = ROLE_WORDS[role].sub("", own) if role else own
    attribute = _attribute(SELF.sub("", bare)) or _attribute(bare)
    if role and _attribute(own) == "contact":
        attribute = "contact"
    if role == "parents" and SITUATION.search(bare) and not re.search("时间|地点|地址", bare):
        attribute = "situation"
    if not role and attribute in PERSONAL and _of_somebody(own, attribute):
        role = "other"
    if not attribute and not role and not SELF.sub("", own):
        attribute = "name"
    return Title(role, attribute) if role or attribute else None


PERSONAL = {"name", "phones", "id_number"}


def _of_somebody(text: str, attribute: str) -> bool:
    """Is a word left that must mean another person: the 村医 of 村医电话?"""
    rest = FILLER.sub("", SELF.sub("", dict(ATTRIBUTES)[attribute].sub("", text)))
    return bool(re.search(r"[\u4e00-\u9fff]", rest))


def _attribute(text: str) -> str:
    return next((name for name, pattern in ATTRIBUTES if pattern.search(text)), "")


BOTH = re.compile(r"父母|双亲|家长")
OFFSPRING = re.compile(r"(?:外出)?(?:子女|儿女)(?:基本)?(?:情况|信息)?")
OF_ONE_PARENT = {"name", "id_number", "phones", "relation", "work_place", "away_from"}


def read_titles(parts: tuple[str, ...]) -> Title | None:
    """A title of several levels: the lowest level decides, the levels above say whose it is."""
    own = read_title(parts[-1]) if parts else None
    above = [t for part in reversed(parts[:-1]) if (t := read_title(part)) and t.attribute != "-"]
    if own is None:
        return above[0] if above and above[0].attribute else None
    if own.role in {"father", "mother"} and not own.attribute and len(parts) > 1:
        return Title(own.role, _of_both(parts[-2]))
    if own.role or own.attribute == "-":
        return own
    role = next((t.role for t in above if t.role), "")
    if any(OFFSPRING.fullmatch(compact(part)) for part in parts[:-1]):
        role = "child"
    if role == "parents" and own.attribute in OF_ONE_PARENT:
        role = "parent"
    return Title(role, own.attribute)


def _of_both(text: str) -> str:
    """父母务工地点 over 父 and 母: what each of them tells; "" if that is the name."""
    told = (
        read_title(re.sub(r"父母(?:双方|亲)?|双亲|家长", "", text)) if BOTH.search(text) else None
    )
    return told.attribute if told and told.attribute in OF_ONE_PARENT - {"name"} else ""


def is_own(parts: tuple[str, ...]) -> bool:
    """Do the titles say that the column is about the person of the row: 本人, 儿童, 基本信息?"""
    title = read_titles(parts)
    if title is None or title.role or title.attribute == "relation":
        return False
    return any(SELF.search(part) or re.search(r"基本|个人|自身", part) for part in parts)
