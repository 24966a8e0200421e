from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationsConfig(AppConfig):
    name = "guanai.organisations"
    label = "organisations"

    def ready(self) -> None:
        from guanai.core.registries import Room, rooms
        from guanai.organisations.rules import BODIES_VIEW, USERS_VIEW

        rooms.add(
            Room(
                "bodies",
                _("Bodies"),
                "organisations:bodies",
                lambda user: user.has_perm(BODIES_VIEW),
                _("Leading groups, care groups, duty rosters, and where one is missing"),
                rank=60,
            )
        )
        rooms.add(
            Room(
                "directory",
                _("Organisations"),
                "organisations:directory",
                lambda _user: True,
                _("Offices, schools and villages, and who works there"),
                rank=70,
            )
        )
        rooms.add(
            Room(
                "accounts",
                _("Accounts"),
                "organisations:accounts",
                lambda user: user.has_perm(USERS_VIEW),
                _("Who may sign in, with which post and until when"),
                rank=80,
            )
        )
