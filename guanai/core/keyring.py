"""The file of the county's key: its generations, the newest first.

Two stand in it while a rotation goes on: what is sealed anew takes the newest, what was sealed
before opens by the older one. Old homes have 32 raw bytes there: generation 1.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.core.home import Home, HomeError, write_secret

FORMAT = 1
SIZE = 32


@dataclass(frozen=True)
class Generation:
    """`made_at`: ISO 8601, empty for a key from before there were generations."""

    number: int
    key: bytes
    made_at: str = ""

    @classmethod
    def make(cls, number: int) -> Self:
        made_at = timezone.localtime().isoformat(timespec="seconds")
        return cls(number, secrets.token_bytes(SIZE), made_at)

    @property
    def mark(self) -> str:
        """Eight characters by which papers and logs name this key and no other."""
        return hmac.digest(self.key, b"guanai/mark", hashlib.sha256)[:4].hex()


@dataclass(frozen=True)
class Keyring:
    generations: tuple[Generation, ...]

    @classmethod
    def load(cls, file: Path) -> Self:
        """Raises HomeError for a file that is damaged or of a newer Guanai."""
        content = file.read_bytes()
        if len(content) == SIZE:
            return cls((Generation(1, content),))
        try:
            told = json.loads(content)
            known = told["format"] == FORMAT
            found = [(g["number"], bytes.fromhex(g["key"]), g["made_at"]) for g in told["keys"]]
        except (ValueError, KeyError, TypeError) as error:
            damaged = _("%s is damaged. Move it away and run `guanai keys recover`.")
            raise HomeError(damaged % file) from error
        if not known:
            raise HomeError(_("%s comes from a newer Guanai: update first.") % file)
        return cls(tuple(Generation(*one) for one in found))

    def save(self, file: Path, *, replace: bool = True) -> None:
        """Whole or not at all, whatever happens meanwhile. Without `replace` the first one wins."""
        keys = [
            {"number": one.number, "key": one.key.hex(), "made_at": one.made_at}
            for one in self.generations
        ]
        content = json.dumps({"format": FORMAT, "keys": keys}, indent=1).encode()
        write_secret(file, content, replace=replace)

    @property
    def newest(self) -> Generation:
        return self.generations[0]

    @property
    def turning(self) -> bool:
        """Whether a rotation goes on."""
        return len(self.generations) > 1

    def with_next(self) -> Keyring:
        return Keyring((Generation.make(self.newest.number + 1), *self.generations))

    def newest_alone(self) -> Keyring:
        return Keyring(self.generations[:1])


def make_key(home: Home) -> None:
    """The first generation, unless there is a key."""
    if not home.keyring.exists():
        Keyring((Generation.make(1),)).save(home.keyring, replace=False)


@contextmanager
def held(home: Home, *, alone: bool = False, wait: bool = True) -> Iterator[bool]:
    """The keyring does not change for as long: many long works at a time, or one that changes it.

    False at once if `wait` is false and somebody stands in the way. The kernel lets go of what a
    killed process held.
    """
    home.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home.keys / "rotation.lock").open("w") as file:
        try:
            how = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
            fcntl.flock(file, how | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
