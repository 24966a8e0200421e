"""Coming in: guessing is slowed and shuts nobody out; second factors; sessions."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import re
import struct
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings as configured
from django.contrib.auth.hashers import MD5PasswordHasher, identify_hasher, make_password
from django.contrib.sessions.models import Session as OldSession
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from freezegun import freeze_time

from guanai.audit import rotation
from guanai.audit.models import Entry
from guanai.conftest import County
from guanai.core.crypto import Unreadable, vault
from guanai.core.home import Home
from guanai.organisations.models import FactorRule, Lane, Session
from guanai.organisations.rules import Role
from guanai.organisations.slowing import device, pause

LOGIN, PASSWORD = "/accounts/login/", "correct-horse-9"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/129.0 Safari/537.36"


def sign_in(client: Client, name: str, password: str = PASSWORD, **sent: str) -> Any:
    return client.post(LOGIN, {"login": name, "password": password, **sent})


def is_in(client: Client) -> bool:
    return client.get("/help/").status_code == 200


def at(address: str) -> Client:
    return Client(REMOTE_ADDR=address, headers={"user-agent": WINDOWS})


def digits(secret: str) -> str:
    """RFC 6238 by hand."""
    key, slot = base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(key, slot, hashlib.sha1)
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def set_up_app(client: Client) -> str:
    """The secret of an app that this client has set up just after signing in."""
    page = client.get("/accounts/app/").content.decode()
    assert "data:image/svg+xml;base64," in page
    found = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert found is not None
    answer = client.post("/accounts/app/", {"code": digits(found[1])})
    assert answer.status_code == 302, answer.content.decode()
    return found[1]


@pytest.fixture
def real_county(county: County, settings: Any) -> County:
    """As in a county's home, where the roles that reach all of it need a second factor."""
    settings.HOME.begin("county", county="539901000000", prefix="YL")
    return county


class TestGuessing:
    def test_a_hundred_wrong_tries_elsewhere_leave_the_owner_her_device(
        self, county: County
    ) -> None:
        known, thief = at("10.0.0.5"), at("10.0.0.66")
        sign_in(known, "supervisor")
        known.post("/accounts/logout/")
        answers = [sign_in(thief, "supervisor", f"guess-{i}") for i in range(100)]
        assert not is_in(thief)
        assert answers[0].status_code == answers[-1].status_code == 422
        assert re.search(r"请在 \d+ 秒后再试", answers[-1].content.decode())
        assert sign_in(thief, "supervisor").status_code == 422  # the right one too must wait
        assert sign_in(known, "supervisor").status_code == 302
        assert is_in(known)
        stranger = at("10.0.0.7")  # a new telephone, elsewhere
        sign_in(stranger, "supervisor")
        assert is_in(stranger)

    def test_at_the_address_of_the_thief_a_new_device_waits_and_a_known_one_does_not(
        self, county: County
    ) -> None:
        known = at("10.0.0.5")
        sign_in(known, "supervisor")
        known.post("/accounts/logout/")
        for i in range(30):
            sign_in(at("10.0.0.5"), "supervisor", f"guess-{i}")
        newcomer = at("10.0.0.5")
        assert sign_in(newcomer, "supervisor").status_code == 422
        assert sign_in(at("10.0.0.5"), "villager").status_code == 302  # another account
        assert sign_in(known, "supervisor").status_code == 302
        with freeze_time(timezone.now() + dt.timedelta(seconds=301)):
            assert sign_in(newcomer, "supervisor").status_code == 302

    def test_many_addresses_together_take_away_the_free_tries_but_shut_nobody_out(
        self, county: County
    ) -> None:
        for i in range(60):
            sign_in(at(f"10.0.1.{i}"), "supervisor", "guess")
        newcomer = at("10.0.2.1")
        sign_in(newcomer, "supervisor", "mistyped")
        assert "请在" in sign_in(newcomer, "supervisor").content.decode()
        assert sign_in(at("10.0.2.2"), "supervisor").status_code == 302

    def test_a_device_known_for_one_account_is_no_lane_to_another(self, county: County) -> None:
        insider = at("10.0.0.5")
        sign_in(insider, "villager")
        cookie = insider.cookies["device"]
        assert cookie["httponly"]
        insider.post("/accounts/logout/")
        for i in range(30):
            sign_in(at("10.0.0.5"), "supervisor", f"guess-{i}")
        assert "请在" in sign_in(insider, "supervisor", "guess").content.decode()

    def test_a_name_that_nobody_has_is_answered_and_slowed_as_one_that_somebody_has(
        self, county: County
    ) -> None:
        for name in ("supervisor", "nobody-of-us"):
            thief = at("10.0.0.66")
            told = [sign_in(thief, name, "guess").content.decode() for _i in range(7)]
            assert "不正确" in told[0]
            assert "请在" in told[-1]
        entries = Entry.objects.filter(action="organisations.sign_in", refused=True)
        assert entries.filter(facts__address="10.0.0.66").count() >= 10
        kept = " ".join(str(entry.facts) for entry in entries)
        assert "guess" not in kept
        assert "nobody" not in kept
        assert entries.filter(subject_uid=county.user("supervisor").uid.bytes).exists()

    def test_success_stands_in_the_log_with_its_ways(self, county: County) -> None:
        sign_in(at("10.0.0.5"), "supervisor")
        entry = Entry.objects.get(action="organisations.sign_in", refused=False)
        assert entry.user == county.user("supervisor")
        assert entry.facts["ways"] == ["password"]
        assert entry.facts["device"] == "Chrome · Windows"

    def test_no_more_hashing_for_somebody_than_for_nobody(
        self, county: County, settings: Any
    ) -> None:
        """That it takes as long: both compute one hash, by the hasher of today."""
        settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
        user = county.user("supervisor")
        user.set_password(PASSWORD)
        user.save()
        spent = []
        for name in ("supervisor", "nobody-of-us"):
            Counting.computed = 0
            sign_in(at("10.0.0.5"), name, "guess")
            spent.append(Counting.computed)
        assert spent == [1, 1]

    def test_an_old_hash_is_made_anew_at_sign_in(self, county: County, settings: Any) -> None:
        settings.PASSWORD_HASHERS = [
            "guanai.organisations.accounts.Argon2",
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        ]
        user = county.user("supervisor")
        user.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
        user.save()
        assert sign_in(Client(), "supervisor").status_code == 302
        assert identify_hasher(county.user("supervisor").password).algorithm == "argon2"

    def test_what_is_old_is_forgotten_in_the_morning(self, county: County) -> None:
        sign_in(at("10.0.0.66"), "supervisor", "guess")
        Lane.forget_old()
        assert Lane.objects.count() == 3
        with freeze_time(timezone.now() + dt.timedelta(days=1, minutes=1)):
            Lane.forget_old()
        assert not Lane.objects.exists()

    @pytest.mark.parametrize(
        ("failures", "known", "fire", "seconds"),
        [(4, False, False, 0), (5, False, False, 5), (7, False, False, 20), (99, False, False, 300),
         (1, False, True, 5), (9, True, True, 0), (10, True, True, 5), (99, True, False, 60)],
    )  # fmt: skip
    def test_the_wait_doubles_up_to_a_bound(
        self, failures: int, known: bool, fire: bool, seconds: int
    ) -> None:
        assert pause(failures, known=known, under_fire=fire) == seconds


