from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.core.backup import upgrading
from guanai.core.certificates import WARN_DAYS, Served, host_in_url
from guanai.core.command import OLDER, begun, outdated
from guanai.core.command import Command as BaseCommand
from guanai.core.trust import Plain

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SEALED_EVERY = 300  # seconds
PATIENCE = 8  # seconds that a child is given to finish what it does


class Command(BaseCommand):
    help = gettext_lazy("Serve the pages and run background jobs until Ctrl-C.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help=_("address to listen on"))
        parser.add_argument("--port", type=int, default=8000, help=_("port to listen on"))
        parser.add_argument("--workers", type=int, default=1, help=_("web processes"))
        parser.add_argument("--tls-cert", type=Path, metavar="FILE", help=_("certificate, PEM"))
        parser.add_argument("--tls-key", type=Path, metavar="FILE", help=_("its key, PEM (PKCS#8)"))
        parser.add_argument(
            "--http-port",
            type=int,
            metavar="PORT",
            help=_("beside https: lead http to https and tell how to trust the certificate"),
        )
        parser.add_argument(
            "--without-tls", action="store_true", help=_("serve a network without encryption")
        )
        parser.add_argument(
            "--demo", action="store_true", help=_("fill an empty home with the demo county first")
        )

    def handle(self, *, host: str, port: int, workers: int, demo: bool, **options: Any) -> None:
        refuse(host, port)
        if demo and settings.HOME.kind is None:
            call_command("demo")
        begun()
        served = certificate(host, options)
        if served:
            self.warn(served)
        if outdated():
            if not settings.HOME.is_demo:
                raise CommandError(OLDER)
            upgrading.upgrade()
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        plain = open_plain(host, port, served, options) if served else 0
        children = [start_web(host, port, workers, served, plain)]
        try:
            wait_for(host, port, children[0])
            children.append(start_jobs())  # after the pages, so that these are there sooner
            if settings.HOME.is_demo:
                call_command("demo", accounts=True)
            for address in addresses(host, port, served):
                self.say(_("Guanai is at %(address)s") % {"address": address})
            self.stdout.flush()
            watch(children)
        except KeyboardInterrupt:
            return
        finally:
            end(children)
        raise CommandError(_("A part of the server ended by itself; the lines above say why."))

    def warn(self, served: Served) -> None:
        """Say in time that the certificate ends; one of our own can be renewed at once."""
        if served.days_left < 0:
            raise CommandError(_("The certificate has ended. Renew it: guanai certificate"))
        if served.days_left < WARN_DAYS:
            self.say(
                _("Take care: the certificate ends in %(days)d days. Renew it: guanai certificate")
                % {"days": served.days_left}
            )


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


def certificate(host: str, options: dict[str, Any]) -> Served | None:
    """What https is served with: the files named, else the home's when others may reach us.

    Raises CommandError where passwords would travel unprotected.
    """
    file, key = options.get("tls_cert"), options.get("tls_key")
    if file and key:
        return Served.read(file, key)
    if file or key:
        raise CommandError(_("--tls-cert and --tls-key belong together."))
    if host in LOOPBACK or settings.PROXIED or options.get("without_tls"):
        return None
    served = Served.of_home(settings.HOME)
    if served is None:
        raise CommandError(
            _(
                "Other machines are served encrypted only: make a certificate by `guanai"
                " certificate`, or set GUANAI_HTTPS=1 behind a proxy with https."
            )
        )
    return served


def open_plain(host: str, port: int, served: Served, options: dict[str, Any]) -> int:
    """The port of plain http beside https, now open; 0 if none is wanted."""
    plain: int = options.get("http_port") or 0
    if plain:
        refuse(host, plain)
        Plain((host, plain), served, port, own=not options.get("tls_cert"))
    return plain


def addresses(host: str, port: int, served: Served | None) -> list[str]:
    if served is None:
        return [f"http://{host}:{port}/"]
    return [f"https://{host_in_url(name)}:{port}/" for name in served.names]


def start_web(
    host: str, port: int, workers: int, served: Served | None, plain: int
) -> subprocess.Popen[bytes]:
    """Granian with the pages; without an access log, since addresses may be evidence."""
    command = [
        *("granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", "3", "--log-level", "warning"),
    ]
    told = {}
    if served:
        names = [os.environ.get("GUANAI_HOSTS", ""), *map(host_in_url, served.names)]
        told = {"GUANAI_TLS": "1", "GUANAI_PLAIN": str(plain), "GUANAI_HOSTS": ",".join(names)}
        files = "--ssl-certificate", str(served.certificate), "--ssl-keyfile", str(served.key)
        command += [*files, "--ssl-protocol-min", "tls1.2"]
    return launch(*command, "config.wsgi:application", **told)


def start_jobs() -> subprocess.Popen[bytes]:
    return launch("guanai", "db_worker", "--verbosity", "0", "--no-startup-delay")


# Names are read character by character: the readings of phrases would be 40 MB in each worker.
READINGS = {"PYPINYIN_NO_PHRASES": "true"}


def launch(*arguments: str, **told: str) -> subprocess.Popen[bytes]:
    """A child in a session of its own, so that Ctrl-C reaches it through us only."""
    return subprocess.Popen(  # noqa: S603 - fixed programs of this installation
        [sys.executable, "-m", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, **READINGS, **told},
        start_new_session=True,
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
    """Until a part ends. Every day begins with `guanai morning`; the log is sealed often."""
    day, sealed, chores = None, time.monotonic(), list[subprocess.Popen[bytes]]()
    while all(child.poll() is None for child in children):
        if day != timezone.localdate():
            day = timezone.localdate()
            chores.append(launch("guanai", "morning"))
        if time.monotonic() > sealed + SEALED_EVERY:
            sealed = time.monotonic()
            chores.append(launch("guanai", "audit", "seal"))
        chores = [one for one in chores if one.poll() is None]  # none stays behind as a zombie
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
            os.killpg(child.pid, signal.SIGKILL)  # its workers too
            child.wait()
