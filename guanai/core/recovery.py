"""The county's key on paper: lines that can be typed, checked each for itself; shares k of n.

A sheet has five lines of 16 letters and digits (base32, RFC 4648): eight bytes and two of a
checksum that also binds the line's number. The first line says which generation it is, how many
sheets are needed, which of them this is, and the key's mark; the others hold the key, or a share of
it by Shamir's scheme (two blocks of 16 bytes, as PyCryptodome splits them).
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field

from Crypto.Protocol.SecretSharing import Shamir
from django.utils.translation import gettext as _

from guanai.core.broken import RuleBroken
from guanai.core.keyring import SIZE, Generation

DATA, CHECK = 8, 2  # bytes of a line
LINES = 1 + SIZE // DATA
HALF = SIZE // 2
MOST = 15  # shares
_LINE = re.compile(r"\s*(\d)[.:：、\s]+([A-Za-z0-9\s-]+)")
_TYPED = str.maketrans("018", "OIB")  # which base32 has not


@dataclass(frozen=True)
class Sheet:
    """The key (`needed` 1), or one of the shares of which so many are needed."""

    generation: int
    mark: str
    needed: int
    number: int
    secret: bytes

    def lines(self) -> list[str]:
        """“1  ABCD EFGH IJKL MNOP”, five of them; together the text of the QR code."""
        head = self.generation.to_bytes(2, "big") + bytes((self.needed, self.number))
        data = head + bytes.fromhex(self.mark) + self.secret
        return [_line(at + 1, data[at * DATA :][:DATA]) for at in range(LINES)]

    @classmethod
    def of(cls, data: bytes) -> Sheet:
        generation = int.from_bytes(data[:2], "big")
        return cls(generation, data[4:DATA].hex(), data[2], data[3], data[DATA:])


def sheets(generation: Generation, needed: int = 1, count: int = 1) -> list[Sheet]:
    """One sheet with the key, or shares of which any `needed` give it. Raises RuleBroken."""
    number, mark, key = generation.number, generation.mark, generation.key
    if (needed, count) == (1, 1):
        return [Sheet(number, mark, 1, 1, key)]
    if not 1 < needed <= count <= MOST:
        wrong = _("Of at most %d shares at least two are needed.") % MOST
        raise RuleBroken("sheet.shares", wrong)
    first, second = (Shamir.split(needed, count, half) for half in (key[:HALF], key[HALF:]))
    return [
        Sheet(number, mark, needed, at, one + other)
        for (at, one), (_at, other) in zip(first, second, strict=True)
    ]


@dataclass
class Reading:
    """Takes what is typed line by line; other text between the lines is passed over."""

    found: list[Sheet] = field(default_factory=list)
    _data: bytes = b""

    @property
    def expected(self) -> tuple[int, int]:
        """Which sheet and line comes next."""
        return len(self.found) + 1, len(self._data) // DATA + 1

    def add(self, text: str, *, asked: bool = False) -> None:
        """`asked`: the line was asked for, its number may be left out. Raises RuleBroken that
        names the wrong line; the same line is then expected again."""
        told = _LINE.fullmatch(text.rstrip())
        if told is None and not asked:
            return
        sheet, line = self.expected
        data = _opened(line, told[2] if told else text)
        if data is None or (told and int(told[1]) != line):
            wrong = _("Sheet %(sheet)d, line %(line)d is not right: compare it with the paper.")
            raise RuleBroken("sheet.line", wrong % {"sheet": sheet, "line": line})
        self._data += data
        if line == LINES:
            self._take(Sheet.of(self._data))
            self._data = b""

    def _take(self, sheet: Sheet) -> None:
        first = self.found[0] if self.found else sheet
        if (first.mark, first.needed) != (sheet.mark, sheet.needed):
            raise RuleBroken("sheet.other", _("This sheet belongs to another key."))
        if sheet.number not in {one.number for one in self.found}:
            self.found.append(sheet)

    @property
    def complete(self) -> bool:
        return bool(self.found) and len(self.found) >= self.found[0].needed

    def key(self) -> Generation:
        """Raises RuleBroken if sheets lack or do not give the key that they name."""
        if not self.complete:
            lacking = _("Not all is there: %(sheet)d. sheet, line %(line)d comes next.")
            sheet, line = self.expected
            raise RuleBroken("sheet.lacking", lacking % {"sheet": sheet, "line": line})
        first = self.found[0]
        key = first.secret
        if first.needed > 1:
            key = b"".join(
                Shamir.combine([(one.number, one.secret[at : at + HALF]) for one in self.found])
                for at in (0, HALF)
            )
        found = Generation(first.generation, key)
        if found.mark != first.mark:
            raise RuleBroken("sheet.key", _("These sheets do not give the key that they name."))
        return found


def _check(line: int, data: bytes) -> bytes:
    return hashlib.sha256(bytes((line,)) + data).digest()[:CHECK]


def _line(number: int, data: bytes) -> str:
    letters = base64.b32encode(data + _check(number, data)).decode()
    return f"{number}  " + " ".join(re.findall("....", letters))


def _opened(line: int, typed: str) -> bytes | None:
    """The bytes of a line; None if it was mistyped."""
    letters = re.sub(r"[\s-]", "", typed).upper().translate(_TYPED)
    try:
        content = base64.b32decode(letters)
    except ValueError:
        return None
    data = content[:DATA]
    return data if len(content) == DATA + CHECK and content[DATA:] == _check(line, data) else None
