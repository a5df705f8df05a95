"""The `[smtp]` table: what it means, and what is wrong with it, in an editor's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from configured import DIGEST, EDITION, load, publication, refusal

from digest.app import make_plugs
from digest.delivery.maildir import Maildir
from digest.delivery.smtp import Smtp
from digest.relay import DomainLimit, Relay, Security
from digest.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

BY_SMTP = EDITION + '\n[delivery]\nuse = "smtp"\n'
LOGIN = {"DIGEST_SMTP__USER": "desk", "DIGEST_SMTP__PASSWORD": "tide & time"}


def test_a_host_is_all_that_is_needed(tmp_path: Path) -> None:
    config = publication(tmp_path, DIGEST + '[smtp]\nhost = "smtp.courier.example"\n', BY_SMTP)
    assert load(config).relay == Relay(
        host="smtp.courier.example", port=587, security=Security.STARTTLS
    )


def test_every_key_of_the_table_reaches_the_mail_server(tmp_path: Path) -> None:
    table = """
    [smtp]
    host = "192.0.2.7"
    port = 2525
    security = "tls"
    ca_file = "config/ca.pem"
    user = "desk"
    connections = 8
    messages_per_connection = 50
    timeout_s = 7.5
    [[smtp.limits]]
    domain = "Gmail.com"
    connections = 2
    per_minute = 600
    """
    config = publication(tmp_path, DIGEST + table.replace("\n    ", "\n"), BY_SMTP)
    configuration = load(config, DIGEST_SMTP__PASSWORD="tide & time")
    assert configuration.relay == Relay(
        host="192.0.2.7",
        port=2525,
        security=Security.TLS,
        user="desk",
        ca_file=tmp_path / "config/ca.pem",
        connections=8,
        messages_per_connection=50,
        timeout_s=7.5,
        limits=(DomainLimit(domain="gmail.com", connections=2, per_minute=600),),
    )
    assert configuration.secrets["smtp_password"] == "tide & time"
    assert "tide" not in repr(configuration)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_follows_the_encryption(tmp_path: Path, security: str, port: int) -> None:
    table = f'[smtp]\nhost = "mail.local"\nsecurity = "{security}"\n'
    relay = load(publication(tmp_path, DIGEST + table)).relay
    assert relay is not None
    assert relay.port == port


def test_numbers_may_stand_in_the_environment(tmp_path: Path) -> None:
    variables = {
        "DIGEST_SMTP__HOST": "mail.local",
        "DIGEST_SMTP__PORT": "2525",
        "DIGEST_SMTP__TIMEOUT_S": "2.5",
    }
    relay = load(publication(tmp_path, edition=BY_SMTP), **variables).relay
    assert relay is not None
    assert (relay.host, relay.port, relay.timeout_s) == ("mail.local", 2525, 2.5)


def test_what_is_no_number_in_the_environment_is_told_with_its_variable(tmp_path: Path) -> None:
    told = refusal(publication(tmp_path), DIGEST_SMTP__HOST="m.local", DIGEST_SMTP__PORT="smtp")
    assert told.startswith("environment variable DIGEST_SMTP__PORT: smtp.port must be a whole")


def test_an_edition_that_leaves_by_no_server_is_refused(tmp_path: Path) -> None:
    assert refusal(publication(tmp_path, edition=BY_SMTP)) == (
        'the edition daily: use = "smtp" in [delivery] needs a mail server. '
        "Set host in [smtp] of digest.toml"
    )


@pytest.mark.parametrize(
    ("table", "environ", "told"),
    [
        ('user = "desk"', {}, "smtp.user needs a password. Set DIGEST_SMTP__PASSWORD"),
        (
            "",
            {"DIGEST_SMTP__PASSWORD": "x"},
            "environment variable DIGEST_SMTP__PASSWORD: smtp.password is there, and nobody",
        ),
        ('security = "none"', LOGIN, 'smtp.security must not be "none" where somebody logs in'),
        ('password = "x"', {}, "smtp.password must not stand in this file, which is not secret"),
        ('security = "ssl"', {}, "smtp.security must be"),
        ('host = "smtp://mail"', {}, "smtp.host must be a server's name or its address"),
        ("connections = 0", {}, "smtp.connections must be at least 1"),
        ("timeout_s = 0", {}, "smtp.timeout_s must be above 0"),
        ("port = 70000", {}, "smtp.port must be at most 65535"),
        ("prot = 25", {}, 'Did you mean "port"?'),
        ("[[smtp.limits]]\nconnections = 1", {}, "smtp.limits[1].domain is missing"),
        ('[[smtp.limits]]\ndomain = "gmail"', {}, "must be the domain of addresses, in ASCII"),
        ('[[smtp.limits]]\ndomain = "a.example"', {}, "smtp.limits[1] limits nothing"),
        (
            '[[smtp.limits]]\ndomain = "a.example"\nper_minute = 1\n' * 2,
            {},
            "smtp.limits[2].domain is the domain of smtp.limits[1] too",
        ),
    ],
)
def test_what_is_wrong_with_the_table_is_told(
    tmp_path: Path, table: str, environ: dict[str, str], told: str
) -> None:
    host = "" if "host" in table else 'host = "mail.local"\n'
    config = publication(tmp_path, f"{DIGEST}[smtp]\n{host}{table}\n")
    assert told in refusal(config, **environ)


def test_a_maildir_needs_its_folder_and_nothing_else_takes_one(tmp_path: Path) -> None:
    maildir = f'{EDITION}\n[delivery]\nuse = "maildir"\n'
    assert "delivery.path is missing" in refusal(publication(tmp_path, edition=maildir))
    told = refusal(publication(tmp_path, edition=f'{BY_SMTP}path = "mail"\n'))
    assert 'delivery.path does not belong to use = "smtp"' in told


@pytest.mark.parametrize(
    ("use", "kind"), [('use = "smtp"', Smtp), ('use = "maildir"\npath = "mail"', Maildir)]
)
def test_each_becomes_its_deliverer(tmp_path: Path, use: str, kind: type) -> None:
    table = '[smtp]\nhost = "mail.local"\nconnections = 3\n'
    edition = f"{EDITION}\n[delivery]\n{use}\n"
    configuration = load(publication(tmp_path, DIGEST + table, edition))
    with Sandbox() as sandbox:
        plugs = make_plugs(configuration, configuration.editions["daily"], sandbox)
    deliverer = plugs["deliverer"]
    assert isinstance(deliverer, Smtp | Maildir)
    assert type(deliverer) is kind
    assert deliverer.connections == (3 if kind is Smtp else 1)
