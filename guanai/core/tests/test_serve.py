"""Serving through the command line: start, one page, stop."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError
from django.utils import translation

from guanai.conftest import CommandHome
from guanai.core import registries
from guanai.core.command import terminal_language
from guanai.core.home import Home
from guanai.core.management.commands import morning


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(text: str, server: subprocess.Popen[str]) -> str:
    """What the server has said up to that text."""
    said = ""
    assert server.stdout is not None
    for line in server.stdout:
        said += line
        if text in line:
            return said
    raise AssertionError(said)


def refused(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_an_empty_home_is_filled_served_and_stopped_whole(demo_places: CommandHome) -> None:
    port = free_port()
    with demo_places.start("guanai", "serve", "--demo", "--port", str(port)) as server:
        said = wait_for(f"http://127.0.0.1:{port}/", server)
        for account in ("minzheng", "qingxi", "banzhuren", "shenji"):
            assert account in said
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/") as answer:
            assert answer.status == 200
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        taken = demo_places.guanai("serve", "--port", str(port), code=1)
        assert "--port" in taken
        server.terminate()
        assert server.wait(timeout=20) == 0
    deadline = time.monotonic() + 5
    while not refused(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert refused(port)


def test_a_demo_home_is_never_served_to_the_network(settings: Any, tmp_path: Path) -> None:
    settings.HOME = Home(tmp_path)
    settings.HOME.begin("demo", county="539901000000", prefix="YL")
    with translation.override("en"), pytest.raises(CommandError, match="this machine only"):
        call_command("serve", host="0.0.0.0", port=free_port())  # noqa: S104 - refused


def test_an_unbegun_home_is_not_served(settings: Any, tmp_path: Path) -> None:
    settings.HOME = Home(tmp_path)
    with pytest.raises(CommandError, match="guanai init"):
        call_command("serve", port=free_port())


def test_help_names_every_command(command_home: CommandHome) -> None:
    said = command_home.guanai("--help")
    for name in ("init", "serve", "demo", "check", "backup", "restore"):
        assert f"  {name} " in said


@pytest.mark.parametrize(
    ("said", "language"), [("en_US.UTF-8", "en"), ("zh_CN.UTF-8", "zh-hans"), ("C", "zh-hans")]
)
def test_commands_speak_the_language_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, said: str, language: str
) -> None:
    monkeypatch.setenv("LC_ALL", said)
    assert terminal_language() == language


COMMANDS = [
    *("init", "serve", "certificate", "demo", "check_home", "backup", "restore", "morning"),
    "audit",
]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_in_both_languages(name: str) -> None:
    texts = set()
    for language in ("en", "zh-hans"):
        with translation.override(language):
            command = load_command_class(get_commands()[name], name)
            texts.add(command.create_parser("guanai", name).format_help())
    assert len(texts) == 2


@pytest.mark.django_db(databases="__all__")
def test_a_big_upload_arrives_inside_the_home_and_does_not_stay(settings: Any) -> None:
    settings.HOME.begin("demo", county="539901000000", prefix="YL")
    with TemporaryUploadedFile("大名单.xlsx", "", 0, None) as arriving:
        assert Path(arriving.temporary_file_path()).parent == settings.HOME.uploads
    assert settings.HOME.uploads.stat().st_mode & 0o777 == 0o700
    left = settings.HOME.uploads / "left.upload"
    left.touch()
    proof = settings.HOME.path / "verify.killed"
    (proof / "home").mkdir(parents=True)
    (proof / "home/guanai.sqlite3").touch()
    call_command("morning")
    assert left.exists()
    assert proof.exists()
    for old in (left, proof):
        os.utime(old, (0, 0))
    call_command("morning")
    assert not left.exists()
    assert not proof.exists()


@pytest.mark.django_db(databases="__all__")
def test_a_mornings_work_that_fails_stops_no_other(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME.begin("demo", county="539901000000", prefix="YL")
    done: list[str] = []
    works = [lambda: 1 / 0, lambda: done.append("second")]
    monkeypatch.setattr(registries.mornings, "_items", works)
    monkeypatch.setattr(morning, "back_up_by_plan", lambda: done.append("backup"))
    with pytest.raises(ZeroDivisionError):
        call_command("morning")
    assert done == ["second", "backup"]


def test_a_command_ends_quietly_when_nobody_reads_on() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "guanai", "--help"],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")
