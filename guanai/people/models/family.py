"""Kinship, guardianship with dates, and who may not be entrusted with a child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.dates import age_on
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models import User
from guanai.organisations.rules import PERSON_DECIDE
from guanai.people.conflicts import Values
from guanai.people.models.facts import DatedFact, DatedQuerySet
from guanai.people.models.lookup import OfPersonQuerySet
from guanai.people.models.person import HARMLESS, Person
from guanai.people.rules import ADULT, HEARD_FROM, alone_in


class Kinship(DatedFact):
    """`relative` is the person's `relation` (GB/T 4761: 51 father, 61 grandfather, 10 spouse …)."""

    KIND = "kinship"
    FACTS = ("relative", "relation", "since", "until")

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

    def verify(self) -> None:
        """One father, mother and spouse at a time; those before keep their dates."""
        super().verify()
        same = Kinship.objects.current().filter(
            person=self.person, relation__in=alone_in(self.relation)
        )
        if self.goes_on(timezone.localdate()) and same.exclude(pk=self.pk).exists():
            stands = _("Somebody stands there already. Give that kinship its last day first.")
            raise RuleBroken("kinship.second", stands)


class Guardianship(DatedFact):
    """Who has the care. Entrusted care: 未保法 art. 22–23; women who raise a child: R06.8."""

    KINDS = [
        ("parent", _("parent")),
        ("entrusted", _("entrusted care")),
        ("state", _("state guardianship")),
    ]
    KIND = "guardianship"
    CONFIRMED = True
    FACTS = (
        "guardian",
        "relation",
        "kind",
        "since",
        "until",
        "agreed_on",
        "child_heard",
        "school_told_on",
        "village_told_on",
    )
    ALONE = ("kind",)

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

    @classmethod
    def entrust(
        cls, child: Person, carer: Person, terms: Mapping[str, Any], *, by: User, why: str = ""
    ) -> Guardianship:
        """Entrust the care of a child to an able adult (未保法 art. 22–23).

        `terms`: relation, since, agreed_on, child_heard, school_told_on, village_told_on. An
        earlier entrusted carer's care ends the day before. Raises RuleBroken.
        """
        facts = {**terms, "guardian": carer, "kind": "entrusted"}
        return child.add(cls, facts, by=by, why=why)

    def verify(self) -> None:
        super().verify()
        if self.guardian_id == self.person_id:
            raise RuleBroken("guardianship.self", _("Nobody is his own guardian."))
        day = self.agreed_on
        if day and day > timezone.localdate():
            raise RuleBroken("guardianship.future", _("The agreement lies in the future."))
        if self._state.adding and self.kind == "entrusted" and self.until is None:
            refuse_unfit(self.guardian)
            self._hear_child()

    def _hear_child(self) -> None:
        born = self.person.born
        day = self.since or self.agreed_on or timezone.localdate()
        if born and HEARD_FROM <= age_on(born, day) < ADULT and not self.child_heard:
            raise RuleBroken(
                "guardianship.child_not_heard",
                _("From eight years on the child is heard first (未保法 art. 22)."),
            )

    def end_before(self) -> Values:
        """One entrusted carer at a time; parents may both be guardians."""
        return super().end_before() if self.kind == "entrusted" else {}


def refuse_unfit(carer: Person) -> None:
    """Raises RuleBroken if no child may be entrusted to this person today (未保法 art. 22)."""
    today = timezone.localdate()
    age = carer.age()
    if carer.died or carer.erased_at or (age is not None and age < ADULT):
        raise RuleBroken("carer.no_adult", _("The carer must be an able adult."))
    if carer.carer_findings.open().exists():
        held = _("Held: the township or county decides first whether this person may care.")
        raise RuleBroken("carer.held", held)
    if carer.carer_findings.excluding().exists():
        raise RuleBroken("carer.excluded", _("It was decided that this person may not care."))
    hindered = carer.circumstances.on(today).exclude(kind__in=HARMLESS).exists()
    if hindered or carer.healths.on(today).filter(can_guard=False).exists():
        raise RuleBroken("carer.unable", _("The file says that this person cannot care."))
    if carer.awayperiods.on(today).exists():
        raise RuleBroken("carer.away", _("This person is away; somebody at home must care."))


