"""Kinship and guardianship, with dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanai.core.models import Outward, ScopedQuerySet
from guanai.people.models.facts import DatedFact, DatedQuerySet
from guanai.people.models.person import Person

if TYPE_CHECKING:
    from guanai.organisations.models import User


class Kinship(DatedFact):
    """`relative` is the person's `relation` (GB/T 4761: 51 father, 61 grandfather, 10 spouse …)."""

    relative = models.ForeignKey(Person, models.CASCADE, related_name="kin_of")
    relation = models.CharField(max_length=2)

    objects = DatedQuerySet.as_manager()

    class Meta(DatedFact.Meta):
        verbose_name = _("kinship")
        constraints = [
            *DatedFact.Meta.constraints,
            models.CheckConstraint(
                name="nobody_is_his_own_kin", condition=~Q(person=models.F("relative"))
            ),
        ]


class Guardianship(DatedFact):
    """Who has the care. Entrusted care: 未保法 art. 22–23; women who raise a child: R06.8."""

    KINDS = [
        ("parent", _("parent")),
        ("entrusted", _("entrusted care")),
        ("state", _("state guardianship")),
    ]

    guardian = models.ForeignKey(Person, models.CASCADE, related_name="wards")
    relation = models.CharField(max_length=2, blank=True)  # of the guardian to the person
    kind = models.CharField(max_length=10, choices=KINDS, default="entrusted")
    agreed_on = models.DateField(null=True, blank=True)  # 委托监护协议
    child_heard = models.BooleanField(null=True)  # art. 22: the child's view was heard
    school_told_on = models.DateField(null=True, blank=True)  # art. 23: written notice
    village_told_on = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta(DatedFact.Meta):
        verbose_name = _("guardianship")


class CarerFindingQuerySet(ScopedQuerySet["CarerFinding"]):
    def visible_to(self, user: User) -> Self:
        """Only those who may decide on a carer read why somebody is thought unfit."""
        if not user.has_perm("people.decide_guardian"):
            return self.none()
        return self.filter(person__in=Person.objects.visible_to(user).values("pk"))

    def open(self) -> Self:
        return self.filter(decided_at=None)


class CarerFinding(Outward):
    """Evidence that somebody may not be entrusted with a child; held until a person decides."""

    GROUNDS = [  # 未保法 art. 22
        ("violence", _("sexual assault, abuse, abandonment, trafficking or violent harm")),
        ("addiction", _("drugs, heavy drinking, gambling or other bad habits")),
        ("neglect", _("refused or long neglected the duty of guardianship or care")),
        ("other", _("otherwise unfit")),
    ]
    OUTCOMES = [("excluded", _("excluded")), ("allowed", _("may care"))]

    person = models.ForeignKey(Person, models.CASCADE, related_name="carer_findings")  # the carer
    ground = models.CharField(max_length=10, choices=GROUNDS)
    sealed_evidence = models.BinaryField()
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=10, choices=OUTCOMES, blank=True)
    sealed_reason = models.BinaryField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    objects = CarerFindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding about a carer")

    def __str__(self) -> str:
        return self.get_ground_display()
