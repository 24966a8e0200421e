from typing import Any

import pytest
from django.db import connection

from guanai.conftest import County
from guanai.people.models import AccessGrant, CarerFinding, Change, Look, Person, Registration


def test_nobody_sees_files_without_the_verb(county: County) -> None:
    assert not Person.objects.visible_to(county.user("leader")).exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads the plans of SQLite")
@pytest.mark.parametrize("model", [AccessGrant, CarerFinding, Change, Look, Registration])
def test_what_belongs_to_files_is_not_sought_by_way_of_the_whole_county(
    county: County, model: Any
) -> None:
    plan = model.objects.visible_to(county.user("federation")).explain()
    assert "path>" not in plan
    assert "INTEGER PRIMARY KEY" in plan
