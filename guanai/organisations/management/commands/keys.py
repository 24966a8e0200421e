from __future__ import annotations

import hmac
import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.audit import rotation
from guanai.core.broken import RuleBroken
from guanai.core.command import Command as BaseCommand
from guanai.core.command import begun
from guanai.core.crypto import replace_keys, vault
from guanai.core.keyring import Generation, Keyring
from guanai.core.recovery import Reading, Sheet, sheets
from guanai.organisations.models import Place, User

PIPE = "-"  # to standard output
NOTES = (
    gettext_lazy(
        "Together with a backup these lines open all ID numbers, phones, addresses and notes of the"
        " county's files. Without them nobody can read those again when the computer is lost."
    ),
    gettext_lazy(
        "Put this sheet into an envelope, seal it, have two persons sign across the seal, and lock"
        " it away from the computer and from the backups."
    ),
    gettext_lazy("Never copy, photograph or send it. Destroy it once no backup needs this key."),
    gettext_lazy(
        "To bring the key back: guanai keys recover, then type the lines: letters and digits 2 to"
        " 7."
    ),
)
SIGNED = (
    gettext_lazy("printed by (signature)"),
    gettext_lazy("sealed by (signature)"),
    gettext_lazy("kept by (signature)"),
)


class Command(BaseCommand):
    """For who administers the server: it asks for no account but the operating system's, which
    stands in the audit entry. Pages of Guanai give nobody the key."""

    help = gettext_lazy("The county's key: status, rotate, sheet, recover, let-in.")

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        acts.add_parser("status", help=_("which generation is in use, and whether it is on paper"))
        turn = acts.add_parser("rotate", help=_("bring in a new key while people work"))
        wait = _("how long a request may take that began with the old key")
        turn.add_argument("--wait", type=float, default=rotation.PATIENCE, help=wait)
        sheet = acts.add_parser("sheet", help=_("print the recovery sheet"))
        sheet.add_argument("file", help=_("the PDF, removed once it is printed; - pipes it"))
        sheet.add_argument("--shares", type=int, default=1, help=_("how many sheets give the key"))
        sheet.add_argument("--of", type=int, default=1, help=_("of how many"))
        back = acts.add_parser("recover", help=_("bring the key back from its sheet or shares"))
        scanned = _("scanned text; without, the lines are typed")
        back.add_argument("files", nargs="*", type=Path, help=scanned)
        enter = acts.add_parser(
            "let-in", help=_("a new code for an administrator, by the recovery sheet")
        )
        enter.add_argument("account")
        enter.add_argument("files", nargs="*", type=Path, help=scanned)
        lost = _("the second factors are lost too: remove them")
        enter.add_argument("--factors", action="store_true", help=lost)
        back.add_argument("--replace", metavar="MARK", help=_("lose the key of this mark"))

    def handle(self, *, act: str, **options: Any) -> None:
        if act != "recover":
            begun()
        getattr(self, act.replace("-", "_"))(options)

    def status(self, _options: dict[str, Any]) -> None:
        self.say("\n".join(rotation.told()))

    def rotate(self, options: dict[str, Any]) -> None:
        shown = -1

        def tell(done: int, total: int) -> None:
            nonlocal shown
            tenth = done * 10 // max(total, 1)
            if tenth != shown:
                self.say(_("%(done)d of %(total)d") % {"done": done, "total": total})
            shown = tenth

        unreadable = rotation.rotate(tell, wait=options["wait"], begin=True)
        if unreadable:
            self.say(_("%d values open with no key; `guanai check` names them.") % unreadable)
        self.status(options)
        self.say(_("Keep the older key's sheet as long as backups from before today."))

    def sheet(self, options: dict[str, Any]) -> None:
        newest = vault().keyring.newest
        if vault().keyring.turning:
            raise RuleBroken("keys.turning", _("Finish the rotation first: guanai keys rotate"))
        found = sheets(newest, options["shares"], options["of"])
        pdf, file = printed(found), Path(options["file"])
        target = None if options["file"] == PIPE else _opened(file)
        with transaction.atomic():
            rotation.note("core.keys.sheet", newest, needed=found[0].needed, sheets=len(found))
        if target is None:
            sys.stdout.buffer.write(pdf)
            return
        with os.fdopen(target, "wb") as out:
            out.write(pdf)
        if sys.stdin.isatty():
            self._wait_for_printer(file)
        else:
            self.say(_("Print %s and delete it at once: it opens all sealed values.") % file)

    def _wait_for_printer(self, file: Path) -> None:
        try:
            input(_("Print %s now. Enter removes it.") % file + " ")
        finally:
            with file.open("r+b") as stream:
                stream.write(bytes(file.stat().st_size))
                stream.flush()
                os.fsync(stream.fileno())
            file.unlink()

    def let_in(self, options: dict[str, Any]) -> None:
        """For when too few administrators are left to give one another codes."""
        user = User.objects.filter(username=options["account"], is_active=True).first()
        if user is None:
            raise RuleBroken(
                "keys.account", _("There is no open account “%s”.") % options["account"]
            )
        key = self._read(options["files"])
        if not any(hmac.compare_digest(key.key, one.key) for one in vault().keyring.generations):
            raise RuleBroken("keys.other", _("This sheet is of another key than this home's."))
        with transaction.atomic():
            issued = user.let_in(factors=options["factors"])
            told = {"user": user.username, "factors": options["factors"]}
            rotation.note("core.keys.let_in", key, **told)
        self.say(_("Code of %(user)s: %(code)s") % {"user": user, "code": issued.code})
        self.say(_("It lets in once, within a week. The auditor sees that it was given."))

    def _read(self, files: list[Path]) -> Generation:
        reading = Reading()
        for file in files:
            for line in file.read_text("utf-8").splitlines():
                reading.add(line)
        if not files:
            self._type(reading)
        return reading.key()

    def recover(self, options: dict[str, Any]) -> None:
        key, home = self._read(options["files"]), settings.HOME
        if home.keyring.exists():
            mark = Keyring.load(home.keyring).newest.mark
            if options["replace"] != mark:
                there = _("A key lies here. To lose it for good say --replace %s, its mark.")
                raise RuleBroken("keys.there", there % mark)
        replace_keys(Keyring((key,)))
        if home.kind is not None:
            with transaction.atomic():
                rotation.note("core.keys.recover", key)
        said = _("The key of generation %(number)d (mark %(mark)s) lies in %(file)s.")
        self.say(said % {"number": key.number, "mark": key.mark, "file": home.keyring})

    def _type(self, reading: Reading) -> None:
        """Line by line; a wrong one is asked for again where somebody sits there."""
        person = sys.stdin.isatty()
        while not reading.complete:
            sheet, line = reading.expected
            if person:
                self.say(_("Sheet %(sheet)d, line %(line)d:") % {"sheet": sheet, "line": line})
            typed = sys.stdin.readline()
            if not typed:
                return
            try:
                reading.add(typed, asked=person)
            except RuleBroken as wrong:
                if not person:
                    raise
                self.say(wrong.message)


