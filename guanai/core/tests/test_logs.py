"""Nothing personal reaches the log."""

import logging
import subprocess
import sys
from io import StringIO

from django.conf import settings

from guanai.core.logs import Impersonal


def logged(error: Exception) -> str:
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Impersonal("{levelname} {message}", style="{"))
    logger = logging.getLogger("probe")
    logger.handlers, logger.propagate = [handler], False
    try:
        try:
            raise error
        except ValueError as cause:
            raise RuntimeError(str(cause)) from cause
    except RuntimeError:
        logger.exception("Internal Server Error: %s", "/people/0197/")
    return stream.getvalue()


def test_a_traceback_says_where_but_not_whom() -> None:
    said = logged(ValueError("duplicate key (name)=(王小明)"))
    assert "王小明" not in said
    assert "ValueError" in said
    assert said.rstrip().endswith("RuntimeError")
    assert "test_logs.py" in said


def test_a_command_that_crashes_does_not_say_whom_either() -> None:
    """What `guanai morning` prints stands in the server's log."""
    script = """
from django.core import management
def crash(_arguments): raise ValueError("duplicate key (name)=(王小明)")
management.execute_from_command_line = crash
from guanai.core.cli import main
main()
"""
    ran = subprocess.run(  # noqa: S603 - the script above
        [sys.executable, "-c", script, "morning"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert "ValueError" in ran.stderr
    assert "王小明" not in ran.stdout + ran.stderr


def test_every_handler_is_impersonal_and_queries_are_not_logged() -> None:
    assert settings.LOGGING["formatters"]["plain"]["()"] == "guanai.core.logs.Impersonal"
    assert {handler["formatter"] for handler in settings.LOGGING["handlers"].values()} == {"plain"}
    assert logging.getLogger("django.db.backends").level == logging.CRITICAL
