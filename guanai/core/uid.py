"""UUIDv7 as the only id that leaves the server: URLs, files, phones (RFC 9562, section 5.7)."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import models


def new_uid() -> uuid.UUID:
    """A time-ordered random id; 74 of its 128 bits are random."""
    return uuid.UUID(bytes=next(uid_bytes(1)))


def uid_bytes(count: int) -> Iterator[bytes]:
    """Many fresh ids as 16 bytes each, made of one draw of random bytes."""
    head = (time.time_ns() // 1_000_000).to_bytes(6, "big")
    random = os.urandom(10 * count)
    for at in range(0, 10 * count, 10):
        version, variant = 0x70 | random[at] & 0xF, 0x80 | random[at + 2] & 0x3F
        tail = random[at + 3 : at + 10]
        yield head + bytes((version, random[at + 1], variant)) + tail


class UidField(models.UUIDField):  # type: ignore[type-arg]
    """16 bytes on both databases (Django's own field takes 32 characters on SQLite)."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("default", new_uid)
        options.setdefault("unique", True)
        options.setdefault("editable", False)
        super().__init__(**options)

    def db_type(self, connection: Any) -> str:
        return "blob" if connection.vendor == "sqlite" else "uuid"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = self.to_python(value)
        if value is None or connection.features.has_native_uuid_field:
            return value
        return value.bytes

    def get_internal_type(self) -> str:
        return "UidField"  # so that the backends do not convert it as text

    def from_db_value(self, value: Any, *_: Any) -> uuid.UUID | None:
        return uuid.UUID(bytes=bytes(value)) if isinstance(value, (bytes, memoryview)) else value
