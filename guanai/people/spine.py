"""What happened, as the spine of a file: facts of the person and kin, and changes of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.core.dates import Precision
from guanai.core.registries import Moment, strands
from guanai.organisations.models import User
from guanai.people.file import Facts, File
from guanai.people.labels import label, show
from guanai.people.models import Change, Person
from guanai.people.presenting import OF_KIN
from guanai.people.wording import relation

# Changes that are told by the facts themselves are left to the history.
TOLD = {
    "person.change": gettext_lazy("Corrected"),
    "change.revert": gettext_lazy("Corrected"),
    "person.move": gettext_lazy("Moved"),
    "person.close": gettext_lazy("File closed"),
    "person.reopen": gettext_lazy("File opened again"),
    "registration.keep": gettext_lazy("Stays in the ledger"),
    "transfer.propose": gettext_lazy("Handing over proposed"),
    "transfer.returned": gettext_lazy("Handing over sent back"),
    "transfer.withdrawn": gettext_lazy("Handing over withdrawn"),
    "checklist.confirm": gettext_lazy("Checklist"),
}
QUIET = "difficulty"  # told to those alone who keep the file
SOCIETY = {"social", "association", "firm", "station"}


def spine(file: File, changes: Iterable[Change], reader: User) -> list[Moment]:
    """Latest first."""
    moments = [*_of_person(file.facts, ""), *_of_care(file), *_of_changes(changes)]
    for kin in (one for one in file.kin if one.shown):
        moments += _of_kin(kin.facts, f"{relation(kin.relation)} {kin.person.name}".strip())
    for strand in strands.all():
        moments += strand.moments(file.person, reader)
    return sorted(moments, key=lambda moment: moment.day, reverse=True)


def _of_kin(facts: Facts, who: str) -> Iterator[Moment]:
    for row in facts.all("away"):
        work = " ".join(filter(None, [row.destination, row.employer, row.occupation]))
        left, back = _("%s left for work") % who, _("%s came back") % who
        yield from _ends(row, left, back, work, "family")
    for row in facts.all("circumstance"):
        yield from _ends(row, f"{who}：{row.get_kind_display()}", side="family")


def _of_person(facts: Facts, who: str) -> Iterator[Moment]:
    yield from _of_kin(facts, who or facts.person.name)
    for row in facts.all("registration"):
        group = row.get_group_display()
        entered, struck = _("Entered in the ledger “%s”"), _("Struck out of the ledger “%s”")
        why = row.get_left_for_display()
        yield from _ends(row, entered % group, struck % group, "", "government", why)
    for row in facts.all("residence"):
        home = f"{row.get_kind_display()} {row.extra_place or _('outside this county')}"
        yield from _ends(row, home, "", row.address(), "government")
    for row in facts.all("schooling"):
        school = row.extra_school or row.school_name
        began = f"{row.get_state_display()} {school}".strip()
        yield from _ends(row, began, "", _results(row), "school")
    for row in facts.all("health"):
        day = row.since or row.checked_on
        if day:
            yield Moment(day, _("Health"), row.condition, row.since_precision if row.since else 3)
    yield from _of_records(facts)


def _of_records(facts: Facts) -> Iterator[Moment]:
    for row in facts.all("award"):
        if row.given_on:
            yield Moment(row.given_on, row.title, row.given_by, side="society")
    for row in facts.all("note"):
        side = "society" if row.kind == "help" else ""
        yield Moment(row.day, row.get_kind_display(), row.text(), side=side)
    for row in facts.all("met"):
        yield Moment(row.day, row.get_kind_display(), f"{row.get_whom_display()} {row.made_by}")


def _results(row: Any) -> str:
    weak = _("weak in %s") % row.weak_subjects if row.weak_subjects else ""
    return " · ".join(filter(None, [row.results, weak]))


def _of_care(file: File) -> Iterator[Moment]:
    for kin in file.kin:
        if kin.care:
            who = f"{kin.person.name} {relation(kin.relation)}".strip()
            kind = kin.care.get_kind_display()
            ended = _("Care by %s ended") % who
            yield from _ends(kin.care, f"{kind}：{who}", ended, "", "family")


def _ends(
    row: Any, began: str, ended: str = "", text: str = "", side: str = "", why: str = ""
) -> Iterator[Moment]:
    if row.since:
        precision = getattr(row, "since_precision", Precision.DAY)
        yield Moment(row.since, began, text, precision, side=side)
    if ended and row.until and row.until <= timezone.localdate():
        yield Moment(row.until, ended, why, side=side)


def _of_changes(changes: Iterable[Change]) -> Iterator[Moment]:
    """`office`: the kind of organisation for which the one who acted works."""
    for change in changes:
        who = str(change.entry.user) if change.entry and change.entry.user else ""
        day, side = timezone.localdate(change.at), _side(getattr(change, "office", None))
        if change.version == 1:
            yield Moment(day, _("File opened"), who, side=side)
        elif change.why == "person.merge":
            yield Moment(day, _("Another file was merged into this one"), who, side=side)
        elif change.why in TOLD or change.why.endswith((".correct", ".withdraw")):
            shown = [fact for fact in change.facts if not fact.startswith(QUIET)]
            if not shown:
                continue
            facts = "、".join(dict.fromkeys(label(fact) for fact in shown))
            title = str(TOLD.get(change.why, TOLD["person.change"]))
            yield Moment(day, title, f"{facts} · {who}" if who else facts, side=side)


def _side(office: str | None) -> str:
    if not office:
        return ""
    return "school" if office == "school" else "society" if office in SOCIETY else "government"


# What of the kin a file shows, so that its history may too.
KIN_SHOWN = frozenset({*Person.FACTS, *OF_KIN, "details"})


def told(
    change: Change,
    names: dict[str, str],
    only: frozenset[str] | None = None,
    *,
    quiet: bool = False,
) -> list[tuple[str, str, str]]:
    """(fact, before, after) in words, for the history; the beginning of a file in one line.

    `names`: what keys stand for that history kept as numbers, by “kind:key”. `only`: the kinds
    that may be told. What is quiet is told only if that is `quiet`.
    """
    rows = [
        (label(key.partition("@")[0]), _said(key, before, names), _said(key, after, names))
        for key, (before, after) in change.values().items()
        if (only is None or key.partition("@")[0].partition(".")[0] in only)
        and (quiet or not key.startswith(QUIET))
    ]
    if change.version > 1:
        return rows
    stated = [f"{fact} {after}" for fact, _before, after in rows if after]
    return [(_("File opened"), "", "；".join(stated))]


NUMBERED = {
    "kinship": "person",
    "guardianship": "person",
    "schooling.school": "organisation",
    "schooling.school_class": "class",
    "place": "place",
}


def numbered(changes: Iterable[Change]) -> Iterator[tuple[str, int | str]]:
    """(what, key or code) of everything that these changes name by a number only."""
    for change in changes:
        for key, values in change.values().items():
            what = _numbered(key)
            for value in values if what else ():
                found = value if isinstance(value, list) else [value]
                yield from ((what, one) for one in found if isinstance(one, (int, str)))


def _numbered(key: str) -> str:
    name = key.partition("@")[0]
    return NUMBERED.get(name) or NUMBERED.get(name.partition(".")[0], "")


def _said(key: str, value: Any, names: dict[str, str]) -> str:
    what = _numbered(key)
    if what and isinstance(value, (int, str, list)):
        found = value if isinstance(value, list) else [value]
        return "、".join(names.get(f"{what}:{one}", "") for one in found)
    return show(key, value)
