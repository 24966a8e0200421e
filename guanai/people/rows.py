"""The row builder: what one draft becomes in each table."""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from guanai.core.crypto import Sealer, vault
from guanai.core.dates import PartialDate, Precision
from guanai.people import names
from guanai.people.conflicts import clear_name
from guanai.people.drafts import HouseholdDraft, IdDraft, PersonDraft
from guanai.people.haves import cared_for, completeness
from guanai.people.ledger.drafted import Lines
from guanai.people.models import (
    Award,
    AwayPeriod,
    Change,
    Circumstance,
    Contact,
    Guardianship,
    Hardship,
    Health,
    Household,
    Identity,
    Kinship,
    Note,
    Person,
    Registration,
    Residence,
    Schooling,
    SearchToken,
)
from guanai.people.models.history import WHY
from guanai.people.models.ledger import LedgerLine
from guanai.people.models.lookup import Taken
from guanai.people.responsible import Cadres
from guanai.people.writing import Act, Supply, Table

DATED = "person_id since since_precision until"
COLUMNS: dict[Any, str] = {
    Household: "id place_id path group",
    Person: "id file_number name pinyin sex born born_precision died ethnicity place_id path"
    " household_id care_form details completeness cared_for sealed_key",
    Identity: "person_id kind sealed_number checked exact tail4 tail6",
    Contact: "person_id sealed_value exact tail4 rank",
    SearchToken: "token path person_id",
    Registration: "person_id group path since",
    Residence: f"{DATED} kind place_id sealed_address rural",
    AwayPeriod: f"{DATED} destination employer occupation sealed_address listed",
    Circumstance: f"{DATED} kind",
    Schooling: f"{DATED} state school_id school_name grade class_name school_class_id boarding"
    " head_teacher results weak_subjects",
    Health: f"{DATED} condition disability disability_grade self_care can_guard checked_on",
    Hardship: f"{DATED} kind holds",
    Kinship: f"{DATED} relative_id relation",
    Guardianship: f"{DATED} guardian_id relation kind agreed_on",
    Award: "person_id title given_by given_on",
    Note: "person_id kind day sealed_text",
    Change: "person_id version facts sealed",
    LedgerLine: "person_id group path pinyin sex born care_form completeness haves school_id"
    " school_class_id school_name schooling grade class_name boarding guardian_id"
    " guardian_relation guardian_kind guardian_phone kin parents hardships disability self_care"
    " health_checked",
}


def day(value: Any) -> str | None:
    return value.isoformat() if value is not None else None


def partial(value: PartialDate | None) -> tuple[str | None, int]:
    if value is None:
        return None, int(Precision.DAY)
    return value.date.isoformat(), int(value.precision)


# Made once: json.dumps would build an encoder for every text that keeps its hanzi.
told_text = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


@lru_cache(maxsize=1000)
def facts_text(keys: tuple[str, ...]) -> str:
    """What the history says readably: the names of what changed."""
    return json.dumps(sorted({clear_name(key) for key in keys}))


def tails(kind: str, number: str) -> tuple[int, ...]:
    """Blind indexes of a number: the whole, the last four, for an ID also the last six."""
    blind = vault().blind
    found = (blind(kind, number), blind(f"{kind}4", number[-4:]))
    return (*found, blind("id6", number[-6:])) if kind == "id" else found


def id_tails(document: IdDraft) -> tuple[int, ...]:
    return tails("id", document.number)


