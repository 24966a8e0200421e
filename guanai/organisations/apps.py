from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from guanai.core import registries
from guanai.core.registries import Greeting, Room, Sealed, Subject, holding
from guanai.organisations.rules import (
    BODIES_VIEW,
    CODES_CONFIRM,
    CODES_GIVE,
    FACTORS_CHANGE,
    USERS_VIEW,
    Role,
)

if TYPE_CHECKING:
    from guanai.organisations.models import User


ROOMS = (
    Room(
        "bodies",
        _("Bodies"),
        "organisations:bodies",
        holding(BODIES_VIEW),
        _("Leading groups, care groups, duty rosters, and where one is missing"),
        rank=60,
    ),
    Room(
        "directory",
        _("Organisations"),
        "organisations:directory",
        lambda _user: True,
        _("Offices, schools and villages, and who works there"),
        rank=70,
    ),
    Room(
        "accounts",
        _("Accounts"),
        "organisations:accounts",
        holding(USERS_VIEW, CODES_GIVE),
        _("Who may sign in, with which post and until when; new codes"),
        rank=80,
    ),
    Room(
        "waiting",
        _("To confirm"),
        "organisations:waiting",
        holding(CODES_CONFIRM),
        _("Posts that open files, and new codes, wait for a second person"),
        rank=81,
    ),
    Room(
        "factors",
        _("Second factor"),
        "organisations:factor_rules",
        holding(FACTORS_CHANGE),
        _("Which roles must use one, and how many accounts already do"),
        rank=85,
    ),
)


class OrganisationsConfig(AppConfig):
    name = "guanai.organisations"
    label = "organisations"

    def ready(self) -> None:
        from allauth.mfa.models import Authenticator
        from django.db.models.signals import post_save

        from guanai.audit.words import CODES, VERBS, WORDS
        from guanai.organisations import acts
        from guanai.organisations.models.bodies import renew_phone
        from guanai.organisations.models.signin import Lane, renew_factor, tell_of_factor
        from guanai.organisations.wording import ROLES

        registries.mornings.add(Lane.forget_old)
        registries.sealed.add(Sealed("mfa.Authenticator", ("data",), renew_factor))
        post_save.connect(tell_of_factor, sender=Authenticator)
        key = Greeting("organisations/parts/key.html", keeps_key, key_stands)
        registries.greetings.add(key)
        registries.sealed.add(Sealed("organisations.Member", ("sealed_phone",), renew_phone))
        WORDS.update(acts.ACTS)
        VERBS.update(acts.VERBS)
        CODES.update({"role": ROLES, "kind": acts.FACTORS})
        registries.roles.add(acts.roles_of)
        registries.chapters.add(*acts.CHAPTERS)
        for model, label in (("User", "username"), ("Organisation", "name"), ("Place", "name")):
            registries.subjects.add(Subject(f"organisations.{model}", label))
        registries.rooms.add(*ROOMS)


def keeps_key(user: User) -> bool:
    """System and security administrators see to it that the county's key is on paper."""
    keepers = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}
    return not settings.HOME.is_demo and any(seat.role in keepers for seat in user.seats)


def key_stands(_user: User) -> dict[str, Any]:
    from guanai.audit import rotation
    from guanai.core.crypto import vault

    ring = vault().keyring
    return {"told": rotation.told(), "due": ring.turning or not rotation.on_paper(ring.newest.mark)}
