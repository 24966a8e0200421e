from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.utils.translation import gettext_lazy

from guanai.core.command import Command as BaseCommand
from guanai.core.command import begun
from guanai.core.registries import mornings


class Command(BaseCommand):
    help = gettext_lazy("Do what follows the calendar; `serve` runs it at the start of each day.")

    def handle(self, **_options: Any) -> None:
        begun()
        for work in mornings.all():
            work()
        call_command("clearsessions")
        call_command("prune_db_task_results", verbosity=0)
