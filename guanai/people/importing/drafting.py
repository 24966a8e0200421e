"""What a staged row says, as drafts of the people whom it names."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation

from guanai.core import codes
from guanai.core.dates import PartialDate, Precision
from guanai.people import rules
from guanai.people.drafts import (
    AwayDraft,
    CircumstanceDraft,
    GuardianDraft,
    HardshipDraft,
    HealthDraft,
    HouseholdDraft,
    IdDraft,
    KinDraft,
    NoteDraft,
    PersonDraft,
    ResidenceDraft,
    SchoolingDraft,
)
from guanai.people.importing import wording
from guanai.people.importing.assembly import parts
from guanai.people.importing.ground import GROUP_OF
from guanai.people.importing.matching import valid_id
from guanai.people.models.rows import plain
from guanai.people.roster.values import is_missing
from guanai.people.rules import PARENTS, school_year

if TYPE_CHECKING:
    from guanai.organisations.models import Place
    from guanai.people.importing.ground import Ground
    from guanai.people.importing.staging import Staged

Fields = dict[str, Any]
SEX_OF = {"father": 1, "husband": 1, "mother": 2} | dict.fromkeys(
    ("51", "53", "55", "57", "61", "63", "71", "73", "81"), 1
) | dict.fromkeys(("52", "54", "56", "58", "62", "64", "75", "77"), 2)  # fmt: skip
STATES = {"home", "dead", "lost", "prison", "ill", "disabled"}
HARDSHIPS = {
    "low_income": "low_income",
    "poverty_registered": "poverty",
    "single_parent": "single_parent",
    "parents_divorced": "divorced",
}
SELF_CARE = {"full": "full", "partial": "part", "none": "none"}
LIVING = (
    ("alone", re.compile("独居|独自|单独|一个人")),
    ("grandchildren", re.compile("隔代|孙")),
    ("home", re.compile("敬老院|养老院|福利院")),
    ("spouse", re.compile("配偶|夫妻|老两口|老伴")),
    ("children", re.compile("子女|儿子|女儿")),
    ("kin", re.compile("亲属|亲戚|兄|弟|姐|妹")),
)
VILLAGERS_GROUP = re.compile(r"第?([0-9０-９一二三四五六七八九十]{1,3})\s*(?:村民)?小?[组社队]")
STRANGERS = {"99"}  # GB/T 4761: not related
# Columns about relatives, and the people of whom one must be named for a column to have its file;
# for those about both parents both.
RELATIVES = {
    **{role: ({role},) for role in ("father", "mother", "guardian", "caregiver", "husband")},
    **dict.fromkeys(("parents", "both"), ({"father", "mother"},)),
    "parent": ({"father"}, {"mother"}),
}


class Drafting:
    """Drafts of one family; rows that mention a person again add to the same draft."""

    def __init__(self, ground: Ground, known: dict[int, int]) -> None:
        self.ground, self.known = ground, known
        self.people: dict[int, PersonDraft] = {}
        self.homes: dict[int, HouseholdDraft] = {}
        self.differences: list[tuple[int, str, Any, Any]] = []  # row, field, kept, said
        self.first: dict[int, int] = {}  # person → the row that told of him first
        self.today = ground.today

    def first_told(self) -> list[tuple[PersonDraft, int]]:
        return [(draft, self.first[number]) for number, draft in self.people.items()]

    def add(self, row: Staged, people: dict[str, int]) -> None:
        """`people`: role → number of the person, as assembled."""
        place = self.ground.place(row)
        if place is None:
            return
        told = parts(row)
        drafts = {role: self._person(row, role, told[role], place, people[role]) for role in people}
        self._relate(row, drafts, told)
        self._unnamed(row, drafts[""], people.keys())
        home = self._home(row, place, people)
        for role in ("", "guardian", "caregiver", "father", "mother"):
            if role in drafts and drafts[role].household is None:
                drafts[role].household = home

    def _home(self, row: Staged, place: Place, people: dict[str, int]) -> HouseholdDraft:
        """Siblings share it: the household of a parent, of who cares, else one's own."""
        anchors = [
            people[role] for role in ("father", "mother", "guardian", "husband") if role in people
        ]
        home = next((self.homes[one] for one in anchors if one in self.homes), None)
        if home is None:
            found = VILLAGERS_GROUP.search(row.cells.get("village_code", ""))
            home = HouseholdDraft(place, f"{found[1]}组" if found else "")
        for one in anchors:
            self.homes.setdefault(one, home)
        return home

    # ------------------------------------------------------------------------------ the people
    def _person(
        self, row: Staged, role: str, told: Fields, place: Place, number: int
    ) -> PersonDraft:
        fresh = PersonDraft(
            (told.get("name") or "")[:60],
            place,
            sex=told.get("sex")
            or SEX_OF.get(role)
            or SEX_OF.get(str(told.get("relation_code")), 0),
            birth=partial(told.get("birth_date")),
            ethnicity=codes.ethnicity.code(told.get("ethnicity") or "") or "",
            ids=self._ids(row, role, told),
            phones=list(dict.fromkeys(told.get("phones") or [])),
            key=self.known.get(number),
        )
        if role:
            self._relative(fresh, told, row)
        else:
            self._self(fresh, told, row)
        if number not in self.people:
            self.people[number] = fresh
            self.first[number] = row.id
        else:
            self._merge(self.people[number], fresh, row.id)
        return self.people[number]

    def _ids(self, row: Staged, role: str, told: Fields) -> list[IdDraft]:
        number = told.get("id_number")
        if not number:
            return []
        valid = valid_id(row.fields, row.problems, f"{role}.id_number" if role else "id_number")
        if not role and not valid and not row.accepted and len(str(number)) == 18:  # noqa: PLR2004
            return []
        return [IdDraft(str(number), checked=bool(valid))]

    def _relative(self, draft: PersonDraft, told: Fields, row: Staged) -> None:
        born = valid_birth(draft)
        if born is None and isinstance(age := told.get("age"), int):
            as_of = row.context.get("as_of") or self.today.isoformat()
            born = PartialDate(dt.date(int(as_of[:4]) - age, 1, 1), Precision.YEAR)
        draft.birth = born
        draft.sex = draft.sex or sex_of_id(draft) or 0
        if told.get("health"):
            draft.health = HealthDraft(condition=cut(told["health"], 80))
        state = told.get("state")
        if state in STATES:
            draft.circumstances.append(CircumstanceDraft(state))
        if state == "away" or told.get("away_since") or (told.get("work_place") and not state):
            since = partial(told.get("away_since"))
            draft.away.append(AwayDraft(since, destination=cut(told.get("work_place"), 80)))

    def _self(self, draft: PersonDraft, told: Fields, row: Staged) -> None:
        draft.groups = (GROUP_OF[row.kind],) if row.kind in GROUP_OF else ()
        draft.hardships = [
            HardshipDraft(kind, bool(told[name]))
            for name, kind in HARDSHIPS.items()
            if told.get(name) is not None
        ]
        written = row.cells.get("village_code", "").strip()
        if len(written) > len(draft.place.name) + 1:
            draft.residences = [ResidenceDraft(written)]
        if told.get("health") or told.get("health_check_date") or told.get("self_care"):
            checked = partial(told.get("health_check_date"))
            draft.health = HealthDraft(
                condition=cut(told.get("health"), 80),
                self_care=SELF_CARE.get(told.get("self_care") or "", ""),
                checked_on=checked.date if checked else None,
            )
        getattr(self, f"_{row.kind}")(draft, told)
        if draft.schooling:
            draft.schooling.year = _school_year(row)

    def _child(self, draft: PersonDraft, told: Fields) -> None:
        draft.schooling = self._schooling(told)
        words = {"character": told.get("personality"), "interests": told.get("hobby")}
        draft.details = {name: cut(word, 200) for name, word in words.items() if word}

    def _schooling(self, told: Fields) -> SchoolingDraft | None:
        name, grade, number = told.get("school") or "", told.get("grade"), told.get("class")
        if not name and grade is None and told.get("boarding") is None:
            return None
        school = self.ground.school(name)
        return SchoolingDraft(
            school=school,
            school_name="" if school else cut(name, 80),
            school_class=self.ground.school_class(school, grade, number),
            grade=0 if grade is None and "幼儿园" in name else grade,
            class_name=f"{number}班" if number else "",
            state=stage(name, grade),
            boarding=told.get("boarding"),
            head_teacher=cut(told.get("head_teacher"), 40),
            results=cut(told.get("score"), 80),
        )

    def _woman(self, draft: PersonDraft, told: Fields) -> None:
        education = codes.education.code(told.get("education") or "")
        details = {
            "education": education,
            "skills": cut(told.get("skills"), 200),
            "children_count": told.get("children_count"),
            "elders_supported": told.get("elders_supported"),
        }
        draft.details = {name: value for name, value in details.items() if value not in (None, "")}

    def _elder(self, draft: PersonDraft, told: Fields) -> None:
        said = told.get("living") or ""
        living = next((code for code, words in LIVING if words.search(said)), None)
        if living:
            draft.details["living"] = living
        elif said:
            draft.notes.append(NoteDraft("remark", self.today, f"居住情况：{said}"))
        if told.get("children_away_count") is not None:
            draft.details["children_away"] = told["children_away_count"]

    def _away_period(self, draft: PersonDraft, told: Fields) -> None:
        since, until = partial(told.get("away_from")), partial(told.get("away_to"))
        place, employer = cut(told.get("work_place"), 80), cut(told.get("employer"), 80)
        ended = until.last if until else None
        if since and ended and ended < since.date:
            ended = None
        draft.away.append(AwayDraft(since, ended, place, employer, listed=True))

    def _unnamed(self, row: Staged, own: PersonDraft, named: Collection[str]) -> None:
        """What is said of a relative without a name has no file to stand in: it is kept in words,
        for whoever asks for the name."""
        told = []
        with translation.override(settings.LANGUAGE_CODE):
            for name, cell in row.cells.items():
                files = RELATIVES.get(name.partition(".")[0])
                if files and not is_missing(cell) and not any(one <= set(named) for one in files):
                    told.append(f"{wording.target(row.kind, name)} {cell.strip()}")
        if told:
            own.notes.append(NoteDraft("remark", self.today, "；".join(told)))

    # --------------------------------------------------------------------------- the relations
    def _relate(self, row: Staged, drafts: dict[str, PersonDraft], told: dict[str, Fields]) -> None:
        own = drafts[""]
        for role, relation in (("father", "51"), ("mother", "52"), ("husband", "11")):
            if role in drafts:
                link(own, relation, drafts[role])
        for role in ("guardian", "caregiver"):
            if role in drafts and drafts[role] is not own:
                relation = told[role].get("relation_code") or ""
                self._care(own, relation, drafts[role])

    @staticmethod
    def _care(own: PersonDraft, relation: str, carer: PersonDraft) -> None:
        known = next((kin.relation for kin in own.kin if kin.relative is carer), "")
        relation = known or relation
        if relation and not known and relation not in STRANGERS:
            link(own, relation, carer)
        kind = "parent" if relation in PARENTS else "entrusted"
        if all(care.guardian is not carer for care in own.guardians):
            own.guardians.append(GuardianDraft(carer, relation, kind))

    # ------------------------------------------------------------------------------- the merge
    def _merge(self, into: PersonDraft, other: PersonDraft, row: int) -> None:
        """Fill what is empty, add what is new; a different value is kept aside, never lost."""
        for name in ("name", "sex", "birth", "ethnicity", "care_form"):
            self._fill(into, other, name, row)
        for name in ("schooling", "health"):
            mine, said = getattr(into, name), getattr(other, name)
            if mine is None or said is None:
                setattr(into, name, mine or said)
                continue
            for part in type(mine).__dataclass_fields__.keys() - {"year"}:
                self._fill(mine, said, part, row, f"{name}.")
        into.groups = tuple(dict.fromkeys((*into.groups, *other.groups)))
        into.details = other.details | into.details
        into.phones = list(dict.fromkeys((*into.phones, *other.phones)))
        self._add(into.ids, other.ids, "number")
        self._add(into.circumstances, other.circumstances, "kind")
        self._add(into.hardships, other.hardships, "kind")
        self._add(into.residences, other.residences, "kind")
        self._add(into.notes, other.notes, "text")
        for away in other.away:
            add_away(into.away, away)

    def _fill(self, mine: Any, said: Any, name: str, row: int, prefix: str = "") -> None:
        kept, told = getattr(mine, name), getattr(said, name)
        if told in (None, "", 0) and told is not False:
            return
        if kept in (None, "", 0) and kept is not False:
            setattr(mine, name, told)
        elif kept != told and not (name == "birth" and alike(kept, told)):
            self.differences.append((row, f"{prefix}{name}", plain(kept), plain(told)))

    @staticmethod
    def _add(mine: list[Any], said: list[Any], key: str) -> None:
        have = {getattr(item, key) for item in mine}
        mine += [item for item in said if getattr(item, key) not in have]


