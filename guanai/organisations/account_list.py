"""Accounts for many from a list: every fault by row, column and cure; all of them or none."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.words import StrOrPromise
from guanai.organisations.models import Issued, Organisation, Post, SchoolClass, User
from guanai.organisations.rules import Role
from guanai.organisations.wording import ROLES

Cells = dict[str, str]  # by column; “row” is its number in the file
MOST = 2000
LARGEST = 5_000_000  # bytes
HEAD_WITHIN = 10  # rows
LONGEST = 40
COLUMNS: dict[str, tuple[StrOrPromise, tuple[str, ...]]] = {
    "name": (gettext_lazy("person's name"), ("姓名", "name")),
    "unit": (gettext_lazy("organisation"), ("单位", "工作单位", "unit")),
    "role": (gettext_lazy("role"), ("岗位", "角色", "岗位/角色")),
    "title": (gettext_lazy("title"), ("职务",)),
    "class": (gettext_lazy("class"), ("班级",)),
    "username": (gettext_lazy("user name"), ("用户名", "账号")),
    "since": (gettext_lazy("since"), ("起始日期", "开始日期", "任职日期")),
}
HINTS = {
    "class": gettext_lazy("Class teachers only, for example 3.2: grade 3, class 2."),
    "username": gettext_lazy("Leave it empty and it is made of the name's pinyin."),
    "since": gettext_lazy("For example 2026-09-01; empty: today."),
}
NEEDED = ("name", "unit", "role")
# What offices call their people, beside the roles' own titles.
CALLED = {
    "儿童主任": Role.VILLAGE_WORKER,
    "村儿童主任": Role.VILLAGE_WORKER,
    "儿童督导员": Role.TOWNSHIP_SUPERVISOR,
    "代理家长": Role.HELPER,
    "志愿者": Role.HELPER,
}
GRADES = {
    **{f"{sign}年级": f"{grade}." for grade, sign in enumerate("一二三四五六七八九", 1)},
    **{f"初{sign}": f"{grade}." for grade, sign in enumerate("一二三", 7)},
    **{f"高{sign}": f"{grade}." for grade, sign in enumerate("一二三", 10)},
    "年级": ".", "(": ".", ")": "", "班": "",
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    row: int
    column: StrOrPromise
    message: str  # with the cure


@dataclass
class Checked:
    """What would be opened: user name, name and post of each; and what hinders all of it."""

    accounts: list[tuple[str, str, Post]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @transaction.atomic
    def open_all(self, *, by: User) -> list[Issued]:
        """Raises RuleBroken where something is wrong; then nothing is opened."""
        if self.faults or not self.accounts:
            raise RuleBroken("list.faults", _("Nothing was opened: mend the list first."))
        issued = [User.open_account(*account, by=by) for account in self.accounts]
        record("organisations.user.open_list", by=by, accounts=len(issued))
        return issued


def squeezed(text: str) -> str:
    return re.sub(r"[\s*]+", "", unicodedata.normalize("NFKC", text))


def in_both_languages(text: StrOrPromise) -> list[str]:
    found = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found.append(squeezed(str(text)).lower())
    return found


def read(path: Path) -> list[Cells]:
    """The rows below the header of a .xlsx or .csv. Raises RuleBroken with what to mend."""
    from guanai.core.registries import tables

    rows = tables.all()[0](path)
    by_head = {
        head: key
        for key, (title, heads) in COLUMNS.items()
        for head in [*heads, *in_both_languages(title)]
    }
    for at, cells in enumerate(rows[:HEAD_WITHIN], 1):
        heads = [by_head.get(squeezed(cell).lower(), "") for cell in cells]
        if set(NEEDED) <= set(heads):
            found = [_cells(at + n, heads, row) for n, row in enumerate(rows[at:], 1) if any(row)]
            if len(found) > MOST:
                raise RuleBroken("list.long", _("At most %d people in one list.") % MOST)
            return found
    raise RuleBroken("list.head", _("No header was found: name the columns as in the blank list."))


def _cells(number: int, heads: list[str], row: list[str]) -> Cells:
    cells = {head: cell.strip() for head, cell in zip(heads, row, strict=False) if head}
    return {**cells, "row": str(number)}


def check(rows: list[Cells]) -> Checked:
    """Find everything that is wrong; write nothing."""
    checker = Checker()
    for cells in rows:
        checker.take(cells)
    return checker.checked


class Checker:
    def __init__(self) -> None:
        self.checked = Checked()
        self.taken = {name.lower() for name in User.objects.values_list("username", flat=True)}
        keys = ("user__name", "organisation", "role", "school_class")
        self.held: set[tuple[Any, ...]] = set(Post.objects.unfinished().values_list(*keys))
        self.units = Units()
        self.roles: dict[str, Role] = dict(CALLED)
        for role, title in ROLES.items():
            self.roles |= dict.fromkeys(in_both_languages(title), role)
        # In this order, since a class is looked for in a unit, and a user name made of a name.
        self.takers: dict[str, Callable[[str, dict[str, Any]], Any]] = {
            "name": self.name,
            "unit": self.unit,
            "role": self.role,
            "title": self.title,
            "class": self.school_class,
            "since": self.since,
            "username": self.username,
        }

    def take(self, cells: Cells) -> None:
        got: dict[str, Any] = {}
        faults = []
        for column, taker in self.takers.items():
            try:
                got[column] = taker(cells.get(column, ""), got)
            except ValidationError as error:
                title = COLUMNS[column][0]
                faults.append(Fault(int(cells["row"]), title, " ".join(error.messages)))
        self.checked.faults += faults
        if not faults:
            post = Post(
                organisation=got["unit"], role=got["role"], title=got["title"],
                school_class=got["class"], since=got["since"],
            )  # fmt: skip
            self.checked.accounts.append((got["username"], got["name"], post))

    def name(self, text: str, _got: dict[str, Any]) -> str:
        if not 0 < len(text) <= LONGEST:
            raise ValidationError(_("Write the person's name, at most 40 characters."))
        return text

    def title(self, text: str, _got: dict[str, Any]) -> str:
        if len(text) > LONGEST:
            raise ValidationError(_("Shorten it to 40 characters."))
        return text

    def unit(self, text: str, _got: dict[str, Any]) -> Organisation:
        found = self.units.named.get(squeezed(text), [])
        if not found:
            raise ValidationError(
                _("There is no unit of this name. Choose one in the blank list, or enter it first.")
            )
        if len(found) > 1:
            told = {"example": "、".join(map(self.units.name_of, found[:3]))}
            raise ValidationError(
                _("Several units have this name. Write the place before it: %(example)s.") % told
            )
        return found[0]

    def role(self, text: str, _got: dict[str, Any]) -> Role:
        if squeezed(text).lower() not in self.roles:
            titles = "、".join(map(str, ROLES.values()))
            raise ValidationError(_("There is no such role. Write one of: %s.") % titles)
        return self.roles[squeezed(text).lower()]

    def school_class(self, text: str, got: dict[str, Any]) -> SchoolClass | None:
        if got.get("role") != Role.CLASS_TEACHER or "unit" not in got:
            return None
        rows = SchoolClass.objects.filter(school=got["unit"])
        newest = list(rows.filter(year=rows.order_by("-year").values("year")[:1]))
        fitting = {_class_key(one): one for one in newest}
        if _plain_class(text) not in fitting:
            told = "、".join(map(str, newest)) or "–"
            raise ValidationError(_("A class teacher needs a class of this school: %s.") % told)
        return fitting[_plain_class(text)]

    def since(self, text: str, _got: dict[str, Any]) -> dt.date:
        numbers = [int(number) for number in re.findall(r"\d+", text)[:3]]
        try:
            return dt.date(*numbers) if text else timezone.localdate()
        except (TypeError, ValueError) as error:
            raise ValidationError(_("Write the day like 2026-09-01.")) from error

    def username(self, text: str, got: dict[str, Any]) -> str:
        """As written, else made of the name's pinyin; nobody gets a second account by accident."""
        if "name" not in got:
            return ""
        post = (got["name"], getattr(got.get("unit"), "pk", None), got.get("role"))
        key = (*post, getattr(got.get("class"), "pk", None))
        if not text and key in self.held:
            raise ValidationError(
                _("This person has this post already. Delete the row; for a namesake write a name.")
            )
        name = text or self._made_of(got["name"])
        User._meta.get_field("username").run_validators(name)
        if name.lower() in self.taken:
            raise ValidationError(_("This user name is taken. Write another, or leave it empty."))
        self.taken.add(name.lower())
        self.held.add(key)
        return name

    def _made_of(self, name: str) -> str:
        from pypinyin import lazy_pinyin

        stem = re.sub(r"[^a-z0-9]", "", "".join(lazy_pinyin(name)).lower())[:30] or "user"
        tries = [stem, *(f"{stem}{number}" for number in range(2, MOST))]
        return next(one for one in tries if one not in self.taken)


