"""What is sealed is found nowhere: canaries go in by real doors, then every store is searched.

docs/data-at-rest.md lists the stores. The process that planted them still runs meanwhile, so that
its WAL, temporary files and log are searched as they stand while people work.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from guanai.conftest import CommandHome
from guanai.core.tests.test_backup import unpacked
from guanai.people.tests.conftest import HEADER
from guanai.people.tests.test_import_rosters import row, with_check

NUMBER, STAGED = with_check("53990120170604073"), with_check("53990120160605073")
PHONE, OTHER_PHONE = "19947362815", "19958273614"
ADDRESS, NOTE, EVIDENCE = (
    "青石巷七十三号后院",
    "夜里常梦见河水上涨不敢入睡",
    "邻居三次听见摔碗和哭声",
)
SAID, REASON, AWAY = (
    "孩子说愿意让老师看自己的画",
    "户口簿首页与派出所核对一致",
    "东莞厚街白濠工业区五栋",
)
SECRETS = (NUMBER, STAGED, PHONE, OTHER_PHONE, ADDRESS, NOTE, EVIDENCE, SAID, REASON, AWAY)
NAME = "司徒星河"  # readable by design: shows that the search finds what is there

PLANT = """
import json, os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment
from guanai.organisations.models import Place, User
from guanai.people.models import Import, Person
from guanai.people import file as files
from guanai.people.importing.work import work
setup_test_environment()
told = json.loads(told)
client, seen, errors = Client(raise_request_exception=False), [], []
client.force_login(User.objects.get(username=told["user"]))

def go(at, data=None, fine=(200, 302, 303), **more):
    answer = client.get(at, **more) if data is None else client.post(at, data, **more)
    assert answer.status_code in fine, (at, answer.status_code, answer.content.decode()[-3000:])
    seen.extend([answer.request["PATH_INFO"], answer.request["QUERY_STRING"]])
    seen.append(answer.headers.get("Location", ""))
    return answer

def fill(at, **facts):
    form = go(at).context["form"]
    shown = {name: form[name].value() for name in form.fields} | facts
    return go(at, {name: value for name, value in shown.items() if value not in (None, [])})

place = Place.objects.filter(level="village").first()
fill("/people/new/", name=told["name"], sex=2, born="2017-06-04", group="child", place=place.pk,
     number=told["number"], phone=told["phone"], address=told["address"])
person = Person.objects.get(name=told["name"])
page = f"/people/{person.uid}/"
fill(page + "entries/note/", kind="remark", day="2026-11-01", text=told["note"])
fill(page + "entries/away/", since="2026-01", destination="广东东莞", address=told["away"])
fill(page + "sections/basics/", ethnicity="03", why=told["reason"])
fill(page + "family/", name="司徒大川", sex=1, born="1985", relation="51")
father = Person.objects.get(name="司徒大川")
fill(f"{page}kin/{father.uid}/findings/", ground="neglect", evidence=told["evidence"])
scan = SimpleUploadedFile("同意书.pdf", b"%PDF-1.4 " + told["said"].encode())
at = f"/privacy/people/{person.uid}/consents/"
form = go(at).context["form"]
first = lambda name: [key for key, _ in form.fields[name].choices if key][0]
go(at, {"purposes": [first("purposes")], "giver": first("giver"), "granted": "yes", "scan": scan,
        "on": "2026-11-20", "how": first("how"), "note": told["note"], "said": told["said"],
        "view": first("view")})
assert list((django.conf.settings.HOME.path / "files").rglob("*.sealed"))
roster = SimpleUploadedFile("名单.csv", told["roster"].encode())
go("/imports/", {"rosters": [roster]})
work(Import.objects.latest("pk").pk)
assert Import.objects.latest("pk").counts["rows"] == 1
for text in (told["number"], told["phone"], told["phone"][-4:]):
    go("/search/", {"q": text}, follow=True)
go("/search/?q=" + told["number"], fine=(405,))
files.File.open = lambda *_a, **_k: int(told["note"])  # a failure that quotes what it failed on
errors.append(go(page, fine=(500,)).content.decode())
errors.append(go(page + "entries/note/9/", fine=(404,)).content.decode())
call_command("backup", told["backup"], stdout=sys.stderr)
seen = [url for url in seen if url != "q=" + told["number"]]  # typed by hand
print(json.dumps({"urls": " ".join(seen), "errors": " ".join(errors)}), flush=True)
sys.stdin.read()
"""


def content(file: Path) -> bytes:
    """Nothing of a file that PostgreSQL removed since it was listed."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


