"""Two files of one person become one and two again; who is not one person is remembered."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as project
from django.db import connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from guanai.audit import rotation
from guanai.audit.models import Entry, Reading
from guanai.conftest import County
from guanai.core.broken import RuleBroken
from guanai.core.crypto import Unreadable, vault
from guanai.core.home import Home
from guanai.core.registries import sealed
from guanai.people import checking
from guanai.people.evaluating import evaluate
from guanai.people.file import measure
from guanai.people.importing.erasing import pointing_at_people
from guanai.people.ledger.drawing import draw_lines
from guanai.people.looking import find_in_emergency
from guanai.people.merging.comparing import LEFT, RIGHT, Pair
from guanai.people.merging.joining import merge
from guanai.people.models import (
    ROWS,
    AccessGrant,
    Award,
    AwayPeriod,
    CarerFinding,
    Change,
    Checkup,
    Confirmation,
    Contact,
    ContactMade,
    Difficulty,
    DuplicateProposal,
    Guardianship,
    Hardship,
    Health,
    Identity,
    Kinship,
    LedgerLine,
    Merge,
    Note,
    Person,
    Registration,
    Residence,
    RoundLine,
    Schooling,
    SearchToken,
    Status,
)
from guanai.people.tests.families import Family, make_family, make_person, row, stand
from guanai.privacy.models import Consent

NUMBER, OTHER = "539901201706041234", "539901201706045678"
TODAY = timezone.localdate()


def propose(left: Person, right: Person, reasons: str = "same_name same_birth") -> Any:
    left, right = sorted((left, right), key=lambda person: person.pk)
    pair = {(left.pk, right.pk): (0.97, reasons.split())}
    DuplicateProposal.objects.propose(pair)
    return DuplicateProposal.objects.get(left=left, right=right)


def join(proposal: Any, county: County, stays: str = LEFT, **choices: str) -> Merge:
    versions = {LEFT: proposal.left.version, RIGHT: proposal.right.version}
    by = county.user("supervisor")
    return merge(proposal, stays, choices, versions, sure=True, by=by)


@pytest.fixture
def family(county: County) -> Family:
    family = make_family(county)
    row(Identity, family.child, kind="id", number=NUMBER, checked=True)
    return family


@pytest.fixture
def twin_file(county: County, family: Family) -> Person:
    """The child's second file, of another import."""
    second = make_person(
        county.places["xiaohe"], "萧梦", sex=2, born=dt.date(2017, 6, 4), ethnicity="15"
    )
    stand(second, "child")
    row(Kinship, second, relative=family.father, relation="51")
    row(Contact, second, kind="phone", value="19900000008")
    row(Note, second, kind="remark", day=TODAY, text="住校")
    row(Schooling, second, state="primary", school_name="小河小学", grade=4, since="2026-09-01")
    return second


# ------------------------------------------------------------------------------- the property
PROJECTED = {LedgerLine, SearchToken, Status}


def everything() -> dict[str, Any]:
    """All rows of the rooms of people, but for versions and the marks that the merge leaves."""
    marks = ("person.merge", "person.unmerge")
    found: dict[str, Any] = {}
    for label in ("people", "privacy"):
        for model in apps.get_app_config(label).get_models():
            rows: Any = model._meta.base_manager.all()
            if model is Change:
                rows = rows.exclude(why__in=marks)
            columns = [f.attname for f in model._meta.concrete_fields]
            left_out = {"version"} if model is Person else set[str]()
            left_out |= {"id"} if model in PROJECTED else set()
            shown = [c for c in columns if c not in left_out]
            found[model._meta.label] = sorted(
                repr([_plain(value) for value in values]) for values in rows.values_list(*shown)
            )
    return found


def _plain(value: Any) -> Any:
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value


