"""The second step: which rows seem to be one person, with each other or with a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from guanai.core.chunks import chunks
from guanai.core.crypto import vault
from guanai.people import names
from guanai.people.importing.staging import ELSEWHERE, Staged, Staging
from guanai.people.linking import finding
from guanai.people.linking.records import stream
from guanai.people.linking.slips import meant
from guanai.people.models import Import, Person

if TYPE_CHECKING:
    import pyarrow as pa

ID_LENGTH = 18
AT_ONCE = 20_000
Record = dict[str, Any]


def find(batch: Import, staging: Staging) -> None:
    """Keep the likely duplicates of all rows beside them, with what was decided on them before."""
    incoming = _table(_of_row(row) for row in staging.rows("NOT left_out AND kind <> 'helper'"))
    handled = list(Person.objects.handled_by(batch.actor).values_list("pk", flat=True))
    found = finding.find(incoming, stream(handled)) if incoming.num_rows else []
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


def is_certain(found: finding.Candidate) -> bool:
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
        "id_near": [blind("id", one) for one in meant(written)] if written and not number else None,
        "id_tail": blind("id4", written[-4:]) if written and len(written) == ID_LENGTH else None,
        "phone_hashes": [blind("phone", phone) for phone in phones],
        "kin": [names.pinyin(part["name"]) for part in relatives if part.get("name")],
    }


def _table(records: Iterable[Record]) -> pa.Table:
    import pyarrow as pa

    schema = finding.columns()
    batches = [
        pa.RecordBatch.from_pylist(chunk, schema=schema) for chunk in chunks(records, AT_ONCE)
    ]
    return pa.Table.from_batches(batches, schema=schema)
