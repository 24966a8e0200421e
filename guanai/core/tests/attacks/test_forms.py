"""Every field of every form that any page shows, filled by somebody who means harm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse

from guanai.conftest import County
from guanai.core.tests.attacks.forms import Found, forms, undone
from guanai.core.tests.headers import faults
from guanai.organisations.models import Organisation, Place, User
from guanai.people.models import Person

TEXTS = ("text", "textarea", "search", "tel", "password")
CHOICES = ("select", "radio", "checkbox", "button", "hidden")
MARK = "'--<b>{{7}}%s"  # SQL, script, template and format string in the length of a name
RENDERED = ("<b>{{7}}", "<b>7", "OperationalError", "Traceback", "SELECT ")
WRONG = ["2026-02-30", "9999-12-31", "1e999", "9" * 20]
LONG = ["A" * 100_000 + "\u202e😀\ufffe", "\x00../../etc/passwd\r\nSet-Cookie: a=b"]
ELSEWHERE = ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:x()"]
SECRET = "zzmass"
NUMBER, DAY = 7777777, dt.date(1901, 2, 3)
OURS = ("core", "audit", "organisations", "people")
Attack = Callable[[Found, "World"], Iterator[str]]


def tables() -> list[type[models.Model]]:
    """Of all our rooms, later ones too."""
    ours = [config for config in apps.get_app_configs() if config.name.startswith("guanai.")]
    return [model for config in ours for model in config.get_models()]


class World:
    """Rows that nobody may touch, and what must hold of all rows after an attack."""

    def __init__(self, county: County) -> None:
        place = county.places["xintian"]
        self.decoys = {
            User: User.objects.create_user("decoy", "correct-horse-9", name="decoy"),
            Organisation: Organisation.objects.create(name="诱饵", kind="school", place=place),
            Place: Place.plant("539901101203", "诱饵村", "village", county.places["shikan"]),
            Person: Person.objects.create(name="诱饵", place=place),
        }
        self.extra = {name: value for model in tables() for name, value in self._fields(model)}
        self.before: set[str] = set()
        self.before = self.assigned()
        self.extra |= {"is_staff": "on", "is_superuser": "on", "groups": "1", "path": "0"}

    def _fields(self, model: type[models.Model]) -> Iterator[tuple[str, str]]:
        for field in model._meta.concrete_fields:
            decoy = self.decoys.get(field.related_model) if field.related_model else None
            if decoy is not None:
                yield field.name, str(getattr(decoy, "uid", decoy.pk))
                yield field.attname, str(decoy.pk)
            elif isinstance(field, models.DateField):
                yield field.name, DAY.isoformat()
            elif isinstance(field, models.IntegerField):
                yield field.name, str(NUMBER)
            elif isinstance(field, (models.CharField, models.TextField)):
                yield field.name, SECRET

    def assigned(self) -> set[str]:
        """Where something stands that no form offered."""
        found = {model.__name__ for model in tables() if _marks(model)}
        for decoy in self.decoys.values():
            for relation in decoy._meta.related_objects:
                column = {relation.field.name: decoy.pk}
                if relation.related_model._base_manager.filter(**column).exists():
                    found.add(f"{relation.related_model.__name__}.{relation.field.name}")
        return found - self.before


def _marks(model: type[models.Model]) -> bool:
    query = Q(pk__in=[])
    for field in model._meta.concrete_fields:
        if isinstance(field, models.DateTimeField) or field.related_model or field.primary_key:
            continue
        if isinstance(field, models.DateField):
            query |= Q(**{field.name: DAY})
        elif isinstance(field, models.IntegerField):
            query |= Q(**{field.name: NUMBER})
        elif isinstance(field, (models.CharField, models.TextField)):
            query |= Q(**{f"{field.name}__contains": SECRET})
    return model._base_manager.filter(query).exists()


def outside_choices() -> list[str]:
    """Columns in which a value stands that is none of the column's choices."""
    found = []
    for model in tables():
        for field in model._meta.concrete_fields:
            if field.choices:
                known = {value for value, _label in field.flatchoices}
                kept = model._base_manager.values_list(field.name, flat=True).distinct()
                if set(kept) - known - {"", None}:
                    found.append(f"{model.__name__}.{field.name}")
    return found