class Making:
    """Two files that have much in common and much not, of one family."""

    def __init__(self, county: County, seed: int) -> None:
        self.county, self.rng = county, Random(seed)  # noqa: S311 - not for secrets
        self.user = county.user("supervisor")

    def files(self) -> tuple[Person, Person, list[Person]]:
        rng, places = self.rng, self.county.places
        kin = [make_person(places["dawan"], name, sex=1) for name in ("萧强", "萧强", "向英")]
        born = rng.choice([None, dt.date(2017, 6, 4)])
        files = [
            make_person(
                places[rng.choice(["dawan", "xiaohe", "qingxi"])],
                rng.choice(["萧梦", "萧孟", "肖梦"]),
                sex=rng.choice([0, 1, 2]),
                born=rng.choice([None, born, dt.date(2017, 1, 1)]),
                ethnicity=rng.choice(["", "01", "15"]),
                details=rng.choice([{}, {"character": "文静"}, {"character": "活泼"}]),
            )
            for _ in range(2)
        ]
        for person in files:
            self.facts(person, kin)
            if rng.random() < 0.7:
                person.change(
                    {"care_form": rng.choice(["trust", "proxy"])},
                    base_version=person.version,
                    by=self.user,
                )
        return files[0], files[1], kin

    def since(self) -> dict[str, Any]:
        since = self.rng.choice([None, "2024-03-01", "2025-09"])
        until = self.rng.choice([None, None, None, dt.date(2026, 3, 1)])
        return {"since": since, "until": until}

    def facts(self, person: Person, kin: list[Person]) -> None:
        rng = self.rng
        made: list[tuple[type[Any], dict[str, Any]]] = [
            (Contact, {"value": rng.choice(["19900000001", "19900000002"])}),
            (Contact, {"value": "19900000003", "rank": 1}),
            (Identity, {"kind": "other", "number": rng.choice([NUMBER, OTHER])}),
            (
                Residence,
                {"kind": "home", "place": person.place, "address": rng.choice(["路1号", None])},
            ),
            (Schooling, {"state": "primary", "grade": rng.choice([3, 4]), **self.since()}),
            (Health, {"condition": rng.choice(["良好", "一般"]), **self.since()}),
            (Hardship, {"kind": "low_income", "holds": rng.choice([True, False]), **self.since()}),
            (AwayPeriod, {"destination": rng.choice(["", "广东"]), **self.since()}),
            (Kinship, {"relative": rng.choice(kin[:2]), "relation": "51", **self.since()}),
            (Guardianship, {"guardian": rng.choice(kin), "kind": "entrusted", **self.since()}),
            (Award, {"title": "三好学生", "given_by": rng.choice(["", "学校"])}),
            (Note, {"kind": "remark", "day": TODAY, "text": rng.choice(["住校", "想家"])}),
            (ContactMade, {"kind": "visit", "day": rng.choice([TODAY, dt.date(2026, 3, 1)])}),
            (Difficulty, {"kind": "mind", "since": str(TODAY), "until": TODAY, "text": "难过"}),
        ]
        for model, facts in made:
            if rng.random() < 0.75:
                row(model, person, **facts)
        self.others(person)

    def others(self, person: Person) -> None:
        """What is no fact of the file."""
        rng = self.rng
        if rng.random() < 0.5:
            number = "5399012017060412" + f"{person.pk % 90 + 10}"
            row(Identity, person, kind="id", number=number, checked=True)
        if rng.random() < 0.8:
            stand(person, rng.choice(["child", "child", "migrant"]))
        if rng.random() < 0.5:
            Checkup.objects.create(person=person, age=16, done={"1": {"on": "2026-11-01"}})
        if rng.random() < 0.5:
            sealed_text = person.sealer.seal("证据", "finding.evidence")
            CarerFinding.objects.create(
                person=person, ground="other", sealed_evidence=sealed_text, raised_by=self.user
            )
        if rng.random() < 0.5:
            AccessGrant.objects.create(
                person=person, user=self.county.user("helper"), since=TODAY, reason="结对"
            )
        if rng.random() < 0.5:
            child = make_person(person.place, "萧小")
            row(Kinship, child, relative=person, relation="51")
            propose(person, child)
        self.quarter(person)

    def quarter(self, person: Person) -> None:
        """That it was on the list of a quarter, and that somebody confirmed it."""
        at = {"person": person, "quarter": "2026-2", "path": person.path}
        if (state := self.rng.choice(["", "listed", "confirmed"])) != "":
            RoundLine.objects.create(**at, confirmed=state == "confirmed")
        if state == "confirmed":
            said = {"how": "seen", "happened_on": TODAY, "by": self.user, "version": 1}
            Confirmation.objects.create(**at, **said, changed=False, late=False, slow=False)


