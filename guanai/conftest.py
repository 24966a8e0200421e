"""The cast of every test: one small county, one user of each role, and an outsider."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, router, transaction
from django.test import Client

from guanai.organisations.models import Organisation, Place, Post, SchoolClass, User
from guanai.organisations.rules import Role


def pytest_configure() -> None:
    """A quick hash: every test opens the accounts of the whole cast."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    from hypothesis import HealthCheck
    from hypothesis import settings as hypothesis

    # No test is timed: a busy machine is not a fault.
    hypothesis.register_profile(
        "house", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    hypothesis.load_profile("house")


# What a test asks for that uses a database, in its own process or in others'.
STORES = {"db", "transactional_db", "new_home"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests with a database have all of them: the log of readings may lie in a file of its own.

    A run on PostgreSQL leaves out what uses no database: it is the same there.
    """
    from django.conf import settings

    if os.environ.get("GUANAI_TEST_POSTGRES") == "1":
        pure = [item for item in items if not _uses_a_database(item)]
        config.hook.pytest_deselected(items=pure)
        items[:] = [item for item in items if item not in set(pure)]
    for item in items:
        if "county" in getattr(item, "fixturenames", ()):
            own = item.get_closest_marker("django_db")
            kept = {**own.kwargs} if own else {}
            kept.setdefault("databases", list(settings.DATABASES))
            item.add_marker(pytest.mark.django_db(**kept), append=False)


def _uses_a_database(item: pytest.Item) -> bool:
    asked = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not STORES.isdisjoint(asked)


@dataclass
class County:
    """county 云岭县 › townships 清溪镇 (villages 大湾村, 小河村) and 石坎镇 (village 新田村)."""

    places: dict[str, Place]
    organisations: dict[str, Organisation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    school_class: SchoolClass | None = None

    def user(self, name: str) -> User:
        """The user, fresh from the database (posts are cached on an instance)."""
        found: User = User.objects.get(username=name)
        return found

    def client(self, name: str) -> Client:
        client = Client()
        client.force_login(self.user(name))
        return client


PLACES = [
    ("county", "539901000000", "云岭县", "county", None),
    ("qingxi", "539901100000", "清溪镇", "township", "county"),
    ("dawan", "539901100201", "大湾村", "village", "qingxi"),
    ("xiaohe", "539901100202", "小河村", "village", "qingxi"),
    ("shikan", "539901101000", "石坎镇", "township", "county"),
    ("xintian", "539901101202", "新田村", "village", "shikan"),
]
ORGANISATIONS = [
    ("dawan_committee", "大湾村村民委员会", "village_committee", "dawan"),
    ("xiaohe_committee", "小河村村民委员会", "village_committee", "xiaohe"),
    ("xintian_committee", "新田村村民委员会", "village_committee", "xintian"),
    ("qingxi_government", "清溪镇人民政府", "township_government", "qingxi"),
    ("shikan_government", "石坎镇人民政府", "township_government", "shikan"),
    ("school", "清溪镇中心学校", "school", "qingxi"),
    ("civil_affairs", "云岭县民政局", "civil_affairs", "county"),
    ("federation", "云岭县妇女联合会", "womens_federation", "county"),
    ("education", "云岭县教育局", "education", "county"),
    ("police", "云岭县公安局", "police", "county"),
    ("government", "云岭县人民政府", "county_government", "county"),
]
# username, role, organisation: who works where; “outsider” is a township supervisor elsewhere.
POSTS = [
    ("villager", Role.VILLAGE_WORKER, "dawan_committee"),
    ("neighbour", Role.VILLAGE_WORKER, "xiaohe_committee"),
    ("outsider", Role.TOWNSHIP_SUPERVISOR, "shikan_government"),
    ("supervisor", Role.TOWNSHIP_SUPERVISOR, "qingxi_government"),
    ("teacher", Role.CLASS_TEACHER, "school"),
    ("school", Role.SCHOOL_OFFICE, "school"),
    ("office", Role.COUNTY_OFFICE, "civil_affairs"),
    ("federation", Role.COUNTY_OFFICE, "federation"),
    ("education", Role.COUNTY_OFFICE, "education"),
    ("police", Role.COUNTY_OFFICE, "police"),
    ("leader", Role.COUNTY_LEADER, "government"),
    ("helper", Role.HELPER, "federation"),
    ("sysadmin", Role.SYSTEM_ADMIN, "government"),
    ("security", Role.SECURITY_ADMIN, "government"),
    ("auditor", Role.AUDITOR, "government"),
]


class Standing:
    """Rows that are made once by their verbs; each test after has them laid into its transaction.

    `lay` gives what `make` returned, anew for every test.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        ours = [model for model in apps.get_models() if model.__module__.startswith("guanai.")]
        models = [model for model in ours if router.db_for_write(model) == DEFAULT_DB_ALIAS]
        with transaction.atomic():
            made = make()
            self.made = pickle.dumps(made)
            self.rows = {model: list(model._meta.base_manager.all()) for model in models}
            transaction.set_rollback(True)

    def lay(self) -> Any:
        with transaction.atomic():
            for model, rows in self.rows.items():
                model._meta.base_manager.bulk_create(rows)
        return pickle.loads(self.made)  # noqa: S301 - our own


def found_county() -> County:
    places: dict[str, Place] = {}  # in the order of County
    for key, code, name, level, parent in PLACES:
        places[key] = Place.plant(code, name, level, places[parent] if parent else None)
    world = County(places)
    for key, name, kind, place in ORGANISATIONS:
        world.organisations[key] = Organisation.objects.create(
            name=name, kind=kind, place=places[place]
        )
    world.school_class = SchoolClass.objects.create(
        school=world.organisations["school"], grade=3, name="2", year=2026
    )
    for username, role, organisation in POSTS:
        user = User.objects.create_user(username, "correct-horse-9", name=username)
        Post.objects.create(
            user=user,
            organisation=world.organisations[organisation],
            role=role,
            since=dt.date(2026, 1, 1),
            school_class=world.school_class if role == Role.CLASS_TEACHER else None,
        )
        world.users[username] = user
    Post.objects.found()
    return world


@pytest.fixture(scope="session")
def standing() -> Callable[[Callable[[], Any]], Any]:
    """`standing(make)`: what `make` writes and returns, made by it once in this process."""
    made: dict[Callable[[], Any], Standing] = {}

    def lay(make: Callable[[], Any]) -> Any:
        if make not in made:
            made[make] = Standing(make)
        return made[make].lay()

    return lay


@pytest.fixture
def county(db: None, standing: Callable[[Callable[[], Any]], Any]) -> County:
    cache.clear()  # keys repeat from test to test
    world: County = standing(found_county)
    return world


@pytest.fixture(autouse=True)
def unbegun_home() -> Iterator[None]:
    """A test that begins the home as a demo or a county leaves it to the next one unbegun."""
    yield
    (Path(os.environ["GUANAI_HOME"]) / "home.json").unlink(missing_ok=True)


@pytest.fixture
def rosters() -> Path:
    """The fictitious rosters that the tests read."""
    return Path(__file__).parent / "people/tests/rosters"


@dataclass
class CommandHome:
    """A home of its own for the command line, on the database that this run is for."""

    path: Path
    env: dict[str, str]

    @classmethod
    def new(cls, path: Path, template: str = "template1") -> CommandHome:
        env = {**os.environ, "GUANAI_HOME": str(path), "LANG": "en_US.UTF-8", "LC_ALL": ""}
        env.pop("DJANGO_SETTINGS_MODULE", None)
        server = os.environ.get("DATABASE_URL")
        if server:
            import psycopg

            name = f"home_{uuid4().hex}"
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
            env["DATABASE_URL"] = server.replace("/postgres?", f"/{name}?")
        return cls(path, env)

    def copy(self, path: Path) -> CommandHome:
        """The same home elsewhere, with a database of its own. Nobody may be using this one."""
        shutil.copytree(self.path, path)
        database = urlsplit(self.env.get("DATABASE_URL", "")).path.strip("/")
        return self.new(path, database or "template1")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", *arguments],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def guanai(self, *arguments: str, code: int = 0) -> str:
        """What the command prints; it must end with that exit code."""
        command = self.start("guanai", *arguments)
        said, _none = command.communicate()
        assert command.returncode == code, said
        return said


NewHome = Callable[[Path], CommandHome]


@pytest.fixture(scope="session")
def new_home() -> NewHome:
    """Makes an empty home there. Also tells who uses a database in processes of their own."""
    return CommandHome.new


@pytest.fixture
def command_home(new_home: NewHome, tmp_path: Path) -> CommandHome:
    return new_home(tmp_path / "home")


@pytest.fixture(scope="session")
def places_home(new_home: NewHome, tmp_path_factory: pytest.TempPathFactory) -> CommandHome:
    """A demo home without people, for copies of it."""
    home = new_home(tmp_path_factory.mktemp("places") / "home")
    home.guanai("demo", "--places-only")
    return home


@pytest.fixture
def demo_places(places_home: CommandHome, tmp_path: Path) -> CommandHome:
    """A demo home without people."""
    return places_home.copy(tmp_path / "home")
