"""What auditors find, and nobody else."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.urls import reverse

from guanai.audit.models import Entry, Reading, note_readings, record
from guanai.conftest import County

LOG, READINGS = "audit:log", "audit:readings"


def test_a_refused_attempt_is_found_by_the_auditor(county: County) -> None:
    county.client("helper").get(reverse("organisations:bodies"))
    text = county.client("auditor").get(reverse(LOG), {"refused": "1"}).content.decode()
    assert "helper" in text
    assert "organisations.view_body" in text


def test_looks_are_listed_by_account(county: County) -> None:
    note_readings(county.user("villager"), [71, 72], "page")
    note_readings(county.user("teacher"), [73], "page")
    url = reverse(READINGS)
    text = county.client("auditor").get(url, {"user": "villager"}).content.decode()
    assert text.count("villager</td>") == 2
    assert "teacher</td>" not in text


def test_the_log_is_paged_by_key(county: County) -> None:
    with transaction.atomic():
        for number in range(60):
            record("test.act", by=county.user("office"), number=number)
    client = county.client("auditor")
    first = client.get(reverse(LOG), {"action": "test.act"})
    assert len(first.context["rows"]) == 50
    second = client.get(reverse(LOG) + first.context["next"])
    assert len(second.context["rows"]) == 10
    assert not second.context["next"]


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        record("test.act", by=None)
    assert not Entry.objects.exists()


def test_nobody_else_reads_the_log(county: County) -> None:
    note_readings(county.user("villager"), [71], "page")
    for name in ("office", "leader", "sysadmin", "security", "villager"):
        assert county.client(name).get(reverse(LOG)).status_code == 403
        assert not Reading.objects.visible_to(county.user(name)).exists()


def test_lists_among_the_facts_are_read_as_words(county: County) -> None:
    with transaction.atomic():
        record("test.act", by=county.user("office"), facts=["place", "residence"])
    text = county.client("auditor").get(reverse(LOG), {"action": "test.act"}).content.decode()
    assert "facts: place, residence" in text