class CarerFindingQuerySet(OfPersonQuerySet["CarerFinding"]):
    def visible_to(self, user: User) -> Self:
        """Only those who may decide on a carer read why somebody is thought unfit."""
        return super().visible_to(user) if user.has_perm(PERSON_DECIDE) else self.none()

    def open(self) -> Self:
        return self.filter(decisions=None)

    def excluding(self) -> Self:
        """Decided last: this person may not be entrusted with a child."""
        last = CarerDecision.objects.filter(finding=OuterRef("pk")).order_by("-pk")
        return self.alias(last=Subquery(last.values("outcome")[:1])).filter(last="excluded")


class CarerFinding(Outward):
    """Evidence that somebody may not be entrusted with a child; held until a person decides."""

    GROUNDS = [  # 未保法 art. 22
        ("violence", _("sexual assault, abuse, abandonment, trafficking or violent harm")),
        ("addiction", _("drugs, heavy drinking, gambling or other bad habits")),
        ("neglect", _("refused or long neglected the duty of guardianship or care")),
        ("other", _("otherwise unfit")),
    ]

    person = models.ForeignKey(Person, models.CASCADE, related_name="carer_findings")  # the carer
    ground = models.CharField(max_length=10, choices=GROUNDS)
    sealed_evidence = models.BinaryField()
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(auto_now_add=True)

    objects = CarerFindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding about a carer")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.get_ground_display()

    @classmethod
    @transaction.atomic
    def raise_(cls, carer: Person, ground: str, evidence: str, *, by: User) -> CarerFinding:
        """Name the evidence. Nobody entrusts this carer with a child until a person has decided.

        It leaves no row in the carer's history, which more people read than may know of it.
        """
        if not evidence.strip():
            raise RuleBroken("finding.no_evidence", _("Name the evidence."))
        finding = cls.objects.create(
            person=carer,
            ground=ground,
            sealed_evidence=carer.sealer.seal(evidence.strip(), "finding.evidence"),
            raised_by=by,
        )
        record("people.finding.raise", by=by, subject=finding, path=carer.path)
        return finding

    @transaction.atomic
    def decide(self, outcome: str, reason: str, *, seen: int, by: User) -> CarerDecision:
        """A person decides, with a reason, or decides anew; earlier decisions stay.

        `seen`: how many of them were read. Raises RuleBroken.
        """
        from guanai.people.ledger.drawing import draw_lines

        if outcome not in dict(CarerDecision.OUTCOMES):
            raise RuleBroken("finding.outcome", _("Decide: excluded, or may care."))
        if not reason.strip():
            raise RuleBroken("finding.no_reason", _("Say why, for whoever reads it later."))
        held = CarerFinding.objects.select_for_update().get(pk=self.pk)
        if held.decisions.count() != seen:
            meanwhile = _("Somebody decided meanwhile. Read that decision, then decide again.")
            raise RuleBroken("finding.decided", meanwhile)
        sealed = self.person.sealer.seal(reason.strip(), "finding.reason")
        decision = CarerDecision.objects.create(
            finding=held, outcome=outcome, sealed_reason=sealed, by=by
        )
        record("people.finding.decide", by=by, subject=self, path=self.person.path)
        draw_lines([self.person_id])
        return decision

    def evidence(self) -> str:
        return self.person.sealer.open(self.sealed_evidence, "finding.evidence")


class CarerDecisionQuerySet(ScopedQuerySet["CarerDecision"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(finding__in=CarerFinding.objects.visible_to(user).values("pk"))


class CarerDecision(models.Model):
    """What somebody decided on a finding, and why. The last one holds."""

    OUTCOMES = [("excluded", _("excluded")), ("allowed", _("may care"))]

    finding = models.ForeignKey(CarerFinding, models.CASCADE, related_name="decisions")
    outcome = models.CharField(max_length=10, choices=OUTCOMES)
    sealed_reason = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = CarerDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision on a carer")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.get_outcome_display()

    def reason(self) -> str:
        return self.finding.person.sealer.open(self.sealed_reason, "finding.reason")
