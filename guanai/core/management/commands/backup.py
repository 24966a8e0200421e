from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.core.backup import plan, write
from guanai.core.command import Command as BaseCommand
from guanai.core.command import begun

NEVER = "none"


class Command(BaseCommand):
    help = gettext_lazy("Write everything but the county key into one sealed file, as people work.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, nargs="?", help=_("the backup, or a folder in which it is to lie")
        )
        parser.add_argument(
            "--verify", action="store_true", help=_("prove it by a restore into a scratch home")
        )
        parser.add_argument(
            "--daily",
            metavar="FOLDER",
            help=_(
                "back up there every morning and verify it, best on another disk; none: no more"
            ),
        )
        parser.add_argument(
            "--keep", type=int, default=14, help=_("how many of the daily ones stay (14)")
        )

    def handle(self, *, file: Path | None, daily: str | None, **options: Any) -> None:
        begun()
        if daily == NEVER:
            plan.end_plan()
            self.say(_("No backup is made by itself any more."))
        elif daily:
            self._plan(Path(daily), max(1, options["keep"]))
        elif file:
            self._write(file / plan.name_now() if file.is_dir() else file, options["verify"])
        else:
            raise CommandError(_("Say where: guanai backup FILE, or --daily FOLDER."))

    def _plan(self, folder: Path, keep: int) -> None:
        made = plan.set_plan(folder, keep)
        self.say(
            _("Every morning a backup goes to %(folder)s; %(keep)d of them stay.")
            % {"folder": made.folder, "keep": made.keep}
        )
        if made.same_disk:
            self.say(_("Take care: that is the disk of this home; if it breaks both are lost."))

    def _write(self, file: Path, verify: bool) -> None:
        manifest = write(file)
        if verify:
            plan.verify(file)
        plan.done(manifest, file, verified=verify)
        rows = sum(table["rows"] for table in manifest["tables"])
        self.say(
            _("%(rows)d rows and %(files)d files are in %(file)s.")
            % {"rows": rows, "files": len(manifest["files"]), "file": file}
        )
        if verify:
            self.say(_("It was restored into a scratch home and checked: it is good."))
        self.say(_("The county key is not in it: without its recovery sheet nobody opens it."))
