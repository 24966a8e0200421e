"""A new generation of the county's key, brought in while people work (docs/decisions/0014).

The new generation stands before the old one in the keyring; every process notices, seals by the new
one, opens by both, and asks for blind indexes of both. Then all registered columns
(core.registries.sealed) are brought under the new one in short chunks, and looked through again
when whoever worked with the old one alone must have ended. Then the old generation goes. Killed at
any moment, the next `rotate` goes on; nothing has to be remembered but the keyring.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from getpass import getuser
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.audit.models import Entry, record
from guanai.core import keyring
from guanai.core.crypto import UNSEEN, Unreadable, replace_keys, vault
from guanai.core.pace import breathe
from guanai.core.registries import Sealed, sealed

AT_ONCE = 200  # rows
PATIENCE = 60  # seconds after which no request still works with the old generation alone

Tell = Callable[[int, int], object]  # rows done, rows in all


@contextmanager
def one_generation() -> Iterator[None]:
    """The key is not rotated meanwhile; a rotation that was killed is ended first."""
    while True:
        if vault().keyring.turning:
            rotate()
        with keyring.held(settings.HOME):
            if not vault().keyring.turning:
                yield
                return


def rotate(
    tell: Tell = lambda done, total: None, *, wait: float = PATIENCE, begin: bool = False
) -> int:
    """End a rotation that was begun, or begin and end one; how many values stay unreadable.

    Waits while an import works. `wait`: seconds that a request may take.
    """
    if not begin and not vault().keyring.turning:
        return 0
    with keyring.held(settings.HOME, alone=True):
        if not vault().keyring.turning:
            if not begin:
                return 0
            _keep(vault().keyring.with_next(), "core.keys.rotate")
        time.sleep(2 * UNSEEN)
        old_until = time.monotonic() + max(0.0, wait - _age())
        renewed, unreadable, quiet = 1, 0, False
        while renewed or not quiet:  # once more over everything, when nobody works with the old
            quiet = time.monotonic() >= old_until
            renewed, unreadable = _sweep(tell)
            time.sleep(max(0.0, old_until - time.monotonic()))
        _keep(vault().keyring.newest_alone(), "core.keys.rotated", unreadable=unreadable)
    return unreadable


def _age() -> float:
    """Seconds since the newest generation was made; none if the clock was set back since."""
    made = dt.datetime.fromisoformat(vault().keyring.newest.made_at)
    return max(0.0, (timezone.now() - made).total_seconds())


def _keep(ring: keyring.Keyring, action: str, **facts: Any) -> None:
    with transaction.atomic():
        note(action, ring.newest, **facts)
        replace_keys(ring)


def note(action: str, key: keyring.Generation, **facts: Any) -> None:
    """An audit entry on the key, with the operating system's account in place of a user's."""
    facts |= {"generation": key.number, "key": key.mark, "account": getuser()}
    record(action, by=None, **facts)


def renewable() -> list[Sealed]:
    return [column for column in sealed.all() if column.renew is not None]


def _rows(column: Sealed) -> Any:
    """Those that may rest on the older generation, with what `renew` reads."""
    rows: Any = apps.get_model(column.model)._meta.base_manager.filter(column.stale())
    if any(name.startswith("person__") for name in column.reads):
        rows = rows.select_related("person")
    return rows.only(*column.fields, *column.reads).order_by("pk")


def waiting() -> int:
    """How many rows may still rest on the older generation."""
    return sum(_rows(column).count() for column in renewable())


def _sweep(tell: Tell) -> tuple[int, int]:
    """Once over all rows: how many were renewed, how many no generation opens.

    A chunk is locked only if something of it is to be renewed, so that others go on saving.
    """
    renewed = unreadable = seen = 0
    total = waiting()
    for column in renewable():
        rows = list(_rows(column)[:AT_ONCE])
        while rows:
            new = [_renewed(column, row) for row in rows]
            unreadable += new.count(None)
            keys = [row.pk for row, changed in zip(rows, new, strict=True) if changed]
            if keys:
                renewed += _write(column, keys)
                breathe()
            seen += len(rows)
            tell(seen, total)
            rows = list(_rows(column).filter(pk__gt=rows[-1].pk)[:AT_ONCE])
    return renewed, unreadable


def _renewed(column: Sealed, row: Any) -> bool | None:
    """Whether the row was brought under the newest generation; None if none opens it."""
    try:
        return bool(column.renew and column.renew(row))
    except Unreadable:
        return None


@transaction.atomic
def _write(column: Sealed, keys: list[Any]) -> int:
    """Renew these rows as they stand now."""
    rows = _rows(column).filter(pk__in=keys).select_for_update(of=("self",), no_key=True)
    changed = [row for row in rows if _renewed(column, row)]
    meta = apps.get_model(column.model)._meta
    fields = [meta.get_field(name) for name in column.fields]
    assigned = ", ".join(f'"{field.column}" = %s' for field in fields)
    statement = f'UPDATE "{meta.db_table}" SET {assigned} WHERE id = %s'  # noqa: S608 own names
    values = [
        [*(f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields), row.pk]
        for row in changed
    ]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, values)
    except IntegrityError:
        return sum(_write_alone(statement, row) for row in values)
    return len(changed)


def _write_alone(statement: str, values: list[Any]) -> bool:
    """False for a row that came to say the same as another while two generations were in use (one
    number in two files): it stays as it is, and `guanai check` names it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except IntegrityError:
        return False
    return True


def on_paper(mark: str) -> str:
    """The day (ISO) on which the sheet of this key was printed last; empty if never."""
    printed = Entry.objects.filter(action="core.keys.sheet", facts__key=mark).last()
    return timezone.localtime(printed.at).date().isoformat() if printed else ""


def told() -> list[str]:
    """How the county's key stands, in words."""
    ring = vault().keyring
    known = {"number": ring.newest.number, "mark": ring.newest.mark}
    lines = [_("The county key is of generation %(number)d, mark %(mark)s.") % known]
    printed = on_paper(ring.newest.mark)
    if ring.turning:
        left = _("A rotation is not finished (%d values): guanai keys rotate")
        lines.append(left % waiting())
    if printed:
        lines.append(_("Its recovery sheet was printed on %s.") % printed)
    else:
        lines.append(_("It is on no paper yet: guanai keys sheet FILE.pdf"))
    return lines
