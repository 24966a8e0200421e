"""A person, the household, and how a person is found. One file per person (一人一档)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.db import models, transaction
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.core.broken import RuleBroken
from guanai.core.crypto import Sealer, vault
from guanai.core.dates import PartialDate, Precision, age_on
from guanai.core.fields import BytewiseField, Keys
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models import Place, User
from guanai.organisations.rules import CHILDREN, Group
from guanai.people import details, names
from guanai.people.conflicts import Values, key_of
from guanai.people.drafts import PersonDraft
from guanai.people.models.closing import Closable
from guanai.people.models.household import Household
from guanai.people.models.imports import Import
from guanai.people.models.reach import merged_into, published, seen_by
from guanai.people.models.rows import Factual, FileRow, plain
from guanai.people.rules import counts_as_minor

if TYPE_CHECKING:
    from guanai.people.models.history import Change

R = TypeVar("R", bound=FileRow)
MALE = 1
HARMLESS = ("home", "disabled")  # a disability as such is no incapacity to care

GROUPS = [
    (Group.CHILD, _("left-behind child")),
    (Group.WOMAN, _("left-behind woman")),
    (Group.ELDER, _("left-behind elder")),
    (Group.DIFFICULTY, _("child in difficulty")),
    (Group.MIGRANT, _("migrant child")),
]
SEXES = [(0, _("unknown")), (1, _("male")), (2, _("female")), (9, _("not stated"))]  # GB/T 2261.1
PRECISIONS = [
    (Precision.YEAR, _("year")),
    (Precision.MONTH, _("month")),
    (Precision.DAY, _("exact day")),
]
CARE_FORMS = [  # 管护形式, plan 14
    ("boarding", _("boarding at school")),
    ("trust", _("social trust care")),
    ("proxy", _("family proxy")),
    ("parents", _("parents' return")),
]


class PersonQuerySet(ScopedQuerySet["Person"]):
    def visible_to(self, user: User) -> Self:
        """Inside the user's areas, schools and classes, or opened by a dated access grant."""
        return self.filter(seen_by(user))

    def tell_seen(self, name: str, user: User) -> Self:
        """With whether the user sees each; an EXISTS would make PostgreSQL read everybody."""
        seen = ExpressionWrapper(seen_by(user), output_field=models.BooleanField())
        return self.annotate(**{name: seen})

    def handled_by(self, user: User) -> Self:
        """Without the files that an emergency alone has opened to the user: these are there to be
        read, not to be changed, matched or taken out."""
        from guanai.people.models.access import AccessGrant

        opened = AccessGrant.objects.in_emergency(user)
        return self.visible_to(user).exclude(pk__in=opened.people())

    successor = merged_into

    def published(self) -> Self:
        """Without the rows of an import that has not been flipped yet, and destroyed files."""
        return self.filter(published())

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
        from guanai.people.models.standing import Registration

        return self.filter(
            Exists(Registration.objects.current().filter(person=OuterRef("pk"), group=group))
        )

    def alone(self) -> Self:
        """R14.15: children under sixteen with nobody who cares; the same as rules.lives_alone."""
        from guanai.people.alarms import nobody_cares

        few = Person.objects.filter(cared_for=False).values_list("pk", flat=True)
        return self.filter(pk__in=nobody_cares(Keys(few)).values("pk"))


def file_seen(user: User, column: str = "person") -> Exists:
    """Whether the file to which a row points is visible; asked row by row, since a reader may see
    a whole county and the rows in question are few."""
    return Exists(Person.objects.visible_to(user).filter(pk=OuterRef(column)))


