"""Serving through the command line: start, one page, stop."""

import socket
import subprocess
import time
import urllib.request

from guanai.conftest import CommandHome


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


def test_an_empty_home_is_filled_served_and_stopped_whole(command_home: CommandHome) -> None:
    command_home.guanai("demo", "--places-only")
    port = free_port()
    with command_home.start("guanai", "serve", "--demo", "--port", str(port)) as server:
        said = wait_for(f"http://127.0.0.1:{port}/", server)
        for account in ("minzheng", "qingxi", "banzhuren", "shenji"):
            assert account in said
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/") as answer:
            assert answer.status == 200
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        taken = command_home.guanai("serve", "--port", str(port), code=1)
        assert "--port" in taken
        server.terminate()
        assert server.wait(timeout=20) == 0
    deadline = time.monotonic() + 5
    while not refused(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert refused(port)


def test_a_demo_home_is_never_served_to_the_network(command_home: CommandHome) -> None:
    command_home.guanai("demo", "--places-only")
    said = command_home.guanai("serve", "--host", "0.0.0.0", code=1)  # noqa: S104 - refused
    assert "this machine only" in said


def test_an_unbegun_home_is_not_served(command_home: CommandHome) -> None:
    assert "guanai init" in command_home.guanai("serve", "--port", str(free_port()), code=1)


def test_help_names_every_command(command_home: CommandHome) -> None:
    said = command_home.guanai("--help")
    for name in ("init", "serve", "demo", "check", "backup", "restore"):
        assert f"  {name} " in said
        assert "usage: guanai" in command_home.guanai(name, "--help")
