"""The command line `guanai`: an entry point over Django's commands."""

from __future__ import annotations

import os
import sys

from guanai.core.catalogues import compile_stale


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    compile_stale()
    import django
    from django.core.management import execute_from_command_line
    from django.utils import translation

    from guanai.core.command import terminal_language

    django.setup()
    translation.activate(terminal_language())
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        sys.stdout.write(overview())
        return
    execute_from_command_line(["guanai", *arguments])


def overview() -> str:
    """Our commands with a line each, in the terminal's language."""
    from django.core.management import get_commands, load_command_class
    from django.utils.translation import gettext as _

    ours = {name: app for name, app in get_commands().items() if app.startswith("guanai.")}
    lines = [
        f"  {name:<9} {load_command_class(app, name).help}" for name, app in sorted(ours.items())
    ]
    head = _("Guanai: written care plans become care that happens. One person, one file.")
    usage = _("usage: guanai COMMAND …      guanai COMMAND --help tells more")
    return "\n".join([head, "", usage, "", *lines, ""])
