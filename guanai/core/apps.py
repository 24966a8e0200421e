"""The ground floor: home, keys, scoped reading, documents, page parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from guanai.organisations.models import User


class CoreConfig(AppConfig):
    name = "guanai.core"
    label = "core"

    def ready(self) -> None:
        from guanai.core.registries import Greeting, Room, greetings, holding, rooms

        keeps_backups = holding("core.view_backup")
        about = _("When the last one was made, where it lies, whether it was proved")
        rooms.add(Room("backups", _("Backups"), "backups", keeps_backups, about, rank=95))
        greetings.add(Greeting("core/parts/backups.html", keeps_backups, how_backups_stand))
        greetings.add(Greeting("core/parts/certificate.html", keeps_certificate, certificate_ends))


def keeps_certificate(user: Any) -> bool:
    """Told to system administrators, in the last weeks of a certificate that we made."""
    return user.has_perm("organisations.change_place") and certificate_ends(user) is not None


def certificate_ends(_user: Any) -> Any:
    from guanai.core.certificates import WARN_DAYS, Served

    served = Served.of_home(settings.HOME)
    return {"days": served.days_left} if served and served.days_left < WARN_DAYS else None


def how_backups_stand(_user: User) -> dict[str, Any]:
    from guanai.core.backup.plan import Plan

    return {"plan": Plan.of_home()}