class Counting(MD5PasswordHasher):
    computed = 0

    def encode(self, password: str, salt: str) -> str:
        Counting.computed += 1
        return super().encode(password, salt)


@pytest.mark.parametrize(
    ("to", "leads"),
    [("/help/", "/help/"), ("https://evil.example/", "/"), ("//evil.example/", "/"),
     ("http://localhost/help/", "/"), ("javascript:alert(1)", "/"), ("/\\evil.example", "/")],
)  # fmt: skip
def test_after_sign_in_one_stays_in_the_house(county: County, to: str, leads: str) -> None:
    assert sign_in(Client(), "supervisor", next=to)["Location"] == leads


class TestSecondFactor:
    def test_who_reaches_the_county_sets_one_up_first_and_needs_it_next_time(
        self, real_county: County
    ) -> None:
        client = at("10.0.0.5")
        assert sign_in(client, "office")["Location"] == "/"
        assert client.get("/ledger/child/")["Location"] == "/accounts/"
        part = client.get("/ledger/child/", headers={"HX-Request": "true"})
        assert part["HX-Refresh"] == "true"
        secret = set_up_app(client)
        codes = re.findall(r"<code>(\d{8})</code>", client.get("/accounts/codes/").content.decode())
        assert len(codes) == 10
        assert not re.findall(r"<code>\d{8}", client.get("/accounts/codes/").content.decode())
        assert client.get("/ledger/child/").status_code == 200
        kept = str(list(Authenticator.objects.values_list("data"))) + str(
            list(Session.objects.values_list("session_data"))
        )
        assert secret not in kept
        assert not any(code in kept for code in codes)

        client.post("/accounts/logout/")
        assert sign_in(client, "office")["Location"] == "/accounts/code/"
        assert not is_in(client)
        assert client.post("/accounts/code/", {"code": "000000"}).status_code == 422
        code = digits(secret)
        other = at("10.0.0.8")
        sign_in(other, "office")
        assert client.post("/accounts/code/", {"code": code}).status_code == 302
        assert is_in(client)
        cache.clear()  # as it is in another worker
        assert other.post("/accounts/code/", {"code": code}).status_code == 422  # works once
        assert other.post("/accounts/code/", {"code": codes[0]}).status_code == 302
        assert is_in(other)
        entries = Entry.objects.filter(facts__has_key="ways").order_by("pk")
        ways = [entry.facts["ways"] for entry in entries]
        assert ways == [["password"], ["password", "totp"], ["password", "recovery_codes"]]

    def test_guessing_the_code_is_slowed_as_well(self, real_county: County) -> None:
        client = at("10.0.0.5")
        sign_in(client, "office")
        secret = set_up_app(client)
        thief = at("10.0.0.66")
        sign_in(thief, "office")
        told = [thief.post("/accounts/code/", {"code": f"{i:06}"}) for i in range(8)]
        assert "请在" in told[-1].content.decode()
        client.post("/accounts/logout/")
        sign_in(client, "office")
        assert client.post("/accounts/code/", {"code": digits(secret)}).status_code == 302

    def test_the_last_one_of_somebody_who_must_stays(self, real_county: County) -> None:
        client = at("10.0.0.5")
        sign_in(client, "office")
        set_up_app(client)
        user = real_county.user("office")
        key = user.factors.get().pk
        removal = "/accounts/factors/removal/"
        assert client.post(removal, {"factor": key}).status_code == 422
        helper = at("10.0.0.6")  # who need not have one may remove it; nobody another's
        sign_in(helper, "helper")
        assert helper.post(removal, {"factor": key}).status_code == 422
        set_up_app(helper)
        own = real_county.user("helper").factors.get().pk
        with freeze_time(timezone.now() + dt.timedelta(minutes=6)):  # the password first
            asked = helper.post(removal, {"factor": own})["Location"]
            assert asked.startswith("/accounts/reauthenticate/")
            assert real_county.user("helper").factors.exists()
            helper.post(asked, {"password": PASSWORD})
        assert not Authenticator.objects.filter(user=real_county.user("helper")).exists()
        assert Entry.objects.get(action="organisations.factor.remove").facts == {"kind": "totp"}

    def test_a_lost_one_is_dropped_by_who_may_give_the_accounts_codes(
        self, real_county: County
    ) -> None:
        client, user = at("10.0.0.5"), real_county.user("office")
        sign_in(client, "office")
        set_up_app(client)
        url = f"/organisations/accounts/{user.uid}/factors/end/"
        assert at("10.0.0.9").post(url)["Location"].startswith(LOGIN)
        assert real_county.client("outsider").post(url).status_code == 404
        assert real_county.client("security").post(url).status_code == 422  # not his to do
        sysadmin = real_county.client("sysadmin")
        assert "手机丢失" in sysadmin.get(url.removesuffix("factors/end/")).content.decode()
        assert sysadmin.post(url).status_code == 302
        assert not is_in(client)
        assert not Authenticator.objects.filter(user=user).exists()
        sign_in(client, "office")
        assert client.get("/ledger/child/")["Location"] == "/accounts/"
        acts = set(Entry.objects.values_list("action", flat=True))
        assert {"organisations.factor.add", "organisations.factor.drop"} <= acts

    def test_the_security_administrator_decides_who_must(self, county: County) -> None:
        security, villager = county.client("security"), county.client("villager")
        page = security.get("/organisations/second-factor/").content.decode()
        assert "checked" not in page  # no county's home
        roles = ["village_worker", "auditor", "no_such_role"]
        security.post("/organisations/second-factor/", {"role": roles})
        entry = Entry.objects.get(action="organisations.factor.rule")
        assert entry.facts == {"on": ["auditor", "village_worker"], "off": []}
        assert villager.get("/ledger/child/").status_code == 200
        with freeze_time(timezone.now() + dt.timedelta(seconds=61)):
            assert villager.get("/ledger/child/")["Location"] == "/accounts/"
            security.post("/organisations/second-factor/", {"role": ["auditor"]})
            assert villager.get("/ledger/child/").status_code == 200
        client = Client()
        sign_in(client, "auditor")
        set_up_app(client)
        standing = {row.role: row for row in FactorRule.standings()}[Role.AUDITOR]
        assert (standing.required, standing.accounts, standing.guarded) == (True, 1, 1)

    def test_in_a_demo_nobody_must_unless_it_is_switched_on(
        self, county: County, settings: Any
    ) -> None:
        settings.HOME.begin("demo", county="539901000000", prefix="YL")
        client = Client()
        sign_in(client, "office")
        assert client.get("/ledger/child/").status_code == 200
        FactorRule.decide({Role.COUNTY_OFFICE}, by=county.user("security"))
        assert county.user("office").lacks_factor()

    def test_a_new_county_key_takes_the_secrets_along(
        self, county: County, settings: Any, tmp_path: Path
    ) -> None:
        settings.HOME = Home(tmp_path)
        client, old = Client(), vault()
        sign_in(client, "villager")
        secret = set_up_app(client)
        rotation.rotate(wait=0, begin=True)
        kept = bytes.fromhex(Authenticator.objects.get(type="totp").data["secret"])
        assert vault().county.open(kept, "account.factor") == secret
        with pytest.raises(Unreadable):
            old.county.open(kept, "account.factor")


