from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai import __version__
from guanai.core.backup import upgrading
from guanai.core.command import Command as BaseCommand
from guanai.core.command import begun, outdated


class Command(BaseCommand):
    upgrades = True
    help = gettext_lazy("Bring this home up to the installed version; a backup is made first.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--back", action="store_true", help=_("as it was before the last upgrade")
        )

    def handle(self, *, back: bool, **_options: Any) -> None:
        if back:
            self._back()
            return
        begun()
        if not outdated():
            self.say(_("This home is up to date with version %s.") % __version__)
            return
        backup = upgrading.upgrade()
        self.say(
            _("This home is at version %(version)s. Its state before is kept in %(file)s.")
            % {"version": __version__, "file": backup}
        )

    def _back(self) -> None:
        backup = upgrading.newest()
        manifest = upgrading.back(backup)
        self.say(
            _("Everything is as on %s. Now install the version of before again and serve that.")
            % manifest["made_at"][:16]
        )
