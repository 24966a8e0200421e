"""What a county survives: a killed process, a full disk, a lost folder, a clock set back."""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from freezegun import freeze_time

from guanai.audit.models import Entry
from guanai.conftest import CommandHome, County
from guanai.core.backup.plan import Plan
from guanai.people.models import Note
from guanai.people.tests.families import make_family
from guanai.people.tests.test_keys_together import roster

# Saves one person again and again; prints each version once it is saved.
SAVER = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from guanai.organisations.models import User
from guanai.people.models import Person
user = User.objects.get(username="minzheng")
person = Person.objects.order_by("pk").first()
while True:
    person.refresh_from_db()
    facts = {"care_form": "proxy" if person.care_form != "proxy" else "trust"}
    person.change(facts, base_version=person.version, by=user)
    print(person.version, flush=True)
"""
VERSION = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from guanai.people.models import Person
print(Person.objects.order_by("pk").first().version)
"""


@pytest.fixture(scope="module")
def filled(places_home: CommandHome, tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    """A home with a few people, that the tests may harm."""
    folder = tmp_path_factory.mktemp("harmed")
    home = places_home.copy(folder / "home")
    home.guanai("import", str(roster(folder / "名单.csv", 100)), "--yes")
    return home


def run(home: CommandHome, script: str) -> str:
    ran = [sys.executable, "-c", script]
    done = subprocess.run(ran, env=home.env, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip()


def test_what_was_saved_stays_whenever_the_process_is_killed(filled: CommandHome) -> None:
    for saves in (1, 7, 12):
        with subprocess.Popen(  # noqa: S603 - the script above
            [sys.executable, "-c", SAVER], env=filled.env, stdout=subprocess.PIPE, text=True
        ) as saver:
            assert saver.stdout is not None
            told = [int(saver.stdout.readline()) for _save in range(saves)]
            saver.send_signal(signal.SIGKILL)
        assert int(run(filled, VERSION)) >= told[-1]
    assert "clean" in filled.guanai("check")


def test_a_backup_that_is_killed_leaves_no_half_of_one(filled: CommandHome, tmp_path: Path) -> None:
    target = tmp_path / "county.guanai"
    for moment in (0.5, 0.9):
        with filled.start("guanai", "backup", str(target)) as backup:
            time.sleep(moment)
            backup.send_signal(signal.SIGKILL)
        assert not target.exists() or target.stat().st_size > 10_000
    filled.guanai("backup", str(target), "--verify")


def test_a_backup_to_a_full_disk_says_so_and_keeps_the_last_one(
    demo_places: CommandHome, tmp_path: Path
) -> None:
    target = tmp_path / "beside/county.guanai"
    target.parent.mkdir()
    target.write_bytes(b"the last one")
    ran = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "guanai", "backup", str(target)],
        env=demo_places.env, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)),
    )  # fmt: skip
    assert ran.returncode == 1
    assert "disk is full" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert target.read_bytes() == b"the last one"
    assert [file.name for file in target.parent.iterdir()] == ["county.guanai"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's disk is that of its server")
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_page_that_finds_the_disk_full_says_so_and_saves_nothing(county: County) -> None:
    child = make_family(county).child
    at = f"/people/{child.uid}/entries/note/"
    client = county.client("villager")
    form = client.get(at).context["form"]
    given = {"kind": "remark", "day": "2026-11-01", "base_version": form["base_version"].value()}
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            answer = client.post(at, {**given, "text": "很长的话" * 400})
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert answer.status_code == 507
    assert "磁盘已满" in answer.content.decode()
    assert not Note.objects.exists()
    assert client.post(at, {**given, "text": "现在可以了"}).status_code == 303


def test_every_morning_a_backup_is_made_proved_and_the_oldest_removed(
    filled: CommandHome, tmp_path: Path
) -> None:
    others = [tmp_path / "notes.txt", tmp_path / "539902-20200101-000000.guanai"]
    old = tmp_path / "539901-20200101-000000.guanai"
    killed = tmp_path / "539901-20200102-000000.guanai.77.part"  # half written
    for file in (*others, old, killed):
        file.touch()
    os.utime(killed, (0, 0))
    assert "Every morning" in filled.guanai("backup", "--daily", str(tmp_path), "--keep", "1")
    filled.guanai("morning")
    plan = json.loads((filled.path / "backups.json").read_text("utf-8"))
    assert plan["verified"]
    assert not plan["error"]
    made = Path(plan["file"])
    assert sorted(tmp_path.iterdir()) == sorted([*others, made])
    made.unlink()
    filled.guanai("backup", "--daily", "none")
    assert "no folder" in filled.guanai("backup", "--daily", str(made), code=1)


def test_administrators_see_how_backups_stand(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = county.client("sysadmin")
    assert "还没有备份" in client.get("/backups/").content.decode()
    assert "近日没有可用的备份" in client.get("/").content.decode()
    try:
        made = Plan("/nowhere", made_at="2026-11-20T06:00:00+08:00", file="a.guanai", rows=1884)
        replace(made, verified=True).save()
        with freeze_time("2026-11-20 10:00:00"):
            assert "已恢复到临时目录并核对" in client.get("/backups/").content.decode()
            assert "近日没有可用的备份" not in client.get("/").content.decode()
        with freeze_time("2026-11-23 10:00:00"):
            assert "时间过久" in client.get("/backups/").content.decode()
        replace(made, error="没有这个文件夹").save()
        assert "没有这个文件夹" in client.get("/backups/").content.decode()
    finally:
        (settings.HOME.path / "backups.json").unlink()


def test_a_clock_that_was_set_back_is_told(county: County) -> None:
    client = county.client("auditor")
    county.user("villager").refused("people.view_person", "test")
    assert "时钟" not in client.get("/").content.decode()
    with freeze_time(Entry.objects.get().at - dt.timedelta(days=30)):
        client = county.client("auditor")
        assert "服务器时钟早于审计记录" in client.get("/").content.decode()
