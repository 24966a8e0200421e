"""The history of many files at once: each file gets its row, what follows is done together."""

from __future__ import annotations

from collections.abc import Iterable

from guanai.organisations.models import User
from guanai.people.conflicts import Values
from guanai.people.evaluating import evaluate, touches
from guanai.people.file import measure
from guanai.people.ledger.drawing import draw_lines
from guanai.people.models import Change, Person

Told = Iterable[tuple[Person, Values]]


def tell_all(told: Told, action: str, *, by: User, why: str = "") -> None:
    """As Person.tell, of files that are held; in the transaction of the act."""
    rows = list(told)
    for person, values in rows:
        person.refuse_closed(action)
        person.version += 1
        Change.write(person, values, action, by=by, why=why)
    people = [person for person, _values in rows]
    Person.objects.bulk_update(people, ["version"])
    measure(people)
    draw_lines(person.pk for person in people)
    if any(touches(values) for _person, values in rows):
        evaluate(person.pk for person in people)
