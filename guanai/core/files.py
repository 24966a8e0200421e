"""Sealed files of a home: scans, attachments. Each under the key of the person it belongs to.

`name = keep(person.sealer, upload.chunks())` writes, `read(person.sealer, name)` gives the content
back in blocks, `drop(name)` removes it once the transaction holds. What a file is called and what
it shows belongs into a row of the room that keeps it; without the person's key it is noise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction

from guanai.core.crypto import Unreadable
from guanai.core.home import written
from guanai.core.uid import new_uid

if TYPE_CHECKING:
    from guanai.core.crypto import Sealer

BLOCK = 1 << 18
SIZE = 4  # bytes before each block that tell its length


def keep(sealer: Sealer, content: Iterable[bytes]) -> UUID:
    """Seal and store; on the disk when it returns. A transaction that fails later leaves it there
    as noise, so call this last."""
    name = new_uid()
    target = _path(name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with written(target) as stream:
        for number, (block, last) in enumerate(_blocks(content)):
            sealed = sealer.seal_bytes(block, _place(name, number, last=last))
            stream.write(len(sealed).to_bytes(SIZE, "big") + sealed)
    return name


def read(sealer: Sealer, name: UUID) -> Iterator[bytes]:
    """The content in blocks. Raises Unreadable if it was cut, changed or sealed by another key."""
    with _path(name).open("rb") as stream:
        number, size = 0, stream.read(SIZE)
        while size:
            sealed = stream.read(int.from_bytes(size, "big"))
            size = stream.read(SIZE)
            yield sealer.open_bytes(sealed, _place(name, number, last=not size))
            number += 1
    if not number:
        raise Unreadable("file")


def drop(name: UUID) -> None:
    """Remove it when the transaction holds (at once outside of one)."""
    transaction.on_commit(lambda: _path(name).unlink(missing_ok=True))


def _path(name: UUID) -> Path:
    folder: Path = settings.HOME.path / "files"
    return folder / name.hex[-2:] / f"{name.hex}.sealed"


def _place(name: UUID, number: int, *, last: bool) -> str:
    """Binds a block to its file and place: none can be left out, added or exchanged."""
    return f"file.{name.hex}.{number}.{'last' if last else 'more'}"


def _blocks(content: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Blocks of even size; whether it is the last one. An empty file is one empty block."""
    waiting = b""
    for piece in content:
        waiting += piece
        while len(waiting) > BLOCK:
            yield waiting[:BLOCK], False
            waiting = waiting[BLOCK:]
    yield waiting, True
