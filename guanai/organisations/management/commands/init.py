from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.core.broken import RuleBroken
from guanai.core.command import Command as BaseCommand
from guanai.core.command import migrate_all
from guanai.organisations import places_csv
from guanai.organisations.models import Organisation, OrganisationKind, Place, Post, User
from guanai.organisations.places_csv import Line
from guanai.organisations.rules import Role

CODE_LENGTH = 12


class Command(BaseCommand):
    help = gettext_lazy("Begin the home of a real county: places and the first administrator.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--county", required=True, help=_("code of the county, 12 or 6 digits"))
        parser.add_argument(
            "--places", required=True, type=Path, help=_("CSV with code,name,level,parent")
        )
        parser.add_argument("--name", default="", help=_("name of the county, if not in the CSV"))
        parser.add_argument("--admin", default="admin", help=_("account of the administrator"))

    def handle(self, *, county: str, places: Path, name: str, admin: str, **_options: Any) -> None:
        code = county.ljust(CODE_LENGTH, "0")
        migrate_all()
        lines = with_county(read(places), code, name)
        if Place.objects.exists():
            raise RuleBroken("init.twice", _("This home has its places already."))
        called = next(line.name for line in lines if line.code == code)
        settings.HOME.begin("county", county=code, prefix=prefix_of(called))
        with transaction.atomic():
            places_csv.plant(lines, by=None)
            password = first_administrator(Place.objects.get(code=code), admin)
        self.say(_("%(name)s has %(count)d places.") % {"name": called, "count": len(lines)})
        self.say(
            _("Sign in as %(user)s with the one-time password %(password)s")
            % {"user": admin, "password": password}
        )
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


def first_administrator(county: Place, username: str) -> str:
    """The password of the account that opens all others."""
    government = Organisation.objects.create(
        name=f"{county.name}人民政府", kind=OrganisationKind.COUNTY_GOVERNMENT, place=county
    )
    post = Post(organisation=government, role=Role.SYSTEM_ADMIN, since=timezone.localdate())
    return User.open_account(username, username, post, by=None)
