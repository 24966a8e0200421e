"""Files that mean harm: pages in disguise, bombs, foreign entities, names that climb."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guanai.conftest import County
from guanai.core.backup.load import _safe
from guanai.people.importing.work import work
from guanai.people.models import Import, Person

SECRET = "秘密秘密"
PAGE = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>x()</script></svg>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def book(entity: str, text: str) -> bytes:
    """A roster whose first name is what an entity of its XML stands for."""
    plain, forged = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(plain) as out:
        sheet = out.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "性别", "身份证号", "父亲姓名"])
        sheet.write_row(1, 0, ["ENTITY", "男", "", "王明"])
    with ZipFile(plain) as source, ZipFile(forged, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            xml = source.read(name).decode()
            if name == "xl/sharedStrings.xml":
                head, _end, rest = xml.partition("?>")
                xml = f"{head}?><!DOCTYPE x [{entity}]>{rest.replace('ENTITY', text)}"
            target.writestr(name, xml)
    return forged.getvalue()


def bomb() -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_000)
        package.writestr("../../../climbs.txt", "x")
    return packed.getvalue()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret.txt"
    file.write_text(SECRET, "utf-8")
    return file


def hostile(secret: Path) -> dict[str, bytes]:
    return {
        "page.xlsx": PAGE,
        "page.html": PAGE,
        "picture.svg": SVG,
        "../../../climbs.xlsx": PAGE,
        "<img src=x onerror=alert(1)>.csv": PAGE,
        "bomb.xlsx": bomb(),
        "roster.xlsx": book("", "王强"),  # harmless: the forged ones fail by what is forged
        "outside.xlsx": book(f'<!ENTITY e SYSTEM "file://{secret}">', "&e;"),
        "laughs.xlsx": book(f'<!ENTITY l0 "哈哈哈哈哈哈哈哈哈哈">{LAUGHS}', "&l9;"),
        "long.csv": b"\xef\xbb\xbf" + "姓名,性别\n".encode() + b"=cmd|' /C calc'!A0," * 50_000,
    }


def test_what_is_uploaded_is_read_as_a_roster_or_not_at_all(county: County, secret: Path) -> None:
    client = county.client("villager")
    for name, content in hostile(secret).items():
        answer = client.post("/imports/", {"rosters": SimpleUploadedFile(name, content)})
        assert answer.status_code == 302, name
        batch = Import.objects.latest("pk")
        work(batch.pk)
        batch.refresh_from_db()
        assert (batch.state == "failed") is (name != "roster.xlsx"), name
        page = client.get(answer["Location"] + "?rows=all").content.decode()
        assert SECRET not in page, name
        assert "<script>alert" not in page, name
        assert "<img" not in page, name
        assert "哈" * 100 not in page, name
    assert not Person.objects.exists()
    assert not [file for file in lying_open() if b"<script>" in file or SECRET.encode() in file]
    assert not list(settings.HOME.path.rglob("*climbs*"))
    assert not list(settings.HOME.path.parent.glob("*climbs*"))


def lying_open() -> Iterator[bytes]:
    """The content of every file under the home's folders for files."""
    for folder in ("files", "imports", "uploads"):
        for file in (settings.HOME.path / folder).rglob("*"):
            if file.is_file():
                yield file.read_bytes()


def test_a_table_of_places_is_one_or_is_refused(county: County, secret: Path) -> None:
    client = county.client("sysadmin")
    before = list(county.places["county"].__class__.objects.values_list())
    for name, content in hostile(secret).items():
        file = SimpleUploadedFile(name, content)
        answer = client.post("/organisations/places/import/", {"file": file})
        assert answer.status_code == 422, name
        assert "<script>alert" not in answer.content.decode(), name
    assert list(county.places["county"].__class__.objects.values_list()) == before


def test_no_stored_file_has_an_address(county: County) -> None:
    for folder in ("files", "imports", "uploads", "keys"):
        held = settings.HOME.path / folder / "held.txt"
        held.parent.mkdir(parents=True, exist_ok=True)
        held.write_text(SECRET, "utf-8")
        relative = os.path.relpath(held, settings.BASE_DIR)
        for client in (Client(), county.client("office"), county.client("sysadmin")):
            for url in (f"/{folder}/held.txt", f"/media/{folder}/held.txt", f"/static/{relative}"):
                assert client.get(url).status_code == 404, url
        held.unlink()


def test_a_backup_restores_into_its_own_folders_only() -> None:
    forged = ["files/../../climbs", "/etc/climbs", "keys/county.key", "../files/climbs"]
    assert list(_safe([*forged, "files/a/b"])) == ["files/a/b"]
