"""Requests that no page of ours would send: forged, misdirected, too large, nonsense."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from guanai.audit.models import Entry
from guanai.conftest import County
from guanai.core.tests.attacks.forms import READERS, ids, undone, walk
from guanai.core.tests.test_every_door import PAGES, address, may_enter, rows, state
from guanai.people.models import Person

TAKEN_OUT = r"\.(print|export)$"  # a GET that hands something out is noted, and changes nothing
LOGIN = "/accounts/login/"
VILLAGER = {"login": "villager", "password": "correct-horse-9"}


def acts() -> dict[str, list[Any]]:
    """What stands in the log of acts, without what was handed out."""
    done = Entry.objects.filter(refused=False).exclude(action__iregex=TAKEN_OUT)
    return {"entries": list(done.values_list())}


def test_no_page_acts_without_its_token_nor_on_a_get(county: County) -> None:
    """Whoever may do it, with whatever method a header or a field claims."""
    known = rows(county)
    users = {name: county.user(name) for name in READERS}
    forgers = {name: Client(enforce_csrf_checks=True) for name in READERS}
    for name, client in forgers.items():
        client.force_login(users[name])
    before, acted = state(), acts()
    for page in PAGES:
        name = next((name for name in READERS if may_enter(users[name], page)), READERS[0])
        url = address(page, ids(page, known, name))
        assert forgers[name].post(url, {"x": "1"}).status_code in {403, 405}, page.name
        claims = {"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "DELETE"}
        forgers[name].get(url, {"_method": "POST"}, headers=claims)
        for method in ("put", "patch", "delete", "trace"):
            assert getattr(forgers[name], method)(url).status_code in {403, 405}, page.name
        assert not getattr(page.view, "csrf_exempt", False), page.name
    assert state() | acts() == before | acted


@pytest.mark.parametrize("name", ["account_login", "account_logout", "set_language", "text_size"])
def test_pages_before_sign_in_ask_for_the_token_too(county: County, name: str) -> None:
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(county.user("villager"))
    assert forger.post(reverse(name), VILLAGER).status_code == 403
    foreign = {"Origin": "https://evil.example", "X-CSRFToken": "a" * 32}
    forger.cookies["csrftoken"] = "a" * 32
    assert forger.post(reverse(name), VILLAGER, headers=foreign).status_code == 403


def test_no_answer_repeats_a_foreign_host(county: County) -> None:
    lies = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Original-URL": "/"}
    for opened in walk(county):
        answer = opened.client.get(opened.url, headers=lies)
        assert answer.status_code == 200, opened.name
        assert b"evil.example" not in b"".join(answer), opened.name
    for host in ("evil.example", "localhost.evil.example", "evil.example:80@localhost", ""):
        answer = Client(headers={"Host": host}).get(LOGIN)
        assert answer.status_code == 400, host
        assert b"evil.example" not in answer.content


def test_a_session_that_somebody_else_prepared_is_not_signed_in(county: County) -> None:
    client = Client()
    client.cookies["sessionid"] = "prepared0by0somebody0else0000000"
    client.post(LOGIN, VILLAGER)
    assert client.cookies["sessionid"].value != "prepared0by0somebody0else0000000"
    visitor = Client()
    visitor.session.save()
    before = visitor.cookies["sessionid"].value
    visitor.post(LOGIN, VILLAGER)
    assert visitor.cookies["sessionid"].value != before
    assert not import_module(settings.SESSION_ENGINE).SessionStore().exists(before)


def test_a_session_ends_where_it_was_kept(county: County) -> None:
    client = Client()
    client.post(LOGIN, VILLAGER)
    thief = Client()
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    assert thief.get("/people/new/").status_code == 200
    client.post("/accounts/logout/")
    assert thief.get("/people/new/").status_code == 302


def test_a_body_too_large_is_refused_before_it_is_read(county: County) -> None:
    client = county.client("villager")
    answer = client.generic("POST", "/imports/", b"", CONTENT_LENGTH=str(settings.REQUEST_MOST + 1))
    assert answer.status_code == 413
    assert "100 MB" in answer.content.decode()
    long = b"x=" + b"y" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    kind = "application/x-www-form-urlencoded"
    assert client.post("/people/new/", long, content_type=kind).status_code == 400
    many = "&".join(f"a{n}=" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))
    assert client.post("/people/new/", many, content_type=kind).status_code == 400
    for kind in ("multipart/form-data; boundary=x", "application/json", "text/xml", "x/x"):
        answer = client.post("/people/new/", b'<?xml version="1.0"?>{"a": [', content_type=kind)
        assert answer.status_code == 422, kind
    assert not Person.objects.exists()


def test_slow_guessing_is_answered_in_words(county: County) -> None:
    client = county.client("villager")
    change = reverse("account_change_password")
    with undone(client):
        answers = [client.post(change, {"oldpassword": "wrong"}) for _try in range(12)]
    last = answers[-1]
    assert last.status_code in {302, 429}
    assert "utf-8" in last["Content-Type"]


NONSENSE = [
    *("/people/%00/", "/%ff%fe/", "/people/../../etc/passwd", "/" + "a" * 20_000),
    *("/static/%2e%2e/config/settings.py", "/static/..%5c..%5cconfig/settings.py"),
    *("/help/%0d%0aSet-Cookie:a=b/", "/audit/?before=9" + "9" * 99, "/ledger/child/?page=-1"),
    "/ledger/child/?" + "&".join(f"sex={n}" for n in range(2000)),
]


@override_settings(DEBUG=False)
def test_an_answer_to_nonsense_is_an_answer(county: County) -> None:
    client = county.client("supervisor")
    client.raise_request_exception = False
    for path in NONSENSE:
        answer = client.get(path)
        assert answer.status_code in {200, 302, 400, 403, 404, 422}, path[:60]
        assert "Set-Cookie:a=b" not in str(answer.headers)
