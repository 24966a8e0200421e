"""Backup and restore through the command line, on the database that this run is for."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import IO
from zipfile import ZipFile

import pytest

from guanai.conftest import CommandHome, NewHome
from guanai.core.backup.sealed import BLOCK, MORE, SealedReader, SealedWriter

VERSIONS = Path(__file__).parent / "versions"  # backups that releases made, with their keys

# Somebody who goes on saving until a file stands there; prints the first save, then how many.
WRITER = """
import itertools, os, pathlib, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from guanai.organisations.models import User
from guanai.people.models import Person
user = User.objects.get(username="minzheng")
people = itertools.cycle(Person.objects.order_by("pk")[:40])
for saves, person in enumerate(people, 1):
    person.refresh_from_db()
    facts = {"care_form": "proxy" if person.care_form != "proxy" else "trust"}
    person.change(facts, base_version=person.version, by=user)
    if saves == 1:
        print("ready", flush=True)
    if pathlib.Path(sys.argv[1]).exists():
        print(saves)
        break
"""


UNPACK = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from zipfile import ZipFile
from guanai.core.backup.sealed import SealedReader
ZipFile(SealedReader(open(sys.argv[1], "rb"))).extractall(sys.argv[2])
"""


# A restore that is killed when its tables are in.
KILLED = """
import os, pathlib, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from guanai.core.backup import load
load.__globals__["finish_restore"] = lambda: os._exit(9)
load(pathlib.Path(sys.argv[1]), replace=True)
"""

# A file is destroyed as the offices do it; prints its number and name.
ERASE = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from django.utils import timezone
from guanai.organisations.models import User
from guanai.people.models import Person
user = User.objects.get(username="minzheng")
child = Person.objects.filter(registrations__group="migrant").order_by("pk").first()
for row in child.registrations.current():
    row.strike(timezone.localdate(), base_version=child.version, by=user, why="moved away")
    child.refresh_from_db()
name = child.name
print(child.erase(by=user, why="request")[0], name)
"""

SESSIONS = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from django.contrib.sessions.backends.db import SessionStore
store = SessionStore()
"""


# The demo with the people of two townships only.
FILL = """
import itertools, os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from django.core.management import call_command
from guanai.people.demo.filling import Filling
whole, filled = Filling.township, itertools.count()
Filling.township = lambda filling, place: next(filled) < 2 and whole(filling, place)
call_command("demo")
"""


