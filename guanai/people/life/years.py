"""What becomes of the pupils of a school when a new school year begins: the plan of an Advance.

Words of a plan: up (next grade, same class), repeat (same grade), stay (nothing changes), leave
(finishes here), “class:2” (next grade, other class), “to:UID” (proposed to that school).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.core.broken import RuleBroken
from guanai.core.words import StrOrPromise
from guanai.organisations.models import Organisation, Post, SchoolClass
from guanai.organisations.rules import Role
from guanai.people.labels import GRADES
from guanai.people.models import Advance, Schooling, Transfer
from guanai.people.models.person import file_seen
from guanai.people.rules import WITHOUT_CLASS, stage

if TYPE_CHECKING:
    from guanai.organisations.models import User

LAST = (6, 9, 12)  # grades after which another school follows, unless this one goes on
COMPULSORY = 9  # 义务教育法 art. 2: nine years
KEPT = {"special", "vocational"}  # states that are no stage


@dataclass(frozen=True)
class Line:
    """A class, or the pupils of no named class, and what becomes of them."""

    grade: int | None
    name: str
    count: int
    choice: str

    @property
    def key(self) -> str:
        return f"{'' if self.grade is None else self.grade}|{self.name}"

    @property
    def title(self) -> str:
        titles: dict[int | None, StrOrPromise] = {**dict(GRADES)}
        return f"{titles.get(self.grade, _('no grade'))} {self.name}".strip()


def pupils(act: Advance, user: User) -> QuerySet[Schooling]:
    """Who goes to the school now and is seen by the user; who left school or rests stays aside."""
    first = timezone.make_aware(dt.datetime.combine(act.day, dt.time()))
    before = Q(since__lt=act.day) | Q(since=None, recorded_at__lt=first)  # of the year that ends
    rows = Schooling.objects.filter(before, school=act.school)
    rows = rows.filter(file_seen(user), until=None, person__closed_on=None)
    return rows.exclude(state__in=WITHOUT_CLASS)


def lines(act: Advance, user: User) -> list[Line]:
    counted = pupils(act, user).order_by("grade", "class_name").values_list("grade", "class_name")
    rows = [(grade, name, count) for grade, name, count in counted.annotate(n=Count("pk"))]
    grades = {grade for grade, _name, _count in rows}
    chosen: dict[str, str] = act.plan.get("classes", {})
    found = [Line(grade, name, n, _default(grade, grades)) for grade, name, n in rows]
    return [Line(o.grade, o.name, o.count, chosen.get(o.key, o.choice)) for o in found]


def _default(grade: int | None, grades: set[int | None]) -> str:
    if not grade:
        return "stay"
    return "up" if grade not in LAST or grade + 1 in grades else "leave"


def fates(act: Advance, user: User) -> Iterator[tuple[Schooling, str]]:
    """Each pupil with the word of the plan."""
    by_class = {line.key: line.choice for line in lines(act, user)}
    own: dict[str, str] = act.plan.get("pupils", {})
    for row in pupils(act, user).order_by("pk"):
        grade = "" if row.grade is None else row.grade
        key = f"{grade}|{row.class_name}"
        yield row, own.get(str(row.person_id), by_class.get(key, "stay"))


@transaction.atomic
def confirm(act: Advance, *, by: User) -> None:
    """Carry the plan out. Raises RuleBroken if there is nothing to do, or it was done."""
    held = act.draft()
    classes: dict[tuple[int, str], int] = {}
    steps: list[tuple[int, Schooling | None, dict[str, Any] | None]] = []
    going: dict[tuple[str, int | None], list[int]] = {}
    for row, word in fates(held, by):
        if word.startswith("to:"):
            going.setdefault((word[3:], row.grade), []).append(row.person_id)
        elif word != "stay":
            steps.append((row.person_id, row, _facts(held, row, word, classes)))
    if not steps and not going:
        raise RuleBroken("advance.empty", _("Nothing would change: choose what becomes of whom."))
    for (uid, grade), people in going.items():
        school = Organisation.objects.get(uid=UUID(uid))
        facts = {"to_school": school, "day": held.day, "why": str(_("new school year"))}
        Transfer.propose(people, facts | {"grade": (grade or 0) + 1}, by=by)
    held.by, held.posts = by, _teachers(held, classes, by)
    held.take(steps, by=by)


def _facts(
    act: Advance, row: Schooling, word: str, classes: dict[tuple[int, str], int]
) -> dict[str, Any] | None:
    grade, name = row.grade or 0, row.class_name
    if word == "leave":
        if grade >= COMPULSORY or row.state in KEPT:
            return {"state": "left"}
        return {"state": stage(grade + 1), "grade": grade + 1}  # the school is still to be entered
    grade += word != "repeat"
    name = word[6:] if word.startswith("class:") else name
    state = row.state if row.state in KEPT or grade == 0 else stage(grade)
    told = {"school": row.school_id, "grade": grade, "class_name": name, "boarding": row.boarding}
    if row.school_class_id:
        if (grade, name) not in classes:
            found, _made = SchoolClass.objects.get_or_create(
                school=act.school, grade=grade, name=name, year=act.day.year
            )
            classes[grade, name] = found.pk
        told["school_class"] = classes[grade, name]
    if word == "up":
        told["head_teacher"] = row.head_teacher
    return told | {"state": state}


def _teachers(act: Advance, classes: dict[tuple[int, str], int], by: User) -> list[tuple[int, int]]:
    """Class teachers go along with a class that moves up as a whole; keys of their new posts and of
    those before."""
    moved = {(grade - 1, name): key for (grade, name), key in classes.items()}
    posts = Post.objects.current().filter(role=Role.CLASS_TEACHER, organisation=act.school)
    up = {(line.grade, line.name) for line in lines(act, by) if line.choice == "up"}
    given = []
    for post in posts.filter(until=None).exclude(user=by).select_related("school_class", "consent"):
        old: Any = post.school_class
        if old.year < act.day.year and (old.grade, old.name) in up & moved.keys():
            new = SchoolClass.objects.get(pk=moved[old.grade, old.name])
            given.append((post.follow(new, act.day, by=by).pk, post.pk))
    return given
