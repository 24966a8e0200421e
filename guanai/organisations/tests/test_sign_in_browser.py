"""Second factors and a session that ended, in a real browser with an authenticator of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from guanai.conftest import County
from guanai.core.tests.test_browser import SMALL
from guanai.organisations.models import FactorRule, Session, User
from guanai.organisations.rules import Role
from guanai.organisations.tests.test_sign_in import PASSWORD, digits

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


def sign_in(page: Any, username: str) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)


def sign_out(page: Any) -> None:
    page.click("details.who summary")
    page.click("form[action*=logout] button")
    page.wait_for_url("**/accounts/login/**")


def with_authenticator(page: Any) -> None:
    """A device that answers for its user, as a telephone with a fingerprint does."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": device})


def test_a_passkey_is_the_second_step_and_on_ones_own_device_the_whole_sign_in(
    county: County, page_as: Open
) -> None:
    FactorRule.decide({Role.COUNTY_OFFICE}, by=county.user("security"))
    page = page_as("", width=360)
    with_authenticator(page)
    sign_in(page, "office")
    assert page.url.endswith("/accounts/")
    page.click("a[href='/accounts/passkey/']")
    assert not Axe().run(page).response["violations"]
    assert page.evaluate(SMALL) == []
    page.fill("#name", "办公电脑")
    page.check("#passwordless")
    page.click("#passkey")
    page.wait_for_url("**/accounts/codes/")
    assert page.locator(".spare-codes code").count() == 10
    page.goto("/accounts/")
    assert "办公电脑" in page.inner_text("main")
    sign_out(page)

    sign_in(page, "office")
    assert page.url.endswith("/accounts/code/")
    assert not Axe().run(page).response["violations"]
    page.click("#passkey")
    page.wait_for_selector("details.who")
    sign_out(page)

    page.click("#passkey")  # neither name nor password
    page.wait_for_selector("details.who")
    page.goto("/ledger/child/")
    assert page.url.endswith("/ledger/child/")


def test_an_app_is_set_up_by_its_picture_and_codes(county: County, page_as: Open) -> None:
    page = page_as("", width=360)
    sign_in(page, "villager")
    page.goto("/accounts/")
    assert not Axe().run(page).response["violations"]
    assert page.evaluate(SMALL) == []
    page.click("a[href='/accounts/app/']")
    assert page.evaluate("document.querySelector('figure img').naturalWidth") > 0
    assert not Axe().run(page).response["violations"]
    secret = page.inner_text("figure code")
    page.fill("#code", digits(secret))
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/codes/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    sign_out(page)
    sign_in(page, "villager")
    page.fill("[name=code]", digits(secret))
    page.keyboard.press("Enter")
    page.wait_for_selector("details.who")


def test_what_was_typed_survives_that_one_has_to_sign_in_anew(
    county: County, page_as: Open
) -> None:
    page = page_as("")
    page.clock.install()
    sign_in(page, "sysadmin")
    page.goto("/organisations/accounts/new/")
    page.fill("[name=username]", "newcomer")
    page.fill("[name=name]", "刘芳")
    page.select_option("[name=organisation]", label="小河村村民委员会")
    page.select_option("[name=role]", "village_worker")
    Session.objects.all().delete()
    page.clock.fast_forward("31:00")
    save = page.locator("form.form button.primary")
    save.click()
    page.wait_for_selector("dialog#signed-out[open]")
    assert not Axe().run(page).response["violations"]
    with page.context.expect_page() as opened:
        page.click("dialog#signed-out a")
    sign_in(opened.value, "sysadmin")
    page.click("dialog#signed-out button")
    save.click()
    page.wait_for_selector("dl.facts code")
    assert User.objects.filter(username="newcomer", name="刘芳").exists()