def _school_year(row: Staged) -> int | None:
    """The one that the texts around the table name, else that of the report's day."""
    day = row.context.get("as_of")
    said: int | None = row.context.get("school_year")
    return said or (school_year(dt.date.fromisoformat(day)) if day else None)


def link(own: PersonDraft, relation: str, relative: PersonDraft) -> None:
    """Note the kinship once; nobody is his own kin."""
    if relative is not own and all(kin.relative is not relative for kin in own.kin):
        own.kin.append(KinDraft(relation, relative))


def add_away(mine: list[AwayDraft], said: AwayDraft) -> None:
    """A time away that is new; one that says less than what is known only fills its gaps."""
    for away in mine:
        if said.since is None or away.since is None or alike(said.since, away.since):
            if said.since and (away.since is None or said.since.precision > away.since.precision):
                away.since = said.since
            away.until = away.until or said.until
            away.destination = away.destination or said.destination
            away.employer = away.employer or said.employer
            away.listed |= said.listed
            return
    mine.append(said)


def alike(one: PartialDate, other: PartialDate) -> bool:
    """Equal as far as both are known."""
    return str(one).startswith(str(other)) or str(other).startswith(str(one))


def partial(text: object) -> PartialDate | None:
    return PartialDate.parse(text) if isinstance(text, str) and text else None


def cut(text: object, longest: int) -> str:
    return str(text or "")[:longest]


def valid_birth(draft: PersonDraft) -> PartialDate | None:
    """From the person's checked ID number."""
    number = next((document.number for document in draft.ids if document.checked), None)
    if number is None:
        return draft.birth
    return PartialDate(dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14])))


def sex_of_id(draft: PersonDraft) -> int | None:
    """GB 11643: the 17th digit is odd for a man."""
    number = next((document.number for document in draft.ids if document.checked), None)
    return 2 - int(number[16]) % 2 if number else None


def stage(school: str, grade: int | None) -> str:
    """The stage of schooling (Schooling.STATES) that a grade or a kindergarten's name says."""
    return "kindergarten" if "幼儿园" in school else rules.stage(grade)
