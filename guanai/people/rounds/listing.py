"""The list of a quarter: who is on it, who was confirmed, figures by place; and its closing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Self

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Q
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.audit.models import record
from guanai.core.areas import STEP, below
from guanai.core.chunks import chunks
from guanai.core.pace import breathe
from guanai.organisations.models import User
from guanai.people.models import (
    Confirmation,
    Import,
    Person,
    Practice,
    Registration,
    RoundEnd,
    RoundLine,
)
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.people.rounds.rules import Quarter, Ways

AT_ONCE = 2000  # people of one transaction
KEPT = 60  # seconds for figures of more than a village
HEADS = ("listed", "confirmed", "late", "together", "flagged")


@dataclass(frozen=True)
class Figures:
    """`confirmed` in time, and `late` after the due day; `flagged`: entered late, long after it
    happened or in bulk."""

    listed: int = 0
    confirmed: int = 0
    late: int = 0
    together: int = 0
    flagged: int = 0

    @property
    def open(self) -> int:
        return self.listed - self.confirmed - self.late

    @property
    def share(self) -> float:
        """Percent of files confirmed in time."""
        return 100 * self.confirmed / self.listed if self.listed else 0.0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, head) + getattr(other, head) for head in HEADS))


@dataclass(frozen=True)
class Round:
    quarter: Quarter
    ways: Ways
    due: dt.date
    closed: bool

    @classmethod
    def of(cls, quarter: Quarter) -> Self:
        """Two queries."""
        ways = Practice.current()
        end = RoundEnd.objects.filter(quarter=quarter.code).first()
        return cls(quarter, ways, end.due if end else ways.due(quarter), end is not None)

    @property
    def title(self) -> str:
        told = {"year": self.quarter.year, "number": self.quarter.number}
        return _("Quarterly check %(number)d/%(year)d") % told

    @property
    def overdue(self) -> bool:
        return timezone.localdate() > self.due

    def members(self, path: str = "") -> OfPersonQuerySet[Any]:
        """Rows with `person` and `path` of all on the list; a person may have two."""
        rows: OfPersonQuerySet[Any]
        if self.closed or self.quarter < Quarter.of(timezone.localdate()):
            rows = RoundLine.objects.filter(quarter=self.quarter.code)
        else:
            waiting = Import.objects.filter(live=False).values("pk")
            rows = Registration.objects.current().exclude(batch__in=waiting)
            rows = rows.filter(group__in=self.ways.groups)
        return rows.filter(below(path)) if path else rows

    def people(self, path: str, state: str, user: User) -> Any:
        """Those whom the user sees, in the order of a list. `state`: one of STATES or empty."""
        listed = self.members(path).values("person")
        found = Person.objects.visible_to(user).filter(pk__in=listed)
        done = Confirmation.objects.of(self.quarter)
        if state == "open":
            found = found.exclude(pk__in=done.values("person"))
        elif state:
            found = found.filter(pk__in=done.filter(STATES[state]).values("person"))
        return found.order_by("path", "pinyin", "pk")

    def figures(self, path: str, width: int) -> dict[str, Figures]:
        """Beginnings of paths of that length → figures, below a place."""
        done = Confirmation.objects.of(self.quarter)
        counts = {
            name: Count("person", distinct=True, filter=Q(person__in=rows.values("person")))
            for name, rows in (
                ("n1", done.filter(late=False)),
                ("n2", done.filter(late=True)),
                ("n3", done.filter(how="together")),
                ("n4", done.filter(FLAGGED)),
            )
        }
        if self.closed:  # as the kept lines say, whatever is taken back or confirmed later
            late = counts["n2"].filter & Q(confirmed=False)
            counts["n1"] = Count("person", distinct=True, filter=Q(confirmed=True))
            counts["n2"] = Count("person", distinct=True, filter=late)
        rows = self.members(path).order_by().values(head=Substr("path", 1, width))
        told = rows.annotate(n0=Count("person", distinct=True), **counts)
        return {head: Figures(*found) for head, *found in told.values_list("head", "n0", *counts)}

    def kept_figures(self, path: str, width: int) -> dict[str, Figures]:
        """The same, at most KEPT seconds old."""
        key = f"round.{self.quarter.code}.{path}.{width}"
        kept: dict[str, Figures] | None = cache.get(key)
        if kept is None:
            kept = self.figures(path, width)
            cache.set(key, kept, KEPT)
        return kept


FLAGGED = Q(slow=True) | Q(bulk=True) | Q(late=True)
STATES = {"done": Q(), "flagged": FLAGGED}


def depth(path: str) -> int:
    """How much of a path tells apart the places one level below."""
    return len(path) + STEP


def close_due() -> None:
    """Every morning: keep the lists of quarters whose due day has passed."""
    now = Quarter.of(timezone.localdate())
    for quarter in (now.before, now):
        check = Round.of(quarter)
        if check.overdue and not check.closed:
            _close(check)


def _close(check: Round) -> None:
    """Files that were there on the due day, and stood in a ledger then; safe to run twice."""
    after = dt.datetime.combine(check.due + dt.timedelta(days=1), dt.time())
    end = timezone.make_aware(after)
    listed = Registration.objects.filter(
        Q(until=None) | Q(until__gte=check.due),
        group__in=check.ways.groups,
        since__lte=check.due,
        person__created_at__lt=end,
        person__erased_at=None,
    )
    keys = sorted(set(listed.order_by().values_list("person", flat=True)))
    for some in chunks(keys, AT_ONCE):
        with transaction.atomic():
            done = Confirmation.objects.of(check.quarter).filter(entered_at__lt=end)
            seen = set(done.filter(person__in=some).values_list("person", flat=True))
            places = Person.objects.filter(pk__in=some).values_list("pk", "path")
            lines = [
                RoundLine(
                    person_id=key, quarter=check.quarter.code, path=path, confirmed=key in seen
                )
                for key, path in places
            ]
            RoundLine.objects.bulk_create(lines, ignore_conflicts=True)
        breathe()
    if keys:
        with transaction.atomic():
            row = RoundEnd.objects.create(quarter=check.quarter.code, due=check.due)
            record("people.round.close", by=None, quarter=row.quarter, files=len(keys))
