"""Children with nobody who cares (R14.15, 未保法 art. 21), and what else waits for a reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from guanai.core.areas import below
from guanai.core.chunks import chunks
from guanai.organisations.models import User
from guanai.organisations.rules import CHILDREN, PERSON_ADD, PERSON_DECIDE, PERSON_REVIEW
from guanai.people.models import (
    AwayPeriod,
    CarerFinding,
    Circumstance,
    Guardianship,
    Health,
    Kinship,
    Look,
    Person,
    Registration,
)
from guanai.people.models.looks import LookQuerySet
from guanai.people.models.person import HARMLESS
from guanai.people.rules import ADULT, ALONE_UNDER, PARENTS, born_by

AT_ONCE = 2000  # people


def waiting(user: User) -> dict[str, Any]:
    """For the home page: alarms, carers to be decided on, and whether one opens files."""
    decides = user.has_perm(PERSON_DECIDE)
    held = list(CarerFinding.objects.open().values_list("person", flat=True)) if decides else []
    # From the few that wait to the files, not from all files that one sees.
    looks = Look.objects.waiting().exclude(user=user) if user.has_perm(PERSON_REVIEW) else None
    opened = list(looks.values_list("person", flat=True)) if looks is not None else []
    seen = Person.objects.visible_to(user)
    return {
        "alone": seen.alone().count(),
        "findings": seen.filter(pk__in=held).count() if held else 0,
        "adds": user.has_perm(PERSON_ADD),
        "emergencies": seen.filter(pk__in=opened).count() if opened else 0,
    }


def reviewed_by(user: User) -> LookQuerySet:
    """Accesses in an emergency that this user reviews: those of others."""
    return Look.objects.visible_to(user).emergencies().exclude(user=user)


def stand_at(path: str) -> bool:
    """Whether anybody's file lies at or below that place."""
    return Person.objects.filter(below(path)).exists()


def measure_care(people: Iterable[int] | None = None) -> None:
    """Bring Person.cared_for of these files up to date, or of all that are looked at."""
    if people is None:
        people = Person.objects.filter(cared_for=False).values_list("pk", flat=True)
    for some in chunks(people, AT_ONCE):
        with transaction.atomic():
            alone = set(nobody_cares(some).values_list("pk", flat=True))
            before = dict(Person.objects.filter(pk__in=some).values_list("pk", "cared_for"))
            for cared in (True, False):
                turned = [key for key, was in before.items() if was != cared != (key in alone)]
                if turned:
                    Person.objects.filter(pk__in=turned).update(cared_for=cared)


def nobody_cares(among: Any) -> QuerySet[Person]:
    """Those of `among` (keys, or a query of them) of whom rules.lives_alone speaks; a test holds
    both against each other. All parts keep to these people: PostgreSQL may pair each of them with
    each guardian of the county otherwise."""
    today = timezone.localdate()
    listed = Registration.objects.current().filter(person=OuterRef("pk"), group__in=CHILDREN)
    under = Q(born=None) & Exists(listed) | Q(born__gt=born_by(today, ALONE_UNDER))
    guardians = Guardianship.objects.on(today).filter(person__in=among, person=OuterRef("pk"))
    parents = Kinship.objects.filter(person__in=among, person=OuterRef("pk"), relation__in=PARENTS)
    return Person.objects.filter(
        under,
        ~Exists(guardians.filter(_cares("guardian", today))),
        ~Exists(parents.filter(_cares("relative", today))),
        pk__in=among,
        died=None,
    )


def _cares(who: str, today: dt.date) -> Q:
    here = OuterRef(f"{who}_id")
    hindered = Circumstance.objects.on(today).exclude(kind__in=HARMLESS)
    return (
        (Q(**{f"{who}__born": None}) | Q(**{f"{who}__born__lte": born_by(today, ADULT)}))
        & Q(**{f"{who}__died": None, f"{who}__erased_at": None})
        & ~Exists(AwayPeriod.objects.on(today).filter(person=here))
        & ~Exists(hindered.filter(person=here))
        & ~Exists(Health.objects.on(today).filter(person=here, can_guard=False))
        & ~Exists(CarerFinding.objects.excluding().filter(person=here))
    )
