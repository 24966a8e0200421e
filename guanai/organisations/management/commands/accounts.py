from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.core.command import ActingCommand, begun
from guanai.organisations import account_list, beginning
from guanai.organisations.models import Issued, Place
from guanai.organisations.rules import USERS_CHANGE

UNREADABLE = 2


class Command(ActingCommand):
    help: Any = gettext_lazy("Open accounts from a list (.xlsx, .csv): a preview, then --yes.")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help=_("the list"))
        parser.add_argument("--yes", action="store_true", help=_("open them, all or none"))
        parser.add_argument("--json", action="store_true", help=_("print everything as JSON"))
        parser.add_argument("--slips", type=Path, help=_("write the codes to print into this PDF"))
        parser.add_argument(
            "--administrators",
            action="store_true",
            help=_("open those of the three administrators that are lacking"),
        )

    def handle(self, *, file: Path | None, **options: Any) -> None:
        if options["administrators"]:
            begun()
            county = Place.objects.get(code=settings.HOME.county_code)
            issued = beginning.administrators(county, beginning.ADMINISTRATORS)
            self.say(beginning.told(issued) if issued else _("None of the three is lacking."))
            return
        if file is None or not file.is_file():
            raise CommandError(_("Name the list."), returncode=UNREADABLE)
        user = self.actor(options)
        if not user.has_perm(USERS_CHANGE):
            user.refused(USERS_CHANGE, "accounts")
            raise CommandError(_("Only the system administrator opens accounts."))
        checked = account_list.check(account_list.read(file))
        issued = checked.open_all(by=user) if options["yes"] and not checked.faults else []
        if issued and options["slips"]:
            self._slips(issued, options["slips"])
        if options["json"]:
            self.say(json.dumps(as_json(checked, issued), ensure_ascii=False, indent=1))
        else:
            self._tell(checked, issued, printed=bool(options["slips"]))
        if checked.faults:
            raise CommandError(_("Nothing was opened: mend the list first."))

    def _slips(self, issued: list[Issued], file: Path) -> None:
        """Readable by the owner alone (umask of the command)."""
        from guanai.organisations.slips import print_slips

        file.write_bytes(print_slips(issued, settings.ADDRESS or "http://127.0.0.1:8000/"))

    def _tell(self, checked: account_list.Checked, issued: list[Issued], *, printed: bool) -> None:
        for fault in checked.faults:
            told = {"row": fault.row, "column": fault.column, "message": fault.message}
            self.say(_("row %(row)d, %(column)s: %(message)s") % told)
        for username, name, post in [] if issued else checked.accounts:
            self.say(f"{name}  {username}  {post}  {post.opens}")
        for user, code in [] if printed else issued:
            self.say(f"{user.name}  {user.username}  {code}")
        if issued:
            self.say(_("%d accounts opened; what opens files waits to be confirmed.") % len(issued))
        elif not checked.faults:
            self.say(_("This was a preview; --yes opens the accounts."))


def as_json(checked: account_list.Checked, issued: list[Issued]) -> dict[str, Any]:
    codes = {one.user.username: one.code for one in issued}
    return {
        "faults": [
            {"row": one.row, "column": str(one.column), "message": one.message}
            for one in checked.faults
        ],
        "accounts": [
            {"username": username, "name": name, "post": str(post), "code": codes.get(username)}
            for username, name, post in checked.accounts
        ],
        "opened": len(issued),
    }
