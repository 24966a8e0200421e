from __future__ import annotations

import sys
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.audit import proving, rotation
from guanai.core.command import Command as BaseCommand
from guanai.core.command import begun
from guanai.people.checking import CHECKS, completeness

SHOWN = 20  # problems of a kind, without --all
TWENTIETH = 20


class Command(BaseCommand):
    """`guanai check`; Django has a command of that name already."""

    help = gettext_lazy("Prove that indexes, history, audit and ledgers agree with the files.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help=_("show every problem"))
        parser.add_argument(
            "--quick",
            action="store_true",
            help=_("measure the completeness of every twentieth child's file only"),
        )

    def handle(self, *, all: bool, quick: bool, **_options: Any) -> None:  # noqa: A002 - the flag
        begun()
        faults = 0
        for name, check in CHECKS.items():
            found = completeness(TWENTIETH) if quick and check is completeness else check()
            shown = list(found if all else islice(found, SHOWN))
            rest = sum(1 for _problem in found)
            for problem in shown:
                self.say(f"{name}: {problem}")
            if rest:
                self.say(_("%(name)s: and %(rest)d more") % {"name": name, "rest": rest})
            faults += len(shown) + rest
        told = _("%(rows)d rows of the log stand under %(seals)d seals, %(young)d wait for theirs.")
        self.say(told % proving.counts())
        if not settings.HOME.is_demo:
            self.say("\n".join(rotation.told()))
        if faults:
            self.say(_("%d problems.") % faults)
            sys.exit(1)
        self.say(_("All %d checks are clean.") % len(CHECKS))
