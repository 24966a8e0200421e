"""The facts of `knowing` for all people at once, as Ibis tables (guanai.core.conditions.sets)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import ibis
from django.db import models

from guanai.core.conditions.facts import age_in
from guanai.core.conditions.sets import Column, Steps, Table, within
from guanai.core.conditions.timeline import BEGINNING, END
from guanai.core.dates import Precision
from guanai.organisations.models import Place
from guanai.people.knowing import (
    BACK,
    GRAVE,
    GRAVE_OF_MIND,
    IN_VILLAGES,
    KIN,
    OF_MIND,
    TOLD,
    WHO,
    county_part,
)
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

# Days of a year that begins in March up to the first of each month; 13 is January of the next year.
MARCH = 3
MONTHS = {3: 0, 4: 31, 5: 61, 6: 92, 7: 122, 8: 153, 9: 184, 10: 214, 11: 245, 12: 275, 13: 306,
          1: 306, 2: 337}  # fmt: skip
OFFSET = -321  # date(2000, 3, 1).toordinal() is 2000 * 365 + 500 + 1 + OFFSET
TYPES = {
    models.AutoField: "int64",
    models.BigAutoField: "int64",
    models.ForeignKey: "int64",
    models.SmallIntegerField: "int64",
    models.BooleanField: "boolean",
    models.DateField: "date",
    models.DateTimeField: "timestamp",
}
COLUMNS = (
    *("subject", "fact", "value"),
    *("sure", "dated", "ending", "maybe", "maybe_ending", "of"),
)


def table(model: type[models.Model], *names: str) -> Table:
    """Of the model's table the key and these columns."""
    fields: list[Any] = [model._meta.pk, *(model._meta.get_field(name) for name in names)]
    schema = {str(f.column): TYPES.get(type(f), "string") for f in fields}
    return ibis.table(schema, name=model._meta.db_table)


def ordinal(year: Column, month: Column, day: Column) -> Column:
    """As date.toordinal, from 1901 to 2099; 29 February of a common year is 1 March."""
    year = year - ibis.ifelse(month < MARCH, 1, 0)
    before = month.cases(*MONTHS.items(), else_=0)
    return year * 365 + (year >> 2) + before + day + OFFSET


def _parts(date: Column) -> tuple[Column, ...]:
    return tuple(part.cast("int64") for part in (date.year(), date.month(), date.day()))


def _number(value: Any) -> Any:
    return ibis.literal(value, "int64") if isinstance(value, int) else value


def _whole(first: Any = BEGINNING, after: Any = END) -> dict[str, Any]:
    ends = {"sure": first, "dated": first, "ending": after, "maybe": first, "maybe_ending": after}
    return {name: _number(value) for name, value in ends.items()}


def _dates(rows: Table, first: Any = BEGINNING, after: Any = END) -> dict[str, Any]:
    """Of entries as `Files.dated` gives them, as far as a link reaches."""
    end = ibis.least(rows.after.coalesce(END), after)
    return {
        "sure": ibis.greatest(rows.surely.coalesce(BEGINNING), first),
        "dated": ibis.greatest(rows.surely.coalesce(END), first),
        "ending": end,
        "maybe": ibis.greatest(rows.begun.coalesce(BEGINNING), first),
        "maybe_ending": end,
    }


def _told(rows: Table, fact: Any, value: Any, span: dict[str, Any]) -> Table:
    """Rows of COLUMNS; `of` is the relative where the rows have one."""
    fact, value = (ibis.literal(x, "string") if isinstance(x, str) else x for x in (fact, value))
    of = rows.of if "of" in rows.columns else _number(0)
    told = {"subject": rows.subject, "fact": fact, "value": value, **span, "of": of}
    return rows.select(**{name: told[name] for name in COLUMNS})


def _edges(away: Table) -> Iterator[Table]:
    """The day before times away, and the days from their end on (see knowing.edges)."""
    before, later = away.filter(away.begun.notnull()), away.filter(away.after.notnull())
    yield before.select(
        "subject", begun=before.begun - 1, surely=before.begun - 1, after=before.begun
    )
    yield later.select("subject", begun=later.after, surely=later.after, after=_number(END))


