"""The quarterly check (R14.23, R14.90): contacts made, who confirmed which file, what was late.

Who is on the list follows from the ledgers until the due day has passed; then the list is kept as
it was (`RoundEnd`, `RoundLine`), so that no later transfer rewrites who was confirmed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward, ScopedQuerySet
from guanai.core.registries import contacts
from guanai.organisations.models import User
from guanai.organisations.rules import FIGURES, PERSON_MOVE, PERSON_VIEW
from guanai.people.models.facts import DatedQuerySet
from guanai.people.models.history import Change
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.people.models.person import Person
from guanai.people.models.rows import FileRow
from guanai.people.rounds.rules import Quarter, Ways

OWN_ACTS = ("met.add", "confirmation.add", "confirmation.take_back")  # say nothing new of the file


class PracticeQuerySet(ScopedQuerySet["Practice"]):
    def visible_to(self, user: User) -> Self:
        """How a county works is open to all who see files or figures."""
        return self if user.has_perm(PERSON_VIEW) or user.has_perm(FIGURES) else self.none()


class Practice(Outward):
    """How the county does quarterly checks, levels of support and confirmations; the last row
    counts."""

    ways = models.JSONField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    objects = PracticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("practice of the county")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.set_at)

    @classmethod
    @transaction.atomic
    def set(cls, ways: Mapping[str, Any], *, by: User) -> Practice:
        before = cls.objects.values_list("ways", flat=True).first() or {}  # of other pages
        row = cls.objects.create(ways={**before, **ways}, set_by=by)
        record("people.practice.set", by=by, subject=row, **ways)
        return row

    @classmethod
    def current(cls) -> Ways:
        return Ways.told(cls.objects.values_list("ways", flat=True).first())


class ContactMade(FileRow):
    """That somebody was in contact with the person, or with who cares; nothing of what was said."""

    KIND = "met"
    FACTS = ("kind", "day", "whom", "made_by")
    KINDS = [
        ("visit", _("visit at home")),
        ("school", _("met at school")),
        ("phone", _("phone call")),
        ("video", _("video call")),
    ]
    WHOM = [("self", _("the person")), ("carer", _("guardian or carer")), ("parent", _("parent"))]

    person = models.ForeignKey(Person, models.CASCADE, related_name="contacts_made")
    kind = models.CharField(max_length=8, choices=KINDS, default="visit")
    day = models.DateField()
    whom = models.CharField(max_length=8, choices=WHOM, default="self")
    made_by = models.CharField(max_length=40, blank=True)  # if not by who enters it
    entered_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact made")
        ordering = ["day", "id"]
        indexes = [models.Index(fields=["person", "day"], name="met_on")]

    def __str__(self) -> str:
        return self.get_kind_display()

    def verify(self) -> None:
        if self.day > timezone.localdate():
            raise RuleBroken("met.future", _("Enter the contact when it has been made."))


def contacts_made(
    people: Iterable[int], first: dt.date, last: dt.date
) -> list[tuple[int, dt.date, str]]:
    """For core.registries.contacts."""
    rows = ContactMade.objects.filter(person__in=list(people), day__gte=first, day__lte=last)
    return [(row.person_id, row.day, row.get_kind_display()) for row in rows]


def last_contacts(
    people: Iterable[int], first: dt.date, last: dt.date
) -> dict[int, tuple[dt.date, str]]:
    """Person → day and way of the last contact between two days, of whatever room knows one."""
    keys = list(people)
    told = [(day, key, how) for ask in contacts.all() for key, day, how in ask(keys, first, last)]
    return {key: (day, how) for day, key, how in sorted(told)}


class ConfirmationQuerySet(OfPersonQuerySet["Confirmation"]):
    def of(self, quarter: Quarter) -> Self:
        return self.filter(quarter=quarter.code)


class Confirmation(Outward):
    """That somebody confirmed a file in a quarter as it stood at `version`.

    `late`: entered after the due day; `slow`: long after it happened; `bulk`: one of many in a few
    minutes. They are found by the county's numbers of that moment and stay.
    """

    HOWS = [
        ("seen", _("seen")),
        ("phone", _("by phone")),
        ("video", _("by video")),
        ("together", _("together with others, after a contact")),
    ]

    person = models.ForeignKey(Person, models.CASCADE, related_name="confirmations")
    quarter = models.CharField(max_length=6)  # rounds.rules.Quarter
    path = models.CharField(max_length=40)  # where the file lay
    how = models.CharField(max_length=8, choices=HOWS)
    happened_on = models.DateField()
    entered_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    version = models.IntegerField()
    changed = models.BooleanField()  # the file was changed in this quarter before
    late = models.BooleanField()
    slow = models.BooleanField()
    bulk = models.BooleanField(default=False)

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        verbose_name = _("confirmation of a file")
        constraints = [
            models.UniqueConstraint(fields=["person", "quarter"], name="confirmed_once_a_quarter")
        ]
        indexes = [
            models.Index(fields=["quarter", "person"], name="confirmed_in"),
            models.Index(fields=["by", "entered_at"], name="confirmed_by"),
        ]

    def __str__(self) -> str:
        return f"{self.quarter} {self.get_how_display()}"

    @classmethod
    @transaction.atomic
    def enter(
        cls, person: Person, quarter: Quarter, facts: Mapping[str, Any], *, by: User
    ) -> Confirmation:
        """Confirm one file: `facts` are how, happened_on and base_version.

        Raises Conflict if the file was changed since it was looked at, RuleBroken.
        """
        held = person.hold()
        held.refuse_later(facts["base_version"])
        day = facts["happened_on"]
        if not quarter.first <= day <= min(quarter.last, timezone.localdate()):
            raise RuleBroken("round.other_day", _("That day does not lie in this quarter."))
        (row,) = cls._write([held], quarter, {held.pk: day}, facts["how"], by=by)
        return row

    @classmethod
    @transaction.atomic
    def together(cls, people: Iterable[int], quarter: Quarter, *, by: User) -> list[Confirmation]:
        """Confirm those with a contact in the quarter; nobody is confirmed unseen.

        Raises RuleBroken if one of them had none.
        """
        held = Person.objects.select_for_update(no_key=True).filter(pk__in=list(people))
        files = list(held.order_by("pk"))
        last = min(quarter.last, timezone.localdate())
        seen = last_contacts([one.pk for one in files], quarter.first, last)
        unseen = sum(one.pk not in seen for one in files)
        if unseen:
            said = _("%d of them had no contact this quarter: nobody is confirmed unseen.")
            raise RuleBroken("round.unseen", said % unseen)
        return cls._write(files, quarter, {k: seen[k][0] for k in seen}, "together", by=by)

    @classmethod
    def _write(
        cls,
        files: list[Person],
        quarter: Quarter,
        days: Mapping[int, dt.date],
        how: str,
        *,
        by: User,
    ) -> list[Confirmation]:
        from guanai.people.rounds.listing import Round

        keys = [one.pk for one in files]
        check = Round.of(quarter)
        if cls.objects.of(quarter).filter(person__in=keys).exists():
            raise RuleBroken("round.confirmed", _("Somebody confirmed this file already."))
        if check.members().filter(person__in=keys).values("person").distinct().count() < len(keys):
            raise RuleBroken("round.not_listed", _("This file is not on the list of the quarter."))
        now, today = timezone.now(), timezone.localdate()
        since = timezone.make_aware(dt.datetime.combine(quarter.first, dt.time()))
        changes = Change.objects.filter(person__in=keys, version__gt=1, at__gte=since)
        changed = set(changes.exclude(why__in=OWN_ACTS).values_list("person", flat=True))
        slowest = dt.timedelta(days=check.ways.slow_after)
        rows = [
            cls(
                person=one,
                quarter=quarter.code,
                path=one.path,
                how=how,
                happened_on=days[one.pk],
                entered_at=now,
                by=by,
                version=one.version,
                changed=one.pk in changed,
                late=today > check.due,
                slow=today - days[one.pk] > slowest,
            )
            for one in files
        ]
        cls.objects.bulk_create(rows)
        cls._tell(rows, "confirmation.add", by=by)
        cls._mark_bulk(check.ways, now, by)
        return rows

    @staticmethod
    def _tell(rows: list[Confirmation], act: str, *, by: User, why: str = "") -> None:
        """One entry in the log, a change in each file."""
        subject, path = rows[0].person if len(rows) == 1 else None, rows[0].path
        told: dict[str, Any] = {"quarter": rows[0].quarter, "how": rows[0].how}
        told["files"] = len(rows)
        entry = record(f"people.{act}", by=by, subject=subject, path=path, **told)
        Person.objects.filter(pk__in=[r.person_id for r in rows]).update(version=F("version") + 1)
        changes = []
        for row in rows:
            label = {"label": f"{row} {row.happened_on}"}
            values = {"confirmation": [None, label] if act.endswith("add") else [label, None]}
            text = json.dumps(values | ({"_why": [None, why]} if why else {}), ensure_ascii=False)
            row.person.version += 1
            changes.append(
                Change(
                    person=row.person,
                    entry=entry,
                    at=timezone.now(),
                    version=row.person.version,
                    facts=["confirmation"],
                    sealed=row.person.sealer.seal(text, "change.values"),
                    why=act,
                )
            )
        Change.objects.bulk_create(changes)

    @classmethod
    def _mark_bulk(cls, ways: Ways, now: dt.datetime, by: User) -> None:
        recent = cls.objects.filter(
            by=by, entered_at__gt=now - dt.timedelta(minutes=ways.bulk_minutes)
        )
        if recent.count() >= ways.bulk_count:
            recent.update(bulk=True)

    @transaction.atomic
    def take_back(self, why: str, *, by: User) -> None:
        """By who confirmed, or by the level that checks; the file is open again. Raises
        RuleBroken."""
        if self.by_id != by.pk and not by.has_perm(PERSON_MOVE):
            raise RuleBroken("round.not_yours", _("Who confirmed it, or the township, does this."))
        if not why.strip():
            raise RuleBroken("round.no_reason", _("Say why, for whoever reads it later."))
        self.person = self.person.hold()
        if not Confirmation.objects.filter(pk=self.pk).delete()[0]:
            raise RuleBroken("round.gone", _("Somebody took this back already."))
        self._tell([self], "confirmation.take_back", by=by, why=why.strip())


class RoundEndQuerySet(ScopedQuerySet["RoundEnd"]):
    def visible_to(self, user: User) -> Self:
        return self if user.has_perm(PERSON_VIEW) or user.has_perm(FIGURES) else self.none()


class RoundEnd(models.Model):
    """A quarter whose list is kept as it was on its due day."""

    quarter = models.CharField(max_length=6, unique=True)
    due = models.DateField()
    closed_at = models.DateTimeField(default=timezone.now)

    objects = RoundEndQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed quarterly check")

    def __str__(self) -> str:
        return self.quarter


class RoundLine(models.Model):
    """Somebody on the list of a closed quarter, where his file lay then, and whether it had been
    confirmed by the due day."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="round_lines", db_index=False)
    quarter = models.CharField(max_length=6)
    path = models.CharField(max_length=40)
    confirmed = models.BooleanField()

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a closed quarterly check")
        constraints = [models.UniqueConstraint(fields=["person", "quarter"], name="once_on_a_list")]
        indexes = [models.Index(fields=["quarter", "path", "person"], name="round_by_place")]

    def __str__(self) -> str:
        return self.quarter
