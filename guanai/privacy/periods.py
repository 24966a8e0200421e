"""How long kinds of data stay in Guanai, and by when an office answers; a county may rule."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from guanai.core.registries import Period
from guanai.privacy.models import Consent, Request
from guanai.privacy.models.deletions import files_due
from guanai.privacy.rules import years_after


def consents_due(day: dt.date, years: int) -> QuerySet[Any]:
    return Consent.objects.ended(years_after(day, -years))


def requests_due(day: dt.date, years: int) -> QuerySet[Any]:
    return Request.objects.answered(years_after(day, -years))


def needs(person: Any) -> list[str]:
    """Of a file that is to be destroyed: somebody waits to be told what stands in it."""
    waits = Request.objects.open().filter(person=person).exclude(kind="delete").exists()
    return [str(_("A request about this file waits for its answer."))] if waits else []


def forget(person: Any) -> None:
    """Papers go; the rest is sealed under the key that goes."""
    for row in Consent.objects.filter(person=person).exclude(scan=""):
        row.drop_scan()
    Consent.objects.filter(given_by=person).update(given_by=None)


def drop_consents(rows: QuerySet[Any]) -> int:
    for row in rows.exclude(scan=""):
        row.drop_scan()
    return drop(rows)


def drop(rows: QuerySet[Any]) -> int:
    count = rows.count()
    rows.delete()
    return count


LIMIT = _("Civil Code art. 188, time limit for claims")
NONE_FOUND = _("no national period found")
IN_TIME = _("PIPL art. 50 says “in time”; fifteen workdays are custom")
PERIODS = [
    Period("file", _("files, after the last ledger and the eighteenth birthday"), 2, "years",
           NONE_FOUND, due=files_due),
    Period("consents", _("consents, after their end"), 3, "years",
           LIMIT, due=consents_due, erase=drop_consents),
    Period("requests", _("requests, after the answer"), 3, "years",
           LIMIT, due=requests_due, erase=drop),
    Period("assessment", _("impact assessments, at least"), 3, "years",
           _("PIPL art. 56"), sure=True, fixed=True),
    Period("imports", _("uploaded rosters, as long as the import can be taken back"),
           settings.UNDO_DAYS, "days", _("needed no longer"), fixed=True),
    Period("answer", _("answer to a request about one's data"), 15, "workdays", IN_TIME),
]  # fmt: skip
