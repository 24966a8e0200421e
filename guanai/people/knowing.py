"""What the files know of people, as facts that conditions ask (guanai.core.conditions).

`Known` reads it for some people; guanai.people.known_sets says the same for all of them at once,
and a test holds both against each other. Relatives are asked through kinship: “father.away”.
Of parents nothing is taken for granted: one of whom no file says anything is neither away nor at
home. Not away is he of whom an entry says where he is or that he died; on the day before a time
away and from its end on; and, where all times away are listed, on every other day.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanai.core.conditions.facts import Fact, register
from guanai.core.conditions.nodes import Subject
from guanai.core.conditions.timeline import BEGINNING, END, Episode
from guanai.core.dates import PartialDate, Precision
from guanai.organisations.models import Place, PlaceLevel
from guanai.people.models import (
    AwayPeriod,
    Circumstance,
    Hardship,
    Health,
    Kinship,
    Person,
    Residence,
    Schooling,
)
from guanai.people.models.person import SEXES
from guanai.people.rules import CHILDREN_OF, PARENTS, SPOUSES

# What the relative of a link is to the person, and what the person is to the relative.
KIN = {"51": "father", "57": "father", "52": "mother", "58": "mother"} | dict.fromkeys(
    SPOUSES, "spouse"
) | dict.fromkeys(CHILDREN_OF, "children")  # fmt: skip
BACK = dict.fromkeys(PARENTS, "children") | dict.fromkeys(SPOUSES, "spouse")
WHO = {
    "father": _("father"),
    "mother": _("mother"),
    "spouse": _("husband or wife"),
    "children": _("children"),
}
IN_VILLAGES = (PlaceLevel.VILLAGE, PlaceLevel.GROUP)
AWAY = {"away": _("away for work")}
STATES = dict(Circumstance.KINDS)
DISABILITIES = {
    "severe": _("severe disability (grade 1 or 2, or 3 or 4 of intellect or mind)"),
    "other": _("another disability"),
}
GRAVE, GRAVE_OF_MIND = 2, 4
OF_MIND = ("intellect", "mind")
ENTERED = {"yes": _("entered")}
UNABLE = {"no": _("cannot guard a child")}
Facts = dict[str, list[Episode]]
Span = tuple[int, int]
Dates = tuple[dt.date | None, int, dt.date | None]  # since, precision, until
Link = tuple[int, Span]  # a relative, from and until when he is one
Links = defaultdict[int, list[tuple[Facts, str, Link]]]  # by the relative
SELF: Link = (0, (BEGINNING, END))
TOLD = (1, 2)  # sexes
DAY = dt.timedelta(days=1)
_DATES = ("since", "since_precision", "until")


register(
    Fact("alive", _("alive"), {"yes": _("yes")}, closed=True, plain=True),
    Fact("sex", _("sex"), {str(code): label for code, label in SEXES if code in TOLD}, plain=True),
    Fact("schooling", _("schooling"), dict(Schooling.STATES), closed=True),
    Fact("disability", _("disability"), DISABILITIES, closed=True),
    Fact("village", _("lives in a village"), {"yes": _("yes")}, plain=True),
    Fact("rural_hukou", _("rural household registration"), {"yes": _("yes")}),
    Fact("hukou", _("household registration"), {"elsewhere": _("in another county")}, closed=True),
    Fact("home", _("lives"), {"here": _("in this county")}),
    *(Fact(f"hardship.{kind}", label, {"yes": _("yes")}, closed=True)
      for kind, label in Hardship.KINDS),
    *(Fact(f"{who}.known", label, ENTERED, closed=True, plain=True) for who, label in WHO.items()),
    *(Fact(f"{who}.away", label, AWAY) for who, label in WHO.items()),
    *(Fact(f"{who}.circumstance", label, STATES) for who, label in WHO.items()),
    *(Fact(f"{who}.can_guard", label, UNABLE, closed=True) for who, label in WHO.items()),
)  # fmt: skip


def county_part() -> int:
    """How much of a path says in which county it lies."""
    path = Place.objects.filter(level=PlaceLevel.COUNTY).values_list("path", flat=True).first()
    return len(path or "")


def episode(value: str, dates: Dates, link: Link, note: str = "") -> Episode:
    """Of a dated entry as far as the link reaches."""
    since, precision, until = dates
    of, (first, after) = link
    end = min(after, until.toordinal() + 1 if until else END)
    if since is None:
        return Episode(value, first, END, end, first, end, of, note)
    last = since if precision == Precision.DAY else PartialDate(since, Precision(precision)).last
    sure = max(first, last.toordinal())
    return Episode(value, sure, sure, end, max(first, since.toordinal()), end, of, note)


def _span(since: dt.date | None, until: dt.date | None) -> Span:
    first = since.toordinal() if since else BEGINNING
    return first, until.toordinal() + 1 if until else END


class Known:
    """What is known of some people (at most a few thousand at a time)."""

    def __init__(self, people: Iterable[int], today: dt.date) -> None:
        self.keys, self.today = list(people), today
        self.facts: defaultdict[int, Facts] = defaultdict(lambda: defaultdict(list))
        self.born: dict[int, tuple[dt.date, dt.date] | None] = {}
        self.paths: dict[int, str] = {}
        self._own()
        self._lives()
        self._kin()

    def subjects(self) -> Iterator[tuple[int, Subject]]:
        """Those whose files stand."""
        for key in self.keys:
            if key in self.born:
                yield key, Subject(self.facts[key], self.born[key], self.today)

    def _rows(self, model: Any, keys: Iterable[int], *fields: str) -> Iterator[tuple[Any, ...]]:
        """(person, (since, precision, until), further fields …)."""
        rows = model.objects.filter(person__in=keys).order_by()
        for key, since, precision, until, *more in rows.values_list("person", *_DATES, *fields):
            yield key, (since, precision, until), *more

    def _own(self) -> None:
        for key, dates, state in self._rows(Schooling, self.keys, "state"):
            self.facts[key]["schooling"].append(episode(state, dates, SELF))
        rows = self._rows(Health, self.keys, "disability", "disability_grade")
        for key, dates, kind, grade in rows:
            if kind:
                value = "severe" if is_severe(kind, grade) else "other"
                self.facts[key]["disability"].append(episode(value, dates, SELF))
        for key, dates, kind, holds in self._rows(Hardship, self.keys, "kind", "holds"):
            value = "yes" if holds else "no"
            self.facts[key][f"hardship.{kind}"].append(episode(value, dates, SELF))

    def _lives(self) -> None:
        """The person's own row, and where the person lives and is registered."""
        told = ("pk", "born", "born_precision", "died", "sex", "path", "place__level")
        people = Person.objects.filter(pk__in=self.keys, erased_at=None).values_list(*told)
        county, paths = county_part(), self.paths
        for key, born, precision, died, sex, path, level in people:
            facts, paths[key] = self.facts[key], path
            birth = PartialDate(born, Precision(precision)) if born else None
            self.born[key] = (birth.date, birth.last) if birth else None
            first = birth.date.toordinal() if birth else BEGINNING
            last = died.toordinal() + 1 if died else END
            facts["alive"].append(Episode("yes", first, first, last, first, last))
            if sex in TOLD:
                facts["sex"].append(Episode(str(sex)))
            facts["village"].append(Episode("yes" if level in IN_VILLAGES else "no"))
        for key, dates, kind, path in self._rows(Residence, self.keys, "kind", "place__path"):
            value = "here" if path[:county] == paths.get(key, "")[:county] else "elsewhere"
            self.facts[key][kind].append(episode(value, dates, SELF))
        for key in paths:
            facts = self.facts[key]
            if "home" not in facts:
                facts["home"].append(Episode("here", dated=END))

    def _links(self) -> Iterator[tuple[int, str, int, Span]]:
        """(person, what the relative is, relative, from and until when)."""
        rows = Kinship.objects.order_by()
        told = ("person", "relative", "relation", "since", "until")
        mine = rows.filter(person__in=self.keys, relation__in=list(KIN))
        for person, relative, relation, since, until in mine.values_list(*told):
            yield person, KIN[relation], relative, _span(since, until)
        others = rows.filter(relative__in=self.keys, relation__in=list(BACK))
        for person, relative, relation, since, until in others.values_list(*told):
            yield relative, BACK[relation], person, _span(since, until)

    def _kin(self) -> None:
        links: Links = defaultdict(list)
        for person, who, relative, span in self._links():
            links[relative].append((self.facts[person], who, (relative, span)))
            self.facts[person][f"{who}.known"].append(_whole("yes", (relative, span)))
            self.facts[person][f"{who}.circumstance"].append(_whole("none", (relative, span)))
        self._away(links)
        for key, dates, kind in self._rows(Circumstance, links, "kind"):
            _tell(links[key], "circumstance", kind, dates)
            _tell(links[key], "away", "not", dates)
        died = Person.objects.filter(pk__in=links).exclude(died=None).values_list("pk", "died")
        for key, day in died:
            _tell(links[key], "circumstance", "dead", (day, Precision.DAY, None))
            _tell(links[key], "away", "not", (day, Precision.DAY, None))
        for key, dates, able in self._rows(Health, links, "can_guard"):
            if able is False:
                _tell(links[key], "can_guard", "no", dates)

    def _away(self, links: Links) -> None:
        listed = set()
        for key, dates, where, whole in self._rows(AwayPeriod, links, "destination", "listed"):
            _tell(links[key], "away", "away", dates, where)
            for first, last in edges(dates):
                _tell(links[key], "away", "not", (first, Precision.DAY, last))
            if whole:
                listed.add(key)
        for key in listed:
            _tell(links[key], "away", "not", (None, Precision.DAY, None))


def _tell(
    linked: list[tuple[Facts, str, Link]], fact: str, value: str, dates: Dates, note: str = ""
) -> None:
    """An entry about a relative, as a fact of those whose relative he is."""
    for facts, who, link in linked:
        facts[f"{who}.{fact}"].append(episode(value, dates, link, note))


def edges(dates: Dates) -> Iterator[tuple[dt.date, dt.date | None]]:
    """Not away: the day before a time away begins, or it would be longer; and from its end on."""
    since, _precision, until = dates
    if since:
        yield since - DAY, since - DAY
    if until:
        yield until + DAY, None


def is_severe(kind: str, grade: int | None) -> bool:
    """民发〔2019〕62号: grade 1 and 2, of intellect and mind 3 and 4 too."""
    return grade is not None and grade <= (GRAVE_OF_MIND if kind in OF_MIND else GRAVE)


def _whole(value: str, link: Link) -> Episode:
    of, (first, after) = link
    return Episode(value, first, first, after, first, after, of)