class Rows:
    """Collects the rows of an act and inserts them table by table."""

    def __init__(self, act: Act, supply: Supply, entry: int | None = None) -> None:
        self.supply = supply
        self.why = act.why.strip()
        self.prefix = settings.HOME.file_prefix
        constants = {
            "recorded_at": act.at,
            "created_at": act.at,
            "at": act.at,
            "batch_id": act.batch.pk if act.batch else None,
            "entry_id": act.entry.pk if act.entry else entry,
            "why": "person.import" if act.source == "import" else "person.enter",
            "source": act.source,
        }
        self.tables = {m: Table(m, given, constants) for m, given in COLUMNS.items()}
        self.today = timezone.localdate()
        self.lines = Lines(self.today)
        # Blind indexes of numbers that stand in another file; an import keeps such a number
        # unchecked. None: whoever writes is told (Taken).
        self.taken: set[int] | None = None

    def take(self) -> list[list[Any]]:
        """What waits, by table in the order of COLUMNS, for a writer elsewhere."""
        found = [table.rows for table in self.tables.values()]
        for table in self.tables.values():
            table.rows = []
        return found

    def flush(self, later: Any = None) -> None:
        """Insert what waits, but for one model; `clear` it when that has come to stay. Raises
        Taken."""
        try:
            for model, table in self.tables.items():
                if model is not later:
                    table.flush()
        except IntegrityError as error:
            if Taken.meant_by(error):
                raise Taken from error
            raise

    def clear(self, later: Any = None) -> None:
        for model, table in self.tables.items():
            if model is not later:
                table.rows = []

    def add(self, people: list[PersonDraft]) -> None:
        """New files for these drafts; whom they point at is among them or has a key already."""
        keys = vault()
        for draft in people:
            draft.key = next(self.supply.people)
        for draft in people:
            key, sealer = keys.fresh()
            one = _One(self, draft, sealer)
            one.person(key)
            one.tokens()
            one.facts()
            one.history(1)
            if draft.groups:
                one.lines()

    def extend(self, person: Person, more: PersonDraft, filled: dict[str, Any]) -> bool:
        """Add to a file what the draft brings; `filled` is what was filled in already, fact →
        [before, after]. True if there was anything; the caller raises the file's version."""
        more.key = person.pk
        one = _One(self, more, person.sealer)
        one.facts()
        one.filled = filled
        if one.told or filled:
            one.history(person.version + 1)
        return bool(one.told or filled)

    @cached_property
    def cadres(self) -> Cadres:
        return Cadres()

    def is_first(self, exact: int) -> bool:
        """Whether nobody has that checked number yet; it is taken from now on."""
        if self.taken is None:
            return True
        first = exact not in self.taken
        self.taken.add(exact)
        return first

    def household(self, draft: HouseholdDraft | int | None) -> int | None:
        if draft is None or isinstance(draft, int):
            return draft
        if draft.key is None:
            draft.key = next(self.supply.households)
            row = (draft.key, draft.place.pk, draft.place.path, draft.group)
            self.tables[Household].rows.append(row)
        return draft.key


