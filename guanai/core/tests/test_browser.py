"""Pages in a real browser: readable for everybody, by keyboard, on a phone, under our policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from guanai.conftest import County

pytestmark = pytest.mark.browser
PAGES = [
    ("", "/accounts/login/"),
    ("", "/nothing/"),
    ("supervisor", "/"),
    ("supervisor", "/help/"),
    ("auditor", "/help/county_office/"),
    ("supervisor", "/accounts/password/change/"),
    ("supervisor", "/organisations/accounts/"),
    ("supervisor", "/organisations/"),
    ("supervisor", "/organisations/bodies/"),
    ("supervisor", "/ledger/child/"),
    ("supervisor", "/people/new/"),
    ("supervisor", "/imports/"),
    ("leader", "/figures/"),
    ("sysadmin", "/organisations/places/"),
    ("security", "/organisations/second-factor/"),
    ("security", "/accounts/"),
    ("auditor", "/audit/"),
]
SMALL = """() => [...document.querySelectorAll("button, .button, .chip, summary, .rail a, .doors a"
  + ", select, input:not([type=hidden], [type=checkbox])")]
  .filter((e) => e.checkVisibility() && !e.closest(".visually-hidden, .search"))
  .map((e) => e.type === "radio" ? e.closest("label") ?? e : e)  // its words are hit as well
  .filter((e) => Math.round(e.getBoundingClientRect().height) < 48)
  .map((e) => e.outerHTML)"""  # what a thumb must hit and could miss

Open = Callable[..., Any]


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize(("username", "path"), PAGES)
def test_a_page_is_accessible_and_fits_its_width(
    county: County, page_as: Open, username: str, path: str, width: int
) -> None:
    page = page_as(username, width=width)
    page.goto(path)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 360:
        assert page.evaluate(SMALL) == []


def test_the_demo_says_so_to_everybody(county: County, page_as: Open, settings: Any) -> None:
    settings.HOME.begin("demo", county="539901000000", prefix="YL")
    page = page_as("supervisor", width=360)
    page.goto("/")
    assert page.locator("aside.demo").is_visible()
    assert not Axe().run(page).response["violations"]


def test_signing_in_works_and_leads_home(county: County, page_as: Open) -> None:
    page = page_as("")
    page.goto("/")
    page.fill("[name=login]", "supervisor")
    page.fill("[name=password]", "correct-horse-9")
    page.keyboard.press("Enter")
    page.wait_for_selector("details.who")
    assert "supervisor" in page.inner_text("h1")


def test_the_keyboard_opens_and_closes_the_menu_and_walks_a_register(
    county: County, page_as: Open
) -> None:
    page = page_as("supervisor")
    page.goto("/organisations/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.locator("tr.at").count() == 1
    first = page.locator("tr.at a").first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{first}")
    page.click("details.who summary")
    assert page.is_visible(".menu")
    page.keyboard.press("Escape")
    assert not page.is_visible(".menu")


def test_a_dangerous_button_asks_first(county: County, page_as: Open) -> None:
    page = page_as("supervisor")
    page.goto("/")
    page.click("details.who summary")
    page.evaluate(
        "document.querySelector('form[action*=logout] button').dataset.confirm = '退出吗？'"
    )
    page.click("form[action*=logout] button")
    assert "退出吗？" in page.inner_text("dialog[open]")
    page.click("dialog[open] [value=no]")
    page.wait_for_selector("dialog[open]", state="detached")
    page.click("form[action*=logout] button")
    page.click("dialog[open] [value=yes]")
    page.wait_for_url("**/accounts/login/**")


def test_the_language_changes_without_leaving_the_page(county: County, page_as: Open) -> None:
    page = page_as("supervisor")
    page.goto("/help/")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    page.click("details.who summary")
    page.click("button[lang=en]")
    page.wait_for_selector("html[lang=en]")
    assert page.url.endswith("/help/")
    assert "Help" in page.inner_text("h1")


def test_htmx_runs_under_the_policy_and_shows_an_invalid_form_in_place(
    county: County, page_as: Open
) -> None:
    page = page_as("supervisor")
    page.route("**/trial/", lambda route: route.fulfill(status=422, body="<p id='no'>不行</p>"))
    page.goto("/")
    page.evaluate(
        """() => {
          const button = document.createElement("button");
          button.id = "trial";
          button.setAttribute("hx-post", "/trial/");
          button.setAttribute("hx-swap", "outerHTML");
          document.querySelector("main").append(button);
          htmx.process(button);
        }"""
    )
    page.click("#trial")
    page.wait_for_selector("#no")
