"""The words for what imports find: files, kinds, fields, problems.

The reader is free of Django and gives English message ids; here they are named for translation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from guanai.people.labels import label, show
from guanai.people.models import Schooling
from guanai.people.models.rows import plain
from guanai.people.roster.checks import PROBLEMS
from guanai.people.roster.errors import MESSAGES
from guanai.people.roster.targets import TARGETS

KINDS = {
    "child": gettext_noop("children"),
    "woman": gettext_noop("women"),
    "elder": gettext_noop("elders"),
    "helper": gettext_noop("helpers (checked only; pairing stores them later)"),
    "away_period": gettext_noop("people away for work"),
}
OURS = {
    "place.missing": gettext_noop(
        "Neither the row nor the import says in which village or township"
    ),
    "place.outside": gettext_noop("The place lies outside of your area"),
    "school.outside": gettext_noop("Not a pupil of your school"),
    "group.outside": gettext_noop("Your post does not keep this ledger at this place."),
    "id.elsewhere": gettext_noop(
        "A file with this number exists already. If you do not see it, ask the county."
    ),
}
BROKEN = (
    gettext_noop("The import of {file} was interrupted; nothing was written."),
    gettext_noop("Start it again; if it happens again, tell your administrator."),
)
IGNORED = {
    "hidden": gettext_noop("hidden sheet"),
    "notes_or_old": gettext_noop("notes or an old version"),
    "no_header": gettext_noop("no header found"),
    "empty": gettext_noop("empty sheet"),
}


def kind(code: str) -> str:
    return _(KINDS[code])


def problem(code: str) -> str:
    return _(PROBLEMS.get(code) or OURS.get(code) or code)


def fact(name: str) -> str:
    """What a difference is about."""
    return label(
        {"birth": "born", "identity": "identity", "guardian": "guardianship"}.get(name, name)
    )


def value(name: str, said: Any) -> str:
    """What a difference says, in words."""
    name = "born" if name == "birth" else name
    kind, _dot, column = name.partition(".")
    if kind == "schooling" and column in {"school", "school_class"} and isinstance(said, int):
        model: Any = Schooling._meta.get_field(column).related_model
        said = plain(model.objects.filter(pk=said).first())
    return show(name, said)


def target(of: str, name: str) -> str:
    """A column's meaning; “sex=男” is a column whose ticks mean 男."""
    base, _equals, option = name.partition("=")
    text = "：".join(_(word) for word in TARGETS[of].get(base, base).split(": "))
    return f"{text} = {option}" if option else text


def ignored(reason: str) -> str:
    return _(IGNORED.get(reason, reason))


def of_file(code: str, params: Mapping[str, str]) -> tuple[str, str]:
    """(what is wrong with the file, how to cure it)."""
    message, cure = MESSAGES.get(code, BROKEN)
    return _(message).format(**params), _(cure).format(**params)
