"""What our commands share: errors in words, the terminal's language, and for whom they act."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.management.sql import emit_post_migrate_signal
from django.db import DatabaseError, connections
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.core.broken import FULL, RuleBroken, is_full
from guanai.core.home import HomeError
from guanai.core.locks import Busy, lost
from guanai.core.migrating import MigrationExecutor
from guanai.core.registries import restored, witnesses

if TYPE_CHECKING:
    from guanai.organisations.models import User


OLDER = gettext_lazy(
    "This home was last run by an older Guanai. Bring it up to date: guanai upgrade (it makes a "
    "backup first)."
)


def terminal_language() -> str:
    """English for a terminal that says so (LC_ALL, LANG), else Chinese, as in the pages."""
    said = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "en" if said.startswith("en") else settings.LANGUAGE_CODE


def migrate_all() -> None:
    """Bring every database of this home up to date."""
    for alias in filter(behind, settings.DATABASES):
        executor = MigrationExecutor(connections[alias])
        reach(executor, executor.loader.graph.leaf_nodes())
        if alias == "default":
            emit_post_migrate_signal(verbosity=0, interactive=False, db=alias)


def reach(executor: MigrationExecutor, targets: list[tuple[str, str]]) -> None:
    """Bring a database to these migrations. That of the readings holds tables of audit alone: the
    rest, most of the work, is only noted there as done."""
    apart = executor.connection.alias == "reads"
    if apart:
        executor.migrate([node for node in targets if node[0] == "audit"])
        executor.loader.build_graph()
    executor.migrate(targets, fake=apart)


def behind(alias: str) -> bool:
    """Whether a database of this home lacks migrations."""
    executor = MigrationExecutor(connections[alias])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def outdated() -> bool:
    """Whether this home was last run by an older Guanai."""
    return any(behind(alias) for alias in settings.DATABASES)


class Command(BaseCommand):
    """A broken rule ends it with the rule's message and exit code 1, without a traceback."""

    requires_system_checks = []
    upgrades = False  # whether it is meant for the tables of an older Guanai
    suppressed_base_arguments = {
        *("--version", "--settings", "--pythonpath", "--traceback"),
        *("--no-color", "--force-color", "-v", "--verbosity"),
    }
    help: Any = ""  # may be a lazy translation

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        parser = super().create_parser("guanai", subcommand.removesuffix("_home"), **options)
        parser.description = str(self.help)  # argparse takes no lazy text
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except (RuleBroken, HomeError) as error:
            raise CommandError(getattr(error, "message", str(error))) from error
        except (OSError, DatabaseError, sqlite3.Error) as error:
            if lost(error):
                raise CommandError(Busy().message) from error
            if is_full(error):
                raise CommandError(FULL) from error
            if isinstance(error, DatabaseError) and not self.upgrades and outdated():
                raise CommandError(OLDER) from error
            raise

    def say(self, text: str) -> None:
        self.stdout.write(text)


class ActingCommand(Command):
    """A command that shows or changes people: it acts for a user and passes the pages' doors."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as",
            dest="acting",
            metavar="USER",
            help=_("the account that acts; in a demo home the civil affairs bureau's if left out"),
        )

    def actor(self, options: dict[str, Any]) -> User:
        """The user of --as. Raises CommandError if there is none or he is unknown or closed."""
        begun()
        users: QuerySet[User] = get_user_model().objects.filter(is_active=True)
        name = options.get("acting")
        if not name and not settings.HOME.is_demo:
            raise CommandError(_("Say for whom you act: --as USER."))
        if name:
            users = users.filter(username=name)
        else:
            users = users.filter(
                posts__role="county_office", posts__organisation__kind="civil_affairs"
            )
        user = users.first()
        if user is None:
            raise CommandError(_("There is no account “%(name)s”.") % {"name": name or "--as"})
        return user


def begun() -> None:
    """Raises CommandError for a home that is neither demo nor county yet."""
    if settings.HOME.kind is None:
        raise CommandError(_("This home is empty: begin it by `guanai init` or `guanai demo`."))
    if settings.HOME.restoring.exists():
        finish_restore()  # it was killed


def finish_restore() -> int:
    """What follows a restore's tables before anybody reads in them; how many files were destroyed
    again. Safe to run twice."""
    migrate_all()
    count = sum(act() for act in restored.all())
    settings.HOME.restoring.unlink(missing_ok=True)
    return count


def note(action: str, **facts: Any) -> None:
    """Have it written down what a command did that acts for nobody; facts hold nothing personal."""
    for witness in witnesses.all():
        witness(action, **facts)
