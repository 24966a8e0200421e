from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from guanai.core import registries
from guanai.core.registries import Greeting, Panel, Room, Strand, Subject, holding, later
from guanai.organisations.rules import FIGURES, PERSON_IMPORT, PERSON_MERGE, PERSON_VIEW

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
        "definitions",
        _("Definitions"),
        "people:definitions",
        lambda user: user.has_perm(PERSON_VIEW) or user.has_perm(FIGURES),
        _("Who counts as what, by which source, and who came and went"),
        rank=28,
    ),
    Room(
        "life",
        _("To decide"),
        "people:life",
        holding(PERSON_VIEW),
        _("Handing over, new school year, who leaves a ledger, checklists"),
        rank=15,
    ),
    Room(
        "duplicates",
        _("Duplicates"),
        "people:duplicates",
        holding(PERSON_MERGE),
        _("Files that may be one person: compare, merge or tell apart"),
        rank=25,
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
PANELS = (  # name, template, module with what it shows
    ("statuses", "parts/statuses", "showing"),
    ("life", "life/panel", "life.lists"),
    ("waiting", "waiting/panel", "views.waiting"),
    ("rounds", "rounds/panel", "rounds.showing"),
    ("merges", "parts/merges", "merging.showing"),
)
ROUNDS = Room(
    "rounds",
    _("Quarterly check"),
    "people:rounds",
    lambda user: user.has_perm(PERSON_VIEW) and bool(user.scope.areas),
    _("Confirm each file once a quarter; who is behind"),
    rank=12,
)
SEARCH = Room("search", _("Search"), "people:search", holding(PERSON_VIEW))


class PeopleConfig(AppConfig):
    name = "guanai.people"
    label = "people"

    def ready(self) -> None:
        from guanai.audit.words import CODES, HOW, WORDS
        from guanai.people import acts
        from guanai.people.models.looks import reasons
        from guanai.people.sealed import register

        registries.rooms.add(*ROOMS, ROUNDS)
        waiting = later("guanai.people.alarms.waiting")
        part = Greeting("people/parts/waiting.html", holding(PERSON_VIEW), waiting)
        registries.greetings.add(part)
        life = later("guanai.people.life.lists.waiting")
        registries.greetings.add(Greeting("people/life/waiting.html", holding(PERSON_VIEW), life))
        registries.finders.add(SEARCH)
        registries.panels.add(
            *(
                Panel(name, f"people/{page}.html", later(f"guanai.people.{shown}.panel"))
                for name, page, shown in PANELS
            )
        )
        registries.attached.add(
            later("guanai.people.life.lists.attached"),
            later("guanai.people.merging.showing.attached"),
            later("guanai.people.views.waiting.attached"),
        )
        _register_rounds()
        file = Subject("people.Person", "file_number", born="born", ended="erased_at")
        registries.subjects.add(file)
        registries.reasons.add(reasons())
        WORDS.update(acts.ACTS)
        HOW.update(acts.HOW)
        CODES.update(acts.CODES)
        registries.doubts.add(*acts.DOUBTS)
        registries.chapters.add(*acts.CHAPTERS)
        registries.occupants.add(later("guanai.people.alarms.stand_at"))
        registries.tables.add(later("guanai.people.importing.tables.first_table"))
        registries.staff.add(later("guanai.people.ledger.drawing.draw_cadres"))
        registries.restored.add(later("guanai.people.erasing.erase_again"))
        registries.mornings.add(
            later("guanai.people.ledger.drawing.draw_anew"),
            later("guanai.people.ledger.drawing.draw_due"),
            later("guanai.people.evaluating.evaluate_due"),
            later("guanai.people.models.difficulty.forget_over"),
            later("guanai.people.rounds.listing.close_due"),
            later("guanai.people.importing.tidying.tidy"),
            later("guanai.people.linking.search.search_due"),
        )
        register()


def _register_rounds() -> None:
    rounds = "guanai.people.rounds.showing"
    registries.strands.add(Strand("rounds", later(f"{rounds}.moments")))
    registries.attached.add(later(f"{rounds}.attached"))
    registries.greetings.add(
        Greeting("people/rounds/waiting.html", ROUNDS.open_to, later(f"{rounds}.greeting"))
    )
    registries.contacts.add(later("guanai.people.models.rounds.contacts_made"))