class Person(Closable, Factual, Outward):
    """The file. `path` is that of the one place that is responsible (属地管理).

    Names and birth dates stay readable for search; ID numbers, phones, addresses and narratives are
    sealed under `sealed_key`, whose destruction makes them unreadable for good.
    """

    IDENTITY: ClassVar[frozenset[str]] = frozenset({"name", "sex", "born"})  # see WaitingChange
    FACTS = ("name", "sex", "born", "died", "ethnicity", "care_form")
    PARTIAL = {"born": "born_precision"}

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
    details = models.JSONField(default=dict)  # descriptive; keys and labels in people.details
    # Bits of the four-haves file that are complete; rebuilt by `measure_completeness`.
    completeness = models.SmallIntegerField(default=0)
    # Somebody cared, or the age asked for nobody, when `alarms.measure_care` looked last; where not
    # the file is looked at whenever children with nobody who cares are asked for.
    cared_for = models.BooleanField(default=False)
    sealed_key = models.BinaryField(max_length=40)  # behind it those of files merged into this
    batch = models.ForeignKey(Import, models.PROTECT, null=True, related_name="people")
    created_at = models.DateTimeField(auto_now_add=True)
    # What is left of a destroyed file: number, sex, year of birth, township and in which ledgers it
    # stood, for counts and for the audit. Nobody is shown it.
    erased_at = models.DateTimeField(null=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        indexes = [
            models.Index(fields=["path"]),
            models.Index(fields=["path"], condition=Q(cared_for=False), name="looked_at_by_place"),
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

    def counts_as_minor(self, *, listed: bool = False) -> bool:
        """As rules.counts_as_minor; `listed`: stands in a children's ledger."""
        day = self.died or timezone.localdate()
        return counts_as_minor(self.birth_date, day, listed=listed)

    @property
    def is_minor(self) -> bool:
        """Asks the ledgers too."""
        return self.counts_as_minor() or (
            self.registrations.current().filter(group__in=CHILDREN).exists()
        )

    def open_to_change(self, user: User) -> bool:
        """A file opened in an emergency is there to be read."""
        from guanai.people.models.access import AccessGrant

        known = self.__dict__.get("in_emergency")  # the door of the pages brings it along
        if known is None:
            known = AccessGrant.objects.in_emergency(user).filter(person=self).exists()
        return not known

    @property
    def sealer(self) -> Sealer:
        return vault().sealer(self.sealed_key)

    def fact(self, name: str) -> Any:
        key = name.removeprefix("details.")
        return plain(self.details.get(key)) if key != name else super().fact(name)

    def fill(self, values: Mapping[str, Any]) -> None:
        """Set facts; the name takes its sound with it. Raises RuleBroken for unknown ones."""
        told = {k[8:]: v for k, v in values.items() if k.startswith("details.")}
        kept = {key: value for key, value in self.details.items() if key not in told}
        self.details = {**kept, **details.checked(told)}
        super().fill({k: v for k, v in values.items() if not k.startswith("details.")})
        self.pinyin = names.pinyin(self.name)

    def hold(self) -> Person:
        """This file as it stands now, locked to the end of the transaction.

        Without its key: rows of other files that point here are written meanwhile.
        """
        return Person.objects.select_for_update(no_key=True).get(pk=self.pk)

    def tell(self, values: Values, action: str, *, by: User, why: str = "") -> Change:
        """Raise the version, write history and audit, measure anew; the file is held."""
        from guanai.people.evaluating import evaluate, touches
        from guanai.people.file import measure
        from guanai.people.ledger.drawing import draw_lines
        from guanai.people.models.history import Change

        self.refuse_closed(action)
        self.version += 1
        self.save(update_fields=["version"])
        change = Change.write(self, values, action, by=by, why=why)
        measure([self])
        draw_lines([self.pk])
        if touches(values):
            evaluate([self.pk])
        return change

    @transaction.atomic
    def change(
        self, facts: Mapping[str, Any], *, base_version: int, by: User, why: str = ""
    ) -> Change | None:
        """Change what the person's own row states, and details (“details.doting”).

        Raises Conflict and RuleBroken; None: nothing differs from what the file says.
        """
        held = self.hold()
        mine = {name: plain(value) for name, value in facts.items()}
        current = {name: held.fact(name) for name in facts}
        wanted = held.settle(mine, current, base_version)
        if wanted:
            from guanai.people.models.waiting import part_that_waits

            wanted = part_that_waits(held, wanted, current, by=by, why=why)
        if not wanted:
            return None
        held.state(wanted)
        values = {key: [current[key], value] for key, value in wanted.items()}
        change = held.tell(values, "person.change", by=by, why=why)
        self.refresh_from_db()
        return change

    def verify(self) -> None:
        """Raises RuleBroken for what cannot be."""
        if not self.name.strip():
            raise RuleBroken("person.no_name", _("A file needs a name."))
        today = timezone.localdate()
        if self.born and self.born > today:
            raise RuleBroken("person.born_later", _("The birth date lies in the future."))
        if self.died and (self.died > today or (self.born and self.died < self.born)):
            raise RuleBroken("person.died_wrong", _("The day of death cannot be right."))

    def state(self, facts: Mapping[str, Any]) -> None:
        """Write these facts, and by which name the file is found; it is held. Raises RuleBroken."""
        before = self.name
        self.fill(facts)
        self.verify()
        self.save()
        if self.name != before:
            self.index_name(before)

    def index_name(self, before: str = "") -> None:
        """Write anew by which parts the name is found, and where."""
        from guanai.people.models.lookup import SearchToken

        self.tokens.filter(token__in=names.tokens(before)).delete()
        SearchToken.objects.bulk_create(
            SearchToken(token=token, path=self.path, person=self)
            for token in names.tokens(self.name)
        )

    @transaction.atomic
    def add(
        self,
        kind: type[R],
        facts: Mapping[str, Any],
        *,
        by: User,
        base_version: int | None = None,
        why: str = "",
    ) -> R:
        """A new row of that kind. Where only one can stand at a time the one before is ended. What
        waits for the township is not saved.

        Raises Conflict if somebody else added of that kind since `base_version`; RuleBroken.
        """
        from guanai.people.models.waiting import row_waits

        held = self.hold()
        row = kind(person=held)
        row.fill(facts)
        row.verify()
        values: Values = {key_of(kind.KIND, row.uid): [None, row.facts()]}
        if kind.ALONE is not None and base_version is not None:
            held.refuse_second(row, base_version)
        if row_waits(row, "add", {n: [None, v] for n, v in row.facts().items()}, by=by, why=why):
            return row
        values |= row.end_before()
        row.save()
        held.tell(values, f"{kind.KIND}.add", by=by, why=why)
        return row

    @transaction.atomic
    def register(
        self, group: str, *, since: dt.date, base_version: int, by: User, why: str = ""
    ) -> Change:
        """Enter the person in that ledger. Raises Conflict, RuleBroken."""
        from guanai.people.models.standing import Registration, check_entry

        held = self.hold()
        held.refuse_later(base_version)
        check_entry(held, group, since, by)
        Registration.objects.create(person=held, group=group, path=held.path, since=since)
        values: Values = {f"registration.{group}": [None, since.isoformat()]}
        return held.tell(values, "registration.add", by=by, why=why)

    @transaction.atomic
    def found_household(self, *, by: User) -> Household:
        """The household of this person; a new one if the file knows none."""
        held = self.hold()
        if held.household is None:
            held.household = Household.objects.create(place=held.place, path=held.path)
            held.save(update_fields=["household"])
            held.tell({"household": [None, True]}, "person.household", by=by)
            self.household = held.household
        return held.household

    @transaction.atomic
    def move(
        self,
        to: Place,
        *,
        on: dt.date,
        base_version: int,
        by: User,
        why: str = "",
        whole_household: bool = False,
    ) -> list[Person]:
        """Hand the file over to the place that is responsible from that day on (属地管理).

        The file and its history go along; the old side no longer sees it. Raises Conflict,
        RuleBroken.
        """
        from guanai.people.models.standing import hand_over

        held = self.hold()
        held.refuse_later(base_version)
        movers = hand_over(held, to, on, by=by, why=why, members_of=by if whole_household else None)
        self.refresh_from_db()
        return movers

    def erase(self, *, by: User | None, why: str) -> list[str]:
        """Destroy this file and its key for good; see people.erasing. Raises RuleBroken."""
        from guanai.people.erasing import erase

        return erase(self, by, why)

    def settle_in(self, to: Place, on: dt.date, *, by: User, why: str) -> None:
        """Close the old residence, open the new one, take every scoped row along."""
        from guanai.people.models.facts import Residence

        home = Residence(person=self, kind="home", place=to, since=on)
        values: Values = {"place": [plain(self.place), plain(to)], **home.end_before()}
        home.save()
        values[key_of(home.KIND, home.uid)] = [None, home.facts()]
        self.place, self.path = to, to.path
        self.save(update_fields=["place", "path", "household"])
        self.registrations.current().update(path=to.path)
        self.tokens.filter(token__in=names.tokens(self.name)).update(path=to.path)
        self.tell(values, "person.move", by=by, why=why)
