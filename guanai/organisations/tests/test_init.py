"""The home of a real county, from the command line to the first administrator's first page."""

import re
from pathlib import Path

from django.test import Client

from guanai.conftest import CommandHome, County
from guanai.organisations.models import Organisation, Post, User
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


def test_a_county_begins_with_its_places_and_one_administrator(
    command_home: CommandHome, tmp_path: Path
) -> None:
    csv = places(tmp_path)
    said = command_home.guanai("init", "--county", "539902", "--places", csv, "--admin", "guanli")
    assert "青岩县 has 3 places" in said
    assert re.search(r"guanli with the one-time password \S{10,}", said)
    assert "county.key" in said
    assert "already" in command_home.guanai("init", "--county", "539902", "--places", csv, code=1)
    assert "already" in command_home.guanai("demo", code=1)


def test_a_demo_home_never_becomes_a_county(command_home: CommandHome, tmp_path: Path) -> None:
    command_home.guanai("demo", "--places-only")
    said = command_home.guanai("init", "--county", "539902", "--places", places(tmp_path), code=1)
    assert "already" in said


def test_a_wrong_places_file_is_named_by_line(command_home: CommandHome, tmp_path: Path) -> None:
    wrong = places(tmp_path, PLACES.replace("539902100201", "5399"))
    said = command_home.guanai("init", "--county", "539902", "--places", wrong, code=1)
    assert "Line 4" in said
    assert not (command_home.path / "home.json").exists()


def test_a_county_that_the_file_lacks_needs_a_name(
    command_home: CommandHome, tmp_path: Path
) -> None:
    below = places(tmp_path, "code,name,level,parent\n539902100000,柳溪镇,township,\n")
    arguments = ["init", "--county", "539902", "--places", below]
    assert "--name" in command_home.guanai(*arguments, code=1)
    assert "青岩县 has 2 places" in command_home.guanai(*arguments, "--name", "青岩县")


def test_a_given_password_is_changed_before_anything_else(county: County) -> None:
    government = Organisation.objects.get(kind="county_government")
    post = Post(organisation=government, role=Role.SYSTEM_ADMIN, since="2026-01-01")
    given = User.open_account("first", "First", post, by=None)
    client = Client()
    client.post("/accounts/login/", {"login": "first", "password": given})
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/password/change/"
    own = {"oldpassword": given, "password1": "quiet-river-31", "password2": "quiet-river-31"}
    client.post("/accounts/password/change/", own)
    assert client.get("/").status_code == 200
