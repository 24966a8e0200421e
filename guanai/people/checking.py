"""Does a home hold together? Every check yields what is wrong, by file number, never by name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connections, models
from django.db.models import Exists, F, Max, OuterRef, Q
from django.utils.translation import gettext as _

from guanai.audit import proving
from guanai.audit.models import Entry, Reading
from guanai.core.chunks import chunks
from guanai.core.crypto import Unreadable
from guanai.organisations.models import Body, Organisation, User
from guanai.organisations.rules import CHILDREN
from guanai.people import erasing, names
from guanai.people.alarms import nobody_cares
from guanai.people.file import File
from guanai.people.ledger.drawing import lines_of
from guanai.people.models import (
    Change,
    Contact,
    Household,
    Identity,
    LedgerLine,
    Person,
    Registration,
    SearchToken,
)
from guanai.people.responsible import Cadres
from guanai.people.rows import tails

CHUNK = 2000
OPENED = 300  # files at a time
# Acts on a file that change nothing in it.
SEEN = [f"people.look.{act}" for act in ("state", "emergency", "review")]
SEEN += [f"people.person.{act}" for act in ("print", "merged", "apart")]
Check = Callable[[], Iterator[str]]


def foreign_keys() -> Iterator[str]:
    """Rows that point at nothing; PostgreSQL enforces most itself, this asks for the rest too."""
    for alias in settings.DATABASES:
        try:
            connections[alias].check_constraints()
        except IntegrityError as error:
            yield _("a row points at nothing: %s") % error
    known = set(User.objects.values_list("pk", flat=True))
    for model in (Entry, Reading):  # the file of a look may have gone, with an import taken back
        rows: models.QuerySet[Any] = model._meta.base_manager.exclude(user_id__isnull=True)
        for key in sorted(set(rows.values_list("user_id", flat=True).distinct()) - known):
            yield _("%(model)s points at %(target)s %(key)d, which is not there") % {
                "model": model._meta.verbose_name, "target": User._meta.verbose_name, "key": key
            }  # fmt: skip


def paths() -> Iterator[str]:
    """Every scoped row carries the path of its place or person."""
    for model in (Person, Household, Organisation, Body):
        rows: models.QuerySet[Any] = model._meta.base_manager.exclude(path=F("place__path"))
        for row in rows:
            yield _("%(row)s: the path is not that of its place") % {"row": _label(row)}
    scoped: list[models.QuerySet[Any]] = [
        Registration.objects.current(),
        SearchToken.objects.all(),
    ]
    for of_person in scoped:
        strays = of_person.exclude(path=F("person__path"))
        for number in strays.values_list("person__file_number", flat=True).distinct():
            yield _("%(number)s: %(what)s stands under another place") % {
                "number": number, "what": of_person.model._meta.verbose_name
            }  # fmt: skip


def _label(row: Any) -> str:
    return getattr(row, "file_number", None) or f"{row._meta.verbose_name} {row.uid}"


def blind_indexes() -> Iterator[str]:
    """Sealed numbers open with their person's key, and their indexes are those of the number."""
    for kind, rows in (("id", Identity.objects.all()), ("phone", Contact.objects.all())):
        for row in rows.select_related("person").iterator(CHUNK):
            yield from _number(kind, row)


def _number(kind: str, row: Any) -> Iterator[str]:
    try:
        number = row.number() if kind == "id" else row.value()
    except Unreadable:
        yield _("%s: a sealed number does not open") % row.person.file_number
        return
    held = [row.exact, row.tail4, *([row.tail6] if kind == "id" else [])]
    if held != list(tails(kind, number)):
        yield _("%s: a number is not found by its index") % row.person.file_number


def search_tokens() -> Iterator[str]:
    """Everybody is found by every part of the name."""
    held: dict[int, set[str]] = defaultdict(set)
    for person, token in SearchToken.objects.values_list("person", "token").iterator(CHUNK):
        held[person].add(token)
    rows = Person.objects.values_list("pk", "file_number", "name", "pinyin")
    for key, number, name, pinyin in rows.iterator(CHUNK):
        if held.pop(key, set()) != set(names.tokens(name)) or pinyin != names.pinyin(name):
            yield _("%s: is not found by the name") % number


