"""Registries by which a higher room extends a lower one without being known to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanai.core.words import StrOrPromise

if TYPE_CHECKING:
    from guanai.organisations.models import User

T = TypeVar("T")


@dataclass
class Registry(Generic[T]):
    """Filled in AppConfig.ready, read while answering; order is the order of registration."""

    _items: list[T] = field(default_factory=list)

    def add(self, item: T, *more: T) -> T:
        self._items += [item, *more]
        return item

    def all(self) -> tuple[T, ...]:
        return tuple(self._items)


def holding(*verbs: str) -> Callable[[User], bool]:
    """Whether a user has one of these verbs."""
    return lambda user: any(map(user.has_perm, verbs))


def later(path: str) -> Callable[..., Any]:
    """The function of that name, imported when it is called: it would slow the start down."""
    return lambda *arguments: import_string(path)(*arguments)  # noqa: PLW0108


@dataclass(frozen=True)
class Room:
    """An entry of the rail (or the search box): where it leads and who may enter."""

    name: str
    title: StrOrPromise
    url: str  # name of a URL without arguments
    open_to: Callable[[User], bool]
    about: StrOrPromise = ""  # one sentence for the home page
    rank: int = 50  # place in the rail, lowest first


@dataclass(frozen=True)
class Panel:
    """A part of a person's page, rendered in the same request within its query budget."""

    name: str
    template: str
    context: Callable[[Any, User], dict[str, Any]]  # (person, reader)


@dataclass(frozen=True)
class Subject:
    """How rows of a model are named to somebody who may not see them: by a number, not a name.

    `label`, `born` and `ended` are names of columns; a row that has ended is kept by nothing.
    """

    model: str  # label, “people.Person”
    label: str
    born: str = ""
    ended: str = ""


@dataclass(frozen=True)
class Doubt:
    """Which looks an auditor may want to ask about: a hint, never a judgement."""

    kind: str
    pick: Callable[[Any, set[int]], set[int]]  # (account, keys of files) → keys


@dataclass(frozen=True)
class Chapter:
    """A table of the yearly data-protection audit; figures only."""

    title: StrOrPromise
    head: tuple[StrOrPromise, ...]
    rows: Callable[[dt.datetime, dt.datetime], Iterable[tuple[Any, ...]]]  # from, until
    rank: int = 50


@dataclass(frozen=True)
class Greeting:
    """A part of the home page: what waits for this user in a room."""

    template: str  # finds what `context` gives as `part`
    open_to: Callable[[User], bool]
    context: Callable[[User], dict[str, Any]]


SIDES: dict[str, StrOrPromise] = {  # who acted, plan 14: family, government, school, society
    "family": _("family"),
    "government": _("government"),
    "school": pgettext_lazy("side", "school"),
    "society": _("society"),
}


@dataclass(frozen=True)
class Moment:
    """What happened on a day, on the spine of a person's file. `state`: “”, due or late; `side`:
    one of SIDES, or nobody in particular."""

    day: dt.date
    title: str
    text: str = ""
    precision: int = 3  # core.dates.Precision
    state: str = ""
    url: str = ""
    side: str = ""

    @property
    def side_title(self) -> StrOrPromise:
        return SIDES.get(self.side, "")


@dataclass(frozen=True)
class Strand:
    """Moments that a room adds to the spine, within the page's query budget."""

    name: str
    moments: Callable[[Any, User], Iterable[Moment]]  # (person, reader)


@dataclass(frozen=True)
class Keeper:
    """A room that keeps something about persons, heard before a file is destroyed.

    `needs` names in words why the file is still needed (an open case, a duty to keep it); nothing:
    it may go. `forget` takes out what the room holds about the person, in the same transaction;
    rows that it seals by the person's key may stay, for that key is gone.
    """

    name: str
    needs: Callable[[Any], Iterable[str]]  # (person)
    forget: Callable[[Any], object]  # (person)


@dataclass(frozen=True)
class Sealed:
    """Columns that a key protects; a test finds those that nobody has registered.

    `renew` brings one row (an instance without other columns than `fields` and `reads`) under the
    newest generation of the county's key and says whether it changed; it may raise Unreadable.
    Without it the columns rest on a person's or an import's key, which is renewed itself. `stale`
    narrows the rows to those that may need it. What rests on a person's key says to which `words`
    its columns are bound, and by which way it belongs `of` the person: a row that goes from one
    person to another is sealed anew.
    """

    model: str  # label, “people.Person”
    fields: tuple[str, ...]
    renew: Callable[[Any], bool] | None = None
    reads: tuple[str, ...] = ()  # of the person too: “person__sealed_key”
    stale: Callable[[], Q] = Q
    words: tuple[str, ...] = ()
    of: str = "person"


@dataclass(frozen=True)
class Period:
    """A span that the law or the county sets: how long a kind of data stays, or by when to answer.

    The county may settle another number (guanai.privacy). `due(day, number)`: the rows that have
    served their time by that day. `erase` takes them away, once a person says so; None: each is
    decided on by two persons, or its room sees to it.
    """

    code: str
    title: StrOrPromise
    number: int
    unit: str  # years, months, days or workdays
    source: StrOrPromise  # the law, or why this number
    sure: bool = False  # read in the law, not only commonly told
    fixed: bool = False  # the program goes by this number
    due: Callable[[dt.date, int], QuerySet[Any]] | None = None
    erase: Callable[[QuerySet[Any]], int] | None = None


# What the codes of reasons in the log of readings mean.
reasons: Registry[Mapping[str, StrOrPromise]] = Registry()
# Whether somebody or something of a higher room still stands at this path.
occupants: Registry[Callable[[str], bool]] = Registry()
# Told when who answers for a place may have changed: its path.
staff: Registry[Callable[[str], None]] = Registry()
rooms: Registry[Room] = Registry()
subjects: Registry[Subject] = Registry()
finders: Registry[Room] = Registry()  # where the search box of the frame posts to
panels: Registry[Panel] = Registry()
greetings: Registry[Greeting] = Registry()
strands: Registry[Strand] = Registry()
# Rows that panels and strands show, for keys of persons; they come along in one query.
attached: Registry[Callable[[list[int]], Iterable[QuerySet[Any]]]] = Registry()
doubts: Registry[Doubt] = Registry()
chapters: Registry[Chapter] = Registry()
# Accounts by key → the role of their posts in words; equal words are equal roles.
roles: Registry[Callable[[set[int]], dict[int, str]]] = Registry()
stamps: Registry[Callable[[], str]] = Registry()  # printed at the foot of every list
# Who writes down what a command of core did: (action, **facts).
witnesses: Registry[Callable[..., object]] = Registry()
keepers: Registry[Keeper] = Registry()
# Contacts made with people between two days: (keys, first, last) → (key, day, how in words).
contacts: Registry[
    Callable[[Iterable[int], dt.date, dt.date], Iterable[tuple[int, dt.date, str]]]
] = Registry()
sealed: Registry[Sealed] = Registry()
# What a restored home has to do before anybody reads in it; how many files that concerned.
restored: Registry[Callable[[], int]] = Registry()
mornings: Registry[Callable[[], object]] = Registry()  # what follows the calendar, once a day
periods: Registry[Period] = Registry()
# Reads the first sheet of a table file as texts; raises RuleBroken. People's rosters brought it.
tables: Registry[Callable[[Path], list[list[str]]]] = Registry()
