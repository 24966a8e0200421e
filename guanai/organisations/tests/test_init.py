"""The home of a real county, from the command line to the first administrator's first page."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.test import Client
from django.utils import translation

from guanai.audit import rotation
from guanai.audit.models import Entry
from guanai.conftest import CommandHome, County
from guanai.core.broken import RuleBroken
from guanai.core.crypto import vault
from guanai.core.home import Home
from guanai.core.keyring import Generation
from guanai.core.recovery import sheets
from guanai.organisations.models import Organisation, Place, Post, User
from guanai.organisations.rules import Role

PLACES = """code,name,level,parent
539902000000,青岩县,county,
539902100000,柳溪镇,township,539902000000
539902100201,上湾村,village,539902100000
"""


def places(folder: Path, text: str = PLACES) -> str:
    file = folder / "places.csv"
    file.write_text(text, "utf-8")
    return str(file)


every_database = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Iterator[Home]:
    settings.HOME = Home(tmp_path / "home")
    with translation.override("en"):
        yield settings.HOME


def init(csv: str, **options: str) -> str:
    out = StringIO()
    call_command("init", county="539902", places=Path(csv), stdout=out, **options)
    return out.getvalue()


@every_database
def test_a_county_begins_with_the_units_that_every_county_has(home: Home, tmp_path: Path) -> None:
    """So that a list of accounts can name them at once."""
    text = PLACES + "539902100202,东门社区,village,539902100000\n539902001000,城关街道,township,\n"
    text = text.replace("township,\n", "township,539902000000\n")
    assert "14 units stand ready" in init(places(tmp_path, text))
    units = dict(Organisation.objects.values_list("name", "kind"))
    assert units["青岩县民政局"] == "civil_affairs"
    assert units["柳溪镇人民政府"] == units["城关街道办事处"] == "township_government"
    assert units["上湾村村民委员会"] == units["东门社区居民委员会"] == "village_committee"
    roster = tmp_path / "账号.csv"
    roster.write_text("姓名,单位,岗位\n李敏,上湾村村民委员会,儿童主任\n", "utf-8")
    call_command("accounts", str(roster), acting="admin", yes=True, stdout=StringIO())
    assert Post.objects.get(user__username="limin").organisation.name == "上湾村村民委员会"


@every_database
def test_a_sheet_is_never_written_over_a_file_that_is_there(home: Home, tmp_path: Path) -> None:
    init(places(tmp_path))
    file = tmp_path / "sheet.pdf"
    call_command("keys", "sheet", str(file), stdout=StringIO())
    with pytest.raises(CommandError, match="not there yet"):
        call_command("keys", "sheet", str(file), stdout=StringIO())


@every_database
def test_the_recovery_sheet_lets_a_locked_out_administrator_in(home: Home, tmp_path: Path) -> None:
    init(places(tmp_path))
    sheet = sheet_of(vault().keyring.newest, tmp_path / "sheet.txt")
    user = User.objects.get(username="admin")
    user.set_password("lost and forgotten")
    user.password_is_temporary = False
    user.save()
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})

    def let_in(account: str, file: Path, *more: str) -> str:
        call_command("keys", "let-in", account, str(file), *more, stdout=(said := StringIO()))
        return said.getvalue()

    foreign = sheet_of(Generation(1, b"7" * 32), tmp_path / "foreign.txt")
    with pytest.raises(CommandError, match="another key"):
        let_in("admin", foreign)
    with pytest.raises(CommandError, match="no open account"):
        let_in("nobody", sheet)
    assert Authenticator.objects.filter(user=user).exists()
    code = let_in("admin", sheet, "--factors").split(": ")[1].split()[0]
    assert not Authenticator.objects.filter(user=user).exists()
    entry = Entry.objects.get(action="core.keys.let_in")
    assert (entry.facts["user"], entry.facts["factors"]) == ("admin", True)
    assert code not in str(entry.facts)
    user.refresh_from_db()
    assert user.check_password(code)
    assert user.password_is_temporary
    assert user.may_come_in


def sheet_of(key: Generation, file: Path) -> Path:
    file.write_text("\n".join(sheets(key, 1, 1)[0].lines()), "utf-8")
    return file


def test_the_sheet_gives_codes_to_administrators_only(county: County) -> None:
    with pytest.raises(RuleBroken) as refused:
        county.user("villager").let_in(factors=False)
    assert refused.value.code == "code.no_administrator"


def test_a_county_begins_with_its_places_and_one_administrator(
    command_home: CommandHome, tmp_path: Path
) -> None:
    csv = places(tmp_path)
    said = command_home.guanai("init", "--county", "539902", "--places", csv, "--admin", "guanli")
    assert "青岩县 has 3 places" in said
    assert re.search(r"guanli with the one-time password \S{10,}", said)
    assert "guanai keys sheet" in said
    assert "--as" in command_home.guanai("import", csv, code=1)


@every_database
def test_a_home_is_begun_once_and_of_one_kind(home: Home, tmp_path: Path) -> None:
    csv = places(tmp_path)
    init(csv)
    assert (home.kind, home.county_code, home.file_prefix) == ("county", "539902000000", "QY")
    with pytest.raises(CommandError, match="already"):
        init(csv)
    with pytest.raises(CommandError, match="already"):
        call_command("demo")


@every_database
def test_a_demo_home_never_becomes_a_county(home: Home, tmp_path: Path) -> None:
    home.begin("demo", county="539901000000", prefix="YL")
    with pytest.raises(CommandError, match="already"):
        init(places(tmp_path))
    assert not Place.objects.exists()


@every_database
def test_a_wrong_places_file_is_named_by_line(home: Home, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Line 4"):
        init(places(tmp_path, PLACES.replace("539902100201", "5399")))
    with pytest.raises(CommandError, match="cannot be read"):
        init(str(tmp_path / "nowhere.csv"))
    assert home.kind is None


@every_database
def test_a_county_that_the_file_lacks_needs_a_name(home: Home, tmp_path: Path) -> None:
    below = places(tmp_path, "code,name,level,parent\n539902100000,柳溪镇,township,\n")
    with pytest.raises(CommandError, match="--name"):
        init(below)
    assert "青岩县 has 2 places" in init(below, name="青岩县")
    assert Place.objects.get(name="柳溪镇").parent == Place.objects.get(name="青岩县")


def test_a_given_password_is_changed_before_anything_else(county: County) -> None:
    government = Organisation.objects.get(kind="county_government")
    post = Post(organisation=government, role=Role.SYSTEM_ADMIN, since="2026-01-01")
    given = User.open_account("first", "First", post, by=None).code
    client = Client()
    client.post("/accounts/login/", {"login": "first", "password": given})
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/password/change/"
    own = {"oldpassword": given, "password1": "quiet-river-31", "password2": "quiet-river-31"}
    assert client.post("/accounts/password/change/", own).headers["Location"] == "/"
    assert client.get("/").status_code == 200


@every_database
def test_administrators_are_told_whether_the_key_is_on_paper(home: Home, county: County) -> None:
    home.begin("county", county="539901000000", prefix="YL")
    told = county.client("security").get("/", headers={"accept-language": "en"}).content.decode()
    assert "on no paper yet" in told
    with transaction.atomic():
        rotation.note("core.keys.sheet", vault().keyring.newest, needed=1, sheets=1)
    told = county.client("sysadmin").get("/", headers={"accept-language": "en"}).content.decode()
    assert "printed on" in told
    assert vault().keyring.newest.mark not in county.client("office").get("/").content.decode()
