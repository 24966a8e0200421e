"""Kinds of difficulty of a child, in the words of the law; confidential, and forgotten after a year
(plan 14; design: no label such as “problem child”)."""

from __future__ import annotations

import datetime as dt

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.people.conflicts import Values
from guanai.people.models.facts import DatedFact, DatedQuerySet
from guanai.people.models.history import Change
from guanai.people.models.person import Person

LONGEST = 366  # days for which it may stand without being found again


class Difficulty(DatedFact):
    """Shown to those alone who keep the file; on no list, print, card or export, in no figure."""

    KINDS = [
        ("mind", _("psychological difficulty")),
        ("school", _("weary of school, may drop out")),
        ("conduct", _("bad conduct (law on preventing juvenile crime art. 28)")),
        ("grave", _("gravely bad conduct (the same law, art. 38)")),
        ("accident", _("hurt in an accident")),
        ("harm", _("unlawfully harmed")),
    ]
    KIND = "difficulty"
    FACTS = ("kind", "since", "until", "text")
    SEALED = {"text": "difficulty.text"}
    ALONE = ("kind",)

    kind = models.CharField(max_length=8, choices=KINDS)
    sealed_text = models.BinaryField()

    objects = DatedQuerySet.as_manager()

    class Meta(DatedFact.Meta):
        verbose_name = _("difficulty")

    def verify(self) -> None:
        super().verify()
        self.since = self.since or timezone.localdate()
        latest = self.since + dt.timedelta(days=LONGEST)
        if self.until and self.until > latest:
            raise RuleBroken(
                "difficulty.too_long",
                _("This is forgotten after a year at most; enter it anew if it is still so."),
            )
        self.until = self.until or latest


def forget_over() -> None:
    """What has run out goes, out of the history too; that something stood there stays known."""
    over = Difficulty.objects.filter(until__lt=timezone.localdate()).order_by("pk")
    for key in set(over.values_list("person", flat=True)):
        with transaction.atomic():
            person = Person.objects.get(pk=key).hold()
            for change in Change.objects.filter(person=person):
                if any(fact.startswith(Difficulty.KIND) for fact in change.facts):
                    change.person = person
                    change.rewrite(_emptied)
            over.filter(person=person).delete()
            record("people.difficulty.forget", by=None, subject=person)


def _emptied(values: Values) -> Values:
    return {
        name: [None, None] if name.startswith(Difficulty.KIND) else value
        for name, value in values.items()
    }
