"""Who takes our emails, as the editors describe it: a mail server, or Amazon SES."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Security(StrEnum):
    """How a connection is encrypted; the certificate is verified wherever there is one."""

    STARTTLS = "starttls"  # from a command on: RFC 3207
    TLS = "tls"  # from the first byte: RFC 8314
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainLimit:
    """What the servers of a recipients' domain put up with; 0 is no limit.

    `connections` may send to it at one time, and `per_minute` messages are begun.
    """

    domain: str
    connections: int = 0
    per_minute: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A mail server, and how much is asked of it.

    `user` is "" where nobody logs in. `ca_file` holds the certificates that are trusted, PEM; None
    for those that the system trusts. `connections` are held at one time, each for
    `messages_per_connection` at most. `timeout_s` is how long a reply may take.
    """

    host: str
    port: int
    security: Security
    user: str = ""
    ca_file: Path | None = None
    connections: int = 4
    messages_per_connection: int = 500
    timeout_s: float = 60
    limits: tuple[DomainLimit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SesAccount:
    """An account with Amazon SES in a `region` of AWS, and how much is asked of it.

    `endpoint` is an address other than the region's own, "" for that. `configuration_set` is
    applied to every message, "" for none. `connections` are held at one time. `timeout_s` is how
    long an answer may take.
    """

    region: str
    endpoint: str = ""
    configuration_set: str = ""
    connections: int = 4
    timeout_s: float = 60
