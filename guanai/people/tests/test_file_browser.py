"""A file in a real browser: readable for everybody, on a phone; edited in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from guanai.conftest import County
from guanai.core.tests.test_browser import SMALL
from guanai.people.models import Person
from guanai.people.tests.families import make_family

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("page_name", ["file", "history", "print", "move", "new_kin", "register"])
def test_a_file_is_accessible_and_fits_its_width(
    county: County, page_as: Open, page_name: str, width: int
) -> None:
    child = make_family(county).child
    child.change({"details.character": "开朗"}, base_version=1, by=county.user("supervisor"))
    page = page_as("supervisor", width=width)
    page.goto(reverse(f"people:{page_name}", kwargs={"uid": child.uid}))
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 360:
        assert page.evaluate(SMALL) == []


def test_a_form_on_a_page_of_its_own_leads_to_the_file_as_it_looks(
    county: County, page_as: Open
) -> None:
    child = make_family(county).child
    path = reverse("people:file", args=[child.uid])
    page = page_as("supervisor", width=1440)
    page.goto(reverse("people:register", args=[child.uid]))
    page.select_option("[name=group]", "difficulty")
    page.click("main .button.primary")
    page.wait_for_url(f"**{path}")
    styles = page.eval_on_selector_all("link[rel=stylesheet]", "all => all.map((one) => one.href)")
    assert any("people/file" in one for one in styles)


def test_two_edit_in_place_and_the_second_chooses(county: County, page_as: Open) -> None:
    child = make_family(county).child
    path = reverse("people:file", kwargs={"uid": child.uid})
    change = f"a[hx-get$='{reverse('people:section', args=[child.uid, 'details'])}']"
    first, second = page_as("villager", width=360), page_as("supervisor")
    for page in (first, second):
        page.goto(path)
        page.click(change)
        page.wait_for_selector("[name=interests]")
    first.fill("[name=interests]", "画画")
    first.fill("[name=character]", "开朗")
    first.click("form:has([name=interests]) .primary")
    first.wait_for_selector("dd:has-text('画画')")
    second.fill("[name=interests]", "唱歌")
    second.click("form:has([name=interests]) .primary")
    second.wait_for_selector("[type=radio][value=画画]")
    second.check("[type=radio][value=唱歌]")
    second.click("form:has([name=interests]) .primary")
    second.wait_for_selector("dd:has-text('唱歌')")
    assert Person.objects.get(pk=child.pk).details == {"interests": "唱歌", "character": "开朗"}
