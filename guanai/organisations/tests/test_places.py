"""The division tree: import of codes, codes that change, local codes, closing."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from guanai.conftest import County
from guanai.core.areas import below
from guanai.organisations.models import Organisation, Place
from guanai.people.tests.families import make_family

HEAD = "code,name,level,parent\n"


def send(client: Client, text: str, encoding: str = "utf-8") -> str:
    file = SimpleUploadedFile("places.csv", text.encode(encoding))
    answer = client.post(reverse("organisations:places_import"), {"file": file})
    return str(answer.content.decode())


def test_codes_are_previewed_and_then_written(county: County) -> None:
    client = county.client("sysadmin")
    text = send(
        client,
        HEAD + "539901100201,大湾新村,village,539901100000\n"
        "539901100203,戈奎村,village,539901100000\n",
        "gb18030",
    )
    assert "戈奎村" in text
    assert not Place.objects.filter(name="戈奎村").exists()
    client.post(reverse("organisations:places_import"), {"confirmed": "1"})
    new = Place.objects.get(code="539901100203")
    assert new.path.startswith(county.places["qingxi"].path)
    renamed = Place.objects.get(code="539901100201")
    assert renamed.name == "大湾新村"
    assert renamed.path == county.places["dawan"].path
    assert set(renamed.codes.values_list("name", flat=True)) == {"大湾村", "大湾新村"}


def test_a_wrong_line_is_named_and_nothing_is_written(county: County) -> None:
    before = Place.objects.count()
    for line, word in [
        ("5399011002,某村,village,539901100000", "第 2 行"),
        ("539901100299,,village,539901100000", "name"),
        ("539901100299,某村,hamlet,539901100000", "level"),
        ("539901100299,某村,village,539901999000", "parent"),
    ]:
        assert word in send(county.client("sysadmin"), HEAD + line + "\n")
    assert Place.objects.count() == before


def test_a_table_without_the_columns_is_refused(county: County) -> None:
    assert "code" in send(county.client("sysadmin"), "编码,名称\n1,2\n")
    assert send(county.client("sysadmin"), HEAD)


def test_a_code_changes_from_a_day_on_and_the_path_stays(county: County) -> None:
    village = county.places["dawan"]
    url = reverse("organisations:place_change", kwargs={"code": village.code, "act": "code"})
    county.client("sysadmin").post(
        url, {"name": "大湾社区", "code": "539901100001", "on": "2026-10-01"}
    )
    village.refresh_from_db()
    assert (village.name, village.code) == ("大湾社区", "539901100001")
    old = village.codes.get(code="539901100201")
    assert old.valid_to == dt.date(2026, 9, 30)


def test_a_villagers_group_gets_a_local_code(county: County) -> None:
    url = reverse(
        "organisations:place_change",
        kwargs={"code": county.places["dawan"].code, "act": "below"},
    )
    county.client("sysadmin").post(url, {"name": "三组", "code": ""})
    group = Place.objects.get(name="三组")
    assert group.level == "group"
    assert group.code == "539901100201-01"


def test_a_township_with_villages_cannot_be_closed(county: County) -> None:
    code = county.places["qingxi"].code
    url = reverse("organisations:place_change", kwargs={"code": code, "act": "closure"})
    assert county.client("sysadmin").post(url, {"on": "2026-10-01"}).status_code == 422
    empty = Place.plant("539901100299", "空村", "village", county.places["qingxi"])
    url = reverse("organisations:place_change", kwargs={"code": empty.code, "act": "closure"})
    assert county.client("sysadmin").post(url, {"on": "2026-10-01"}).status_code == 302
    assert not Place.objects.current().filter(pk=empty.pk).exists()


def test_a_place_with_people_or_units_cannot_be_closed(county: County) -> None:
    family = make_family(county, "dawan")
    village = county.places["dawan"]
    url = reverse("organisations:place_change", kwargs={"code": village.code, "act": "closure"})
    client = county.client("sysadmin")
    answer = client.post(url, {"on": "2026-10-01"})
    assert "单位" in answer.content.decode()
    Organisation.objects.filter(place=village).update(closed_on=dt.date(2026, 9, 1))
    answer = client.post(url, {"on": "2026-10-01"})
    assert answer.status_code == 422
    assert family.child.name not in answer.content.decode()
    assert Place.objects.current().filter(pk=village.pk).exists()


def test_below_is_one_range_of_the_index(county: County) -> None:
    inside = set(Place.objects.filter(below(county.places["qingxi"].path)))
    assert inside == {county.places[key] for key in ("qingxi", "dawan", "xiaohe")}
