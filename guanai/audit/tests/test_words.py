"""Whatever the code records has a sentence for the auditor, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

import guanai
from guanai.audit.words import VERBS, WORDS, sentence
from guanai.organisations.rules import VERBS as ALLOWED

CODE = [
    path
    for path in Path(guanai.__file__).parent.rglob("*.py")
    if not {"tests", "migrations"} & set(path.parts) and path.name != "acts.py"
]
APPS = {path.parent.name for path in Path(guanai.__file__).parent.glob("*/apps.py")} | {"core"}
WORD = re.compile(rf"({'|'.join(sorted(APPS))})\.[a-z_]+\.[a-z_]+")


def recorded() -> Iterator[str]:
    """Every word of an act that stands in the code: whole, or as the act that a file tells."""
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if WORD.fullmatch(node.value):
                    yield node.value
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
                yield from (str(one.value) for one in node.args if isinstance(one, ast.Constant))
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "tell":
                yield from _told(node)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "deciding":
                yield from _told(node, 2, "people.import")


def _told(call: ast.Call, at: int = 1, room: str = "people") -> Iterator[str]:
    if len(call.args) <= at:
        return
    for part in ast.walk(call.args[at]):
        said = part.value if isinstance(part, ast.Constant) else None
        if isinstance(said, str) and re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", said):
            yield f"{room}.{said}"


def test_every_recorded_act_is_in_the_catalogue() -> None:
    found = {word for word in recorded() if "model" not in word}
    assert len(found) > 50
    assert found - WORDS.keys() == set()


def test_whatever_can_be_refused_has_words() -> None:
    assert {verb for verbs in ALLOWED.values() for verb in verbs} - VERBS.keys() == set()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_word_is_a_sentence(language: str) -> None:
    with translation.override(language):
        said = {word: sentence(word, {}) for word in WORDS}
    assert not [word for word, text in said.items() if text == word or "%" in text]
    if language != "en":
        assert not [text for text in said.values() if not re.search("[\u4e00-\u9fff]", text)]
