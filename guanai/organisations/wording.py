"""What posts open, in words, for those who confirm and review them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.organisations.rules import EVERYBODY, PERSON_VIEW, VERBS, Group, Role, scope_of

if TYPE_CHECKING:
    from guanai.organisations.models import Post

ROLES = {
    Role.VILLAGE_WORKER: gettext_lazy("village worker"),
    Role.TOWNSHIP_SUPERVISOR: gettext_lazy("township supervisor"),
    Role.CLASS_TEACHER: gettext_lazy("class teacher"),
    Role.SCHOOL_OFFICE: gettext_lazy("school office"),
    Role.COUNTY_OFFICE: gettext_lazy("county office"),
    Role.COUNTY_LEADER: gettext_lazy("county leader"),
    Role.HELPER: gettext_lazy("helper"),
    Role.SYSTEM_ADMIN: gettext_lazy("system administrator"),
    Role.SECURITY_ADMIN: gettext_lazy("security administrator"),
    Role.AUDITOR: gettext_lazy("auditor"),
}
GROUPS = {
    Group.CHILD: gettext_lazy("left-behind children"),
    Group.WOMAN: gettext_lazy("left-behind women"),
    Group.ELDER: gettext_lazy("left-behind elders"),
    Group.DIFFICULTY: gettext_lazy("children in difficulty"),
    Group.MIGRANT: gettext_lazy("migrant children"),
}
NO_FILE = {
    Role.COUNTY_LEADER: gettext_lazy("figures without names"),
    Role.SYSTEM_ADMIN: gettext_lazy("opens accounts and posts; no file"),
    Role.SECURITY_ADMIN: gettext_lazy("confirms posts; no file"),
    Role.AUDITOR: gettext_lazy("the audit; no file"),
}
STATES = {
    "current": gettext_lazy("in force"),
    "coming": gettext_lazy("to come"),
    "waiting": gettext_lazy("waiting for confirmation"),
    "refused": gettext_lazy("turned down"),
    "ended": gettext_lazy("ended"),
}


def opens(post: Post) -> str:
    """Which files the post opens, or would; read with the organisation's place and the class."""
    scope, unit = scope_of([post.seat]), post.organisation
    if scope.areas and scope.areas[0].groups == EVERYBODY:
        return _("all files of %s") % unit.place
    if scope.areas:
        groups = "、".join(str(GROUPS[g]) for g in Group if g in scope.areas[0].groups)
        return _("%(groups)s of %(place)s") % {"groups": groups, "place": unit.place}
    if scope.schools:
        return _("the pupils of %s") % unit
    return _of_few(post)


def _of_few(post: Post) -> str:
    if post.role == Role.CLASS_TEACHER:
        told = {"class": post.school_class, "school": post.organisation}
        return _("the pupils of class %(class)s, %(school)s") % told
    if PERSON_VIEW in VERBS[Role(post.role)]:
        return _("files that are opened to it one by one")
    return str(NO_FILE[Role(post.role)])
