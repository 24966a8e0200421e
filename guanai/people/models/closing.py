"""How a file is closed and opened again. A person decides; nothing that others do ends by it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.core.broken import RuleBroken
from guanai.organisations.models import User
from guanai.people.conflicts import Values
from guanai.people.models.held import Held

if TYPE_CHECKING:
    from guanai.people.models.history import Change

DIED, OTHER, MOVED = "died", "other", "moved"
LEAVINGS = [
    ("sixteen", _("turned sixteen")),
    ("eighteen", _("turned eighteen")),
    ("returned", _("parents or spouse came home for good")),
    ("taken", _("lives with the parents now")),
    ("better", _("the hardship is over")),
    (MOVED, _("moved away")),
    (DIED, _("died")),
    ("mistaken", _("did not belong there")),
    (OTHER, _("another reason")),
]
CLOSED = _("This file was closed. Open it again first.")
# What states facts, beside what is added, corrected and withdrawn.
STATING = {"person.change", "person.move", "change.revert"}


def check_leaving(reason: str, why: str) -> None:
    """Raises RuleBroken where only words can say why somebody leaves."""
    if reason == OTHER and not why.strip():
        raise RuleBroken("registration.no_reason", _("Say why, for whoever reads it later."))


class Closable(Held):
    """A closed file stands in no ledger and is changed no more; it is read as before."""

    closed_on = models.DateField(null=True)
    closed_for = models.CharField(max_length=10, blank=True, choices=LEAVINGS)
    if TYPE_CHECKING:
        hold: Any
        tell: Any
        verify: Any

    class Meta:
        abstract = True

    def refuse_closed(self, action: str) -> None:
        """Raises RuleBroken for an act that states facts while the file is closed."""
        verb = action.rpartition(".")[2]
        if self.closed_on and (verb in {"add", "correct", "withdraw"} or action in STATING):
            raise RuleBroken("file.closed", CLOSED)

    @transaction.atomic
    def close(
        self, on: dt.date, reason: str, *, base_version: int, by: User, why: str = ""
    ) -> Change:
        """Take the person out of all ledgers after that day and close the file. After a death that
        is the day; who keeps the files of the family is told. Raises Conflict, RuleBroken."""
        from guanai.people.life.family import tell_family

        held = self.hold()
        held.refuse_later(base_version)
        check_leaving(reason, why)
        if held.closed_on:
            raise RuleBroken("file.closed_already", _("This file was closed already."))
        if on > timezone.localdate():
            raise RuleBroken("file.closed_later", _("The day lies in the future."))
        if held.transfers.waiting().exists():
            raise RuleBroken("file.in_transfer", _("A handing over waits: withdraw it first."))
        values: Values = {"closed_for": [None, reason]}
        for row in held.registrations.current():
            values |= row.end(on, reason)
        if reason == DIED:
            values["died"] = [held.fact("died"), on.isoformat()]
            held.died = on
            held.verify()
        held.closed_on, held.closed_for = on, reason
        held.save(update_fields=["closed_on", "closed_for", "died"])
        change: Change = held.tell(values, "person.close", by=by, why=why)
        if reason == DIED:
            tell_family(held, by)
        self.refresh_from_db()
        return change

    @transaction.atomic
    def reopen(self, *, base_version: int, by: User, why: str) -> Change:
        """Take the file up again; into which ledger is said apart. Raises Conflict, RuleBroken."""
        held = self.hold()
        held.refuse_later(base_version)
        if not held.closed_on:
            raise RuleBroken("file.open", _("This file is open."))
        values: Values = {"closed_for": [held.closed_for, None]}
        held.closed_on, held.closed_for = None, ""
        held.save(update_fields=["closed_on", "closed_for"])
        change: Change = held.tell(values, "person.reopen", by=by, why=why)
        self.refresh_from_db()
        return change
