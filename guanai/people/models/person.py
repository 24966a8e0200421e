"""A person, the household, and how a person is found. One file per person (一人一档)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.core.areas import below
from guanai.core.crypto import Sealer, vault
from guanai.core.dates import PartialDate, Precision, age_on
from guanai.core.fields import BytewiseField
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models import Place
from guanai.organisations.rules import EVERYBODY, PERSON_VIEW, Group
from guanai.people.models.imports import Import

if TYPE_CHECKING:
    from guanai.organisations.models import User
    from guanai.people.drafts import PersonDraft

GROUPS = [
    (Group.CHILD, _("left-behind child")),
    (Group.WOMAN, _("left-behind woman")),
    (Group.ELDER, _("left-behind elder")),
    (Group.DIFFICULTY, _("child in difficulty")),
    (Group.MIGRANT, _("migrant child")),
]
SEXES = [(0, _("unknown")), (1, _("male")), (2, _("female")), (9, _("not stated"))]  # GB/T 2261.1
PRECISIONS = [(Precision.YEAR, _("year")), (Precision.MONTH, _("month")), (Precision.DAY, _("day"))]
CARE_FORMS = [  # 管护形式, plan 14
    ("boarding", _("boarding at school")),
    ("trust", _("social trust care")),
    ("proxy", _("family proxy")),
    ("parents", _("parents' return")),
]


class HouseholdQuerySet(ScopedQuerySet["Household"]):
    def visible_to(self, user: User) -> Self:
        """When one of its members is."""
        return self.filter(Exists(Person.objects.visible_to(user).filter(household=OuterRef("pk"))))


class Household(Outward):
    """People who live together; the address is sealed with the head's or first member's key."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    path = models.CharField(max_length=40)
    group = models.CharField(max_length=20, blank=True)  # villagers' group, “3组”
    batch = models.ForeignKey(Import, models.PROTECT, null=True)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        indexes = [models.Index(fields=["path"])]

    def __str__(self) -> str:
        return str(self.uid)


class PersonQuerySet(ScopedQuerySet["Person"]):
    def visible_to(self, user: User) -> Self:
        """Inside the user's areas, schools and classes, or opened by a dated access grant."""
        if not user.has_perm(PERSON_VIEW):
            return self.none()
        return self.published().filter(reach(user))

    def published(self) -> Self:
        """Without the rows of an import that has not been flipped yet."""
        return self.filter(
            Q(batch=None) | ~Q(batch__in=Import.objects.filter(live=False).values("pk"))
        )

    @transaction.atomic
    def enter(
        self,
        drafts: list[PersonDraft],
        *,
        by: User | None,
        why: str = "",
        source: str = "page",
        batch: Import | None = None,
    ) -> list[int]:
        """Open a file for every draft and every relative not yet written; the drafts' keys.

        The same writer serves pages, demo and import (people.writing).
        """
        from guanai.people.writing import Act, write

        return write(drafts, Act(by, why, source, batch))

    def standing_in(self, group: str) -> Self:
        """Those who stand in the ledger of that group today."""
        return self.filter(
            Exists(Registration.objects.current().filter(person=OuterRef("pk"), group=group))
        )


def reach(user: User) -> Q:
    """The condition on Person by which this user's posts and grants open files."""
    from guanai.people.models.access import AccessGrant
    from guanai.people.models.facts import Schooling

    condition = Q(pk__in=[])
    for area in user.scope.areas:
        part = below(area.path)
        if area.groups != EVERYBODY:
            held = Registration.objects.current().filter(
                person=OuterRef("pk"), group__in=sorted(area.groups)
            )
            part &= Q(Exists(held))
        condition |= part
    pupils = Schooling.objects.current()
    if user.scope.schools:
        condition |= Q(pk__in=pupils.filter(school__in=user.scope.schools).values("person"))
    if user.scope.classes:
        condition |= Q(pk__in=pupils.filter(school_class__in=user.scope.classes).values("person"))
    return condition | Q(pk__in=AccessGrant.objects.current().held_by(user).people())


