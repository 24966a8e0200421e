"""Server time of the ledger, of files and of search in a filled home,
asked for by each role through the whole of Django (middleware, doors, templates)."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from tempfile import TemporaryFile
from typing import Any

from django.db import connection, connections
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.documents import CARDS_BAR
from bench.measuring import Figure, percentile, spending
from guanai.organisations.models import User
from guanai.people import names
from guanai.people.ledger.exporting import CARDS_MOST, Export, form_of
from guanai.people.ledger.filters import LedgerFilter
from guanai.people.ledger.listing import Listing
from guanai.people.models import Contact, Identity, LedgerLine, Look, Person

ROLES = {
    "county office": "minzheng",
    "township supervisor": "qingxi",
    "village worker": "gekui",
    "school office": "qxzx",
    "class teacher": "banzhuren",
}
LISTS = (
    "child/", "child/?sort=name", "child/?sort=age", "child/?sort=age&desc=on", "child/?sort=haves",
    "child/?sex=1&parents=both", "child/?missing=any&sort=age", "child/?hardship=low_income",
    "child/?guardian=grandparent&boarding=yes&sort=name", "child/?age_from=6&age_to=12&sort=haves",
    "child/?parents=unable&missing=phone", "difficulty/?disability=yes&sort=age",
    "child/places/",
)  # fmt: skip
LISTS_OF_AREAS = ("woman/", "elder/?self_care=part&sort=age", "migrant/?sort=name")
ROUNDS, NEXT, FILES, SEARCHES = 3, 2, 40, 6
PAGE_BAR, QUERY_BAR = 60, 12  # ms, statements (design, section 7)
AFTER = re.compile(r"[?&;]after=([0-9a-f-]{36})")


@dataclass
class Times:
    """Milliseconds of pages of one kind."""

    walls: list[float] = field(default_factory=list)
    busies: list[float] = field(default_factory=list)
    queries: dict[str, int] = field(default_factory=dict)
    slowest: tuple[float, str] = (0, "")

    def note(self, name: str, wall: float, busy: float) -> None:
        self.walls.append(wall)
        self.busies.append(busy)
        self.slowest = max(self.slowest, (wall, name))

    def tell(self, work: str, size: str) -> None:
        most = max(self.queries.values(), default=0)
        busy = percentile(self.busies, 0.95)
        beside = (
            f"median {percentile(self.walls, 0.5):.0f} ms, processor p95 {busy:.0f} ms, slowest "
            f"{self.slowest[0]:.0f} ms ({self.slowest[1]})"
        )
        value = percentile(self.walls, 0.95)
        Figure(f"{work}, p95", size, ON, value, "ms", PAGE_BAR, beside=beside).tell()
        worst = max(self.queries, key=lambda name: self.queries[name], default="")
        Figure(f"{work}, queries", size, ON, most, "", QUERY_BAR, beside=worst).tell()


ON = "SQLite" if connection.vendor == "sqlite" else "PostgreSQL"


class Reader:
    """One signed-in user."""

    def __init__(self, account: str) -> None:
        self.user = User.objects.get(username=account)
        self.client = Client(SERVER_NAME="localhost")
        self.client.force_login(self.user)
        self.rng = random.Random(7)  # noqa: S311 - the same every time

    def measure(self, times: Times, name: str, ask: Callable[[], Any]) -> Any:
        """Ask several times: first to warm up, then to count statements."""
        ask()
        with ExitStack() as stack:
            seen = [
                stack.enter_context(CaptureQueriesContext(connections[one])) for one in connections
            ]
            answer = ask()
            times.queries[name] = sum(map(len, seen))
        for _round in range(ROUNDS):
            self.time(times, name, ask)
        return answer

    @staticmethod
    def time(times: Times, name: str, ask: Callable[[], Any]) -> None:
        begin, busy = time.perf_counter(), time.process_time()
        ask()
        wall, busy = time.perf_counter() - begin, time.process_time() - busy
        times.note(name, wall * 1000, busy * 1000)

    def get(self, path: str) -> str:
        """Raises RuntimeError for anything but a page."""
        answer = self.client.get(path)
        if answer.status_code != 200:  # noqa: PLR2004
            raise RuntimeError(f"{path}: {answer.status_code}")
        return answer.content.decode()

    def lists(self) -> Times:
        """Ledgers with filters and orders, and the pages that follow."""
        times = Times()
        for name in (*LISTS, *(LISTS_OF_AREAS if self.user.scope.areas else ())):
            page = self.measure(times, name, partial(self.get, f"/ledger/{name}"))
            for step in range(2, NEXT + 2):
                found = AFTER.search(page)
                if not found:
                    break
                more = f"{name}{'&' if '?' in name else '?'}after={found[1]}&page={step}"
                told = f"{name} page {step}"
                page = self.measure(times, told, partial(self.get, f"/ledger/{more}"))
        return times

    def home(self) -> Times:
        """What greets after the sign-in."""
        times = Times()
        self.measure(times, "home", partial(self.get, "/"))
        return times

    def people(self, count: int) -> Sequence[Person]:
        """Some whom the reader sees in a ledger."""
        seen = LedgerLine.objects.visible_to(self.user).filter(group="child")
        keys = list(seen.values_list("person", flat=True)[:20_000])
        some = self.rng.sample(keys, min(count, len(keys)))
        return list(Person.objects.filter(pk__in=some))

    def files(self) -> Times:
        """Different files, each asked for once after the first."""
        times = Times()
        for number, person in enumerate(self.people(FILES)):
            path = f"/people/{person.uid}/"
            if self.user.scope.asks_why(person.path):
                Look.state(person, "inspect", "", by=self.user)
            if number == 0:
                self.measure(times, "file", partial(self.get, path))
            else:
                self.time(times, "file", partial(self.get, path))
        return times

    def searches(self) -> Times:
        """What is typed, and the page that answers."""
        times = Times()
        for kind, text in self.typed():
            answer = self.client.post("/search/", {"q": text})
            self.measure(times, kind, partial(self.get, answer["Location"]))
        return times

    def taken_out(self, size: str) -> Iterator[Figure]:
        """The children's ledger as .xlsx, and cards of a thousand of them."""
        filters = LedgerFilter(QueryDict(), group="child", user=self.user)
        export = Export(Listing(self.user, "child", filters), "inspect")
        with spending() as spent, TemporaryFile() as file:
            lines = export.write(form_of(self.user, "child", "ledger"), "xlsx", file)
        told = f"{lines:,} lines of {size}"
        yield Figure("ledger as .xlsx", told, ON, spent.wall, "s", busy=spent.busy)
        some = tuple(str(person.uid) for person in self.people(CARDS_MOST))
        export = Export(Listing(self.user, "child", filters, some), "inspect")
        with spending() as spent:
            export.cards("A6", "https://guanai.example/", with_back=False)
        told = f"{len(some):,} of {size}"
        yield Figure("contact cards from the ledger", told, ON, spent.wall, "s", CARDS_BAR,
                     spent.busy)  # fmt: skip

    def typed(self) -> Iterator[tuple[str, str]]:
        """(how, text) as people type: part of a name, initials, the end of a number."""
        for person in self.people(SEARCHES):
            sounds = names.syllables(person.name)
            yield "part of the name", person.name[1:]
            yield "pinyin", "".join(sounds[1:])
            yield "initials", "".join(sound[0] for sound in sounds)
            document = Identity.objects.filter(person=person).first()
            if document:
                yield "last four of the ID number", document.number()[-4:]
                yield "last six of the ID number", document.number()[-6:]
            phone = Contact.objects.filter(person__in=_parents(person)).first()
            if phone:
                yield "last four of the phone", phone.value()[-4:]


def _parents(person: Person) -> list[int]:
    return list(person.kinships.values_list("relative", flat=True))


def main() -> None:
    size = f"{Person.objects.count():,} people"
    homes, ledgers, files, searches = {}, {}, {}, {}
    for role, account in ROLES.items():
        reader = Reader(account)
        homes[role], ledgers[role] = reader.home(), reader.lists()
        files[role] = reader.files()
        searches[role] = reader.searches()
    office = Reader(ROLES["county office"])
    for figure in office.taken_out(size):
        figure.tell()
    for work, told in (
        ("home page", homes),
        ("ledger", ledgers),
        ("file", files),
        ("search", searches),
    ):
        for role, times in told.items():
            times.tell(f"{work}, {role}", size)
