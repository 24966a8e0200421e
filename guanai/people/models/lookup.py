"""By what a person is found: documents, phones, parts of the name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Generic, Self, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanai.core.broken import RuleBroken
from guanai.core.crypto import vault
from guanai.core.fields import BytewiseField
from guanai.core.models import ScopedQuerySet
from guanai.organisations.models import User
from guanai.people.models.person import Person, file_seen
from guanai.people.models.rows import FileRow

R_co = TypeVar("R_co", bound=models.Model, covariant=True)


class OfPersonQuerySet(ScopedQuerySet[R_co], Generic[R_co]):
    """Rows of one person's file: visible when the file is."""

    def visible_to(self, user: User) -> Self:
        return self.filter(file_seen(user))


ONE_FILE = "one_file_for_a_number"


class Taken(RuleBroken):
    """A checked number stands in another file already; of two who enter it at once the second."""

    def __init__(self) -> None:
        super().__init__("identity.taken", _("This number stands in another file already."))

    @staticmethod
    def meant_by(error: IntegrityError) -> bool:
        return any(name in str(error) for name in (ONE_FILE, "people_identity.exact"))


class IdentityQuerySet(OfPersonQuerySet["Identity"]):
    def standing(self, numbers: Iterable[int]) -> Self:
        """Checked numbers by their blind index: each stands in one file only, wherever it lies."""
        return self.filter(exact__in=numbers, checked=True)


class Identity(FileRow):
    """An identity document. Without one a person is as good as with one."""

    KINDS = [
        ("id", _("resident ID")),
        ("passport", _("passport")),
        ("other", _("other document")),
    ]
    KIND = "identity"
    CONFIRMED = True
    FACTS = ("kind", "number", "checked")
    SEALED = {"number": "identity.number"}

    person = models.ForeignKey(Person, models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=10, choices=KINDS, default="id")
    sealed_number = models.BinaryField()
    checked = models.BooleanField(default=False)  # length, date and check character are right
    # Blind indexes: the whole number, last four, last six.
    exact = models.BigIntegerField(db_index=True)
    tail4 = models.BigIntegerField(db_index=True)
    tail6 = models.BigIntegerField(db_index=True)

    objects = IdentityQuerySet.as_manager()

    class Meta:
        verbose_name = _("identity document")
        constraints = [
            models.UniqueConstraint(fields=["exact"], condition=Q(checked=True), name=ONE_FILE)
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    def number(self) -> str:
        return self.sealer.open(self.sealed_number, "identity.number")

    def fill(self, values: Mapping[str, Any]) -> None:
        super().fill(values)
        if number := values.get("number"):
            self.index(number)

    def index(self, number: str) -> None:
        blind = vault().blind
        self.exact, self.tail4 = blind("id", number), blind("id4", number[-4:])
        self.tail6 = blind("id6", number[-6:])

    def verify(self) -> None:
        """One file per person: a checked number stands in one file only."""
        numbers = vault().blinds("id", self.number())
        others = Identity.objects.standing(numbers).exclude(pk=self.pk)
        if self.checked and others.exists():
            raise Taken

    def save(self, **options: Any) -> None:
        """Raises Taken if somebody enters the same number at this moment."""
        try:
            with transaction.atomic():
                super().save(**options)
        except IntegrityError as error:
            if Taken.meant_by(error):
                raise Taken from error
            raise


class Contact(FileRow):
    """A phone number or another way to reach somebody; sealed, found by exact number or tail."""

    KINDS = [("phone", _("phone")), ("wechat", _("WeChat")), ("other", _("other"))]
    KIND = "contact"
    FACTS = ("kind", "value", "rank")
    SEALED = {"value": "contact.value"}

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
        return self.sealer.open(self.sealed_value, "contact.value")

    def fill(self, values: Mapping[str, Any]) -> None:
        super().fill(values)
        if value := values.get("value"):
            self.index(value)

    def index(self, value: str) -> None:
        blind = vault().blind
        self.exact, self.tail4 = blind("phone", value), blind("phone4", value[-4:])


class SearchToken(models.Model):
    """Parts of a name by which it is found: its endings, their pinyin and initials.

    Any part of the name is the beginning of one of its endings, so that a range of this index
    answers “小明”, “xiaom” and “wxm” alike; the path narrows within the index.

    There is no index by person: a person's tokens are those of the name. In a large import every
    further index of this largest of tables costs a page of disk a row.
    """

    token = BytewiseField(max_length=120)
    path = models.CharField(max_length=40)
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="tokens", db_index=False, db_constraint=False
    )

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("search token")
        indexes = [models.Index(fields=["token", "path", "person"])]

    def __str__(self) -> str:
        return str(self.pk)