class Person(Outward):
    """The file. `path` is that of the one place that is responsible (属地管理).

    Names and birth dates stay readable for search; ID numbers, phones, addresses and narratives are
    sealed under `sealed_key`, whose destruction makes them unreadable for good.
    """

    file_number = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    pinyin = BytewiseField(max_length=120)  # sort key and homophone key, “wang xiao ming”
    sex = models.SmallIntegerField(choices=SEXES, default=0)
    born = models.DateField(null=True)  # first possible day
    born_precision = models.SmallIntegerField(choices=PRECISIONS, default=Precision.DAY)
    died = models.DateField(null=True)
    ethnicity = models.CharField(max_length=2, blank=True)  # GB/T 3304
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    path = models.CharField(max_length=40)
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="members")
    care_form = models.CharField(max_length=10, blank=True, choices=CARE_FORMS)
    # Descriptive details, keys and labels in people.details: education, occupation, skills …
    details = models.JSONField(default=dict)
    # Bits of the four-haves file that are complete; rebuilt by `measure_completeness`.
    completeness = models.SmallIntegerField(default=0)
    sealed_key = models.BinaryField(max_length=40)
    version = models.IntegerField(default=1)  # of the file; two editors never overwrite silently
    batch = models.ForeignKey(Import, models.PROTECT, null=True, related_name="people")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        indexes = [
            models.Index(fields=["path", "pinyin", "id"]),
            models.Index(fields=["pinyin", "id"]),
            models.Index(fields=["born", "id"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def birth_date(self) -> PartialDate | None:
        return PartialDate(self.born, Precision(self.born_precision)) if self.born else None

    @birth_date.setter
    def birth_date(self, value: PartialDate | None) -> None:
        self.born = value.date if value else None
        self.born_precision = value.precision if value else Precision.DAY

    def age(self, on: dt.date | None = None) -> int | None:
        """Full years on that day (today); None if the birth date is unknown."""
        return age_on(self.born, on or self.died or timezone.localdate()) if self.born else None

    @property
    def is_minor(self) -> bool:
        """Under 18; somebody of unknown age who stands in a children's ledger counts as one."""
        age = self.age()
        return age is not None and age < 18  # noqa: PLR2004 - 未保法 art. 2

    @property
    def sealer(self) -> Sealer:
        return vault().sealer(self.sealed_key)


class RegistrationQuerySet(ScopedQuerySet["Registration"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(person__in=Person.objects.visible_to(user).values("pk"))

    def current(self) -> Self:
        return self.filter(until=None)


class Registration(models.Model):
    """That a person stands in a ledger, since when. Carries the path, as every scoped row."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="registrations")
    group = models.CharField(max_length=10, choices=GROUPS)
    path = models.CharField(max_length=40)
    since = models.DateField()
    until = models.DateField(null=True)
    batch = models.ForeignKey(Import, models.PROTECT, null=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        indexes = [
            models.Index(
                fields=["group", "path", "person"],
                condition=Q(until=None),
                name="standing_by_place",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "group"], condition=Q(until=None), name="stands_once_in_a_ledger"
            )
        ]

    def __str__(self) -> str:
        return self.group


class OfPersonQuerySet(ScopedQuerySet[models.Model]):
    """Rows of one person's file: visible when the file is."""

    def visible_to(self, user: User) -> Self:
        return self.filter(person__in=Person.objects.visible_to(user).values("pk"))


class Identity(Outward):
    """An identity document. Without one a person is as good as with one."""

    KINDS = [
        ("id", _("resident ID")),
        ("passport", _("passport")),
        ("other", _("other document")),
    ]

    person = models.ForeignKey(Person, models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=10, choices=KINDS, default="id")
    sealed_number = models.BinaryField()
    checked = models.BooleanField(default=False)  # length, date and check character are right
    # Blind indexes: the whole number, last four, last six.
    exact = models.BigIntegerField(db_index=True)
    tail4 = models.BigIntegerField(db_index=True)
    tail6 = models.BigIntegerField(db_index=True)

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("identity document")

    def __str__(self) -> str:
        return self.get_kind_display()

    def number(self) -> str:
        return self.person.sealer.open(self.sealed_number, "identity.number")


class Contact(Outward):
    """A phone number or another way to reach somebody; sealed, found by exact number or tail."""

    KINDS = [("phone", _("phone")), ("wechat", _("WeChat")), ("other", _("other"))]

    person = models.ForeignKey(Person, models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=10, choices=KINDS, default="phone")
    sealed_value = models.BinaryField()
    exact = models.BigIntegerField(db_index=True)
    tail4 = models.BigIntegerField(db_index=True)
    rank = models.SmallIntegerField(default=0)  # 0 is called first

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        ordering = ["rank", "id"]

    def __str__(self) -> str:
        return self.get_kind_display()

    def value(self) -> str:
        return self.person.sealer.open(self.sealed_value, "contact.value")


class SearchToken(models.Model):
    """Parts of a name by which it is found: its endings, their pinyin and initials.

    Any part of the name is the beginning of one of its endings, so that a range of this index
    answers “小明”, “xiaom” and “wxm” alike; the path narrows within the index.
    """

    token = BytewiseField(max_length=120)
    path = models.CharField(max_length=40)
    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens", db_index=True)

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("search token")
        indexes = [models.Index(fields=["token", "path", "person"])]

    def __str__(self) -> str:
        return str(self.pk)
