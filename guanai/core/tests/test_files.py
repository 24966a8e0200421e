"""Sealed files: what was kept comes back, and nothing else passes for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from guanai.core import files
from guanai.core.crypto import Sealer, Unreadable
from guanai.core.home import Home


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Home:
    home = settings.HOME = Home(tmp_path)
    return home


def lying(home: Home, name: UUID) -> Path:
    return next(home.path.rglob(f"{name.hex}.sealed"))


@pytest.mark.parametrize("size", [0, 1, files.BLOCK, files.BLOCK + 1, 3 * files.BLOCK])
def test_a_file_comes_back_as_it_was_and_lies_sealed(home: Home, size: int) -> None:
    sealer, content = Sealer(os.urandom(32)), (b"scan of a form " * (size // 15 + 1))[:size]
    name = files.keep(sealer, (content[at : at + 7000] for at in range(0, size, 7000)))
    assert b"".join(files.read(sealer, name)) == content
    assert b"scan of" not in lying(home, name).read_bytes()
    assert lying(home, name).stat().st_mode & 0o777 == 0o600
    assert len(list(home.path.rglob("*.*"))) == 1


def test_a_file_that_was_cut_exchanged_or_is_anothers_does_not_open(home: Home) -> None:
    sealer = Sealer(os.urandom(32))
    name, other = (files.keep(sealer, [mark * (2 * files.BLOCK)]) for mark in (b"a", b"b"))
    whole = lying(home, name).read_bytes()
    block = files.BLOCK + files.SIZE + 28
    for spoilt in (whole[:block], whole[block:], b"", lying(home, other).read_bytes()):
        lying(home, name).write_bytes(spoilt)
        with pytest.raises(Unreadable):
            list(files.read(sealer, name))
    with pytest.raises(Unreadable):
        list(files.read(Sealer(os.urandom(32)), other))


@pytest.mark.django_db
def test_a_dropped_file_goes_when_the_transaction_holds(
    home: Home, django_capture_on_commit_callbacks: Any
) -> None:
    name = files.keep(Sealer(os.urandom(32)), [b"scan"])
    with django_capture_on_commit_callbacks() as waiting:
        files.drop(name)
    assert lying(home, name).exists()
    waiting[0]()
    assert not list(home.path.rglob("*.sealed"))
