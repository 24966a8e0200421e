"""What of the files rests on which key (core.registries.Sealed)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from guanai.core.crypto import vault
from guanai.core.registries import Sealed, sealed

UNDER_A_PERSONS_KEY = (
    ("AwayPeriod", "sealed_address", "away.address", "person"),
    ("CarerDecision", "sealed_reason", "finding.reason", "finding__person"),
    ("CarerFinding", "sealed_evidence", "finding.evidence", "person"),
    ("Change", "sealed", "change.values", "person"),
    ("Contact", "sealed_value", "contact.value", "person"),
    ("Difficulty", "sealed_text", "difficulty.text", "person"),
    ("Identity", "sealed_number", "identity.number", "person"),
    ("Look", "sealed_note", "look.note", "person"),
    ("Merge", "sealed_steps", "merge.steps", "person"),
    ("Note", "sealed_text", "note.text", "person"),
    ("Residence", "sealed_address", "residence.address", "person"),
    ("WaitingChange", "sealed", "waiting.values", "person"),
    ("WaitingChange", "sealed_reason", "waiting.reason", "person"),
    ("Review", "sealed_note", "look.review", "look__person"),
    *(("Transfer", f"sealed_{name}", f"transfer.{name}", "person")
      for name in ("why", "to", "answer")),
)  # fmt: skip


def register() -> None:
    for model in ("Person", "Import"):
        sealed.add(Sealed(f"people.{model}", ("sealed_key",), _rewrap))
    sealed.add(Sealed("people.Import", ("file_name",)))  # under the import's own
    for model, field, word, of in UNDER_A_PERSONS_KEY:
        sealed.add(Sealed(f"people.{model}", (field,), words=(word,), of=of))
    for model, column, tails in (
        ("Identity", "sealed_number", ("exact", "tail4", "tail6")),
        ("Contact", "sealed_value", ("exact", "tail4")),
    ):
        reads = (column, "person__sealed_key")
        sealed.add(Sealed(f"people.{model}", tails, _index_anew, reads, _of_older))


def _rewrap(row: Any) -> bool:
    before = bytes(row.sealed_key)
    if before:  # a destroyed file has none
        row.sealed_key = vault().rewrapped(before)
    return bool(row.sealed_key != before)


def _of_older() -> Q:
    """Blind indexes of the older generation, by their sign."""
    return Q(exact__lt=0) if vault().sign > 0 else Q(exact__gte=0)


def _index_anew(row: Any) -> bool:
    row.index(row.fact(next(iter(row.SEALED))))
    return True
