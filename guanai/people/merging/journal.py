"""What a merge did to rows, step by step, so that its undo can turn every step round.

A step is one of
- `moved`: a column of rows that pointed at the file that goes points at the one that stays;
- `changed`: columns of one row, before and after;
- `gone`: a row that was taken out, whole;
- `made`: a question that came up by it.
Values are plain JSON; what is sealed stays sealed as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from guanai.core.broken import RuleBroken

Step = dict[str, Any]
PLAIN = (int, str, bool, float, dict, list, type(None))


def packed(row: models.Model, names: Iterable[str] | None = None) -> dict[str, Any]:
    """The columns of a row (those of these names) as plain values."""
    fields = row._meta.concrete_fields
    wanted = {field.attname for field in fields} if names is None else set(names)
    return {f.attname: _plain(getattr(row, f.attname)) for f in fields if f.attname in wanted}


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    return value if isinstance(value, PLAIN) else str(value)


def opened(model: type[models.Model], values: dict[str, Any]) -> dict[str, Any]:
    """What `packed` gave, as values of the columns."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return {name: _column(fields[name], value) for name, value in values.items()}


def _column(field: Any, value: Any) -> Any:
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.BinaryField):
        return bytes.fromhex(value)
    return field.to_python(value)


class Journal:
    """Does the steps of a merge and notes them."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def _note(self, what: str, model: type[models.Model], **told: Any) -> None:
        self.steps.append({"what": what, "model": model._meta.label, **told})

    def move(self, link: Any, here: int, there: int) -> None:
        """All rows whose `link` points at `here`. Raises RuleBroken if they cannot stand there."""
        rows = link.model._meta.base_manager.filter(**{link.attname: here})
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        if not keys:
            return
        self._note("moved", link.model, column=link.attname, keys=keys, here=here, there=there)
        try:
            with transaction.atomic():
                rows.update(**{link.attname: there})
        except IntegrityError as error:
            both = _("Both files have an entry of which one can stand (%s). End one of them first.")
            named = link.model._meta.verbose_name
            raise RuleBroken("merge.both", both % named) from error

    def change(self, row: models.Model, **columns: Any) -> None:
        before = packed(row, columns)
        for name, value in columns.items():
            setattr(row, name, value)
        type(row)._meta.base_manager.filter(pk=row.pk).update(**columns)
        self.note_change(row, before)

    def note_change(self, row: models.Model, before: dict[str, Any]) -> None:
        """Of columns that were written already."""
        after = packed(row, before)
        before = {name: value for name, value in before.items() if value != after[name]}
        if before:
            after = {name: after[name] for name in before}
            self._note("changed", type(row), key=row.pk, before=before, after=after)

    def made(self, row: models.Model) -> None:
        self._note("made", type(row), key=row.pk)

    def take_out(self, row: models.Model) -> None:
        """What points at it lets go of it, too. Raises RuleBroken if something cannot."""
        rows = type(row)._meta.base_manager.filter(pk=row.pk)
        links: Any = row._meta.get_fields(include_hidden=True)
        for link in (one for one in links if one.auto_created and not one.concrete):
            name = link.field.attname
            for child in link.related_model._meta.base_manager.filter(**{name: row.pk}):
                if not link.field.null:
                    needed = _("Something rests on an entry of which only one can stand (%s).")
                    raise RuleBroken("merge.needed", needed % child._meta.verbose_name)
                self.change(child, **{name: None})
        self._note("gone", type(row), row=packed(rows.get()))
        rows.delete()


def _standing(model: type[models.Model], values: dict[str, Any]) -> dict[str, Any]:
    """Without pointers to rows that are not there any more. Raises RuleBroken if one must stand."""
    for field in model._meta.concrete_fields:
        key = values.get(field.attname)
        target: Any = field.related_model
        if target and key and not target._meta.base_manager.filter(pk=key).exists():
            if not field.null:
                loose = _("Something that a file pointed at is not there any more (%s).")
                raise RuleBroken("merge.loose", loose % target._meta.verbose_name)
            values = values | {field.attname: None}
    return opened(model, values)


def turn_round(steps: list[Step]) -> list[Any]:
    """Undo these steps, the last first; the rows that came back. What was changed since stays.

    Raises RuleBroken if a row cannot come back.
    """
    back: list[Any] = []
    for step in reversed(steps):
        model: Any = apps.get_model(step["model"])
        if step["what"] == "moved":
            rows = model._meta.base_manager.filter(
                pk__in=step["keys"], **{step["column"]: step["there"]}
            )
            rows.update(**{step["column"]: step["here"]})
        elif step["what"] == "changed":
            row = model._meta.base_manager.filter(pk=step["key"]).first()
            now = packed(row, step["after"]) if row else {}
            same = {name: old for name, old in step["before"].items() if name in now}
            same = {name: old for name, old in same.items() if now[name] == step["after"][name]}
            model._meta.base_manager.filter(pk=step["key"]).update(**_standing(model, same))
        elif step["what"] == "made":
            model._meta.base_manager.filter(pk=step["key"], outcome="").delete()
        else:
            row = model(**_standing(model, step["row"]))
            row.save_base(raw=True, force_insert=True)
            back.append(row)
    return back
