"""The file's history: every change is a row."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import Entry, record
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward
from guanai.organisations.models import User
from guanai.people.conflicts import Values, clear_name
from guanai.people.models.imports import Import
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.people.models.person import Person

WHY = "_why"  # the typed reason stands among the sealed values: it may tell about the person


class Change(Outward):
    """What one act changed in one file. Who and when stand in the audit entry.

    `facts` names what changed (“schooling.grade”), `sealed` holds the values before and after by
    key (guanai.people.conflicts). `why` is a word of the program, never typed text.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="changes")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    version = models.IntegerField()  # of the file after the change
    facts = models.JSONField(default=list)
    sealed = models.BinaryField()
    why = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=12, default="page")  # page, import, command, card, demo
    batch = models.ForeignKey(Import, models.PROTECT, null=True, related_name="+", db_index=False)

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        ordering = ["-version", "-id"]

    def __str__(self) -> str:
        return f"v{self.version}"

    @classmethod
    def write(cls, person: Person, values: Values, action: str, *, by: User, why: str) -> Change:
        """The next row of this file; its version was raised before, in this transaction."""
        facts = sorted({clear_name(key) for key in values})
        told: dict[str, Any] = {**values, WHY: [None, why.strip()]} if why.strip() else {**values}
        text = json.dumps(told, ensure_ascii=False)
        entry = record(f"people.{action}", by=by, subject=person, facts=facts)
        return cls.objects.create(
            person=person,
            entry=entry,
            at=timezone.now(),
            version=person.version,
            facts=facts,
            sealed=person.sealer.seal(text, "change.values"),
            why=action,
        )

    def values(self) -> Values:
        """Fact → [before, after]."""
        values = self._opened()
        values.pop(WHY, None)
        return values

    @property
    def reason(self) -> str:
        """What the editor typed."""
        return str(self._opened().get(WHY, [None, ""])[1] or "")

    def _opened(self) -> Values:
        values: Values = json.loads(self.person.sealer.open(self.sealed, "change.values"))
        return values

    def rewrite(self, how: Callable[[Values], Values]) -> None:
        """Keep in place of what it says what `how` makes of it."""
        values = self._opened()
        told = how(values)
        if told != values:
            text = json.dumps(told, ensure_ascii=False)
            self.sealed = self.person.sealer.seal(text, "change.values")
            self.save(update_fields=["sealed"])

    def may_be_reverted(self, user: User) -> bool:
        """The last change of the file, one's own, and of a kind that can simply be turned round."""
        mine = self.entry is not None and self.entry.user_id == user.pk
        return mine and self.version == self.person.version and self.why in REVERTIBLE

    @transaction.atomic
    def revert(self, *, by: User) -> Change:
        """Undo one's own last change by a new one. Raises RuleBroken."""
        from guanai.people.models import ROWS
        from guanai.people.models.waiting import change_waits

        person = self.person = self.person.hold()
        if not self.may_be_reverted(by):
            raise RuleBroken(
                "change.not_simple",
                _("Only your own last change can be undone. Correct the facts instead."),
            )
        values = self.values()
        if change_waits(person, values, by):
            waits = _("The township confirms this. Correct the facts in the file instead.")
            raise RuleBroken("change.waits", waits)
        turned: Values = {key: [after, before] for key, (before, after) in values.items()}
        person.state({k: before for k, (before, _after) in values.items() if "@" not in k})
        for key, (before, _after) in values.items():
            if "@" in key:
                turned |= _restore(person, ROWS, key, before)
        return person.tell(turned, "change.revert", by=by)


SIMPLE = (
    *("residence", "away", "circumstance", "schooling", "health", "hardship"),
    *("award", "note", "met", "contact", "identity", "kinship"),
)
REVERTIBLE = {
    "person.change",
    *(f"{kind}.{verb}" for kind in SIMPLE for verb in ("add", "correct", "withdraw")),
}


def _restore(person: Person, rows: dict[str, Any], key: str, before: Any) -> Values:
    """Put one row, or one fact of it, back to what it was; what that ends. Raises RuleBroken."""
    name, _at, uid = key.partition("@")
    kind, _dot, fact = name.partition(".")
    row = rows[kind].objects.filter(person=person, uid=uid).first()
    if not fact and before is None:
        row.delete()
        return {}
    back = row is None
    row = row or rows[kind](person=person, uid=uid)
    row.fill({fact: before} if fact else before)
    row.verify()
    ended: Values = row.end_before() if back else {}
    row.save()
    return ended
