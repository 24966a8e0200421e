"""An import is all or nothing, even when its process is killed (kill -9)."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from guanai.conftest import CommandHome
from guanai.core.tests.test_backup import UNPACK
from guanai.people.tests.conftest import HEADER
from guanai.people.tests.test_import_rosters import row, with_check

ROWS = 120
SET_UP = """
import json, os, signal, sys
import django
django.setup()
from django.core.management import call_command
from guanai.people.importing import publishing
from guanai.people.importing.tidying import recover
from guanai.people.models import Import, Person, SearchToken, Household
def die(*_a, **_o): os.kill(os.getpid(), signal.SIGKILL)
"""
KILL = {
    "in the middle": """
flush, left = publishing._Writer._flush, [1]
def counted(self):
    flush(self)
    left[0] -= 1
    if not left[0]: die()
publishing._Writer._flush = counted
""",
    "before the flip": "publishing.flip = die",
    "after the flip": "publishing.complete = die",
}
IMPORT = "\ncall_command('import', sys.argv[1], '--yes')"
LOOK = """
def look():
    seen = [b.by for b in Import.objects.all()]
    return {
        "state": [b.state for b in Import.objects.all()],
        "live": [b.live for b in Import.objects.all()],
        "people": Person.objects.count(),
        "visible": Person.objects.visible_to(seen[0]).count() if seen else 0,
        "rest": SearchToken.objects.count() + Household.objects.count(),
    }
before = look()
recover()
print(json.dumps([before, look()]))
Import.objects.filter(live=False, people=None).delete()
"""


@pytest.fixture(scope="module")
def home(places_home: CommandHome, tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    home = places_home.copy(tmp_path_factory.mktemp("killed") / "home")
    home.env["DJANGO_SETTINGS_MODULE"] = "config.settings"
    with (home.path / "花名册.csv").open("w", encoding="utf-8") as file:
        file.write(HEADER.replace(" ", ",") + "\n")
        for number in range(ROWS):
            told = row(f"萧{chr(0x4E00 + number)}", with_check(f"53990120160604{number:03d}"))
            file.write(",".join("" if cell == "-" else cell for cell in told.split()) + "\n")
    return home


def python(home: CommandHome, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A process of its own."""
    return subprocess.run(  # noqa: S603
        [sys.executable, *arguments], env=home.env, capture_output=True, text=True, check=False
    )


@pytest.mark.requirement("RX.8")
@pytest.mark.parametrize("point", KILL)
def test_killed_it_is_all_or_nothing(home: CommandHome, point: str) -> None:
    file = str(home.path / "花名册.csv")
    killed = python(home, "-c", SET_UP + KILL[point] + IMPORT, file)
    assert killed.returncode == -9, killed.stderr
    looked = python(home, "-c", SET_UP + LOOK)
    before, after = json.loads(looked.stdout.splitlines()[-1])
    if point == "after the flip":
        assert before["state"] == ["applying"]
        assert (after["state"], after["people"], after["visible"]) == (["done"], ROWS, ROWS)
    else:
        assert before["people"] > 0
        assert before["visible"] == 0
        assert (after["state"], after["people"], after["rest"]) == (["preview"], 0, 0)


@pytest.mark.requirement("R14.27")
def test_two_who_import_one_roster_at_once_open_one_file_for_each_child(home: CommandHome) -> None:
    file = home.path / "一样.csv"
    lines = [HEADER.replace(" ", ",")]
    for number in range(200, 240):
        told = row(f"邓{chr(0x4E00 + number)}", with_check(f"53990120160604{number:03d}"))
        lines.append(",".join("" if cell == "-" else cell for cell in told.split()))
    file.write_text("\n".join(lines), encoding="utf-8")
    with ThreadPoolExecutor() as both:
        ask = [
            both.submit(python, home, "-m", "guanai", "import", str(file), "--yes") for _ in "ab"
        ]
    assert [asked.result().returncode for asked in ask] == [0, 0], ask[1].result().stderr
    counted = python(
        home, "-c", SET_UP + "print(Person.objects.filter(name__startswith='邓').count())"
    )
    assert counted.stdout.split() == ["40"], counted.stderr


READ = """
from django.conf import settings
from guanai.organisations.models import User
from guanai.people.importing import reading, tidying
from guanai.people.importing.staging import Staging
from guanai.people.importing.work import work
def stored():
    files = [f for f in settings.HOME.imports.rglob("*") if f.is_file() and not f.is_symlink()]
    return any(b"539901201606" in f.read_bytes() for f in files)
"""
BEGIN = """
batch = Import.begin(["云岭县" * 50 + ".csv"], by=User.objects.get(username="minzheng"))
Staging(batch).keep_file(0, open(sys.argv[1], "rb").read())
opened = reading._Reader._sources
def killed(*given):
    opened(*given)
    print(stored(), flush=True)
    die()
reading._Reader._sources = killed
work(batch.pk)
"""
AFTER = """
batch = Import.objects.latest("pk")
left = lambda: len(list(settings.HOME.imports.glob("*/tmp*")))
print([stored(), batch.state, left()])
call_command("backup", sys.argv[1])
tidying._sweep()
print([stored(), left()])
batch.cancel(by=batch.by)
print(Staging(batch).folder.exists())
batch.delete()
"""


def test_a_killed_reader_leaves_nothing_readable_behind(home: CommandHome, tmp_path: Path) -> None:
    """Nor does a name of 150 characters, longer than a name on the disk, hinder it."""
    killed = python(home, "-c", SET_UP + READ + BEGIN, str(home.path / "花名册.csv"))
    assert killed.stdout.splitlines()[-1:] == ["False"], killed.stderr
    assert killed.returncode == -9
    backup = tmp_path / "b.guanai"
    looked = python(home, "-c", SET_UP + READ + AFTER, str(backup))
    told = [line for line in looked.stdout.splitlines() if line.startswith(("[", "False", "True"))]
    assert told == ["[False, 'reading', 1]", "[False, 0]", "False"], looked.stderr
    python(home, "-c", UNPACK, str(backup), str(tmp_path / "there"))
    kept = {file.suffix for file in (tmp_path / "there/imports").rglob("*") if file.is_file()}
    assert kept == {".sealed", ".sqlite3"}
