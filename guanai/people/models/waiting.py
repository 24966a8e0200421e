"""What a village changed of identity or guardianship, where the county wants the township to
confirm it: both values stand until somebody decides. See decision 0024."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward
from guanai.organisations.models import User
from guanai.organisations.rules import PERSON_MOVE, VERBS, Role
from guanai.people.conflicts import Values, clear_name
from guanai.people.models.duplicates import Merge
from guanai.people.models.imports import Import
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.people.models.person import Person
from guanai.people.models.rounds import Practice
from guanai.people.models.rows import FileRow


def must_wait(person: Person, by: User, *, wanted: bool | None = None) -> bool:
    """Whether what this user changes of identity or guardianship waits for the township. `wanted`:
    whether the county asks for it, where that is known already."""
    here = [seat for seat in by.seats if person.path.startswith(seat.path)]
    if not any(seat.role == Role.VILLAGE_WORKER for seat in here):
        return False
    if any(PERSON_MOVE in VERBS[seat.role] for seat in here):
        return False
    return Practice.current().waits if wanted is None else wanted


class Compared(NamedTuple):
    """One fact in plain values: as it was when asked, as it is, as it shall be."""

    name: str
    before: Any
    now: Any
    wanted: Any

    @property
    def clashes(self) -> bool:
        """Somebody else changed it meanwhile, to another value."""
        return self.now not in (self.before, self.wanted)


class WaitingChangeQuerySet(OfPersonQuerySet["WaitingChange"]):
    def open(self) -> Self:
        return self.filter(outcome="")


class WaitingChange(Outward):
    """`verb` and `kind` name a verb of the file, `row` the entry that it is about; `sealed` holds
    each fact before and as wanted. Confirmed, the verb is done by who confirms."""

    VERBS = [("change", _("change")), ("add", _("add")), ("correct", _("correct")),
             ("withdraw", _("take out"))]  # fmt: skip
    OUTCOMES = [
        ("confirmed", _("confirmed")),
        ("refused", _("not confirmed")),
        ("withdrawn", _("withdrawn by who asked")),
    ]

    person = models.ForeignKey(Person, models.CASCADE, related_name="waiting_changes")
    verb = models.CharField(max_length=8, choices=VERBS)
    kind = models.CharField(max_length=16, blank=True)  # of the entry; empty: the person's own row
    row = models.UUIDField(null=True)
    sealed = models.BinaryField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    batch = models.ForeignKey(Import, models.PROTECT, null=True, related_name="+", db_index=False)
    outcome = models.CharField(max_length=9, choices=OUTCOMES, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    sealed_reason = models.BinaryField(null=True)

    objects = WaitingChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change that waits for the township")
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(fields=["person"], name="change_waiting", condition=models.Q(outcome=""))
        ]

    def __str__(self) -> str:
        return self.get_verb_display()

    @classmethod
    def keep(
        cls,
        about: Person | FileRow,
        verb: str,
        values: Values,
        *,
        by: User,
        why: str = "",
        batch: Import | None = None,
    ) -> WaitingChange:
        """Let it wait, once if the same user asks for the same again; the file is held and stays
        as it is."""
        row = about if isinstance(about, FileRow) else None
        person: Person = about.person if isinstance(about, FileRow) else about
        kind, entry = row.KIND if row else "", None if row is None or verb == "add" else row.uid
        same = cls.objects.open().filter(person=person, asked_by=by, verb=verb, kind=kind)
        for one in same.filter(row=entry):
            one.person = person
            if one.told["values"] == values:
                return one
        text = json.dumps({"values": values, "why": why}, ensure_ascii=False)
        made = cls.objects.create(
            person=person,
            verb=verb,
            kind=kind,
            row=entry,
            batch=batch,
            sealed=person.sealer.seal(text, "waiting.values"),
            asked_by=by,
        )
        record("people.waiting.ask", by=by, subject=person, part=made.kind or "person")
        return made

    def rewrite(self, values: Values) -> None:
        """Keep these in place of its own."""
        text = json.dumps({**self.told, "values": values}, ensure_ascii=False)
        self.sealed = self.person.sealer.seal(text, "waiting.values")
        self.save(update_fields=["sealed"])

    @classmethod
    def withdraw_all(cls, batch: Import, *, by: User | None) -> None:
        """What an import asked for that is taken back."""
        for row in cls.objects.open().filter(batch=batch).select_related("person"):
            row.decide("withdrawn", "", by)

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.person.sealer.open(self.sealed, "waiting.values"))
        return found

    @property
    def reason(self) -> str:
        sealed = self.sealed_reason
        return self.person.sealer.open(sealed, "waiting.reason") if sealed else ""

    def target(self) -> Any:
        """The entry it is about. None if it is a new one, or was taken out meanwhile."""
        from guanai.people.models import ROWS

        if self.row is None:
            return None
        rows: Any = ROWS[self.kind].objects
        return rows.filter(person=self.person, uid=self.row).first()

    def compared(self, *, look: bool = True) -> list[Compared]:
        """Every fact that would change; of an entry what it says now only if one is to `look`."""
        about = self.person if not self.kind else self.target() if look else None
        prefix = f"{self.kind}." if self.kind else ""
        found = []
        for name, (before, wanted) in self.told["values"].items():
            now = about.fact(name) if about is not None else None if look else before
            found.append(Compared(prefix + name, before, now, wanted))
        return [one for one in found if (one.before, one.now) != (one.wanted, one.wanted)]

    def _pending(self) -> WaitingChange:
        held = WaitingChange.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if held.outcome:
            raise RuleBroken("waiting.decided", _("Somebody decided this already."))
        return held

    def decide(self, outcome: str, reason: str, by: User | None) -> None:
        self.outcome, self.decided_by, self.decided_at = outcome, by, timezone.now()
        self.sealed_reason = self.person.sealer.seal(reason, "waiting.reason") if reason else None
        self.save(update_fields=["outcome", "decided_by", "decided_at", "sealed_reason"])
        record(f"people.waiting.{outcome}", by=by, subject=self.person)

    @transaction.atomic
    def confirm(self, *, base_version: int, by: User) -> None:
        """Do it, by an ordinary verb: `base_version` is the file as who confirms saw it.

        Raises Conflict, RuleBroken; then it goes on waiting.
        """
        self.person = self.person.hold()
        self._pending()
        if by.pk == self.asked_by_id:
            raise RuleBroken("waiting.own", _("Somebody else confirms what you asked for."))
        self._do(base_version, by)
        self.decide("confirmed", "", by)

    def _do(self, base_version: int, by: User) -> object:
        from guanai.people.models import ROWS

        told = self.told
        wanted = {name: _standing(value) for name, (_before, value) in told["values"].items()}
        asked = {"name": self.asked_by.name, "day": date_format(self.asked_at, "Y-m-d")}
        why = _t("asked by %(name)s on %(day)s") % asked + (
            f"：{told['why']}" if told["why"] else ""
        )
        if self.verb == "change":
            return self.person.change(wanted, base_version=base_version, by=by, why=why)
        if self.verb == "add":
            kind = ROWS[self.kind]
            return self.person.add(kind, wanted, base_version=base_version, by=by, why=why)
        row = self.target()
        if row is None:
            raise RuleBroken("waiting.gone", _("The entry was taken out meanwhile."))
        if self.verb == "correct":
            return row.correct(wanted, base_version=base_version, by=by, why=why)
        return row.withdraw(base_version=base_version, by=by, why=why)

    @transaction.atomic
    def refuse(self, reason: str, *, by: User) -> None:
        """The file stays as it is; who asked reads why. Raises RuleBroken."""
        if not reason.strip():
            raise RuleBroken("waiting.no_reason", _("Say why, for whoever asked."))
        self.person = self.person.hold()
        self._pending()
        self.decide("refused", reason.strip(), by)

    @transaction.atomic
    def take_back(self, *, by: User) -> None:
        """By who asked. Raises RuleBroken."""
        if by.pk != self.asked_by_id:
            raise RuleBroken("waiting.not_yours", _("Who asked for it takes it back."))
        self.person = self.person.hold()
        self._pending()
        self.decide("withdrawn", "", by)


def part_that_waits(
    held: Person, wanted: dict[str, Any], current: Mapping[str, Any], *, by: User, why: str
) -> dict[str, Any]:
    """Of what is to be written of the person's own row, what may be written now; the rest waits.
    Raises RuleBroken for what cannot be."""
    names = held.IDENTITY & wanted.keys()
    if not names or not must_wait(held, by):
        return wanted
    trial = copy.copy(held)
    trial.fill({name: wanted[name] for name in names})
    trial.verify()
    values: Values = {name: [current[name], wanted[name]] for name in wanted if name in names}
    WaitingChange.keep(held, "change", values, by=by, why=why)
    return {name: value for name, value in wanted.items() if name not in names}


def _standing(value: Any) -> Any:
    """Who was merged into another file meanwhile stands for that one."""
    if isinstance(value, dict) and "key" in value:
        while merged := Merge.objects.filter(gone=value["key"]).first():
            value = {**value, "key": merged.person_id}
    return value


def change_waits(person: Person, values: Values, by: User) -> bool:
    """Whether what an act would write of a file, by key, is of what waits."""
    from guanai.people.models import ROWS

    kinds = {key_kind(key) for key in values if "@" in key}
    ours = any(ROWS[kind].CONFIRMED for kind in kinds & ROWS.keys())
    hukou = "residence" in kinds and person.residences.filter(kind="hukou").exists()
    return bool(ours or hukou or person.IDENTITY & values.keys()) and must_wait(person, by)


def key_kind(key: str) -> str:
    return clear_name(key).partition(".")[0]


def row_waits(row: FileRow, verb: str, values: Values, *, by: User, why: str) -> bool:
    """Whether this act on an entry waits; then it is kept. The file is held, the entry verified."""
    registered = row.KIND == "residence" and "hukou" in [row.fact("kind"), *values.get("kind", [])]
    if not (row.CONFIRMED or registered) or not must_wait(row.person, by):
        return False
    WaitingChange.keep(row, verb, values, by=by, why=why)
    return True
