"""Reach a mail server: connect, encrypt, say hello, log in; or say why not, and what to do."""

from __future__ import annotations

import socket
import ssl
from base64 import b64encode
from typing import TYPE_CHECKING

from digest.delivery.wire import Wire
from digest.errors import DeliveryError
from digest.relay import Security

if TYPE_CHECKING:
    from digest.delivery.wire import Reply
    from digest.relay import Relay

READY, HELLO, LOGGED_IN, GO_ON = 220, 250, 235, 334  # RFC 5321 §4.2.3, RFC 4954 §6


def connect(relay: Relay, password: str) -> Wire:
    """Give a connection that takes messages. Raises DeliveryError."""
    wire = None
    try:
        wire = Wire(_reached(relay), relay.timeout_s)
        _greet(wire, relay, password)
    except OSError as error:
        if wire:
            wire.close()
        raise _unreachable(relay, error) from error
    except BaseException:
        if wire:
            wire.close()
        raise
    return wire


def _reached(relay: Relay) -> socket.socket:
    connection = socket.create_connection((relay.host, relay.port), relay.timeout_s)
    # An envelope must not wait for the receipt of the message before it.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _greet(wire: Wire, relay: Relay, password: str) -> None:
    if relay.security is Security.TLS:
        wire.encrypt(_context(relay), relay.host)
    _require(wire.reply(), READY, relay, "does not take messages now")
    offered = _hello(wire, relay)
    if relay.security is Security.STARTTLS:
        if "STARTTLS" not in offered:
            raise _refusal(
                relay,
                "the server offers no encryption (STARTTLS)",
                'Set security = "tls" in [smtp], with its port, if it encrypts from the start',
            )
        _require(wire.ask(b"STARTTLS"), READY, relay, "does not begin the encryption")
        wire.encrypt(_context(relay), relay.host)
        offered = _hello(wire, relay)  # what was offered before may be anybody's: RFC 3207 §4.2
    if relay.user:
        _log_in(wire, relay, password, offered.get("AUTH", ()))
    wire.pipelines = "PIPELINING" in offered


def _hello(wire: Wire, relay: Relay) -> dict[str, tuple[str, ...]]:
    """Give what the server offers: keywords, each with its parameters, in upper case."""
    reply = wire.ask(f"EHLO {_own_name(wire)}".encode("ascii"))
    _require(reply, HELLO, relay, "does not take our greeting")
    words = [line.upper().split() for line in reply.lines[1:]]
    return {line[0]: tuple(line[1:]) for line in words if line}


def _own_name(wire: Wire) -> str:
    """Give this machine's name, or where it has none its address (RFC 5321 §4.1.4)."""
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    return f"[IPv6:{wire.own_address}]" if ":" in wire.own_address else f"[{wire.own_address}]"


def _log_in(wire: Wire, relay: Relay, password: str, ways: tuple[str, ...]) -> None:
    if "PLAIN" in ways:  # RFC 4616
        secret = b64encode(f"\0{relay.user}\0{password}".encode())
        reply = wire.ask(b"AUTH PLAIN " + secret)
    elif "LOGIN" in ways:
        reply = wire.ask(b"AUTH LOGIN")
        for answer in (relay.user, password):
            if reply.code == GO_ON:
                reply = wire.ask(b64encode(answer.encode()))
    else:
        raise _refusal(
            relay,
            f"the server lets nobody log in by a password here ({' '.join(ways) or 'no AUTH'})",
            "Ask its keepers for an account of the kind PLAIN or LOGIN",
        )
    _require(reply, LOGGED_IN, relay, f"does not let the user {relay.user} in")


def _context(relay: Relay) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=relay.ca_file)
    except OSError as error:
        raise DeliveryError(
            "the certificates that are to be trusted cannot be read",
            where=str(relay.ca_file),
            hint="Name a PEM file by ca_file in [smtp], or take that out",
        ) from error


def _require(reply: Reply, code: int, relay: Relay, problem: str) -> None:
    if reply.code != code:
        hint = (
            "Check user in [smtp], and DIGEST_SMTP__PASSWORD"
            if code == LOGGED_IN
            else "Check host, port and security in [smtp], or try again later"
        )
        raise _refusal(relay, f"the server {problem}: {reply}", hint)


def _unreachable(relay: Relay, error: OSError) -> DeliveryError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _refusal(
            relay,
            f"the server's certificate is not to be trusted: {error.verify_message}",
            "Set host in [smtp] to the name in its certificate, or name by ca_file who vouches",
        )
    if isinstance(error, ssl.SSLError):
        return _refusal(
            relay,
            f"no encryption comes about: {error.reason or error}",
            'Check security in [smtp]: port 587 wants "starttls", port 465 "tls"',
        )
    return _refusal(
        relay,
        f"the server cannot be reached: {reason(error)}",
        "Check host, port and security in [smtp], and whether a firewall lets us out",
    )


def reason(error: OSError) -> str:
    """Say why a connection ended."""
    return "it does not answer in time" if isinstance(error, TimeoutError) else _words(error)


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).rstrip(".")


def _refusal(relay: Relay, what: str, hint: str) -> DeliveryError:
    return DeliveryError(what, where=f"the mail server {relay.host}:{relay.port}", hint=hint)
