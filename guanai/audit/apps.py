from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from guanai.organisations.models import User


class AuditConfig(AppConfig):
    name = "guanai.audit"
    label = "audit"

    def ready(self) -> None:
        from guanai.audit.models import Inquiry
        from guanai.audit.words import CODES
        from guanai.core.registries import (
            Greeting,
            Room,
            greetings,
            mornings,
            rooms,
            stamps,
            witnesses,
        )

        rooms.add(
            Room(
                "audit",
                _("Audit"),
                "audit:log",
                lambda user: user.has_perm("audit.view_entry"),
                _("Who did what, who looked at minors' files, who was refused"),
                rank=90,
            )
        )
        CODES["result"] = dict(Inquiry.RESULTS)
        mornings.add(morning)
        mornings.add(end_rotation)
        stamps.add(stamp)
        witnesses.add(witness)
        greetings.add(Greeting("audit/parts/clock.html", minds_the_clock, how_the_clock_stands))


def morning() -> None:
    from guanai.audit.patterns import find_patterns
    from guanai.audit.sealing import seal_all

    find_patterns()
    seal_all()


def end_rotation() -> None:
    """One of the county's key that was stopped."""
    from guanai.audit.rotation import rotate

    rotate()


def stamp() -> str:
    """The heads of the chain, for the foot of what leaves the house."""
    from guanai.audit.sealing import CHAINS, newest

    return " ".join(str(seal) for seal in map(newest, CHAINS) if seal.number)


def witness(action: str, **facts: Any) -> None:
    from django.db import transaction

    from guanai.audit.models import record

    with transaction.atomic():
        record(action, by=None, **facts)


def minds_the_clock(user: User) -> bool:
    return user.has_perm("core.view_backup") or user.has_perm("audit.view_entry")


def how_the_clock_stands(_user: User) -> dict[str, Any]:
    from guanai.audit.proving import clock

    return {"wrong": list(clock())}
