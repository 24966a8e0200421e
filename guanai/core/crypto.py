"""The one place that works with keys.

The county's key lies in the home's `keys` folder, outside database and backup. Every person has a
key of their own, kept wrapped under the county's key (AES key wrap, RFC 3394); what is secret about
a person is AES-256-GCM under it, bound to the name of the field. Blind indexes are keyed hashes
(HMAC-SHA256, cut to 63 bits) so that an exact number or its tail can be found but not read.

While the county's key is rotated (core.rotation) two generations stand in its file. Every process
notices within a moment: the newest seals, all open, look-ups ask for `blinds`. The sign of a
blind index is that of its generation (odd: positive), so that old ones are found by their index.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from time import monotonic

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)
from django.conf import settings
from django.utils.translation import gettext as _

from guanai.core.home import HomeError
from guanai.core.keyring import Generation, Keyring, make_key

NONCE = 12
WRAPPED = 40  # bytes of a wrapped key
UNSEEN = 0.05  # seconds for which a process may work on with a keyring that was replaced
Buffer = bytes | memoryview  # what the databases give back


class Unreadable(Exception):  # noqa: N818
    """Cipher text that this key does not open: wrong county key, wrong field, or damage."""


class Sealer:
    """Seals under the first key, opens by any. `field` binds a value to its place
    (“contact.number”)."""

    __slots__ = ("_ciphers", "_key")

    def __init__(self, *keys: bytes) -> None:
        self._key = keys[0]
        self._ciphers = [AESGCM(key) for key in keys]

    def seal(self, text: str, field: str) -> bytes:
        return self.seal_bytes(text.encode(), field)

    def open(self, sealed: Buffer, field: str) -> str:
        return self.open_bytes(sealed, field).decode()

    def seal_bytes(self, content: bytes, field: str) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._ciphers[0].encrypt(nonce, content, field.encode())

    def open_bytes(self, sealed: Buffer, field: str) -> bytes:
        data = bytes(sealed)
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(data[:NONCE], data[NONCE:], field.encode())
            except InvalidTag:
                continue
        raise Unreadable(field)

    def renewed(self, sealed: Buffer, field: str) -> bytes:
        """The same value sealed under the first key; as it is if it was already."""
        data = bytes(sealed)
        try:
            self._ciphers[0].decrypt(data[:NONCE], data[NONCE:], field.encode())
        except InvalidTag:
            return self.seal_bytes(self.open_bytes(data, field), field)
        return data

    def blind(self, text: str) -> int:
        """Keyed hash under the first key, 0 … 2**63-1."""
        return _short(hmac.digest(self._key, b"blind:" + text.encode(), hashlib.sha256))


class Vault:
    """All work with the county's key, in all its generations."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        every = keyring.generations
        self._wrapping = [_derived(one, b"wrap person keys") for one in every]
        self._blind = [(HMAC(_derived(one, b"blind index"), SHA256()), _sign(one)) for one in every]
        self.county = Sealer(*(_derived(one, b"county's own values") for one in every))

    def new_key(self) -> bytes:
        """A fresh wrapped key (40 bytes), to be stored with the person."""
        return self.fresh()[0]

    def fresh(self) -> tuple[bytes, Sealer]:
        """A fresh wrapped key and what seals under it."""
        key = os.urandom(32)
        return aes_key_wrap(self._wrapping[0], key), Sealer(key)

    def sealer(self, wrapped: Buffer) -> Sealer:
        """Of one wrapped key or several, one behind the other: it seals under the first.

        Raises Unreadable if they were not wrapped under this county's key.
        """
        return Sealer(*(self._unwrapped(one)[0] for one in _each(wrapped)))

    def rewrapped(self, wrapped: Buffer) -> bytes:
        """The same keys under the newest generation; as they are if they were already."""
        return b"".join(self._rewrapped(one) for one in _each(wrapped))

    def _rewrapped(self, wrapped: bytes) -> bytes:
        key, at = self._unwrapped(wrapped)
        return aes_key_wrap(self._wrapping[0], key) if at else wrapped

    def _unwrapped(self, wrapped: bytes) -> tuple[bytes, int]:
        """The key, and the place of the generation that opened it."""
        for at, wrapping in enumerate(self._wrapping):
            try:
                return aes_key_unwrap(wrapping, wrapped), at
            except InvalidUnwrap:
                continue
        raise Unreadable("key")

    def blind(self, kind: str, value: str) -> int:
        """Keyed hash of a normalised value, 63 bits and the sign of the newest generation; `kind`
        keeps ID and phone tails apart."""
        keyed, sign = self._blind[0]
        return sign * _hash(keyed, f"{kind}:{value}")

    def blinds(self, kind: str, value: str) -> list[int]:
        """What to look for: the hash of each generation, the newest first."""
        return [sign * _hash(keyed, f"{kind}:{value}") for keyed, sign in self._blind]

    @property
    def sign(self) -> int:
        """That of blind indexes under the newest generation."""
        return self._blind[0][1]


def _each(wrapped: Buffer) -> list[bytes]:
    data = bytes(wrapped)
    return [data[at : at + WRAPPED] for at in range(0, max(len(data), 1), WRAPPED)]


def _derived(generation: Generation, purpose: bytes) -> bytes:
    return hmac.digest(generation.key, b"guanai/" + purpose, hashlib.sha256)


def _sign(generation: Generation) -> int:
    return 1 if generation.number % 2 else -1


def _short(digest: bytes) -> int:
    return int.from_bytes(digest[:8], "big") >> 1


def _hash(keyed: HMAC, text: str) -> int:
    mac = keyed.copy()  # a third of the time of a new one, and an import asks 30 times a row
    mac.update(text.encode())
    return _short(mac.finalize())


class _Door:
    """The vault that this process has open, and until when it need not look at the file again."""

    home: object = None
    until = 0.0
    stamp: object = None
    vault: Vault


def vault() -> Vault:
    """The vault of this home; opened anew once its keyring was replaced.

    A home that was begun has its key: raises HomeError if it is gone.
    """
    if monotonic() < _Door.until and _Door.home is settings.HOME:
        return _Door.vault
    file = settings.HOME.keyring
    if not file.exists():
        if settings.HOME.kind is not None:
            raise HomeError(_("The county's key is gone. Bring it back by `guanai keys recover`."))
        make_key(settings.HOME)
    found = file.stat()
    stamp = (file, found.st_ino, found.st_mtime_ns)
    if stamp != _Door.stamp:
        _Door.vault, _Door.stamp = Vault(Keyring.load(file)), stamp
    _Door.home, _Door.until = settings.HOME, monotonic() + UNSEEN
    return _Door.vault


def replace_keys(keyring: Keyring) -> None:
    """This process knows it at once, others within UNSEEN seconds."""
    keyring.save(settings.HOME.keyring)
    _Door.until = 0.0
