"""A sealed file that is written once from its beginning and read at any place.

A line of JSON that anybody may read (the key that sealed it, wrapped under the county's; of which
county, when), then blocks of even size, each AES-256-GCM bound to its number and to whether it is
the last: a block that was changed, left out, exchanged or cut off is found.
"""

from __future__ import annotations

import io
import json
import os
from typing import IO, TYPE_CHECKING, Any

from guanai.core.crypto import Unreadable, vault

if TYPE_CHECKING:
    from guanai.core.crypto import Sealer

MAGIC = b"GUANAI-BACKUP-2\n"
BLOCK = 1 << 20
MORE = 28  # bytes by which a sealed block is longer: nonce and tag
LONGEST_HEAD = 1 << 16


class SealedWriter(io.RawIOBase):
    """Seals what is written to it; whole only after `close`."""

    def __init__(self, stream: IO[bytes], about: dict[str, Any]) -> None:
        wrapped = vault().new_key()
        self._sealer = vault().sealer(wrapped)
        self._stream, self._waiting, self._number, self._told = stream, bytearray(), 0, 0
        head = {**about, "key": wrapped.hex()}
        stream.write(MAGIC + json.dumps(head, ensure_ascii=False).encode() + b"\n")

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._told

    def write(self, data: Any, /) -> int:
        piece = memoryview(data).cast("B")
        self._waiting += piece
        self._told += len(piece)
        while len(self._waiting) > BLOCK:
            self._seal(bytes(self._waiting[:BLOCK]), last=False)
            del self._waiting[:BLOCK]
        return len(piece)

    def finish(self) -> None:
        """Seal the last block: without it the file is not whole."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, block: bytes, *, last: bool) -> None:
        self._stream.write(self._sealer.seal_bytes(block, _place(self._number, last=last)))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Raises Unreadable if it was sealed under another county's key, and ValueError if it is no
    such file or not whole."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.about = head_of(stream)
        self._sealer: Sealer = vault().sealer(bytes.fromhex(self.about["key"]))
        self._stream, self._start, self._at = stream, stream.tell(), 0
        size = stream.seek(0, os.SEEK_END) - self._start
        self._last = max(0, -(-size // (BLOCK + MORE)) - 1)
        self._size = size - MORE * (self._last + 1)
        self._held = -1, b""
        self._block(self._last)  # cut off or not

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        number, within = divmod(self._at, BLOCK)
        if self._at >= self._size:
            return 0
        piece = self._block(number)[within : within + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _block(self, number: int) -> bytes:
        if self._held[0] != number:
            self._stream.seek(self._start + number * (BLOCK + MORE))
            sealed = self._stream.read(BLOCK + MORE)
            place = _place(number, last=number == self._last)
            try:
                self._held = number, self._sealer.open_bytes(sealed, place)
            except Unreadable as error:
                raise ValueError(f"block {number}") from error
        return self._held[1]


def is_sealed(stream: IO[bytes]) -> bool:
    """Leaves the stream at its beginning."""
    found = stream.read(len(MAGIC)) == MAGIC
    stream.seek(0)
    return found


def head_of(stream: IO[bytes]) -> dict[str, Any]:
    """What a sealed file tells anybody. Raises ValueError if it is none."""
    if stream.read(len(MAGIC)) != MAGIC:
        raise ValueError("head")
    head: dict[str, Any] = json.loads(stream.readline(LONGEST_HEAD))
    return head


def _place(number: int, *, last: bool) -> str:
    return f"backup.{number}.{'last' if last else 'more'}"
