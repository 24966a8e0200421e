from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.core.backup import load
from guanai.core.command import Command as BaseCommand
from guanai.core.command import note


class Command(BaseCommand):
    help = gettext_lazy("Bring a backup into this home; stop the server first.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=_("a file made by `guanai backup`"))
        parser.add_argument(
            "--replace", action="store_true", help=_("lose what this home holds now")
        )
        parser.add_argument(
            "--without-key",
            action="store_true",
            help=_("restore although the county key is lost: sealed values stay unreadable"),
        )

    def handle(self, *, file: Path, replace: bool, without_key: bool, **_options: Any) -> None:
        if not file.is_file():
            raise CommandError(_("There is no file %s.") % file)
        manifest = load(file, replace=replace, without_key=without_key)
        rows = sum(table["rows"] for table in manifest["tables"])
        note("core.backup.restore", rows=rows, day=manifest["made_at"][:10])
        self.say(
            _("%(rows)d rows of %(day)s are back. `guanai check` proves that they fit together.")
            % {"rows": rows, "day": manifest["made_at"][:10]}
        )
