"""Every URL as every role, at the door: nobody signed in, without the verb, with a foreign row."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from guanai.audit.models import Entry
from guanai.conftest import POSTS, County
from guanai.core.web import ANYBODY

# Pages that the world may read without an account, each with its reason.
OPEN = {
    "text_size": "writes a cookie only",
}
# Models without a rule of their own about who sees their rows, each with its reason.
UNSCOPED = {
    "core.Counter": "running numbers, nothing about people",
    "people.LayoutMemory": "words of column heads; read through the importer's organisation",
    "organisations.User": "its manager carries the rule",
}


def pages(
    resolver: URLResolver | None = None, space: str = ""
) -> Iterator[tuple[str, URLPattern, Any]]:
    """(name, pattern, view) of every URL of ours."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from pages(entry, f"{entry.namespace}:" if entry.namespace else space)
        elif entry.callback.__module__.startswith("guanai") and entry.name not in OPEN:
            yield f"{space}{entry.name}", entry, entry.callback


PAGES = list(pages())


def address(name: str, pattern: URLPattern) -> str:
    """The URL with ids that belong to nobody."""
    made: dict[str, Any] = {}
    for key, converter in pattern.pattern.converters.items():
        made[key] = {"UUIDConverter": uuid.UUID(int=7), "IntConverter": 0}.get(
            type(converter).__name__, "zz-none"
        )
    regex = getattr(pattern.pattern, "regex", None)
    for key in regex.groupindex if regex else ():
        if key not in made:
            made[key] = str(uuid.UUID(int=7)) if key == "uid" else SAMPLES[key]
    return reverse(name, kwargs=made)


SAMPLES = {"code": "000000000000", "act": "entry"}


def named_act(name: str) -> str:
    return {"organisations:place_change": "below"}.get(name, "entry")


@pytest.mark.parametrize(("name", "pattern", "view"), PAGES, ids=[p[0] for p in PAGES])
class TestDoor:
    def test_every_view_says_which_verb_it_needs(
        self, name: str, pattern: URLPattern, view: Any
    ) -> None:
        assert hasattr(view, "perms"), f"{name}: wrap the view with guanai.core.web.needs"

    @pytest.mark.django_db
    def test_a_stranger_is_sent_to_sign_in(self, name: str, pattern: URLPattern, view: Any) -> None:
        SAMPLES["act"] = named_act(name)
        for method in ("get", "post"):
            answer = getattr(Client(), method)(address(name, pattern))
            assert answer.status_code in {302, 405}
            if answer.status_code == 302:
                assert answer["Location"].startswith(reverse("account_login"))

    def test_without_the_verb_it_is_forbidden_and_noted(
        self, name: str, pattern: URLPattern, view: Any, county: County
    ) -> None:
        SAMPLES["act"] = named_act(name)
        if ANYBODY in view.perms:
            return
        url = address(name, pattern)
        for username, _role, _organisation in POSTS:
            user = county.user(username)
            if any(user.has_perm(perm) for perm in view.perms):
                continue
            client = county.client(username)
            for method in ("get", "post"):
                answer = getattr(client, method)(url)
                assert answer.status_code in {403, 405}, (username, method)
            assert Entry.objects.filter(user=user, refused=True).exists()

    def test_with_the_verb_a_row_that_is_not_theirs_does_not_exist(
        self, name: str, pattern: URLPattern, view: Any, county: County
    ) -> None:
        SAMPLES["act"] = named_act(name)
        url = address(name, pattern)
        if "00000000" not in url:
            return
        for username, _role, _organisation in POSTS:
            user = county.user(username)
            if ANYBODY not in view.perms and not any(user.has_perm(perm) for perm in view.perms):
                continue
            client = county.client(username)
            for method in ("get", "post"):
                answer = getattr(client, method)(url)
                assert answer.status_code in {404, 405}, (username, method)


def test_every_model_says_who_may_see_its_rows() -> None:
    lacking = []
    for label in ("core", "audit", "organisations", "people"):
        for model in apps.get_app_config(label).get_models():
            manager = model._default_manager
            rule = getattr(type(manager.all()), "visible_to", None)
            if rule is None or rule.__qualname__.startswith("ScopedQuerySet."):
                lacking.append(model._meta.label)
    assert set(lacking) <= set(UNSCOPED), set(lacking) - set(UNSCOPED)
