from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.core.broken import RuleBroken
from guanai.core.command import Command as BaseCommand
from guanai.core.command import migrate_all
from guanai.organisations import beginning, places_csv
from guanai.organisations.models import Place
from guanai.organisations.places_csv import Line
from guanai.organisations.wording import ROLES

CODE_LENGTH = 12


class Command(BaseCommand):
    help = gettext_lazy("Begin the home of a real county: places and the three administrators.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--county", required=True, help=_("code of the county, 12 or 6 digits"))
        parser.add_argument(
            "--places", required=True, type=Path, help=_("CSV with code,name,level,parent")
        )
        parser.add_argument("--name", default="", help=_("name of the county, if not in the CSV"))
        for role, account in beginning.ADMINISTRATORS.items():
            said = _("account of the %s") % ROLES[role]
            parser.add_argument(f"--{account}", default=account, help=said)

    def handle(self, *, county: str, places: Path, name: str, **options: Any) -> None:
        code = county.ljust(CODE_LENGTH, "0")
        migrate_all()
        lines = with_county(read(places), code, name)
        if Place.objects.exists():
            raise RuleBroken("init.twice", _("This home has its places already."))
        called = next(line.name for line in lines if line.code == code)
        settings.HOME.begin("county", county=code, prefix=prefix_of(called))
        with transaction.atomic():
            places_csv.plant(lines, by=None)
            units = beginning.usual_units()
            names = {role: options[key] for role, key in beginning.ADMINISTRATORS.items()}
            issued = beginning.administrators(Place.objects.get(code=code), names)
        self.say(_("%(name)s has %(count)d places.") % {"name": called, "count": len(lines)})
        self.say(
            _("%d units stand ready that every county has; rename what is called otherwise.")
            % units
        )
        self.say(beginning.told(issued))
        self.say(_("Print the county key before anything is entered: guanai keys sheet FILE.pdf"))
        self.say(_("Go on with `guanai serve`."))


def read(file: Path) -> list[Line]:
    """The places of the CSV, checked. Raises RuleBroken naming what to mend."""
    try:
        return places_csv.parse(file.read_bytes())
    except OSError as error:
        raise RuleBroken("places.file", _("%s cannot be read.") % file) from error


def with_county(lines: list[Line], code: str, name: str) -> list[Line]:
    """The lines, the county's own added if the file begins below it.

    Raises RuleBroken if the county is not there and has no name.
    """
    if any(line.code == code for line in lines):
        return lines
    if not name:
        raise RuleBroken(
            "init.county", _("No row has the code %s: give the county's name by --name.") % code
        )
    below = [replace(line, parent=line.parent or code) for line in lines]
    return [Line(1, code, name, "county", ""), *below]


def prefix_of(name: str) -> str:
    """Two letters before every file number: 云岭县 → YL."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(name[:2], style=Style.FIRST_LETTER)).upper()[:2]
