"""What the county answers for in writing: rulings on purposes and periods, notices, assessment."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.core.models import Outward, ScopedQuerySet
from guanai.organisations.models import User
from guanai.organisations.rules import PERSON_VIEW
from guanai.privacy.catalogue import known, purposes, terms

OPEN_POINT = re.compile("【[^】]*】")
PURPOSES, PERIODS = "〔处理目的表〕", "〔保存期限表〕"  # lines in whose place a table stands


class RulingQuerySet(ScopedQuerySet["Ruling"]):
    def visible_to(self, user: User) -> Self:
        """Open to all who see files."""
        return self if user.has_perm(PERSON_VIEW) else self.none()

    def of(self, kind: str) -> Self:
        return self.filter(code__startswith=f"{kind}.")


class Ruling(Outward):
    """The county's word on “purpose.photo” or “period.file”; the last one holds, all stay."""

    code = models.CharField(max_length=60, db_index=True)
    said = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = RulingQuerySet.as_manager()

    class Meta:
        verbose_name = _("ruling of the county")

    def __str__(self) -> str:
        return self.code

    @classmethod
    @transaction.atomic
    def settle(cls, kind: str, code: str, said: dict[str, Any], *, by: User) -> Ruling:
        """`kind`: purpose (said: basis, article, ask) or period (number, source). RuleBroken."""
        known(kind, code)
        ruling = cls.objects.create(code=f"{kind}.{code}", said=said, by=by)
        told = {key: value for key, value in said.items() if key not in {"article", "source"}}
        record(f"privacy.{kind}.settle", by=by, subject=ruling, code=code, **told)
        return ruling


class PaperQuerySet(ScopedQuerySet["Paper"]):
    def visible_to(self, user: User) -> Self:
        """What is published is for all; drafts and the assessment for those who see files."""
        return self if user.has_perm(PERSON_VIEW) else self.published()

    def published(self) -> Self:
        return self.exclude(published_at=None).exclude(kind="assessment")

    def last_of(self, kind: str) -> Paper | None:
        return self.filter(kind=kind).order_by("-version").first()


class Paper(Outward):
    """A version of a paper. The text is plain: lines that begin with 一、 or （一） are headings,
    【…】 is a point still open. Published, it is never changed again; the next is a new version."""

    KINDS = [
        ("notice", _("privacy notice")),
        ("children", _("rules for children's data")),
        ("assessment", _("impact assessment")),
    ]

    kind = models.CharField(max_length=12, choices=KINDS)
    version = models.IntegerField(default=1)
    text = models.TextField()
    tables = models.JSONField(default=dict)  # as they stood when it was published
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper on data protection")
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="one_paper_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version}"

    @classmethod
    def draft(cls, kind: str) -> Self:
        """The draft, else the beginning of one: what was published last, or what is shipped."""
        last: Any = cls.objects.last_of(kind)
        if last and last.published_at is None:
            return last  # type: ignore[no-any-return]
        if last:
            return cls(kind=kind, version=last.version + 1, text=last.text)
        return cls(
            kind=kind, text=(files("guanai.privacy") / f"texts/{kind}.txt").read_text("utf-8")
        )

    @property
    def open_points(self) -> list[str]:
        return OPEN_POINT.findall(self.text)

    @property
    def seen(self) -> str:
        """What an editor saw; another one after every save."""
        return f"{self.version} {self.saved_at.timestamp() if self.pk else ''}".strip()

    @transaction.atomic
    def keep(self, text: str, *, seen: str, by: User) -> Self:
        """Save the draft. `seen`: as it was when the editor opened it. Raises RuleBroken."""
        if seen != Paper.draft(self.kind).seen or self.published_at:
            raise RuleBroken("paper.version", _("Somebody saved it meanwhile. Open it again."))
        self.text, self.saved_by = text.replace("\r\n", "\n"), by
        self.save()
        record("privacy.paper.keep", by=by, subject=self, kind=self.kind, version=self.version)
        return self

    @transaction.atomic
    def publish(self, *, by: User) -> None:
        """From now on it is what people read. Raises RuleBroken while a point is open."""
        if self.open_points:
            raise RuleBroken("paper.open", _("Fill in or take out every point in 【】 first."))
        self.tables, self.published_at = self.current_tables(), timezone.now()
        self.save()
        record("privacy.paper.publish", by=by, subject=self, kind=self.kind, version=self.version)

    def current_tables(self) -> dict[str, list[list[str]]]:
        """By the line in whose place it stands: a head and rows."""
        if self.tables:
            return self.tables  # type: ignore[no-any-return]
        used = [one for one in purposes().values() if one.basis != "none"]
        spans = terms().values()
        rows = [[str(one), one.about, one.basis_title, one.article] for one in used]
        return {
            PURPOSES: [["处理目的", "说明", "处理依据", "条款"], *rows],
            PERIODS: [["事项", "期限", "依据"]]
            + [[str(one.period.title), str(one), one.source] for one in spans],
        }
