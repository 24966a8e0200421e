from __future__ import annotations

import shutil
import time
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext_lazy

from guanai.core.backup.plan import back_up_by_plan
from guanai.core.command import Command as BaseCommand
from guanai.core.command import begun
from guanai.core.registries import mornings


class Command(BaseCommand):
    help = gettext_lazy("Do what follows the calendar; `serve` runs it at the start of each day.")

    def handle(self, **_options: Any) -> None:
        begun()
        works = [*mornings.all(), back_up_by_plan, _remove_left, _remove_over]
        with ExitStack() as each:  # one that fails keeps none of the others from being done
            for work in reversed(works):
                each.callback(work)


def _remove_over() -> None:
    call_command("clearsessions")
    call_command("prune_db_task_results", min_age_days=0, verbosity=0)


def _remove_left() -> None:
    """What a stopped server left of uploads, and a stopped proof of its copy of the home; what is
    still at work is younger than a day."""
    yesterday = time.time() - 24 * 3600
    for left in [*settings.HOME.uploads.iterdir(), *settings.HOME.path.glob("verify.*")]:
        if left.stat().st_mtime > yesterday:
            continue
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
