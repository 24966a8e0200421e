"""Who is meant by a name, a part of it, its pinyin, or the end of a number.

What was typed is kept sealed in the reader's session under a random key, so that it stands in no
URL, log or history of a browser.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanai.core.areas import within
from guanai.core.crypto import vault
from guanai.core.fields import after_prefix
from guanai.core.words import StrOrPromise
from guanai.organisations.models import User
from guanai.organisations.rules import EVERYBODY
from guanai.people import names
from guanai.people.models import (
    Contact,
    Guardianship,
    Identity,
    Kinship,
    Merge,
    Person,
    Registration,
    SearchToken,
)
from guanai.people.models.ledger import holds_grants

MOST = 40  # people shown of each kind of hit
CANDIDATES = 200  # hits whose families are looked at
LINKS = 800
KEPT = 20  # searches a session remembers
_SESSION = "searches"
_FILE = re.compile(r"[A-Z]{1,6}-?\d{3,10}")
_TAIL, _LONG_TAIL, _ID = re.compile(r"\d{3}[\dX]"), re.compile(r"\d{5}[\dX]"), {15, 18}
_PHONE = range(7, 13)


def keep(session: SessionBase, text: str) -> str:
    """Put a search away; the key under which `kept` finds it."""
    key = secrets.token_urlsafe(9)
    held: dict[str, str] = session.get(_SESSION, {})
    held[key] = text  # the session as a whole is sealed
    session[_SESSION] = dict(list(held.items())[-KEPT:])
    return key


def kept(session: SessionBase, key: str) -> str | None:
    """What was searched for; None if the session does not know the key (any more)."""
    text: str | None = session.get(_SESSION, {}).get(key)
    return text


@dataclass
class Kin:
    """`person` is the `relation` (GB/T 4761) of somebody."""

    relation: str
    person: Person


@dataclass
class Found:
    """Somebody who was found. `ledgers`: where he stands; `kin`: if he was found through a
    relative, that one, else, if he stands in no ledger, whose relative he is."""

    person: Person
    ledgers: list[str] = field(default_factory=list)
    through: dict[int, Kin] = field(default_factory=dict)
    kin_of: dict[int, Kin] = field(default_factory=dict)


@dataclass
class Hits:
    """The people whom one way of looking found; `more` if there were too many to show."""

    title: StrOrPromise
    found: list[Found]
    more: bool = False


@dataclass
class _Way:
    """A way of looking: `key` of the hits is that of a person. `direct`: those whom the reader
    sees; `links` (person, relation, relative) of the hits as relatives."""

    title: StrOrPromise
    hits: QuerySet[Any]
    key: str = "person"
    direct: list[int] = field(default_factory=list)
    near: set[int] = field(default_factory=set)
    links: list[tuple[int, str, int]] = field(default_factory=list)

    def shown(self, people: dict[int, Any]) -> Hits:
        """Those found directly, and files seen whose relatives, not seen themselves, were."""
        direct = {key: Found(people[key], people[key].ledgers) for key in self.direct}
        through: dict[int, Found] = {}
        for person, relation, relative in dict.fromkeys(self.links):
            if not people[person].seen:
                continue
            if relative not in direct:
                one = through.setdefault(person, Found(people[person], people[person].ledgers))
                one.through.setdefault(relative, Kin(relation, people[relative]))
            elif not direct[relative].ledgers:
                direct[relative].kin_of.setdefault(person, Kin(relation, people[person]))
        found = [*direct.values(), *through.values()]
        found.sort(key=lambda one: (len(one.person.name), one.person.pinyin))
        return Hits(self.title, found[:MOST], more=len(found) > MOST)


def search(user: User, text: str) -> list[Hits]:
    """Everybody whom this user may see and whom the text may mean, by what it matched."""
    typed = text.strip()
    number = re.sub(r"[\s-]", "", typed).upper()
    ways: list[_Way] = []
    if _FILE.fullmatch(re.sub(r"\s", "", typed).upper()):
        label = re.sub(r"\s", "", typed).upper()
        ways.append(_Way(_("file number"), Person.objects.filter(file_number=label), "pk"))
        merged = Merge.objects.filter(gone__file_number=label)
        ways.append(_Way(_("file number of a merged file"), merged))
    if number.isascii() and any(letter.isdigit() for letter in number):
        ways += _by_number(number)
    elif names.bare(typed):
        ways.append(_Way(pgettext_lazy("person", "name"), _by_name(names.bare(typed), user)))
    _look(user, ways)
    people = _people(user, ways)
    return [hits for hits in (way.shown(people) for way in ways) if hits.found]


def _by_number(number: str) -> list[_Way]:
    blinds = vault().blinds
    ways = []
    if len(number) in _ID:
        hits: QuerySet[Any] = Identity.objects.filter(exact__in=blinds("id", number))
        ways.append(_Way(_("ID number"), hits))
    if _LONG_TAIL.fullmatch(number):
        hits = Identity.objects.filter(tail6__in=blinds("id6", number))
        ways.append(_Way(_("last six of the ID number"), hits))
    if _TAIL.fullmatch(number):
        hits = Identity.objects.filter(tail4__in=blinds("id4", number))
        ways.append(_Way(_("last four of the ID number"), hits))
        phones = Contact.objects.filter(tail4__in=blinds("phone4", number))
        ways.append(_Way(_("last four of the phone number"), phones))
    if len(number) in _PHONE and number.isdigit():
        phones = Contact.objects.filter(exact__in=blinds("phone", number))
        ways.append(_Way(_("phone number"), phones))
    return ways


def _by_name(name: str, user: User) -> QuerySet[Any]:
    """Tokens that begin with the name; those of the reader's areas alone where that is enough."""
    tokens = SearchToken.objects.filter(token__gte=name, token__lt=after_prefix(name))
    if sees_all_below(user):
        tokens = tokens.filter(within([area.path for area in user.scope.areas], "path"))
    return tokens


