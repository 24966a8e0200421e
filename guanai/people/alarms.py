"""Children with nobody who cares, as a condition on Person (R14.15, 未保法 art. 21)."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q

from guanai.organisations.rules import CHILDREN
from guanai.people.models import (
    AwayPeriod,
    CarerFinding,
    Circumstance,
    Guardianship,
    Health,
    Kinship,
    Registration,
)
from guanai.people.models.person import HARMLESS
from guanai.people.rules import ADULT, ALONE_UNDER, PARENTS, born_by


def nobody_cares(today: dt.date) -> Q:
    """The set of which rules.lives_alone speaks; a test holds both against each other."""
    listed = Registration.objects.current().filter(person=OuterRef("pk"), group__in=CHILDREN)
    under = Q(born=None) & Exists(listed) | Q(born__gt=born_by(today, ALONE_UNDER))
    guardians = Guardianship.objects.on(today).filter(person=OuterRef("pk"))
    parents = Kinship.objects.filter(person=OuterRef("pk"), relation__in=PARENTS)
    return (
        under
        & Q(died=None)
        & ~Exists(guardians.filter(_cares("guardian", today)))
        & ~Exists(parents.filter(_cares("relative", today)))
    )


def _cares(who: str, today: dt.date) -> Q:
    here = OuterRef(f"{who}_id")
    hindered = Circumstance.objects.on(today).exclude(kind__in=HARMLESS)
    return (
        (Q(**{f"{who}__born": None}) | Q(**{f"{who}__born__lte": born_by(today, ADULT)}))
        & Q(**{f"{who}__died": None})
        & ~Exists(AwayPeriod.objects.on(today).filter(person=here))
        & ~Exists(hindered.filter(person=here))
        & ~Exists(Health.objects.on(today).filter(person=here, can_guard=False))
        & ~Exists(CarerFinding.objects.excluding().filter(person=here))
    )