def disguises(text: str) -> Iterator[bytes]:
    """The text as it may lie in a file: encodings, escapes, hex, base64 at each of its places."""
    escaped = json.dumps(text).strip('"').encode()
    for plain in {
        escaped,
        *(text.encode(c) for c in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")),
    }:
        yield plain
        yield from (plain.hex().encode(), plain.hex().upper().encode(), quote(plain).encode())
        for before in range(3):
            code = base64.b64encode(bytes(before) + plain)
            yield from (code[4:-4], code[4:-4].replace(b"+", b"-").replace(b"/", b"_"))


SEARCHED = {name: set(disguises(name)) for name in (*SECRETS, NAME)}


def found_in(content: bytes) -> set[str]:
    return {name for name, forms in SEARCHED.items() if any(form in content for form in forms)}


def postgres_files(home: CommandHome) -> Iterator[Path]:
    """The server's files of this home's database, and its WAL of the last minutes."""
    import psycopg

    with psycopg.connect(home.env["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        sql = "SELECT oid FROM pg_database WHERE datname = current_database()"
        (oid,) = connection.execute(sql).fetchone() or (0,)
    begun = home.path.stat().st_ctime - 600
    for file in Path(folder).rglob("*"):
        database = file.parent.name  # its number, of the files of one
        if not file.is_file() or (database.isdigit() and database != str(oid)):
            continue
        if database.isdigit() or file.stat().st_mtime > begun:
            yield file


@pytest.fixture(scope="module")
def stores(
    places_home: CommandHome, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, set[str]]:
    """Everything that is stored or written while the canaries' process runs → what is in it."""
    folder = tmp_path_factory.mktemp("canary")
    home, passing = places_home.copy(folder / "home"), folder / "passing"
    passing.mkdir()
    home.env["TMPDIR"] = str(passing)
    child = row("司徒月", STAGED, guardian="司徒山", relation="祖父", phone=OTHER_PHONE)
    roster = "\n".join(text.replace("-", "").replace(" ", ",") for text in (HEADER, child))
    told = {
        "user": "minzheng", "name": NAME, "number": NUMBER, "phone": PHONE, "address": ADDRESS,
        "note": NOTE, "evidence": EVIDENCE, "said": SAID, "reason": REASON, "away": AWAY,
        "roster": roster, "backup": str(folder / "county.guanai"),
    }  # fmt: skip
    log = folder / "log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(  # noqa: S603 - the script above
            [sys.executable, "-c", f"told = {json.dumps(told)!r}\n{PLANT}"],
            env=home.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as planting,
    ):
        assert planting.stdout is not None
        line = planting.stdout.readline()
        assert line, log.read_text()
        stored = [file for file in home.path.rglob("*") if file.is_file()]
        stored += [file for file in passing.rglob("*") if file.is_file()]
        stored += postgres_files(home) if "DATABASE_URL" in home.env else []
        held = {str(file): found_in(content(file)) for file in stored}
        planting.communicate()
    held |= {name: found_in(text.encode()) for name, text in json.loads(line).items()}
    assert b"ValueError" in log.read_bytes()
    held["log"] = found_in(log.read_bytes())
    file = folder / "county.guanai"
    held["backup as it lies"] = found_in(file.read_bytes())
    held |= {f"backup/{name}": found_in(text) for name, text in unpacked(home, file).items()}
    return held


@pytest.mark.requirement("RX.5")
def test_no_canary_is_in_any_store(stores: dict[str, set[str]]) -> None:
    assert {name: told - {NAME} for name, told in stores.items() if told - {NAME}} == {}
    kinds = ("staged.sqlite3", ".sealed", "urls", "errors", "log", "backup/")
    for kind in (*kinds, "pg_wal" if "DATABASE_URL" in os.environ else "guanai.sqlite3-wal"):
        assert any(kind in name for name in stores), kind


def test_no_address_error_or_log_holds_a_name(stores: dict[str, set[str]]) -> None:
    for name in ("urls", "errors", "log"):
        assert not stores[name]


def test_the_search_finds_what_is_there(stores: dict[str, set[str]]) -> None:
    named = [name for name, told in stores.items() if NAME in told]
    assert any(name.startswith("backup/tables/people_person") for name in named)
    assert len(named) > 2
    for form in disguises(NOTE):
        assert found_in(b"x" + form + b"y") == {NOTE}
    assert found_in(base64.b64encode(b"1" + NUMBER.encode() + b"22")) == {NUMBER}
