"""Dated facts about a person. They carry from/to and when they became known.

*As of a day* means by today's knowledge: since ≤ day and (until is null or day ≤ until).
"""

from __future__ import annotations

import datetime as dt
from typing import Generic, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.core.broken import RuleBroken
from guanai.core.dates import PartialDate, Precision
from guanai.organisations.models import Organisation, Place, SchoolClass
from guanai.people.models.imports import Import
from guanai.people.models.legal import LegalBasis
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.people.models.person import PRECISIONS, Person
from guanai.people.models.rows import FileRow

F_co = TypeVar("F_co", bound=models.Model, covariant=True)


class DatedQuerySet(OfPersonQuerySet[F_co], Generic[F_co]):
    def current(self) -> Self:
        """Not ended; what began in the future is not current."""
        return self.on(timezone.localdate())

    def on(self, day: dt.date) -> Self:
        return self.filter(Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gte=day))


class DatedFact(FileRow):
    PARTIAL = {"since": "since_precision"}

    person = models.ForeignKey(Person, models.CASCADE, related_name="%(class)ss")
    since = models.DateField(null=True, blank=True)  # first possible day; null: not known
    since_precision = models.SmallIntegerField(choices=PRECISIONS, default=Precision.DAY)
    until = models.DateField(null=True, blank=True)  # last day; null: goes on
    recorded_at = models.DateTimeField(default=timezone.now)
    batch = models.ForeignKey(Import, models.PROTECT, null=True, related_name="+", db_index=False)

    objects: models.Manager[Self]

    class Meta:
        abstract = True
        ordering = ["since", "id"]
        constraints = [
            models.CheckConstraint(
                name="%(class)s_ends_after_it_begins",
                condition=Q(since=None) | Q(until=None) | Q(until__gte=models.F("since")),
            )
        ]

    @property
    def began(self) -> PartialDate | None:
        return PartialDate(self.since, Precision(self.since_precision)) if self.since else None

    @began.setter
    def began(self, value: PartialDate | None) -> None:
        self.since = value.date if value else None
        self.since_precision = value.precision if value else Precision.DAY

    def verify(self) -> None:
        if self.since and self.until and self.until < self.since:
            raise RuleBroken("fact.ends_early", _("The last day lies before the first."))

    def goes_on(self, day: dt.date) -> bool:
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


