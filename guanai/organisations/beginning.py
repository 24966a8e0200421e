"""The three administrators, as the machine's owner makes them: nobody else is there to confirm."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.organisations.models import Issued, Organisation, OrganisationKind, Place, Post, User
from guanai.organisations.models.users import CODE_DAYS
from guanai.organisations.rules import Role

# GB/T 22239-2019 level 3, 8.1.5: system, security and audit administration are apart.
ADMINISTRATORS = {
    Role.SYSTEM_ADMIN: "admin",
    Role.SECURITY_ADMIN: "security",
    Role.AUDITOR: "auditor",
}


def title_of(role: Role) -> str:
    return str(dict(Post._meta.get_field("role").choices or [])[role])


@transaction.atomic
def administrators(county: Place, names: Mapping[Role, str]) -> list[Issued]:
    """An account for each of the three roles that nobody holds today.

    Raises RuleBroken when a user name is taken.
    """
    kind = OrganisationKind.COUNTY_GOVERNMENT
    government = Organisation.objects.filter(kind=kind, place=county).first()
    if government is None:
        name = f"{county.name}人民政府"
        government = Organisation.objects.create(name=name, kind=kind, place=county)
    today = timezone.localdate()
    held = set(Post.objects.current().filter(user__is_active=True).values_list("role", flat=True))
    return [
        User.open_account(
            username, title_of(role), Post(organisation=government, role=role, since=today), by=None
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
