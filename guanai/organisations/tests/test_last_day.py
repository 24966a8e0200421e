"""With the close of a post's last day whatever it opened is shut, open sessions and jobs too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time

from guanai.audit.models import Entry
from guanai.conftest import County
from guanai.core.broken import RuleBroken
from guanai.organisations.models import Post, User
from guanai.people.importing.work import work
from guanai.people.models import AccessGrant, Import, Person
from guanai.people.tests.families import make_family

LAST = dt.datetime(2026, 11, 23, 15, 55, tzinfo=dt.UTC)  # five to midnight in Shanghai
NEXT = LAST + dt.timedelta(minutes=6)


@pytest.fixture
def clock() -> Iterator[object]:
    with freeze_time(LAST) as clock:
        yield clock


def signed_in(username: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": username, "password": "correct-horse-9"})
    return client


def end_today(county: County, username: str) -> None:
    Post.objects.get(user__username=username).end(timezone.localdate(), by=county.user("sysadmin"))


def test_an_open_session_ends_at_midnight_and_a_new_one_says_why(
    county: County, clock: object
) -> None:
    file = reverse("people:file", args=[make_family(county).child.uid])
    client = signed_in("villager")
    end_today(county, "villager")
    assert client.get(file).status_code == 200
    with freeze_time(NEXT):
        assert client.get(file)["Location"] == "/accounts/login/"
        assert not county.user("villager").sessions.exists()
        again = signed_in("villager")
        page = again.get("/").content.decode()
        assert "2026-11-23结束" in page.replace(" ", "")
        assert again.get(file).status_code == 403
        listed = county.client("security").get("/organisations/accounts/?state=ended")
        assert "villager" in listed.content.decode()


def test_a_file_that_was_opened_to_somebody_is_shut_with_his_post(
    county: County, clock: object
) -> None:
    child = make_family(county).child
    AccessGrant.objects.create(
        person=child, user=county.user("helper"), since=timezone.localdate(), reason="结对"
    )
    end_today(county, "helper")
    assert Person.objects.visible_to(county.user("helper")).get() == child
    with freeze_time(NEXT):
        assert not Person.objects.visible_to(county.user("helper")).exists()


def test_an_import_that_waits_over_midnight_writes_nothing(county: County) -> None:
    client = signed_in("villager")
    rows = "姓名,性别,出生日期,村\n萧晴,女,2018-03-02,大湾村\n".encode()
    client.post("/imports/", {"files": SimpleUploadedFile("留守儿童.csv", rows)})
    batch = Import.objects.get()
    work(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "preview"
    batch.confirm(by=county.user("villager"))
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Post.objects.get(user__username="villager").end(yesterday, by=county.user("sysadmin"))
    work(batch.pk)
    assert not Person.objects.filter(name="萧晴").exists()
    batch.refresh_from_db()
    assert batch.counts["written"] == 0


def test_an_account_that_nobody_uses_is_listed(county: County, clock: object) -> None:
    User.objects.update(date_joined=LAST - dt.timedelta(days=100))
    User.objects.filter(username="office").update(last_login=LAST - dt.timedelta(days=89))
    security = county.client("security")
    listed = security.get("/organisations/accounts/?state=unused").content.decode()
    assert "villager" in listed
    assert ">office<" not in listed


def test_a_code_lets_in_for_a_week_and_half_an_hour_from_its_first_use(
    county: County, clock: object
) -> None:
    """A connection may break before the own password is set."""

    def codes() -> list[str]:
        villager = county.user("villager")
        return [villager.new_code(by=county.user("supervisor")).code for _ in range(2)]

    def comes_in(code: str) -> bool:
        client = Client()
        client.post("/accounts/login/", {"login": "villager", "password": code})
        return "_auth_user_id" in client.session

    old, code = codes()
    assert not comes_in(old)
    with freeze_time(LAST + dt.timedelta(days=7, minutes=1)):
        assert not comes_in(code)
    assert comes_in(code)
    with freeze_time(LAST + dt.timedelta(minutes=20)):
        assert comes_in(code)
    with freeze_time(LAST + dt.timedelta(minutes=31)):
        assert not comes_in(code)


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ("supervisor", "villager"),
        ("supervisor", "school"),
        ("school", "teacher"),
        ("education", "school"),
        ("office", "outsider"),
        ("federation", "helper"),
    ],
)
def test_the_level_above_gives_a_new_code(upper: str, lower: str, county: County) -> None:
    client, user = county.client(upper), county.user(lower)
    assert lower in client.get("/organisations/accounts/").content.decode()
    answer = client.post(reverse("organisations:code", args=[user.uid]))
    assert answer.status_code == 200
    assert not county.user(lower).check_password("correct-horse-9")


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ("outsider", "villager"),  # another township
        ("villager", "neighbour"),
        ("supervisor", "office"),
        ("school", "villager"),
        ("police", "villager"),
        ("office", "federation"),
        ("federation", "villager"),
        ("office", "sysadmin"),
        ("supervisor", "supervisor"),
    ],
)
def test_nobody_else_does(upper: str, lower: str, county: County) -> None:
    code = reverse("organisations:code", args=[county.user(lower).uid])
    assert county.client(upper).post(code).status_code in {403, 404, 422}
    assert county.user(lower).check_password("correct-horse-9")


def test_a_unit_that_closes_ends_its_posts_and_does_not_give_them_back(
    county: County, clock: object
) -> None:
    file = reverse("people:file", args=[make_family(county).child.uid])
    unit = Post.objects.get(user__username="villager").organisation
    form = reverse("organisations:organisation_entry", args=[unit.uid])
    admin, villager = county.client("sysadmin"), county.client("villager")
    assert "1 个岗位当天终止" in admin.get(form).content.decode()
    facts = {"name": unit.name, "kind": unit.kind, "place": unit.place_id, "note": ""}
    assert villager.get(file).status_code == 200
    assert admin.post(form, {**facts, "closed_on": "2026-11-22"}).status_code == 302
    post = Post.objects.get(user__username="villager")
    assert str(post.until) == "2026-11-22"
    assert Entry.objects.filter(action="organisations.post.end").count() == 1
    assert county.client("villager").get(file).status_code == 403
    assert admin.post(form, {**facts, "closed_on": ""}).status_code == 302
    assert county.client("villager").get(file).status_code == 403
    admin.post(form, {**facts, "closed_on": "2026-11-22"})
    unit.refresh_from_db()
    new = Post(organisation=unit, role=post.role, since=timezone.localdate())
    with pytest.raises(RuleBroken):
        county.user("neighbour").give(new, by=county.user("sysadmin"))


def test_the_administrators_own_unit_is_not_closed_under_them(county: County) -> None:
    unit = Post.objects.get(user__username="sysadmin").organisation
    form = reverse("organisations:organisation_entry", args=[unit.uid])
    facts = {
        "name": unit.name,
        "kind": unit.kind,
        "place": unit.place_id,
        "closed_on": "2026-11-22",
    }
    assert county.client("sysadmin").post(form, facts).status_code == 422
    unit.refresh_from_db()
    assert unit.closed_on is None
