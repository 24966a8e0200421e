"""The server as `make run` starts it: how long until it answers, what a worker takes after use."""

from __future__ import annotations

import http.cookiejar
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from bench.homes import Environment, fresh
from bench.measuring import MEGA, ROOT, Figure, Spent, run

START_BAR, MEMORY_BAR = 3, 200  # s, MB
ACCOUNT, PASSWORD = "qingxi", "guanai-demo"
PAGES = ("/", "/ledger/child/", "/ledger/woman/?sort=name", "/ledger/child/places/", "/help/")
VISITS = 40  # of each page
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FILE = re.compile(r'href="(/people/[0-9a-f-]{36}/)"')
PATIENCE = 60


def measure(database: str) -> Iterator[Figure]:
    """A second start of the demo's home, then a few hundred pages."""
    with fresh(database) as environment:
        run(environment, "guanai", "demo")
        for work in ("start of the server", "start of the server again"):
            with serving(environment) as (address, took, server):
                yield Figure(work, "demo", database, took.wall, "s", START_BAR, took.busy)
                if "again" in work:
                    yield from _use(address, server, database)


def _use(address: str, server: psutil.Process, database: str) -> Iterator[Figure]:
    browser = Browser(address)
    browser.sign_in()
    files = FILE.findall(browser.get("/ledger/child/"))
    begin = time.perf_counter()
    visited = [browser.get(page) for _visit in range(VISITS) for page in (*PAGES, *files[:5])]
    took = time.perf_counter() - begin
    told = f"{len(visited)} pages over HTTP, {len(visited) / took:.0f} a second"
    workers = [one for one in server.children(recursive=True) if "db_worker" not in one.cmdline()]
    memory = max(_own(one) for one in workers)
    yield Figure("memory of a worker after use", "demo", database, memory, "MB", MEMORY_BAR,
                 beside=told)  # fmt: skip
    jobs = [one for one in server.children(recursive=True) if "db_worker" in one.cmdline()]
    yield Figure("memory of the background jobs", "demo", database, max(map(_own, jobs)), "MB")


def _own(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / MEGA


@contextmanager
def serving(environment: Environment) -> Iterator[tuple[str, Spent, psutil.Process]]:
    """Address, what it took until the first page came, process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begin = time.perf_counter()
    child = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "guanai", "serve", "--demo", "--port", str(port)],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/accounts/login/", child)
        wall, server = time.perf_counter() - begin, psutil.Process(child.pid)
        took = Spent(wall, _busy(server))
        time.sleep(3)  # for the background jobs to be there
        yield address, took, server
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait()


def _busy(server: psutil.Process) -> float:
    times = [one.cpu_times() for one in (server, *server.children(recursive=True))]
    return float(sum(one.user + one.system for one in times))


def _wait_for(page: str, child: subprocess.Popen[bytes]) -> None:
    """Raises RuntimeError if it does not come."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and child.poll() is None:
        try:
            urllib.request.urlopen(page).close()  # noqa: S310 - loopback
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"{page} did not answer")


class Browser:
    def __init__(self, address: str) -> None:
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path: str, data: dict[str, str] | None = None) -> str:
        body = urllib.parse.urlencode(data).encode() if data else None
        with self.opener.open(self.address + path, body) as answer:
            page: str = answer.read().decode()
        return page

    def sign_in(self) -> None:
        """Raises AttributeError if there is no form of sign-in."""
        form = TOKEN.search(self.get("/accounts/login/"))
        assert form
        said = {"login": ACCOUNT, "password": PASSWORD, "csrfmiddlewaretoken": form[1]}
        self.get("/accounts/login/", said)
