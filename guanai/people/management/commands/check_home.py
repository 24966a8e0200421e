from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.audit import proving, rotation
from guanai.core.command import Command as BaseCommand
from guanai.core.command import begun
from guanai.people.checking import CHECKS, Check, completeness
from guanai.people.models import Person

SHOWN = 20  # problems of a kind, without --all
TWENTIETH = 20
MANY = 5000  # people from which a second process is worth its start
LONGEST = completeness.__name__


class Command(BaseCommand):
    """`guanai check`; Django has a command of that name already."""

    help = gettext_lazy("Prove that indexes, history, audit and ledgers agree with the files.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help=_("show every problem"))
        parser.add_argument("--only", choices=list(CHECKS), help=_("this check only"))
        parser.add_argument(
            "--quick",
            action="store_true",
            help=_("measure the completeness of every twentieth child's file only"),
        )

    def handle(self, *, all: bool, quick: bool, only: str | None, **_options: Any) -> None:  # noqa: A002 - the flag
        begun()
        chosen = {only: CHECKS[only]} if only else dict(CHECKS)
        beside = None
        if not (quick or only) and os.cpu_count() != 1 and Person.objects.count() > MANY:
            del chosen[LONGEST]
            beside = _beside("--all" if all else "")
        if quick and LONGEST in chosen:
            chosen[LONGEST] = partial(completeness, TWENTIETH)
        failed = sum(self._tell(name, check, all) for name, check in chosen.items())
        if beside is not None:
            self.stdout.write(beside.communicate()[0], ending="")
            failed += beside.returncode != 0
        if not only:
            self._sum_up(failed)
        if failed:
            sys.exit(1)

    def _tell(self, name: str, check: Check, every: bool) -> bool:
        """What the check finds; whether it is anything."""
        found = check()
        shown = list(found if every else islice(found, SHOWN))
        rest = sum(1 for _problem in found)
        for problem in shown:
            self.say(f"{name}: {problem}")
        if rest:
            self.say(_("%(name)s: and %(rest)d more") % {"name": name, "rest": rest})
        return bool(shown)

    def _sum_up(self, failed: int) -> None:
        told = _("%(rows)d rows of the log stand under %(seals)d seals, %(young)d wait for theirs.")
        self.say(told % proving.counts())
        if not settings.HOME.is_demo:
            self.say("\n".join(rotation.told()))
        if failed:
            self.say(_("%(failed)d of %(all)d checks found problems.") % {
                "failed": failed, "all": len(CHECKS)
            })  # fmt: skip
        else:
            self.say(_("All %d checks are clean.") % len(CHECKS))


def _beside(*options: str) -> subprocess.Popen[str]:
    """The longest check in a process of its own, on the second core."""
    command = [sys.executable, "-m", "guanai", "check", "--only", LONGEST, *filter(None, options)]
    return subprocess.Popen(  # noqa: S603 - our own program
        command, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR
    )
