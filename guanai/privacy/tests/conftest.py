from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document

from guanai.conftest import County
from guanai.people.tests.families import Family, make_family


@pytest.fixture
def family(county: County) -> Family:
    """萧梦 of 大湾村, nine years old; father, mother, and the grandmother who has the care."""
    return make_family(county)


def words_of(answer: Any) -> str:
    """Everything that a .docx says."""
    assert answer.status_code == 200
    document = Document(io.BytesIO(answer.content))
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    return "\n".join([*(line.text for line in document.paragraphs), *cells])
