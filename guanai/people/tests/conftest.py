"""The fictional county's places, offices and schools, in which the rosters play."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from guanai.people.demo.filling import fill_county


@pytest.fixture
def yunling(db: None, settings: Any, standing: Callable[[Callable[[], Any]], Any]) -> Any:
    """云岭县 without people, as `guanai demo --places-only` makes it."""
    settings.HOME.begin("demo", county="539901000000", prefix="YL")
    return standing(fill_county)


HEADER = (
    "姓名 性别 身份证号 村 学校 年级 父亲姓名 父亲身份证号 父亲电话 母亲姓名"
    " 监护人 与儿童关系 监护人电话"
)


@pytest.fixture
def roster(tmp_path: Path) -> Callable[[str, Iterable[str]], Path]:
    """Writes a children's roster as CSV; a row is a text parted by spaces, “-” is an empty cell."""

    def write(name: str, rows: Iterable[str]) -> Path:
        file = tmp_path / name
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(HEADER.split())
            for row in rows:
                writer.writerow(["" if cell == "-" else cell for cell in row.split()])
        return file

    return write
