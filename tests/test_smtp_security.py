"""Encryption and logging in, with aiosmtpd: nobody listens, nobody pretends, nobody is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from certificates import make_certificate, server_side
from faulty_relay import FaultyRelay, relaying
from mail_server import mail_server
from posts import deliver, deliveries, smtp, states

from digest.errors import DeliveryError
from digest.relay import Security

if TYPE_CHECKING:
    from pathlib import Path

    from aiosmtpd.smtp import SMTP, Envelope, Session

PASSWORD = "tide & time"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def lets_in(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any
) -> AuthResult:
    known = LoginPassword(b"desk", PASSWORD.encode())
    return AuthResult(success=login == known, handled=False)


def options_for(security: Security, certificate: Path) -> dict[str, Any]:
    context = server_side(certificate)
    if security is Security.TLS:
        return {"ssl_context": context}
    return {"tls_context": context, "require_starttls": True}


ENCRYPTED = pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])


@ENCRYPTED
def test_messages_go_encrypted_to_a_server_that_is_vouched_for(
    security: Security, certificate: Path
) -> None:
    with mail_server(**options_for(security, certificate)) as (box, port):
        facts = {"host": "localhost", "security": security, "ca_file": certificate}
        assert states(deliver(smtp(port, **facts), deliveries(3))) == ["sent"] * 3
    assert box.messages == [one.message for one in deliveries(3)]


@ENCRYPTED
def test_a_server_that_nobody_vouches_for_is_told_nothing(
    security: Security, certificate: Path
) -> None:
    with (
        mail_server(**options_for(security, certificate)) as (box, port),
        pytest.raises(DeliveryError) as caught,
    ):
        deliver(smtp(port, host="localhost", security=security), deliveries(1))
    assert str(caught.value) == (
        f"the mail server localhost:{port}: the server's certificate is not to be trusted: "
        "self-signed certificate. Set host in [smtp] to the name in its certificate, or name by "
        "ca_file who vouches"
    )
    assert box.messages == []


@ENCRYPTED
def test_a_certificate_of_another_name_is_refused(security: Security, certificate: Path) -> None:
    with (
        mail_server(**options_for(security, certificate)) as (_, port),
        pytest.raises(DeliveryError, match=r"not to be trusted: .*127\.0\.0\.1"),
    ):
        deliver(smtp(port, security=security, ca_file=certificate), deliveries(1))


@pytest.mark.parametrize("way", ["PLAIN", "LOGIN"])
def test_a_user_is_let_in_by_the_password(way: str, certificate: Path) -> None:
    other = {"PLAIN": "LOGIN", "LOGIN": "PLAIN"}[way]
    options = {
        **options_for(Security.STARTTLS, certificate),
        "authenticator": lets_in,
        "auth_required": True,
        "auth_exclude_mechanism": [other],
    }
    facts = {"host": "localhost", "security": Security.STARTTLS, "ca_file": certificate}
    with mail_server(**options) as (box, port):
        right = smtp(port, **facts, user="desk", password=PASSWORD)
        assert states(deliver(right, deliveries(2))) == ["sent", "sent"]
        with pytest.raises(DeliveryError) as caught:
            deliver(smtp(port, **facts, user="desk", password="tidy time"), deliveries(1))
    assert len(box.messages) == 2
    assert "does not let the user desk in: 535" in str(caught.value)
    assert str(caught.value).endswith("Check user in [smtp], and DIGEST_SMTP__PASSWORD")
    assert "tidy time" not in repr(caught.value)


def test_a_server_that_lets_nobody_log_in_by_password_is_named(certificate: Path) -> None:
    facts = {"host": "localhost", "security": Security.STARTTLS, "ca_file": certificate}
    other = {"auth_exclude_mechanism": ["PLAIN", "LOGIN"]}
    with (
        mail_server(**options_for(Security.STARTTLS, certificate), **other) as (_, port),
        pytest.raises(DeliveryError, match=r"nobody log in by a password here \(no AUTH\)"),
    ):
        deliver(smtp(port, **facts, user="desk", password=PASSWORD), deliveries(1))


def test_nothing_goes_in_the_clear_where_encryption_was_asked_for() -> None:
    with (
        relaying(FaultyRelay()) as relay,
        pytest.raises(DeliveryError, match=r"offers no encryption \(STARTTLS\)"),
    ):
        deliver(smtp(relay.port, security=Security.STARTTLS), deliveries(1))
    assert [line.split()[0] for line in relay.lines] == ["EHLO"]


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_server_that_breaks_the_encryption_off_is_an_error(security: Security) -> None:
    relay = FaultyRelay(extensions=("STARTTLS",))
    with relaying(relay), pytest.raises(DeliveryError, match="no encryption comes about: "):
        deliver(smtp(relay.port, security=security), deliveries(1))


def test_what_is_said_ahead_of_the_encryption_is_not_believed(certificate: Path) -> None:
    def forestall(line: Any) -> Any:
        return b"220 go on\r\n250-x\r\n250 AUTH PLAIN\r\n" if line.verb == "STARTTLS" else True

    relay = FaultyRelay(forestall, extensions=("STARTTLS",), tls=server_side(certificate))
    facts = {"host": "localhost", "security": Security.STARTTLS, "ca_file": certificate}
    with relaying(relay), pytest.raises(DeliveryError, match="before the encryption began"):
        deliver(smtp(relay.port, **facts), deliveries(1))


def test_a_file_of_certificates_that_is_not_there_is_named(tmp_path: Path) -> None:
    facts = {"security": Security.TLS, "ca_file": tmp_path / "ca.pem"}
    with relaying(FaultyRelay()) as relay, pytest.raises(DeliveryError, match=r"ca\.pem"):
        deliver(smtp(relay.port, **facts), deliveries(1))


def test_messages_are_pipelined_through_encryption_too(certificate: Path) -> None:
    relay = FaultyRelay(extensions=("STARTTLS", "PIPELINING"), tls=server_side(certificate))
    facts = {"host": "localhost", "security": Security.STARTTLS, "ca_file": certificate}
    with relaying(relay):
        assert states(deliver(smtp(relay.port, **facts), deliveries(20))) == ["sent"] * 20
    assert [taken.content for taken in relay.taken] == [one.message for one in deliveries(20)]
