"""Which files a user sees, as conditions on Person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from guanai.core.areas import below
from guanai.organisations.models import User
from guanai.organisations.rules import EVERYBODY, PERSON_VIEW
from guanai.people.models.imports import Import


def published() -> Q:
    """Whether a file is there for anybody: not of an import that has not been flipped yet, and not
    destroyed."""
    imported = ~Q(batch__in=Import.objects.filter(live=False).values("pk"))
    return (Q(batch=None) | imported) & Q(erased_at=None)


def merged_into(people: Any, user: User, uid: UUID | str) -> UUID | None:
    """The file, if the user sees it, that the one of that id was merged into."""
    found = people.visible_to(user).filter(merges__gone__uid=uid)
    uids: list[UUID] = list(found.values_list("uid", flat=True)[:1])
    return uids[0] if uids else None


def seen_by(user: User) -> Q:
    """The condition on Person by which this user's posts and grants open files."""
    from guanai.people.models.access import AccessGrant
    from guanai.people.models.facts import Schooling
    from guanai.people.models.standing import Registration

    if not user.has_perm(PERSON_VIEW):
        return Q(pk__in=[])
    condition = Q()
    for area in user.scope.areas:
        part = below(area.path)
        if area.groups != EVERYBODY:
            held = Registration.objects.current().filter(
                person=OuterRef("pk"), group__in=sorted(area.groups)
            )
            part &= Q(Exists(held))
        condition |= part
    pupils = Schooling.objects.current().order_by()
    keys = AccessGrant.objects.current().held_by(user).people()
    if user.scope.schools:
        keys = keys.union(pupils.filter(school__in=user.scope.schools).values("person"), all=True)
    if user.scope.classes:
        taught = pupils.filter(school_class__in=user.scope.classes)
        keys = keys.union(taught.values("person"), all=True)
    return published() & (condition | Q(pk__in=keys))  # one IN: it leads where no area does
