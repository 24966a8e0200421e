"""The columns of a ledger: what stands in a line, in words, for pages and for files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Model
from django.utils.translation import get_language, gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from guanai.core.words import StrOrPromise
from guanai.organisations.rules import CHILDREN, Group
from guanai.people.details import BY_KEY
from guanai.people.models import Circumstance, LedgerLine, Schooling
from guanai.people.wording import relation

Text = Callable[[LedgerLine], str]


@dataclass(frozen=True)
class Column:
    """`text` is what a file holds and, unless the template knows better, the page shows; `width`
    as in core.documents.layout.Column."""

    key: str
    title: StrOrPromise
    text: Text
    width: float = 10
    number: bool = False
    groups: frozenset[str] = frozenset(Group)
    usual: bool = True  # shown unless the reader chooses


@lru_cache
def _choices(model: type[Model], field: str, language: str | None) -> dict[Any, str]:
    column: Any = model._meta.get_field(field)
    return {code: str(label) for code, label in column.flatchoices}


def choice(row: Model, field: str) -> str:
    """As `get_…_display`, which makes all choices hashable each time: half of a cell's time."""
    code = getattr(row, field)
    return _choices(type(row), field, get_language()).get(code, "") if code else ""


def guardian_words(line: LedgerLine) -> str:
    """“杜欣美（母亲）”"""
    if line.guardian is None:
        return ""
    said = {"name": line.guardian.name, "relation": relation(line.guardian_relation)}
    return gettext("%(name)s (%(relation)s)") % said if said["relation"] else said["name"]


def state_words(said: list[str]) -> str:
    """“外出 2024-02 起”, “重残”."""
    state, since = said[0], said[1]
    if state != "away":
        return str(dict(Circumstance.KINDS).get(state, ""))
    if not since:
        return pgettext("state", "away")
    return gettext("away since %s") % since


def parents_words(line: LedgerLine) -> str:
    """“父母均外出 2024-02 起”, “父外出，母重残”."""
    father, mother = (line.kin.get(who, ["", "", ""]) for who in ("father", "mother"))
    if father[0] == mother[0] == "away":
        since = max(father[1], mother[1]) if father[1] and mother[1] else ""
        if not since:
            return gettext("both parents away")
        return gettext("both parents away since %s") % since
    said = []
    if father[0]:
        said.append(gettext("father %s") % state_words(father))
    if mother[0]:
        said.append(gettext("mother %s") % state_words(mother))
    return pgettext("list", ", ").join(said)


def _spouse(line: LedgerLine) -> str:
    return state_words(line.kin["spouse"]) if "spouse" in line.kin else ""


def _spouse_place(line: LedgerLine) -> str:
    place: str = line.kin.get("spouse", ["", "", ""])[2]
    return place


def grade_words(line: LedgerLine) -> str:
    if line.grade is None:
        return str(dict(Schooling.STATES).get(line.schooling, ""))
    return gettext("kindergarten") if line.grade == 0 else gettext("grade %d") % line.grade


def class_words(line: LedgerLine) -> str:
    name = line.class_name
    return gettext("class %s") % name if name.isdigit() else name


def _boarding(line: LedgerLine) -> str:
    if line.boarding is None:
        return ""
    return gettext("boards") if line.boarding else gettext("day pupil")


def _detail(key: str) -> Text:
    def text(line: LedgerLine) -> str:
        value = line.person.details.get(key)
        return "" if value is None else BY_KEY[key].show(value)

    return text


def _age(line: LedgerLine) -> str:
    age = line.person.age()
    return "" if age is None else str(age)


_CHILD = frozenset(CHILDREN)
_WOMAN = frozenset({Group.WOMAN})
_ELDER = frozenset({Group.ELDER})

COLUMNS: tuple[Column, ...] = (
    Column("number", _("file number"), lambda li: li.person.file_number, 13, usual=False),
    Column("name", pgettext_lazy("person", "name"), lambda li: li.person.name, 11),
    Column("sex", _("sex"), lambda li: choice(li.person, "sex") if li.sex else "", 6),
    Column("age", _("age"), _age, 6, number=True),
    Column("born", _("born"), lambda li: str(li.person.birth_date or ""), 11, usual=False),
    Column("place", _("lives in"), lambda li: li.person.place.name, 13),
    Column("guardian", _("guardian"), guardian_words, 18, groups=_CHILD),
    Column("parents", _("parents"), parents_words, 26, groups=_CHILD),
    Column("school", _("school"), lambda li: li.school_name, 18, groups=_CHILD),
    Column("grade", _("grade"), grade_words, 9, groups=_CHILD),
    Column("class", _("class"), class_words, 8, groups=_CHILD, usual=False),
    Column("boarding", _("boarding"), _boarding, 8, groups=_CHILD),
    Column("care", _("care form"), lambda li: choice(li, "care_form"), 10, groups=_CHILD,
           usual=False),
    Column("haves", _("four haves"), lambda li: f"{li.haves}/4", 8, groups=_CHILD),
    Column("spouse", _("husband"), _spouse, 20, groups=_WOMAN),
    Column("spouse_place", _("husband works in"), _spouse_place, 16, groups=_WOMAN),
    Column("children_count", _("children she raises"), _detail("children_count"), 10, number=True,
           groups=_WOMAN),
    Column("health_checked", _("health check"), lambda li: str(li.health_checked or ""), 12,
           groups=_WOMAN),
    Column("skills", _("skills"), _detail("skills"), 14, groups=_WOMAN, usual=False),
    Column("living", _("lives"), _detail("living"), 12, groups=_ELDER),
    Column("self_care", _("self-care"), lambda li: choice(li, "self_care"), 14, groups=_ELDER),
    Column("children_away", _("children away"), _detail("children_away"), 10, number=True,
           groups=_ELDER),
    Column("caregiver", _("caregiver"), guardian_words, 18, groups=_ELDER),
)  # fmt: skip
BY_NAME = {column.key: column for column in COLUMNS}


def columns_of(group: str) -> list[Column]:
    return [column for column in COLUMNS if group in column.groups]


def chosen(group: str, keys: list[str]) -> list[Column]:
    """The columns that a reader chose, in our order; the usual ones for none."""
    offered = columns_of(group)
    picked = [column for column in offered if column.key in keys]
    if not picked:
        return [column for column in offered if column.usual]
    return picked if BY_NAME["name"] in picked else [BY_NAME["name"], *picked]
