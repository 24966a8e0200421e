"""Writes a ledger into a file, through the same door and with the same audit as the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.core.command import ActingCommand
from guanai.organisations.rules import PERSON_EXPORT
from guanai.people.ledger.drawing import draw_all
from guanai.people.ledger.exporting import Export, form_of
from guanai.people.management.commands.people import add_ledger_arguments, listing_for

KINDS = ("xlsx", "csv", "pdf")


class Command(ActingCommand):
    help: Any = gettext_lazy("Export a ledger as .xlsx, .csv or .pdf.")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_ledger_arguments(parser)
        parser.add_argument("--out", metavar="FILE", help=_("its ending says the kind of file"))
        parser.add_argument("--form", default="", help=_("columns of this form (survey-2016 …)"))
        parser.add_argument(
            "--redraw", action="store_true", help=_("draw all lines of the ledgers anew first")
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        user = self.actor(options)
        if not user.has_perm(PERSON_EXPORT):
            user.refused(PERSON_EXPORT, "command ledger")
            raise CommandError(_("This account may not export."))
        if options["redraw"]:
            draw_all()
        if options["out"]:
            self._write(Path(options["out"]), user, options)

    def _write(self, path: Path, user: Any, options: dict[str, Any]) -> None:
        kind = path.suffix.removeprefix(".").lower()
        if kind not in KINDS:
            raise CommandError(_("Give a file that ends in .xlsx, .csv or .pdf."))
        form = form_of(user, options["group"], options["form"])
        part = path.with_suffix(f"{path.suffix}.part")
        try:
            with part.open("wb") as file:
                count = Export(listing_for(user, options), "command").write(form, kind, file)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        self.say(_("%(count)d people written to %(path)s.") % {"count": count, "path": path})
