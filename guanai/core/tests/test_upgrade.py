"""A home of 0.1.0 goes up to this version and back, on the database that this run is for."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guanai.conftest import CommandHome, NewHome

VERSIONS = Path(__file__).parent / "versions"
LAID = """
import os, sys, pathlib, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from guanai.core.backup import load
load(pathlib.Path(sys.argv[1]), upgrade=False, unsealed=True)
"""
TOLD = """
import os, json, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from guanai.people.file import File
from guanai.people.models import Change, Identity, Note, Person
from guanai.organisations.models import User
child = Person.objects.get(name="康小梦")
file = File.open(child)
print(json.dumps({
    "people": Person.objects.count(),
    "seen": Person.objects.visible_to(User.objects.get(username="qingxi")).count(),
    "number": Identity.objects.get(person=child).number(),
    "note": Note.objects.get().text(),
    "phones": sorted(p.value() for kin in file.kin for p in kin.facts.phones),
    "why": [change.why for change in child.changes.order_by("pk")],
}))
"""
COLUMNS = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from django.db import connection
print("people_look" in connection.introspection.table_names())
"""

LANES = COLUMNS.replace("people_look", "organisations_lane")
KILLED = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from django.core.management import call_command
from guanai.core.backup import upgrading
def half():
    call_command("migrate", "organisations", "0002_trust", verbosity=0)
    os._exit(9)
upgrading.migrate_all = half
upgrading.upgrade()
"""

AFTER_A_STEP = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from django.db.backends.base.schema import BaseDatabaseSchemaEditor as Editor
from guanai.core.backup import upgrading
leave = Editor.__exit__
def left(self, *told):
    leave(self, *told)
    if "people_transfer" in self.connection.introspection.table_names():
        os._exit(9)
Editor.__exit__ = left
upgrading.upgrade()
"""


def run(home: CommandHome, script: str, *arguments: str) -> str:
    ran = subprocess.run(  # noqa: S603 - the scripts above
        [sys.executable, "-c", script, *arguments], env=home.env, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.fixture(scope="module")
def left_home(new_home: NewHome, tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    """As 0.1.0 left it, for copies of it."""
    home = new_home(tmp_path_factory.mktemp("old") / "home")
    (home.path / "keys").mkdir(parents=True)
    shutil.copy(VERSIONS / "0.1.0.key", home.path / "keys/county.key")
    run(home, LAID, str(VERSIONS / "0.1.0.zip"))
    return home


@pytest.fixture
def old_home(left_home: CommandHome, tmp_path: Path) -> CommandHome:
    """As 0.1.0 left it."""
    return left_home.copy(tmp_path / "home")


def holds_all(home: CommandHome) -> None:
    told = json.loads(run(home, TOLD))
    assert told["people"] == 9
    assert told["seen"] == 9
    assert told["number"] == "539901201505040025"
    assert "情绪低落" in told["note"]
    assert told["phones"] == ["19900001000", "19900002000"]


def test_an_upgrade_backs_up_first_loses_nothing_and_can_go_back(old_home: CommandHome) -> None:
    assert "guanai upgrade" in old_home.guanai("check", code=1)
    said = old_home.guanai("upgrade")
    (kept,) = (old_home.path / "backups").glob("before-*.guanai")
    assert str(kept) in said
    holds_all(old_home)
    assert "clean" in old_home.guanai("check")
    assert "up to date" in old_home.guanai("upgrade")
    assert run(old_home, COLUMNS) == "True"
    assert "version of before" in old_home.guanai("upgrade", "--back")
    assert run(old_home, COLUMNS) == "False"
    old_home.guanai("upgrade")
    holds_all(old_home)


def test_a_backup_of_an_older_release_is_restored_over_a_newer_home(
    demo_places: CommandHome,
) -> None:
    shutil.copy(VERSIONS / "0.1.0.key", demo_places.path / "keys/county.key")
    old = str(VERSIONS / "0.1.0.zip")
    demo_places.guanai("restore", old, "--unsealed", "--replace", "--lose", "539901000000")
    holds_all(demo_places)


def test_a_county_is_not_served_before_it_is_upgraded(old_home: CommandHome) -> None:
    about = json.loads((old_home.path / "home.json").read_text("utf-8"))
    (old_home.path / "home.json").write_text(json.dumps({**about, "kind": "county"}), "utf-8")
    assert "guanai upgrade" in old_home.guanai("serve", "--port", "0", code=1)
    assert run(old_home, COLUMNS) == "False"


def test_an_upgrade_that_is_killed_at_any_moment_can_be_done_again(
    old_home: CommandHome,
) -> None:
    half = subprocess.run([sys.executable, "-c", KILLED], env=old_home.env, check=False)  # noqa: S603 - the script above
    assert half.returncode == 9
    assert run(old_home, LANES) == "True"
    for moment in (0.8, 1.2, 1.7):
        with old_home.start("guanai", "upgrade") as upgrade:
            time.sleep(moment)
            upgrade.send_signal(signal.SIGKILL)
    old_home.guanai("upgrade")
    holds_all(old_home)
    assert "clean" in old_home.guanai("check")
    old_home.guanai("upgrade", "--back")
    assert run(old_home, LANES) == "False"


def test_an_upgrade_killed_after_a_step_knows_that_it_was_done(old_home: CommandHome) -> None:
    killed = subprocess.run([sys.executable, "-c", AFTER_A_STEP], env=old_home.env, check=False)  # noqa: S603 - the script above
    assert killed.returncode == 9
    old_home.guanai("upgrade")
    holds_all(old_home)
