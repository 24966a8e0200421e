"""The second step: which rows seem to be one person, with each other or with a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from guanai.core.chunks import chunks
from guanai.core.crypto import vault
from guanai.people import duplicates
from guanai.people.importing.staging import ELSEWHERE, Staged, Staging
from guanai.people.models import Contact, Identity, Import, Kinship, Person

if TYPE_CHECKING:
    import pyarrow as pa

ID_LENGTH = 18
AT_ONCE = 20_000
Record = dict[str, Any]


def find(batch: Import, staging: Staging) -> None:
    """Keep the likely duplicates of all rows beside them, with what was decided on them before."""
    incoming = _table(_of_row(row) for row in staging.rows("NOT left_out AND kind <> 'helper'"))
    registry = _registry(Person.objects.handled_by(batch.actor))
    found = duplicates.find(incoming, registry) if incoming.num_rows else []
    with staging.writing() as db:
        decided = {
            (staged, other, within): decision
            for staged, other, within, decision in db.execute(
                "SELECT staged, other, within, decision FROM candidate WHERE decision <> ''"
            )
        }
        db.execute("DELETE FROM candidate")
        db.executemany(
            "INSERT INTO candidate (staged, other, within, probability, reasons, certain, decision)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(c.left, c.right, c.within, c.probability, ",".join(c.reasons)),
                    is_certain(c),
                    decided.get((c.left, c.right, int(c.within)), ""),
                )
                for c in found
            ],
        )


def is_stale(batch: Import) -> bool:
    """Whether files came into the importer's sight after the rows were read."""
    later = Q(created_at__gt=batch.created_at) | Q(batch__published_at__gt=batch.created_at)
    return Person.objects.handled_by(batch.actor).filter(later).exists()


def is_certain(found: duplicates.Candidate) -> bool:
    """Merged without asking: one valid ID number, and the names do not contradict it.

    An ID number copied to a sibling is a usual slip, so a different name wants a person's eye.
    """
    against = {"different_name", "similar_name", "name_missing"}
    return found.certain and against.isdisjoint(found.reasons)


def valid_id(fields: dict[str, Any], problems: list[dict[str, Any]], place: str) -> str | None:
    """The ID number at that place, if it is whole and right."""
    head, _, tail = place.rpartition(".")
    number = (fields.get(head) or {} if head else fields).get(tail)
    wrong = {"id.checksum", "id.length", "id.precision_lost", ELSEWHERE}
    if not number or len(number) != ID_LENGTH:
        return None
    bad = any(problem["field"] == place and problem["code"] in wrong for problem in problems)
    return None if bad else str(number)


def _of_row(row: Staged) -> Record:
    fields, blind = row.fields, vault().blind
    number, written = valid_id(fields, row.problems, "id_number"), fields.get("id_number")
    relatives = [
        part
        for name in ("father", "mother", "guardian", "husband", "caregiver")
        if isinstance(part := fields.get(name), dict)
    ]
    phones = [p for part in (fields, *relatives) for p in part.get("phones") or []]
    return {
        "key": row.id,
        "name": fields.get("name"),
        "birth_date": fields.get("birth_date"),
        "sex": fields.get("sex"),
        "village_code": fields.get("village_code"),
        "id_hash": blind("id", number) if number else None,
        "id_tail": blind("id4", written[-4:]) if written and len(written) == ID_LENGTH else None,
        "phone_hashes": [blind("phone", phone) for phone in phones],
        "kin": [part["name"] for part in relatives if part.get("name")],
    }


def _table(records: Iterable[Record]) -> pa.Table:
    import pyarrow as pa

    schema = duplicates.columns()
    batches = [
        pa.RecordBatch.from_pylist(chunk, schema=schema) for chunk in chunks(records, AT_ONCE)
    ]
    return pa.Table.from_batches(batches, schema=schema)


def _registry(handled: QuerySet[Person]) -> pa.RecordBatchReader | None:
    """Files that the importer handles; of others nothing is betrayed by a likeness."""
    import pyarrow as pa

    if not handled.exists():
        return None
    schema = duplicates.columns()
    keys = handled.values_list("pk", flat=True).order_by("pk").iterator(chunk_size=AT_ONCE)
    return pa.RecordBatchReader.from_batches(
        schema,
        (
            pa.RecordBatch.from_pylist(list(_files(chunk)), schema=schema)
            for chunk in chunks(keys, AT_ONCE)
        ),
    )


def _files(keys: list[int]) -> Iterator[Record]:
    """Records of the registry, a few statements for all of them; `keys` is an ordered stretch."""
    inside = {"person__gte": keys[0], "person__lte": keys[-1]}
    ids: dict[int, tuple[int | None, int | None]] = {
        person: (exact, tail)
        for person, exact, tail in Identity.objects.filter(**inside, kind="id").values_list(
            "person", "exact", "tail4"
        )
    }
    kin: dict[int, list[tuple[int, str]]] = {}
    for person, relative, name in Kinship.objects.filter(**inside).values_list(
        "person", "relative", "relative__name"
    ):
        kin.setdefault(person, []).append((relative, name))
    phones: dict[int, list[int]] = {}
    for person, exact in Contact.objects.filter(**inside).values_list("person", "exact"):
        phones.setdefault(person, []).append(exact)
    people = Person.objects.filter(pk__gte=keys[0], pk__lte=keys[-1]).select_related("place")
    wanted = set(keys)
    for file in people.iterator(chunk_size=5000):
        if file.pk in wanted:
            exact_id, end = ids.get(file.pk, (None, None))
            near = kin.get(file.pk, [])
            yield {
                "key": file.pk,
                "name": file.name,
                "birth_date": str(file.birth_date) if file.born else None,
                "sex": file.sex if file.sex in {1, 2} else None,
                "village_code": file.place.code,
                "id_hash": exact_id,
                "id_tail": end,
                "phone_hashes": [
                    *phones.get(file.pk, []),
                    *(number for relative, _ in near for number in phones.get(relative, [])),
                ],
                "kin": [name for _, name in near if name],
            }