def told(person: Person) -> set[tuple[str, str, str]]:
    """Every fact that a file states or its history tells: kind, name, value."""
    person = Person.objects.get(pk=person.pk)
    found = {("", name, repr(person.fact(name))) for name in Person.FACTS}
    found |= {("", f"details.{key}", repr(value)) for key, value in person.details.items()}
    for kind, model in ROWS.items():
        for one in model.objects.filter(person=person):
            found |= {(kind, name, repr(value)) for name, value in one.facts().items()}
    for change in Change.objects.filter(person=person).select_related("person"):
        for key, values in change.values().items():
            name, _at, uid = key.partition("@")
            kind, _dot, fact = name.partition(".")
            for value in values:
                if isinstance(value, dict) and uid and not fact:
                    found |= {(kind, one, repr(said)) for one, said in value.items()}
                elif uid:
                    found.add((kind, fact, repr(value)))
                else:
                    found.add(("", name, repr(value)))
    return {one for one in found if one[2] not in {"None", "0", "False"} and one[1] != "rank"}


@pytest.mark.requirement("R05.1")
@settings(max_examples=12)
@given(seed=st.integers(0, 10_000))
@pytest.mark.django_db(databases=list(project.DATABASES))
def test_a_merge_loses_nothing_and_its_undo_gives_both_files_back(standing: Any, seed: int) -> None:
    from guanai.conftest import found_county

    with transaction.atomic():
        county = standing(found_county)
        making = Making(county, seed)
        left, right, _kin = making.files()
        people = list(Person.objects.values_list("pk", flat=True))
        measure(Person.objects.select_related("household"))
        draw_lines(people)
        evaluate(people)
        proposal, before = propose(left, right), everything()
        said, seen = told(left) | told(right), Confirmation.objects.exists()
        stays = making.rng.choice([LEFT, RIGHT])
        keys = [*Pair(left, right).differing, *Pair(left, right).clashes]
        choices = {key: making.rng.choice([LEFT, RIGHT]) for key in keys}
        merged = join(proposal, county, stays, **choices)
        kept = Person.objects.get(pk=merged.person_id)
        assert said <= told(kept)
        for done in (kept.confirmations, kept.round_lines.filter(confirmed=True)):
            assert done.count() == seen
        for link in pointing_at_people():
            if link.model not in {DuplicateProposal} and link.name != "gone":
                rows: Any = link.model._meta.base_manager
                assert not rows.filter(**{link.attname: merged.gone_id}).exists(), link
        assert not list(checking.blind_indexes())
        assert not list(checking.search_tokens())
        assert not list(checking.ledger_lines())
        assert not list(checking.paths())
        merged.undo(by=making.user)
        after = everything()
        assert [name for name in before if after[name] != before[name]] == []
        assert not list(checking.blind_indexes())
        transaction.set_rollback(True)


# ------------------------------------------------------------------------------- through the door
def posted(pair: Any, **said: str) -> dict[str, str]:
    left, right = (Person.objects.get(pk=p.pk) for p in (pair.left, pair.right))
    versions = {"left_version": str(left.version), "right_version": str(right.version)}
    chosen = Pair(left, right)
    keys = dict.fromkeys((*chosen.differing, *chosen.clashes), LEFT)
    return {"stays": LEFT, **versions, **keys, **said}


@pytest.mark.requirement("R05.1")
def test_officials_merge_two_files_side_by_side(
    county: County, family: Family, twin_file: Person
) -> None:
    proposal = propose(family.child, twin_file)
    client = county.client("supervisor")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/people/duplicates/").content.decode()
    assert len(asked) <= 12
    assert page.count("萧梦") == 2
    url = reverse("people:duplicate", args=[proposal.uid])
    with CaptureQueriesContext(connection) as asked:
        page = client.get(url).content.decode()
    assert len(asked) <= 16
    assert "小河小学" in page
    looked = Reading.objects.filter(how="pair").values_list("person_id", flat=True)
    assert {*looked} == {family.child.pk, twin_file.pk}
    assert client.post(url, {"stays": LEFT}).status_code == 422
    assert client.post(url, posted(proposal, schooling=RIGHT)).status_code == 303
    child = Person.objects.get(pk=family.child.pk)
    assert child.ethnicity == "15"  # only one file said it
    assert child.notes.get().text() == "住校"
    assert child.schoolings.get().grade == 4
    assert "萧梦" not in client.get("/people/duplicates/").content.decode()
    assert child.kinships.filter(relation="51").count() == 1
    assert child.registrations.current().get().path == child.path
    acts = Entry.objects.filter(action__in=["people.person.merge", "people.person.merged"])
    assert {bytes(one.subject_uid) for one in acts} == {child.uid.bytes, twin_file.uid.bytes}
    checks = ("foreign_keys", "paths", "blind_indexes", "search_tokens", "ledger_lines", "care")
    assert not [fault for name in checks for fault in checking.CHECKS[name]()]


