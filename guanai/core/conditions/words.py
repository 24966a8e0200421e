"""Reasons in words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanai.core.conditions.facts import FACTS, age_in
from guanai.core.conditions.nodes import Reason
from guanai.core.conditions.timeline import NO, UNKNOWN, YES

MANY = 3  # values


def in_words(reasons: Iterable[Reason]) -> str:
    return _("; ").join(dict.fromkeys(filter(None, map(_one, reasons))))


def _one(reason: Reason) -> str:
    fact = reason["fact"]
    if age_in(fact) is not None:
        return _aged(reason)
    if "lasts" in reason:
        return _lasting(reason)
    if "total" in reason:
        return _adding_up(reason)
    return _held(reason)


def _aged(reason: Reason) -> str:
    years = age_in(reason["fact"])
    if reason["answer"] == UNKNOWN or "age" not in reason:
        return _("not clear: whether under %(years)d") % {"years": years}
    return _("aged %(age)d") % {"age": reason["age"]}


def _lasting(reason: Reason) -> str:
    months = reason["lasts"]
    counted = ngettext("%(months)d month", "%(months)d months", months) % {"months": months}
    told = {"months": counted, "since": reason.get("since", "")}
    if reason["answer"] == UNKNOWN:
        return _("not clear: whether for %(months)s without a break") % told
    if reason["answer"] == NO:
        text = _("not yet for %(months)s without a break") % told
    else:
        text = _("for %(months)s without a break") % told
    return text + (_(" (%s)") % (_("since %s") % told["since"]) if told["since"] else "")


def _adding_up(reason: Reason) -> str:
    sure, may = reason["days"]
    told = {"total": reason["total"], "sure": sure, "may": may}
    if sure == may:
        return _("%(sure)d days of the year so far (%(total)d are asked)") % told
    return _("%(sure)d to %(may)d days of the year so far (%(total)d are asked)") % told


def _held(reason: Reason) -> str:
    fact, answer = FACTS.get(reason["fact"]), reason["answer"]
    if fact is None:
        return _("the definition is not in force on that day")
    values = [str(fact.values[value]) for value in reason.get("values", []) if value in fact.values]
    said = values if len(values) <= MANY else [*values[:2], "…"]
    what = str(fact.label)
    if reason.get("values") != ["yes"]:
        what = _("%(fact)s: %(values)s") % {"fact": what, "values": _(" or ").join(said)}
    if answer != YES:
        return (_("not clear: %s?") if answer == UNKNOWN else _("not: %s")) % what
    if fact.plain:
        return ""
    since = _("since %s") % reason["since"] if reason.get("since") else ""
    more = _(", ").join(filter(None, [since, reason.get("note", "")]))
    return what + (_(" (%s)") % more if more else "")
