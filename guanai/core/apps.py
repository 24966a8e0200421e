"""The ground floor: home, keys, scoped reading, documents, page parts."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings


class CoreConfig(AppConfig):
    name = "guanai.core"
    label = "core"

    def ready(self) -> None:
        from guanai.core.registries import Greeting, greetings

        greetings.add(Greeting("core/parts/certificate.html", keeps_certificate, certificate_ends))


def keeps_certificate(user: Any) -> bool:
    """Told to system administrators, in the last weeks of a certificate that we made."""
    return user.has_perm("organisations.change_place") and certificate_ends(user) is not None


def certificate_ends(_user: Any) -> Any:
    from guanai.core.certificates import WARN_DAYS, Served

    served = Served.of_home(settings.HOME)
    return {"days": served.days_left} if served and served.days_left < WARN_DAYS else None
