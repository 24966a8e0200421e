"""One reader's list: which lines, a page of them by keys (no OFFSET), and how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Case, Count, F, Q, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce

from guanai.core.areas import next_path
from guanai.core.fields import Keys
from guanai.organisations.models import Place, User
from guanai.people.ledger.filters import LedgerFilter
from guanai.people.models import LedgerLine, Person
from guanai.people.models.ledger import Cut, LedgerLineQuerySet

KEYS = {  # the order's columns and whether it descends by nature
    "place": (("path", "pinyin", "person_id"), False),
    "name": (("pinyin", "person_id"), False),
    "age": (("born", "person_id"), True),
    "haves": (("haves", "path", "pinyin", "person_id"), False),
}
CHUNK = 1000
FIGURES_AGE = 300  # seconds for which the whole ledger's figures are kept


@dataclass(frozen=True)
class Page:
    """`before` and `after` are uids of people from whom the neighbouring pages are read."""

    lines: list[LedgerLine]
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Figures:
    """`capped`: there are more than settings.COUNT_CAP, and none of the figures is exact."""

    people: int
    complete: int
    without_phone: int
    capped: bool = False

    @property
    def share(self) -> float:
        """Percent of complete files."""
        return 100 * self.complete / self.people if self.people else 0.0


FIGURES = {
    "people": Count("*"),
    "complete": Count(Case(When(haves=4, then=1))),
    "without_phone": Count(Case(When(guardian_phone=False, then=1))),
}


@dataclass(frozen=True)
class Listing:
    """A ledger as one user sees it through these filters."""

    user: User
    group: str
    filters: LedgerFilter
    only: tuple[str, ...] = ()  # uids of the rows that were ticked

    def lines(self, start: str = "", end: str = "", *, loose: bool = False) -> LedgerLineQuerySet:
        """Unordered; between two paths if given."""
        cut = Cut(self.filters.place_path, start, end, loose)
        reach = LedgerLine.objects.reached_by(self.user, cut)
        by_birth = self.sort[0][0] == "born"
        standing = reach.standing_in(self.group, self.user)
        lines = self.filters.narrow(standing, loose=loose and not by_birth)
        return lines.filter(person__uid__in=self.only) if self.only else lines

    @cached_property
    def sort(self) -> tuple[tuple[str, ...], bool]:
        keys, descends = KEYS[str(self.filters.told().get("sort", "place"))]
        return keys, descends != bool(self.filters.told().get("desc"))

    def page(self, *, after: str = "", before: str = "") -> Page:
        """The lines that follow or precede a person; the first ones if the person has gone."""
        _, descends = self.sort
        edge = self._edge(after or before)
        back = bool(before and edge)
        # Which lines is read from an index alone; what stands in them for those of the page.
        which = self._ordered(edge, descends != back)[: settings.PAGE_ROWS + 1]
        lines = LedgerLine.objects.filter(pk__in=which.values("pk")).select_related("guardian")
        found = list(lines.order_by(*self._order(descends != back)))
        more, found = len(found) > settings.PAGE_ROWS, found[: settings.PAGE_ROWS]
        if back:
            found.reverse()
        people = self._people(found)
        shown = [line for line in found if line.person_id in people]
        for line in shown:
            line.person = people[line.person_id]
        if not shown:
            return Page([])
        return Page(
            shown,
            str(shown[0].person.uid) if edge and (more or not back) else "",
            str(shown[-1].person.uid) if more or back else "",
        )

    def _edge(self, uid: str) -> LedgerLine | None:
        if not uid:
            return None
        return (
            LedgerLine.objects.visible_to(self.user)
            .filter(group=self.group, person__uid=uid)
            .first()
        )

    def _ordered(self, edge: LedgerLine | None, descends: bool) -> LedgerLineQuerySet:
        keys, _ = self.sort
        start = end = ""
        if edge and keys[0] == "path":
            start, end = ("", next_path(edge.path)) if descends else (edge.path, "")
        lines = self.lines(start, end, loose=keys[0] != "path" and self.figures.capped)
        if edge:
            lines = lines.filter(_beyond(keys, edge, descends))
        return lines.order_by(*self._order(descends))

    def _order(self, descends: bool) -> list[OrderBy]:
        keys, _ = self.sort
        names: list[Any] = [F(key) for key in keys]
        if keys[0] != "path" and not self.figures.capped:
            # So many are sorted faster than an index of the whole ledger is walked.
            names[0] = Coalesce(names[0], names[0])
        return [name.desc() if descends else name.asc() for name in names]

    def _people(self, lines: list[LedgerLine]) -> dict[int, Person]:
        """The files, read through their own door: a line that is out of step shows nobody."""
        keys = [line.person_id for line in lines]
        people = Person.objects.visible_to(self.user).select_related("place")
        return people.in_bulk(keys)

    def chunks(self) -> Iterator[list[LedgerLine]]:
        """All lines in order with their people, some at a time, for exports; not those who were
        opened in an emergency.

        Guardians and places are read by the chunk, not with every line.
        """
        _, descends = self.sort
        rows = self.lines().order_by(*self._order(descends)).iterator(CHUNK)
        while found := list(islice(rows, CHUNK)):
            people = (
                Person.objects.handled_by(self.user)
                .filter(pk__in=Keys(li.person_id for li in found))
                .in_bulk()
            )
            shown = [line for line in found if line.person_id in people]
            guardians = relatives({line.guardian_id for line in shown if line.guardian_id})
            place_all([*people.values(), *guardians.values()])
            for line in shown:
                line.person = people[line.person_id]
                line.guardian = guardians.get(line.guardian_id or 0)
            yield shown

    @cached_property
    def figures(self) -> Figures:
        """Counted up to the cap; beyond it the whole ledger's figures are kept for a while."""
        few = self._figures(self.lines()[: settings.COUNT_CAP + 1])
        if few.people <= settings.COUNT_CAP:
            return few
        return Figures(settings.COUNT_CAP, few.complete, few.without_phone, capped=True)

    def _figures(self, lines: LedgerLineQuerySet) -> Figures:
        return Figures(**lines.values("haves", "guardian_phone").aggregate(**FIGURES))

    @cached_property
    def whole(self) -> Figures:
        """Exact figures of the whole ledger within reach, at most FIGURES_AGE seconds old."""
        key = f"ledger.{self.user.reach}.{self.group}"
        kept: Figures | None = cache.get(key)
        if kept is None:
            reach = LedgerLine.objects.visible_to(self.user).standing_in(self.group, self.user)
            kept = self._figures(reach)
            cache.set(key, kept, FIGURES_AGE)
        return kept


def relatives(keys: Iterable[int]) -> dict[int, Person]:
    """What papers say of the people around a person, in few columns; places are set apart."""
    told = ("name", "born", "born_precision", "died", "details", "sealed_key", "place_id")
    return Person.objects.only(*told).filter(pk__in=Keys(keys)).in_bulk()


def place_all(people: list[Person]) -> None:
    """Give everybody his place, each place read once."""
    places = Place.objects.in_bulk({person.place_id for person in people})
    for person in people:
        person.place = places[person.place_id]


def _beyond(keys: tuple[str, ...], edge: LedgerLine, descends: bool) -> Q:
    """Behind the edge in the order of `keys`, as nested comparisons."""
    word = "lt" if descends else "gt"
    condition = Q(pk__in=[])
    for key in reversed(keys):
        value = getattr(edge, key)
        condition = Q(**{f"{key}__{word}": value}) | (Q(**{key: value}) & condition)
    return condition
