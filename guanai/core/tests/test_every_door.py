"""Every URL as every role, inside and outside the scope, at the door.

One test a role: its pages without the verb, with ids of nobody, and with rows of 大湾村 that it may
or may not see. What the pages then show is tested beside the pages.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from guanai.audit.models import Entry
from guanai.conftest import POSTS, County
from guanai.core.crypto import vault
from guanai.core.web import ANYBODY
from guanai.organisations.models import Body, Member, Organisation, Post, User
from guanai.people.models import (
    CarerFinding,
    Contact,
    Import,
    LegalBasis,
    Person,
    Registration,
    SavedView,
)
from guanai.people.tests.families import make_family, row

# Pages that the world may read without an account, each with its reason.
OPEN = {"text_size": "writes a cookie only"}
# Models without a rule of their own about who sees their rows, each with its reason.
UNSCOPED = {
    "core.Counter": "running numbers, nothing about people",
    "people.LayoutMemory": "words of column heads; read through the importer's organisation",
}
NOBODY = uuid.UUID(int=7)
USERS = [username for username, _role, _organisation in POSTS]


class Page(NamedTuple):
    name: str
    route: str
    view: Any
    keys: tuple[str, ...]


def pages(resolver: URLResolver | None = None, space: str = "", route: str = "") -> Iterator[Page]:
    """Every page of ours with the whole of its route."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from pages(entry, f"{entry.namespace}:" if entry.namespace else space, here)
        elif is_ours(entry):
            keys = re.findall(r"[<:](\w+)>", str(entry.pattern))
            yield Page(f"{space}{entry.name}", here, entry.callback, tuple(keys))


def is_ours(entry: URLPattern) -> bool:
    return entry.callback.__module__.startswith("guanai") and entry.name not in OPEN


PAGES = list(pages())
# What stands in an address besides ids: words that the page knows.
WORDS = {
    "act": "entry",
    "group": "child",
    "section": "basics",
    "kind": "contact",
    "key": "special_team",
    "role": "auditor",
    "number": 1,
    "candidate": 1,
    "code": "zz-none",
}
ACTS = {"organisations:place_change": "below"}


def address(page: Page, ids: dict[str, Any]) -> str:
    """The page's URL; ids that are not given belong to nobody."""
    words = {**WORDS, "act": ACTS.get(page.name, "entry")}
    return reverse(
        page.name, kwargs={key: ids.get(key, words.get(key, NOBODY)) for key in page.keys}
    )


def may_enter(user: User, page: Page) -> bool:
    return ANYBODY in page.view.perms or any(user.has_perm(perm) for perm in page.view.perms)


def names_a_row(page: Page) -> bool:
    ids = {"uid", "of", "row", "change"}
    return bool(ids & set(page.keys)) or page.name.startswith("organisations:place_")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_view_says_which_verb_it_needs(page: Page) -> None:
    assert hasattr(page.view, "perms"), "wrap the view with guanai.core.web.needs"


@pytest.mark.django_db
def test_a_stranger_is_sent_to_sign_in() -> None:
    for page in PAGES:
        url = address(page, {})
        answers = {method: getattr(Client(), method)(url) for method in ("get", "head", "post")}
        assert answers["get"].status_code == answers["head"].status_code, page.name
        for answer in answers.values():
            assert answer.status_code in {302, 405}, page.name
            if answer.status_code == 302:
                assert answer["Location"].startswith(reverse("account_login")), page.name


@pytest.mark.parametrize("username", USERS)
def test_without_the_verb_it_is_forbidden_and_noted(username: str, county: County) -> None:
    user, client = county.user(username), county.client(username)
    closed = [page for page in PAGES if not may_enter(user, page)]
    assert closed
    for page in closed:
        before = Entry.objects.filter(user=user, refused=True).count()
        answers = {getattr(client, m)(address(page, {})).status_code for m in ("get", "post")}
        assert answers <= {403, 405}, page.name
        assert Entry.objects.filter(user=user, refused=True).count() > before, page.name


@pytest.mark.parametrize("username", USERS)
def test_with_the_verb_a_row_of_nobody_does_not_exist(username: str, county: County) -> None:
    user, client = county.user(username), county.client(username)
    for page in PAGES:
        if may_enter(user, page) and names_a_row(page):
            for method in ("get", "post"):
                status = getattr(client, method)(address(page, {})).status_code
                assert status in {404, 405}, (page.name, method, status)


class Row(NamedTuple):
    """A row that an address names: who may see it, and the ids by which it is named."""

    seen_by: Callable[[User], bool]
    ids: dict[str, Any]


