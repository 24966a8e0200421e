"""The schooling of many passes on in one act: a new school year, a change of school. One undo."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.areas import within
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models import Organisation, SchoolClass, User
from guanai.organisations.rules import PERSON_ADD, Role
from guanai.people.conflicts import Values, key_of
from guanai.people.models.facts import Schooling
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.people.models.person import Person

if TYPE_CHECKING:
    from guanai.people.models.transfers import Transfer

AT_ONCE = 100  # pupils of one transaction; more than these are a job


def schools_of(user: User) -> Any:
    """Schools whose classes this user moves up: the own one, or those of the education office."""
    if not user.has_perm(PERSON_ADD):
        return Organisation.objects.none()
    offices = [seat.path for seat in user.seats
               if seat.role == Role.COUNTY_OFFICE and seat.office == "education"]  # fmt: skip
    rows = Organisation.objects.filter(kind="school", closed_on=None)
    return rows.filter(Q(pk__in=user.scope.schools) | within(offices))


class AdvanceQuerySet(ScopedQuerySet["Advance"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(school__in=schools_of(user).values("pk"))


class Advance(Outward):
    """A draft holds its plan: `classes` by “grade|name” and `pupils` by key, each → what becomes of
    them (guanai.people.life.years). `day` is the first of the new schooling."""

    KINDS = [("year", _("new school year")), ("school", _("change of school"))]
    STATES = [
        ("draft", _("being prepared")),
        ("working", _("at work")),
        ("done", _("done")),
        ("undoing", _("being taken back")),
        ("undone", _("taken back")),
    ]

    kind = models.CharField(max_length=8, choices=KINDS)
    school = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    day = models.DateField()
    plan = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=STATES, default="draft")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    posts = models.JSONField(default=list)  # class teachers' posts that it gave, and those before

    objects = AdvanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("school year or change of school")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "day"],
                condition=Q(state="draft"),
                name="school_year_prepared_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.school} {self.day}"

    @property
    def is_busy(self) -> bool:
        return self.state in {"working", "undoing"}

    @property
    def mark(self) -> str:
        """Of the plan as it was shown: who saves on another one looks first."""
        told = json.dumps([self.plan, self.state], sort_keys=True).encode()
        return hashlib.blake2b(told, digest_size=8).hexdigest()

    @classmethod
    @transaction.atomic
    def prepare(cls, school: Organisation, day: dt.date, *, by: User) -> Advance:
        """The plan of that school year, new or gone on with."""
        act, made = cls.objects.get_or_create(
            school=school, day=day, state="draft", kind="year", defaults={"by": by}
        )
        if made:
            record("people.advance.prepare", by=by, subject=act)
        return act

    @transaction.atomic
    def choose(self, part: str, told: Mapping[str, str], seen: str, *, by: User) -> None:
        """Keep what becomes of these `classes` or `pupils`; an empty word takes it back. Raises
        RuleBroken if somebody changed the plan since it was `seen`."""
        held = self.draft()
        if seen != held.mark:
            raise RuleBroken(
                "advance.changed", _("Somebody changed this plan meanwhile. Look again.")
            )
        before, chosen = held.plan, {**held.plan.get(part, {}), **told}
        held.plan = {**before, part: {key: word for key, word in chosen.items() if word}}
        if held.plan != before:
            held.save(update_fields=["plan"])
            record("people.advance.plan", by=by, subject=held)

    @transaction.atomic
    def drop(self, *, by: User) -> None:
        """Throw the plan away. Raises RuleBroken where it was carried out."""
        held = self.draft()
        record("people.advance.drop", by=by, subject=held)
        held.delete()

    def draft(self) -> Advance:
        """Held for a change of the plan. Raises RuleBroken."""
        held = Advance.objects.select_for_update().filter(pk=self.pk, state="draft").first()
        if held is None:
            raise RuleBroken("advance.begun", _("Somebody carried this out already."))
        return held

    @classmethod
    def receive(
        cls, rows: Sequence[Transfer], school_class: SchoolClass | None, *, by: User
    ) -> Advance:
        """Pupils whom a school takes over."""
        first: Any = rows[0]
        act = cls.objects.create(
            kind="school", school=first.to_school, day=first.day, by=by, state="working"
        )
        now = {
            old.person_id: old
            for old in Schooling.objects.filter(
                person__in=[row.person_id for row in rows], until=None
            )
        }
        act.take([
            (row.person_id, now.get(row.person_id), _received(row, now.get(row.person_id),
             school_class)) for row in rows
        ], by=by)  # fmt: skip
        return act

    @transaction.atomic
    def take(
        self, told: Iterable[tuple[int, Schooling | None, dict[str, Any] | None]], *, by: User
    ) -> None:
        """Lay down the steps (person, schooling that ends, facts of the one that begins) and go on,
        at once or as a job."""
        steps = AdvanceStep.objects.bulk_create(
            AdvanceStep(advance=self, person_id=key, before=old, facts=facts)
            for key, old, facts in told
        )
        self.state = "working"
        self.save(update_fields=["state", "posts"])
        record(f"people.advance.{self.kind}", by=by, subject=self, pupils=len(steps))
        self.work(len(steps))

    @transaction.atomic
    def undo(self, *, by: User) -> None:
        """Take the whole act back, but for pupils whose schooling was changed since: these are
        named by `kept`. Raises RuleBroken."""
        held = Advance.objects.select_for_update().get(pk=self.pk)
        if held.state != "done":
            raise RuleBroken("advance.not_done", _("This was taken back already, or is at work."))
        held.state, held.by = "undoing", by
        held.save(update_fields=["state", "by"])
        record("people.advance.undo", by=by, subject=self)
        held.work(held.steps.done().count())

    def work(self, size: int) -> None:
        from guanai.people.tasks import advance

        if size > AT_ONCE:
            transaction.on_commit(partial(advance.enqueue, self.pk))
        else:
            self.go_on()
        self.refresh_from_db()

    def go_on(self) -> None:
        """Do what is left, in short transactions; safe to be called twice."""
        from guanai.people.life.advancing import advance

        advance(self)

    def kept(self) -> list[Person]:
        """Those whom the act, or its being taken back, left as they were."""
        steps = self.steps.filter(state="kept").select_related("person")
        return [step.person for step in steps[:200]]


def _received(row: Transfer, old: Schooling | None, found: SchoolClass | None) -> dict[str, Any]:
    from guanai.people.rules import stage

    grade = found.grade if found else row.grade
    special = old is not None and old.state in {"special", "vocational"}
    return {
        "state": old.state if old and special else stage(grade),
        "school": row.to_school_id,
        "grade": grade,
        "school_class": found.pk if found else None,
        "class_name": found.name if found else "",
    }


class StepQuerySet(OfPersonQuerySet["AdvanceStep"]):
    def done(self) -> Self:
        return self.filter(state="done")


class AdvanceStep(models.Model):
    """One pupil: the schooling that ends and the one that begins (`facts`; None: none begins)."""

    advance = models.ForeignKey(Advance, models.CASCADE, related_name="steps")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    before = models.ForeignKey(Schooling, models.SET_NULL, null=True, related_name="+")
    after = models.ForeignKey(Schooling, models.SET_NULL, null=True, related_name="+")
    facts = models.JSONField(null=True)
    state = models.CharField(max_length=6, default="")  # done, undone, or kept as it was

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a school year")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.state

    def apply(self, person: Person) -> Values | None:
        """For the history of the file, which is held; None: another one changed it meanwhile."""
        act, old = self.advance, self.before
        if (old is not None and (old.until or (old.since and old.since >= act.day))) or (
            person.closed_on
        ):
            return None
        values: Values = {}
        if old is not None:
            old.until = act.day - dt.timedelta(days=1)
            old.save(update_fields=["until"])
            values[key_of("schooling", old.uid, "until")] = [None, old.until.isoformat()]
        if self.facts is not None:
            new = Schooling(person=person, since=act.day)
            new.fill(self.facts)
            new.save()
            self.after = new
            values[key_of("schooling", new.uid)] = [None, new.facts()]
        return values

    def turn_back(self, _person: Person) -> Values | None:
        """As `apply`; None: something stands on it by now."""
        old, new, values = self.before, self.after, dict[str, list[Any]]()
        last = self.advance.day - dt.timedelta(days=1)
        if (old is not None and old.until != last) or self._rests():
            return None
        if new is not None:
            values[key_of("schooling", new.uid)] = [new.facts(), None]
            self.after = None
            new.delete()
        if old is not None:
            old.until = None
            old.save(update_fields=["until"])
            values[key_of("schooling", old.uid, "until")] = [last.isoformat(), None]
        return values

    def _rests(self) -> bool:
        """Whether somebody changed the schooling after the act."""
        new = self.after
        if self.facts is None:
            return False
        if new is None or new.until is not None:
            return True
        written = Schooling(person=new.person, since=self.advance.day)
        written.fill(self.facts)
        return written.facts() != new.facts()
