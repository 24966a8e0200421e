"""The county's notice, rules and assessment: completed, published, read by everybody."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from guanai.conftest import County
from guanai.privacy.models import Paper, Ruling
from guanai.privacy.models.papers import OPEN_POINT
from guanai.privacy.tests.conftest import words_of


def url(page: str, *args: Any) -> str:
    return reverse(f"privacy:{page}", args=args)


def complete(county: County, kind: str, publish: str = "publish") -> Any:
    draft = Paper.draft(kind)
    text = OPEN_POINT.sub("云岭县民政局", draft.text)
    given = {"text": text, "seen": draft.seen, publish: "1"}
    return county.client("office").post(url("paper", kind), given)


@pytest.mark.parametrize("kind", ["notice", "children", "assessment"])
def test_a_paper_is_completed_published_and_printed(county: County, kind: str) -> None:
    office = county.client("office")
    draft = Paper.draft(kind)
    shown = office.get(url("paper", kind)).content.decode()
    assert f"{len(draft.open_points)} 处待填" in shown
    given = {"text": draft.text, "seen": 1, "publish": "1"}
    assert office.post(url("paper", kind), given).status_code == 422
    assert not Paper.objects.published().exists()
    assert Client().get(url("published", kind)).status_code == 404
    assert "还没有公布" in Client().get("/privacy/public/").content.decode()
    assert complete(county, kind).status_code == 303
    listed = Client().get("/privacy/public/").content.decode()
    assert (url("published", kind) in listed) is (kind != "assessment")
    assert "/privacy/public/" in Client().get("/accounts/login/").content.decode()
    # What everybody reads needs no account and stays as it was; the assessment stays inside.
    Ruling.settle("purpose", "photo", {"basis": "duty", "article": "x"}, by=county.user("office"))
    public = Client().get(url("published", kind))
    assert public.status_code == (404 if kind == "assessment" else 200)
    if kind != "assessment":
        assert "同意" in public.content.decode()
        assert "第 1 版" in public.content.decode()
    words = words_of(county.client("villager").get(url("paper_file", kind, "docx")))
    assert "活动拍照、录像并留存" in words
    assert "云岭县民政局" in words
    pdf = office.get(url("paper_file", kind, "pdf"))
    text = PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert "云岭县民政局" in text.replace("\n", "")


def test_what_is_published_is_never_changed_and_the_next_is_a_new_version(county: County) -> None:
    complete(county, "notice")
    first = Paper.objects.get()
    stale = {"text": "改", "seen": first.seen}
    assert county.client("office").post(url("paper", "notice"), stale).status_code == 422
    both = Paper.draft("notice").seen  # two editors open the next one
    assert complete(county, "notice", "save").status_code == 303
    answer = county.client("office").post(url("paper", "notice"), {"text": "改", "seen": both})
    assert answer.status_code == 422
    assert Paper.draft("notice").text != "改"
    assert Paper.objects.count() == 2
    assert Client().get(url("published", "notice")).context["paper"] == first
    first.refresh_from_db()
    assert "县民政局" in first.text


def test_only_civil_affairs_writes_for_the_county(county: County) -> None:
    for username in ("federation", "supervisor", "sysadmin"):
        answer = county.client(username).post(url("paper", "notice"), {"text": "x", "seen": 1})
        assert answer.status_code == 403, username
    assert not Paper.objects.exists()
    assert county.client("office").get(url("paper", "nonsense")).status_code == 404
