from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


def people_stand_at(path: str) -> bool:
    from guanai.core.areas import below
    from guanai.people.models import Person

    return Person.objects.filter(below(path)).exists()


class PeopleConfig(AppConfig):
    name = "guanai.people"
    label = "people"

    def ready(self) -> None:
        from guanai.core.registries import (
            Greeting,
            Room,
            Subject,
            finders,
            greetings,
            mornings,
            occupants,
            reasons,
            rooms,
            subjects,
        )
        from guanai.organisations.rules import FIGURES, PERSON_IMPORT, PERSON_VIEW
        from guanai.people.alarms import file_numbers, waiting
        from guanai.people.models.looks import reasons as reasons_of_looks

        occupants.add(people_stand_at)
        reasons.add(reasons_of_looks())
        rooms.add(
            Room(
                "ledger",
                _("Ledger"),
                "people:ledgers",
                lambda user: user.has_perm(PERSON_VIEW),
                _("Everybody who is cared for: find, filter, print and export"),
                rank=10,
            )
        )
        rooms.add(
            Room(
                "figures",
                _("Figures"),
                "people:figures",
                lambda user: user.has_perm(FIGURES),
                _("Numbers by place, without names"),
                rank=30,
            )
        )
        rooms.add(
            Room(
                "imports",
                _("Import"),
                "imports:index",
                lambda user: user.has_perm(PERSON_IMPORT),
                _("Bring Excel rosters in: preview, repair, confirm"),
                rank=20,
            )
        )
        greetings.add(
            Greeting("people/parts/waiting.html", lambda user: user.has_perm(PERSON_VIEW), waiting)
        )
        subjects.add(Subject("people.Person", file_numbers))
        finders.add(
            Room("search", _("Search"), "people:search", lambda user: user.has_perm(PERSON_VIEW))
        )
        mornings.add(draw_due_lines)
        mornings.add(tidy_imports)


def tidy_imports() -> None:
    from guanai.people.importing.tidying import tidy

    tidy()


def draw_due_lines() -> None:
    from guanai.people.ledger.drawing import draw_due

    draw_due()
