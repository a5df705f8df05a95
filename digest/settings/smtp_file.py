"""The `[smtp]` table of `config/digest.toml`: the mail server that takes emails."""

# ruff: noqa: TC001  pydantic reads the kinds of value

from __future__ import annotations

from typing import Literal

from pydantic import Field

from digest.relay import Relay, Security
from digest.settings.tables import Table
from digest.settings.values import Line, MailDomain, Password, Server

_RELAY = Relay(host="", port=0, security=Security.STARTTLS)


class SmtpLimitTable(Table):
    """What the servers of a domain put up with: a table [[smtp.limits]] for each."""

    domain: MailDomain = Field(
        description="The domain of subscribers' addresses, such as `gmail.com`."
    )
    connections: int = Field(
        default=0, ge=0, le=100, description="How many may send to it at one time; 0: all."
    )
    per_minute: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="How many messages to it are begun in a minute; 0: any number.",
    )


class SmtpTable(Table):
    """The mail server that takes emails, for editions that say `use = "smtp"` in `[delivery]`."""

    host: Server | None = Field(default=None, description="Its name, or its address.")
    port: int | None = Field(
        default=None,
        ge=1,
        le=65_535,
        description="Its port; by default 587 with `starttls`, 465 with `tls`, 25 with `none`.",
    )
    security: Literal["starttls", "tls", "none"] = Field(
        default=_RELAY.security.value,
        description="How the connection is encrypted: `starttls` after a first word in the clear, "
        "`tls` from the start, `none` not at all. Its certificate is verified, and without "
        "encryption nothing is sent that was meant to have it.",
    )
    ca_file: Line | None = Field(
        default=None,
        description="A PEM file of the certificates to trust, where the server's is none that this "
        "machine trusts already.",
    )
    user: Line | None = Field(
        default=None, description="Whom we log in as; by default nobody logs in."
    )
    password: Password | None = Field(
        default=None,
        description="The user's password: `DIGEST_SMTP__PASSWORD` in the environment, or a file of "
        "that name in the secrets folder. It stands in no other file.",
    )
    connections: int = Field(
        default=_RELAY.connections,
        ge=1,
        le=100,
        description="How many connections send at one time.",
    )
    messages_per_connection: int = Field(
        default=_RELAY.messages_per_connection,
        ge=1,
        le=100_000,
        description="After so many messages a connection is ended, and a new one opened.",
    )
    timeout_s: float = Field(
        default=_RELAY.timeout_s,
        gt=0,
        le=600,
        description="Seconds that the server may take to answer. For its receipt of a message it "
        "has ten times as long, since a message without a receipt may have arrived or not.",
    )
    limits: list[SmtpLimitTable] = Field(
        default=[], description="Domains that put up with less: a table [[smtp.limits]] for each."
    )
