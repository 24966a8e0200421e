"""Before a file is opened: who has one already and may be meant; after it: who else may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from guanai.core.crypto import vault
from guanai.organisations.models import Place, User
from guanai.people import names
from guanai.people.linking.finding import NEAR, PROPOSED, weigh
from guanai.people.linking.records import RECORDS, registry, unrelated
from guanai.people.linking.wording import Evidence, evidence
from guanai.people.models import Contact, DuplicateProposal, Identity, Person, SearchToken

SHOWN = 0.02  # probability from which on somebody is shown before a new file begins
FEW, MOST, SOUNDS = 8, 100, 64


@dataclass(frozen=True)
class Likely:
    """Somebody who has a file and may be meant."""

    person: Person
    evidence: Evidence


def likely(
    given: Mapping[str, Any], place: Place, user: User, kin: Iterable[str] = ()
) -> list[Likely]:
    """Those whom the reader handles, the likest first. `given`: name, sex, born, number, phone as
    the forms have them; `kin`: names of the family."""
    blinds, born, number = vault().blinds, given["born"] or None, given["number"]
    numbers = blinds("id", number) if number else []
    phones = blinds("phone", given["phone"]) if given["phone"] else []
    seen = Person.objects.handled_by(user)
    keys = alike(seen, given["name"], born, numbers, phones, place)
    if not keys:
        return []
    record = {
        "key": 0,
        "name": given["name"],
        "sound": names.pinyin(given["name"]) or None,
        "birth_date": born,
        "sex": given["sex"] or None,
        "village_code": place.code,
        "id_hash": numbers[0] if numbers else None,
        "id_tail": vault().blind("id4", number[-4:]) if number else None,
        "phone_hashes": phones[:1],
        "kin": [names.pinyin(name) for name in kin],
    }
    with registry(keys) as held:
        found = weigh(held.link, held.asked(record), RECORDS)
    likest = [one for one in found if one.probability >= SHOWN][:FEW]
    people = Person.objects.select_related("place").in_bulk([one.right for one in likest])
    return [Likely(people[one.right], evidence(one.reasons)) for one in likest]


def alike(
    rows: QuerySet[Person],
    name: str,
    born: str | None,
    numbers: Iterable[int],
    phones: Iterable[int],
    place: Place,
) -> list[int]:
    """Those with the same number or phone, or a name that sounds alike and a birth year that
    fits; of very many those of the same place first."""
    sounds = list(islice(_sounds(names.syllables(name)), SOUNDS))
    called = SearchToken.objects.filter(token__in=[sound.replace(" ", "") for sound in sounds])
    wanted = Q(pk__in=called.values("person"), pinyin__in=sounds)
    if born:
        year = int(born[:4])
        wanted &= Q(born=None) | Q(born__year__range=(year - 1, year + 1))
    wanted |= Q(pk__in=Identity.objects.filter(exact__in=numbers).values("person"))
    wanted |= Q(pk__in=Contact.objects.filter(exact__in=phones).values("person"))
    here = ExpressionWrapper(Q(place=place), output_field=BooleanField())
    found = rows.filter(wanted).annotate(here=here).order_by("-here", "pk")
    return list(found.values_list("pk", flat=True)[:MOST])


def _sounds(syllables: Iterable[str]) -> Iterator[str]:
    """The sound of a name, and what is taken for it."""
    return (" ".join(spoken) for spoken in product(*map(_heard, syllables)))


HEADS = {"z": ("z", "zh"), "c": ("c", "ch"), "s": ("s", "sh"), "n": ("n", "l")}


def _heard(syllable: str) -> list[str]:
    """The syllable, then those that `finding.NEAR` does not keep apart from it."""
    sound = syllable
    for spoken, heard in NEAR:
        sound = sound.replace(spoken, heard)
    found = [head + sound[1:] for head in HEADS.get(sound[:1], sound[:1])]
    found += [f"{text}g" for text in found if text.endswith(("an", "en", "in"))]
    return sorted({syllable, *found}, key=lambda text: text != syllable)


def link(person: Person) -> int:
    """Have it decided whether this is somebody who has a file already, wherever that lies: who
    opened this one may not see it. How many pairs are new."""
    everybody = Person.objects.published().exclude(pk=person.pk)
    born = str(person.born) if person.born else None
    numbers = person.identities.values_list("exact", flat=True)
    phones = person.contacts.values_list("exact", flat=True)
    keys = alike(everybody, person.name, born, list(numbers), list(phones), person.place)
    if not keys:
        return 0
    with registry([person.pk, *keys]) as held:
        found = weigh(held.link, *held.parted([person.pk]), everybody.count())
    likely = [one for one in found if one.probability >= PROPOSED]
    return DuplicateProposal.objects.propose(unrelated(likely))
