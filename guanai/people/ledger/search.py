"""Who is meant by a name, a part of it, its pinyin, or the end of a number.

What was typed is kept sealed in the reader's session under a random key, so that it stands in no
URL, log or history of a browser.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanai.core.areas import within
from guanai.core.crypto import vault
from guanai.core.fields import after_prefix
from guanai.organisations.rules import EVERYBODY
from guanai.people import names
from guanai.people.models import (
    Contact,
    Guardianship,
    Identity,
    Kinship,
    Person,
    Registration,
    SearchToken,
)
from guanai.people.models.ledger import holds_grants

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django_stubs_ext import StrOrPromise

    from guanai.organisations.models import User
    from guanai.people.models.person import PersonQuerySet

MOST = 40  # people shown of each kind of hit
CANDIDATES = 200  # hits whose families are looked at
KEPT = 20  # searches a session remembers
_SESSION = "searches"
_FILE = re.compile(r"[A-Z]{1,6}-?\d{3,10}")
_TAIL, _LONG_TAIL, _ID = re.compile(r"\d{3}[\dX]"), re.compile(r"\d{5}[\dX]"), {15, 18}
_PHONE = range(7, 13)


def keep(session: SessionBase, text: str) -> str:
    """Put a search away; the key under which `kept` finds it."""
    key = secrets.token_urlsafe(9)
    held: dict[str, str] = session.get(_SESSION, {})
    held[key] = vault().county.seal(text, "search").hex()
    session[_SESSION] = dict(list(held.items())[-KEPT:])
    return key


def kept(session: SessionBase, key: str) -> str | None:
    """What was searched for; None if the session does not know the key (any more)."""
    sealed = session.get(_SESSION, {}).get(key)
    return None if sealed is None else vault().county.open(bytes.fromhex(sealed), "search")


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
    through: list[Kin] = field(default_factory=list)
    kin_of: list[Kin] = field(default_factory=list)


@dataclass
class Hits:
    """The people whom one way of looking found; `more` if there were too many to show."""

    title: StrOrPromise
    found: list[Found]
    more: bool = False


def search(user: User, text: str) -> list[Hits]:
    """Everybody whom this user may see and whom the text may mean, by what it matched."""
    typed = text.strip()
    number = re.sub(r"[\s-]", "", typed).upper()
    ways: list[tuple[StrOrPromise, QuerySet[Any], str]] = []
    if _FILE.fullmatch(re.sub(r"\s", "", typed).upper()):
        label = re.sub(r"\s", "", typed).upper()
        ways.append((_("file number"), Person.objects.filter(file_number=label), "pk"))
    if number.isascii() and any(letter.isdigit() for letter in number):
        ways += _by_number(number)
    elif names.bare(typed):
        ways.append((pgettext_lazy("person", "name"), _by_name(names.bare(typed), user), "person"))
    found = [hits for hits in (_seen(user, *way) for way in ways) if hits.found]
    _tell(user, [one for hits in found for one in hits.found if not one.through])
    return found


def _by_number(number: str) -> list[tuple[StrOrPromise, QuerySet[Any], str]]:
    blind = vault().blind
    ways: list[tuple[StrOrPromise, QuerySet[Any], str]] = []
    if len(number) in _ID:
        ways.append((_("ID number"), Identity.objects.filter(exact=blind("id", number)), "person"))
    if _LONG_TAIL.fullmatch(number):
        hits = Identity.objects.filter(tail6=blind("id6", number))
        ways.append((_("last six of the ID number"), hits, "person"))
    if _TAIL.fullmatch(number):
        hits = Identity.objects.filter(tail4=blind("id4", number))
        ways.append((_("last four of the ID number"), hits, "person"))
        phones = Contact.objects.filter(tail4=blind("phone4", number))
        ways.append((_("last four of the phone number"), phones, "person"))
    if len(number) in _PHONE and number.isdigit():
        phones = Contact.objects.filter(exact=blind("phone", number))
        ways.append((_("phone number"), phones, "person"))
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


def _seen(user: User, title: StrOrPromise, hits: QuerySet[Any], key: str) -> Hits:
    """The people of the hits whom the user sees, and those whom he sees of their relatives."""
    visible = Person.objects.visible_to(user).select_related("place")
    if user.scope.areas:  # sees much: look at the hits one by one until there are enough
        direct = hits.filter(Exists(visible.filter(pk=OuterRef(key))))
        keys = list(dict.fromkeys(direct.values_list(key, flat=True)[: MOST * 2]))
        people = list(visible.filter(pk__in=keys))
    else:  # sees few: these lead
        people = list(visible.filter(pk__in=hits.values(key))[: MOST * 2])
    found = [Found(person) for person in people]
    if not sees_all_below(user):
        known = {one.pk for one in people}
        found += _through(user, visible, hits.order_by().values_list(key, flat=True), known)
    found.sort(key=lambda one: (len(one.person.name), one.person.pinyin))
    return Hits(title, found[:MOST], more=len(found) > MOST)


def _tell(user: User, found: list[Found]) -> None:
    """In which ledgers they stand; of others, whose relatives they are. At once for all ways of
    looking, by which one person may have been found twice."""
    ledgers: dict[int, list[str]] = {}
    standing = Registration.objects.current().filter(person__in={one.person.pk for one in found})
    for person, group in standing.values_list("person", "group"):
        ledgers.setdefault(person, []).append(group)
    for one in found:
        one.ledgers = ledgers.get(one.person.pk, [])
    visible = Person.objects.visible_to(user).select_related("place")
    _whose(visible, [one for one in found if not one.ledgers])


def _whose(visible: PersonQuerySet, relatives: list[Found]) -> None:
    """Tell of those who stand in no ledger whose relatives they are."""
    by_key: dict[int, list[Found]] = {}
    for one in relatives:
        by_key.setdefault(one.person.pk, []).append(one)
    links = [
        *Kinship.objects.current().filter(relative__in=by_key)
        .values_list("relative", "relation", "person")[: MOST * 3],
        *Guardianship.objects.current().filter(guardian__in=by_key)
        .values_list("guardian", "relation", "person")[: MOST * 3],
    ]  # fmt: skip
    people = visible.in_bulk({link[2] for link in links})
    told = set()
    for relative, relation, person in links:
        if person in people and (relative, person) not in told:
            told.add((relative, person))
            for one in by_key[relative]:
                one.kin_of.append(Kin(relation, people[person]))


def _through(
    user: User, visible: PersonQuerySet, hits: QuerySet[Any], known: set[int]
) -> list[Found]:
    """Children seen whose relatives, not seen themselves, are among the hits."""
    kin, care = Kinship.objects.current(), Guardianship.objects.current()
    if user.scope.areas:
        some = list(hits[:CANDIDATES])
        kin, care = kin.filter(relative__in=some), care.filter(guardian__in=some)
    else:
        seen = visible.values("pk")
        kin = kin.filter(relative__in=hits, person__in=seen)
        care = care.filter(guardian__in=hits, person__in=seen)
    related = kin.order_by().values_list("person", "relation", "relative")
    cared_for = care.order_by().values_list("person", "relation", "guardian")
    links = list(related.union(cared_for, all=True)[: CANDIDATES * 2])
    people = visible.in_bulk({person for person, _, _ in links})
    # Not seen as files of their own: their names stand in the child's file.
    relatives = Person.objects.in_bulk({relative for _, _, relative in links} - known)
    found: dict[int, Found] = {}
    for person, relation, relative in dict.fromkeys(links):
        if person not in people or relative not in relatives:
            continue
        one = found.setdefault(person, Found(people[person]))
        if relatives[relative] not in [kin.person for kin in one.through]:
            one.through.append(Kin(relation, relatives[relative]))
    return list(found.values())