def printed(found: list[Sheet]) -> bytes:
    """The sheets as PDF."""
    from guanai.core.documents.key_sheet import KeyPage, print_key

    home, newest = settings.HOME, vault().keyring.newest
    county = Place.objects.filter(code=home.county_code).first()
    made = {"number": newest.number, "day": newest.made_at[:10] or "—"}
    facts = [
        (_("county"), f"{county or ''} {home.county_code}".strip()),
        (_("generation"), _("%(number)d, made on %(day)s") % made),
        (_("mark"), newest.mark),
        (_("printed on"), timezone.localdate().isoformat()),
    ]
    title, notes, signed = _("Recovery sheet"), [*map(str, NOTES)], [*map(str, SIGNED)]
    pages = []
    for sheet in found:
        share = {"number": sheet.number, "count": len(found), "needed": sheet.needed}
        own = (_("share"), _("%(number)d of %(count)d; any %(needed)d give the key") % share)
        told = [*facts, own] if len(found) > 1 else facts
        pages.append(KeyPage(title, told, sheet.lines(), notes, signed))
    return print_key(pages)


def _opened(file: Path) -> int:
    """A new file that its owner alone reads. Raises RuleBroken."""
    try:
        return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        told = _("%(file)s cannot be written (%(why)s). Name a file that is not there yet.")
        why = {"file": file, "why": error.strerror}
        raise RuleBroken("keys.file", told % why) from error
