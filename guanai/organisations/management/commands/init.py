from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pypinyin import Style, lazy_pinyin

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.command import Command as BaseCommand
from guanai.core.command import migrate_all
from guanai.organisations.models import Organisation, OrganisationKind, Place, Post, User
from guanai.organisations.places_file import PlaceRow, plant_all, read_places
from guanai.organisations.rules import Role

CODE_LENGTH = 12
CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that are mistaken for digits


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
        rows = with_county(read_places(places), code, name)
        migrate_all()
        if Place.objects.exists():
            raise RuleBroken("init.twice", _("This home has its places already."))
        called = next(row.name for row in rows if row.code == code)
        settings.HOME.begin("county", county=code, prefix=prefix_of(called))
        password = "-".join("".join(secrets.choice(CLEAR) for _n in range(4)) for _part in range(3))
        with transaction.atomic():
            planted = plant_all(rows)
            first_administrator(planted[code], admin, password)
            record("organisations.county.begin", by=None, subject=None, places=len(planted))
        self.say(_("%(name)s has %(count)d places.") % {"name": called, "count": len(planted)})
        self.say(
            _("Sign in as %(user)s with the one-time password %(password)s")
            % {"user": admin, "password": password}
        )
        self.say(
            _("Copy %(key)s to a safe place apart from the backups: it opens the sealed values.")
            % {"key": settings.HOME.keys / "county.key"}
        )
        self.say(_("Go on with `guanai serve`."))


def with_county(rows: list[PlaceRow], code: str, name: str) -> list[PlaceRow]:
    """The rows, the county's own added if the file begins below it.

    Raises RuleBroken if the county is not there and has no name.
    """
    if any(row.code == code for row in rows):
        return rows
    if not name:
        raise RuleBroken(
            "init.county",
            _("No row has the code %s: give the county's name by --name.") % code,
        )
    below = [
        PlaceRow(row.number, row.code, row.name, row.level, row.parent or code) for row in rows
    ]
    return [PlaceRow(1, code, name, "county", ""), *below]


def prefix_of(name: str) -> str:
    """Two letters before every file number: 云岭县 → YL."""
    return "".join(lazy_pinyin(name[:2], style=Style.FIRST_LETTER)).upper()[:2]


def first_administrator(county: Place, username: str, password: str) -> None:
    government = Organisation.objects.create(
        name=f"{county.name}人民政府", kind=OrganisationKind.COUNTY_GOVERNMENT, place=county
    )
    user = User.objects.create_user(username, password, name=username, password_is_temporary=True)
    Post.objects.create(
        user=user, organisation=government, role=Role.SYSTEM_ADMIN, since=timezone.localdate()
    )