class TestSessions:
    def test_one_sees_and_ends_ones_own(self, county: County) -> None:
        office, phone = at("10.0.0.5"), Client(headers={"user-agent": "Android Chrome"})
        tablet, another = Client(), Client()
        for client in (office, phone, tablet):
            sign_in(client, "supervisor")
        sign_in(another, "villager")
        page = office.get("/accounts/").content.decode()
        assert "Chrome · Windows" in page
        assert "Chrome · Android" in page
        assert page.count("本机") == 1
        uid = Session.objects.get(user__username="supervisor", device="Chrome · Android").uid
        assert another.post(f"/accounts/sessions/{uid}/").status_code == 404
        assert is_in(phone)
        office.post(f"/accounts/sessions/{uid}/")
        assert [is_in(client) for client in (office, phone, tablet)] == [True, False, True]
        office.post("/accounts/sessions/others/")
        assert [is_in(client) for client in (office, tablet, another)] == [True, False, True]

    def test_a_new_password_ends_the_others_and_closing_the_account_all(
        self, county: County
    ) -> None:
        here, there = Client(), Client()
        sign_in(here, "supervisor")
        sign_in(there, "supervisor")
        new = {
            "oldpassword": PASSWORD,
            "password1": "quiet-river-31",
            "password2": "quiet-river-31",
        }
        assert here.post("/accounts/password/change/", new).status_code == 302
        assert Session.objects.filter(user__username="supervisor").count() == 1
        assert is_in(here)
        assert not is_in(there)
        county.user("supervisor").switch(False, by=county.user("sysadmin"))
        assert not is_in(here)
        assert not Session.objects.filter(user__username="supervisor").exists()

    @pytest.mark.parametrize(("name", "idle", "most"), [("office", 30, 12), ("villager", 720, 168)])
    def test_it_ends_when_nobody_is_there_and_at_last_anyway(
        self, county: County, name: str, idle: int, most: int
    ) -> None:
        client, now = Client(), timezone.now()
        sign_in(client, name)
        minutes = 0
        while minutes + idle - 1 < most * 60:
            minutes += idle - 1
            with freeze_time(now + dt.timedelta(minutes=minutes)):
                assert is_in(client), minutes
        with freeze_time(now + dt.timedelta(hours=most, seconds=1)):
            assert not is_in(client)
            sign_in(client, name)
        with freeze_time(now + dt.timedelta(hours=most, minutes=idle, seconds=2)):
            assert not is_in(client)

    def test_a_part_of_a_page_whose_session_is_over_sends_the_page_to_sign_in(
        self, county: County
    ) -> None:
        answer = Client().get("/ledger/child/", headers={"HX-Request": "true"})
        assert answer["HX-Refresh"] == "true"

    def test_the_unsealed_sessions_of_0_1_0_are_gone_after_the_upgrade(self, db: None) -> None:
        OldSession.objects.create(session_key="x", session_data="y", expire_date=timezone.now())
        import_module("guanai.organisations.migrations.0003_old_sessions").remove(apps, None)
        assert not OldSession.objects.exists()

    @pytest.mark.parametrize(
        ("agent", "called"),
        [(WINDOWS, "Chrome · Windows"), ("Mozilla/5.0 (iPhone) MicroMessenger/8", "微信 · iPhone"),
         ("Mozilla/5.0 (X11; Linux) Firefox/140", "Firefox · Linux"), ("curl/8", "")],
    )  # fmt: skip
    def test_a_device_has_a_name(self, agent: str, called: str) -> None:
        assert device(agent) == called


def test_allauths_pages_ask_who_is_there(county: County) -> None:
    """Beside the door of our own pages: those that hold something about an account."""
    pages = ["app", "passkey", "codes", "codes/new", "password/change", "reauthenticate", "token"]
    for page in pages:
        for answer in (Client().get(f"/accounts/{page}/"), Client().post(f"/accounts/{page}/")):
            assert answer.status_code in {302, 405}, page
            if answer.status_code == 302:
                assert answer["Location"].startswith(LOGIN), page
    waiting = Client().get("/accounts/code/")
    assert waiting["Location"] == LOGIN
    assert configured.ACCOUNT_RATE_LIMITS["login"] is None
