"""The lines of the ledgers: what a list filters and sorts by, drawn from the files.

A projection: it holds nothing that the files do not say, is drawn anew by
`people.ledger.drawing.draw_lines` whenever a file changes, and can be thrown away.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Self

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from guanai.core.areas import next_path
from guanai.core.fields import BytewiseField
from guanai.core.models import ScopedQuerySet
from guanai.organisations.models import Organisation, SchoolClass, User
from guanai.organisations.rules import FIGURES, PERSON_VIEW, VERBS
from guanai.people.models.access import AccessGrant
from guanai.people.models.facts import Health, Schooling
from guanai.people.models.imports import Import
from guanai.people.models.person import CARE_FORMS, GROUPS, Person

BIRTH_UNKNOWN = dt.date(1, 1, 1)


@dataclass(frozen=True)
class Cut:
    """Which part of a ledger is read: below `under`, from path `start` on, before `end`.

    `loose` reads the paths past their index, so that the list's order may lead.
    """

    under: str = ""
    start: str = ""
    end: str = ""
    loose: bool = False

    @property
    def column(self) -> str:
        return "spot" if self.loose else "path"

    def below(self, paths: list[str]) -> Q:
        """At or below `paths` and within the cut; nothing if there is no such place.

        SQLite uses one bound a side of an index, so the bounds are brought together here.
        """
        condition = Q(pk__in=[])
        for path in paths:
            low = max(path, self.under, self.start)
            ends = [next_path(path), next_path(self.under) if self.under else "", self.end]
            high = min(end for end in ends if end)
            if low < high:
                condition |= Q(**{f"{self.column}__gte": low, f"{self.column}__lt": high})
        return condition


class LedgerLineQuerySet(ScopedQuerySet["LedgerLine"]):
    def visible_to(self, user: User) -> Self:
        return self.reached_by(user, Cut())

    def reached_by(self, user: User, cut: Cut) -> Self:
        """The lines of the files that a user sees, below a path and between two.

        Never more than `Person.objects.visible_to`: an office limited to some groups sees the
        lines of those ledgers only.
        """
        if not user.has_perm(PERSON_VIEW):
            return self.none()
        condition = Q(pk__in=[])
        for area in user.scope.areas:
            inside = cut.below([area.path])
            condition |= inside & Q(group__in=sorted(area.groups))
        near = cut.below([cut.under]) if cut.under else Q()
        if user.scope.schools:
            condition |= near & Q(school__in=user.scope.schools)
        if user.scope.classes:
            condition |= near & Q(school_class__in=user.scope.classes)
        if holds_grants(user):
            granted = AccessGrant.objects.current().held_by(user)
            condition |= near & Q(person__in=granted.people())
        lines = self.published()
        if cut.column != "path":
            lines = lines.alias(**{cut.column: Coalesce("path", Value(""))})
        return lines.filter(condition)

    def standing_in(self, group: str, user: User) -> Self:
        """The lines of one ledger. Those who see no areas see few: their schools, classes and
        grants lead the way through the indexes, not the ledger."""
        if user.scope.areas:
            return self.filter(group=group)
        return self.alias(ledger=Coalesce("group", Value(""))).filter(ledger=group)

    def counted_for(self, user: User, under: str = "") -> Self:
        """The lines that a user may see as figures: leaders count an area whose names they do not
        see."""
        paths = counts_for_leaders(user)
        if not paths:
            return self.reached_by(user, Cut(under)) if user.has_perm(FIGURES) else self.none()
        return self.published().filter(Cut(under).below(paths))

    def published(self) -> Self:
        """As Person.published: without the rows of an import that has not been flipped yet."""
        waiting = Import.objects.filter(live=False).values("pk")
        return self.filter(Q(batch=None) | ~Q(batch__in=waiting))


def counts_for_leaders(user: User) -> list[str]:
    """The areas that a user counts without seeing whom."""
    verbs = [(seat.path, VERBS[seat.role]) for seat in user.seats]
    return [path for path, may in verbs if FIGURES in may and PERSON_VIEW not in may]


def holds_grants(user: User) -> bool:
    """Whether any file is open to the user by a grant; asked once a request."""
    known: bool | None = vars(user).get("_holds_grants")
    if known is None:
        known = AccessGrant.objects.current().held_by(user).exists()
        vars(user)["_holds_grants"] = known
    return known


class LedgerLine(models.Model):
    """One person in one ledger today; `path`, `pinyin` … as in the file."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="lines", db_index=False)
    group = models.CharField(max_length=10, choices=GROUPS)
    path = models.CharField(max_length=40)
    pinyin = BytewiseField(max_length=120)
    sex = models.SmallIntegerField()
    born = models.DateField()  # or BIRTH_UNKNOWN
    batch = models.ForeignKey(Import, models.PROTECT, null=True, related_name="+", db_index=False)
    care_form = models.CharField(max_length=10, choices=CARE_FORMS)
    completeness = models.SmallIntegerField()  # bits, people.rules.Have
    haves = models.SmallIntegerField()  # how many of the four
    school = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False
    )
    school_class = models.ForeignKey(
        SchoolClass, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    school_name = models.CharField(max_length=80)
    schooling = models.CharField(max_length=12, choices=Schooling.STATES)  # state
    grade = models.SmallIntegerField(null=True)
    class_name = models.CharField(max_length=20)
    boarding = models.BooleanField(null=True)
    guardian = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    guardian_relation = models.CharField(max_length=2)
    guardian_kind = models.CharField(max_length=11)  # ledger.rules.GUARDIAN_KINDS
    guardian_phone = models.BooleanField()
    # Next of kin: “father”, “mother”, “spouse” → [state, since as PartialDate text, destination]
    kin = models.JSONField(default=dict)
    parents = models.CharField(max_length=8)  # ledger.rules.PARENTS_STATES
    hardships = models.IntegerField()  # bits in the order of ledger.drawing.MARKS
    disability = models.CharField(max_length=10, choices=Health.DISABILITIES)
    self_care = models.CharField(max_length=5, choices=Health.SELF_CARE)
    health_checked = models.DateField(null=True)

    objects = LedgerLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a ledger")
        constraints = [
            models.UniqueConstraint(fields=["person", "group"], name="one_line_in_a_ledger")
        ]
        indexes = [
            # Ends in whatever is filtered by, so that a sparse filter reads the index alone.
            models.Index(
                name="line_by_place",
                fields=[
                    *("group", "path", "pinyin", "person", "batch", "haves", "guardian_phone"),
                    *("sex", "born", "school", "school_class", "grade", "boarding", "care_form"),
                    *("completeness", "guardian_kind", "parents", "hardships", "disability"),
                    "self_care",
                ],
            ),
            models.Index(name="line_by_name", fields=["group", "pinyin", "person", "path"]),
            models.Index(name="line_by_birth", fields=["group", "born", "person", "path"]),
            models.Index(
                name="line_by_haves", fields=["group", "haves", "path", "pinyin", "person"]
            ),
            models.Index(name="line_by_school", fields=["school", "group"]),
            models.Index(name="line_by_class", fields=["school_class", "group"]),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.person_id}"
