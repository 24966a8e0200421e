"""What of the files rests on which key (core.registries.Sealed)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from guanai.core.crypto import vault
from guanai.core.registries import Sealed, sealed

UNDER_A_PERSONS_KEY = (
    ("AwayPeriod", "sealed_address"),
    ("CarerDecision", "sealed_reason"),
    ("CarerFinding", "sealed_evidence"),
    ("Change", "sealed"),
    ("Contact", "sealed_value"),
    ("Difficulty", "sealed_text"),
    ("Identity", "sealed_number"),
    ("Import", "file_name"),
    ("Look", "sealed_note"),
    ("Note", "sealed_text"),
    ("Residence", "sealed_address"),
    ("Review", "sealed_note"),
    *(("Transfer", f"sealed_{name}") for name in ("why", "to", "answer")),
)


def register() -> None:
    for model in ("Person", "Import"):
        sealed.add(Sealed(f"people.{model}", ("sealed_key",), _rewrap))
    for model, field in UNDER_A_PERSONS_KEY:
        sealed.add(Sealed(f"people.{model}", (field,)))
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
