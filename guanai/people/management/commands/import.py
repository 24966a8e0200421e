from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.audit.rotation import one_generation
from guanai.core.command import ActingCommand
from guanai.core.models import permitted
from guanai.organisations.models import Place, User
from guanai.organisations.rules import PERSON_IMPORT
from guanai.people.importing import wording
from guanai.people.importing.staging import Staged, Staging
from guanai.people.importing.work import read, work
from guanai.people.models import Import
from guanai.people.roster.checks import PROBLEMS
from guanai.people.roster.errors import RosterError
from guanai.people.roster.targets import KIND_NAMES, KINDS

UNREADABLE = 2
LEFT_OUT = 1


class Command(ActingCommand):
    help: Any = gettext_lazy("Read rosters (.xlsx, .xls, .csv): a preview, with --yes into files.")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        kinds = [*KINDS, *KIND_NAMES]
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=_("roster files"))
        parser.add_argument("--kind", choices=kinds, help=_("whom the rows are about"))
        parser.add_argument("--place", metavar="CODE", help=_("place in which names are looked up"))
        parser.add_argument("--yes", action="store_true", help=_("write every row without error"))
        parser.add_argument("--json", action="store_true", help=_("print every row as JSON"))
        parser.add_argument("--undo", metavar="ID", help=_("take an import back"))

    def handle(self, *, files: list[Path], undo: str | None, **options: Any) -> None:
        user = self.actor(options)
        if undo:
            self._undo(user, undo)
            return
        if not files:
            raise CommandError(_("Name at least one file, or --undo ID."))
        place = self._place(options["place"])
        kind = KIND_NAMES.get(options["kind"] or "", options["kind"] or "")
        batch = Import.begin([file.name for file in files], by=user, kind=kind, place=place)
        try:
            self._import(batch, files, options)
        except RosterError as error:
            message, cure = wording.of_file(error.code, error.params)
            raise CommandError(f"{message} {cure}", returncode=UNREADABLE) from error
        finally:
            if not batch.live:
                Staging(batch).discard()
                Import.objects.filter(pk=batch.pk, people=None).delete()

    def _place(self, code: str | None) -> Place | None:
        place = Place.objects.current().filter(code=code).first() if code else None
        if code and place is None:
            raise CommandError(_("There is no place with the code %s.") % code)
        return place

    def _undo(self, user: User, uid: str) -> None:
        try:
            batch = permitted(user, Import.objects.all(), uid, PERSON_IMPORT)
        except (Http404, ValueError) as error:
            raise CommandError(_("There is no import %s.") % uid) from error
        batch.undo(by=user)
        work(batch.pk)
        self.say(_("The import %s was taken back.") % uid)

    def _import(self, batch: Import, files: list[Path], options: dict[str, Any]) -> None:
        """Raises RosterError, CommandError, SystemExit if rows were left out."""
        with one_generation(), Staging(batch) as staging:
            read(batch, staging, [(file, file.name) for file in files])
            if options["json"]:
                self._json(batch, staging)
            elif not options["yes"]:
                self._tell(batch, staging)
        if not options["yes"]:
            return
        batch.confirm(by=batch.by)
        work(batch.pk)
        batch.refresh_from_db()
        if batch.state != "done":
            raise CommandError(_("Nothing was written: %s.") % batch.get_state_display())
        self._result(batch, quiet=options["json"])

    def _result(self, batch: Import, *, quiet: bool) -> None:
        counts = batch.counts
        if not quiet:
            told = {
                "written": counts["written"], "new": counts["new"],
                "changed": counts.get("changed", 0), "uid": batch.uid,
            }  # fmt: skip
            said = _("%(written)d rows written: %(new)d new files, %(changed)d added to. ")
            self.say((said + _("Import %(uid)s.")) % told)
        missing = counts["rows"] - counts["written"] - counts["kinds"].get("helper", 0)
        if missing:
            said = _("%(count)d rows were left out; see them in the preview.")
            raise SystemExit(self._leave(said % {"count": missing}))

    def _leave(self, text: str) -> int:
        self.stderr.write(text)
        return LEFT_OUT

    def _tell(self, batch: Import, staging: Staging) -> None:
        counts = batch.counts
        for source in staging.sources():
            self.say(f"{source.told['file']} › {source.sheet}: {wording.kind(source.kind)}")
        self.say(_("%(rows)d rows, %(faulty)d of them with errors.") % counts)
        for code, count in sorted(counts["problems"].items(), key=lambda item: -item[1]):
            self.say(f"  {count:>6}  {wording.problem(code)} ({code})")
        said = _("%(certain)d rows of people known already, %(undecided)d perhaps.")
        self.say(said % counts)
        self.say(_("This was a preview; --yes writes every row without an error."))

    def _json(self, batch: Import, staging: Staging) -> None:
        sheets = {source.id: source for source in staging.sources()}
        many = len(batch.told["files"]) > 1
        self.stdout.write('{"rows":[', ending="")
        for number, row in enumerate(staging.rows()):
            told = _as_json(row, sheets[row.source].sheet)
            if many:
                told["file"] = sheets[row.source].told["file"]
            comma = ",\n" if number else "\n"
            self.stdout.write(comma + json.dumps(told, ensure_ascii=False), ending="")
        self.stdout.write("\n]}")


def _as_json(row: Staged, sheet: str) -> dict[str, Any]:
    codes = [problem["code"] for problem in row.problems]
    told = {
        "sheet": sheet,
        "row": row.row,
        "kind": row.kind,
        "fields": row.fields,
        "problems": [code for code in dict.fromkeys(codes) if code in PROBLEMS],
    }
    held = [code for code in codes if code not in PROBLEMS]
    return told | ({"held": held} if held else {})
