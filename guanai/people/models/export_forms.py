"""Forms of exports as an office wants them: which column has which title."""

from __future__ import annotations

from typing import Self

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models import User
from guanai.organisations.rules import FORMS_CHANGE, PERSON_EXPORT
from guanai.people.models.person import GROUPS


class ExportFormQuerySet(ScopedQuerySet["ExportForm"]):
    def visible_to(self, user: User) -> Self:
        """Whoever exports uses the county's forms."""
        allowed = user.has_perm(PERSON_EXPORT) or user.has_perm(FORMS_CHANGE)
        return self if allowed else self.none()


class ExportForm(Outward):
    """Columns are [title, field of the catalogue, band above it]; holds nothing personal."""

    group = models.CharField(max_length=10, choices=GROUPS)
    code = models.CharField(max_length=20)  # that of one brought along takes its place
    name = models.CharField(max_length=40)
    columns = models.JSONField(default=list)

    objects = ExportFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("export form")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["group", "code"], name="form_named_once")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    @transaction.atomic
    def keep(
        cls, group: str, code: str, name: str, columns: list[list[str]], *, by: User
    ) -> ExportForm:
        """Write the form anew. Raises RuleBroken if it would be empty."""
        if not columns:
            raise RuleBroken("form.empty", _("A form needs at least one column."))
        form, _new = cls.objects.update_or_create(
            group=group, code=code, defaults={"name": name, "columns": columns}
        )
        record("people.exportform.keep", by=by, subject=form, columns=len(columns))
        return form

    @transaction.atomic
    def drop(self, *, by: User) -> None:
        """The form brought along holds again, if there was one."""
        record("people.exportform.drop", by=by, subject=self)
        self.delete()
