from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from guanai.core import registries
from guanai.core.registries import Greeting, Room, holding, later

if TYPE_CHECKING:
    from guanai.organisations.models import User

LOG = Room(
    "audit",
    _("Audit"),
    "audit:log",
    holding("audit.view_entry"),
    _("Who did what, who looked at minors' files, who was refused"),
    rank=90,
)


class AuditConfig(AppConfig):
    name = "guanai.audit"
    label = "audit"

    def ready(self) -> None:
        from guanai.audit.models import Inquiry, witness
        from guanai.audit.words import CODES

        registries.rooms.add(LOG)
        CODES["result"] = dict(Inquiry.RESULTS)
        registries.mornings.add(later("guanai.audit.patterns.find_patterns"))
        registries.mornings.add(later("guanai.audit.sealing.seal_all"))
        # One of the county's key that was stopped.
        registries.mornings.add(later("guanai.audit.rotation.rotate"))
        registries.stamps.add(later("guanai.audit.sealing.stamp"))
        registries.witnesses.add(witness)
        clock = Greeting("audit/parts/clock.html", minds_the_clock, how_the_clock_stands)
        registries.greetings.add(clock)


def minds_the_clock(user: User) -> bool:
    return user.has_perm("core.view_backup") or user.has_perm("audit.view_entry")


def how_the_clock_stands(_user: User) -> dict[str, Any]:
    from guanai.audit.proving import clock

    return {"wrong": list(clock())}