def rows(county: County) -> dict[str, Row]:
    """By the beginning of their routes, rows that belong to 大湾村 and its school."""
    family = make_family(county)
    child = family.child
    contact = row(Contact, child, kind="phone", value="19900000009")
    child.change(
        {"details.character": "文静"}, base_version=child.version, by=county.user("office")
    )
    villager, supervisor = county.user("villager"), county.user("supervisor")
    finding = CarerFinding.objects.create(
        person=family.father,
        ground="neglect",
        sealed_evidence=family.father.sealer.seal("证据", "finding.evidence"),
        raised_by=supervisor,
    )
    batch = Import.objects.create(
        by=villager,
        organisation=county.organisations["dawan_committee"],
        file_name="花名册.xlsx",
        sealed_key=vault().new_key(),
    )
    view = SavedView.objects.create(owner=villager, group="child", name="我的")
    legal = LegalBasis.objects.create(
        flag="family_planning", document="文件", number="1", since="2026-01-01",
        entered_by=supervisor,
    )  # fmt: skip
    body = Body.objects.create(
        kind="special_team",
        name="专班",
        organisation=county.organisations["dawan_committee"],
        place=county.places["dawan"],
    )
    member = Member.objects.create(body=body, name="某人", position="head")

    def sees(one: Any) -> Callable[[User], bool]:
        return lambda user: type(one)._default_manager.visible_to(user).filter(pk=one.pk).exists()

    change = child.changes.get()
    file = {"uid": child.uid, "of": family.father.uid, "row": contact.uid, "change": change.uid}
    of_kin = {**file, "row": Contact.objects.filter(person=family.father).get().uid}
    return {
        "people/<uuid:uid>/kin/": Row(sees(child), of_kin),
        "people/<uuid:uid>/": Row(sees(child), file),
        "people/findings/": Row(sees(finding), {"uid": finding.uid}),
        "people/legal-bases/": Row(sees(legal), {"uid": legal.uid}),
        "imports/<uuid:uid>/": Row(sees(batch), {"uid": batch.uid}),
        "ledger/views/": Row(sees(view), {"uid": view.uid}),
        "organisations/units/": Row(
            sees(county.organisations["school"]), {"uid": county.organisations["school"].uid}
        ),
        "organisations/bodies/<uuid:uid>/": Row(sees(body), {"uid": body.uid}),
        "organisations/^members": Row(sees(member), {"uid": member.uid}),
        "organisations/accounts/": Row(sees(villager), {"uid": villager.uid}),
        "organisations/posts/": Row(
            sees(Post.objects.get(user=villager)), {"uid": Post.objects.get(user=villager).uid}
        ),
    }


@pytest.mark.parametrize("username", USERS)
def test_a_row_exists_for_those_only_who_may_see_it(username: str, county: County) -> None:
    """GET only: what a POST does to a row that one sees is tested beside its page."""
    county.user(username)
    known = rows(county)
    user, client = county.user(username), county.client(username)
    for page in PAGES:
        if "uid" not in page.keys or not may_enter(user, page):
            continue
        start = max((s for s in known if page.route.startswith(s)), key=len, default="")
        assert start, f"{page.name}: name a row for {page.route}"
        found = known[start]
        status = client.get(address(page, found.ids)).status_code
        if found.seen_by(user):
            assert status in ({200, 302, 403, 405} | BY_CONTENT.get(page.name, set())), page.name
        else:
            assert status in {404, 405}, (page.name, status)


# Pages that are 404 for a row that is there, because the thing asked of it is not.
BY_CONTENT: dict[str, set[int]] = {
    "imports:row": {404},
    "imports:table": {404},
    "imports:likeness": {404},
    "imports:rejected": {404},
    "people:strike": {404},
}


def test_every_model_says_who_may_see_its_rows() -> None:
    lacking = []
    for label in ("core", "audit", "organisations", "people"):
        for model in apps.get_app_config(label).get_models():
            rule = getattr(type(model._default_manager.all()), "visible_to", None)
            if rule is None or rule.__qualname__.startswith("ScopedQuerySet."):
                lacking.append(model._meta.label)
    assert set(lacking) <= set(UNSCOPED), set(lacking) - set(UNSCOPED)


def test_who_sees_a_child_of_the_village(county: County) -> None:
    """The expected answer by hand, so that the generated tests do not agree with a wrong rule."""
    rows(county)
    child = Registration.objects.get(group="child").person
    seeing = {
        name for name in USERS if Person.objects.visible_to(county.user(name)).filter(
            pk=child.pk
        )
    }  # fmt: skip
    assert seeing == {
        "villager", "supervisor", "teacher", "school", "office", "federation", "education",
    }  # fmt: skip
    assert Organisation.objects.exists()
