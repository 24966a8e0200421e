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

from django.db.models import CharField, F, IntegerField, Q, Value
from django.db.models.functions import Cast, Coalesce
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
    Fact("rural_hukou", _("rural household registration"), {"yes": _("yes"), "no": _("no")}),
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


def _entries(model: Any, people: Iterable[int], what: Any, text: Any, number: Any) -> Any:
    """Dated entries as rows that those of other models can be united with."""
    rows = model.objects.filter(person__in=people).order_by()
    told = {"what": what, "text": text, "number": Cast(number, IntegerField())}
    return rows.annotate(**told).values_list("person_id", *_DATES, *told)


def _word(text: str) -> Value:
    return Value(text, CharField())


class Known:
    """What is known of some people (at most a few thousand at a time), by four statements."""

    def __init__(self, people: Iterable[int], today: dt.date) -> None:
        self.keys, self.today = list(people), today
        self.facts: defaultdict[int, Facts] = defaultdict(lambda: defaultdict(list))
        self.born: dict[int, tuple[dt.date, dt.date] | None] = {}
        self.paths: dict[int, str] = {}
        self.links: Links = defaultdict(list)
        self.listed: set[int] = set()
        for person, who, relative, span in self._links():
            self.links[relative].append((self.facts[person], who, (relative, span)))
            self.facts[person][f"{who}.known"].append(_whole("yes", (relative, span)))
            self.facts[person][f"{who}.circumstance"].append(_whole("none", (relative, span)))
        self._people()
        self._read()
        for key in self.paths:
            if "home" not in self.facts[key]:
                self.facts[key]["home"].append(Episode("here", dated=END))
        for key in self.listed:
            _tell(self.links[key], "away", "not", (None, Precision.DAY, None))

    def subjects(self) -> Iterator[tuple[int, Subject]]:
        """Those whose files stand."""
        for key in self.keys:
            if key in self.born:
                yield key, Subject(self.facts[key], self.born[key], self.today)

    def _links(self) -> Iterator[tuple[int, str, int, Span]]:
        """(person, what the relative is, relative, from and until when)."""
        told = ("person", "relative", "relation", "since", "until")
        mine = Q(person__in=self.keys, relation__in=list(KIN))
        theirs = Q(relative__in=self.keys, relation__in=list(BACK))
        keys = set(self.keys)
        rows = Kinship.objects.filter(mine | theirs).order_by()
        for person, relative, relation, since, until in rows.values_list(*told):
            span = _span(since, until)
            if person in keys and relation in KIN:
                yield person, KIN[relation], relative, span
            if relative in keys and relation in BACK:
                yield relative, BACK[relation], person, span

    def _people(self) -> None:
        """The own rows of these people, and of which relatives died."""
        told = ("pk", "born", "born_precision", "died", "sex", "path", "place__level", "erased_at")
        keys = set(self.keys)
        people = Person.objects.filter(pk__in=keys | self.links.keys()).order_by()
        for key, *row, erased in people.values_list(*told):
            if key in keys and erased is None:
                self._person(key, *row)
            died = row[2]
            if died and key in self.links:
                _tell(self.links[key], "circumstance", "dead", (died, Precision.DAY, None))
                _tell(self.links[key], "away", "not", (died, Precision.DAY, None))

    def _person(self, key: int, *row: Any) -> None:
        born, precision, died, sex, path, level = row
        facts, self.paths[key] = self.facts[key], path
        birth = PartialDate(born, Precision(precision)) if born else None
        self.born[key] = (birth.date, birth.last) if birth else None
        first = birth.date.toordinal() if birth else BEGINNING
        last = died.toordinal() + 1 if died else END
        facts["alive"].append(Episode("yes", first, first, last, first, last))
        if sex in TOLD:
            facts["sex"].append(Episode(str(sex)))
        facts["village"].append(Episode("yes" if level in IN_VILLAGES else "no"))

    def _read(self) -> None:
        """All dated entries, of the people and of their relatives."""
        none, kin = Value(0), list(self.links)
        parts = [
            _entries(Schooling, self.keys, _word("schooling"), F("state"), none),
            _entries(
                Health, self.keys, _word("disability"), F("disability"), F("disability_grade")
            ),
            _entries(Hardship, self.keys, _word("hardship"), F("kind"), F("holds")),
            _entries(Residence, self.keys, F("kind"), Coalesce(F("place__path"), _word("-")), none),
            _entries(Residence, self.keys, _word("rural_hukou"), F("rural"), none).exclude(
                rural=""
            ),
            _entries(AwayPeriod, kin, _word("away"), F("destination"), F("listed")),
            _entries(Circumstance, kin, _word("circumstance"), F("kind"), none),
            _entries(Health, kin, _word("can_guard"), _word("no"), none).filter(can_guard=False),
        ]
        county = county_part()
        for key, since, precision, until, what, text, number in parts[0].union(
            *parts[1:], all=True
        ):
            dates = since, precision, until
            if what in OF_KIN:
                self._relative(key, what, text, number, dates)
                continue
            fact, value = what, text
            if what == "disability":
                value = "severe" if is_severe(text, number) else "other"
            elif what == "hardship":
                fact, value = f"hardship.{text}", "yes" if number else "no"
            elif what not in {"schooling", "rural_hukou"}:
                value = "here" if text[:county] == self.paths.get(key, "")[:county] else "elsewhere"
            if text:
                self.facts[key][fact].append(episode(value, dates, SELF))

    def _relative(self, key: int, what: str, text: str, number: int, dates: Dates) -> None:
        links = self.links[key]
        if what == "away":
            _tell(links, "away", "away", dates, text)
            for first, last in edges(dates):
                _tell(links, "away", "not", (first, Precision.DAY, last))
            if number:
                self.listed.add(key)
            return
        _tell(links, what, text, dates)
        if what == "circumstance":
            _tell(links, "away", "not", dates)


OF_KIN = ("away", "circumstance", "can_guard")


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
