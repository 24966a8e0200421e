"""Consents: whose word counts, who is heard, what a withdrawal does, who is still to be asked."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time
from pypdf import PdfReader

from guanai.audit.models import Entry, Reading
from guanai.conftest import County
from guanai.core.broken import RuleBroken
from guanai.core.dates import PartialDate
from guanai.people.models import Guardianship, Kinship, Look, Person
from guanai.people.tests.families import Family, make_person, row, stand
from guanai.privacy.models import Consent, Ruling
from guanai.privacy.models.consents import person_has_consent
from guanai.privacy.rules import Word, last_day, whose_word, workdays_after
from guanai.privacy.tests.conftest import words_of

PDF = b"%PDF-1.4 a signed paper"


def url(page: str, *args: Any) -> str:
    return reverse(f"privacy:{page}", args=args)


def said(family: Family, **other: Any) -> dict[str, Any]:
    facts = {
        "purposes": ["photo"], "giver": family.father.pk, "granted": "yes", "how": "paper",
        "on": timezone.localdate().isoformat(), "view": "agrees", "said": "我愿意拍照",
        "base_version": 1,
    }  # fmt: skip
    return facts | other


@pytest.mark.parametrize(
    ("born", "listed", "word"),
    [
        ("2012-11-24", True, Word.GUARDIAN),  # fourteen tomorrow
        ("2012-11-23", True, Word.OWN_TOLD),
        ("2012", True, Word.GUARDIAN),  # may be thirteen still
        ("2008-11-23", True, Word.OWN),
        ("", True, Word.GUARDIAN),
        ("", False, Word.OWN),
    ],
)
def test_whose_word_counts_goes_by_the_age_that_is_still_possible(
    born: str, listed: bool, word: Word
) -> None:
    date = PartialDate.parse(born) if born else None
    assert whose_word(date, dt.date(2026, 11, 23), listed=listed) == word


def test_a_guardians_yes_ends_before_the_fourteenth_birthday_and_terms_skip_weekends() -> None:
    born = PartialDate.parse("2017-06-04")
    assert last_day(born, Word.GUARDIAN, None) == dt.date(2031, 6, 3)
    assert last_day(born, Word.GUARDIAN, dt.date(2027, 1, 1)) == dt.date(2027, 1, 1)
    assert workdays_after(dt.date(2026, 11, 20), 1) == dt.date(2026, 11, 23)  # a Friday
    assert workdays_after(dt.date(2026, 11, 23), 15) == dt.date(2026, 12, 14)


@pytest.mark.requirement("RX.6")
def test_a_guardian_consents_and_withdraws_with_effect_at_once(
    county: County, family: Family
) -> None:
    client, child = county.client("villager"), family.child
    assert not person_has_consent(child, "photo")
    answer = client.post(url("record", child.uid), said(family))
    assert answer.status_code == 303
    consent = Consent.objects.get()
    assert (consent.relation, consent.until) == ("51", dt.date(2031, 6, 3))
    assert person_has_consent(child, "photo")
    assert not person_has_consent(child, "publication")
    page = client.get(f"/people/{child.uid}/").content.decode()
    assert url("consent", consent.uid) in page
    told = {"on": timezone.localdate(), "giver": child.pk, "how": "phone"}
    assert client.post(url("consent", consent.uid), told).status_code == 303
    assert not person_has_consent(child, "photo")
    assert person_has_consent(child, "photo", timezone.localdate() - dt.timedelta(days=1)) is False
    assert client.post(url("consent", consent.uid), told).status_code == 422
    acts = set(Entry.objects.filter(action__startswith="privacy").values_list("action", flat=True))
    assert acts == {"privacy.consent.record", "privacy.consent.withdraw"}


@pytest.mark.requirement("RX.6")
def test_what_the_law_asks_of_a_consent_is_asked(county: County, family: Family) -> None:
    client, child = county.client("villager"), family.child
    for wrong in (
        {"giver": child.pk},  # nine years old
        {"giver": make_person(county.places["dawan"], "路人").pk},
        {"view": ""},  # from eight on it is heard
        {"purposes": ["file"]},  # rests on the statute
        {"how": "witnesses"},  # without their names
        {"how": "phone"},
        {"giver": family.grandmother.pk},  # entrusted, no guardian
        {"on": (timezone.localdate() + dt.timedelta(days=1)).isoformat()},
        {"until": "2020-01-01"},
    ):
        answer = client.post(url("record", child.uid), said(family, **wrong))
        assert answer.status_code == 422, wrong
    own = {"giver": child.pk, "on": timezone.localdate(), "how": "paper", "view": "agrees"}
    with pytest.raises(RuleBroken):  # the form does not even offer it
        Consent.record(child, ["photo"], own, by=county.user("villager"))
    assert not Consent.objects.exists()
    heard = said(family, giver=family.grandmother.pk, note="父亲来电委托，11月23日")
    assert client.post(url("record", child.uid), heard).status_code == 303


@pytest.mark.requirement("RX.6")
def test_from_fourteen_the_child_itself_consents_and_the_guardian_is_told(
    county: County, family: Family
) -> None:
    child = family.child
    Person.objects.filter(pk=child.pk).update(born=dt.date(2012, 3, 1))
    client = county.client("teacher")
    for wrong in (said(family), said(family, giver=child.pk)):
        assert client.post(url("record", child.uid), wrong).status_code == 422
    right = said(family, giver=child.pk, guardian_told_on=timezone.localdate().isoformat())
    assert client.post(url("record", child.uid), right).status_code == 303
    assert Consent.objects.get().relation == "01"
    assert "本人" in words_of(client.get(url("blank", child.uid, "consent", "docx")))


def test_a_child_that_does_not_want_it_is_not_overruled(county: County, family: Family) -> None:
    client, child = county.client("villager"), family.child
    client.post(url("record", child.uid), said(family, view="against"))
    assert not person_has_consent(child, "photo")
    assert "儿童不愿意" in client.get(f"/people/{child.uid}/").content.decode()


def test_what_the_child_said_and_who_witnessed_is_sealed_and_its_reading_logged(
    county: County, family: Family
) -> None:
    client, child = county.client("villager"), family.child
    client.post(url("record", child.uid), said(family, note="见证人覃某、田某"))
    consent = Consent.objects.get()
    stored = bytes(consent.sealed_said or b"") + bytes(consent.sealed_note or b"")
    assert "愿意拍照".encode() not in stored
    assert "覃某".encode() not in stored
    page = client.get(url("consent", consent.uid)).content.decode()
    assert "我愿意拍照" in page
    assert "覃某" in page
    assert Reading.objects.filter(person_id=child.pk, how="consent").exists()
    assert county.client("neighbour").get(url("consent", consent.uid)).status_code == 404
    assert county.client("helper").get(url("consent", consent.uid)).status_code == 403


def test_who_opened_a_file_in_an_emergency_changes_nothing_in_it(
    county: County, family: Family
) -> None:
    client, child = county.client("villager"), family.child
    client.post(url("record", child.uid), said(family))
    consent = Consent.objects.get()
    Look.open_in_emergency(child, "report", "走失，核实监护人", by=county.user("neighbour"))
    other = county.client("neighbour")
    assert other.get(f"/people/{child.uid}/").status_code == 200
    told = {"on": timezone.localdate(), "giver": child.pk, "how": "phone"}
    assert other.post(url("consent", consent.uid), told).status_code == 403
    assert other.post(url("record", child.uid), said(family)).status_code == 403
    assert other.get(url("receive", child.uid)).status_code == 403


def scan_of(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def test_a_scan_is_judged_by_its_content_sealed_and_handed_out_at_the_door_only(
    county: County, family: Family
) -> None:
    client, child = county.client("villager"), family.child
    page = said(family, scan=scan_of("同意书.pdf", b"<html><script>alert(1)</script>"))
    assert client.post(url("record", child.uid), page).status_code == 422
    huge = said(family, scan=scan_of("a.pdf", PDF + b" " * (10 << 20)))
    assert client.post(url("record", child.uid), huge).status_code == 422
    right = said(family, purposes=["photo", "scale"], scan=scan_of("x.exe", PDF))
    assert client.post(url("record", child.uid), right).status_code == 303
    first, second = Consent.objects.order_by("pk")
    assert first.scan == second.scan != ""
    kept = list(Path(settings.HOME.path / "files").rglob("*.sealed"))
    assert not any(PDF in path.read_bytes() for path in kept)
    answer = client.get(url("scan", first.uid))
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/pdf"
    assert county.client("outsider").get(url("scan", first.uid)).status_code == 404


@pytest.mark.requirement("RX.6")
def test_who_is_still_to_be_asked_stands_in_a_list_that_prints(
    county: County, family: Family
) -> None:
    other = make_person(county.places["xiaohe"], "向小河", born=dt.date(2016, 1, 1))
    stand(other, "child")
    client = county.client("supervisor")
    listed = client.get(url("missing")).content.decode()
    assert "萧梦" in listed
    assert "向小河" in listed
    at = f"{url('missing')}?place={county.places['dawan'].pk}"
    assert "向小河" not in client.get(at).content.decode()
    assert "向小河" not in county.client("villager").get(url("missing")).content.decode()
    client.post(url("record", family.child.uid), said(family, purposes=["photo", "pairing"]))
    assert "萧梦" not in client.get(url("missing")).content.decode()
    with freeze_time("2031-05-20"):  # the guardian's yes ends with the fourteenth birthday
        assert "即将到期" in county.client("supervisor").get(at).content.decode()
    office, at = county.client("office"), url("missing_print")
    assert county.client("teacher").post(at).status_code == 403
    assert county.client("supervisor").post(at).status_code == 200  # keeps the files
    Reading.objects.all().delete()
    assert office.post(at).status_code == 422  # oversees them: for what?
    assert not Reading.objects.exists()
    printed = office.post(at, {"purpose": "inspect"})
    text = PdfReader(io.BytesIO(printed.content)).pages[0].extract_text()
    assert "向小河" in text
    taken = Entry.objects.filter(action="privacy.missing.print").latest("pk").facts
    assert (taken["files"], taken["purpose"]) == (1, "inspect")
    reason = Reading.objects.get(person_id=other.pk, how="print").reason
    assert reason == f"inspect {taken['mark']}"
    assert taken["mark"] in text


def test_a_stack_of_papers_is_recorded_on_one_page(county: County, family: Family) -> None:
    place = county.places["dawan"]
    other = make_person(place, "覃小朵", born=dt.date(2021, 1, 1))
    stand(other, "child")
    row(Kinship, other, relative=family.mother, relation="52")
    client, child = county.client("villager"), family.child
    assert "覃小朵" in client.get(f"{url('stack')}?place={place.pk}").content.decode()
    papers = {
        "place": place.pk, "purposes": ["photo", "pairing"], "how": "paper",
        "on": timezone.localdate().isoformat(),
        f"{other.pk}-take": "on", f"{other.pk}-giver": family.mother.pk,
        f"{other.pk}-granted": "yes", f"{other.pk}-scan": scan_of("a.jpg", b"\xff\xd8\xff photo"),
        f"{child.pk}-take": "on", f"{child.pk}-giver": family.father.pk,
        f"{child.pk}-granted": "no",
    }  # fmt: skip
    answer = client.post(url("stack"), papers)
    assert answer.status_code == 422  # 萧梦 is nine and was not heard
    assert "八周岁" in answer.content.decode()
    assert {c.person_id for c in Consent.objects.all()} == {other.pk}
    answer = client.post(url("stack"), papers | {f"{child.pk}-view": "unsure"})
    assert answer.status_code == 303
    refused = Consent.objects.filter(person=child)
    assert {c.state for c in refused} == {"refused"}
    assert "萧梦" not in client.get(url("missing")).content.decode()
    assert not person_has_consent(child, "photo")


def test_the_county_rules_what_rests_on_consent(county: County, family: Family) -> None:
    child, office = family.child, county.client("office")
    assert person_has_consent(child, "file")
    assert not person_has_consent(child, "abroad")
    at = url("ruling", "purpose", "scale")
    assert county.client("federation").get(at).status_code == 403
    assert office.post(at, {"basis": "nonsense", "article": "x"}).status_code == 422
    page = county.client("villager").get(url("bases")).content.decode()
    assert "待县里确认" in page
    assert "依据未核实" in page
    given = {"basis": "duty", "article": "县教育局〔2026〕3号"}
    assert office.post(at, given).status_code == 303
    assert person_has_consent(child, "scale")
    assert "县教育局〔2026〕3号" in office.get(url("bases")).content.decode()
    with pytest.raises(RuleBroken):
        Ruling.settle("purpose", "anything", given, by=county.user("office"))


@pytest.mark.parametrize("paper", ["consent", "view"])
def test_blank_forms_carry_the_childs_name_as_word_and_pdf(
    county: County, family: Family, paper: str
) -> None:
    client = county.client("teacher")
    client.cookies["language"] = "en"  # papers are Chinese all the same
    words = words_of(client.get(url("blank", family.child.uid, paper, "docx")))
    assert f"萧梦（{family.child.file_number}）" in words
    assert Reading.objects.filter(person_id=family.child.pk, how="print").exists()
    at = url("blank", family.child.uid, paper, "pdf")
    assert county.client("office").get(at).status_code == 302  # says first for what
    assert "活动拍照" in words
    pdf = client.get(at)
    assert "萧梦" in PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert client.get(url("blank", family.child.uid, paper, "html")).status_code == 404


def test_for_an_adult_nobody_speaks_but_a_guardian(county: County, family: Family) -> None:
    father, child = family.father, family.child
    row(Kinship, father, relative=family.grandmother, relation="52")
    client, at = county.client("office"), url("record", father.uid)
    assert client.post(at, said(family, giver=family.grandmother.pk)).status_code == 422
    assert client.post(at, said(family, giver=father.pk)).status_code == 303
    assert person_has_consent(father, "photo")
    assert not person_has_consent(child, "photo")


def test_an_ended_guardianship_gives_no_word(county: County, family: Family) -> None:
    Guardianship.objects.update(until=dt.date(2025, 1, 1))
    wrong = said(family, giver=family.grandmother.pk, note="父亲委托")
    answer = county.client("villager").post(url("record", family.child.uid), wrong)
    assert answer.status_code == 422
