from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.audit.keeping import empty, preview
from guanai.audit.patterns import find_patterns
from guanai.audit.proving import find
from guanai.audit.sealing import CHAINS, newest, seal_all
from guanai.core.command import Command as BaseCommand
from guanai.core.command import begun


class Command(BaseCommand):
    help = gettext_lazy("Seal the log into its hash chain, or show the heads for the paper.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "act",
            choices=["seal", "heads", "find", "patterns", "empty"],
            help=_(
                "seal what is new; print today's heads; find a head that stands on paper; look for "
                "patterns in the last days; count, and with --yes remove, rows whose time is over"
            ),
        )
        parser.add_argument("head", nargs="?", default="", help=_("as printed: E12-3f9a2c41d0e7"))
        parser.add_argument("--yes", action="store_true", help=_("remove them"))

    def handle(self, *, act: str, head: str, yes: bool, **_options: Any) -> None:
        begun()
        getattr(self, f"_{act}")(yes if act == "empty" else head)

    def _patterns(self, _head: str) -> None:
        self.say(_("%d new patterns.") % find_patterns())

    def _empty(self, yes: bool) -> None:
        for model, count in preview().items():
            self.say(f"{model._meta.verbose_name}: {count}")
        if yes:
            self.say(_("%d rows were removed.") % empty(by=None))

    def _seal(self, _head: str) -> None:
        """Silently: `guanai serve` does this every few minutes."""
        seal_all()

    def _heads(self, _head: str) -> None:
        for last in filter(lambda seal: seal.number, map(newest, CHAINS)):
            at = timezone.localtime(last.at)
            self.say(f"{last}  {at:%F %T}  {bytes(last.head).hex()}")

    def _find(self, head: str) -> None:
        """Exit code 1 for a head that is not in the chain."""
        seal = find(head)
        if seal is None:
            raise CommandError(_("“%s” is not in the chain: the log is not what it was.") % head)
        at = timezone.localtime(seal.at)
        self.say(_("%(seal)s was made on %(at)s.") % {"seal": seal, "at": f"{at:%F %T}"})
