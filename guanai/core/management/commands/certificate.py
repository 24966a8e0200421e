from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.core.certificates import Served, fingerprint, make, own_names
from guanai.core.command import Command as BaseCommand
from guanai.core.command import begun


class Command(BaseCommand):
    help = gettext_lazy("Make or renew the certificate for https on a closed network.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "names",
            nargs="*",
            metavar="NAME",
            help=_(
                "host names and addresses of this server; left out: those of the certificate before"
                " and those that this machine has now"
            ),
        )
        parser.add_argument(
            "--new-authority",
            action="store_true",
            help=_("begin with a new authority, which every phone and PC has to trust anew"),
        )

    def handle(self, *, names: list[str], new_authority: bool, **_options: Any) -> None:
        begun()
        before = Served.of_home(settings.HOME)
        known = before.names if before and not new_authority else []
        served = make(settings.HOME, names or [*known, *own_names()], anew=new_authority)
        ends = served.chain[0].not_valid_after_utc
        lines = [
            _("Certificate for %(names)s") % {"names": ", ".join(served.names)},
            _("valid until %(day)s: %(file)s")
            % {"day": f"{ends:%Y-%m-%d}", "file": served.certificate},
            "",
            _("Fingerprint (SHA-256) of this county's authority, to print and to compare:"),
            *(f"  {row}" for row in fingerprint(served.authority)),
            "",
            _("Serve by `guanai serve --host 0.0.0.0`; phones and PCs come to trust it by"),
            f"https://{served.names[0]}:8000/trust/",
        ]
        self.say("\n".join(lines))
