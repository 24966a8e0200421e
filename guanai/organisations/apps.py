from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationsConfig(AppConfig):
    name = "guanai.organisations"
    label = "organisations"

    def ready(self) -> None:
        from allauth.mfa.models import Authenticator
        from django.db.models.signals import post_save

        from guanai.core.registries import Room, Sealed, mornings, rooms, sealed
        from guanai.organisations.models.bodies import renew_phone
        from guanai.organisations.models.signin import Lane, renew_factor, tell_of_factor
        from guanai.organisations.rules import BODIES_VIEW, FACTORS_CHANGE, USERS_VIEW

        mornings.add(Lane.forget_old)
        sealed.add(Sealed("mfa.Authenticator", ("data",), renew_factor))
        post_save.connect(tell_of_factor, sender=Authenticator)

        sealed.add(Sealed("organisations.Member", ("sealed_phone",), renew_phone))
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
        rooms.add(
            Room(
                "factors",
                _("Second factor"),
                "organisations:factor_rules",
                lambda user: user.has_perm(FACTORS_CHANGE),
                _("Which roles must use one, and how many accounts already do"),
                rank=85,
            )
        )
