"""Lists people as the ledger's page does: same reach, no numbers, no phones."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.audit.models import record
from guanai.core.command import ActingCommand
from guanai.organisations.rules import PERSON_VIEW, Group
from guanai.people.ledger.columns import chosen
from guanai.people.ledger.filters import LedgerFilter
from guanai.people.ledger.listing import Listing
from guanai.people.ledger.search import search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guanai.organisations.models import User
    from guanai.people.models import Person


def listing_for(user: User, options: dict[str, Any]) -> Listing:
    """The ledger of --group at --place. Raises CommandError for an unknown place."""
    data = QueryDict(mutable=True)
    data["place"] = options["place"] or ""
    filters = LedgerFilter(data, group=options["group"], user=user)
    if not filters.is_valid():
        raise CommandError(_("There is no place with the code “%s”.") % options["place"])
    return Listing(user, options["group"], filters)


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

    def handle(self, *_args: Any, **options: Any) -> None:
        user = self.actor(options)
        if not user.has_perm(PERSON_VIEW):
            user.refused(PERSON_VIEW, "command people")
            raise CommandError(_("This account may not see people."))
        found = self._found(user) if options["search_stdin"] else self._listed(user, options)
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
