"""What this room tells an auditor: its words in the log, its part of the yearly audit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from guanai.audit.models import Entry
from guanai.audit.words import sentence
from guanai.core.registries import Chapter

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ACTS: dict[str, StrOrPromise] = {
    "privacy.consent.record": _("recorded a consent"),
    "privacy.consent.withdraw": _("recorded that a consent was withdrawn"),
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
}


def handled(since: dt.datetime, until: dt.datetime) -> Iterator[tuple[Any, ...]]:
    acts = Entry.objects.filter(at__gte=since, at__lt=until, refused=False)
    for word in ACTS:
        yield sentence(word, {}), acts.filter(action=word).count()


CHAPTERS = [Chapter(_("Consents, requests, deletions"), (_("act"), _("times")), handled, rank=50)]
