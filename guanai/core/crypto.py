"""The one place that holds keys.

The county's key lies in the home's `keys` folder, outside database and backup. Every person has a
key of their own, kept wrapped under the county's key (AES key wrap, RFC 3394); what is secret about
a person is AES-256-GCM under it, bound to the name of the field. Blind indexes are keyed hashes
(HMAC-SHA256, cut to 63 bits) so that an exact number or its tail can be found but not read.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import lru_cache
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)
from django.conf import settings

NONCE = 12
Buffer = bytes | memoryview  # what the databases give back


class Unreadable(Exception):  # noqa: N818
    """Cipher text that this key does not open: wrong county key, wrong field, or damage."""


class Sealer:
    """Seals and opens text under one key. `field` binds a value to its place (“contact.number”)."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, text: str, field: str) -> bytes:
        return self.seal_bytes(text.encode(), field)

    def open(self, sealed: Buffer, field: str) -> str:
        return self.open_bytes(sealed, field).decode()

    def seal_bytes(self, content: bytes, field: str) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, content, field.encode())

    def open_bytes(self, sealed: Buffer, field: str) -> bytes:
        data = bytes(sealed)
        try:
            return self._cipher.decrypt(data[:NONCE], data[NONCE:], field.encode())
        except InvalidTag as error:
            raise Unreadable(field) from error


class Vault:
    """All work with the county's key."""

    def __init__(self, county_key: bytes) -> None:
        self._wrapping = self._derive(county_key, b"wrap person keys")
        self._blind = self._derive(county_key, b"blind index")
        self.county = Sealer(self._derive(county_key, b"county's own values"))

    @classmethod
    def of_home(cls) -> Self:
        return cls(settings.HOME.secret("county.key"))

    @staticmethod
    def _derive(key: bytes, purpose: bytes) -> bytes:
        return hmac.digest(key, b"guanai/" + purpose, hashlib.sha256)

    def new_key(self) -> bytes:
        """A fresh wrapped key (40 bytes), to be stored with the person."""
        return aes_key_wrap(self._wrapping, os.urandom(32))

    def sealer(self, wrapped: Buffer) -> Sealer:
        """Raises Unreadable if the key was not wrapped under this county's key."""
        try:
            return Sealer(aes_key_unwrap(self._wrapping, bytes(wrapped)))
        except InvalidUnwrap as error:
            raise Unreadable("key") from error

    def blind(self, kind: str, value: str) -> int:
        """Keyed hash of a normalised value, 0 … 2**63-1; `kind` keeps ID and phone tails apart."""
        digest = hmac.digest(self._blind, f"{kind}:{value}".encode(), hashlib.sha256)
        return int.from_bytes(digest[:8], "big") >> 1


@lru_cache(maxsize=1)
def vault() -> Vault:
    """The vault of this home, opened once a process."""
    return Vault.of_home()
