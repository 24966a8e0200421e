"""What is told to others when somebody died; what it changes for them is for people to decide."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.organisations.models import User
from guanai.people.models import Guardianship, Kinship, Note, Person, Registration


def tell_family(person: Person, by: User) -> None:
    """Write a note into the files, in a ledger, of those whose relative or guardian this was."""
    day = person.died.isoformat() if person.died else ""
    text = _(
        "%(name)s (file no. %(number)s) died on %(day)s. See who cares now and what help is needed."
    ) % {"name": person.name, "number": person.file_number, "day": day}
    for one in standing_kin(person).filter(closed_on=None):
        one.add(Note, {"kind": "remark", "day": timezone.localdate(), "text": text}, by=by)


def standing_kin(person: Person) -> QuerySet[Person]:
    kin = Kinship.objects.filter(Q(person=person) | Q(relative=person))
    care = Guardianship.objects.current().filter(guardian=person).values_list("person", flat=True)
    keys = {key for link in kin.values_list("person", "relative") for key in link} | {*care}
    standing = Registration.objects.current().filter(person=OuterRef("pk"))
    return Person.objects.filter(Exists(standing), pk__in=keys - {person.pk}, erased_at=None)
