"""What an import adds to files that were there before: gaps are filled, new dated facts added.

A different value is never overwritten; it is told as a difference. Where what a village states of
identity or guardianship waits, such additions are asked for, one by one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from django.db.models import F
from django.utils import timezone

from guanai.core.crypto import vault
from guanai.core.dates import PartialDate
from guanai.organisations.models import User
from guanai.people.conflicts import key_of
from guanai.people.drafts import AwayDraft, PersonDraft
from guanai.people.importing.drafting import alike
from guanai.people.importing.sight import reachable
from guanai.people.models import (
    AwayPeriod,
    Circumstance,
    Contact,
    Guardianship,
    Hardship,
    Health,
    Identity,
    Import,
    Kinship,
    Note,
    Person,
    Practice,
    Registration,
    Residence,
    Schooling,
    WaitingChange,
)
from guanai.people.models.rows import FileRow, plain
from guanai.people.models.waiting import must_wait
from guanai.people.rows import HEALTH, SCHOOL, Rows
from guanai.people.rules import FIRST_MONTH, alone_in, school_year
from guanai.people.writing import Act, Supply

FACTS = (
    AwayPeriod, Circumstance, Contact, Guardianship, Hardship, Health, Identity, Kinship,
    Note, Registration, Residence, Schooling,
)  # fmt: skip
Difference = tuple[int, str, Any, Any]


def apply(
    drafts: list[PersonDraft], act: Act, entry: int | None
) -> tuple[list[int], list[Difference]]:
    """(keys of files changed, differences). Call inside a transaction; `key` of a draft is its
    file.

    Files that are out of the actor's reach by now are left alone. Safe to run twice: what is there
    already is not added again.
    """
    people = Person.objects.select_related("place").order_by("pk")
    people = people.select_for_update(of=("self",), no_key=True)
    found = people.in_bulk([d.key for d in drafts if d.key])
    near = reachable(act.by, found) if act.by else set(found)
    files = {key: person for key, person in found.items() if key in near}
    facts: dict[Any, dict[int, list[Any]]] = {}
    for model in FACTS:
        facts[model] = defaultdict(list)
        for fact in model.objects.filter(person__in=files):
            facts[model][fact.person_id].append(fact)
    blind = vault().blind
    told = {blind("id", document.number) for draft in drafts for document in draft.ids}
    taken = set(Identity.objects.standing(told).values_list("exact", flat=True))
    rows = Rows(act, Supply(iter(()), iter(()), iter(())), entry)
    waits = Practice.current().waits
    changed: list[int] = []
    differences: list[Difference] = []
    for draft in drafts:
        person = files.get(draft.key or 0)
        if person is None:
            continue
        one = _File(person, draft, {model: facts[model][person.pk] for model in FACTS}, taken)
        one.asker = act.by if act.by and must_wait(person, act.by, wanted=waits) else None
        if rows.extend(person, one.more(), one.filled):
            changed.append(person.pk)
        one.ask(act.batch)
        differences += [(person.pk, *found) for found in one.differences]
    rows.flush()
    Person.objects.filter(pk__in=changed).update(version=F("version") + 1)
    return changed, differences


class _File:
    """One file and what is said about it."""

    def __init__(
        self, person: Person, said: PersonDraft, facts: dict[Any, list[Any]], taken: set[int]
    ) -> None:
        self.person, self.said, self.facts, self.taken = person, said, facts, taken
        self.filled: dict[str, list[Any]] = {}
        self.differences: list[tuple[str, Any, Any]] = []
        self.asker: User | None = None  # who has to ask for what is of identity or guardianship
        self.asked: dict[str, Any] = {}  # of the person's own row, what waits for the township
        self.entries: list[FileRow] = []  # that wait

    def more(self) -> PersonDraft:
        """The additions; gaps are filled on the way."""
        self._scalars()
        self.moved_up = self._move_up()
        if not self.moved_up:
            self._part("schooling", Schooling, SCHOOL)
        self._part("health", Health, HEALTH)
        said, facts = self.said, self.facts
        more = PersonDraft(self.person.name, self.person.place)
        if self.moved_up:
            more.schooling = said.schooling
        more.groups = tuple(
            group
            for group in said.groups
            if all(held.until or held.group != group for held in facts[Registration])
        )
        if more.groups and self.person.closed_on:  # a person opens it again
            more.groups = ()
            self.differ("closed_for", self.person.closed_for, "")
        self._reach(more)
        if not facts[Schooling]:
            more.schooling = said.schooling
        if not facts[Health]:
            more.health = said.health
        more.residences = [] if facts[Residence] else said.residences
        more.circumstances = [
            c for c in said.circumstances if not self._holds(Circumstance, c.kind)
        ]
        more.hardships = [h for h in said.hardships if self._new_hardship(h.kind, h.holds)]
        more.away = [away for away in said.away if self._new_away(away)]
        if said.notes:
            held = {self.person.sealer.open(row.sealed_text, "note.text") for row in facts[Note]}
            more.notes = [note for note in said.notes if note.text not in held]
        self._relations(more)
        if self.asker:
            self._part_with(more)
        return more

    def _part_with(self, more: PersonDraft) -> None:
        """Hold back of the additions what waits."""
        homes = [home for home in more.residences if home.kind == "hukou"]
        for home in homes:
            at = {"place": home.place or self.said.place, "address": home.address}
            self._wait(Residence, {"kind": "hukou", "since": home.since, **at})
        for document in more.ids:
            self._wait(Identity, {name: getattr(document, name) for name in Identity.FACTS})
        for care in more.guardians:
            key = care.guardian if isinstance(care.guardian, int) else care.guardian.key
            told = {"kind": care.kind, "since": care.since, "agreed_on": care.agreed_on}
            self._wait(Guardianship, {"guardian": key, "relation": care.relation, **told})
        more.residences = [home for home in more.residences if home not in homes]
        more.ids, more.guardians = [], []

    def ask(self, batch: Import | None) -> None:
        """What was held back, one by one."""
        if self.asker is None:
            return
        given: dict[str, Any] = {"by": self.asker, "batch": batch}
        for name, after in self.asked.items():
            pair = [self.person.fact(name), after]
            WaitingChange.keep(self.person, "change", {name: pair}, **given)
        for row in self.entries:
            told = {name: [None, value] for name, value in row.facts().items()}
            WaitingChange.keep(row, "add", told, **given)

    def _wait(self, kind: Any, facts: dict[str, Any]) -> None:
        row = kind(person=self.person)
        row.fill(facts)
        self.entries.append(row)
        self.differ("guardian" if kind is Guardianship else kind.KIND, "", "")

    def differ(self, name: str, kept: Any, said: Any) -> None:
        self.differences.append((name, plain(kept), plain(said)))

    # ------------------------------------------------------------------------------ the parts
    def _scalars(self) -> None:
        person, said = self.person, self.said
        changes: dict[str, Any] = {}
        for name in ("sex", "ethnicity", "care_form"):
            kept, told = getattr(person, name), getattr(said, name)
            if told and not kept:
                changes[name] = told
                self.filled[name] = [person.fact(name), told]
            elif told and told != kept:
                self.differ(name, kept, told)
        if said.name and said.name != person.name:
            self.differ("name", person.name, said.name)
        self._birth(changes)
        self._hold_back(changes)
        details = {k: v for k, v in said.details.items() if k not in person.details}
        if details:
            changes["details"] = person.details | details
            self.filled |= {f"details.{name}": [None, value] for name, value in details.items()}
        if changes:
            Person.objects.filter(pk=person.pk).update(**changes)

    def _hold_back(self, changes: dict[str, Any]) -> None:
        for name in Person.IDENTITY & changes.keys() if self.asker else ():
            changes.pop(f"{name}_precision", None)
            self.differ({"born": "birth"}.get(name, name), "", changes.pop(name))
            self.asked[name] = self.filled.pop(name)[1]

    def _birth(self, changes: dict[str, Any]) -> None:
        person, said = self.person, self.said
        if said.birth and person.birth_date is None:
            changes["born"], changes["born_precision"] = said.birth.date, said.birth.precision
            self.filled["born"] = [None, str(said.birth)]
        elif said.birth and person.birth_date and not alike(said.birth, person.birth_date):
            self.differ("birth", person.birth_date, said.birth)

    def _part(self, name: str, model: Any, columns: list[str]) -> None:
        """Fill the gaps of the current schooling or health."""
        said, current = getattr(self.said, name), self._now(model)
        if said is None or current is None:
            return
        more: dict[str, Any] = {}
        for column in columns:
            attname = model._meta.get_field(column).attname
            kept, told = getattr(current, attname), getattr(said, column)
            if told in (None, ""):
                continue
            if kept in (None, ""):
                more[column] = told
            elif kept != told:
                self.differ(f"{name}.{column}", kept, told)
        self._fill(current, more)

    def _move_up(self) -> bool:
        """A roster of a later school year with another grade tells of new schooling; what stood
        there ends. A school that it does not name is the same."""
        said, now = self.said.schooling, self._now(Schooling)
        if not (said and now and said.year and said.grade is not None and said.grade != now.grade):
            return False
        began = now.since or timezone.localdate(now.recorded_at)
        if said.year <= school_year(began):
            return False
        since = min(dt.date(said.year, FIRST_MONTH, 1), timezone.localdate())
        self._fill(now, {"until": since - dt.timedelta(days=1)})
        said.since = PartialDate(since)
        if not (said.school or said.school_name):
            said.school, said.school_name = now.school_id, now.school_name
        return True

    def _now(self, model: Any) -> Any:
        return next((fact for fact in reversed(self.facts[model]) if fact.until is None), None)

    def _fill(self, row: Any, more: dict[str, Any]) -> None:
        """Set facts of a row; the history keeps them by the row's key, as a page's verbs do."""
        before = {name: row.fact(name) for name in more}
        row.fill(more)
        for name, kept in before.items():
            self.filled[key_of(row.KIND, row.uid, name)] = [kept, row.fact(name)]
        if more:
            row.save()

    def _reach(self, more: PersonDraft) -> None:
        said, blind = self.said, vault().blind
        numbers = {identity.exact for identity in self.facts[Identity]}
        for document in said.ids:
            exact = blind("id", document.number)
            if exact in numbers:
                continue
            held = any(one.kind == document.kind and one.checked for one in self.facts[Identity])
            if held or (document.checked and exact in self.taken):
                self.differ("identity", "", "")
            elif document.checked:
                more.ids.append(document)
                self.taken.add(exact)
        phones = {contact.exact for contact in self.facts[Contact]}
        more.phones = [phone for phone in said.phones if blind("phone", phone) not in phones]
        more.first_rank = len(phones)

    def _holds(self, model: Any, kind: str) -> bool:
        return any(fact.kind == kind and fact.until is None for fact in self.facts[model])

    def _new_hardship(self, kind: str, holds: bool) -> bool:
        current = next(
            (h for h in self.facts[Hardship] if h.kind == kind and h.until is None), None
        )
        if current is not None and current.holds != holds:
            self.differ(f"hardship.{kind}", current.holds, holds)
        return current is None

    def _new_away(self, said: AwayDraft) -> bool:
        for period in self.facts[AwayPeriod]:
            if said.since is None or period.began is None or alike(said.since, period.began):
                self._fill_away(period, said)
                return False
        return True

    def _fill_away(self, period: AwayPeriod, said: AwayDraft) -> None:
        more: dict[str, Any] = {}
        finer: PartialDate | None = said.since
        if finer and (period.began is None or finer.precision > period.began.precision):
            more["since"] = finer
        for name in ("until", "destination", "employer", "occupation", "listed"):
            if getattr(said, name) and not getattr(period, name):
                more[name] = getattr(said, name)
            elif getattr(said, name) and getattr(said, name) != getattr(period, name):
                self.differ(f"away.{name}", getattr(period, name), getattr(said, name))
        self._fill(period, more)

    def _relations(self, more: PersonDraft) -> None:
        relatives = {kin.relative_id for kin in self.facts[Kinship]}
        taken = {kin.relation for kin in self.facts[Kinship] if kin.until is None}
        for kin in self.said.kin:
            key = kin.relative if isinstance(kin.relative, int) else kin.relative.key
            if key is None or key in relatives or key == self.person.pk:
                continue
            if alone_in(kin.relation) & taken:
                self.differ(f"kinship.{kin.relation}", "", "")
            else:
                more.kin.append(kin)
        caring = [care for care in self.facts[Guardianship] if care.until is None]
        for care in self.said.guardians:
            key = care.guardian if isinstance(care.guardian, int) else care.guardian.key
            if key is None or any(held.guardian_id == key for held in caring):
                continue
            if caring:
                self.differ("guardian", "", "")
            else:
                more.guardians.append(care)
