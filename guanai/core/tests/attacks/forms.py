"""Every form of every page, found by opening the pages: later rooms are attacked by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

import lxml.html
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import resolve

from guanai.conftest import County
from guanai.core.tests.test_every_door import PAGES, Page, Row, address, may_enter, rows

# Who opens a page, tried in this order: most see most.
READERS = ["supervisor", "villager", "office", "federation", "sysadmin", "security", "auditor"]
RUNNING = re.compile(r"\d+")
FILLED = {"date": "2026-03-01", "number": "1", "month": "2026-03", "checkbox": "on"}


@dataclass(frozen=True)
class Opened:
    """A page as its reader sees it."""

    name: str
    reader: str
    client: Client
    url: str
    answer: Any

    def elements(self, tag: str) -> list[Any]:
        """Of the page, if it is one."""
        if not self.answer.headers.get("Content-Type", "").startswith("text/html"):
            return []
        return list(lxml.html.fromstring(self.answer.content).iter(tag))


@dataclass
class Found:
    """A form with the values that a careful user might send, and what it offers."""

    page: str
    reader: str
    client: Client
    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)  # name → text, date, select, hidden, file …

    def named(self, *kinds: str) -> list[str]:
        return [name for name, kind in self.kinds.items() if kind in kinds]

    def alike(self, names: list[str]) -> list[str]:
        """Of names that differ by a running number only, the first."""
        return list({RUNNING.sub("#", name): name for name in reversed(names)}.values())

    def send(self, changed: dict[str, Any] | None = None, **options: Any) -> Any:
        data = {**self.values, **(changed or {})}
        call = self.client.post if self.method == "post" else self.client.get
        answer = call(self.action, data, **options)
        if answer.streaming:
            answer.getvalue()  # closes it as a server does
        return answer

    def __str__(self) -> str:
        return f"{self.method} {self.action} of {self.page} as {self.reader}"


def walk(county: County) -> Iterator[Opened]:
    """Every page of ours with a row that its reader sees, and the pages that they lead to."""
    known = rows(county)
    users = {name: county.user(name) for name in READERS}
    clients = {name: county.client(name) for name in READERS}
    for client in clients.values():
        client.raise_request_exception = False
    visited: set[Any] = set()
    for page in PAGES:
        for name in [name for name in READERS if may_enter(users[name], page)] or READERS[:1]:
            opened = visit(clients[name], name, address(page, ids(page, known, name)), visited)
            if opened is not None:
                yield opened
                yield from led_to(opened, visited)
                break


def visit(client: Client, reader: str, url: str, visited: set[Any]) -> Opened | None:
    """The page, unless it was visited (with whatever row) or does not open."""
    match = resolve(url)
    words = frozenset(str(v) for v in match.kwargs.values() if not isinstance(v, UUID))
    answer = None if (match.view_name, words) in visited else client.get(url)
    if answer is None or answer.status_code != 200:
        return None
    visited.add((match.view_name, words))
    return Opened(match.view_name, reader, client, url, answer)


def led_to(opened: Opened, visited: set[Any]) -> Iterator[Opened]:
    """The pages behind its links."""
    for link in opened.elements("a"):
        url = urljoin(opened.url, link.get("href") or "#").partition("?")[0].partition("#")[0]
        if url.startswith("/") and not url.startswith("/static/"):
            further = visit(opened.client, opened.reader, url, visited)
            if further is not None:
                yield further


def ids(page: Page, known: dict[str, list[Row]], reader: str) -> dict[str, Any]:
    """Of a row that this reader sees, where the page's address takes one."""
    start = max((s for s in known if page.route.startswith(s)), key=len, default="")
    seen = [row for row in known.get(start, []) if reader in row.seen_by and row.is_named_by(page)]
    code = {"code": "539901100201"} if page.name.startswith("organisations:place") else {}
    return {**code, **(seen[0].ids if seen else {})}


def forms(county: County) -> list[Found]:
    """Each form of a view once, however many pages show it with the same fields."""
    found: dict[Any, Found] = {}
    for opened in walk(county):
        for element in opened.elements("form"):
            if element.get("method") == "dialog":  # closes a window of the page, sends nothing
                continue
            one = read(element, opened)
            to = resolve(one.action.partition("?")[0])
            fields = frozenset(RUNNING.sub("#", name) for name in one.kinds)
            found.setdefault((to.func, fields), one)
    return list(found.values())


def read(element: Any, opened: Opened) -> Found:
    action = urljoin(opened.url, element.get("action") or opened.url)
    method = (element.get("method") or "get").lower()
    found = Found(opened.name, opened.reader, opened.client, action, method)
    for part in element.iter("input", "select", "textarea", "button"):
        name = part.get("name")
        if name and name != "csrfmiddlewaretoken":
            take(found, part, name)
    return found


def take(found: Found, part: Any, name: str) -> None:
    kind = part.get("type", "text") if part.tag == "input" else part.tag
    if part.tag == "select":
        offered = [option.get("value", option.text or "") for option in part.iter("option")]
        value = next((one for one in offered if one), "")
    elif part.tag == "textarea":
        value = part.text or "x"
    else:
        value = part.get("value") or FILLED.get(kind, "x")
    found.kinds.setdefault(name, kind)
    if kind == "file":
        found.values[name] = [SimpleUploadedFile("a.csv", b"a,b\n1,2\n")]  # type: ignore[list-item]
    else:
        found.values.setdefault(name, [value])


@contextmanager
def undone(client: Client) -> Iterator[None]:
    """What happens inside is rolled back in every database, and the client signed in as before."""
    cookies = deepcopy(client.cookies)
    with ExitStack() as stack:
        for alias in settings.DATABASES:
            stack.enter_context(transaction.atomic(alias))
        yield
        for alias in settings.DATABASES:
            transaction.set_rollback(True, alias)
    client.cookies = cookies