@pytest.mark.requirement("R05.1")
def test_old_links_and_numbers_lead_to_the_file_that_stays(
    county: County, family: Family, twin_file: Person
) -> None:
    join(propose(family.child, twin_file), county)
    client, number = county.client("supervisor"), twin_file.file_number
    old, new = (reverse("people:file", args=[p.uid]) for p in (twin_file, family.child))
    assert client.get(old)["Location"] == new
    assert client.get(old + "history/")["Location"] == new + "history/"
    assert county.client("outsider").get(old).status_code == 404
    assert client.post(old + "move/", {}).status_code == 422
    found = client.post("/search/", {"q": number}, follow=True).content.decode()
    assert str(family.child.uid) in found
    outsider = county.user("outsider")
    assert find_in_emergency("萧梦", number, by=outsider) == family.child
    for page in (new, new + "history/"):
        assert number in client.get(page).content.decode()


@pytest.mark.requirement("R05.1")
def test_what_was_entered_since_is_told_before_a_merge_is_undone(
    county: County, family: Family, twin_file: Person
) -> None:
    before = {*checking.history()}  # files of this test began without one
    merged = join(propose(family.child, twin_file), county)
    client, by = county.client("supervisor"), county.user("supervisor")
    family.child.add(Award, {"title": "文明少年"}, by=by)
    version = Person.objects.get(pk=family.child.pk).version
    contact = Contact.objects.get(person=family.child)
    contact.correct({"value": "19900000007"}, base_version=version, by=by)
    url = reverse("people:merge", args=[merged.uid])
    assert county.client("villager").get(url).status_code == 403
    page = client.get(url).content.decode()
    assert "文明少年" in page
    assert "19900000007" in page
    assert client.post(url).status_code == 303
    back = Person.objects.get(pk=twin_file.pk)
    assert (back.name, back.notes.get().text()) == ("萧梦", "住校")
    assert back.contacts.get().value() == "19900000007"  # what was corrected goes along
    assert Person.objects.get(pk=family.child.pk).awards.get().title == "文明少年"
    assert client.get(reverse("people:file", args=[twin_file.uid])).status_code == 200
    assert DuplicateProposal.objects.get().outcome == ""
    assert {*checking.history()} <= before


@pytest.mark.requirement("R05.1")
def test_not_the_same_person_is_remembered_until_something_new_speaks_for_it(
    county: County, family: Family, twin_file: Person
) -> None:
    proposal = propose(family.child, twin_file)
    url = reverse("people:duplicate", args=[proposal.uid])
    assert county.client("villager").get(url).status_code == 403
    assert county.client("outsider").get(url).status_code == 404
    client = county.client("supervisor")
    assert client.post(url, {"why": ""}).status_code == 422
    assert client.post(url, {"why": "namesakes"}).status_code == 303
    assert "萧梦" not in client.get("/people/duplicates/").content.decode()
    assert "萧梦" in client.get("/people/duplicates/?state=different").content.decode()
    propose(family.child, twin_file)
    assert DuplicateProposal.objects.get(pk=proposal.pk).outcome == "different"
    propose(family.child, twin_file, "same_name same_birth same_id")
    again = DuplicateProposal.objects.get(pk=proposal.pk)
    assert (again.outcome, again.why) == ("", "namesakes")


def test_twins_cousins_and_kin_are_warned_of(county: County, family: Family) -> None:
    twin = make_person(county.places["dawan"], "萧雨", sex=2, born=dt.date(2017, 6, 4))
    row(Identity, twin, kind="id", number=OTHER, checked=True)
    row(Kinship, twin, relative=family.mother, relation="52")
    proposal = propose(family.child, twin)
    assert len(list(Pair(family.child, twin).warnings())) == 2
    url = reverse("people:duplicate", args=[proposal.uid])
    client = county.client("supervisor")
    assert client.post(url, posted(proposal)).status_code == 422
    assert not Merge.objects.exists()
    row(Kinship, family.child, relative=twin, relation="78")
    assert client.post(url, posted(proposal, sure="on")).status_code == 422
    Kinship.objects.get(relative=twin).delete()
    assert client.post(url, posted(proposal, sure="on")).status_code == 303
    kinds = Identity.objects.filter(person=family.child).values_list("kind", flat=True)
    assert sorted(kinds) == ["id", "other"]  # both numbers are kept


