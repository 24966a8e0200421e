"""Take the files of an import out of the registry again, in short chunks."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models import ForeignKey

from guanai.core.chunks import chunks
from guanai.core.pace import breathe
from guanai.people import names
from guanai.people.models import Household, Import, Person, SearchToken

AT_ONCE = 100
FORGET = "DELETE FROM people_searchtoken WHERE token = %s AND path = %s AND person_id = %s"


def pointing_at_people() -> list[ForeignKey[Any, Any]]:
    """The columns of all rooms that point at a person."""
    links: Any = Person._meta.get_fields(include_hidden=True)
    return [link.field for link in links if link.one_to_many and link.auto_created]


def is_ours(link: ForeignKey[Any, Any]) -> bool:
    """Of this room, not of one above it."""
    return link.model._meta.app_label == Person._meta.app_label


def erase(batch: Import) -> None:
    """Delete the import's people with all their rows, then its households."""
    keys = list(batch.people.order_by("pk").values_list("pk", flat=True))
    links = [link for link in pointing_at_people() if link.model is not SearchToken]
    statements = [(link.model._meta.db_table, link.column) for link in links if is_ours(link)]
    statements += [(Person._meta.db_table, "id")]
    for some in chunks(keys, AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(FORGET, _tokens(some))
            holes = ", ".join(["%s"] * len(some))
            for table, column in statements:
                cursor.execute(f"DELETE FROM {table} WHERE {column} IN ({holes})", some)  # noqa: S608
        breathe()
    homes = Household.objects.filter(batch=batch, members=None).values_list("pk", flat=True)
    for some in chunks(list(homes), AT_ONCE):
        with transaction.atomic():
            Household.objects.filter(pk__in=some).delete()
        breathe()


def _tokens(keys: list[int]) -> list[tuple[str, str, int]]:
    """By which these people are found; the table has no index by person."""
    people = Person.objects.filter(pk__in=keys).values_list("pk", "path", "name")
    return [(token, path, key) for key, path, name in people for token in names.tokens(name)]
