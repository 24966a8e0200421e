"""A county's own authority: what it makes, what it refuses, and serving with it."""

from __future__ import annotations

import datetime as dt
import http.client
import socket
import ssl
from contextlib import closing
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.core.management.base import CommandError
from django.test import Client
from freezegun import freeze_time

from guanai.conftest import CommandHome, County
from guanai.core.backup.write import FOLDERS
from guanai.core.broken import RuleBroken
from guanai.core.certificates import Served, der, fingerprint, make
from guanai.core.home import Home
from guanai.core.management.commands import serve
from guanai.core.tests.headers import cookie_faults, faults
from guanai.core.tests.test_serve import free_port, wait_for
from guanai.core.trust import Plain

NAMES = ["guanai.local", "10.1.2.3", "127.0.0.1"]


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Home:
    own = settings.HOME = Home(tmp_path / "home")
    own.begin("county", county="539901000000", prefix="YL")
    return own


def test_a_renewal_keeps_the_authority_and_a_new_one_is_asked_for(home: Home) -> None:
    first, again = make(home, NAMES), make(home, ["10.1.2.4"])
    assert first.names == NAMES
    assert again.names == ["10.1.2.4"]
    assert der(first.authority) == der(again.authority)
    assert first.chain[0].serial_number != again.chain[0].serial_number
    assert der(make(home, NAMES, anew=True).authority) != der(first.authority)


def test_the_keys_are_for_their_owner_only_and_in_no_backup(home: Home) -> None:
    make(home, NAMES)
    for file in (home.keys / "authority.pem", home.keys / "server.pem"):
        assert file.stat().st_mode & 0o777 == 0o600
        assert not any(file.is_relative_to(home.path / folder) for folder in FOLDERS)


def test_the_authority_certifies_closed_networks_only(home: Home) -> None:
    authority = make(home, [*NAMES, "yunling.example"]).authority
    make(home, ["192.168.7.7", "fd00::1", "pc.lan", "www.yunling.example"])
    for name in ("example.org", "8.8.8.8", "2001:db8::1", "xyunling.example"):
        with pytest.raises(RuleBroken, match="outside"):
            make(home, [name])
    with pytest.raises(RuleBroken):
        make(home, ["王小明"])
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_no_phone_refuses_it_for_its_length(home: Home) -> None:
    served = make(home, NAMES)
    life = served.chain[0].not_valid_after_utc - served.chain[0].not_valid_before_utc
    assert life <= dt.timedelta(days=398)


def test_others_are_served_encrypted_only(home: Home) -> None:
    with pytest.raises(CommandError):
        serve.certificate("0.0.0.0", {})  # noqa: S104 - refused
    assert serve.certificate("127.0.0.1", {}) is None
    assert serve.certificate("10.0.0.5", {"without_tls": True}) is None
    made = make(home, NAMES)
    assert serve.certificate("10.0.0.5", {}) == made
    assert serve.certificate("127.0.0.1", {}) is None
    own = {"tls_cert": made.certificate, "tls_key": made.key}
    assert serve.certificate("127.0.0.1", own) == made
    with pytest.raises(CommandError):
        serve.certificate("127.0.0.1", {"tls_cert": made.certificate})
    with pytest.raises(RuleBroken):  # the key of another
        Served.read(made.certificate, home.keys / "authority.pem")


def test_a_certificate_that_ends_is_told_in_time(home: Home, capsys: Any) -> None:
    served = make(home, NAMES)
    command = serve.Command()
    with freeze_time(dt.datetime.now(dt.UTC) + dt.timedelta(380)):
        command.warn(served)
        assert "certificate" in capsys.readouterr().out
    with (
        freeze_time(dt.datetime.now(dt.UTC) + dt.timedelta(400)),
        pytest.raises(CommandError, match="guanai certificate"),
    ):
        command.warn(served)


def test_the_system_administrator_is_told_on_the_home_page(home: Home, county: County) -> None:
    make(home, NAMES)
    with freeze_time(dt.datetime.now(dt.UTC) + dt.timedelta(380)):
        for name, told in (("sysadmin", True), ("villager", False)):
            page = county.client(name).get("/").content.decode()
            assert ("guanai certificate" in page) is told, name
    assert "guanai certificate" not in county.client("sysadmin").get("/").content.decode()


