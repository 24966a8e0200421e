from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.audit.proving import find
from guanai.audit.sealing import CHAINS, newest, seal_all
from guanai.core.command import Command as BaseCommand
from guanai.core.command import begun


class Command(BaseCommand):
    help = gettext_lazy("Seal the log into its hash chain, or show the heads for the paper.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "act",
            choices=["seal", "heads", "find"],
            help=_("seal what is new; print today's heads; find a head that stands on paper"),
        )
        parser.add_argument("head", nargs="?", default="", help=_("as printed: E12-3f9a2c41d0e7"))

    def handle(self, *, act: str, head: str, **_options: Any) -> None:
        begun()
        getattr(self, f"_{act}")(head)

    def _seal(self, _head: str) -> None:
        """Silently: `guanai serve` does this every few minutes."""
        seal_all()

    def _heads(self, _head: str) -> None:
        for model in CHAINS:
            last = newest(model)
            at = timezone.localtime(last.at)
            self.say(f"{last}  {at:%F %T}  {bytes(last.head).hex()}")

    def _find(self, head: str) -> None:
        """Exit code 1 for a head that is not in the chain."""
        seal = find(head)
        if seal is None:
            raise CommandError(_("“%s” is not in the chain: the log is not what it was.") % head)
        at = timezone.localtime(seal.at)
        self.say(_("%(seal)s was made on %(at)s.") % {"seal": seal, "at": f"{at:%F %T}"})
