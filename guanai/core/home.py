"""The folder that holds one county (or one demo): database, keys, files.

A home is either a demo or a real county, never both; its kind is written once.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

Kind = Literal["demo", "county"]


class HomeError(RuntimeError):
    """The home is missing, of the other kind, or was begun already."""


@dataclass(frozen=True)
class Home:
    path: Path

    @property
    def keys(self) -> Path:
        """Outside the database and outside every backup."""
        return self.path / "keys"

    @property
    def keyring(self) -> Path:
        """The county's key; see core.keyring."""
        return self.keys / "county.key"

    @property
    def imports(self) -> Path:
        return self.path / "imports"

    @property
    def uploads(self) -> Path:
        """Where an upload lies while it arrives; the server needs it standing."""
        return self.path / "uploads"

    @property
    def destroyed(self) -> Path:
        """Which files were destroyed: `uid day` a line, nothing else. It outlives the database, so
        that an older backup does not bring them back."""
        return self.path / "destroyed.list"

    @property
    def restoring(self) -> Path:
        """Stands from before a restore's tables come in until all is done that follows them."""
        return self.path / "restoring"

    @property
    def kind(self) -> Kind | None:
        """None as long as nobody has begun this home."""
        return self._facts().get("kind")  # type: ignore[return-value]

    @property
    def is_demo(self) -> bool:
        return self.kind == "demo"

    @property
    def county_code(self) -> str:
        """12-digit code of the county; empty before the home is begun."""
        return self._facts().get("county", "")

    @property
    def file_prefix(self) -> str:
        """Letters before every file number, for example YL for 云岭."""
        return self._facts().get("prefix", "GA")

    @property
    def facts(self) -> dict[str, str | None]:
        """What this home is, as a backup tells it."""
        return {"kind": self.kind, "county": self.county_code, "prefix": self.file_prefix}

    def begin(self, kind: Kind, *, county: str, prefix: str) -> None:
        """Write down what this home is.

        Raises HomeError when it was begun as something else.
        """
        from guanai.core.keyring import make_key

        if self.kind is not None and (self.kind, self.county_code) != (kind, county):
            raise HomeError(f"{self.path} is already the home of {self.kind} {self.county_code}")
        self.path.mkdir(parents=True, exist_ok=True)
        make_key(self)
        self.path.chmod(0o700)  # names and birth dates are readable in the database
        facts = {"kind": kind, "county": county, "prefix": prefix}
        write_secret(self.path / "home.json", json.dumps(facts).encode())

    def secret(self, name: str) -> bytes:
        """32 random bytes of that name, made when first asked for, readable by the owner only."""
        file = self.keys / name
        if not file.exists():
            write_secret(file, secrets.token_bytes(32), replace=False)
        return file.read_bytes()

    def _facts(self) -> dict[str, str]:
        try:
            facts: dict[str, str] = json.loads((self.path / "home.json").read_text("utf-8"))
        except FileNotFoundError:
            return {}
        return facts


@contextmanager
def written(file: Path, *, replace: bool = True) -> Iterator[IO[bytes]]:
    """What is written to the stream becomes the file: readable by the owner only, on the disk at
    the end, whole or as it was before.

    Without `replace` a file that another process wrote first stays.
    """
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            part.replace(file)
        else:
            with suppress(FileExistsError):
                os.link(part, file)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        with suppress(OSError):  # not every host path knows how
            os.fsync(folder)
    finally:
        os.close(folder)


def write_secret(file: Path, content: bytes, *, replace: bool = True) -> None:
    """As `written`; the folder is made where it lacks."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with written(file, replace=replace) as stream:
        stream.write(content)
