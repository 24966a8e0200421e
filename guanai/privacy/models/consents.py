"""What a guardian or the person said about the use of data; withdrawn at any time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core import files
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward
from guanai.organisations.models import User
from guanai.organisations.rules import CHILDREN
from guanai.people.models import Circumstance, Guardianship, Kinship, Person
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.people.rules import ADULT, PARENTS
from guanai.people.wording import relation as relation_name
from guanai.privacy.catalogue import asked_purposes, purposes, shipped
from guanai.privacy.rules import SOON, Word, is_heard, kind_of, last_day, whose_word

SELF = "01"  # GB/T 4761 本人
HOW = [
    ("paper", _("on paper, signed")),
    ("witnesses", _("in person before two witnesses")),
    ("phone", _("by phone, noted")),
]


@dataclass(frozen=True)
class Giver:
    """Somebody whose word counts for a person: the person, a guardian, or an entrusted carer."""

    person: Person
    relation: str = SELF  # GB/T 4761, of the giver to the person
    entrusted: bool = False

    def __str__(self) -> str:
        told = f"{self.person.name} {relation_name(self.relation)}"
        return f"{told} · {_('entrusted care')}" if self.entrusted else told


def givers(people: list[Person], on: dt.date) -> dict[int, list[Giver]]:
    """By person: parents, who are a minor's guardians (民法典 art. 27), other guardians and
    entrusted carers, as the files name them on that day. Two queries for any number of people."""
    keys = [person.pk for person in people]
    minors = [person.pk for person in people if (person.age(on) or 0) < ADULT]
    found: dict[int, dict[int, Giver]] = defaultdict(dict)
    gone = Circumstance.objects.on(on).filter(kind__in=("dead", "missing"))
    kin = Kinship.objects.on(on).filter(person__in=minors, relation__in=PARENTS)
    kin = kin.exclude(Exists(gone.filter(person=OuterRef("relative"))))
    for link in kin.select_related("relative"):
        found[link.person_id][link.relative_id] = Giver(link.relative, link.relation)
    care = Guardianship.objects.on(on).filter(person__in=keys)
    for held in care.select_related("guardian"):
        one = Giver(held.guardian, held.relation, held.kind == "entrusted")
        found[held.person_id].setdefault(held.guardian_id, one)
    return {key: [g for g in found[key].values() if _can_say(g.person, on)] for key in keys}


def _can_say(person: Person, on: dt.date) -> bool:
    age = person.age(on)
    return not person.died and not person.erased_at and (age is None or age >= ADULT)


def giver_of(person: Person, key: int, on: dt.date) -> Giver:
    """The person, or somebody whom the file names as guardian. Raises RuleBroken."""
    known = [Giver(person), *givers([person], on)[person.pk]]
    found = next((giver for giver in known if giver.person.pk == key), None)
    if found is None:
        raise RuleBroken("consent.no_guardian", _("The file names no such guardian."))
    return found


def word_for(person: Person, on: dt.date) -> Word:
    """Whose word counts for this person on that day."""
    listed = person.born is None and person.registrations.filter(group__in=CHILDREN).exists()
    return whose_word(person.birth_date, on, listed=listed)


class ConsentsQuerySet(OfPersonQuerySet["Consent"]):
    def standing(self, on: dt.date | None = None) -> Self:
        """A yes or a no that was given, has not ended and was not withdrawn by that day."""
        on = on or timezone.localdate()
        stands = self.filter(Q(until=None) | Q(until__gte=on), on__lte=on)
        return stands.exclude(withdrawal__on__lte=on)

    def current(self, purpose: str, on: dt.date | None = None) -> Self:
        """The yes on which data may be used for that purpose; not against the child's own word."""
        return self.standing(on).filter(purpose=purpose, granted=True).exclude(view="against")

    def ended(self, by: dt.date) -> Self:
        """Over since that day at the latest."""
        return self.filter(Q(until__lte=by) | Q(withdrawal__on__lte=by))


