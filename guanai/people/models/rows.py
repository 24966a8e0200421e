"""The rows of a file: what each states in plain values, and the verbs that change it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.core.broken import RuleBroken
from guanai.core.crypto import Sealer
from guanai.core.dates import PartialDate, Precision
from guanai.core.models import Outward
from guanai.organisations.models import User
from guanai.people.conflicts import Values, key_of

if TYPE_CHECKING:
    from guanai.people.models.history import Change


def plain(value: Any) -> Any:
    """A value as history keeps it: JSON, references with key and label, nothing empty but None."""
    if isinstance(value, models.Model):
        return {"key": value.pk, "label": str(value)}
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, PartialDate):
        return str(value)
    return None if value in ("", []) else value


class Factual(models.Model):
    """Something that states facts by name, partly sealed, partly dates of limited precision."""

    FACTS: ClassVar[tuple[str, ...]] = ()
    SEALED: ClassVar[Mapping[str, str]] = {}  # fact → the field that its cipher text is bound to
    PARTIAL: ClassVar[Mapping[str, str]] = {}  # fact → column of its precision

    class Meta:
        abstract = True

    @property
    def sealer(self) -> Sealer:
        raise NotImplementedError

    def fact(self, name: str) -> Any:
        if name in self.SEALED:
            sealed = getattr(self, f"sealed_{name}")
            return None if sealed is None else self.sealer.open(sealed, self.SEALED[name])
        value = getattr(self, name)
        if name in self.PARTIAL and value is not None:
            value = PartialDate(value, Precision(getattr(self, self.PARTIAL[name])))
        return plain(value)

    def facts(self) -> dict[str, Any]:
        """Every fact in plain values."""
        return {name: self.fact(name) for name in self.FACTS}

    def fill(self, values: Mapping[str, Any]) -> None:
        """Set facts from plain values or Python ones. Raises RuleBroken for an unknown name."""
        for name, value in values.items():
            if name not in self.FACTS:
                raise RuleBroken("fact.unknown", _("There is no fact “%s”.") % name)
            self._set(name, value)

    def _set(self, name: str, value: Any) -> None:
        if name in self.SEALED:
            sealed = self.sealer.seal(value, self.SEALED[name]) if value else None
            setattr(self, f"sealed_{name}", sealed)
        elif name in self.PARTIAL:
            known = PartialDate.parse(value) if isinstance(value, str) and value else value or None
            setattr(self, name, known.date if known else None)
            setattr(self, self.PARTIAL[name], known.precision if known else Precision.DAY)
        else:
            field: Any = self._meta.get_field(name)
            if field.is_relation:
                key = value.get("key") if isinstance(value, dict) else getattr(value, "pk", value)
                setattr(self, field.attname, key)
            elif value is None and not field.null:
                setattr(self, name, field.get_default())
            else:
                setattr(self, name, field.to_python(value))


class FileRow(Factual, Outward):
    """A row of somebody's file. KIND names it in history, forms and addresses."""

    KIND: ClassVar[str] = ""
    # Of rows that agree in these facts one stands at a time: a new one ends the one before. None:
    # any number may stand.
    ALONE: ClassVar[tuple[str, ...] | None] = None
    CONFIRMED: ClassVar[bool] = False  # by the township, where the county wants it; WaitingChange
    if TYPE_CHECKING:
        person: Any
        objects: Any

    class Meta:
        abstract = True

    @property
    def sealer(self) -> Sealer:
        sealer: Sealer = self.person.sealer
        return sealer

    def verify(self) -> None:
        """Rules of this kind. Raises RuleBroken."""

    @transaction.atomic
    def correct(
        self, facts: Mapping[str, Any], *, base_version: int, by: User, why: str = ""
    ) -> Change | None:
        """Mend what was written wrongly. Raises Conflict, RuleBroken; None: nothing differs."""
        person = self.person.hold()
        self._renew()
        mine = {key_of(self.KIND, self.uid, name): plain(value) for name, value in facts.items()}
        current = {key_of(self.KIND, self.uid, name): self.fact(name) for name in facts}
        wanted = person.settle(mine, current, base_version)
        if not wanted:
            return None
        keys = {name: self._key(name) for name in facts if self._key(name) in wanted}
        self.fill({name: facts[name] for name in keys})
        self.verify()
        told = {name: [current[key], wanted[key]] for name, key in keys.items()}
        if self._waits("correct", told, by=by, why=why):
            return None
        self.save()
        values = {key: [current[key], value] for key, value in wanted.items()}
        change: Change = person.tell(values, f"{self.KIND}.correct", by=by, why=why)
        return change

    @transaction.atomic
    def close(self, on: dt.date, *, base_version: int, by: User, why: str = "") -> Change | None:
        """End it with that day; it stays in the file."""
        if "until" not in self.FACTS:
            raise RuleBroken("row.undated", _("This entry has no end."))
        return self.correct({"until": on}, base_version=base_version, by=by, why=why)

    @transaction.atomic
    def withdraw(self, *, base_version: int, by: User, why: str = "") -> Change | None:
        """Take out what never was so; the history keeps it. Raises Conflict, RuleBroken; None: it
        waits for the township."""
        person = self.person.hold()
        self._renew()
        person.refuse_later(base_version, self.uid.hex)
        values = {key_of(self.KIND, self.uid): [self.facts(), None]}
        told = {name: [value, None] for name, value in self.facts().items()}
        if self._waits("withdraw", told, by=by, why=why):
            return None
        self.delete()
        change: Change = person.tell(values, f"{self.KIND}.withdraw", by=by, why=why)
        return change

    def end_before(self) -> Values:
        """End the rows of this kind that this new one follows, the day before it begins.

        Raises RuleBroken if a later one stands already.
        """
        new: Any = self
        if self.ALONE is None or new.until is not None:
            return {}
        same = {name: getattr(new, name) for name in self.ALONE}
        last = (new.since or timezone.localdate()) - dt.timedelta(days=1)
        values: Values = {}
        for old in type(self).objects.filter(person=new.person, until=None, **same):
            began = getattr(old, "since", None)
            if began and new.since and began > new.since:
                later = _("A later entry stands already. Give this one its last day.")
                raise RuleBroken("fact.later_stands", later)
            end = max(last, began) if began else last
            type(self).objects.filter(pk=old.pk).update(until=end)
            values[key_of(self.KIND, old.uid, "until")] = [None, end.isoformat()]
        return values

    def _waits(self, verb: str, values: Values, *, by: User, why: str) -> bool:
        from guanai.people.models.waiting import row_waits

        return row_waits(self, verb, values, by=by, why=why)

    def _key(self, name: str) -> str:
        return key_of(self.KIND, self.uid, name)

    def _renew(self) -> None:
        try:
            self.refresh_from_db()
        except type(self).DoesNotExist as error:
            gone = _("Somebody took this entry out meanwhile. Open the file again.")
            raise RuleBroken("row.gone", gone) from error