def sees_all_below(user: User) -> bool:
    """Whether everybody whom this user sees lies in areas in which he sees everybody."""
    scope = user.scope
    open_areas = all(area.groups == EVERYBODY for area in scope.areas)
    limited = scope.schools or scope.classes or holds_grants(user)
    return bool(scope.areas) and open_areas and not limited


def _look(user: User, ways: list[_Way]) -> None:
    """Whom the ways lead to; those who see few lead themselves, else the hits do."""
    visible = Person.objects.visible_to(user)
    for way in ways:
        hits = way.hits.order_by().values_list(way.key, flat=True)
        if user.scope.areas:  # look at the hits one by one until there are enough
            seen = hits.filter(Exists(visible.filter(pk=OuterRef(way.key))))
            way.direct = list(dict.fromkeys(seen[: MOST * 2]))
            way.near = {*way.direct, *([] if sees_all_below(user) else hits[:CANDIDATES])}
        else:
            seen = visible.filter(pk__in=hits).values_list("pk", flat=True)
            way.direct = list(seen[: MOST * 2])
            way.links = list(_links(hits, Q(person__in=visible.values("pk"))))
    if user.scope.areas:
        links = list(_links(set().union(*(way.near for way in ways))))
        for way in ways:
            way.links = [link for link in links if link[2] in way.near]


def _links(relatives: Any, further: Q | None = None) -> QuerySet[Any, Any]:
    """(person, relation, relative) of kinships and guardianships, in one question."""
    further = further or Q()
    kin = Kinship.objects.current().filter(further, relative__in=relatives).order_by()
    care = Guardianship.objects.current().filter(further, guardian__in=relatives).order_by()
    told = kin.values_list("person", "relation", "relative")
    return told.union(care.values_list("person", "relation", "guardian"), all=True)[:LINKS]


def _people(user: User, ways: list[_Way]) -> dict[int, Any]:
    """Everybody concerned, with `seen` (a relative's name may stand in a file that is, without
    the relative's own being so) and `ledgers`; at once for all ways."""
    keys = {key for way in ways for key in way.direct}
    keys |= {key for way in ways for person, _, relative in way.links for key in (person, relative)}
    people = Person.objects.select_related("place").tell_seen("seen", user)
    found: dict[int, Any] = people.in_bulk(keys)
    for person in found.values():
        person.ledgers = []
    standing = Registration.objects.current().filter(person__in=keys)
    for key, group in standing.values_list("person", "group"):
        found[key].ledgers.append(group)
    return found