class Consent(Outward):
    """A yes or no (`granted`) for one purpose; a paper with three purposes is three rows.

    Sealed under the person's key: who witnessed or noted it, what the child said, the scan.
    """

    VIEWS = [
        ("agrees", _("the child agrees")),
        ("against", _("the child does not want it")),
        ("unsure", _("the child could not say")),
    ]
    STATES = {
        "given": _("given"),
        "ending": _("ends soon"),
        "against": _("the child does not want it"),
        "refused": _("does not agree"),
        "withdrawn": _("withdrawn"),
        "ended": _("has ended"),
    }

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20)
    granted = models.BooleanField(default=True)
    given_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    relation = models.CharField(max_length=2)  # of who gave it to the person; 01: the person
    on = models.DateField()
    until = models.DateField(null=True)
    how = models.CharField(max_length=10, choices=HOW)
    guardian_told_on = models.DateField(null=True)
    view = models.CharField(max_length=8, choices=VIEWS, blank=True)
    sealed_note = models.BinaryField(null=True)
    sealed_said = models.BinaryField(null=True)
    scan = models.CharField(max_length=40, blank=True)  # name in core.files and ending
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = ConsentsQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["person", "purpose"])]
        constraints = [
            models.CheckConstraint(
                name="consent_ends_after_it_begins",
                condition=Q(until=None) | Q(until__gte=models.F("on")),
            )
        ]

    def __str__(self) -> str:
        return str(shipped().get(self.purpose, self.purpose))

    @classmethod
    @transaction.atomic
    def record(
        cls, person: Person, wanted: Iterable[str], facts: Mapping[str, Any], *, by: User
    ) -> list[Self]:
        """What was said about these purposes. Raises RuleBroken.

        `facts`: giver (key of a person, the own one for oneself), on, how; and, where there is
        something to say, granted, until, note, guardian_told_on, view, said, scan (bytes).
        """
        columns = _columns(person, facts)
        stands = cls.objects.standing().filter(person=person, granted=True)
        rows = [cls(person=person, purpose=one, recorded_by=by, **columns) for one in wanted]
        for row in rows:
            if row.purpose not in asked_purposes():
                wrong = _("This does not rest on consent here. Look at the legal bases.")
                raise RuleBroken("consent.not_asked", wrong)
            if not row.granted and stands.filter(purpose=row.purpose).exists():
                wrong = _("A consent stands. Withdraw it instead of noting a refusal.")
                raise RuleBroken("consent.stands", wrong)
            row.save()
            told: dict[str, Any] = {"purpose": row.purpose, "granted": row.granted, "how": row.how}
            record("privacy.consent.record", by=by, subject=row, path=person.path, **told)
        if facts.get("scan"):
            name = files.keep(person.sealer, [facts["scan"]]).hex
            scan = f"{name}.{kind_of(facts['scan'])}"
            cls.objects.filter(pk__in=[row.pk for row in rows]).update(scan=scan)
        return rows

    @transaction.atomic
    def withdraw(self, on: dt.date, by_whom: int, how: str, *, by: User) -> Withdrawal:
        """It counts no more from that day on; whoever it is about may always withdraw it.

        `by_whom`: key of a person as in `record`. Raises RuleBroken.
        """
        held = Consent.objects.select_for_update().get(pk=self.pk)
        if Withdrawal.objects.filter(consent=held).exists():
            raise RuleBroken("consent.withdrawn", _("This was withdrawn already."))
        if not self.on <= on <= timezone.localdate():
            raise RuleBroken("consent.day", _("This day cannot be right."))
        relation = giver_of(self.person, by_whom, on).relation
        withdrawal = Withdrawal.objects.create(
            consent=held, on=on, relation=relation, how=how, recorded_by=by
        )
        told: dict[str, Any] = {"purpose": self.purpose, "how": how}
        record("privacy.consent.withdraw", by=by, subject=self, path=self.person.path, **told)
        return withdrawal

    def opened(self, name: str) -> str:
        """What is sealed of it: “note” or “said”."""
        sealed = getattr(self, f"sealed_{name}")
        return self.person.sealer.open(sealed, f"consent.{name}") if sealed else ""

    def open_scan(self) -> Iterator[bytes]:
        return files.read(self.person.sealer, UUID(self.scan.partition(".")[0]))

    def drop_scan(self) -> None:
        """Unless another row of the same paper keeps it."""
        if self.scan and not Consent.objects.filter(scan=self.scan).exclude(pk=self.pk).exists():
            files.drop(UUID(self.scan.partition(".")[0]))
        Consent.objects.filter(pk=self.pk).update(scan="")

    @property
    def state(self) -> str:
        """A key of STATES; what ended it comes first."""
        today = timezone.localdate()
        soon = today + dt.timedelta(days=SOON)
        states = {
            "withdrawn": hasattr(self, "withdrawal"),
            "ended": self.until and self.until < today,
            "refused": not self.granted,
            "against": self.view == "against",
            "ending": self.until and self.until <= soon,
        }
        return next((state for state, holds in states.items() if holds), "given")

    @property
    def state_title(self) -> str:
        return str(self.STATES[self.state])


