"""HTTPS without the internet: a county's own authority and the certificate of its server.

Both lie in the home's `keys` folder, which no backup holds. Whoever has the authority's key can
pose as a server, so it may certify names and addresses of closed networks only (RFC 5280, 4.2.1.10)
and those that it was made for.
"""

from __future__ import annotations

import datetime as dt
import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.core.broken import RuleBroken
from guanai.core.home import Home, write_secret

SERVER_DAYS = 397  # phones trust no server certificate for longer than 398 (Apple) …
AUTHORITY_DAYS = 3650
WARN_DAYS = 30
PRIVATE = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16"),
    *("fc00::/7", "fe80::/10", "::1/128"),
)
LOCAL = ("local", "lan", "internal", "home.arpa")  # names that only closed networks give
# One address of each private range, and one of none: the way there tells our own address.
ELSEWHERE = ("10.254.254.254", "172.30.254.254", "192.168.254.254", "192.0.2.1")


@dataclass(frozen=True)
class Served:
    """A certificate with its key as files, and what stands in it."""

    certificate: Path
    key: Path
    chain: tuple[x509.Certificate, ...]

    @classmethod
    def read(cls, certificate: Path, key: Path) -> Served:
        """Raises RuleBroken if a file is no PEM, or the key is another's or not in PKCS#8."""
        try:
            chain = tuple(x509.load_pem_x509_certificates(certificate.read_bytes()))
            text = key.read_bytes()
            secret = serialization.load_pem_private_key(text, None)
        except (OSError, ValueError, TypeError) as error:
            raise RuleBroken(
                "certificate.unreadable",
                _("The certificate and its key must be readable PEM without a password."),
            ) from error
        if secret.public_key() != chain[0].public_key():
            raise RuleBroken(
                "certificate.foreign", _("The key does not belong to the certificate.")
            )
        if b"BEGIN PRIVATE KEY" not in text:
            raise RuleBroken("certificate.pkcs8", _("The key must be in the format PKCS#8."))
        return cls(certificate, key, chain)

    @classmethod
    def of_home(cls, home: Home) -> Served | None:
        """What `guanai certificate` made; None before it did."""
        file = home.keys / "server.pem"
        return cls.read(file, file) if file.exists() else None

    @property
    def names(self) -> list[str]:
        """Host names and addresses for which it is valid."""
        try:
            names = self.chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName)
        except x509.ExtensionNotFound:
            return []
        addresses = [str(found) for found in names.value.get_values_for_type(x509.IPAddress)]
        return [*names.value.get_values_for_type(x509.DNSName), *addresses]

    @property
    def days_left(self) -> int:
        return (self.chain[0].not_valid_after_utc - timezone.now()).days

    @property
    def authority(self) -> x509.Certificate:
        return self.chain[-1]


def fingerprint(certificate: x509.Certificate) -> list[str]:
    """SHA-256 as phones and PCs show it, pairs of hexadecimal digits, in four rows to compare."""
    digits = certificate.fingerprint(hashes.SHA256())
    return [digits[at : at + 8].hex(":").upper() for at in range(0, len(digits), 8)]


def host_in_url(name: str) -> str:
    """A name of a certificate as addresses and the list of allowed hosts write it."""
    return f"[{name}]" if ":" in name else name.removeprefix("*")


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def make(home: Home, names: list[str], *, anew: bool = False) -> Served:
    """A certificate of this home's authority for these host names and addresses.

    `anew`: of a new authority, which everybody has to trust anew. Raises RuleBroken if the
    authority may not certify one of the names.
    """
    wanted = [_general(name) for name in dict.fromkeys(names)]
    file = home.keys / "authority.pem"
    if anew or not file.exists():
        write_secret(file, _make_authority(home, wanted))
    pem = file.read_bytes()
    [authority] = x509.load_pem_x509_certificates(pem)
    for name in wanted:
        if not _permits(authority, name):
            raise RuleBroken(
                "certificate.outside",
                _(
                    "The authority of this home may not certify %(name)s. Make a new one by"
                    " --new-authority; everybody must then trust that one."
                )
                % {"name": name.value},
            )
    issuer = cast(ec.EllipticCurvePrivateKey, serialization.load_pem_private_key(pem, None))
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(str(wanted[0].value), key.public_key(), SERVER_DAYS)
    until = min(timezone.now() + dt.timedelta(SERVER_DAYS), authority.not_valid_after_utc)
    certificate = (
        builder.issuer_name(authority.subject)
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName(wanted), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_issuer_key(authority), critical=False)
        .sign(issuer, hashes.SHA256())
    )
    served = home.keys / "server.pem"
    write_secret(
        served, _pem(key, certificate) + authority.public_bytes(serialization.Encoding.PEM)
    )
    return Served.read(served, served)


def own_names() -> list[str]:
    """This machine's name and its addresses in the networks where it stands."""
    host = socket.gethostname().lower()
    found = [] if host.startswith("localhost") else [host, host.split(".")[0] + ".local"]
    for target in ELSEWHERE:
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((target, 9))  # sends nothing
            found.append(probe.getsockname()[0])
    return list(dict.fromkeys([*found, "127.0.0.1"]))


def _make_authority(home: Home, names: list[x509.GeneralName]) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    title = f"Guanai {home.county_code} {timezone.localdate():%Y-%m-%d}"
    permitted: list[x509.GeneralName] = [
        *(x509.IPAddress(ip_network(net)) for net in PRIVATE),
        *(x509.DNSName(name) for name in LOCAL),
    ]
    for name in names:
        if isinstance(name, x509.IPAddress):
            name = x509.IPAddress(ip_network(name.value))  # noqa: PLW2901
        permitted.append(name)
    certificate = (
        _builder(title, key.public_key(), AUTHORITY_DAYS)
        .issuer_name(_title(title))
        .not_valid_after(timezone.now() + dt.timedelta(AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _pem(key, certificate)


def _builder(title: str, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_title(title))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(timezone.now() - dt.timedelta(1))  # clocks of old PCs are late
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _title(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _usage(*, signs: bool) -> x509.KeyUsage:
    """Signatures while connecting, or of certificates and lists of revoked ones; nothing else."""
    return x509.KeyUsage(not signs, False, False, False, False, signs, signs, False, False)


def _issuer_key(authority: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    own = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own.value)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        pass
    try:
        return x509.DNSName(name.lower())
    except ValueError as error:
        message = _("%(name)s is neither a host name nor an address.") % {"name": name}
        raise RuleBroken("certificate.name", message) from error


def _permits(authority: x509.Certificate, name: x509.GeneralName) -> bool:
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    within = [str(limit.value) for limit in limits.permitted_subtrees or [] if limit.value]
    if isinstance(name, x509.DNSName):
        return any(f".{name.value}".endswith(f".{limit}") for limit in within)
    return any("/" in net and ip_address(str(name.value)) in ip_network(net) for net in within)


def _pem(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return secret + certificate.public_bytes(serialization.Encoding.PEM)