class Units:
    """Open organisations by the names that a list may give them."""

    def __init__(self) -> None:
        rows = Organisation.objects.filter(closed_on=None).select_related("place__parent")
        self.units = list(rows)
        self.named: dict[str, list[Organisation]] = defaultdict(list)
        for unit in self.units:
            for name in {squeezed(name) for name in self.names(unit)}:
                self.named[name].append(unit)

    @staticmethod
    def names(unit: Organisation) -> list[str]:
        """The short one first; villages of different townships may be called the same."""
        place, above = unit.place, unit.place.parent or ""
        return [
            unit.name,
            f"{above}{unit.name}",
            f"{place}{unit.name}",
            f"{above}{place}{unit.name}",
        ]

    def name_of(self, unit: Organisation) -> str:
        """The shortest that means this one alone."""
        names = self.names(unit)
        alone = [name for name in names if len(self.named[squeezed(name)]) == 1]
        return alone[0] if alone else names[-1]


def _plain_class(text: str) -> str:
    """三年级(2)班, 3年级2班, 3.2 → 3.2; 大班 → 大."""
    text = squeezed(text)
    for sign, plain in GRADES.items():
        text = text.replace(sign, plain)
    return re.sub(r"\.+", ".", text).strip(".")


def _class_key(one: SchoolClass) -> str:
    return _plain_class(f"{one.grade}.{one.name}" if one.grade else one.name)
