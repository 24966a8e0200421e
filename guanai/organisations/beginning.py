"""How a real county begins: the units that every county has, and the three administrators, whom the
machine's owner makes because nobody else is there to confirm."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.audit.models import record
from guanai.organisations.models import Issued, Organisation, OrganisationKind, Place, Post, User
from guanai.organisations.models.users import CODE_DAYS
from guanai.organisations.rules import Role
from guanai.organisations.wording import ROLES

# GB/T 22239-2019 level 3, 8.1.5: system, security and audit administration are apart.
ADMINISTRATORS = {
    Role.SYSTEM_ADMIN: "admin",
    Role.SECURITY_ADMIN: "security",
    Role.AUDITOR: "auditor",
}


Kind = OrganisationKind
# By level of the place; a county renames what is called otherwise there, on the units' pages.
USUAL = {
    "county": {
        "{}人民政府": Kind.COUNTY_GOVERNMENT,
        "{}民政局": Kind.CIVIL_AFFAIRS,
        "{}妇女联合会": Kind.WOMENS_FEDERATION,
        "{}教育局": Kind.EDUCATION,
        "{}卫生健康局": Kind.HEALTH,
        "{}司法局": Kind.JUSTICE,
        "{}公安局": Kind.POLICE,
        "共青团{}委员会": Kind.YOUTH_LEAGUE,
        "{}残疾人联合会": Kind.DISABLED_FEDERATION,
        "{}关心下一代工作委员会": Kind.VETERANS_COMMITTEE,
    },
    "township": {"{}人民政府": Kind.TOWNSHIP_GOVERNMENT},
    "village": {"{}村民委员会": Kind.VILLAGE_COMMITTEE},
}
URBAN = {"街道": "{}办事处", "社区": "{}居民委员会"}  # how places end, and their unit is called


def usual_name(place: Place, pattern: str = "") -> str:
    """What the unit of a township or village is called, or one of a county by its pattern."""
    called = (name for end, name in URBAN.items() if place.name.endswith(end))
    return next(called, pattern or next(iter(USUAL[place.level]))).format(place.name)


@transaction.atomic
def usual_units() -> int:
    """Enter the units that every county, township and village has; how many."""
    units = [
        Organisation(name=usual_name(place, pattern), kind=kind, place=place, path=place.path)
        for place in Place.objects.current()
        for pattern, kind in USUAL.get(place.level, {}).items()
    ]
    Organisation.objects.bulk_create(units)
    record("organisations.units.found", by=None, added=len(units))
    return len(units)


@transaction.atomic
def administrators(county: Place, names: Mapping[Role, str]) -> list[Issued]:
    """An account for each of the three roles that nobody holds today.

    Raises RuleBroken when a user name is taken.
    """
    kind = OrganisationKind.COUNTY_GOVERNMENT
    government = Organisation.objects.filter(kind=kind, place=county).first()
    if government is None:
        name = usual_name(county)
        government = Organisation.objects.create(name=name, kind=kind, place=county)
    today = timezone.localdate()
    held = set(Post.objects.current().filter(user__is_active=True).values_list("role", flat=True))
    return [
        User.open_account(
            username,
            str(ROLES[role]),
            Post(organisation=government, role=role, since=today),
            by=None,
        )
        for role, username in names.items()
        if role not in held
    ]


def told(issued: list[Issued]) -> str:
    """The codes, for the terminal."""
    line = _("%(title)s: sign in as %(user)s with the one-time password %(code)s")
    lines = [line % {"title": u.name, "user": u.username, "code": code} for u, code in issued]
    last = _("Each for another person: it works once, within %d days.") % CODE_DAYS
    return "\n".join([*lines, last])
