"""Handing over: the giving side proposes, the receiving side accepts; until then the giver keeps
the file and the duty, so that nobody is lost between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.core.areas import within
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward
from guanai.core.uid import new_uid
from guanai.organisations.models import Organisation, Place, SchoolClass, User
from guanai.organisations.rules import EVERYBODY, PERSON_ADD
from guanai.people.conflicts import Values
from guanai.people.models.advances import Advance
from guanai.people.models.closing import CLOSED, MOVED
from guanai.people.models.facts import Schooling
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.people.models.person import Person, file_seen
from guanai.people.models.standing import check_target, hand_over, members

Facts = Mapping[str, Any]
SHOWN = 60  # days for which the giver sees how it ended


class TransferQuerySet(OfPersonQuerySet["Transfer"]):
    def visible_to(self, user: User) -> Self:
        """With the file; to whom it is offered; and for a while to who gave it away."""
        mine = Exists(Transfer.objects.offered_to(user).filter(pk=OuterRef("pk")))
        lately = timezone.now() - dt.timedelta(days=SHOWN)
        return self.filter(file_seen(user) | mine | (_given_by(user) & Q(decided_at__gt=lately)))

    def waiting(self) -> Self:
        return self.filter(state="waiting")

    def offered_to(self, user: User) -> Self:
        """What waits for this user's word: at the places and schools whose files he keeps."""
        if not user.has_perm(PERSON_ADD):
            return self.none()
        to_place = within(_kept(user), "to_place__path")
        return self.waiting().filter(to_place | Q(to_school__in=user.scope.schools))

    def given_by(self, user: User) -> Self:
        return self.filter(_given_by(user))


def _kept(user: User) -> list[str]:
    areas = user.scope.areas
    return [area.path for area in areas if area.keeps and area.groups == EVERYBODY]


def _given_by(user: User) -> Q:
    return (
        within(_kept(user), "from_place__path")
        | Q(from_school__in=user.scope.schools)
        | Q(proposed_by=user)
    )


