"""What auditors find, and nobody else."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document
from freezegun import freeze_time

from guanai.audit.models import Entry, Finding, Reading, note_readings, record
from guanai.audit.patterns import find_on, find_patterns
from guanai.audit.sealing import newest, seal_all
from guanai.conftest import County
from guanai.people.models import Person
from guanai.people.tests.families import make_family, make_person, stand

LOG, READINGS, PATTERNS, CHAIN = "audit:log", "audit:readings", "audit:patterns", "audit:chain"
WORD = "organisations.class.add"
NOON = "2026-11-20 04:00:00"  # in Shanghai


@pytest.fixture
def child(county: County) -> Person:
    return make_family(county).child


def rows(county: County, page: str, **filters: Any) -> list[Any]:
    answer = county.client("auditor").get(reverse(page), filters)
    assert answer.status_code == 200
    found: list[Any] = answer.context["rows"]
    return found


def test_a_refused_attempt_is_found_with_the_file_it_was_about(
    county: County, child: Person
) -> None:
    county.client("helper").get(reverse("organisations:bodies"))
    county.client("outsider").get(reverse("people:file", args=[child.uid]))
    said = {(row.account, row.said, row.about) for row in rows(county, LOG, refused="1")}
    assert ("outsider", "被拒绝：查看档案", child.file_number) in said
    assert ("helper", "被拒绝：查看机构和成员", "") in said
    (mine,) = rows(county, LOG, refused="1", file=child.file_number)
    assert mine.account == "outsider"


def test_acts_are_sentences(county: County, child: Person) -> None:
    with transaction.atomic():
        office = county.user("office")
        record("people.person.export", by=office, files=312, group="child", kind="xlsx")
        record("people.person.change", by=office, subject=child, facts=["schooling.grade"])
    said = [row.said for row in rows(county, LOG, user="office")]
    assert said == ["修改档案：就学 · 年级", "导出台账 312 人（留守儿童，xlsx）"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"user": "villager"}, {"villager"}),
        ({"unit": "清溪镇人民政府"}, {"supervisor"}),
        ({"place": "539901100000"}, {"villager", "teacher", "supervisor"}),
        ({"place": "石坎镇"}, {"outsider"}),
        ({"reasoned": "1"}, {"outsider"}),
        ({"since": "2026-11-21"}, {"teacher"}),
        ({"until": "2026-11-20"}, {"villager", "supervisor", "outsider"}),
        ({"file": "YL-000001"}, {"supervisor"}),
    ],
)
def test_looks_are_found_by_each_filter(
    county: County, filters: dict[str, str], found: set[str]
) -> None:
    person = make_person(county.places["dawan"], "萧燕")
    assert person.file_number == "YL-000001"
    with freeze_time(NOON):
        note_readings(county.user("villager"), [999_071], "page")
        note_readings(county.user("supervisor"), [person.pk], "page")
        note_readings(county.user("outsider"), [999_071], "page", reason="inspect")
    note_readings(county.user("teacher"), [999_071], "page")
    assert {row.account for row in rows(county, READINGS, **filters)} == found


def test_an_unknown_name_is_said_at_its_field(county: County) -> None:
    for filters in ({"unit": "无此单位"}, {"file": "YL-404"}, {"since": "gestern"}):
        assert county.client("auditor").get(reverse(LOG), filters).status_code == 422


def test_the_log_is_paged_by_time_and_key(county: County) -> None:
    with freeze_time(NOON), transaction.atomic():
        for number in range(60):  # all at the same moment
            record(WORD, by=county.user("office"), grade=number)
    client = county.client("auditor")
    first = client.get(reverse(LOG), {"action": WORD})
    second = client.get(reverse(LOG) + first.context["next"])
    keys = [row.pk for page in (first, second) for row in page.context["rows"]]
    assert len(keys) == len(set(keys)) == 60
    assert not second.context["next"]


def test_a_page_of_the_log_takes_few_queries(county: County, child: Person) -> None:
    with transaction.atomic():
        for subject in (child, county.user("office"), *county.organisations.values()):
            record(WORD, by=county.user("office"), subject=subject)
    client = county.client("auditor")
    for page in (LOG, READINGS):
        with CaptureQueriesContext(connection) as queries:
            filters = {"place": "539901100000", "unit": "清溪镇人民政府", "user": "office"}
            assert client.get(reverse(page), filters).status_code == 200
        assert len(queries) <= 12


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        record(WORD, by=None)
    assert not Entry.objects.exists()


def test_nobody_else_reads_the_log(county: County) -> None:
    note_readings(county.user("villager"), [71], "page")
    for name in ("office", "leader", "sysadmin", "security", "villager"):
        for page in (LOG, READINGS, PATTERNS, CHAIN):
            assert county.client(name).get(reverse(page)).status_code == 403
        for model in (Entry, Reading, Finding):
            assert not model.objects.visible_to(county.user(name)).exists()


DAY = dt.date(2026, 11, 20)


def found(kind: str) -> list[Finding]:
    find_on(DAY)
    assert find_on(DAY) == 0
    return list(Finding.objects.filter(kind=kind))


def test_many_files_in_an_hour_stand_out_against_the_same_role(county: County) -> None:
    with freeze_time(NOON):
        note_readings(county.user("villager"), list(range(1000, 1040)), "page")
        note_readings(county.user("neighbour"), list(range(1000, 1004)), "page")
        note_readings(county.user("office"), list(range(1000, 1500)), "export")
    (one,) = found("bulk")
    assert (one.user.username, one.count, one.usual) == ("villager", 40, 4)


def test_looks_at_night_stand_out(county: County) -> None:
    with freeze_time("2026-11-19 17:30:00"):  # half past one in Shanghai
        note_readings(county.user("villager"), [1, 2, 3], "page")
    (one,) = found("night")
    assert one.count == 3


def test_files_of_relatives_by_name_stand_out(county: County, child: Person) -> None:
    teacher = county.user("teacher")
    teacher.name = "萧强"  # as the child's father
    teacher.save(update_fields=["name"])
    with freeze_time(NOON):
        note_readings(teacher, [child.pk], "page")
        note_readings(county.user("villager"), [child.pk], "page")
    (one,) = found("kin")
    assert (one.user, one.people) == (teacher, [child.pk])


def test_files_outside_the_area_stand_out(county: County, child: Person) -> None:
    with freeze_time(NOON):
        note_readings(county.user("outsider"), [child.pk], "page")
        note_readings(county.user("villager"), [child.pk], "page")
    (one,) = found("outside")
    assert one.user.username == "outsider"


def test_refusals_and_large_exports_stand_out(county: County) -> None:
    with freeze_time(NOON), transaction.atomic():
        for _number in range(5):
            county.user("helper").refused("people.view_person", "people.Person", uuid4())
        office = county.user("office")
        record("people.person.export", by=office, files=250, mark="A1", group="child", kind="csv")
    with freeze_time("2026-11-20 05:00:00"), transaction.atomic():
        record("people.person.export", by=office, files=20, mark="A2", group="child", kind="csv")
    (refused,), (export,) = found("refused"), found("export")
    assert (refused.count, export.count) == (5, 250)
    client = county.client("auditor")
    for one, behind in ((refused, 5), (export, 1)):
        answer = client.get(reverse("audit:pattern", args=[one.uid]))
        assert len(answer.context["rows"]) == behind


def test_what_came_of_asking_is_kept_and_the_pattern_is_done(county: County) -> None:
    yesterday = timezone.now() - dt.timedelta(days=1)
    with freeze_time(yesterday):
        note_readings(county.user("villager"), list(range(1000, 1040)), "page")
    assert find_patterns() >= 1
    one = Finding.objects.filter(kind="bulk").get()
    client, url = county.client("auditor"), reverse("audit:pattern", args=[one.uid])
    assert client.post(url, {"result": "explained", "text": " "}).status_code == 422
    answer = client.post(url, {"result": "explained", "text": "已问村委会，集中核对。"})
    assert answer.status_code == 302
    assert rows(county, PATTERNS, open="1") == list(Finding.objects.filter(inquiries=None))
    assert Entry.objects.filter(action="audit.finding.look").count() == 1
    assert "集中核对" in client.get(url).content.decode()


def test_the_heads_are_printed_and_compared(county: County) -> None:
    county.client("helper").get(reverse("organisations:bodies"))
    seal_all()
    head = str(newest(Entry))
    client = county.client("auditor")
    assert head in client.get(reverse(CHAIN)).content.decode()
    assert client.get(reverse(CHAIN), {"head": head}).context["found"] is not None
    assert client.get(reverse(CHAIN), {"head": "E1-000000000000"}).context["found"] is None


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_yearly_audit_tells_minors_under_14_apart(county: County, language: str) -> None:
    ages = {"萧燕": dt.date(2015, 3, 2), "萧刚": dt.date(2011, 3, 2)}
    young, older = (
        make_person(county.places["dawan"], name, born=born) for name, born in ages.items()
    )
    stand(young, "child")
    with freeze_time(NOON):
        note_readings(county.user("villager"), [young.pk, young.pk, older.pk], "page")
    seal_all()
    client = county.client("auditor")
    client.cookies["language"] = language
    period = {"since": "2026-01-01", "until": "2026-12-31"}
    answer = client.post(reverse("audit:report"), period)
    told = Document(io.BytesIO(answer.getvalue()))
    looks = [cell.text for cell in told.tables[1].rows[1].cells]
    assert looks[0] == "2026-11"
    assert looks[3:] == ["2", "1", "0"]
    assert any(str(newest(Reading)) in cell.text for cell in told.tables[-1]._cells)
    assert Entry.objects.filter(action="audit.report.take").count() == 1


def test_a_report_wants_a_period(county: County) -> None:
    period = {"since": "2026-12-31", "until": "2026-01-01"}
    assert county.client("auditor").post(reverse("audit:report"), period).status_code == 422
