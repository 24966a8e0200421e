"""The version of a file: what others changed since its reader saw it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanai.core.broken import RuleBroken
from guanai.people.conflicts import LOOK, Conflict, Values, settle
from guanai.people.models.rows import FileRow


class Held(models.Model):
    """Asked of a file that is held (`Person.hold`) to the end of the transaction."""

    version = models.IntegerField(default=1)  # of the file; two editors never overwrite silently
    if TYPE_CHECKING:
        changes: Any

    class Meta:
        abstract = True

    def since(self, base_version: int) -> list[Values]:
        """What was changed after that version, oldest first. Raises RuleBroken."""
        if base_version > self.version:
            raise RuleBroken("file.version", _("This form is not of this file. Open it again."))
        later = self.changes.filter(version__gt=base_version).order_by("version")
        for change in later:
            change.person = self
        return [change.values() for change in later]

    def settle(
        self, mine: dict[str, Any], current: dict[str, Any], base_version: int
    ) -> dict[str, Any]:
        """What is to be written of my values; the file is held. Raises Conflict."""
        return settle(mine, current, self.since(base_version), self.version)

    def refuse_later(self, base_version: int, part: str = "") -> None:
        """Raises Conflict if somebody changed the file, or that part of it, after that version:
        an act that cannot be merged is decided on what the file says now."""
        changed = {
            key: (None, after)
            for values in self.since(base_version)
            for key, (_before, after) in values.items()
            if part in key
        }
        if changed:
            raise Conflict(changed, self.version, message=LOOK)

    def refuse_second(self, row: FileRow, base_version: int) -> None:
        """Raises Conflict if one of its kind came in meanwhile: the second editor looks first."""
        for values in self.since(base_version):
            for key, (_before, after) in values.items():
                if key.startswith(f"{row.KIND}@") and after is not None:
                    raise Conflict({row.KIND: (row.facts(), after)}, self.version)