class Transfer(Outward):
    """One file on its way. Those of a `bundle` are proposed and mostly decided together.

    `day` is the first on the other side. Sealed: why, where to outside the county, the answer.
    """

    KINDS = [
        ("place", _("to another place")),
        ("school", _("to another school")),
        ("outside", _("out of the county")),
    ]
    STATES = [
        ("waiting", _("waits")),
        ("accepted", _("accepted")),
        ("returned", _("sent back")),
        ("withdrawn", _("withdrawn")),
        ("handed", _("handed over")),
    ]

    bundle = models.UUIDField(db_index=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="transfers")
    kind = models.CharField(max_length=8, choices=KINDS)
    from_place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    to_place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    from_school = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    to_school = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    grade = models.SmallIntegerField(null=True)
    day = models.DateField()
    household = models.BooleanField(default=False)
    sealed_why = models.BinaryField()
    sealed_to = models.BinaryField(null=True)
    sealed_answer = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("handing over")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state"], condition=Q(state="waiting"), name="transfer_waiting")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(state="waiting"), name="handed_over_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.target)

    @property
    def target(self) -> object:
        return self.to_school or self.to_place or self.opened("to")

    @property
    def source(self) -> Place | Organisation:
        return self.from_school if self.kind == "school" and self.from_school else self.from_place

    def opened(self, name: str) -> str:
        """`why`, `to` or `answer`."""
        sealed = getattr(self, f"sealed_{name}")
        return "" if sealed is None else self.person.sealer.open(sealed, f"transfer.{name}")

    def seal(self, name: str, text: str) -> None:
        setattr(self, f"sealed_{name}", self.person.sealer.seal(text, f"transfer.{name}"))

    @classmethod
    @transaction.atomic
    def propose(
        cls, people: Iterable[int], facts: Mapping[str, Any], *, by: User
    ) -> list[Transfer]:
        """Of people by key: `to_place`, `to_school` (from their own one) or `to` in words, with
        day, why, household, and `grade` where a change of school comes with another one.
        Raises RuleBroken."""
        from guanai.people.life.telling import tell_all

        named = {"place": "to_place", "school": "to_school", "outside": "to"}
        kind = next(kind for kind, fact in named.items() if facts.get(fact))
        bundle, told = new_uid(), list[tuple[Person, Values]]()
        held = Person.objects.select_for_update(of=("self",), no_key=True)
        held = held.filter(pk__in=list(people))
        now = {
            row.person_id: row
            for row in Schooling.objects.filter(person__in=list(people), until=None)
        }
        rows = []
        for person in held.select_related("place", "household"):
            row = cls(person=person, kind=kind, bundle=bundle, day=facts["day"], proposed_by=by)
            row._fill(facts, now.get(person.pk), by)
            rows.append(row)
            told.append((person, {"transfer": [None, str(row.target)]}))
        made = cls.objects.bulk_create(rows)
        tell_all(told, "transfer.propose", by=by, why=facts["why"])
        return made

    def _fill(self, facts: Facts, now: Schooling | None, by: User) -> None:
        person = self.person
        if person.closed_on:
            raise RuleBroken("file.closed", CLOSED)
        if person.transfers.waiting().filter(kind=self.kind).exists():
            raise RuleBroken("transfer.waits", _("A handing over waits already: %s") % person)
        self.from_place, self.household = person.place, bool(facts.get("household"))
        self.from_school = now.school if now else None
        self.to_place, self.to_school = facts.get("to_place"), facts.get("to_school")
        if self.kind == "place":
            check_target(person, facts["to_place"])
            if self.household:
                members(person, by)
        elif self.kind == "school":
            self._check_school(now)
            self.grade = facts.get("grade") or (now.grade if now else None)
        self.seal("why", facts["why"])
        if self.kind == "outside":
            self.seal("to", facts["to"])

    def _check_school(self, now: Schooling | None) -> None:
        to: Any = self.to_school
        if to.closed_on:
            raise RuleBroken("transfer.school_closed", _("This school was closed."))
        if now is not None and now.school_id == to.pk:
            raise RuleBroken("transfer.same_school", _("%s goes to this school.") % self.person)

    @classmethod
    @transaction.atomic
    def accept(
        cls, rows: list[Transfer], *, by: User, school_class: SchoolClass | None = None
    ) -> Advance | None:
        """Take over; those of a school come as one act that can be taken back. Raises RuleBroken,
        also where somebody decided meanwhile."""
        rows = cls._held(rows)
        if cls.objects.offered_to(by).filter(pk__in=[row.pk for row in rows]).count() < len(rows):
            raise RuleBroken("transfer.not_yours", _("The receiving side decides on this."))
        for row in rows:
            row.decide("accepted", by)
            if row.kind == "place" and row.to_place is not None:
                hand_over(
                    row.person.hold(), row.to_place, min(row.day, timezone.localdate()), by=by,
                    why=row.opened("why"), members_of=row.proposed_by if row.household else None,
                )  # fmt: skip
        pupils = [row for row in rows if row.to_school is not None]
        return Advance.receive(pupils, school_class, by=by) if pupils else None

    @classmethod
    @transaction.atomic
    def refuse(cls, rows: list[Transfer], why: str, *, by: User) -> None:
        """The receiving side sends it back, the giving side withdraws it; who gave it reads why.

        Raises RuleBroken.
        """
        from guanai.people.life.telling import tell_all

        rows = cls._held(rows)
        keys = [row.pk for row in rows]
        offered = cls.objects.offered_to(by).filter(pk__in=keys).count() == len(rows)
        seen = cls.objects.filter(file_seen(by), pk__in=keys).count() == len(rows)
        if not (offered or seen):
            raise RuleBroken("transfer.not_yours", _("The receiving side decides on this."))
        if not why.strip():
            raise RuleBroken("transfer.no_reason", _("Say why, for whoever proposed it."))
        state = "returned" if offered else "withdrawn"
        for row in rows:
            row.seal("answer", why.strip())
            row.decide(state, by)
        told = [(row.person.hold(), {"transfer": [str(row.target), None]}) for row in rows]
        tell_all(told, f"transfer.{state}", by=by, why=why)

    @transaction.atomic
    def hand_out(self, on: dt.date, receipt: str, *, base_version: int, by: User) -> None:
        """The record left the county; here the file is closed and stays. Raises RuleBroken."""
        (row,) = self._held([self])
        if row.kind != "outside":
            raise RuleBroken("transfer.not_yours", _("The receiving side decides on this."))
        row.seal("answer", receipt)
        row.decide("handed", by)
        row.person.close(on, MOVED, base_version=base_version, by=by, why=receipt)

    @classmethod
    def _held(cls, rows: Iterable[Transfer]) -> list[Transfer]:
        held = cls.objects.select_for_update(of=("self",)).filter(pk__in=[row.pk for row in rows])
        found = list(held.select_related("person", "to_place", "to_school", "from_school"))
        if not found or any(row.state != "waiting" for row in found):
            raise RuleBroken(
                "transfer.decided", _("Somebody decided on this meanwhile. Look again.")
            )
        return found

    def decide(self, state: str, by: User) -> None:
        self.state, self.decided_by, self.decided_at = state, by, timezone.now()
        self.save(update_fields=["state", "decided_by", "decided_at", "sealed_answer"])