def test_who_looks_anew_is_asked_when_a_file_changed_meanwhile(
    county: County, family: Family, twin_file: Person
) -> None:
    proposal = propose(family.child, twin_file)
    shown = posted(proposal)
    twin_file.change(
        {"care_form": "trust"}, base_version=twin_file.version, by=county.user("supervisor")
    )
    url = reverse("people:duplicate", args=[proposal.uid])
    answer = county.client("supervisor").post(url, shown)
    assert answer.status_code == 409
    assert f'name="right_version" value="{twin_file.version}"' in answer.content.decode()
    assert not Merge.objects.exists()


def test_what_others_seal_after_a_merge_opens_after_its_undo_and_a_turned_key_changes_nothing(
    settings: Any, tmp_path: Any, county: County
) -> None:
    settings.HOME = Home(tmp_path)
    family = make_family(county)
    row(Identity, family.child, kind="id", number=NUMBER, checked=True)
    second = make_person(county.places["dawan"], "萧梦", born=dt.date(2017, 6, 4))
    row(Identity, second, kind="id", number=NUMBER, checked=False)
    by = county.user("supervisor")
    finding = CarerFinding.raise_(second, "other", "证据", by=by)
    merged = join(propose(family.child, second), county, RIGHT)
    assert merged.person == second
    assert merged.gone == family.child
    finding.refresh_from_db()
    finding.decide("allowed", "已核实", seen=0, by=by)
    consent = Consent.objects.create(
        person=second, purpose="photo", relation="01", on=TODAY, how="paper", recorded_by=by,
        sealed_note=Person.objects.get(pk=second.pk).sealer.seal("见证", "consent.note"),
    )  # fmt: skip
    rotation.rotate(wait=0, begin=True)
    Merge.objects.get().undo(by=by)
    for person in (second, family.child):
        stands = Person.objects.get(pk=person.pk).identities.get()
        assert stands.number() == NUMBER
    assert CarerFinding.objects.get().decisions.get().reason() == "已核实"
    assert Consent.objects.get(pk=consent.pk).opened("note") == "见证"
    assert not list(checking.blind_indexes())
    assert not list(checking.history())


def test_destroying_the_file_that_stays_destroys_both(
    county: County, family: Family, twin_file: Person
) -> None:
    sealed_text = bytes(twin_file.notes.get().sealed_text)
    join(propose(family.child, twin_file), county)
    child = Person.objects.get(pk=family.child.pk)
    Registration.objects.filter(person=child).update(until=TODAY)
    key = bytes(child.sealed_key)
    assert vault().sealer(key).open(sealed_text, "note.text") == "住校"
    child.erase(by=county.user("office"), why="retention.child")
    assert not Merge.objects.exists()
    for person in Person.objects.filter(pk__in=[child.pk, twin_file.pk]):
        assert (person.name, bytes(person.sealed_key)) == ("", b"")
        with pytest.raises(Unreadable):
            _ = person.sealer


def test_every_room_is_merged() -> None:
    """Whoever adds a table sees here what a merge asks of it."""
    one_each = {  # of which a person has one: merging them is thought of, or refused with its name
        "people.LedgerLine", "people.Status", "people.Registration", "people.Checkup",
        "people.Transfer", "privacy.Deletion", "people.DuplicateProposal", "people.Merge",
        "people.Confirmation", "people.RoundLine",
    }  # fmt: skip
    for link in pointing_at_people():
        assert not link.primary_key, link
        limits = [one.fields for one in link.model._meta.constraints if hasattr(one, "fields")]
        alone = link.unique or any(link.name in fields for fields in limits)
        assert not alone or link.model._meta.label in one_each, link
    for column in sealed.all():
        kept_apart = column.renew or column.fields in {("sealed_key",), ("file_name",)}
        assert kept_apart or len(column.words) == len(column.fields), column


def test_a_pair_in_an_unfinished_handing_over_or_that_was_struck_is_refused(
    county: County, family: Family, twin_file: Person
) -> None:
    proposal = propose(family.child, twin_file)
    Person.objects.filter(pk=twin_file.pk).update(closed_on=TODAY, closed_for="moved")
    with pytest.raises(RuleBroken) as refused:
        join(proposal, county)
    assert refused.value.code == "file.closed"
    assert Person.objects.filter(Q(pk=twin_file.pk), erased_at=None).exists()