def wrong(answer: Any) -> str:
    """What is wrong with any answer to an attack; nothing if all is well."""
    if answer.status_code >= 500:
        return f"breaks ({answer.status_code})"
    lacks = faults(answer.headers, signed_in="sessionid" in answer.client.cookies)
    target = urlsplit(answer.headers.get("Location", ""))
    leads = (
        []
        if target.netloc in {"", "testserver"} and not target.path.startswith("//")
        else ["leads away"]
    )
    shown = []
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        shown = [mark for mark in RENDERED if mark in answer.content.decode()]
    return ", ".join([*lacks, *leads, *shown])


def mixed(names: list[str], values: list[str], first: int) -> dict[str, str]:
    """Each field with another of the values; all fields are read, even if one is refused."""
    return {name: values[(first + at) % len(values)] for at, name in enumerate(names)}


def hostile_text(form: Found, world: World) -> Iterator[str]:
    """In all fields at once, and what the page after it shows."""
    answer = form.send(dict.fromkeys(form.named(*TEXTS), MARK))
    yield wrong(answer)
    if answer.status_code == 302 and not wrong(answer):
        yield wrong(form.client.get(answer["Location"]))


def odd_values(form: Found, world: World) -> Iterator[str]:
    texts, others = form.named(*TEXTS), form.named("date", "number", "month")
    for first in range(len(LONG) if texts else 0):
        yield wrong(form.send(mixed(texts, LONG, first)))
    for first in range(len(WRONG) if others else 0):
        yield wrong(form.send(mixed(others, WRONG, first)))


def choices_that_do_not_exist(form: Found, world: World) -> Iterator[str]:
    names = form.named(*CHOICES)
    alone = form.alike(names) if form.method == "post" else names[:1]
    for changed in [*({name: "zz'--"} for name in alone), dict.fromkeys(names, "9" * 20)]:
        answer = form.send(changed)
        yield f"{', '.join(changed)}: {wrong(answer)}" if wrong(answer) else ""
        if answer.status_code < 400 and form.method == "post":
            yield ", ".join(f"kept in {column}" for column in outside_choices())


def more_fields_than_the_form_has(form: Found, world: World) -> Iterator[str]:
    extra = {name: value for name, value in world.extra.items() if name not in form.kinds}
    answer = form.send(extra)
    yield wrong(answer)
    if answer.status_code < 400 and form.method == "post":
        yield ", ".join(f"assigns {column}" for column in world.assigned())


def ways_out(form: Found, world: World) -> Iterator[str]:
    hidden = [name for name in form.named("hidden") if form.values[name][0].startswith("/")]
    names = [*hidden, "next", "back", "url", "return"]
    for first, url in enumerate(ELSEWHERE if hidden else ELSEWHERE[:1]):
        yield wrong(form.send(mixed(names, ELSEWHERE, first), headers={"Referer": url}))


ATTACKS: list[Attack] = [
    hostile_text,
    odd_values,
    choices_that_do_not_exist,
    more_fields_than_the_form_has,
    ways_out,
]


def test_no_field_of_any_form_breaks_leaks_or_reaches_further_than_it_should(
    county: County,
) -> None:
    known, world = forms(county), World(county)
    assert len(known) > 35
    assert {"people:entry", "organisations:account_new", "imports:index"} <= {f.page for f in known}
    assert not outside_choices()
    found = []
    for form in known:
        for attack in ATTACKS:
            with undone(form.client):
                said = sorted({text for text in attack(form, world) if text})
            found += [f"{form}: {attack.__name__}: {text}" for text in said]
    assert not found, "\n".join(found)
    clients = {form.reader: form.client for form in known}
    assert {one.get("/help/").status_code for one in clients.values()} == {200}  # still signed in


def test_the_form_of_sign_in(county: County) -> None:
    form = Found("login", "nobody", county.client("helper"), reverse("account_login"), "post")
    form.client.logout()
    form.kinds = {"login": "text", "password": "password", "next": "hidden"}
    form.values = {"login": ["villager"], "password": ["correct-horse-9"], "next": ["/help/"]}
    world = World(county)
    for attack in (hostile_text, odd_values, ways_out):
        with undone(form.client):
            assert not [text for text in attack(form, world) if text], attack.__name__
