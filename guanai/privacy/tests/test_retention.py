"""What has served its time goes: previewed, decided by two persons, logged without a name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from freezegun import freeze_time

from guanai.audit.models import Entry
from guanai.conftest import County
from guanai.organisations.models import Post, User
from guanai.people.models import Person, Registration
from guanai.people.tests.families import Family, make_person
from guanai.privacy.acts import CHAPTERS
from guanai.privacy.models import Consent, Deletion, Request, Ruling
from guanai.privacy.models.deletions import files_due


def url(page: str, *args: Any) -> str:
    return reverse(f"privacy:{page}", args=args)


def leave(family: Family, on: str) -> None:
    """The child, born on 4 June 2017, leaves the ledger that day."""
    Registration.objects.filter(person=family.child).update(until=dt.date.fromisoformat(on))


def scanned(county: County, family: Family) -> Path:
    """Where the sealed scan of a consent lies."""
    facts = {
        "giver": family.father.pk, "on": dt.date(2026, 11, 1), "how": "paper", "view": "agrees",
        "scan": b"%PDF-x",
    }  # fmt: skip
    (row,) = Consent.record(family.child, ["photo"], facts, by=county.user("villager"))
    row.refresh_from_db()
    name = row.scan.partition(".")[0]
    (path,) = Path(settings.HOME.path / "files").rglob(f"{name}.sealed")
    return path


def received(county: County, family: Family) -> Request:
    day = dt.date(2026, 11, 1)
    asked = {"giver": family.father.pk, "kind": "see", "identity": "card", "received_on": day}
    return Request.receive(family.child, asked, by=county.user("office"))


@pytest.mark.requirement("RX.10")
@pytest.mark.parametrize(
    ("left", "number", "first"),
    [
        ("2030-01-31", 2, "2037-06-04"),  # two years after the eighteenth birthday
        ("2036-12-31", 2, "2038-12-31"),  # stood longer: two years after the ledger
        ("2030-01-31", 5, "2040-06-04"),  # the county ruled five
    ],
)
def test_a_file_has_served_its_time_after_ledger_and_eighteenth_birthday(
    county: County, family: Family, left: str, number: int, first: str
) -> None:
    leave(family, left)
    day = dt.date.fromisoformat(first)
    assert family.child not in files_due(day - dt.timedelta(days=1), number)
    assert list(files_due(day, number)) == [family.child]  # kin were never in a ledger
    Registration.objects.filter(person=family.child).update(until=None)
    assert not files_due(day + dt.timedelta(days=9000), number).exists()  # a birthday ends no care


@pytest.mark.requirement("RX.10")
@pytest.mark.parametrize(
    ("born", "precision", "first"),
    [
        ("2017-01-01", 1, "2038-01-02"),  # in 2017
        ("2017-06-01", 2, "2037-07-02"),  # in June 2017
        (None, 3, "2046-03-01"),  # entered a children's ledger on 1 March 2026
    ],
)
def test_a_child_of_unsure_age_is_waited_for(
    county: County, family: Family, born: str | None, precision: int, first: str
) -> None:
    leave(family, "2030-01-31")
    Person.objects.filter(pk=family.child.pk).update(born=born, born_precision=precision)
    day = dt.date.fromisoformat(first)
    assert family.child not in files_due(day - dt.timedelta(days=1), 2)
    assert family.child in files_due(day, 2)


@pytest.mark.requirement("RX.10")
def test_what_will_go_is_shown_before_and_does_not_go_early(county: County, family: Family) -> None:
    leave(family, "2030-01-31")
    number, at = family.child.file_number, url("due", "file")
    with freeze_time("2036-12-01 04:00"):
        office = county.client("office")
        assert number not in office.get(at).content.decode()
        assert "2037年6月4日" in office.get(f"{at}?later=1").content.decode()
        assert office.post(at, {"file": [family.child.uid]}).status_code == 422
        assert not Deletion.objects.exists()


@pytest.mark.requirement("RX.10")
def test_two_persons_destroy_a_file_and_a_log_without_names_stays(
    county: County, family: Family, django_capture_on_commit_callbacks: Any
) -> None:
    child, number, day = family.child, family.child.file_number, dt.date(2026, 11, 1)
    scan = scanned(county, family)
    leave(family, "2030-01-31")
    second = User.objects.create_user("second", "correct-horse-9", name="second")
    bureau = county.organisations["civil_affairs"]
    Post.objects.create(user=second, organisation=bureau, role="county_office", since=day)
    Post.objects.found()
    at = url("due", "file")
    with freeze_time("2037-06-04 04:00"):
        office, other = county.client("office"), county.client("second")
        assert number in office.get(at).content.decode()
        assert office.post(at, {"file": [child.uid]}).status_code == 303
        assert Person.objects.published().filter(pk=child.pk).exists()  # nothing has gone yet
        assert "等待第二人确认" in other.get("/").content.decode()
        confirm = url("deletion", Deletion.objects.get().uid, "confirm")
        assert office.post(confirm).status_code == 422  # the same person
        assert county.client("supervisor").post(confirm).status_code == 403
        request = received(county, family)
        assert other.post(confirm).status_code == 422  # a request waits for its answer
        request.settle("granted", "", by=county.user("office"))
        with django_capture_on_commit_callbacks(execute=True):
            assert other.post(confirm).status_code == 303
        logged = county.client("auditor").get(url("log")).content.decode()
    assert number in logged
    assert "萧梦" not in logged
    assert Deletion.objects.done().count() == 4  # with the kin known through it alone
    child.refresh_from_db()
    assert (child.name, bytes(child.sealed_key)) == ("", b"")
    assert not scan.exists()
    assert "萧梦" not in str(Entry.objects.get(action="privacy.deletion.confirm").facts)


def test_a_decision_is_called_off(county: County, family: Family) -> None:
    leave(family, "2030-01-31")
    with freeze_time("2037-06-04 04:00"):
        decided = Deletion.decide(family.child, "file", by=county.user("office"))
        answer = county.client("office").post(url("deletion", decided.uid, "keep"))
    assert answer.status_code == 303
    assert not Deletion.objects.exists()
    assert Entry.objects.filter(action="privacy.deletion.call_off").exists()


def test_old_consents_and_requests_are_swept_by_a_person_only(
    county: County, family: Family
) -> None:
    facts = {
        "giver": family.father.pk, "on": dt.date(2026, 11, 1), "how": "paper", "view": "agrees",
        "until": dt.date(2027, 11, 1), "scan": b"%PDF-x",
    }  # fmt: skip
    Consent.record(family.child, ["photo", "pairing"], facts, by=county.user("villager"))
    with freeze_time("2030-10-31 04:00"):
        Deletion.sweep("consents", by=county.user("office"))
        assert Consent.objects.count() == 2
        by = county.user("office")
        Ruling.settle("period", "consents", {"number": 2, "source": "县"}, by=by)
        federation = county.client("federation")
        assert "清除" not in federation.get(url("periods")).content.decode()
        assert federation.post(url("due", "consents")).status_code == 403  # the whole county's
        assert Consent.objects.count() == 2
        client = county.client("office")
        assert "清除" in client.get(url("periods")).content.decode()
        assert client.post(url("due", "consents")).status_code == 303
    assert not Consent.objects.exists()
    assert Deletion.objects.first().label == "2"  # type: ignore[union-attr]
    assert county.client("villager").post(url("due", "consents")).status_code == 403


def test_the_county_settles_periods_that_are_open_to_it(county: County) -> None:
    office = county.client("office")
    assert office.get(url("ruling", "period", "assessment")).status_code == 404
    assert office.get(url("ruling", "period", "nonsense")).status_code == 422
    at = url("ruling", "period", "file")
    assert office.post(at, {"number": 0, "source": "县"}).status_code == 422
    assert office.post(at, {"number": 5, "source": "县民发〔2026〕9号"}).status_code == 303
    page = office.get(url("periods")).content.decode()
    assert "5 年" in page
    assert "县民发〔2026〕9号" in page


@pytest.mark.requirement("RX.5")
def test_the_yearly_audit_counts_consents_and_requests_by_age(
    county: County, family: Family
) -> None:
    scanned(county, family)
    consent = Consent.objects.get()
    youth = make_person(county.places["dawan"], "覃大华", born=dt.date(2011, 1, 1))
    told = {"giver": youth.pk, "on": dt.date(2026, 11, 1), "how": "paper"}
    told |= {"guardian_told_on": dt.date(2026, 11, 1), "granted": False}
    Consent.record(youth, ["photo"], told, by=county.user("villager"))
    consent.withdraw(dt.date(2026, 11, 2), family.father.pk, "phone", by=county.user("villager"))
    received(county, family).settle("granted", "", by=county.user("office"))
    since, until = timezone.now() - dt.timedelta(days=60), timezone.now() + dt.timedelta(days=1)
    with translation.override("zh-hans"):
        photo = "活动拍照、录像并留存"
        found = {row[:2]: row[2:] for chapter in CHAPTERS for row in chapter.rows(since, until)}
    assert found["已同意", photo] == (1, 0, 0)
    assert found["不同意", photo] == (0, 1, 0)
    assert found["已撤回", photo] == (1, 0, 0)
    assert ("查阅", "按期答复") in found or ("查阅", "逾期") in found
