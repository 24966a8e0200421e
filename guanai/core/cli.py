"""The command line `guanai`: an entry point over Django's commands."""

from __future__ import annotations

import os
import signal
import sys

from guanai.core.catalogues import compile_stale

# What we call otherwise than the module, since Django has a command of that name.
NAMES = {"check": "check_home"}


def main() -> None:
    """Ends quietly when whoever reads the output stops (`guanai people | head`)."""
    try:
        run()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the last flush
        sys.exit(128 + signal.SIGPIPE)


def run() -> None:
    os.umask(0o077)  # whatever a home holds is for its owner
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    compile_stale()
    import django
    from django.core.management import execute_from_command_line
    from django.utils import translation

    from guanai.core.command import terminal_language
    from guanai.core.logs import tell

    django.setup()
    sys.excepthook = tell
    translation.activate(terminal_language())
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        sys.stdout.write(overview())
        return
    name = NAMES.get(arguments[0], arguments[0])
    execute_from_command_line(["guanai", name, *arguments[1:]])


def overview() -> str:
    """Our commands with a line each, in the terminal's language."""
    from django.core.management import get_commands, load_command_class
    from django.utils.translation import gettext as _

    shown = {module: name for name, module in NAMES.items()}
    lines = sorted(
        f"  {shown.get(name, name):<9} {load_command_class(app, name).help}"
        for name, app in get_commands().items()
        if app.startswith("guanai.")
    )
    head = _("Guanai: written care plans become care that happens. One person, one file.")
    usage = _("usage: guanai COMMAND …      guanai COMMAND --help tells more")
    return "\n".join([head, "", usage, "", *lines, ""])