@pytest.fixture(scope="module")
def demo_home(new_home: NewHome, tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    """A demo home; tests leave it as it is."""
    home = new_home(tmp_path_factory.mktemp("demo") / "home")
    subprocess.run([sys.executable, "-c", FILL], env=home.env, check=True)  # noqa: S603
    return home


@pytest.fixture(scope="module")
def backup(demo_home: CommandHome, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A backup made while somebody saves, and how often he has saved when it is done."""
    folder = tmp_path_factory.mktemp("backup")
    file, stop = folder / "county.guanai", folder / "stop"
    (demo_home.path / "files").mkdir(exist_ok=True)
    (demo_home.path / "files" / "scan.pdf").write_bytes(b"%PDF of a form")
    with subprocess.Popen(  # noqa: S603 - the script above
        [sys.executable, "-c", WRITER, str(stop)],
        env=demo_home.env,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        said = demo_home.guanai("backup", str(file))
        stop.touch()
        saves = int(writer.stdout.read())
    assert "rows and 1 files" in said
    assert writer.returncode == 0
    return file, saves


def restored(home: CommandHome, key_of: CommandHome, file: Path, code: int = 0) -> str:
    (home.path / "keys").mkdir(parents=True)
    shutil.copy(key_of.path / "keys/county.key", home.path / "keys/county.key")
    return home.guanai("restore", str(file), code=code)


def sessions(home: CommandHome, act: str) -> str:
    """Do something with the sessions of a home; what it prints."""
    said = subprocess.run(  # noqa: S603 - the script above
        [sys.executable, "-c", SESSIONS + act], env=home.env, capture_output=True, check=True
    )
    return said.stdout.decode().strip()


def unpacked(home: CommandHome, file: Path) -> dict[str, bytes]:
    """What lies in a backup, opened by the key of that home."""
    folder = file.with_suffix(".unpacked")
    ran = [sys.executable, "-c", UNPACK, str(file), str(folder)]
    subprocess.run(ran, env=home.env, check=True)  # noqa: S603 - the script above
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def lines(home: CommandHome, file: Path) -> dict[str, list[bytes]]:
    """Table → its rows as they lie in a backup, but for what the log says of backups."""
    return {
        name: [row for row in held.splitlines() if b"core.backup." not in row]
        for name, held in unpacked(home, file).items()
        if name.startswith("tables/")
    }


def test_a_backup_made_while_people_save_is_restored_elsewhere_whole(
    demo_home: CommandHome, command_home: CommandHome, backup: tuple[Path, int], tmp_path: Path
) -> None:
    file, saves = backup
    assert saves > 3
    assert "are back" in restored(command_home, demo_home, file)
    assert (command_home.path / "files/scan.pdf").read_bytes() == b"%PDF of a form"
    assert "clean" in command_home.guanai("check", "--quick")
    again = tmp_path / "again.guanai"
    command_home.guanai("backup", str(again))
    assert lines(command_home, again) == lines(command_home, file)


def test_a_restore_without_the_key_says_so_and_changes_nothing(
    command_home: CommandHome, backup: tuple[Path, int]
) -> None:
    said = command_home.guanai("restore", str(backup[0]), code=1)
    assert "county.key" in said
    assert not (command_home.path / "home.json").exists()


def test_a_restore_replaces_a_home_with_data_only_when_told(
    demo_home: CommandHome, demo_places: CommandHome, backup: tuple[Path, int]
) -> None:
    shutil.copy(demo_home.path / "keys/county.key", demo_places.path / "keys/county.key")
    (demo_places.path / "files").mkdir(exist_ok=True)
    (demo_places.path / "files/lost.pdf").touch()
    sessions(demo_places, "store.create()")
    assert "--replace" in demo_places.guanai("restore", str(backup[0]), code=1)
    about = demo_places.path / "home.json"
    facts = about.read_bytes()
    about.unlink()  # a new home on the database of another one
    said = demo_places.guanai("restore", str(backup[0]), "--replace", code=1)
    assert "--lose unknown" in said
    about.write_bytes(facts)
    for once in (["--replace"], ["--replace", "--lose", "539902000000"]):
        said = demo_places.guanai("restore", str(backup[0]), *once, code=1)
        assert "--lose 539901000000" in said
    assert (demo_places.path / "files/lost.pdf").exists()
    demo_places.guanai("restore", str(backup[0]), "--replace", "--lose", "539901000000")
    assert [file.name for file in (demo_places.path / "files").iterdir()] == ["scan.pdf"]
    assert sessions(demo_places, "print(store.model.objects.count())") == "0"
    assert not list(demo_places.path.glob("restore.*"))
    (kept,) = (demo_places.path / "backups").glob("before-restore-*.guanai")
    assert "files/lost.pdf" in unpacked(demo_places, kept)


def test_an_old_backup_brings_nobody_back_who_was_destroyed_since(
    demo_home: CommandHome, new_home: NewHome, backup: tuple[Path, int], tmp_path: Path
) -> None:
    home = new_home(tmp_path / "home")
    assert "destroyed again" not in restored(home, demo_home, backup[0])
    erase = [sys.executable, "-c", ERASE]
    ran = subprocess.run(erase, env=home.env, capture_output=True, check=True)  # noqa: S603
    number, name = ran.stdout.decode().split()
    assert name not in home.path.joinpath("destroyed.list").read_text()
    replace = ("--replace", "--lose", "539901000000")
    assert "3 files that had been destroyed" in home.guanai("restore", str(backup[0]), *replace)
    listed = ("people", "--group", "migrant", "--json", "--as", "minzheng")
    assert number not in home.guanai(*listed)
    killed = [sys.executable, "-c", KILLED, str(backup[0])]
    assert subprocess.run(killed, env=home.env, check=False).returncode == 9  # noqa: S603
    assert number not in home.guanai(*listed)  # finished before anything is shown
    assert not (home.path / "restoring").exists()
    list_, whole = home.path / "destroyed.list", (home.path / "destroyed.list").read_text()
    list_.write_text(f"{whole}torn")
    assert "line 4" in home.guanai("check", "--quick", code=1)
    list_.write_text(whole)
    assert "clean" in home.guanai("check", "--quick")
    newer = tmp_path / "newer.guanai"
    home.guanai("backup", str(newer))
    other = new_home(tmp_path / "other")  # this one has no list of its own
    restored(other, demo_home, newer)
    said = other.guanai("restore", str(backup[0]), *replace)
    assert "3 files that had been destroyed" in said  # with the parents, known through it
    assert number not in other.guanai(*listed)


def test_a_refused_restore_leaves_an_empty_home_unbegun(
    command_home: CommandHome, tmp_path: Path
) -> None:
    newer = tmp_path / "newer.zip"  # as 0.1.0 made them, for these can be forged by hand
    with ZipFile(VERSIONS / "0.1.0.zip") as archive, ZipFile(newer, "w") as made:
        manifest = json.loads(archive.read("manifest.json"))
        manifest["migrations"].append(["people", "9999_of_tomorrow"])
        made.writestr("manifest.json", json.dumps(manifest))
    (command_home.path / "keys").mkdir(parents=True)
    shutil.copy(VERSIONS / "0.1.0.key", command_home.path / "keys/county.key")
    assert "--unsealed" in command_home.guanai("restore", str(newer), code=1)
    assert "newer" in command_home.guanai("restore", str(newer), "--unsealed", code=1)
    assert not (command_home.path / "home.json").exists()


def test_a_damaged_backup_is_named_and_changes_nothing(
    demo_home: CommandHome, command_home: CommandHome, backup: tuple[Path, int], tmp_path: Path
) -> None:
    damaged, whole = tmp_path / "damaged.guanai", backup[0].read_bytes()
    (command_home.path / "keys").mkdir(parents=True)
    shutil.copy(demo_home.path / "keys/county.key", command_home.path / "keys/county.key")
    damaged.write_bytes(whole[: len(whole) // 3])
    assert "damaged" in command_home.guanai("restore", str(damaged), code=1)
    assert not (command_home.path / "home.json").exists()


@pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="it is there already")
def test_a_county_moves_from_sqlite_to_the_database_of_this_run(
    command_home: CommandHome, tmp_path: Path
) -> None:
    there = CommandHome(tmp_path / "sqlite", {**command_home.env})
    there.env["GUANAI_HOME"] = str(there.path)
    there.env.pop("DATABASE_URL", None)
    there.guanai("demo", "--places-only")
    assert sqlite3.connect(there.path / "guanai.sqlite3").execute(
        "SELECT count(*) FROM organisations_place"
    ).fetchone() == (103,)
    file = tmp_path / "moved.guanai"
    there.guanai("backup", str(file))
    restored(command_home, there, file)
    again = tmp_path / "again.guanai"
    command_home.guanai("backup", str(again))
    assert lines(command_home, again) == lines(command_home, file)


def test_a_sealed_file_is_read_at_any_place_and_every_change_is_found(tmp_path: Path) -> None:
    content = b"".join(number.to_bytes(4, "big") for number in range(3 * BLOCK // 4 + 5))
    with (tmp_path / "whole").open("w+b") as stream:
        writer = SealedWriter(stream, {})
        writer.write(content)
        writer.finish()
        reader = BufferedReader(SealedReader(rewound(stream)))
        assert reader.read() == content
        for place in (0, 1, BLOCK - 1, BLOCK, 2 * BLOCK + 7, len(content) - 1):
            reader.seek(place)
            assert reader.read(9) == content[place : place + 9]
        whole = rewound(stream).read()
    head = whole.index(b"}\n") + 2
    first, second = whole[head:][: BLOCK + MORE], whole[head:][BLOCK + MORE : 2 * (BLOCK + MORE)]
    rest = whole[head + 2 * (BLOCK + MORE) :]
    flipped = bytearray(whole)
    flipped[head + BLOCK + 99] ^= 1
    for damaged in (
        bytes(flipped), whole[:head] + second + first + rest, whole[:head] + first + rest,
        whole[:head] + first + second, whole[:-1], whole[:head], whole[:30], b"PK", b"",
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"\w"):
            SealedReader(BytesIO(damaged)).read()


def rewound(stream: IO[bytes]) -> IO[bytes]:
    stream.seek(0)
    return stream