def test_without_a_certificate_of_our_own_there_is_nothing_to_trust(home: Home, db: None) -> None:
    assert Client().get("/trust/").status_code == 404


def test_plain_http_shows_how_to_trust_and_nothing_else(home: Home) -> None:
    made, port = make(home, NAMES), free_port()
    line = http.client.HTTPConnection("127.0.0.1", port)
    plain = Plain(("127.0.0.1", port), made, 8443, own=True)
    with closing(line), plain:

        def ask(method: str, path: str, **headers: str) -> tuple[int, str, bytes]:
            line.request(method, path, headers=headers)
            answer = line.getresponse()
            return answer.status, answer.headers.get("Location", ""), answer.read()

        status, _location, html = ask("GET", "/trust/")
        assert status == 200
        assert all(row in html.decode() for row in fingerprint(made.authority))
        assert ask("GET", "/trust/guanai.crt") == (200, "", der(made.authority))
        assert ask("GET", "/static/core/guanai.css")[0] == 200
        assert ask("GET", "/people/?a=1")[:2] == (308, "https://127.0.0.1:8443/people/?a=1")
        foreign = ask("GET", "//evil.example/", Host="evil.example")
        assert foreign[:2] == (308, "https://guanai.local:8443/evil.example/")
        assert ask("POST", "/accounts/login/")[0] == 501
        for path in ("/static/../config/settings.py", "/keys/authority.pem", "/trust/../"):
            assert ask("GET", path)[0] == 308
        plain.shutdown()


def test_a_county_over_https(demo_places: CommandHome) -> None:
    """`certificate`, `serve`, and a browser that trusts the authority and nobody else."""
    about = demo_places.path / "home.json"
    about.write_text(about.read_text("utf-8").replace("demo", "county"), "utf-8")
    said = demo_places.guanai("certificate", "127.0.0.1", "guanai.local")
    port, plain = free_port(), free_port()
    ports = ["--port", str(port), "--http-port", str(plain)]
    with demo_places.start("guanai", "serve", "--host", "0.0.0.0", *ports) as server:  # noqa: S104
        try:
            wait_for("https://guanai.local", server)
            with closing(http.client.HTTPConnection("127.0.0.1", plain)) as trust:
                trust.request("GET", "/trust/guanai.crt")
                authority = x509.load_der_x509_certificate(trust.getresponse().read())
            assert all(row in said for row in fingerprint(authority))
            check_pages(port, ssl.create_default_context(cadata=der(authority)))
            check_refusals(port)
        finally:
            server.terminate()
            server.wait(timeout=20)


def check_pages(port: int, trusting: ssl.SSLContext) -> None:
    def ask(path: str, host: str) -> tuple[int, Message]:
        line = http.client.HTTPSConnection("127.0.0.1", port, context=trusting)
        with closing(line):
            line.request("GET", path, headers={"Host": host})
            answer = line.getresponse()
            answer.read()
            return answer.status, answer.headers

    for path in (
        "/accounts/login/",
        "/",
        "/people/",
        "/nothing/",
        "/trust/",
        "/static/core/ask.js",
    ):
        _status, headers = ask(path, f"guanai.local:{port}")
        assert not faults(headers, signed_in=False, tls=True), path
        assert not cookie_faults(headers.get_all("Set-Cookie") or [], tls=True), path
    status, headers = ask("/", "evil.example")
    assert status == 400
    assert not faults(headers, signed_in=False, tls=True)


def check_refusals(port: int) -> None:
    """Without trust, by an old protocol, without encryption: no page."""
    stranger, old = ssl.create_default_context(), ssl.create_default_context()
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    for context in (stranger, old):
        with socket.create_connection(("127.0.0.1", port)) as raw, pytest.raises(ssl.SSLError):
            context.wrap_socket(raw, server_hostname="127.0.0.1")
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as line:
        line.request("GET", "/accounts/login/")
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            line.getresponse()
