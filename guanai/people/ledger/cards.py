"""What stands on a contact card (联系卡): R04.11 to R04.14."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext, pgettext

from guanai.core.documents.cards import Call, ContactCard, Part
from guanai.people.ledger.columns import class_words, grade_words
from guanai.people.ledger.dossiers import Dossier, Whole
from guanai.people.ledger.fields import FIELDS
from guanai.people.wording import relation

_OF_PARENTS = ("name", "employer", "work_place", "phone")
_OF_GUARDIANS = ("name", "occupation", "age", "health", "address", "phone")


def card_of(whole: Whole, base: str, issuer: str, *, with_back: bool = True) -> ContactCard:
    """The card of one child. The QR code holds the address of the file, which opens for nobody
    without an account: `base` is the program's address."""
    person, line = whole.person, whole.line
    around = [("father", gettext("father")), ("mother", gettext("mother"))]
    near = [(word, whole.kin[who]) for who, word in around if who in whole.kin]
    known = {dossier.person.pk for _word, dossier in near}
    if whole.guardian and whole.guardian.person.pk not in known:
        word = relation(whole.guardian.relation) or gettext("guardian")
        near.insert(0, (word, whole.guardian))
    calls = [
        Call(word, one.person.name, one.phones[0] if one.phones else "", _where(one))
        for word, one in near
    ]
    school = " ".join(filter(None, [line.school_name, grade_words(line), class_words(line)]))
    return ContactCard(
        person.name,
        school,
        whole.address,
        calls,
        qr=f"{base.rstrip('/')}/people/{person.uid}/",
        qr_caption=gettext("For staff: opens the file"),
        issuer=issuer,
        number=person.file_number,
        day=timezone.localdate().isoformat(),
        back=_back(whole, school) if with_back else [],
    )


def _where(one: Dossier) -> str:
    _since, destination, employer, _address = one.away
    return " · ".join(filter(None, [destination, employer])) or one.person.place.name


def _back(whole: Whole, school: str) -> list[Part]:
    """The record of R04.12–R04.14: the child, the parents, the guardian."""
    child = [
        (pgettext("person", "name"), whole.person.name),
        (gettext("sex"), FIELDS["sex"].text(whole)),
        (gettext("born"), FIELDS["born"].text(whole)),
        (gettext("school"), school),
        (gettext("health"), whole.health),
        (gettext("home address"), whole.address),
    ]
    parts = [Part(gettext("Student"), child)]
    for who, title in (("father", gettext("father")), ("mother", gettext("mother"))):
        if who in whole.kin:
            parts.append(Part(title, _told(whole, who, _OF_PARENTS)))
    if whole.guardian:
        title = f"{gettext('guardian')} {relation(whole.guardian.relation)}".strip()
        parts.append(Part(title, _told(whole, "guardian", _OF_GUARDIANS)))
    return parts


def _told(whole: Whole, who: str, keys: tuple[str, ...]) -> list[tuple[str, str]]:
    fields = [FIELDS[f"{who}.{key}"] for key in keys]
    return [(str(one.label).split(" · ")[-1], one.text(whole)) for one in fields]
