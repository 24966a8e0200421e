"""What the words of acts say: each room names its own in AppConfig.ready by `WORDS.update(…)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanai.core.words import StrOrPromise

Facts = Mapping[str, Any]
REFUSED = "refused"
VERBS: dict[str, StrOrPromise] = {}  # what was refused: permission → words
CODES: dict[str, Mapping[Any, StrOrPromise]] = {}  # name of a fact → what its codes mean


def refusal(facts: Facts) -> str:
    verb = str(facts.get("perm", ""))
    return str(_("was refused: %s")) % VERBS.get(verb, verb)


WORDS: dict[str, StrOrPromise | Callable[[Facts], str]] = {
    REFUSED: refusal,
    "audit.log.empty": _("removed %(rows)s rows of the log whose time was over"),
    "audit.report.take": _("took the data-protection audit of %(since)s to %(until)s"),
    "audit.finding.look": _("looked into a pattern: %(result)s"),
    "core.keys.sheet": _("printed the recovery sheet, %(sheets)s sheets"),
    "core.keys.let_in": _("gave the administrator %(user)s a code by the recovery sheet"),
    "core.keys.recover": _("brought the county key back from paper"),
    "core.keys.rotate": _("began to turn the county key"),
    "core.keys.rotated": _("turned the county key"),
    "core.backup.write": _("wrote a backup, %(rows)s rows"),
    "core.backup.failed": _("could not make the planned backup"),
    "core.upgrade": _("brought the home up to version %(version)s"),
    "core.backup.restore": _("restored a backup of %(day)s, %(rows)s rows"),
}
VERBS["audit.view_entry"] = _("see the log")
HOW: dict[str, StrOrPromise] = {
    "page": _("looked at"),
    "form": _("opened to be changed"),
    "history": _("history looked at"),
    "print": _("printed"),
    "export": _("exported"),
    "card": _("contact card printed"),
    "import": _("seen beside an import"),
    "search": _("found"),
}


class _Shown(dict[str, Any]):
    def __missing__(self, _key: str) -> str:
        return "…"


def sentence(action: str, facts: Facts) -> str:
    """The act as an auditor reads it; the word itself if no room knows it (any more)."""
    words = WORDS.get(action, action)
    if not isinstance(words, str | Promise):
        return words(facts)
    shown = {
        key: CODES.get(key, {}).get(value, value)
        for key, value in facts.items()
        if isinstance(value, str | int)
    }
    return str(words) % _Shown(shown)
