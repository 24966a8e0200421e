"""Every URL as every role, inside and outside the scope, at the door.

For each role its pages without the verb; with ids of nobody; with rows of 大湾村 that it may or may
not see, as written here by hand, not as `visible_to` says. What the pages then show is tested
beside the pages.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from guanai.audit.models import Entry, Finding
from guanai.conftest import POSTS, County
from guanai.core.crypto import vault
from guanai.core.web import ANYBODY
from guanai.organisations.models import Body, Member, Post, Session, User
from guanai.people.merging.joining import merge
from guanai.people.models import (
    AccessGrant,
    Advance,
    CarerFinding,
    Confirmation,
    Contact,
    DuplicateProposal,
    Import,
    Kinship,
    LegalBasis,
    Look,
    Person,
    SavedView,
    Transfer,
    WaitingChange,
)
from guanai.people.rounds.rules import Quarter
from guanai.people.tests.families import make_family, make_person, row, say_why, stand
from guanai.privacy.models import Consent, Deletion, Request

# Pages that the world may read without an account, each with its reason.
OPEN = {
    "text_size": "writes a cookie only",
    "trust": "how to trust the certificate, read before one can sign in",
    "trust_authority": "that certificate",
    "published": "the county's privacy notice and rules for children's data, once published",
}
# Models without a rule of their own about who sees their rows, each with its reason.
UNSCOPED = {
    "core.Counter": "running numbers, nothing about people",
    "organisations.Lane": "counts of wrong tries under keyed hashes, shown to nobody",
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
    "definition": "pairing-18",
    "age": 16,
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


EVERYBODY = frozenset(USERS)
KEEPERS = EVERYBODY - {"leader", "sysadmin", "security", "auditor"}  # the verbs of files
OF_TOWNSHIP = frozenset({"supervisor", "office", "federation", "education"})


class Row(NamedTuple):
    """A row that an address names: by hand who may see it, and the ids by which it is named.

    A `foreign` row is no part of the file in whose address it stands; a form may also answer
    that it is not there any more (422).
    """

    seen_by: frozenset[str]
    ids: dict[str, Any]
    foreign: bool = False

    def is_named_by(self, page: Page) -> bool:
        return not self.foreign or bool({"row", "change"} & set(page.keys))


def files(county: County) -> dict[str, list[Row]]:
    """A child of 大湾村, the father, and a brother who lives in 小河村 and has a file there."""
    family = make_family(county)
    child, father, office = family.child, family.father, county.user("office")
    brother = make_person(county.places["xiaohe"], "萧刚", sex=1, born=dt.date(2018, 3, 2))
    stand(brother, "child")
    row(Kinship, child, relative=brother, relation="73")
    for person in (child, brother):
        row(Contact, person, kind="phone", value="19900000009")
        person.change({"details.character": "文静"}, base_version=person.version, by=office)

    def named(file: Person, of: Person, rows: Person) -> dict[str, Any]:
        change = (child if rows == father else rows).changes.get()
        ids = {"uid": file.uid, "of": of.uid, "change": change.uid}
        return {**ids, "row": Contact.objects.get(person=rows).uid}

    seeing = OF_TOWNSHIP | {"villager", "teacher", "school"}
    return {
        "people/<uuid:uid>/": [
            Row(seeing, named(child, father, child)),
            Row(frozenset(), named(child, father, brother), foreign=True),
            Row(OF_TOWNSHIP | {"neighbour"}, named(brother, father, brother)),
        ],
        "people/<uuid:uid>/kin/": [
            Row(seeing, named(child, father, father)),
            Row(frozenset(), named(child, father, brother), foreign=True),
            Row(OF_TOWNSHIP, named(child, brother, brother)),
        ],
    }


def rows(county: County) -> dict[str, list[Row]]:
    """By the beginning of their routes, rows that belong to 大湾村 and its school."""
    known = files(county)
    villager, supervisor = county.user("villager"), county.user("supervisor")
    seen = known["people/<uuid:uid>/"][0].seen_by
    known["people/<uuid:uid>/waiting/"] = [Row(seen, waiting(county))]
    known["people/rounds/confirmations/"] = [Row(OF_TOWNSHIP | {"villager"}, confirmed(county))]
    committee = county.organisations["dawan_committee"]
    father = Person.objects.get(name="萧强")
    finding = CarerFinding.objects.create(
        person=father,
        ground="neglect",
        sealed_evidence=father.sealer.seal("证据", "finding.evidence"),
        raised_by=supervisor,
    )
    batch = Import.objects.create(
        by=villager,
        organisation=committee,
        sealed_key=vault().new_key(),
    )
    view = SavedView.objects.create(owner=villager, group="child", name="我的")
    legal = LegalBasis.objects.create(
        flag="family_planning", document="文件", number="1", since="2026-01-01",
        entered_by=supervisor,
    )  # fmt: skip
    body = Body.objects.create(
        kind="special_team", name="专班", organisation=committee, place=county.places["dawan"]
    )
    member = Member.objects.create(body=body, name="某人", position="head")
    child = Person.objects.get(name="萧梦")
    say_why(county, child, "office", "federation", "education")
    look = Look.open_in_emergency(
        child, "report", "邻镇走失，核实监护人", by=county.user("outsider")
    )
    # It closed again, and waits for its review.
    Look.objects.filter(pk=look.pk).update(until=timezone.now())
    AccessGrant.objects.update(expires_at=timezone.now())
    now = timezone.now()
    to = {"to_place": county.places["xintian"], "day": timezone.localdate(), "why": "搬迁"}
    (transfer,) = Transfer.propose([child.pk], to, by=villager)
    school = county.organisations["school"]
    year = Advance.objects.create(school=school, day=timezone.localdate(), kind="year", by=villager)
    of_school = frozenset({"school", "education"})
    pattern = Finding.objects.create(kind="night", user=villager, since=now, until=now, count=3)
    staff = EVERYBODY - {"helper", "security", "auditor"}
    rest: dict[str, tuple[frozenset[str], Any]] = {
        "people/findings/": (frozenset({"supervisor", "office"}), finding),
        "people/emergencies/": (OF_TOWNSHIP, look),
        "people/legal-bases/": (KEEPERS, legal),
        "people/life/schools/": (of_school, school),
        "people/life/years/": (of_school, year),
        "people/life/transfers/": (
            OF_TOWNSHIP | {"villager", "teacher", "school", "outsider"},
            transfer,
        ),
        "imports/<uuid:uid>/": (frozenset({"villager"}), batch),
        "ledger/views/": (frozenset({"villager"}), view),
        "audit/patterns/": (frozenset({"auditor"}), pattern),
        "organisations/units/": (EVERYBODY, county.organisations["school"]),
        "organisations/bodies/<uuid:uid>/": (staff, body),
        "organisations/^members": (staff, member),
        "organisations/accounts/": (
            frozenset({"villager", "supervisor", "office", "sysadmin", "security"}),
            villager,
        ),
        "organisations/posts/": (EVERYBODY, Post.objects.get(user=villager)),
        "accounts/sessions/": (frozenset({"villager"}), session_of(county, "villager")),
    }
    known |= privacy(county, known["people/<uuid:uid>/"])
    rest |= duplicates(county)
    return known | {start: [Row(seen, {"uid": it.uid})] for start, (seen, it) in rest.items()}


def duplicates(county: County) -> dict[str, tuple[frozenset[str], Any]]:
    """Two files of 大湾村 that are perhaps one person, and two that were merged."""
    people = [make_person(county.places["dawan"], f"覃{sign}") for sign in "甲乙丙丁"]
    for person in people:
        stand(person, "child")
    pairs = [(one.pk, other.pk) for one, other in zip(people[::2], people[1::2], strict=True)]
    DuplicateProposal.objects.propose({pair: (0.9, ["same_name"]) for pair in pairs})
    open_, joined = DuplicateProposal.objects.order_by("left")
    versions = {"left": 1, "right": 1}
    merged = merge(joined, "left", {}, versions, sure=True, by=county.user("supervisor"))
    return {
        "people/duplicates/<uuid:uid>/": (OF_TOWNSHIP, open_),
        "people/merges/": (OF_TOWNSHIP, merged),
    }


def waiting(county: County) -> dict[str, Any]:
    """A name for the child of 大湾村 that waits for the township."""
    child, by = Person.objects.get(name="萧梦"), county.user("villager")
    change = WaitingChange.keep(child, "change", {"name": ["萧梦", "萧萌"]}, by=by)
    return {"uid": child.uid, "change": change.uid}


def confirmed(county: County) -> dict[str, Any]:
    """The file of the child of 大湾村, confirmed in this quarter."""
    child, today = Person.objects.get(name="萧梦"), timezone.localdate()
    seen = {"how": "seen", "happened_on": today, "base_version": child.version}
    by = county.user("villager")
    return {"uid": Confirmation.enter(child, Quarter.of(today), seen, by=by).uid}


def session_of(county: County, username: str) -> Session:
    county.client(username)
    return Session.objects.get(user__username=username, expire_date__gt=timezone.now())


def privacy(county: County, of_people: list[Row]) -> dict[str, list[Row]]:
    """What stands in the room of privacy about the child of 大湾村."""
    child, office = Person.objects.get(name="萧梦"), county.user("office")
    father, today = Person.objects.get(name="萧强"), timezone.localdate()
    facts = {"giver": father.pk, "on": today, "how": "paper", "view": "agrees", "scan": b"%PDF-1"}
    (consent,) = Consent.record(child, ["photo"], facts, by=office)
    asked = {"giver": father.pk, "received_on": today, "kind": "see", "identity": "known"}
    request = Request.receive(child, asked, by=office)
    request.settle("granted", "", by=office)
    deletion = Deletion.objects.create(
        kind="file", label="YL-1", rule="", person=child, decided_by=office
    )
    seeing = OF_TOWNSHIP | {"villager", "teacher", "school"}
    blank, letter = ({"paper": paper, "kind": "pdf"} for paper in ("consent", "letter"))
    people = [Row(row.seen_by, row.ids | blank) for row in of_people if not row.foreign]
    return {
        "privacy/people/<uuid:uid>/": people,
        "privacy/consents/<uuid:uid>/": [Row(seeing, {"uid": consent.uid})],
        "privacy/requests/<uuid:uid>/": [Row(seeing, {"uid": request.uid, **letter})],
        "privacy/deletions/<uuid:uid>/": [
            Row(frozenset({"office", "federation", "education"}), {"uid": deletion.uid})
        ],
    }


def state() -> dict[str, list[Any]]:
    """Everything that stands, but for notes of refusals, of readings and of a session's use."""
    models = [
        model
        for label in ("core", "organisations", "people", "privacy")
        for model in apps.get_app_config(label).get_models()
        if model is not Session
    ]
    standing = {model._meta.label: list(model._base_manager.values_list()) for model in models}
    return {**standing, "entries": list(Entry.objects.filter(refused=False).values_list())}