def history() -> Iterator[str]:
    """Every file has its history to its version, each row opens and has its audit entry."""
    living = Person.objects.filter(erased_at=None)
    latest = living.annotate(told=Max("changes__version")).exclude(told=F("version"))
    for number in latest.values_list("file_number", flat=True):
        yield _("%s: the history does not reach the file's version") % number
    for number in Change.objects.filter(entry=None).values_list("person__file_number", flat=True):
        yield _("%s: a change has no audit entry") % number
    silent = Entry.objects.filter(subject=Person._meta.label, action__startswith="people.").exclude(
        Q(refused=True) | Q(action__in=SEEN) | Exists(Change.objects.filter(entry=OuterRef("pk")))
    )
    destroyed = Person.objects.exclude(erased_at=None).values_list("uid", flat=True)
    gone = {uid.bytes for uid in destroyed}
    for action, uid in silent.values_list("action", "subject_uid"):
        if bytes(uid or b"") in gone:
            continue
        yield _("an audit entry (%s) has no change in a file") % action
    for change in Change.objects.select_related("person").iterator(CHUNK):
        try:
            change.values()
        except Unreadable:
            yield _("%s: a row of the history does not open") % change.person.file_number


def completeness(every: int = 1) -> Iterator[str]:
    """The four-haves bits are those that the file gives today; `every` tenth, hundredth … file."""
    children = Registration.objects.current().filter(group__in=sorted(CHILDREN)).values("person")
    people = Person.objects.filter(pk__in=children).select_related("place", "household")
    keys, cadres = list(people.order_by("pk").values_list("pk", flat=True))[::every], Cadres()
    for chunk in chunks(keys, OPENED):
        for file in File.open_all(list(people.filter(pk__in=chunk))):
            file.cadre = cadres.of(file.person.path)
            if int(file.completeness.bits) != file.person.completeness:
                yield _("%s: completeness is out of date") % file.person.file_number


def ledger_lines() -> Iterator[str]:
    """The ledgers' lines are those that drawing them anew gives; nothing is changed here."""
    shown = [field.attname for field in LedgerLine._meta.concrete_fields if not field.primary_key]
    numbers = dict(Person.objects.values_list("pk", "file_number"))
    for chunk in chunks(sorted(numbers), CHUNK):
        held = LedgerLine.objects.filter(person__in=chunk).values("person_id", "group", *shown)
        found = Counter((row["person_id"], repr([row[name] for name in shown])) for row in held)
        drawn = Counter(
            (line.person_id, repr([getattr(line, name) for name in shown]))
            for line in lines_of(chunk)
        )
        for person in sorted({key for key, _said in (found - drawn) | (drawn - found)}):
            yield _("%s: the line of a ledger is out of date") % numbers[person]


def care() -> Iterator[str]:
    """No child with nobody who cares is passed over."""
    keys = list(Person.objects.filter(cared_for=True, died=None).values_list("pk", flat=True))
    for chunk in chunks(keys, CHUNK):
        for number in nobody_cares(chunk).values_list("file_number", flat=True):
            yield _("%s: nobody cares, and the list does not say so") % number


def imports() -> Iterator[str]:
    """No rows are left of imports that were never published."""
    left = Person.objects.filter(batch__live=False, batch__state__in=["failed", "cancelled"])
    for number in left.values_list("file_number", flat=True):
        yield _("%s: was left by an import that did not come to its end") % number


def destroyed() -> Iterator[str]:
    """No file is back that was destroyed, by whatever way its rows came."""
    for some in chunks(erasing.destroyed(), CHUNK // 4):
        back = Person.objects.filter(uid__in=some, erased_at=None)
        for number in back.values_list("file_number", flat=True):
            yield _("%s: was destroyed and is back; `guanai restore` destroys it again") % number


CHECKS: dict[str, Check] = {
    check.__name__: check
    for check in (
        foreign_keys,
        paths,
        blind_indexes,
        search_tokens,
        history,
        completeness,
        ledger_lines,
        care,
        imports,
        destroyed,
        proving.chain,
        proving.clock,
    )
}
