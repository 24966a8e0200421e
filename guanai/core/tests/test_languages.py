"""Both languages are complete: every id has its Chinese, English pages show no Chinese of ours."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.test import Client
from django.utils.html import strip_tags

from guanai.conftest import ORGANISATIONS, POSTS, County
from guanai.organisations.rules import Role
from tools import messages

APPS = sorted(file.parent for file in messages.ROOT.glob("guanai/*/apps.py"))
CHINESE = re.compile("[\u3400-\u9fff]+")
# Words that stay Chinese in English: the other language, the demo, a law, heads of columns.
KEPT = {"简体中文", "关爱", "云岭县", "未保法", "未成年人网络保护条例", "姓名", "身份证号"}


@pytest.mark.parametrize("app", APPS, ids=[app.name for app in APPS])
class TestCatalogue:
    def test_every_message_has_its_chinese(self, app: Path) -> None:
        _catalog, missing = messages.refresh(app)
        assert not missing

    def test_every_id_in_use_stands_in_the_catalogue_and_none_is_fuzzy(self, app: Path) -> None:
        used = {(m.id, m.context) for m in messages.collect(app) if m.id}
        file = messages.catalogue_file(app)
        kept = list(read_po(io.BytesIO(file.read_bytes()))) if file.exists() else []
        assert used <= {(m.id, m.context) for m in kept}
        assert not [m.id for m in kept if m.id and m.fuzzy]

    def test_ids_are_english(self, app: Path) -> None:
        for message in messages.collect(app):
            words = {word for text in messages._texts(message.id) for word in CHINESE.findall(text)}
            assert words <= KEPT, message.id


def test_one_id_means_one_thing_in_every_catalogue() -> None:
    """Django merges the catalogues: of two translations one would be lost. Use pgettext."""
    said: dict[tuple[str, str | None], str] = {}
    for app in APPS:
        for message in messages.refresh(app)[0]:
            if not message.id or not all(messages._texts(message.string)):
                continue
            key = (str(message.id), message.context)
            assert said.setdefault(key, str(message.string)) == str(message.string), (app, key)


def chinese_of_ours(answer_text: str) -> set[str]:
    text = strip_tags(answer_text)
    for _key, name, _kind, _place in ORGANISATIONS:
        text = text.replace(name, "")
    return set(CHINESE.findall(text)) - KEPT


@pytest.mark.parametrize("username", ["", *[post[0] for post in POSTS]])
def test_english_pages_show_no_chinese_of_ours(county: County, username: str) -> None:
    client = county.client(username) if username else Client()
    client.cookies["language"] = "en"
    paths = ["/", "/accounts/password/change/", "/nothing/"] if username else ["/accounts/login/"]
    for path in paths:
        assert not chinese_of_ours(client.get(path).content.decode()), path


@pytest.mark.parametrize("role", [*Role])
def test_every_role_has_a_help_page_in_both_languages(county: County, role: Role) -> None:
    client = county.client("villager")
    chinese = client.get(f"/help/{role}/").content.decode()
    for part in ("您能看到什么", "先做这几件事", "找人", "打印", "不能做的事"):
        assert part in chinese
    client.cookies["language"] = "en"
    english = client.get(f"/help/{role}/").content.decode()
    for part in ("What you see", "What you do first", "rint", "What you must not do"):
        assert part in english
    assert not chinese_of_ours(english)
