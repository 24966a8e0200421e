"""How the parts of a file stand on its page: titles, lines of label and text, what can be done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from guanai.core.dates import PartialDate, Precision
from guanai.people import details
from guanai.people.file import Facts, File, Kin
from guanai.people.labels import GRADES, KINDS, field_label, show
from guanai.people.rules import UNATTENDED_UNDER
from guanai.people.wording import relation

Line = tuple[str, str]
FORMATS = {1: "Y", 2: "YEAR_MONTH_FORMAT", 3: "DATE_FORMAT"}
PARTS = ("child", "parents", "cadre", "carer")
# Kinds whose entries stand on the page of a child, woman or elder, in this order.
SCHOOL = ("schooling",)
OWN = ("health", "hardship", "residence", "contact", "identity")
ADULT = ("health", "hardship", "residence", "contact", "identity", "away", "circumstance")
OF_KIN = ("contact", "away", "circumstance", "health", "residence")


def spine_day(day: dt.date, precision: int = Precision.DAY) -> str:
    """Short where the year is this one."""
    this_year = day.year == timezone.localdate().year
    return (
        date_format(day, "MONTH_DAY_FORMAT")
        if this_year and precision == Precision.DAY
        else (day_text(day, precision))
    )


def day_text(day: dt.date, precision: int = Precision.DAY) -> str:
    return date_format(day, FORMATS[precision])


def partial_text(date: PartialDate | None) -> str:
    return day_text(date.date, date.precision) if date else ""


def period(row: Any) -> str:
    """“since 2024-02”, “2024-02 – 2025-01-31” or empty."""
    began = partial_text(getattr(row, "began", None))
    ended = day_text(row.until) if getattr(row, "until", None) else ""
    if ended:
        return f"{began} – {ended}"
    return _("since %s") % began if began else ""


def lines(row: Any) -> list[Line]:
    """Every fact that the row states, in words; what it is first, the period last."""
    if row.KIND == "schooling":
        shown = _schooling(row)
    else:
        quiet = {"since", "until", "rank", *({"checked"} if getattr(row, "checked", 0) else ())}
        shown = [
            (str(field_label(row.KIND, fact)), _fact(row, fact))
            for fact in row.FACTS
            if fact not in quiet
        ]
    told = [*_kind_first(shown), (_("time"), period(row))]
    return [(title, text) for title, text in told if text]


def _kind_first(shown: list[Line]) -> list[Line]:
    """“kind: phone, number: 199…” reads as “phone: 199…”."""
    kind = str(field_label("", "kind"))
    if len(shown) > 1 and shown[0][0] == kind:
        return [(shown[0][1], shown[1][1] or shown[0][1]), *shown[2:]]
    return shown


def _schooling(row: Any) -> list[Line]:
    grade = dict(GRADES).get(row.grade, "")
    school = [row.extra_school or row.school_name, str(grade), row.class_name]
    told = [(_("school"), " ".join(filter(None, school)))]
    rest = ("state", "boarding", "head_teacher", "results", "weak_subjects")
    return told + [(str(field_label("schooling", fact)), _fact(row, fact)) for fact in rest]


def _fact(row: Any, fact: str) -> str:
    if fact == "place" and hasattr(row, "extra_place"):
        return row.extra_place or ""
    return show(f"{row.KIND}.{fact}", row.fact(fact))


CARE_SHOWN = ("agreed_on", "child_heard", "school_told_on", "village_told_on")


def care_lines(care: Any) -> list[Line]:
    """What the file knows of an agreement on care."""
    shown = [(str(field_label("guardianship", fact)), _fact(care, fact)) for fact in CARE_SHOWN]
    return [(title, text) for title, text in [*shown, (_("time"), period(care))] if text]


@dataclass(frozen=True)
class Entry:
    """One row as it stands on the page."""

    row: Any
    lines: list[Line]

    @classmethod
    def of(cls, row: Any) -> Entry:
        return cls(row, lines(row))

    @property
    def text(self) -> str:
        return " · ".join(text for _label, text in self.lines)

    @property
    def told(self) -> str:
        """With its labels, in one line."""
        return "；".join(f"{label} {text}" for label, text in self.lines)


@dataclass(frozen=True)
class Section:
    """The entries of one kind: those of today, and the earlier ones."""

    kind: str
    title: str
    now: list[Entry] = field(default_factory=list)
    before: list[Entry] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.now and not self.before


@dataclass(frozen=True)
class Parts:
    """Sections with entries, and those of which nothing is entered yet."""

    filled: list[Section]
    empty: list[Section]


def parts(facts: Facts, kinds: tuple[str, ...], hidden: frozenset[str]) -> Parts:
    """`hidden`: hardships that rest on no law today."""
    found = []
    for kind in kinds:
        rows = [row for row in facts.all(kind) if getattr(row, "kind", "") not in hidden]
        current = set(facts.current(kind)) if rows and hasattr(rows[0], "goes_on") else set(rows)
        now = [Entry.of(row) for row in rows if row in current]
        before = [Entry.of(row) for row in rows if row not in current]
        found.append(Section(kind, str(KINDS[kind]), now, before))
    return Parts([s for s in found if not s.is_empty], [s for s in found if s.is_empty])


def detail_lines(file: File) -> list[Line]:
    """The details that this file asks for and knows."""
    known = dict(file.person.details)
    if "grandparent_care" not in known and file.grandparents_care:
        known["grandparent_care"] = "yes"
    adult = not file.is_child
    asked = details.asked_of(file.groups, adult=adult)
    return [(str(one.label), one.show(known[one.key])) for one in asked if one.key in known]


def kin_details(kin: Kin) -> list[Line]:
    known = kin.person.details
    adult = details.asked_of((), adult=True)
    return [(str(one.label), one.show(known[one.key])) for one in adult if one.key in known]


def why(file: File) -> list[str]:
    """What is true now: where parents or spouse are. Definitions speak in a later room."""
    said = []
    for kin in file.kin:
        away = kin.facts.away
        if away and kin.shown:
            place = " ".join(filter(None, [away.destination, away.employer]))
            since = partial_text(away.began)
            named = {"who": kin.person.name, "place": place or "—", "since": since or "—"}
            text = _("%(who)s has been away since %(since)s: %(place)s") % named
            this_year = _("; %d days this year") % kin.facts.days_away
            said.append(text + this_year)
        said += [f"{kin.person.name}：{row.get_kind_display()}" for row in kin.facts.hindrances]
    return said


def summary(file: File) -> list[Line]:
    """The file in a few lines, for who confirms it: birth, school, the family with phones."""
    told = [(_("birth date"), partial_text(file.person.birth_date))]
    told += [
        (str(KINDS["schooling"]), Entry.of(row).told) for row in file.facts.current("schooling")
    ]
    for kin in (one for one in file.kin if one.shown and not one.below):
        away = kin.facts.away
        told.append(
            (
                relation(kin.relation),
                " · ".join(
                    filter(
                        None,
                        [
                            kin.person.name,
                            kin.care.get_kind_display() if kin.care else "",
                            *(phone.value() for phone in kin.facts.phones[:1]),
                            f"{away.destination} {period(away)}".strip() if away else "",
                        ],
                    )
                ),
            )
        )
    return [(title, text) for title, text in told if text]


def alarm(file: File) -> str:
    """R14.15, in words; empty if somebody cares for the child."""
    if not file.alone:
        return ""
    age = file.person.age()
    if age is not None and age < UNATTENDED_UNDER:
        return _(
            "Under eight, and the file names nobody who cares for this child: a child of this age "
            "is never left unattended (未保法 art. 21). See to it today."
        )
    return _(
        "Under sixteen, and the file names nobody who cares for this child: no child lives alone "
        "without a guardian (未保法 art. 21). See to it today."
    )


def owed(file: File) -> list[str]:
    """What entrusted care still lacks (未保法 art. 22–23)."""
    asked = {
        "agreed_on": _("the written agreement"),
        "school_told_on": _("the notice to the school"),
        "village_told_on": _("the notice to the village committee"),
    }
    cares = [kin.care for kin in file.carers if kin.care and kin.care.kind == "entrusted"]
    return [text for fact, text in asked.items() if any(not getattr(c, fact) for c in cares)]


MISSING = {
    "child.name": "name",
    "child.birth_date": "born",
    "child.health": "health",
    "child.poverty": "hardship",
    "child.address": "address",
    "child.school_class": "schooling.class_name",
}


def four_haves(file: File) -> list[tuple[str, list[str]]]:
    """The four parts with what is missing in each, in words (R13.9)."""
    titles = (_("child"), _("parents"), _("village cadre"), _("guardian or next of kin"))
    measured = file.completeness
    return [
        (title, [_missing(item) for item in measured.lacking(part)])
        for part, title in zip(PARTS, titles, strict=True)
    ]


def _missing(item: str) -> str:
    who, _dot, what = item.partition(".")
    names = {"father": _("father"), "mother": _("mother"), "cadre": "", "carer": ""}
    if item in MISSING:
        words = {"health": _("health"), "hardship": _("whether poor")}
        return words.get(MISSING[item]) or str(field_label("", MISSING[item]))
    if not what:
        return names.get(who) or _("not named yet")
    parent = who in {"father", "mother"}
    words = {"name": pgettext("person", "name"), "phone": _("phone"), "address": _("address")}
    text = _("workplace") if parent and what == "address" else words[what]
    return f"{names[who]} {text}".strip()
