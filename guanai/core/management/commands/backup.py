from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.core.backup import write
from guanai.core.command import Command as BaseCommand
from guanai.core.command import begun, note


class Command(BaseCommand):
    help = gettext_lazy("Write everything but the county key into one file, while people work.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=_("the backup, for example county.zip"))

    def handle(self, *, file: Path, **_options: Any) -> None:
        begun()
        manifest = write(file)
        rows = sum(table["rows"] for table in manifest["tables"])
        note("core.backup.write", rows=rows)
        self.say(
            _("%(rows)d rows and %(files)d files are in %(file)s.")
            % {"rows": rows, "files": len(manifest["files"]), "file": file}
        )
        self.say(_("The county key is not in it: keep a copy of it apart, it opens the backup."))