def doors(user: User, known: dict[str, list[Row]]) -> Iterator[tuple[Page, Row]]:
    """Each page that the user's verbs open, with each row that its address may name."""
    for page in PAGES:
        if not may_enter(user, page) or not names_a_row(page):
            continue
        start = max((s for s in known if page.route.startswith(s)), key=len, default="")
        assert start or "uid" not in page.keys, f"{page.name}: name a row for {page.route}"
        named = [found for found in known.get(start, []) if found.is_named_by(page)]
        if page.name == "people:raise_finding":  # evidence one gives about any kin of today
            named = named[:1]
        if all(user.username in found.seen_by for found in named):
            named.append(Row(frozenset(), {}))  # of nobody
        yield from ((page, found) for found in named)


@pytest.mark.parametrize("username", USERS)
def test_a_row_exists_for_those_only_who_may_see_it(username: str, county: County) -> None:
    """What a POST does to a row that one sees is tested beside its page."""
    known = rows(county)
    user, client = county.user(username), county.client(username)
    before = state()
    opened = list(doors(user, known))
    for page, found in opened:
        if username not in found.seen_by:
            for method in ("get", "post"):
                status = getattr(client, method)(address(page, found.ids)).status_code
                unseen = {404, 405, 422} if found.foreign else {404, 405}
                assert status in unseen, (page.name, method, status, found)
    assert state() == before
    for page, found in opened:
        if username in found.seen_by:
            status = client.get(address(page, found.ids)).status_code
            assert status in ({200, 302, 403, 405} | BY_CONTENT.get(page.name, set())), page.name


# Pages that are 404 for a row that is there, because the thing asked of it is not.
BY_CONTENT: dict[str, set[int]] = {
    "imports:row": {404},
    "imports:table": {404},
    "imports:likeness": {404},
    "imports:rejected": {404},
    "people:strike": {404},
    "people:keep": {404},
    "people:transfer_paper": {404},
    "people:year_class": {404},
}


def test_every_model_says_who_may_see_its_rows() -> None:
    lacking = []
    for label in ("core", "audit", "organisations", "people", "privacy"):
        for model in apps.get_app_config(label).get_models():
            rule = getattr(type(model._default_manager.all()), "visible_to", None)
            if rule is None or rule.__qualname__.startswith("ScopedQuerySet."):
                lacking.append(model._meta.label)
    assert set(lacking) <= set(UNSCOPED), set(lacking) - set(UNSCOPED)
