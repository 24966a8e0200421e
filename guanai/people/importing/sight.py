"""Whose files an import may touch, asked anew whenever it writes: posts end, children move."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from guanai.core.chunks import chunks
from guanai.organisations.models import User
from guanai.people.models import Guardianship, Identity, Kinship, Person, Registration
from guanai.people.rules import ADULT, born_by

AT_ONCE = 500


def reachable(user: User, keys: Iterable[int]) -> set[int]:
    """Of these files those that the user handles, and those of grown relatives who are in no ledger
    themselves, to whom the file of a person whom he sees is the door."""
    ours = Person.objects.handled_by(user)
    found: set[int] = set()
    for some in chunks(keys, AT_ONCE):
        seen = set(ours.filter(pk__in=some).values_list("pk", flat=True))
        found |= seen | _relatives(user, set(some) - seen)
    return found


def _relatives(user: User, keys: set[int]) -> set[int]:
    if not keys:
        return keys
    ours = Person.objects.handled_by(user).values("pk")
    kin = Kinship.objects.current().filter(person__in=ours, relative__in=keys)
    care = Guardianship.objects.current().filter(person__in=ours, guardian__in=keys)
    near = {*kin.values_list("relative", flat=True), *care.values_list("guardian", flat=True)}
    grown = Q(born=None) | Q(born__lte=born_by(timezone.localdate(), ADULT))
    standing = Registration.objects.current().values("person")
    people = Person.objects.published().filter(grown, pk__in=near).exclude(pk__in=standing)
    return set(people.values_list("pk", flat=True))


def numbers_near(user: User) -> set[int]:
    """Blind indexes of the ID numbers of the grown relatives of those whom the user sees."""
    ours = Person.objects.handled_by(user).values("pk")
    kin = Kinship.objects.current().filter(person__in=ours).values_list("relative", flat=True)
    care = Guardianship.objects.current().filter(person__in=ours)
    found: set[int] = set()
    for some in chunks({*kin, *care.values_list("guardian", flat=True)}, AT_ONCE):
        held = Identity.objects.filter(person__in=_relatives(user, set(some)))
        found.update(held.values_list("exact", flat=True))
    return found


def standing_elsewhere(user: User, numbers: Iterable[int]) -> set[int]:
    """Of these blind indexes those of checked ID numbers that stand in a file out of his reach."""
    found: set[int] = set()
    for some in chunks(set(numbers), AT_ONCE):
        people = Person.objects.published().values("pk")
        held = Identity.objects.standing(some).filter(person__in=people)
        files = dict(held.values_list("person", "exact"))
        near = reachable(user, files)
        found |= {exact for person, exact in files.items() if person not in near}
    return found
