from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from guanai.core import registries
from guanai.core.registries import Greeting, Room, Subject
from guanai.organisations.rules import FIGURES, PERSON_IMPORT, PERSON_VIEW

if TYPE_CHECKING:
    from guanai.organisations.models import User


def holding(verb: str) -> Callable[[User], bool]:
    return lambda user: user.has_perm(verb)


def later(path: str) -> Callable[..., Any]:
    """The function of that name, imported when it is needed: it would slow the start down."""
    return lambda *arguments: import_string(f"guanai.people.{path}")(*arguments)  # noqa: PLW0108


ROOMS = (
    Room(
        "ledger",
        _("Ledger"),
        "people:ledgers",
        holding(PERSON_VIEW),
        _("Everybody who is cared for: find, filter, print and export"),
        rank=10,
    ),
    Room(
        "figures",
        _("Figures"),
        "people:figures",
        holding(FIGURES),
        _("Numbers by place, without names"),
        rank=30,
    ),
    Room(
        "imports",
        _("Import"),
        "imports:index",
        holding(PERSON_IMPORT),
        _("Bring Excel rosters in: preview, repair, confirm"),
        rank=20,
    ),
)
SEARCH = Room("search", _("Search"), "people:search", holding(PERSON_VIEW))


class PeopleConfig(AppConfig):
    name = "guanai.people"
    label = "people"

    def ready(self) -> None:
        from guanai.audit.words import CODES, WORDS
        from guanai.people import acts
        from guanai.people.models.looks import reasons
        from guanai.people.sealed import register

        for room in ROOMS:
            registries.rooms.add(room)
        waiting = Greeting(
            "people/parts/waiting.html", holding(PERSON_VIEW), later("alarms.waiting")
        )
        registries.greetings.add(waiting)
        registries.finders.add(SEARCH)
        file = Subject("people.Person", "file_number", born="born", ended="erased_at")
        registries.subjects.add(file)
        registries.reasons.add(reasons())
        WORDS.update(acts.ACTS)
        CODES.update(acts.CODES)
        for doubt in acts.DOUBTS:
            registries.doubts.add(doubt)
        for chapter in acts.CHAPTERS:
            registries.chapters.add(chapter)
        registries.occupants.add(later("alarms.stand_at"))
        registries.tables.add(later("importing.tables.first_table"))
        registries.staff.add(later("ledger.drawing.draw_cadres"))
        registries.mornings.add(later("ledger.drawing.draw_due"))
        registries.mornings.add(later("importing.tidying.tidy"))
        register()
