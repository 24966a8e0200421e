"""Lists people as the ledger's page does: same reach, no numbers, no phones."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.audit.models import record
from guanai.core.areas import below
from guanai.core.chunks import chunks
from guanai.core.command import ActingCommand
from guanai.core.conditions.timeline import FIRST_DAY, LAST_DAY, UNKNOWN, YES
from guanai.core.conditions.words import in_words
from guanai.organisations.models import Place, User
from guanai.organisations.rules import PERSON_VIEW, Group
from guanai.people.counting import AT_ONCE, findings, members
from guanai.people.defining import definition
from guanai.people.evaluating import evaluate_all, numbers_of
from guanai.people.ledger.columns import chosen
from guanai.people.ledger.filters import LedgerFilter
from guanai.people.ledger.listing import Listing
from guanai.people.ledger.search import search
from guanai.people.models import Person


def listing_for(user: User, options: dict[str, Any]) -> Listing:
    """The ledger of --group at --place. Raises CommandError for an unknown place."""
    data = QueryDict(mutable=True)
    data["place"] = options["place"] or ""
    filters = LedgerFilter(data, group=options["group"], user=user)
    if not filters.is_valid():
        raise CommandError(_("There is no place with the code “%s”.") % options["place"])
    return Listing(user, options["group"], filters)


def counting(user: User, options: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Who counts under --definition on --on, as far as the user sees; the reason in words."""
    one = definition(options["definition"])
    given = dict(part.partition("=")[::2] for part in options["set"])
    node = one.node(one.checked(numbers_of(one) | given))
    day, place = _day(options["on"]), _place(options["place"])
    found = members(node, day, [place.path] if place else None)
    answer = UNKNOWN if options["unknown"] else YES
    seen = Person.objects.visible_to(user).filter(below(place.path) if place else Q())
    keys = seen.order_by("path", "pinyin", "pk").values_list("pk", flat=True)
    for some in chunks((key for key in keys if found.get(key) == answer), AT_ONCE):
        people = Person.objects.select_related("place").in_bulk(some)
        for key, said in findings(some, node, day):
            told: dict[str, Any] = {"since": said.since.isoformat() if said.since else None}
            yield _person(people[key]) | told | {
                "name": people[key].name, "reason": in_words(said.why)
            }  # fmt: skip


def _day(text: str | None) -> dt.date:
    try:
        day = dt.date.fromisoformat(text) if text else timezone.localdate()
    except ValueError as error:
        raise CommandError(_("Write a day as 2026-09-01.")) from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise CommandError(_("Write a day between %(first)s and %(last)s.") % {
            "first": FIRST_DAY, "last": LAST_DAY
        })  # fmt: skip
    return day


def _place(code: str | None) -> Place | None:
    place = Place.objects.filter(code=code).first() if code else None
    if code and place is None:
        raise CommandError(_("There is no place with the code “%s”.") % code)
    return place


def add_ledger_arguments(parser: CommandParser) -> None:
    parser.add_argument(
        "--group", choices=[str(group) for group in Group], default="child", help=_("which ledger")
    )
    parser.add_argument("--place", metavar="CODE", help=_("only at or below this place"))


class Command(ActingCommand):
    help: Any = gettext_lazy(
        "List people who stand in a ledger, or find them by what comes on standard input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_ledger_arguments(parser)
        parser.add_argument(
            "--search-stdin",
            action="store_true",
            help=_("search for the name or number on standard input, which no log keeps"),
        )
        parser.add_argument("--json", action="store_true", help=_("a list of objects"))
        parser.add_argument(
            "--definition", metavar="ID", help=_("who counts under this definition instead")
        )
        parser.add_argument("--on", metavar="DATE", help=_("on this day (today): 2026-09-01"))
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=N",
            help=_("with this number of the definition, for example months=6"),
        )
        parser.add_argument(
            "--unknown", action="store_true", help=_("those of whom the files do not decide it")
        )
        parser.add_argument(
            "--evaluate", action="store_true", help=_("find anew who counts as what today")
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        user = self.actor(options)
        if not user.has_perm(PERSON_VIEW):
            user.refused(PERSON_VIEW, "command people")
            raise CommandError(_("This account may not see people."))
        if options["evaluate"]:
            count = evaluate_all()
            self.say(_("%(count)d people were looked at anew.") % {"count": count})
            return
        found = self._asked(user, options)
        count = 0
        for count, row in enumerate(found, 1):
            if options["json"]:
                self.say(("[" if count == 1 else ",") + json.dumps(row, ensure_ascii=False))
            else:
                self.say(_line(row))
        if options["json"]:
            self.say("]" if count else "[]")
        with transaction.atomic():
            record("people.person.list", by=user, files=count, command=True)

    def _asked(self, user: User, options: dict[str, Any]) -> Iterator[dict[str, str]]:
        if options["definition"]:
            return counting(user, options)
        return self._found(user) if options["search_stdin"] else self._listed(user, options)

    def _listed(self, user: User, options: dict[str, Any]) -> Iterator[dict[str, str]]:
        columns = chosen(options["group"], [])
        for lines in listing_for(user, options).chunks():
            for line in lines:
                shown = {column.key: column.text(line) for column in columns}
                yield _person(line.person) | shown

    def _found(self, user: User) -> Iterator[dict[str, str]]:
        for hits in search(user, sys.stdin.readline()):
            for one in hits.found:
                facts = {"name": one.person.name, "place": one.person.place.name}
                yield _person(one.person) | facts | {"by": str(hits.title)}


def _person(person: Person) -> dict[str, str]:
    return {
        "uid": str(person.uid),
        "file_number": person.file_number,
        "birth_date": str(person.birth_date or ""),
        "village_code": person.place.code,
    }


def _line(row: dict[str, str]) -> str:
    hidden = {"uid", "birth_date", "village_code"}
    return "\t".join(text for key, text in row.items() if key not in hidden)
