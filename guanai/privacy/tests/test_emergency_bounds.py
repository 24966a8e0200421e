"""What an emergency has opened is there to be read: no way round leads to a change or a copy."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time

from guanai.conftest import County
from guanai.people.ledger.drawing import draw_all
from guanai.people.models import (
    CarerDecision,
    CarerFinding,
    Contact,
    Kinship,
    Look,
    Person,
    Registration,
    Review,
)
from guanai.people.tests.families import Family, make_person, row, stand
from guanai.privacy.models import Consent, Deletion

pytestmark = pytest.mark.requirement("RX.5")


def opened(county: County, person: Person, by: str) -> Client:
    """The account's browser, after it opened the file in an emergency."""
    Look.open_in_emergency(person, "report", "走失", by=county.user(by))
    client = county.client(by)
    assert client.get(f"/people/{person.uid}/").status_code == 200
    return client


def test_lists_and_cards_leave_without_it(county: County, family: Family) -> None:
    own = make_person(county.places["xintian"], "田小新", born=dt.date(2016, 1, 1))
    stand(own, "child")
    draw_all()
    client = opened(county, family.child, "outsider")
    assert "萧梦" in client.get("/ledger/child/").content.decode()
    for ticked in ([], [str(family.child.uid), str(own.uid)]):
        sent = {"kind": "csv", "file": ticked}
        answer: Any = client.post("/ledger/child/export/", sent)
        taken = answer.getvalue().decode("utf-8-sig")
        assert "田小新" in taken
        assert "萧梦" not in taken
    card = client.post("/ledger/child/cards/", {"file": [str(family.child.uid)]})
    assert card.status_code == 422


def test_no_consent_is_noted_in_a_stack_of_papers(county: County, family: Family) -> None:
    client, child = opened(county, family.child, "neighbour"), family.child
    sent = {
        "place": county.places["dawan"].pk, "purposes": ["photo"], "how": "paper",
        "on": timezone.localdate().isoformat(), f"{child.pk}-take": "on",
        f"{child.pk}-giver": family.father.pk, f"{child.pk}-granted": "yes",
        f"{child.pk}-view": "agrees",
    }  # fmt: skip
    client.post(reverse("privacy:stack"), sent)
    assert not Consent.objects.exists()
    assert county.client("villager").post(reverse("privacy:stack"), sent).status_code == 303


def test_nothing_is_changed_through_the_file_of_a_brother(county: County, family: Family) -> None:
    brother = make_person(county.places["xintian"], "萧亮", born=dt.date(2015, 1, 1))
    stand(brother, "child")
    row(Kinship, brother, relative=family.child, relation="30")
    client = opened(county, family.child, "outsider")
    given = {"uid": brother.uid, "of": family.child.uid, "kind": "contact"}
    at = reverse("people:entry", kwargs=given)
    assert client.post(at, {"kind": "phone", "value": "19900001234"}).status_code == 404
    assert not Contact.objects.filter(person=family.child).exists()
    Registration.objects.filter(person=family.child).delete()  # stands in no ledger: a minor still
    assert client.get(at).status_code == 404


def test_nobody_is_taken_into_a_family_to_be_seen_for_longer(
    county: County, family: Family
) -> None:
    own = make_person(county.places["xintian"], "田小新", born=dt.date(2016, 1, 1))
    stand(own, "child")
    father = family.father
    client = opened(county, father, "outsider")
    told = {
        "name": father.name, "sex": 1, "born": "1988", "relation": "51", "same": str(father.uid),
        "base_version": own.version,
    }  # fmt: skip
    client.post(reverse("people:new_kin", args=[own.uid]), told)
    assert not Kinship.objects.filter(person=own, relative=father).exists()


def test_no_carer_is_decided_on_and_no_evidence_read(county: County, family: Family) -> None:
    finding = CarerFinding.raise_(family.father, "violence", "邻居反映", by=county.user("villager"))
    client = opened(county, family.father, "outsider")
    at = reverse("people:finding", args=[finding.uid])
    decided = {"outcome": "allowed", "reason": "没有问题", "seen": 0}
    assert client.get(at).status_code == 403
    assert client.post(at, decided).status_code == 403
    assert not CarerDecision.objects.exists()
    assert county.client("supervisor").post(at, decided).status_code == 303


def test_who_opened_it_reviews_nobody_elses_emergency(county: County, family: Family) -> None:
    opened(county, family.child, "neighbour")
    look = Look.objects.get()
    client = opened(county, family.child, "outsider")
    at = reverse("people:emergency_review", args=[look.uid])
    assert client.post(at, {"verdict": "founded", "note": "互相确认"}).status_code == 403
    assert not Review.objects.exists()


def test_no_file_is_destroyed(county: County, family: Family) -> None:
    Registration.objects.update(until=dt.date(2030, 1, 31))
    with freeze_time("2037-06-04 04:00"):
        decided = Deletion.decide(family.child, "file", by=county.user("office"))
        client = opened(county, family.child, "police")
        for act in ("confirm", "keep"):
            answer: Any = client.post(reverse("privacy:deletion", args=[decided.uid, act]))
            assert answer.status_code == 403
    assert Deletion.objects.waiting().exists()
    assert Person.objects.published().filter(pk=family.child.pk).exists()
