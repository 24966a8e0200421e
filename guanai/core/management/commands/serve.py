from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.core.command import Command as BaseCommand
from guanai.core.command import begun, migrate_all

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PATIENCE = 8  # seconds that a child is given to finish what it does


class Command(BaseCommand):
    help = gettext_lazy("Serve the pages and run background jobs until Ctrl-C.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help=_("address to listen on"))
        parser.add_argument("--port", type=int, default=8000, help=_("port to listen on"))
        parser.add_argument("--workers", type=int, default=1, help=_("web processes"))
        parser.add_argument(
            "--demo", action="store_true", help=_("fill an empty home with the demo county first")
        )

    def handle(self, *, host: str, port: int, workers: int, demo: bool, **_options: Any) -> None:
        refuse(host, port)
        if demo and settings.HOME.kind is None:
            call_command("demo")
        begun()
        migrate_all()
        if host not in LOOPBACK and not settings.HTTPS:
            self.say(_("Take care: without GUANAI_HTTPS=1 passwords travel unprotected."))
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        children = [start_web(host, port, workers)]
        try:
            wait_for(host, port, children[0])
            children.append(start_jobs())  # after the pages, so that these are there sooner
            if settings.HOME.is_demo:
                call_command("demo", accounts=True)
            self.say(_("Guanai is at http://%(host)s:%(port)d/") % {"host": host, "port": port})
            self.stdout.flush()
            watch(children)
        except KeyboardInterrupt:
            return
        finally:
            end(children)
        raise CommandError(_("A part of the server ended by itself; the lines above say why."))


def stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def refuse(host: str, port: int) -> None:
    """Raises CommandError where serving would be wrong or cannot work."""
    if settings.HOME.is_demo and host not in LOOPBACK:
        raise CommandError(
            _("A demo home is served on this machine only; its passwords are public.")
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                _("Port %(port)d on %(host)s cannot be used (%(why)s); choose another by --port.")
                % {"port": port, "host": host, "why": error.strerror}
            ) from error


def start_web(host: str, port: int, workers: int) -> subprocess.Popen[bytes]:
    """Granian with the pages; without an access log, since addresses may be evidence."""
    return launch(
        *("granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", "3", "--log-level", "warning"),
        "config.wsgi:application",
    )


def start_jobs() -> subprocess.Popen[bytes]:
    return launch("guanai", "db_worker", "--verbosity", "0", "--no-startup-delay")


def launch(*arguments: str) -> subprocess.Popen[bytes]:
    """A child in a session of its own, so that Ctrl-C reaches it through us only."""
    return subprocess.Popen(  # noqa: S603 - fixed programs of this installation
        [sys.executable, "-m", *arguments], cwd=settings.BASE_DIR, start_new_session=True
    )


def wait_for(host: str, port: int, web: subprocess.Popen[bytes]) -> None:
    """Until the port answers or the child has ended."""
    while web.poll() is None:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def watch(children: list[subprocess.Popen[bytes]]) -> None:
    """Until a part ends. Every day begins with `guanai morning`."""
    day, morning = None, None
    while all(child.poll() is None for child in children):
        if day != timezone.localdate():
            day, morning = timezone.localdate(), launch("guanai", "morning")
        if morning is not None:
            morning.poll()  # so that it does not stay behind as a zombie
        time.sleep(0.3)


def end(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask all to finish together; kill what has not after a while."""
    for child in children:
        child.terminate()
    deadline = time.monotonic() + PATIENCE
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