class _One:
    """The rows of one draft; `told` gathers what the history says."""

    def __init__(self, rows: Rows, draft: PersonDraft, sealer: Sealer) -> None:
        self.rows, self.draft, self.sealer = rows, draft, sealer
        self.key = draft.key
        self.tables = rows.tables
        self.told: dict[str, list[Any]] = {}
        self.filled: dict[str, Any] = {}
        self.completeness = 0

    def put(self, model: Any, *values: Any) -> None:
        self.tables[model].rows.append((self.key, *values))

    def tell(self, fact: str, value: Any) -> None:
        if value is None or value == "":
            return
        if fact in self.told:
            self.told[fact].append(value)
        else:
            self.told[fact] = [value]

    def seal(self, text: str, place: str) -> bytes | None:
        return self.sealer.seal(text, place) if text else None

    def person(self, sealed_key: bytes) -> None:
        draft = self.draft
        born, precision = partial(draft.birth)
        self.completeness = completeness(draft, self.rows)
        self.pinyin = names.pinyin(draft.name)
        self.put(
            Person,
            f"{self.rows.prefix}-{next(self.rows.supply.numbers):06d}",
            draft.name,
            self.pinyin,
            draft.sex,
            born,
            precision,
            day(draft.died),
            draft.ethnicity,
            draft.place.pk,
            draft.place.path,
            self.rows.household(draft.household),
            draft.care_form,
            json.dumps(draft.details) if draft.details else "{}",
            self.completeness,
            cared_for(draft, self.rows.today),
            sealed_key,
        )
        self.tell("name", draft.name)
        self.tell("sex", draft.sex)
        self.tell("born", draft.birth and str(draft.birth))
        self.tell("died", day(draft.died))
        self.tell("ethnicity", draft.ethnicity)
        self.tell("place", draft.place.code)
        self.tell("care_form", draft.care_form)
        for word, value in draft.details.items():
            self.tell(f"details.{word}", value)

    def lines(self) -> None:
        draft = self.draft
        person = {
            "pk": self.key,
            "path": draft.place.path,
            "pinyin": self.pinyin,
            "sex": draft.sex,
            "born": draft.birth and draft.birth.date,
            "care_form": draft.care_form,
            "completeness": self.completeness,
            "details": draft.details,
        }
        table = self.tables[LedgerLine].rows
        for line in self.rows.lines.of(draft, person):
            line["kin"] = json.dumps(line["kin"])
            line["born"], line["health_checked"] = day(line["born"]), day(line["health_checked"])
            table.append(tuple(line[column] for column in LINE))

    def tokens(self) -> None:
        path, key = self.draft.place.path, self.key
        rows = self.tables[SearchToken].rows
        rows += [(token, path, key) for token in names.tokens(self.draft.name)]

    def facts(self) -> None:
        draft = self.draft
        self.reached_by()
        self.belongs()
        self.dated()
        if draft.awards or draft.notes:
            self.described()
        if draft.schooling or draft.health:
            self.school_and_health()
        if draft.kin or draft.guardians:
            self.relations()

    def reached_by(self) -> None:
        draft = self.draft
        for document in draft.ids:
            sealed = self.sealer.seal(document.number, "identity.number")
            found = id_tails(document)
            checked = document.checked and self.rows.is_first(found[0])
            self.put(Identity, document.kind, sealed, checked, *found)
            self.tell(f"identity.{document.kind}", document.number)
        for rank, number in enumerate(draft.phones, draft.first_rank):
            sealed = self.sealer.seal(number, "contact.value")
            self.put(Contact, sealed, *tails("phone", number), rank)
            self.tell("contact.phone", number)

    def belongs(self) -> None:
        draft = self.draft
        since = draft.registered or self.rows.today
        for group in draft.groups:
            self.put(Registration, str(group), draft.place.path, day(since))
            self.tell("registration", str(group))
        for home in draft.residences:
            place = None if home.outside else home.place or draft.place
            sealed = self.seal(home.address, "residence.address")
            self.put(
                Residence, *partial(home.since), None, home.kind, place and place.pk, sealed, ""
            )
            self.tell(f"residence.{home.kind}", home.address or (place and place.code))

    def dated(self) -> None:
        draft = self.draft
        for away in draft.away:
            sealed = self.seal(away.address, "away.address")
            words = (away.destination, away.employer, away.occupation)
            dates = (*partial(away.since), day(away.until))
            self.put(AwayPeriod, *dates, *words, sealed, away.listed)
            told = [str(away.since or ""), day(away.until) or "", *words]
            self.tell("away", " ".join(filter(None, told)) or "?")
        for state in draft.circumstances:
            self.put(Circumstance, *partial(state.since), day(state.until), state.kind)
            self.tell("circumstance", state.kind)
        for hardship in draft.hardships:
            self.put(Hardship, *partial(hardship.since), None, hardship.kind, hardship.holds)
            self.tell(f"hardship.{hardship.kind}", hardship.holds)

    def described(self) -> None:
        draft = self.draft
        for award in draft.awards:
            self.put(Award, award.title, award.given_by, day(award.given_on))
            self.tell("award", award.title)
        for note in draft.notes:
            self.put(Note, note.kind, day(note.day), self.sealer.seal(note.text, "note.text"))
            self.tell(f"note.{note.kind}", note.text)

    def school_and_health(self) -> None:
        school, health = self.draft.schooling, self.draft.health
        if school is not None:
            values = {name: getattr(school, name) for name in SCHOOL}
            self.put(Schooling, *partial(school.since), None, *values.values())
            for name, value in values.items():
                self.tell(f"schooling.{name}", value)
        if health is not None:
            values = {name: getattr(health, name) for name in HEALTH} | {
                "checked_on": day(health.checked_on)
            }
            self.put(Health, *partial(health.since), None, *values.values())
            for name, value in values.items():
                self.tell(f"health.{name}", value)

    def relations(self) -> None:
        for kin in self.draft.kin:
            relative = kin.relative if isinstance(kin.relative, int) else kin.relative.key
            self.put(Kinship, *partial(kin.since), None, relative, kin.relation)
            self.tell(f"kinship.{kin.relation}", relative)
        for care in self.draft.guardians:
            guardian = care.guardian if isinstance(care.guardian, int) else care.guardian.key
            agreed = day(care.agreed_on)
            since = partial(care.since)
            self.put(Guardianship, *since, None, guardian, care.relation, care.kind, agreed)
            self.tell(f"guardianship.{care.kind}", guardian)

    def history(self, version: int) -> None:
        values: dict[str, list[Any]] = {**self.filled}
        for fact, found in self.told.items():
            values[fact] = [None, found[0] if len(found) == 1 else found]
        facts = facts_text(tuple(values))
        if self.rows.why:
            values[WHY] = [None, self.rows.why]
        self.put(Change, version, facts, self.sealer.seal(told_text(values), "change.values"))


SCHOOL = COLUMNS[Schooling].removeprefix(DATED).replace("_id", "").split()
LINE = COLUMNS[LedgerLine].split()
HEALTH = COLUMNS[Health].removeprefix(DATED).split()
