"""Accounts and posts: opened by the system administrator, who sees nobody's file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guanai.audit.models import Entry
from guanai.conftest import County
from guanai.core.home import Home
from guanai.organisations.models import Post, User
from guanai.people.models import Person


def open_account(county: County, **facts: object) -> str:
    answer = county.client("sysadmin").post(
        reverse("organisations:account_new"),
        {
            "username": "newcomer",
            "name": "刘芳",
            "organisation": county.organisations["xiaohe_committee"].pk,
            "role": "village_worker",
            "title": "儿童主任",
            "since": "2026-01-01",
            **facts,
        },
    )
    return str(answer.content.decode())


def test_a_new_account_signs_in_with_the_password_shown_once(county: County) -> None:
    found = re.search(r"<code>([-\w]+)</code>", open_account(county))
    assert found is not None
    client = Client()
    answer = client.post(reverse("account_login"), {"login": "newcomer", "password": found[1]})
    assert answer.status_code == 302
    assert not county.user("newcomer").has_perm("people.view_person")  # nobody confirmed it yet
    entry = Entry.objects.get(action="organisations.user.open")
    assert found[1] not in str(entry.facts)


def test_a_class_teacher_needs_a_class(county: County) -> None:
    assert "账号" in open_account(county, role="class_teacher")
    assert not User.objects.filter(username="newcomer").exists()


def test_a_taken_name_is_said(county: County) -> None:
    open_account(county, username="villager")
    assert Post.objects.filter(user__username="villager").count() == 1


def test_a_post_that_has_ended_opens_nothing(county: County) -> None:
    post = Post.objects.get(user__username="villager")
    url = reverse("organisations:post_end", args=[post.uid])
    assert county.client("sysadmin").post(url, {"on": "2026-02-01"}).status_code == 302
    assert not county.user("villager").has_perm("people.view_person")


def test_a_post_ends_at_the_close_of_its_last_day(county: County) -> None:
    post = Post.objects.get(user__username="villager")
    post.end(timezone.localdate(), by=county.user("sysadmin"))
    assert county.user("villager").has_perm("people.view_person")


def test_a_closed_account_cannot_sign_in(county: County) -> None:
    user = county.user("villager")
    county.client("sysadmin").post(reverse("organisations:closure", args=[user.uid]))
    client = Client()
    client.post(reverse("account_login"), {"login": "villager", "password": "correct-horse-9"})
    assert client.get(reverse("organisations:places")).status_code == 302
    own = reverse("organisations:closure", args=[county.user("sysadmin").uid])
    assert county.client("sysadmin").post(own).status_code == 422


def test_administrators_and_leaders_see_no_file(county: County) -> None:
    for name in ("sysadmin", "security", "auditor", "leader"):
        assert not Person.objects.visible_to(county.user(name)).exists()


@pytest.mark.parametrize(
    ("facts", "comes_in"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, True),
        ({"REMOTE_ADDR": "::1"}, True),
        ({"REMOTE_ADDR": "192.0.2.7"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"}, False),
        ({"REMOTE_ADDR": ""}, False),
    ],
)
def test_demo_accounts_work_on_the_own_machine_only(
    county: County, tmp_path: Path, settings: Any, facts: dict[str, str], comes_in: bool
) -> None:
    settings.HOME = Home(tmp_path)
    settings.HOME.begin("demo", county="539901000000", prefix="YL")
    client = Client(**facts)  # type: ignore[arg-type]
    client.post("/accounts/login/", {"login": "office", "password": "correct-horse-9"})
    assert ("_auth_user_id" in client.session) is comes_in


def test_an_administrator_gives_himself_nothing(county: County) -> None:
    own = county.user("sysadmin")
    office = county.organisations["civil_affairs"].pk
    post = {"organisation": office, "role": "county_office", "since": "2026-01-01"}
    client = county.client("sysadmin")
    assert client.post(reverse("organisations:posts", args=[own.uid]), post).status_code == 422
    assert not county.user("sysadmin").has_perm("people.view_person")
    url = reverse("organisations:code", args=[own.uid])
    assert client.post(url).status_code == 422


def test_administrator_and_auditor_hold_no_other_role(county: County) -> None:
    office = county.organisations["civil_affairs"].pk
    client = county.client("sysadmin")
    for name, role in (("auditor", "county_office"), ("office", "auditor")):
        url = reverse("organisations:posts", args=[county.user(name).uid])
        post = {"organisation": office, "role": role, "since": "2026-01-01"}
        assert client.post(url, post).status_code == 422
        assert Post.objects.filter(user__username=name).count() == 1
    url = reverse("organisations:posts", args=[county.user("office").uid])
    second = {"organisation": office, "role": "county_leader", "since": "2026-01-01"}
    assert client.post(url, second).status_code == 302


@pytest.mark.parametrize(
    "password", ["villager-2026", "my-Guanai-9", "关爱儿童2026", "539901-xiao"]
)
def test_a_password_holds_neither_name_nor_house(
    county: County, settings: Any, password: str
) -> None:
    settings.HOME.begin("demo", county="539901000000", prefix="YL")
    change = {"oldpassword": "correct-horse-9", "password1": password, "password2": password}
    answer = county.client("villager").post("/accounts/password/change/", change)
    assert "本系统" in answer.content.decode()
    assert county.user("villager").check_password("correct-horse-9")
