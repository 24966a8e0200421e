"""What this room tells an auditor: its words in the log, its part of the yearly audit."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.core.dates import age_on
from guanai.core.registries import Chapter
from guanai.core.words import StrOrPromise
from guanai.people.rules import ADULT
from guanai.privacy.catalogue import shipped
from guanai.privacy.models import Consent, Deletion, Request, Withdrawal
from guanai.privacy.rules import OWN_WORD

ACTS: dict[str, StrOrPromise] = {
    "privacy.consent.record": _("recorded a consent or refusal: %(purpose)s"),
    "privacy.consent.withdraw": _("recorded that a consent was withdrawn: %(purpose)s"),
    "privacy.missing.print": _("printed whose consents lack, %(files)s people"),
    "privacy.request.receive": _("took in a request about personal data"),
    "privacy.request.extend": _("extended the time for a request"),
    "privacy.request.answer": _("answered a request"),
    "privacy.request.copy": _("printed the copy of a file for a request"),
    "privacy.paper.keep": _("wrote a notice or rule, version %(version)s"),
    "privacy.paper.publish": _("published a notice or rule, version %(version)s"),
    "privacy.deletion.decide": _("decided to destroy a file"),
    "privacy.deletion.confirm": _("confirmed the destruction of a file"),
    "privacy.deletion.call_off": _("called off the destruction of a file"),
    "privacy.deletion.sweep": _("removed what was past its time, %(count)s rows"),
    "privacy.purpose.settle": _("settled on what a purpose rests: %(code)s"),
    "privacy.period.settle": _("settled how long data stay: %(code)s"),
}
HOW: dict[str, StrOrPromise] = {
    "consent": _("consent looked at"),
    "scan": _("scan of a consent taken"),
    "request": _("request looked at"),
    "copy": _("copied for who asked"),
}
CODES: dict[str, dict[Any, Any]] = {"purpose": shipped()}
Told = Iterable[tuple[Any, Any, dt.date | None, dt.date]]  # what, which, born, on that day


def by_age(told: Told) -> Iterator[tuple[Any, ...]]:
    """What, which → under 14, 14–17, other or unknown age on the day."""
    counts: Counter[tuple[str, str, int]] = Counter()
    for what, which, born, day in told:
        age = age_on(born, day) if born else ADULT
        counts[str(what), str(which), (age >= OWN_WORD) + (age >= ADULT)] += 1
    for what, which in sorted({key[:2] for key in counts}):
        yield what, which, *(counts[what, which, band] for band in range(3))


def consents(since: dt.datetime, until: dt.datetime) -> Iterator[tuple[Any, ...]]:
    span: Any = {"recorded_at__gte": since, "recorded_at__lt": until}
    given = Consent.objects.filter(**span).select_related("person")
    taken = Withdrawal.objects.filter(**span).select_related("consent__person")
    answers = {True: _("given"), False: _("does not agree")}
    told = [(answers[one.granted], one, one.person.born, one.on) for one in given]
    told += [(_("withdrawn"), one.consent, one.consent.person.born, one.on) for one in taken]
    yield from by_age(told)


def requests(since: dt.datetime, until: dt.datetime) -> Iterator[tuple[Any, ...]]:
    first, last = timezone.localdate(since), timezone.localdate(until)
    rows = Request.objects.filter(received_on__gte=first, received_on__lt=last)
    rows = rows.select_related("person", "answer")
    yield from by_age(
        (one.get_kind_display(), one.timeliness, one.person.born, one.received_on) for one in rows
    )


def deletions(since: dt.datetime, until: dt.datetime) -> Iterator[tuple[Any, ...]]:
    done = Deletion.objects.filter(done_at__gte=since, done_at__lt=until)
    yield from sorted(Counter(done.values_list("rule", flat=True)).items())


AGES = (_("under 14"), _("14–17"), _("other age or unknown"))
CHAPTERS = [
    Chapter(_("Consents"), (_("answer"), _("what for"), *AGES), consents, rank=44),
    Chapter(_("Requests"), (_("what is asked"), _("state"), *AGES), requests, rank=46),
    Chapter(_("Log of deletions"), (_("rule"), _("times")), deletions, rank=62),
]
