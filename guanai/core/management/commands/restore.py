from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.core.backup import load, plan, write
from guanai.core.backup.load import holds_data
from guanai.core.backup.tables import rows_of_ours
from guanai.core.command import Command as BaseCommand
from guanai.core.command import note

UNKNOWN = "unknown"  # a database that belongs to another home, or whose restore was stopped


class Command(BaseCommand):
    help = gettext_lazy("Bring a backup into this home; stop the server first.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=_("a file made by `guanai backup`"))
        parser.add_argument(
            "--replace", action="store_true", help=_("lose what this home holds now")
        )
        parser.add_argument(
            "--lose", metavar="CODE", default="", help=_("to be sure: the county that is replaced")
        )

        parser.add_argument(
            "--unsealed", action="store_true", help=_("trust a backup of 0.1.0, which has no seal")
        )

    def handle(self, *, file: Path, replace: bool, lose: str, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(_("There is no file %s.") % file)
        if replace and holds_data():
            self._sure(lose)
        manifest = load(file, replace=replace, unsealed=options["unsealed"])
        rows = sum(table["rows"] for table in manifest["tables"])
        note("core.backup.restore", rows=rows, day=manifest["made_at"][:10])
        self.say(
            _("%(rows)d rows of %(day)s are back. `guanai check` proves that they fit together.")
            % {"rows": rows, "day": manifest["made_at"][:10]}
        )
        if manifest["destroyed"]:
            said = _("%d files that had been destroyed since were destroyed again.")
            self.say(said % manifest["destroyed"])

    def _sure(self, lose: str) -> None:
        """What is there is replaced only when said twice, and kept beside. Raises CommandError."""
        code, rows = settings.HOME.county_code or UNKNOWN, rows_of_ours()
        if lose != code:
            raise CommandError(
                _(
                    "This home holds %(rows)d rows of county %(code)s, which the backup replaces. "
                    "If that is what you want, say --replace --lose %(code)s."
                )
                % {"rows": rows, "code": code}
            )
        folder = settings.HOME.path / "backups"
        folder.mkdir(exist_ok=True, mode=0o700)
        kept = folder / f"before-restore-{plan.name_now()}"
        write(kept)
        self.say(_("What stood here until now is kept in %s.") % kept)