class Files:
    """The files that stand, all or those in these ranges of paths, and what they tell."""

    def __init__(self, paths: Iterable[tuple[str, str]] | None = None) -> None:
        self.steps = Steps()
        rows = table(Person, "path", "erased_at", "born", "born_precision", "died", "sex", "place")
        rows = rows.filter(rows.erased_at.isnull())
        if paths is not None:
            rows = within(rows, rows.path, paths)
        year, month, day = _parts(rows.born)
        people = self.steps.add(
            rows.select(
                *("path", "sex", "place_id", "died"),
                subject=rows.id,
                year=year, month=month, day=day,
                by_year=rows.born_precision == int(Precision.YEAR),
                exact=rows.born_precision == int(Precision.DAY),
            )
        )  # fmt: skip
        self.people = people
        self.subjects = people.select("subject")

    def episodes(self, facts: frozenset[str]) -> Table:
        """Rows as `knowing.Known` tells them, of these facts."""
        found = [*self._of_people(facts), *self._of_entries(facts), *self._of_kin(facts)]
        return self.steps.add(ibis.union(*found) if len(found) > 1 else found[0])

    def dated(self, model: type[models.Model], *names: str) -> Table:
        """Entries of files with `subject`, `begun` and `surely` (the first and the last day on
        which it may have begun; null: not known) and `after` (null: it goes on)."""
        rows = table(model, "person", "since", "since_precision", "until", *names)
        columns = [str(model._meta.get_field(name).column) for name in names]  # type: ignore[union-attr]
        year, month, day = _parts(rows.since)
        last = _parts(rows.until)
        rows = self.steps.add(
            rows.select(
                *columns, "since_precision",
                subject=rows.person_id, year=year, month=month, day=day,
                last_year=last[0], last_month=last[1], last_day=last[2],
            )
        )  # fmt: skip
        begun = ordinal(rows.year, rows.month, rows.day)
        next_month = ordinal(rows.year, rows.month + 1, _number(1))
        surely = rows.since_precision.cases(
            (int(Precision.DAY), begun),
            (int(Precision.MONTH), next_month - 1),
            else_=ordinal(rows.year, _number(13), _number(1)) - 1,
        )
        after = ordinal(rows.last_year, rows.last_month, rows.last_day) + 1
        return self.steps.add(
            rows.select("subject", *columns, begun=begun, surely=surely, after=after)
        )

    def _of_people(self, facts: frozenset[str]) -> Iterator[Table]:
        """The person's own row: being alive, age, sex, village."""
        rows = self.people
        if "alive" in facts:
            born = ordinal(rows.year, rows.month, rows.day).coalesce(BEGINNING)
            died = (ordinal(*_parts(rows.died)) + 1).coalesce(END)
            yield _told(rows, "alive", "yes", _whole(born, died))
        for fact in sorted(facts):
            if (years := age_in(fact)) is not None:
                yield from self._ages(fact, years)
        if "sex" in facts:
            told = rows.filter(rows.sex.isin(TOLD))
            yield _told(told, "sex", told.sex.cast("string"), _whole())
        if "village" in facts:
            places = table(Place, "level").rename(home="id")
            told = rows.join(places, rows.place_id == places.home)
            levels = [str(level) for level in IN_VILLAGES]
            yield _told(
                told, "village", ibis.ifelse(told.level.isin(levels), "yes", "no"), _whole()
            )

    def _ages(self, fact: str, years: int) -> Iterator[Table]:
        """“yes” from birth to the birthday; every other day is surely not so."""
        rows = self.people.filter(self.people.year.notnull())
        year, month, one = rows.year, rows.month, _number(1)
        in_month = ordinal(year, month + 1, one) - ordinal(year, month, one)
        day = ibis.ifelse(rows.exact, rows.day, ibis.ifelse(rows.by_year, 31, in_month))
        at_last = ordinal(year + years, ibis.ifelse(rows.by_year, 12, month), day)
        turns = ordinal(year + years, month, rows.day)
        born = ordinal(year, month, rows.day)
        yield _told(rows, fact, "yes", _whole(born, turns) | {"maybe_ending": at_last})
        yield _told(rows, fact, "no", _whole())

    def _of_entries(self, facts: frozenset[str]) -> Iterator[Table]:
        """Dated entries of the person's own file."""
        if "schooling" in facts:
            rows = self.dated(Schooling, "state")
            yield _told(rows, "schooling", rows.state, _dates(rows))
        if "disability" in facts:
            rows = self.dated(Health, "disability", "disability_grade")
            rows = rows.filter(rows.disability != "")
            worst = ibis.ifelse(rows.disability.isin(OF_MIND), GRAVE_OF_MIND, GRAVE)
            value = ibis.ifelse(rows.disability_grade <= worst, "severe", "other")
            yield _told(rows, "disability", value, _dates(rows))
        kinds = [fact.removeprefix("hardship.") for fact in facts if fact.startswith("hardship.")]
        if kinds:
            rows = self.dated(Hardship, "kind", "holds")
            rows = rows.filter(rows.kind.isin(sorted(kinds)))
            value = ibis.ifelse(rows.holds, "yes", "no")
            yield _told(rows, ibis.literal("hardship.") + rows.kind, value, _dates(rows))
        if "rural_hukou" in facts:
            rows = self.dated(Residence, "rural")
            rows = rows.filter(rows.rural != "")
            yield _told(rows, "rural_hukou", rows.rural, _dates(rows))
        if facts & {"hukou", "home"}:
            yield from self._residences()

    def _residences(self) -> Iterator[Table]:
        width = county_part()
        homes = self.dated(Residence, "kind", "place")
        places = table(Place, "path").rename(there="id", lies="path")
        rows = homes.left_join(places, homes.place_id == places.there)
        rows = rows.join(self.people.select("subject", "path"), "subject")
        here = rows.lies.fill_null("-").substr(0, width) == rows.path.substr(0, width)
        yield _told(rows, rows.kind, ibis.ifelse(here, "here", "elsewhere"), _dates(rows))
        rest = self.people.anti_join(homes.filter(homes.kind == "home"), "subject")
        yield _told(rest, "home", "here", _whole() | {"dated": _number(END)})

    def _links(self, who: set[str]) -> Table:
        """Whose relative somebody is: subject, who, of, from `since` to before `till`."""
        rows = table(Kinship, "person", "relative", "relation", "since", "until")
        since, till = ordinal(*_parts(rows.since)), ordinal(*_parts(rows.until)) + 1
        rows = self.steps.add(
            rows.select(
                *("person_id", "relative_id", "relation"),
                since=since.coalesce(BEGINNING), till=till.coalesce(END),
            )
        )  # fmt: skip
        ways = []
        for codes, person, relative in (
            (KIN, rows.person_id, rows.relative_id),
            (BACK, rows.relative_id, rows.person_id),
        ):
            asked = sorted((code, one) for code, one in codes.items() if one in who)
            if asked:
                mine = rows.filter(rows.relation.isin([code for code, _one in asked]))
                name = mine.relation.cases(*asked, else_="")
                told = {"subject": person, "of": relative, "since": mine.since, "till": mine.till}
                ways.append(mine.select(**told, who=name))
        return self.steps.add(ibis.union(*ways) if len(ways) > 1 else ways[0])

    def _of_kin(self, facts: frozenset[str]) -> Iterator[Table]:
        named = [fact.partition(".") for fact in facts]
        who = {one for one, _dot, _fact in named if one in WHO}
        asked = {fact for one, _dot, fact in named if one in WHO}
        if not asked:
            return
        links = self._links(who)

        def of(rows: Table, fact: str, value: Any = None) -> Table:
            rows = rows.rename(relative="subject")
            found = links.join(rows, links.of == rows.relative)
            value = found.value if value is None else value
            span = _dates(found, found.since, found.till)
            return _told(found, found.who + f".{fact}", value, span)

        entries = self.dated(Circumstance, "kind").rename(value="kind")
        dead = self._dead()
        if "away" in asked:
            away = self.dated(AwayPeriod, "listed")
            listed = away.filter(away.listed).select("subject").distinct()
            listed = listed.mutate(
                **dict.fromkeys(("begun", "surely", "after"), ibis.null("int64"))
            )
            yield of(away, "away", "away")
            yield from (of(rows, "away", "not") for rows in (entries, dead, listed, *_edges(away)))
        if "circumstance" in asked:
            yield of(entries, "circumstance")
            yield of(dead, "circumstance", "dead")
            span = _whole(links.since, links.till)
            yield _told(links, links.who + ".circumstance", "none", span)
        if "known" in asked:
            span = _whole(links.since, links.till)
            yield _told(links, links.who + ".known", "yes", span)
        if "can_guard" in asked:
            health = self.dated(Health, "can_guard")
            yield of(health.filter(~health.can_guard), "can_guard", "no")

    def _dead(self) -> Table:
        rows = table(Person, "died")
        day = ordinal(*_parts(rows.died))
        told = rows.select(subject=rows.id, begun=day, surely=day, after=ibis.null("int64"))
        return self.steps.add(told.filter(told.begun.notnull()))
