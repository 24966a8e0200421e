"""What waits for whoever keeps the files: handings over, ended statuses, checklists, deaths."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from guanai.core.areas import within
from guanai.core.conditions.timeline import NO, YES
from guanai.organisations.models import User
from guanai.organisations.rules import CHILDREN, PERSON_ADD
from guanai.people.models import (
    Advance,
    Checkup,
    LedgerLine,
    LifeRule,
    Person,
    Registration,
    Status,
    Transfer,
)
from guanai.people.models.checklists import AFTER, AGES, due_born
from guanai.people.models.person import GROUPS


def keeps(user: User) -> bool:
    """Whether the user works on files, and does not only oversee them."""
    scope = user.scope
    return bool(any(a.keeps for a in scope.areas) or scope.schools or scope.classes)


def lapsed(user: User) -> QuerySet[Registration]:
    """Who stands in a ledger though the status of its definitions ended, or one of them, and nobody
    decided since; with `ended`, the last day. Nothing follows by itself."""
    from guanai.people.defining import definitions

    named = {str(group): [] for group, _title in GROUPS}  # type: dict[str, list[str]]
    for one in definitions().values():
        if one.group in named:
            named[one.group].append(one.id)
    rows = Registration.objects.none()
    gone = Status.objects.filter(answer=NO).exclude(until=None)
    if not (user.scope.schools or user.scope.classes):
        gone = gone.filter(within([area.path for area in user.scope.areas]))
    wanted, last = Q(pk__in=[]), list[When]()
    ends = Status.objects.filter(person=OuterRef("person"), answer=NO)
    ends = ends.order_by(F("until").desc(nulls_last=True))
    for group, known in named.items():
        wanted |= Q(group=group, person__in=gone.filter(definition__in=known).values("person"))
        then = Subquery(ends.filter(definition__in=known).values("until")[:1])
        last.append(When(group=group, then=then))
    rows = Registration.objects.current().visible_to(user).filter(wanted)
    rows = rows.annotate(ended=Case(*last, output_field=DateField()))
    return rows.filter(Q(kept_on=None) | Q(kept_on__lte=F("ended")))


def statuses_of(rows: list[Registration]) -> dict[int, list[Status]]:
    """What definitions say of these people: those that ended, and those that still count."""
    found: dict[int, list[Status]] = {}
    people = [row.person_id for row in rows]
    for one in Status.objects.filter(Q(answer=YES) | ~Q(until=None), person__in=people):
        found.setdefault(one.person_id, []).append(one)
    return found


def grown(user: User, age: int, rules: dict[str, Any]) -> QuerySet[Person]:
    """Whose checklist of that age is due and not finished."""
    first, last = due_born(age, rules[str(age)][0])
    done = Checkup.objects.filter(person=OuterRef("person"), age=age).exclude(finished_at=None)
    lines = LedgerLine.objects.visible_to(user).filter(group__in=CHILDREN)
    lines = lines.filter(~Exists(done), born__gt=first, born__lte=last)
    return Person.objects.filter(pk__in=lines.values("person"))


def bereaved(user: User) -> QuerySet[LedgerLine]:
    """Children whose guardian, as the file names one, has died."""
    lines = LedgerLine.objects.visible_to(user).filter(group__in=CHILDREN)
    return lines.exclude(guardian__died=None).exclude(guardian=None)


def overdue(user: User, days: int) -> QuerySet[Transfer]:
    """Handings over that wait too long, for either side and for who oversees both."""
    since = timezone.now() - dt.timedelta(days=days)
    return Transfer.objects.visible_to(user).waiting().filter(proposed_at__lt=since)


def waiting(user: User) -> dict[str, int]:
    """For the home page, in one statement. Who only oversees is told of what waits too long."""
    rules = LifeRule.current()
    asked: dict[str, Any] = {"late": overdue(user, rules["transfer"][0])}
    if keeps(user):
        asked |= {f"grown{age}": grown(user, age, rules) for age in AGES}
        if user.has_perm(PERSON_ADD):
            asked["offered"] = Transfer.objects.offered_to(user)
            asked |= {"lapsed": lapsed(user), "bereaved": bereaved(user)}
    counts = {name: Coalesce(Subquery(_counted(rows)), 0) for name, rows in asked.items()}
    told = User.objects.filter(pk=user.pk).values(**counts).get()
    return {**told, "grown": sum(told.get(f"grown{age}", 0) for age in AGES)}


def _counted(rows: QuerySet[Any]) -> Any:
    return rows.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")


def acts(user: User) -> QuerySet[Advance]:
    return Advance.objects.visible_to(user).select_related("school")


def attached(people: list[int]) -> list[QuerySet[Any]]:
    """What a file's page brings along for the panel."""
    return [Transfer.objects.filter(person__in=people, state="waiting"),
            Checkup.objects.filter(person__in=people)]  # fmt: skip


def panel(person: Person, _reader: User) -> dict[str, Any]:
    """Whether the file is on its way, and checklists from the year before their birthday on."""
    found, age = person.attached, person.age()  # type: ignore[attr-defined]
    done = {row.age: row for row in found[Checkup]}
    shown = [
        one for one in AGES if one in done or (age is not None and one - 1 <= age < one + AFTER)
    ]
    lists = [(one, bool(one in done and done[one].finished_at)) for one in shown]
    return {"person": person, "transfers": found[Transfer], "lists": lists}
