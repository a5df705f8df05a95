"""Signs emails with a key of the publication's: DKIM (RFC 6376, RFC 8463); extra `dkim`."""

from __future__ import annotations

import base64
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_DOMAIN = 64  # characters: dkimpy tears longer ones apart as it folds the header
MIN_BITS = 2048  # of an RSA key: what RFC 8301 §3.2 wants of who signs

# All that mail programs show or act on (RFC 6376 §5.4.1; RFC 8058 §4 asks for the List-Unsubscribe
# pair). What stands twice can stand once only: another one added breaks the signature (§8.15).
_SIGNED = tuple(
    b"from from to to subject subject date date message-id mime-version content-type content-type"
    b" list-id list-unsubscribe list-unsubscribe-post feedback-id auto-submitted".split()
)
_PEM = re.compile(rb"-----BEGIN (?:RSA )?PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END ")
# What stands before the 32 octets of an Ed25519 key in PKCS#8 (RFC 8410 §7): its name, two lengths.
_ED25519 = bytes.fromhex("06032b6570 0422 0420")
_ED25519_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimKey:
    """A private key in PEM, RSA or Ed25519; `selector._domainkey.domain` names its public half."""

    domain: str
    selector: str
    file: Path

    @property
    def exposed(self) -> bool:
        """Whether everybody on this machine may read it."""
        return self.file.is_file() and bool(self.file.stat().st_mode & stat.S_IROTH)


def signer(key: DkimKey) -> Callable[[bytes], bytes]:
    """Give what puts a DKIM-Signature before a finished message, and changes nothing else in it.

    Its time (t=) is the real clock's. Raises ConfigError where the library is not installed, and
    for a key that cannot be read or must not be used.
    """
    try:
        import dkim
        import nacl.signing  # noqa: F401  dkim does without, and then fails at the first Ed25519
    except Exception as error:  # a package that is there may fail in any way on this machine
        raise ConfigError(
            f"signing needs packages that cannot be imported ({error})",
            where="[dkim]",
            hint="Install them: pip install 'digest-newsletter[dkim]'",
        ) from error
    algorithm, private = _read(key.file)
    domain, selector = _in_ascii(key.domain), key.selector.encode("ascii")

    def sign(message: bytes) -> bytes:
        header: bytes = dkim.sign(
            message,
            selector,
            domain,
            private,
            canonicalize=(b"relaxed", b"simple"),  # quoted-printable has no blanks to relax about
            signature_algorithm=algorithm,
            include_headers=_SIGNED,
        )
        return header + message

    return sign


def _in_ascii(domain: str) -> bytes:
    """Give a domain as the DNS has it (RFC 5891). Raises ConfigError."""
    try:
        name = domain.encode("idna")
    except UnicodeError:
        name = b""
    if not 0 < len(name) <= MAX_DOMAIN:
        raise ConfigError(
            f"the domain {domain[:100]!r} cannot stand in a signature",
            where="[dkim]",
            hint="Set domain in [dkim], or mend the address in [publication] from",
        )
    return name


def _read(file: Path) -> tuple[bytes, bytes]:
    """Give a key's algorithm, and the key as the library takes it. Raises ConfigError."""
    der = _der(file)
    secret = der.partition(_ED25519)[2][:_ED25519_BYTES]
    if len(secret) == _ED25519_BYTES:
        return b"ed25519-sha256", base64.b64encode(secret)
    bits = _rsa_bits(der)
    if not bits:
        raise _unusable(file, "is neither RSA nor Ed25519")
    if bits < MIN_BITS:
        raise _unusable(file, f"has {bits} bits, and {MIN_BITS} are the least")
    return b"rsa-sha256", b"--\n%b\n--" % base64.b64encode(der)  # what it looks for in PEM


def _der(file: Path) -> bytes:
    try:
        found = _PEM.search(file.read_bytes())
    except OSError as error:
        raise _unusable(file, f"cannot be read ({str(error.strerror).lower()})") from error
    if found is None:
        raise _unusable(file, "is no private key in PEM, or has a password")
    try:
        return base64.b64decode(found[1])
    except ValueError as error:
        raise _unusable(file, f"is damaged ({error})") from error


def _rsa_bits(der: bytes) -> int:
    """Give the length of an RSA key in bits, 0 for anything else."""
    from dkim.crypto import parse_private_key

    try:
        return int(parse_private_key(der)["modulus"]).bit_length()
    except Exception:  # noqa: BLE001  the library raises anything at such bytes
        return 0


def _unusable(file: Path, why: str) -> ConfigError:
    hint = "One is made by: openssl genrsa -out FILE 2048 (see Signing in docs/delivery.md)"
    return ConfigError(f"the key of [dkim] {why}", where=str(file), hint=hint)
