"""What facts are called, and their values in words, on pages, in forms and in the history."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanai.core import codes
from guanai.core.words import StrOrPromise
from guanai.people import details
from guanai.people.conflicts import clear_name
from guanai.people.models import ROWS, Person
from guanai.people.models.person import GROUPS
from guanai.people.wording import name_of

KINDS: dict[str, StrOrPromise] = {
    "contact": _("phone or other contact"),
    "identity": _("identity document"),
    "residence": _("residence"),
    "away": _("time away for work"),
    "circumstance": _("circumstance"),
    "schooling": _("schooling"),
    "health": _("health"),
    "hardship": _("hardship and entitlement"),
    "kinship": _("kinship"),
    "guardianship": _("guardianship"),
    "award": _("honour"),
    "note": _("written note"),
    "difficulty": _("difficulty"),
    "met": _("contact made"),
    "registration": _("ledger"),
    "transfer": _("handing over"),
    "checklist": _("checklist"),
}
FACTS: dict[str, StrOrPromise] = {
    "name": pgettext_lazy("person", "name"),
    "sex": _("sex"),
    "born": _("birth date"),
    "died": _("day of death"),
    "ethnicity": _("ethnicity"),
    "care_form": _("form of care"),
    "closed_for": _("reason"),
    "kept_on": _("stays, decided on"),
    "place": _("responsible place"),
    "household": _("household"),
    "merged": _("file merged into this one"),
    "since": _("since"),
    "until": _("until"),
    "kind": _("kind"),
    "address": _("full address"),
    "contact.value": _("number"),
    "contact.rank": _("order of calling"),
    "identity.number": _("number"),
    "identity.checked": _("number checked"),
    "away.since": _("left on"),
    "away.until": _("came back on"),
    "away.destination": _("province and city"),
    "away.employer": _("work unit"),
    "away.occupation": _("kind of work"),
    "away.address": _("full postal address of the workplace"),
    "away.listed": _("all times away of this person are entered"),
    "schooling.state": _("state of schooling"),
    "schooling.school": _("school"),
    "schooling.school_name": _("other school"),
    "schooling.grade": _("grade"),
    "schooling.class_name": _("class"),
    "schooling.school_class": _("class in the register"),
    "schooling.boarding": _("boards at school"),
    "schooling.head_teacher": _("class teacher"),
    "schooling.results": _("results"),
    "schooling.weak_subjects": _("weak subjects"),
    "health.condition": _("health condition"),
    "health.disability": _("disability"),
    "health.disability_grade": _("grade of disability"),
    "health.self_care": _("self-care"),
    "health.can_guard": _("able to be a guardian"),
    "health.checked_on": _("health check on"),
    "hardship.holds": _("holds"),
    "kinship.relative": _("relative"),
    "kinship.relation": _("relation"),
    "guardianship.guardian": _("guardian"),
    "guardianship.relation": _("relation"),
    "residence.rural": _("rural or urban registration"),
    "guardianship.agreed_on": _("agreement signed on"),
    "guardianship.child_heard": _("the child was heard"),
    "guardianship.school_told_on": _("school told in writing on"),
    "guardianship.village_told_on": _("village told in writing on"),
    "award.title": _("honour"),
    "award.given_by": _("given by"),
    "award.given_on": _("given on"),
    "difficulty.until": _("forgotten after (a year at most)"),
    "difficulty.text": _("what is seen, and what helps"),
    "confirmation": _("quarterly check"),
    "met.kind": _("how"),
    "met.day": _("day"),
    "met.whom": _("with whom"),
    "met.made_by": _("by whom, if not by you"),
    "note.day": _("day"),
    "note.text": _("text"),
}
GRADES: list[tuple[int, StrOrPromise]] = [
    (0, _("kindergarten")),
    (1, _("grade 1")),
    (2, _("grade 2")),
    (3, _("grade 3")),
    (4, _("grade 4")),
    (5, _("grade 5")),
    (6, _("grade 6")),
    (7, _("grade 7")),
    (8, _("grade 8")),
    (9, _("grade 9")),
    (10, _("grade 10")),
    (11, _("grade 11")),
    (12, _("grade 12")),
]
YES_NO = {True: pgettext_lazy("answer", "yes"), False: pgettext_lazy("answer", "no")}
RELATIONS = {"kinship.relation", "guardianship.relation"}


def label(name: str) -> str:
    """“schooling.grade”, “details.doting” or “name” in words."""
    kind, _dot, fact = name.partition(".")
    if kind == "details" and fact in details.BY_KEY:
        return str(details.BY_KEY[fact].label)
    if not fact:
        return str(FACTS.get(name) or KINDS.get(name, name))
    known = FACTS.get(name) or FACTS.get(fact) or _of_kind(kind, fact)
    of_kind = KINDS.get(kind, kind)
    return f"{of_kind} · {known}" if known else str(of_kind)


def _of_kind(kind: str, code: str) -> str:
    """“hardship.low_income” and “kinship.51”, as the files that came in are told."""
    if kind == "kinship":
        return name_of(codes.relation, code)
    if kind == "registration":
        return _group(code)
    model: Any = ROWS.get(kind)
    if model is None or "kind" not in model.FACTS:
        return ""
    return str(dict(model._meta.get_field("kind").flatchoices).get(code, ""))


def _group(code: str) -> str:
    return str({str(group): title for group, title in GROUPS}.get(code, code))


def field_label(kind: str, fact: str) -> StrOrPromise:
    return FACTS.get(f"{kind}.{fact}") or FACTS.get(fact, fact)


def show(name: str, value: Any) -> str:
    """The plain value of that fact in words; empty for None."""
    name = clear_name(name)
    kind, _dot, fact = name.partition(".")
    if value is None:
        text = ""
    elif isinstance(value, dict):
        text = str(value["label"]) if "label" in value else _row(name, value)
    elif isinstance(value, bool):
        text = str(YES_NO[value])
    elif kind == "details" and fact in details.BY_KEY:
        text = details.BY_KEY[fact].show(value)
    elif isinstance(value, list):
        text = "、".join(show(name, one) for one in value)
    else:
        text = _coded(name, kind, fact, value)
    return text


def _row(kind: str, facts: dict[str, Any]) -> str:
    """A whole entry: what it states, in one line."""
    shown = [(field_label(kind, fact), show(f"{kind}.{fact}", v)) for fact, v in facts.items()]
    return "；".join(f"{title} {text}" for title, text in shown if text)


def _coded(name: str, kind: str, fact: str, value: Any) -> str:
    if name in RELATIONS or name == "ethnicity":
        return name_of(codes.relation if name in RELATIONS else codes.ethnicity, str(value))
    if kind in {"kinship", "guardianship"} and isinstance(value, int):
        return ""  # the key of a relative
    if name == "registration":
        return _group(str(value))
    known: dict[Any, Any] = dict(GRADES) if name == "schooling.grade" else {}
    model: Any = ROWS.get(kind, Person)
    column = fact if kind in ROWS else name
    if column in {field.name for field in model._meta.fields}:
        known = known or dict(model._meta.get_field(column).flatchoices)
    return str(known.get(value, value))
