"""The key of a whole home: turned beside others' work and kills, printed, lost and brought back."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from guanai.conftest import CommandHome
from guanai.core.tests.test_backup import unpacked
from guanai.people.tests.conftest import HEADER
from guanai.people.tests.test_import_rosters import row, with_check

ROWS = 30
SET_UP = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from guanai.people.models import Contact, Identity, Person
"""
# Saves, adds phones and asks for numbers until a file stands there; prints how often.
WRITER = (
    SET_UP
    + """
import itertools, pathlib, sys, time
from guanai.core.crypto import vault
from guanai.organisations.models import User
user = User.objects.get(username="minzheng")
numbers = {one.pk: one.number() for one in Identity.objects.select_related("person")}
people = itertools.cycle(Person.objects.exclude(identities=None).order_by("pk"))
for saves, person in enumerate(people, 1):
    person.refresh_from_db()
    facts = {"care_form": "proxy" if person.care_form != "proxy" else "trust"}
    person.change(facts, base_version=person.version, by=user)
    if saves % 5 == 0:
        phone = f"199{saves:08d}"
        person.add(Contact, {"kind": "phone", "value": phone, "rank": 9}, by=user)
        assert Contact.objects.filter(exact__in=vault().blinds("phone", phone)).exists()
    number = numbers[person.identities.get().pk]
    found = Identity.objects.filter(exact__in=vault().blinds("id", number))
    assert [one.person_id for one in found] == [person.pk]
    if saves == 1:
        print("ready", flush=True)
    time.sleep(0.05)
    if pathlib.Path(sys.argv[1]).exists():
        print(saves)
        break
"""
)
KILLED = (
    SET_UP
    + """
import signal
from guanai.audit import rotation
from guanai.core.keyring import Keyring
def die(*_a, **_k): os.kill(os.getpid(), signal.SIGKILL)
rotation.AT_ONCE, left, write = 10, [3], rotation._write
def third(*given):
    left[0] -= 1
    return write(*given) if left[0] else die()
%s
rotation.rotate(wait=0, begin=True)
"""
)
MOMENTS = ("rotation._sweep = die", "rotation._write = third", "Keyring.newest_alone = die")
VALUES = (
    SET_UP
    + """
import json
told = [one.number() for one in Identity.objects.select_related("person")]
told += [one.value() for one in Contact.objects.select_related("person").filter(rank__lt=9)]
print(json.dumps(sorted(told)))
"""
)


def roster(file: Path, first: int) -> Path:
    lines = [HEADER.replace(" ", ",")]
    for number in range(first, first + ROWS):
        told = row(f"萧{chr(0x4E00 + number)}", with_check(f"53990120160604{number:03d}"))
        lines.append(",".join("" if cell == "-" else cell for cell in told.split()))
    file.write_text("\n".join(lines), "utf-8")
    return file


@pytest.fixture(scope="module")
def home(places_home: CommandHome, tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    folder = tmp_path_factory.mktemp("keys")
    home = places_home.copy(folder / "home")
    home.guanai("import", str(roster(folder / "名单.csv", 100)), "--yes")
    return home


def run(home: CommandHome, script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - the scripts above
        [sys.executable, "-c", script, *arguments],
        env=home.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def values(home: CommandHome) -> list[str]:
    told, wrong = run(home, VALUES).communicate()
    assert told, wrong
    found: list[str] = json.loads(told)
    return found


def sheet_text(home: CommandHome, *options: str) -> list[str]:
    """The text of each page of the sheet, as a scanner would read it."""
    file = home.path / "sheet.pdf"
    home.guanai("keys", "sheet", str(file), *options)
    assert file.stat().st_mode & 0o777 == 0o600
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(file.read_bytes())).pages]
    file.unlink()
    return pages


def test_killed_at_any_moment_a_rotation_goes_on_while_people_save_and_import(
    home: CommandHome, tmp_path: Path
) -> None:
    before, stop = values(home), tmp_path / "stop"
    with run(home, WRITER, str(stop)) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        for moment in MOMENTS:
            killed = run(home, KILLED % moment)
            _told, wrong = killed.communicate()
            assert killed.returncode == -9, wrong
        rotation = home.start("guanai", "keys", "rotate", "--wait", "1")
        assert rotation.stdout is not None
        assert " of " in rotation.stdout.readline()
        told = home.guanai("import", str(roster(tmp_path / "更多.csv", 500)), "--yes")
        assert f"{ROWS} rows written" in told
        assert "generation" in rotation.communicate()[0]
        assert rotation.returncode == 0
        stop.touch()
        saves, wrong = writer.communicate()
        assert writer.returncode == 0, wrong
    assert int(saves) > 3
    assert set(before) < set(values(home))
    assert "clean" in home.guanai("check", "--quick")


def key_lies_in(home: CommandHome, backup: Path) -> list[str]:
    """What of the home, beside its keyring, and of the backup holds the key."""
    keys = json.loads((home.path / "keys/county.key").read_bytes())["keys"]
    secret = bytes.fromhex(keys[0]["key"])
    held = {str(file): file.read_bytes() for file in home.path.rglob("*") if file.is_file()}
    held |= unpacked(home, backup) | {str(backup): backup.read_bytes()}
    found = [name for name, told in held.items() if secret in told or secret.hex().encode() in told]
    return [name for name in found if name != str(home.path / "keys/county.key")]


@pytest.mark.requirement("RX.5")
def test_a_lost_home_comes_back_from_paper_and_backup(
    home: CommandHome, command_home: CommandHome, tmp_path: Path
) -> None:
    assert "no paper" in home.guanai("keys", "status")
    (whole,) = sheet_text(home)
    shares = sheet_text(home, "--shares", "3", "--of", "5")
    assert len(shares) == 5
    backup = tmp_path / "county.guanai"
    home.guanai("backup", str(backup))
    assert not key_lies_in(home, backup)
    scans = []
    for number, page in enumerate([*shares[::2], whole]):
        scans.append(str(tmp_path / f"{number}.txt"))
        Path(scans[-1]).write_text(page.replace("O", "0"), "utf-8")  # a reader's usual mistake
    assert "guanai keys recover" in command_home.guanai("restore", str(backup), code=1)
    assert "3." in command_home.guanai("keys", "recover", *scans[:2], code=1)
    command_home.guanai("keys", "recover", *scans[:3])
    command_home.guanai("restore", str(backup))
    assert values(command_home) == values(home)
    said = command_home.guanai("keys", "recover", scans[3], code=1)
    mark = said.split("--replace ")[1].split(",")[0]
    command_home.guanai("keys", "recover", scans[3], "--replace", mark)
    assert "clean" in command_home.guanai("check", "--quick")