class WithdrawalQuerySet(OfPersonQuerySet["Withdrawal"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(consent__in=Consent.objects.visible_to(user).values("pk"))


class Withdrawal(models.Model):
    consent = models.OneToOneField(Consent, models.CASCADE)
    on = models.DateField()
    relation = models.CharField(max_length=2)  # of who withdrew it to the person; 01: the person
    how = models.CharField(max_length=10, choices=HOW)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        verbose_name = _("withdrawal of a consent")

    def __str__(self) -> str:
        return str(self.on)


def _check(person: Person, facts: Mapping[str, Any], giver: Giver, word: Word) -> None:
    """Raises RuleBroken for what was not said as the law asks."""
    on, until, note = facts["on"], facts.get("until"), facts.get("note")
    own = giver.person == person
    heard = is_heard(person.birth_date, on, word)
    wrong = {
        "future": (on > timezone.localdate(), _("This day lies in the future.")),
        "early": (until and until < on, _("The last day lies before the first.")),
        "guardian": (
            word == Word.GUARDIAN and own,
            _("Under fourteen the guardian consents (PIPL art. 31)."),
        ),
        "own": (
            word == Word.OWN_TOLD and not own,
            _("From fourteen on the child itself consents; the guardian is told."),
        ),
        "untold": (
            word == Word.OWN_TOLD and not facts.get("guardian_told_on"),
            _("Enter on which day the guardian was told."),
        ),
        "parents": (
            giver.entrusted and not note,
            _("An entrusted carer is no guardian: note how the parents agreed."),
        ),
        "unheard": (
            heard and not facts.get("view"),
            _("From eight years on the child is asked too; enter its view."),
        ),
        "no_note": (
            facts.get("how") != "paper" and not note,
            _("Note the two witnesses, or who called whom and when."),
        ),
    }
    for code, (broken, message) in wrong.items():
        if broken:
            raise RuleBroken(f"consent.{code}", message)


def _columns(person: Person, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What was said, checked (RuleBroken), as the columns of a consent."""
    giver = giver_of(person, facts["giver"], facts["on"])
    word = word_for(person, facts["on"])
    _check(person, facts, giver, word)
    sealed = {
        f"sealed_{name}": person.sealer.seal(facts[name], f"consent.{name}")
        for name in ("note", "said")
        if facts.get(name)
    }
    return {
        **sealed,
        "granted": bool(facts.get("granted", True)),
        "given_by": None if giver.person == person else giver.person,
        "relation": giver.relation,
        "on": facts["on"],
        "until": last_day(person.birth_date, word, facts.get("until")),
        "how": facts.get("how"),
        "guardian_told_on": facts.get("guardian_told_on"),
        "view": facts.get("view") or "",
    }


def person_has_consent(person: Person, purpose: str, on: dt.date | None = None) -> bool:
    """Whether data of this person may be used for that purpose on that day: by the basis that
    holds in this county, or by a consent."""
    basis = purposes()[purpose].basis
    if basis != "consent":
        return basis != "none"
    return Consent.objects.current(purpose, on).filter(person=person).exists()
