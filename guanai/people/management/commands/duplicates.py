"""Searches the registry for duplicates, and lists those that wait for a person's decision."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.audit.models import record
from guanai.core.command import ActingCommand
from guanai.organisations.rules import PERSON_DECIDE
from guanai.people.linking.search import search
from guanai.people.linking.wording import in_words
from guanai.people.models import DuplicateProposal, Person


class Command(ActingCommand):
    help: Any = gettext_lazy("Look for files that may be one person's, for somebody to decide.")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--anew",
            action="store_true",
            help=_("compare everybody, not only what changed since the last search"),
        )
        parser.add_argument("--json", action="store_true", help=_("a list of objects"))

    def handle(self, *, anew: bool, json: bool, **options: Any) -> None:
        user = self.actor(options)
        if not user.has_perm(PERSON_DECIDE):
            user.refused(PERSON_DECIDE, "command duplicates")
            raise CommandError(_("This account may not decide who is one person."))
        found = search(by=user, anew=anew, tell=self.stderr.write)
        rows = DuplicateProposal.objects.visible_to(user).filter(outcome="")
        waiting = list(rows.select_related("left__place", "right__place").order_by("-probability"))
        with transaction.atomic():
            record("people.duplicate.list", by=user, pairs=len(waiting), command=True)
        if json:
            self.say(dumps(waiting))
            return
        for one in waiting:
            self.say(f"{one.left.file_number} {one.right.file_number} {_line(one)}")
        self.say(_("%(new)d new, %(waiting)d wait for a decision.") % {
            "new": found.new, "waiting": len(waiting)
        })  # fmt: skip


def _line(one: DuplicateProposal) -> str:
    return f"{one.probability:.3f} {'、'.join(in_words(one.reasons))}"


def dumps(waiting: list[DuplicateProposal]) -> str:
    told = [
        {
            "left": _file(one.left),
            "right": _file(one.right),
            "probability": round(one.probability, 6),
            "reasons": one.reasons,
            "reason": "、".join(in_words(one.reasons)),
        }
        for one in waiting
    ]
    return json.dumps(told, ensure_ascii=False, indent=1)


def _file(person: Person) -> dict[str, str]:
    return {
        "file_number": person.file_number,
        "name": person.name,
        "birth_date": str(person.birth_date or ""),
        "village_code": person.place.code,
    }
