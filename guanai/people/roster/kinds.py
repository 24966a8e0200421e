"""What a title means in a table of each kind, and of which kind a table or a row is."""

import re
from collections import Counter

from guanai.people.roster.layout import Table
from guanai.people.roster.targets import TARGETS
from guanai.people.roster.titles import Title, read_titles

SELF_FIELDS = {
    "aid": "aid",
    "situation": "parents",
    "village_code": "village_code",
}
KIND_FIELDS: dict[str, dict[tuple[str, str], str]] = {
    "child": {
        ("", "skills"): "hobby",
        ("", "situation"): "parents",
        ("parents", "situation"): "parents",
        ("parents", ""): "parents",
        ("parents", "parents_divorced"): "parents_divorced",
        ("", "living"): "parents",
        ("caregiver", "name"): "guardian.name",
        ("caregiver", "person"): "guardian.person",
        ("caregiver", "phones"): "guardian.phones",
        ("caregiver", ""): "guardian.name",
        ("caregiver", "relation"): "guardian.relation_code",
        ("", "relation"): "guardian.relation_code",
    },
    "woman": {
        ("", "hobby"): "skills",
        ("", "work_place"): "husband.work_place",
        ("", "away_from"): "husband.away_since",
        ("husband", "employer"): "husband.work_place",
    },
    "elder": {
        ("guardian", "contact"): "caregiver.contact",
        ("guardian", "person"): "caregiver.person",
        ("", "relation"): "caregiver.relation_code",
        ("guardian", "name"): "caregiver.name",
        ("guardian", ""): "caregiver.name",
        ("guardian", "phones"): "caregiver.phones",
        ("guardian", "relation"): "caregiver.relation_code",
        ("child", "name"): "caregiver.name",
        ("child", "phones"): "caregiver.phones",
        ("child", "relation"): "caregiver.relation_code",
        ("", "situation"): "living",
    },
    "helper": {
        ("", "employer"): "unit",
        ("", "work_place"): "unit",
        ("", "skills"): "specialty",
        ("", "hobby"): "specialty",
        ("", "children_count"): "capacity",
        ("wish", "capacity"): "capacity",
        ("wish", "children_count"): "capacity",
        ("wish", ""): "wish",
        ("wish", "situation"): "wish",
        ("wish", "village_code"): "wish.place_code",
        ("wish", "township"): "wish.place_code",
        ("wish", "place_hint"): "wish.place_code",
        ("wish", "work_place"): "wish.place_code",
        ("wish", "group"): "wish.place_code",
        ("parent", ""): "name",
        ("parent", "name"): "name",
        ("parent", "phones"): "phones",
    },
    "away_period": {("", "place_hint"): "work_place", ("", "job"): "employer"},
}
ROLE_PARTS = {
    "": "name",
    "relation": "relation_code",
    "away_from": "away_since",
    "situation": "state",
    "village_code": "work_place",
    "place_hint": "work_place",
    "employer": "work_place",
    "township": "work_place",
}
KIND_WORDS = {
    "helper": r"代理家长|爱心(?:家长|妈妈|父母|人士)|志愿者|帮扶人|结对(?:意愿|人数)|报名",
    "woman": r"妇女|丈夫",
    "elder": r"老人|老年|空巢|高龄",
    "child": r"儿童|学生|幼儿|孩子|少年|中小学|小学|父亲|母亲|监护人|班主任|年级",
    "away_period": r"务工人员|外出人员|外出登记|返乡|劳动力|农民工|外出务工(?:登记|台账|花名册)",
}
HEADING_WEIGHT = 6
OWN_WORDS = {"child": r"儿童|学生|孩子|幼儿|未成年", "woman": r"妇女", "elder": r"老人|老年"}


def kind_of(cell: str) -> str | None:
    """The kind that a cell of a column 人员类别 names: 留守老人 is elder."""
    return next((kind for kind, word in OWN_WORDS.items() if re.search(word, cell)), None)


def target_of(kind: str, title: Title) -> str | None:
    """The field of this kind that a title names, or None."""
    if title.role == kind:
        title = Title("", title.attribute or "name")
    special = KIND_FIELDS[kind].get(title)
    if special:
        return special
    part = title.attribute
    if title.role:
        part = ROLE_PARTS.get(part, part)
        target = f"{title.role}.{part}"
    else:
        target = SELF_FIELDS.get(part, part)
    return target if target in TARGETS[kind] else None


def guess_kind(table: Table) -> str:
    """The kind whose words and fields the table shows most."""
    scores: Counter[str] = Counter()
    for kind, pattern in KIND_WORDS.items():
        word = re.compile(pattern)
        for text, weight in table.headings:
            scores[kind] += HEADING_WEIGHT * weight * len(set(word.findall(text)))
        for parts in table.titles:
            scores[kind] += 2 * bool(word.search("/".join(parts)))
            title = read_titles(parts)
            scores[kind] += bool(title and title.attribute != "-" and target_of(kind, title))
    return max(TARGETS, key=lambda kind: scores[kind])
