"""Who answers for a file: village worker and township supervisor by post or body, class teacher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from guanai.core.areas import STEP
from guanai.core.crypto import vault
from guanai.organisations.kinds import KINDS
from guanai.organisations.models import Member, Post
from guanai.organisations.rules import Role
from guanai.people.reading import rows_of
from guanai.people.rules import Known

CADRES = {Role.VILLAGE_WORKER}
VILLAGE_BODIES = [key for key, kind in KINDS.items() if kind.level == "village"]


@dataclass(frozen=True)
class Responsible:
    """Who answers for the file by post; `phone` may be empty."""

    role: str
    name: str
    title: str
    organisation: str
    phone: str


class Cadres:
    """The cadres in charge, asked once for all places; equal to what each file says."""

    def __init__(self) -> None:
        held = Post.objects.current().filter(role__in=CADRES).annotate(reached=Exists(_called()))
        posts = held.values_list("organisation__path", "reached")
        members = _village_members().values_list("body__path", "sealed_phone")
        self.reached: dict[str, bool] = {}  # path → whether somebody has a phone
        for path, phone in (*posts, *members):
            self.reached[path] = bool(phone) or self.reached.get(path, False)

    def of(self, path: str) -> Known | None:
        found = [self.reached[above] for above in _above(path) if above in self.reached]
        return Known(True, any(found), True) if found else None


def _above(path: str) -> list[str]:
    """The paths of a place and of all those in which it lies."""
    return [path[:end] for end in range(STEP, len(path) + 1, STEP)]


def _members() -> QuerySet[Member]:
    today = timezone.localdate()
    in_post = Q(Q(since=None) | Q(since__lte=today), Q(until=None) | Q(until__gte=today))
    return Member.objects.filter(in_post)


def _called() -> QuerySet[Member]:
    """Members with a phone who are the user of the outer row."""
    return _members().filter(user=OuterRef("user"), sealed_phone__isnull=False)


def _village_members() -> QuerySet[Member]:
    """Those without an account in bodies of villages."""
    return _members().filter(body__kind__in=VILLAGE_BODIES, body__ended_on=None, user=None)


def responsible_for(path: str, schooling: Any) -> list[Responsible]:
    """Village worker and township supervisor of the place, class teacher; by post or body."""
    paths = _above(path)
    wanted = Q(
        organisation__path__in=paths, role__in=[Role.VILLAGE_WORKER, Role.TOWNSHIP_SUPERVISOR]
    )
    if schooling is not None and schooling.school_class_id:
        wanted |= Q(role=Role.CLASS_TEACHER, school_class=schooling.school_class_id)
    posts = Post.objects.current().filter(wanted)
    posts = posts.annotate(
        extra_name=F("user__name"),
        extra_organisation=F("organisation__name"),
        extra_phone_sealed=Subquery(_called().values("sealed_phone")[:1]),
    )
    cadres = _village_members().filter(body__path__in=paths)
    cadres = cadres.annotate(extra_kind=F("body__kind"), extra_organisation=F("body__name"))
    return [_named(row) for row in rows_of([posts, cadres])]


def _named(row: Any) -> Responsible:
    if hasattr(row, "extra_kind"):
        titles = {position.key: position.title for position in KINDS[row.extra_kind].positions}
        title = str(titles.get(row.position, ""))
        return Responsible(Role.VILLAGE_WORKER, row.name, title, row.extra_organisation, row.phone)
    sealed = row.extra_phone_sealed
    number = vault().county.open(sealed, "member.phone") if sealed else ""
    title = row.title or row.get_role_display()
    return Responsible(row.role, row.extra_name, title, row.extra_organisation, number)
