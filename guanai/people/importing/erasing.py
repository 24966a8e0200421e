"""Take the files of an import out of the registry again, in short chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from guanai.core.chunks import chunks
from guanai.core.pace import breathe
from guanai.people import names
from guanai.people.models import Household, Person, SearchToken
from guanai.people.rows import COLUMNS

if TYPE_CHECKING:
    from guanai.people.models import Import

AT_ONCE = 100
FORGET = "DELETE FROM people_searchtoken WHERE token = %s AND path = %s AND person_id = %s"


def erase(batch: Import) -> None:
    """Delete the import's people with all their rows, then its households."""
    keys = list(batch.people.order_by("pk").values_list("pk", flat=True))
    owned = [m for m in COLUMNS if any(f.name == "person" for f in m._meta.concrete_fields)]
    statements = [(m._meta.db_table, "person_id") for m in owned if m is not SearchToken]
    statements += [("people_kinship", "relative_id"), ("people_guardianship", "guardian_id")]
    statements += [("people_ledgerline", "guardian_id")]
    statements += [("people_duplicateproposal", side) for side in ("left_id", "right_id")]
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
