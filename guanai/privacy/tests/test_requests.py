"""Requests to see, copy, correct, delete: by when, what a copy may say, what must be kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time

from guanai.audit.models import Entry, Reading
from guanai.conftest import County
from guanai.core.broken import RuleBroken
from guanai.people.models import CarerFinding, Contact, Note, Residence
from guanai.people.tests.families import Family, row
from guanai.privacy.models import Request, Ruling
from guanai.privacy.tests.conftest import words_of


def url(page: str, *args: Any) -> str:
    return reverse(f"privacy:{page}", args=args)


def asked(county: County, family: Family, kind: str = "copy", **facts: Any) -> Request:
    """Taken in by the village for the father."""
    given = {
        "giver": family.father.pk, "kind": kind, "identity": "card",
        "received_on": timezone.localdate(), "asked": "想看看档案", "base_version": 1,
    }  # fmt: skip
    answer = county.client("villager").post(url("receive", family.child.uid), given | facts)
    assert answer.status_code == 303
    return Request.objects.latest("pk")


@pytest.mark.requirement("RX.10")
def test_a_request_has_a_deadline_is_extended_once_and_shown_when_overdue(
    county: County, family: Family
) -> None:
    with freeze_time("2026-11-23 04:00"):
        request = asked(county, family)
        assert request.due_on == dt.date(2026, 12, 14)  # fifteen workdays
        assert "待答复" in county.client("office").get("/").content.decode()
        Ruling.settle("period", "answer", {"number": 5, "source": "县"}, by=county.user("office"))
        assert asked(county, family).due_on == dt.date(2026, 11, 30)
    with freeze_time("2026-12-01 04:00"):
        office = county.client("office")
        assert "1 件个人信息申请已逾期" in office.get("/").content.decode()
        at = url("extend", request.uid)
        longer = {"to": "2026-12-24", "why": "档案在移交"}
        assert county.client("villager").post(at, longer).status_code == 403
        assert office.post(at, {**longer, "to": "2026-12-14"}).status_code == 422
        assert office.post(at, longer).status_code == 303
        assert office.post(at, {**longer, "to": "2026-12-30"}).status_code == 422
        listed = office.get(url("requests")).content.decode()
        assert listed.index("2026-2") < listed.index("2026-1")  # the first deadline first
        assert "已逾期" in listed
    request.refresh_from_db()
    assert request.last_day == dt.date(2026, 12, 24)
    assert "档案在移交" not in str(bytes(request.sealed_extension or b""))


@pytest.mark.requirement("RX.10", "RX.5")
def test_a_copy_betrays_neither_others_nor_where_the_child_is_nor_what_is_confidential(
    county: County, family: Family
) -> None:
    child, office = family.child, county.user("office")
    row(Contact, child, kind="phone", value="19900000077")
    row(Residence, child, kind="home", place=county.places["dawan"], address="三组九号")
    row(Note, child, kind="situation", day="2026-03-01", text="疑似家暴，待核实")
    CarerFinding.raise_(family.father, "violence", "邻居反映", by=office)
    request = asked(county, family)
    client = county.client("office")
    assert client.get(url("request_paper", request.uid, "copy", "docx")).status_code == 404
    assert client.post(url("request", request.uid), {"outcome": "granted"}).status_code == 303
    words = words_of(client.get(url("request_paper", request.uid, "copy", "docx")))
    for known in ("萧梦", "萧强", "2017-06-04", "留守儿童"):
        assert known in words
    hidden = ["19900000077", "三组九号", "大湾村", "清溪镇中心学校", "villager"]  # whereabouts
    never = ["19900000000", "19900000002", "苏州", "某路1号", "家暴", "邻居反映", "我愿意"]
    assert not [word for word in (*hidden, *never) if word in words]
    assert Reading.objects.filter(person_id=child.pk, how="copy", reason=request.number).exists()
    assert Entry.objects.filter(action="privacy.request.copy").exists()

    request = asked(county, family)
    given = {"outcome": "granted", "whereabouts": "on"}
    assert client.post(url("request", request.uid), given).status_code == 303
    words = words_of(client.get(url("request_paper", request.uid, "copy", "docx")))
    assert "19900000077" in words
    assert "三组九号" in words
    assert not [word for word in never if word in words]


def test_the_answer_is_a_letter_with_reason_and_remedy(county: County, family: Family) -> None:
    request, client = asked(county, family, "correct"), county.client("supervisor")
    at = url("request", request.uid)
    assert "更正有关内容" in client.get(at).content.decode()
    assert client.post(at, {"outcome": "partly"}).status_code == 422  # without a reason
    given = {"outcome": "partly", "reason": "出生日期已更正，其余属实"}
    assert county.client("villager").post(at, given).status_code == 403
    assert client.post(at, given).status_code == 303
    assert client.post(at, given).status_code == 422
    words = words_of(client.get(url("request_paper", request.uid, "letter", "docx")))
    for part in ("萧强：", request.number, "部分办理", "出生日期已更正，其余属实", "第六十五条"):
        assert part in words
    assert client.get(url("request_paper", request.uid, "copy", "docx")).status_code == 404
    assert county.client("outsider").get(at).status_code == 404


@pytest.mark.requirement("RX.10")
def test_what_a_duty_keeps_is_not_deleted_at_a_wish(county: County, family: Family) -> None:
    request, client = asked(county, family, "delete"), county.client("office")
    at = url("request", request.uid)
    page = client.get(at).content.decode()
    assert "现在不能删除" in page
    assert "第四十七条" in page  # the reason is prepared
    assert "还没有答复" not in page  # it does not stand in its own way
    assert "包含住址" not in page
    assert client.post(at, {"outcome": "granted"}).status_code == 422
    with pytest.raises(RuleBroken):
        request.settle("granted", "", by=county.user("office"))
    given = {"outcome": "refused", "reason": "仍在册"}
    assert client.post(at, given).status_code == 303
    assert request.number in client.get(url("requests")).content.decode()