class Residence(DatedFact):
    KINDS = [("home", _("lives at")), ("hukou", _("registered at"))]
    KIND = "residence"
    NATURES = [("yes", _("rural")), ("no", _("urban"))]
    FACTS = ("kind", "place", "address", "rural", "since", "until")
    SEALED = {"address": "residence.address"}
    ALONE = ("kind",)

    kind = models.CharField(max_length=6, choices=KINDS, default="home")
    # Empty: outside this county, as the address tells.
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    sealed_address = models.BinaryField(null=True)  # house, road, group
    # Of a registration; many counties registered this until 2016 and some still do.
    rural = models.CharField(max_length=3, choices=NATURES, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta(DatedFact.Meta):
        verbose_name = _("residence")

    def verify(self) -> None:
        super().verify()
        if self.place_id is None and not self.address():
            raise RuleBroken("residence.nowhere", _("Choose a place, or say in the address where."))
        if self.rural and self.kind != "hukou":
            said = _("Rural or urban is said of the place of registration only.")
            raise RuleBroken("residence.nature", said)

    def address(self) -> str:
        return self.fact("address") or ""


class AwayPeriod(DatedFact):
    """外出时段: a parent's or spouse's time away for work."""

    KIND = "away"
    FACTS = ("since", "until", "destination", "employer", "occupation", "address", "listed")
    SEALED = {"address": "away.address"}
    ALONE = ()

    destination = models.CharField(max_length=80, blank=True)  # “广东东莞”, for counting
    employer = models.CharField(max_length=80, blank=True)
    occupation = models.CharField(max_length=40, blank=True)
    sealed_address = models.BinaryField(null=True)  # 务工地详细通讯地址
    # Of a list of all times away: on other days this person was not away. Else nothing is known of
    # them, as where a roster only says since when a parent is away now.
    listed = models.BooleanField(default=False)

    objects = DatedQuerySet.as_manager()

    class Meta(DatedFact.Meta):
        verbose_name = _("away period")

    def address(self) -> str:
        return self.fact("address") or ""


class Circumstance(DatedFact):
    """What keeps somebody from caring (words of 民发〔2019〕62号); “home”: is at home."""

    KINDS = [
        ("home", _("at home")),
        ("dead", _("dead")),
        ("missing", _("declared missing")),
        ("lost", _("out of contact")),
        ("prison", _("in prison")),
        ("detox", _("in compulsory drug rehabilitation")),
        ("restricted", _("under another restriction of liberty")),
        ("deported", _("repatriated or deported")),
        ("revoked", _("guardianship revoked")),
        ("ill", _("seriously ill")),
        ("disabled", _("severely disabled")),
    ]
    KIND = "circumstance"
    FACTS = ("kind", "since", "until")
    ALONE = ("kind",)

    kind = models.CharField(max_length=10, choices=KINDS)

    objects = DatedQuerySet.as_manager()

    class Meta(DatedFact.Meta):
        verbose_name = _("circumstance")


class Schooling(DatedFact):
    STATES = [
        ("preschool", _("not yet at school")),
        ("kindergarten", _("kindergarten")),
        ("primary", _("primary school")),
        ("junior", _("junior middle school")),
        ("senior", _("senior middle school")),
        ("vocational", _("vocational school")),
        ("special", _("special education")),
        ("suspended", _("suspended")),
        ("dropout", _("dropped out")),
        ("never", _("never attended")),
        ("left", _("finished school")),
    ]
    KIND = "schooling"
    FACTS = (
        "state",
        "school",
        "school_name",
        "grade",
        "class_name",
        "school_class",
        "boarding",
        "head_teacher",
        "results",
        "weak_subjects",
        "since",
        "until",
    )
    ALONE = ()

    state = models.CharField(max_length=12, choices=STATES, blank=True)
    school = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="pupils")
    school_name = models.CharField(max_length=80, blank=True)  # as written, if not in the register
    grade = models.SmallIntegerField(null=True)  # 0 kindergarten, 1–12
    class_name = models.CharField(max_length=20, blank=True)
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, null=True, related_name="pupils")
    boarding = models.BooleanField(null=True)
    head_teacher = models.CharField(max_length=40, blank=True)
    results = models.CharField(max_length=80, blank=True)  # 学习成绩 in the school's words
    weak_subjects = models.CharField(max_length=80, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta(DatedFact.Meta):
        verbose_name = _("schooling")
        indexes = [
            models.Index(fields=["school", "person"]),
            models.Index(fields=["school_class", "person"]),
        ]


class Health(DatedFact):
    DISABILITIES = [
        ("sight", _("sight")),
        ("hearing", _("hearing")),
        ("speech", _("speech")),
        ("body", _("limbs or body")),
        ("intellect", _("intellect")),
        ("mind", _("mind")),
        ("multiple", _("multiple")),
    ]
    SELF_CARE = [
        ("full", _("cares for himself")),
        ("part", _("needs some help")),
        ("none", _("needs full care")),
    ]
    KIND = "health"
    FACTS = (
        "condition",
        "disability",
        "disability_grade",
        "self_care",
        "can_guard",
        "checked_on",
        "since",
        "until",
    )
    ALONE = ()

    condition = models.CharField(max_length=80, blank=True)  # in the roster's words
    disability = models.CharField(max_length=10, choices=DISABILITIES, blank=True)
    disability_grade = models.SmallIntegerField(null=True)  # 1 (severest) – 4
    self_care = models.CharField(max_length=5, choices=SELF_CARE, blank=True)
    can_guard = models.BooleanField(null=True)  # 有无监护能力
    checked_on = models.DateField(null=True)

    objects = DatedQuerySet.as_manager()

    class Meta(DatedFact.Meta):
        verbose_name = _("health")


class Hardship(DatedFact):
    """A hardship or an entitlement that counts; `holds` False says it was asked and is not so."""

    KINDS = [
        ("low_income", _("subsistence allowance")),
        ("poverty", _("registered poor household")),
        ("single_parent", _("single parent")),
        ("divorced", _("parents divorced")),
        ("orphan", _("orphan")),
        ("unsupported", _("de facto unsupported")),
        ("no_hukou", _("without household registration")),
        ("family_planning", _("family-planning family")),
    ]
    KIND = "hardship"
    FACTS = ("kind", "holds", "since", "until")
    ALONE = ("kind",)

    kind = models.CharField(max_length=16, choices=KINDS)
    holds = models.BooleanField(default=True)

    objects = DatedQuerySet.as_manager()

    class Meta(DatedFact.Meta):
        verbose_name = _("hardship")

    def verify(self) -> None:
        """A flag that rests on a repealed policy needs the county's legal basis."""
        super().verify()
        if not LegalBasis.objects.allows(self.kind):
            raise RuleBroken(
                "hardship.no_legal_basis",
                _("This policy was repealed. The county enters the legal basis first."),
            )


class Award(FileRow):
    """荣誉: “文明家庭”, “女能人” …"""

    KIND = "award"
    FACTS = ("title", "given_by", "given_on")

    person = models.ForeignKey(Person, models.CASCADE, related_name="awards")
    title = models.CharField(max_length=60)
    given_by = models.CharField(max_length=80, blank=True)
    given_on = models.DateField(null=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("award")

    def __str__(self) -> str:
        return self.title


class Note(FileRow):
    """A narrative of the file, sealed: a woman's case history, help received, a remark."""

    KINDS = [
        ("case_history", _("case history")),
        ("help", _("help received")),
        ("remark", _("remark")),
    ]
    KIND = "note"
    FACTS = ("kind", "day", "text")
    SEALED = {"text": "note.text"}

    person = models.ForeignKey(Person, models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=12, choices=KINDS)
    day = models.DateField()
    sealed_text = models.BinaryField()

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("written note")
        ordering = ["-day", "-id"]

    def __str__(self) -> str:
        return self.get_kind_display()

    def text(self) -> str:
        return self.sealer.open(self.sealed_text, "note.text")
