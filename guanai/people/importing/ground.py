"""What rows are read against: the county's places and schools, and where this user may write."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from functools import cached_property
from typing import Any

from django.utils import timezone

from guanai.core.crypto import vault
from guanai.organisations.models import Organisation, Place, PlaceLevel, SchoolClass
from guanai.organisations.rules import EVERYBODY, Group
from guanai.people.importing.matching import valid_id
from guanai.people.importing.sight import numbers_near, standing_elsewhere
from guanai.people.importing.staging import ELSEWHERE, LIVE, ROLES, Staged, Staging
from guanai.people.models import Import
from guanai.people.roster.context import Context
from guanai.people.roster.places import PlaceIndex
from guanai.people.roster.roster import recheck
from guanai.people.rules import school_year

SMALL = {PlaceLevel.TOWNSHIP, PlaceLevel.VILLAGE, PlaceLevel.GROUP}
NOISE = re.compile(r"\s+")
GROUP_OF = {"child": Group.CHILD, "woman": Group.WOMAN, "elder": Group.ELDER}
AT_ONCE = 1000  # rows


class Ground:
    def __init__(self, batch: Import) -> None:
        self.batch = batch
        self.user = batch.actor
        self.today = timezone.localdate()
        self.places = {place.code: place for place in Place.objects.current()}

    @cached_property
    def index(self) -> PlaceIndex:
        by_key = {place.pk: place.code for place in self.places.values()}
        return PlaceIndex(
            (place.code, place.name, place.level, by_key.get(place.parent_id or 0))
            for place in self.places.values()
        )

    @cached_property
    def within(self) -> str | None:
        """Where unnamed places are looked for: the import's place or the importer's own."""
        if self.batch.place is not None:
            return self.batch.place.code
        return self.batch.organisation.place.code if self.batch.organisation else None

    # --------------------------------------------------------------------------------- schools
    @cached_property
    def _schools(self) -> dict[str, int]:
        schools = Organisation.objects.filter(kind="school", closed_on=None)
        return {NOISE.sub("", name): key for key, name in schools.values_list("pk", "name")}

    @cached_property
    def _classes(self) -> dict[tuple[int, int, str], int]:
        classes = SchoolClass.objects.filter(year=school_year(timezone.localdate()))
        return {(c.school_id, c.grade, c.name.removesuffix("班")): c.pk for c in classes}

    def school(self, name: str) -> int | None:
        """The registered school of that name; a school office's own pupils need not name it."""
        bare = NOISE.sub("", name)
        if bare in self._schools:
            return self._schools[bare]
        own = self.user.scope.schools
        return next(iter(own)) if not bare and len(own) == 1 else None

    def school_class(self, school: int | None, grade: int | None, number: Any) -> int | None:
        return self._classes.get((school or 0, -1 if grade is None else grade, str(number)))

    # ---------------------------------------------------------------------------------- places
    def place(self, row: Staged) -> Place | None:
        """Where the row's person stands; None if nothing below the county is said."""
        code = row.fields.get("village_code") or row.context.get("place") or self.within
        place = self.places.get(code or "")
        return place if place is not None and place.level in SMALL else None

    def bounds(self, row: Staged) -> str | None:
        """The code of what forbids this user to write the row, or None."""
        if row.kind == "helper":
            return None
        place = self.place(row)
        if place is None:
            known = any(problem["code"] == "place.unknown" for problem in row.problems)
            return None if known and not row.accepted else "place.missing"
        return self._outside(row, place)

    def _outside(self, row: Staged, place: Place) -> str | None:
        scope, group = self.user.scope, GROUP_OF.get(row.kind)
        here = [area.groups for area in scope.areas if place.path.startswith(area.path)]
        school = self.school(row.fields.get("school") or "") if scope.schools else None
        if scope.keeps(group, place.path, school) if group else EVERYBODY in here:
            return None
        if not group and self._of_theirs(row):
            return None
        if scope.schools:
            return "school.outside"
        return "group.outside" if here else "place.outside"

    def _of_theirs(self, row: Staged) -> bool:
        """Whoever keeps some groups only writes of nobody but the relatives of those people."""
        number = valid_id(row.fields, row.problems, "id_number")
        return number is not None and vault().blind("id", number) in self._numbers_near

    @cached_property
    def _numbers_near(self) -> set[int]:
        return numbers_near(self.user)

    def check(self, row: Staged) -> None:
        """Read the row's cells again, as after a repair; its problems are those found now."""
        context = dict(row.context)
        if context.get("as_of"):
            context["as_of"] = dt.date.fromisoformat(context["as_of"])
        fields, problems = recheck(row.kind, row.cells, Context(**context), self.index)
        row.fields = dict(fields)
        row.problems = [dataclasses.asdict(problem) for problem in problems]
        self.add_bounds(row)
        self.add_elsewhere([row])

    def add_bounds(self, row: Staged) -> None:
        code = self.bounds(row)
        if code:
            _add(row, code, "school" if code == "school.outside" else "village_code")

    def add_elsewhere(self, rows: list[Staged]) -> None:
        """Mark ID numbers of persons whose file this user does not see: one person, one file."""
        told: list[tuple[Staged, str, int]] = []
        for row in rows:
            for role in ROLES.get(row.kind, ()):
                place = f"{role}.id_number" if role else "id_number"
                if number := valid_id(row.fields, row.problems, place):
                    told.append((row, place, vault().blind("id", number)))
        taken = standing_elsewhere(self.user, (exact for _, _, exact in told))
        for row, place, exact in told:
            if exact in taken:
                _add(row, ELSEWHERE, place)

    def ask_again(self, staging: Staging) -> None:
        """Whether the live rows may still be written: posts, places and files change meanwhile."""
        last = staging.one("SELECT max(id) FROM staged")
        for start in range(0, last, AT_ONCE):
            stretch = f"{LIVE} AND id > ? AND id <= ?"
            rows = list(staging.rows(stretch, start, start + AT_ONCE))
            before = [len(row.problems) for row in rows]
            for row in rows:
                self.add_bounds(row)
            self.add_elsewhere(rows)
            with staging.writing():
                for row, count in zip(rows, before, strict=True):
                    if len(row.problems) > count:
                        staging.save(row)


def _add(row: Staged, code: str, place: str) -> None:
    raw = row.cells.get(place, "")
    row.problems.append({"code": code, "field": place, "raw": raw, "hint": None})
