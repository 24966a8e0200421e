from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from guanai.organisations.rules import Role

if TYPE_CHECKING:
    from guanai.organisations.models import User


class OrganisationsConfig(AppConfig):
    name = "guanai.organisations"
    label = "organisations"

    def ready(self) -> None:
        from allauth.mfa.models import Authenticator
        from django.db.models.signals import post_save

        from guanai.audit.words import CODES, VERBS, WORDS
        from guanai.core.registries import (
            Greeting,
            Room,
            Sealed,
            Subject,
            chapters,
            greetings,
            mornings,
            roles,
            rooms,
            sealed,
            subjects,
        )
        from guanai.organisations import acts
        from guanai.organisations.models.bodies import renew_phone
        from guanai.organisations.models.signin import Lane, renew_factor, tell_of_factor
        from guanai.organisations.rules import (
            BODIES_VIEW,
            CODES_CONFIRM,
            CODES_GIVE,
            FACTORS_CHANGE,
            USERS_VIEW,
        )

        mornings.add(Lane.forget_old)
        sealed.add(Sealed("mfa.Authenticator", ("data",), renew_factor))
        post_save.connect(tell_of_factor, sender=Authenticator)

        greetings.add(Greeting("organisations/parts/key.html", keeps_key, key_stands))
        sealed.add(Sealed("organisations.Member", ("sealed_phone",), renew_phone))
        WORDS.update(acts.ACTS)
        VERBS.update(acts.VERBS)
        CODES["role"] = acts.ROLES
        roles.add(acts.roles_of)
        for chapter in acts.CHAPTERS:
            chapters.add(chapter)
        for model, label in (("User", "username"), ("Organisation", "name"), ("Place", "name")):
            subjects.add(Subject(f"organisations.{model}", label))
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
                lambda user: user.has_perm(USERS_VIEW) or user.has_perm(CODES_GIVE),
                _("Who may sign in, with which post and until when; new codes"),
                rank=80,
            )
        )
        rooms.add(
            Room(
                "waiting",
                _("To confirm"),
                "organisations:waiting",
                lambda user: user.has_perm(CODES_CONFIRM),
                _("Posts that open files, and new codes, wait for a second person"),
                rank=81,
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


def keeps_key(user: User) -> bool:
    """System and security administrators see to it that the county's key is on paper."""
    keepers = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}
    return not settings.HOME.is_demo and any(seat.role in keepers for seat in user.seats)


def key_stands(_user: User) -> dict[str, Any]:
    from guanai.audit import rotation
    from guanai.core.crypto import vault

    ring = vault().keyring
    return {"told": rotation.told(), "due": ring.turning or not rotation.on_paper(ring.newest.mark)}
