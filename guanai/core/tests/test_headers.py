"""The headers of every URL: to strangers, to readers, refused, broken, and of files."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.staticfiles.finders import get_finders
from django.test import Client
from django.urls import reverse

from guanai.conftest import County
from guanai.core.certificates import make
from guanai.core.tests.headers import INLINE, cookie_faults, faults
from guanai.core.tests.test_every_door import PAGES, Page, address, may_enter, rows

ACCOUNT = ["login", "logout", "inactive", "reauthenticate", "change_password"]
# Who enters a page, tried in this order: most see most.
READERS = ["supervisor", "villager", "sysadmin", "security", "auditor", "leader", "helper"]


def check(answer: Any, *, signed_in: bool, where: str) -> None:
    assert not faults(answer.headers, signed_in=signed_in), where
    cookies = [morsel.OutputString() for morsel in answer.cookies.values()]
    assert not cookie_faults(cookies, tls=False), where
    if answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming:
        assert not INLINE.findall(answer.content.decode()), where


def test_every_page_as_its_reader(county: County) -> None:
    known = rows(county)
    clients = {name: county.client(name) for name in READERS}
    users = {name: county.user(name) for name in READERS}
    opened = set()
    for page in PAGES:
        for name in readers(page, known, users):
            answer = clients[name].get(url(page, known, name))
            check(answer, signed_in=True, where=f"{page.name} as {name}")
            if answer.status_code == 200:
                opened.add(page.name)
                break
    assert len(opened) > len(PAGES) / 2  # the others take a POST only


def readers(page: Page, known: Any, users: Any) -> list[str]:
    return [name for name in READERS if may_enter(users[name], page)] or READERS[:1]


def url(page: Page, known: dict[str, Any], name: str) -> str:
    """Its address with a row that this reader sees, where it takes one."""
    start = max((s for s in known if page.route.startswith(s)), key=len, default="")
    seen = [row for row in known.get(start, []) if name in row.seen_by and row.is_named_by(page)]
    return address(page, seen[0].ids if seen else {})


def test_every_page_to_a_stranger_and_to_a_form_without_its_token(county: County) -> None:
    stranger, forger = Client(), Client(enforce_csrf_checks=True)
    for page in PAGES:
        where = address(page, {})
        check(stranger.get(where), signed_in=False, where=page.name)
        check(forger.post(where), signed_in=False, where=page.name)


def test_pages_of_the_account_errors_and_files(county: County, settings: Any) -> None:
    for user in ("", "supervisor"):
        client = county.client(user) if user else Client()
        paths = [*(reverse(f"account_{name}") for name in ACCOUNT), "/nothing/", "/help/nothing/"]
        for path in paths:
            check(client.get(path), signed_in=bool(user), where=path)
    check(Client(SERVER_NAME="elsewhere.example").get("/"), signed_in=False, where="400")
    make(settings.HOME, ["127.0.0.1"])
    for path in (reverse("trust"), reverse("trust_authority")):
        answer = Client().get(path)
        assert answer.status_code == 200
        check(answer, signed_in=False, where=path)


def test_every_static_file(db: None) -> None:
    files = {path for finder in get_finders() for path, _store in finder.list([])}
    assert len(files) > 10
    for path in sorted(files):
        answer = Client().get(f"/static/{path}")
        assert answer.status_code == 200, path
        check(answer, signed_in=False, where=path)
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.getvalue()
    assert Client().get("/static/../config/settings.py").status_code == 404


@pytest.mark.parametrize("path", ["/static/", "/static/core/", "/.git/config", "/var/", "/files/"])
def test_no_folder_is_listed_and_no_hidden_file_served(path: str, db: None) -> None:
    assert Client().get(path).status_code == 404
