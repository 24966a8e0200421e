"""The frame of every page: nothing inline, error pages, large text, rail and search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory

from guanai.conftest import POSTS, County
from guanai.core import views
from guanai.core.broken import RuleBroken
from guanai.core.tests.headers import INLINE
from guanai.core.web import RuleBrokenMiddleware

TEMPLATES = sorted(Path(views.__file__).parent.parent.glob("*/templates/**/*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=[path.name for path in TEMPLATES])
def test_no_template_holds_scripts_or_styles_of_its_own(path: Path) -> None:
    assert not INLINE.findall(path.read_text("utf-8"))


def test_an_error_page_does_not_repeat_what_was_asked_for(county: County) -> None:
    answer = county.client("supervisor").get("/people/王小明/?q=王小明")
    assert answer.status_code == 404
    assert "王小明" not in answer.content.decode()


def test_the_page_of_a_crash_needs_neither_database_nor_user() -> None:
    answer = views.broken(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "110" in answer.content.decode()


def test_a_form_without_its_token_says_what_to_do(county: County) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(county.user("supervisor"))
    answer = client.post("/text-size/")
    assert answer.status_code == 403
    assert "重新" in answer.content.decode()


def test_a_foreign_host_name_is_refused_in_words(db: None) -> None:
    assert Client(SERVER_NAME="elsewhere.example").get("/accounts/login/").status_code == 400


def test_a_broken_rule_is_a_page_a_fragment_or_json(county: County) -> None:
    def asked(**headers: str) -> Any:
        request = RequestFactory().get("/", headers=headers)
        request.user = county.user("supervisor")
        request.htmx = "HX-Request" in headers  # type: ignore[attr-defined]
        error = RuleBroken("plan.no_goals", "缺少目标")
        return RuleBrokenMiddleware(lambda _r: None).process_exception(request, error)  # type: ignore[arg-type, return-value]

    page, fragment, data = (
        asked(),
        asked(**{"HX-Request": "true"}),
        asked(Accept="application/json"),
    )
    assert {page.status_code, fragment.status_code, data.status_code} == {422}
    assert "<html" in page.content.decode()
    assert "<html" not in fragment.content.decode()
    assert "缺少目标" in page.content.decode()
    assert "缺少目标" in fragment.content.decode()
    assert b"plan.no_goals" in data.content


def test_large_text_is_remembered_and_leads_back_to_our_own_pages_only(county: County) -> None:
    client = county.client("villager")
    answer = client.post("/text-size/", headers={"Referer": "http://testserver/help/"})
    assert answer["Location"].endswith("/help/")
    assert 'data-text="large"' in client.get("/").content.decode()
    answer = client.post("/text-size/", headers={"Referer": "http://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert 'data-text="large"' not in client.get("/").content.decode()


def test_the_rail_marks_the_one_room_where_one_stands(county: County) -> None:
    for path in ("/organisations/", "/organisations/bodies/"):
        page = county.client("supervisor").get(path).content.decode()
        rail = page.split('class="rail"')[1].split("</nav>")[0]
        assert rail.count('aria-current="page"') == 1
        assert f'href="{path}" aria-current' in rail


def test_nobody_without_people_is_offered_a_search_or_the_ledger(county: County) -> None:
    for username in ("leader", "sysadmin", "security", "auditor"):
        client = county.client(username)
        assert 'id="search"' not in client.get("/").content.decode()
        assert "台账" not in client.get("/nothing/").content.decode()
    assert "台账" in county.client("villager").get("/nothing/").content.decode()


@pytest.mark.parametrize("username", [post[0] for post in POSTS])
def test_the_home_page_greets_everybody_with_few_queries(
    county: County, username: str, django_assert_max_num_queries: Any
) -> None:
    client = county.client(username)
    with django_assert_max_num_queries(12):
        assert username in client.get("/").content.decode()


def test_an_account_without_a_post_is_told_what_to_do(county: County) -> None:
    user = county.user("villager")
    user.posts.all().delete()
    page = county.client("villager").get("/").content.decode()
    assert "系统管理员" in page
    assert county.client("villager").get("/help/").status_code == 200
