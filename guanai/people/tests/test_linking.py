"""The registry is searched for second files: by the command, each morning, and before a new one."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from bench.duplicates import fill
from bench.people_noise import County as Noise
from bench.people_noise import pairs
from guanai.conftest import County
from guanai.core.dates import PartialDate
from guanai.core.models import Counter
from guanai.people import drafts
from guanai.people.linking.search import search, search_due
from guanai.people.linking.slips import meant
from guanai.people.models import Contact, DuplicateProposal, Person
from guanai.people.roster.numbers import check_sign
from guanai.people.tasks import link_person
from guanai.people.tests.families import row

NUMBER = "539901201503120018"[:17] + check_sign("53990120150312001")


def duplicates(*options: str, user: str = "office") -> list[dict[str, Any]]:
    out = io.StringIO()
    call_command("duplicates", "--as", user, "--json", *options, stdout=out, stderr=io.StringIO())
    found: list[dict[str, Any]] = json.loads(out.getvalue())
    return found


def child(county: County, name: str, village: str = "dawan", **known: Any) -> drafts.PersonDraft:
    """A girl of 2015 whose grandmother has the care."""
    place = county.places[village]
    family = [
        drafts.KinDraft("51", drafts.PersonDraft("吉大山", place, sex=1)),
        drafts.KinDraft("62", drafts.PersonDraft("王桂兰", place, sex=2, phones=["19900000007"])),
    ]
    kin, born = known.pop("kin", family), known.pop("born", "2015-03-12")
    number = known.pop("number", "")
    ids = [drafts.IdDraft(number, checked=known.pop("checked", True))] if number else []
    return drafts.PersonDraft(
        name, place, sex=2, birth=PartialDate.parse(born) if born else None, ids=ids, kin=kin,
        groups=("child",), **known,
    )  # fmt: skip


def enter(*people: drafts.PersonDraft) -> list[Person]:
    keys = Person.objects.enter(list(people), by=None)
    return [Person.objects.get(pk=key) for key in keys]


def test_second_files_of_noisy_people_are_found_and_no_others(county: County) -> None:
    settings.HOME.begin("demo", county="539901", prefix="YL")
    files = Noise(400).make()
    fill(files)
    truth = set(pairs(files))
    told = duplicates()
    found = {tuple(int(one[side]["file_number"][1:]) for side in ("left", "right")) for one in told}
    assert len(found - truth) <= 1
    assert len(found & truth) >= 0.9 * len(truth) > 10
    assert all(one["reason"] and one["probability"] >= 0.9 for one in told)
    with pytest.raises(CommandError):
        duplicates(user="villager")


@pytest.mark.parametrize(
    ("name", "known", "reason"),
    [
        ("吉晓庭", {}, "homophone_name"),
        ("吉晓?", {}, "unreadable_name"),
        ("吉晓婷", {"born": "2015-12-03"}, "transposed_date"),
        ("吉晓婷", {"born": "2015-03"}, "same_birth_month"),
        ("吉晓婷", {"number": NUMBER[:10] + "9" + NUMBER[11:], "checked": False}, "near_id"),
        ("吉晓婷", {"number": NUMBER[:9] + NUMBER[10:], "checked": False}, "near_id"),
        ("吉晓婷", {"number": NUMBER, "checked": False}, "same_id"),
        ("吉晓婷", {"village": "xintian"}, "different_village"),
    ],
)
def test_a_second_file_is_proposed_with_its_reasons(
    county: County, name: str, known: dict[str, Any], reason: str
) -> None:
    one, other = enter(child(county, "吉晓婷", number=NUMBER), child(county, name, **known))
    search()
    pair = DuplicateProposal.objects.get(left=one, right=other)
    assert reason in pair.reasons


def test_twins_cousins_and_relatives_are_not_proposed(county: County) -> None:
    place = county.places["dawan"]
    parents = [
        drafts.KinDraft("51", drafts.PersonDraft("吉大山", place, sex=1)),
        drafts.KinDraft("52", drafts.PersonDraft("李梅", place, sex=2, phones=["19900000007"])),
    ]
    aunt = [drafts.KinDraft("51", drafts.PersonDraft("吉大海", place, sex=1)), *parents[1:]]
    same = drafts.PersonDraft("吉晓婷", place, sex=2, birth=PartialDate.parse("2015-03-12"))
    enter(
        child(county, "吉晓婷", number=NUMBER, kin=[*parents, drafts.KinDraft("62", same)]),
        child(county, "吉晓雨", kin=parents),  # her twin
        child(county, "吉晓婷", kin=aunt, born="2013-07-01"),  # a cousin of the same name
    )
    search()
    assert not DuplicateProposal.objects.exists()


def test_a_decided_pair_comes_back_only_with_new_evidence(county: County) -> None:
    one, other = enter(child(county, "吉晓婷"), child(county, "吉晓婷", kin=[]))
    search()
    DuplicateProposal.objects.update(
        outcome="different", decided_by=county.user("supervisor"), decided_at=timezone.now()
    )
    assert search(anew=True).new == 0
    assert DuplicateProposal.objects.get().outcome == "different"
    for person in (one, other):
        row(Contact, person, kind="phone", value="19900000009")
    assert search(anew=True).new == 1
    pair = DuplicateProposal.objects.get()
    assert (pair.outcome, pair.decided_by) == ("", county.user("supervisor"))
    assert "same_phone" in ",".join(pair.reasons)
    other.change({"name": "龙云", "born": "2009-01-01"}, base_version=other.version,
                 by=county.user("villager"))  # fmt: skip
    search(anew=True)
    assert DuplicateProposal.objects.get().decided_at == pair.decided_at  # it was told apart once


def test_mornings_compare_what_changed_and_withdraw_what_is_likely_no_more(
    county: County,
) -> None:
    [one] = enter(child(county, "吉晓婷"))
    search_due()
    assert not DuplicateProposal.objects.exists()
    Counter.objects.filter(name="linking.compared").update(
        value=int((timezone.now() + dt.timedelta(hours=1)).timestamp())
    )
    enter(child(county, "吉晓婷"))
    assert search().people == 0
    Counter.objects.filter(name="linking.compared").update(value=int(timezone.now().timestamp()))
    search_due()
    assert DuplicateProposal.objects.filter(left=one).exists()
    held = Person.objects.get(pk=one.pk)
    held.change({"name": "龙云", "born": "2009-01-01"}, base_version=1, by=county.user("villager"))
    search_due()
    assert not DuplicateProposal.objects.filter(left=one).exists()


OnCommit = Callable[..., AbstractContextManager[list[Any]]]


def test_a_new_file_beyond_sight_is_proposed_and_not_betrayed(
    county: County, django_capture_on_commit_callbacks: OnCommit
) -> None:
    [hidden] = enter(child(county, "吉晓婷", "xintian", phones=["19900000008"]))
    posted = {
        "name": "吉晓婷", "sex": 2, "born": "2015-03-12", "group": "child",
        "place": county.places["dawan"].pk, "phone": "19900000008",
    }  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        answer = county.client("villager").post(reverse("people:new"), posted)
    assert answer.status_code == 303
    person = Person.objects.filter(name="吉晓婷").exclude(pk=hidden.pk).get()
    link_person.func(person.pk)
    pair = DuplicateProposal.objects.get(left=hidden, right=person)
    assert {"same_name", "same_birth", "same_phone"} <= set(",".join(pair.reasons).split(","))
    seen = DuplicateProposal.objects.visible_to
    assert not seen(county.user("villager")).exists()
    assert seen(county.user("office")).exists()


def test_who_is_likely_is_shown_with_the_reasons_before_a_file_begins(county: County) -> None:
    enter(
        child(county, "吉晓婷"), child(county, "吉晓雨"), child(county, "吉晓婷", born="1999-01-01")
    )
    posted = {
        "name": "吉小亭", "sex": 2, "born": "2015-03-12", "group": "child",
        "place": county.places["dawan"].pk,
    }  # fmt: skip
    villager = county.client("villager")
    answer = villager.post(reverse("people:new"), posted)
    assert answer.status_code == 422
    shown = answer.context["same"]
    assert [one.person.name for one in shown] == ["吉晓婷"]
    assert str(shown[0].evidence.speaking_for[0]) in answer.content.decode()
    assert villager.post(reverse("people:new"), {**posted, "same": "new"}).status_code == 303


@given(st.integers(0, 10_000), st.integers(1, 999), st.integers(0, 16), st.integers(1, 9))
def test_a_slip_in_an_id_number_leads_back_to_it(days: int, serial: int, at: int, by: int) -> None:
    day = dt.date(1990, 1, 1) + dt.timedelta(days=days)
    head = f"539901{day:%Y%m%d}{serial:03d}"
    right = head + check_sign(head)
    wrong = right[:at] + str((int(right[at]) + by) % 10) + right[at + 1 :]
    swapped = right[:at] + right[at + 1] + right[at] + right[at + 2 :]
    lacking = right[:at] + right[at + 1 :]
    assert right in meant(wrong)
    assert right in meant(lacking)
    assert swapped == right or "X" in swapped[:-1] or right in meant(swapped)
    assert meant(right) == []
