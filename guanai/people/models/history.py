"""The file's history: every change is a row."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import Entry
from guanai.core.models import Outward
from guanai.people.models.imports import Import
from guanai.people.models.person import OfPersonQuerySet, Person


class Change(Outward):
    """What one act changed in one file. Who and when stand in the audit entry.

    `facts` names what changed (“schooling.grade”), `sealed` holds the values before and after.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="changes")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    version = models.IntegerField()  # of the file after the change
    facts = models.JSONField(default=list)
    sealed = models.BinaryField()
    why = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=12, default="page")  # page, import, command, card, demo
    batch = models.ForeignKey(Import, models.PROTECT, null=True, related_name="+", db_index=False)

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        ordering = ["-version", "-id"]

    def __str__(self) -> str:
        return f"v{self.version}"

    def values(self) -> dict[str, list[Any]]:
        """Fact → [before, after]."""
        values: dict[str, list[Any]] = json.loads(
            self.person.sealer.open(self.sealed, "change.values")
        )
        return values
