"""Emails that are signed: what a server received verifies, what was changed on the way does not."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import dkim
import pytest
from configured import DIGEST, load, publication, refusal
from faulty_relay import FaultyRelay, relaying
from hypothesis import given, settings
from hypothesis import strategies as st
from mailing import write_mailing
from messages import MORNING
from posts import delivery
from publication import AT, digest, facts
from sinks import needs_sink, sink, taken

from digest.delivery.envelopes import content
from digest.errors import ConfigError
from digest.mime import compile_message
from digest.outgoing import Email
from digest.signing import MAX_DOMAIN, MIN_BITS, DkimKey, signer

GUIDE = (Path(__file__).parent.parent / "docs/delivery.md").read_text("utf-8")
TABLE = re.findall(r"```toml\n# config/digest.toml\n(\[dkim\].*?)```", GUIDE, re.DOTALL)[0]
# What the guide tells people to type, by the kind of key.
KINDS = dict(
    zip(("rsa", "ed25519"), re.findall(r" *```sh\n(.*?)```", GUIDE, re.DOTALL), strict=True)
)
NAMES = ("Ada", "Ångström, É.", '.dotted "nick" name', "x" * 120, "")
MAX_LINE = 998

Key = tuple[DkimKey, bytes]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
DOTTED = st.lists(st.sampled_from([".", "..", ".x", "x .", " ", "", "é"]), max_size=9).map(
    "\n".join
)


def make_key(kind: str, root: Path) -> bytes:
    """Do as the guide says, and give the record that it says to publish."""
    (root / "config/secrets").mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["sh", "-c", KINDS[kind]], cwd=root, check=True, capture_output=True, timeout=60
    )
    return done.stdout.strip()


@pytest.fixture(scope="module", params=KINDS)
def key(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Key:
    """Give a key of each kind, and its record."""
    root = tmp_path_factory.mktemp("key")
    record = make_key(request.param, root)
    file = root / "config/secrets/dkim.pem"
    return DkimKey(domain="courier.example", selector="digest2026", file=file), record


def verifies(
    message: bytes, record: bytes, selector: str = "digest2026", domain: str = "courier.example"
) -> bool:
    """Whether a receiver accepts the signature, to whom the DNS gives the one record."""
    records = {f"{selector}._domainkey.{domain}.".encode(): record}

    def look_up(name: bytes, timeout: float) -> bytes | None:
        return records.get(name)

    return bool(dkim.verify(message, dnsfunc=look_up, minkey=MIN_BITS))


def signature(message: bytes) -> dict[str, str]:
    """Give the tags of the one signature (RFC 6376 §3.5)."""
    (header,) = message_from_bytes(message, policy=default).get_all("DKIM-Signature", [])
    tags = (tag.split("=", 1) for tag in str(header).split(";"))
    return {name.strip(): re.sub(r"\s", "", value) for name, value in tags}


def compiled(email: Email, sender: str = "The London Courier") -> bytes:
    return compile_message(
        email,
        sender=f"{sender} <daily@courier.example>",
        to="reader@home.example",
        date=MORNING,
        message_id="<20261123.1f0e@courier.example>",
        list_id="The Daily Courier <daily.courier.example>",
        unsubscribe="https://news.courier.example/u/1f0e",
        feedback_id="20261123:daily:digest:courier-example",
    )


PLAIN = compiled(Email(subject="Ferries", preheader="", html="<p>", text="Ferries.", language="en"))


# ---------------------------------------------------------------- on the wire


@needs_sink
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_mail_server_received_of_a_send_verifies(tmp_path: Path, kind: str) -> None:
    root, box = tmp_path / "paper", tmp_path / "box"
    box.mkdir()
    with sink(folder=box) as port:
        table = f'[bounces]\naddress = "bounces@courier.example"\n{TABLE}'
        write_mailing(root, port, more=table, names=NAMES)
        record = make_key(kind, root)
        digest(root, "run", "--at", AT)
    received = {address: message for address, (_, message) in taken(box).items()}
    assert len(received) == 1 + len(NAMES), "the publication's own copy, and each subscriber's"
    for message in received.values():
        assert verifies(message, record)
        assert max(map(len, message.split(b"\r\n"))) <= MAX_LINE
    whole = (root / "out/daily/2026-11-23/message.eml").read_bytes()
    own = received["daily@courier.example"]
    assert own.startswith(b"DKIM-Signature: v=1; a=%s-sha256;" % kind.encode())
    assert own.endswith(b"\r\n" + whole)
    assert facts(root, "status")["issues"][0]["state"] == "sent"


def test_a_test_is_signed_too_and_without_the_table_nothing_is(tmp_path: Path) -> None:
    with relaying(FaultyRelay()) as relay:
        config = write_mailing(tmp_path, relay.port, names=("Ada",))
        record = make_key("rsa", tmp_path)
        digest(tmp_path, "run", "--at", AT)
        assert not [one for one in relay.taken if b"DKIM-Signature" in one.content]
        with (config / "digest.toml").open("a", encoding="utf-8") as file:
            file.write(TABLE)
        digest(tmp_path, "send", "2026-11-23", "--test", "editor@home.example")
    assert relay.taken[-1].recipients == ("editor@home.example",)
    assert verifies(relay.taken[-1].content, record)


# ---------------------------------------------------------------- the signature


@settings(max_examples=25, deadline=None)
@given(subject=TEXTS, name=TEXTS, text=TEXTS | DOTTED, html=TEXTS | DOTTED)
def test_any_email_verifies_after_its_dots_were_stuffed(
    key: Key, subject: str, name: str, text: str, html: str
) -> None:
    email = Email(subject=subject, preheader="", html=html, text=text, language="en")
    message = compiled(email, name.replace("<", "(").replace("@", "(at)"))
    signed = signer(key[0])(message)
    assert signed.endswith(b"\r\n" + message)
    lines = content(delivery(message=signed)).removesuffix(b"\r\n.\r\n").split(b"\r\n")
    arrived = b"".join(line.removeprefix(b".") + b"\r\n" for line in lines)
    assert arrived == signed
    assert verifies(arrived, key[1])


def test_it_is_of_all_that_readers_see_and_programs_act_on(key: Key) -> None:
    signed = signer(key[0])(PLAIN)
    tags = signature(signed)
    covered = tags["h"].split(":")
    present = {name.lower() for name, _ in message_from_bytes(PLAIN).items()}
    assert present == set(covered)
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= present, "RFC 8058 §4"
    assert covered.count("from") == 2
    assert (tags["d"], tags["s"], tags["c"]) == ("courier.example", "digest2026", "relaxed/simple")
    assert "l" not in tags, "nothing can be added to the body"
    assert all(len(line) <= 78 for line in signed.removesuffix(PLAIN).split(b"\r\n"))
    assert not re.search(rb"(?<!\r)\n", signed)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"Ferries.", b"Barges.."),
        (b"https://news.courier.example/u/1f0e", b"https://news.courier.example/u/1f0f"),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        (b"To: reader@", b"To: another@"),
        (b"From: The London Courier", b"From: The Boss <a@b.example>\r\nFrom: The London Courier"),
        (b"Subject: ", b"Subject: You won\r\nSubject: "),
        (b"--\r\n", b"--\r\nBuy pills\r\n"),
    ],
)
def test_whatever_is_changed_or_added_on_the_way_breaks_it(
    key: Key, was: bytes, becomes: bytes
) -> None:
    signed = signer(key[0])(PLAIN)
    assert verifies(signed, key[1])
    assert was in signed
    assert not verifies(signed.replace(was, becomes), key[1])


def test_the_key_of_another_does_not_verify_it(key: Key, tmp_path: Path) -> None:
    kind = "rsa" if b"k=rsa" in key[1] else "ed25519"
    assert not verifies(signer(key[0])(PLAIN), make_key(kind, tmp_path))


def test_a_domain_beyond_ascii_is_written_as_the_dns_has_it(key: Key) -> None:
    named = DkimKey(domain="bücher.example", selector="s", file=key[0].file)
    assert signature(signer(named)(PLAIN))["d"] == "xn--bcher-kva.example"


@pytest.mark.parametrize("domain", ["", "a..example", f"{'a.' * 40}example"])
def test_a_domain_that_cannot_stand_in_a_signature_is_refused(key: Key, domain: str) -> None:
    with pytest.raises(ConfigError, match="cannot stand in a signature"):
        signer(DkimKey(domain=domain, selector="s", file=key[0].file))


def test_the_longest_names_are_not_torn(key: Key) -> None:
    domain, selector = f"{'a' * (MAX_DOMAIN - len('.example'))}.example", "s" * 63
    signed = signer(DkimKey(domain=domain, selector=selector, file=key[0].file))(PLAIN)
    assert f" d={domain};".encode() in signed
    assert f" s={selector};".encode() in signed
    assert verifies(signed, key[1], selector, domain)


def test_older_and_bundled_files_of_keys_are_read_too(key: Key, tmp_path: Path) -> None:
    pem = key[0].file.read_bytes()
    file = tmp_path / "dkim.pem"
    others = [b"-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n" + pem]
    others.append(pem.replace(b"\n", b"\r\n"))
    if b"k=rsa" in key[1]:
        others.append(openssl("rsa", "-traditional", "-in", str(key[0].file)))
    for each in others:
        file.write_bytes(each)
        signed = signer(DkimKey(domain="courier.example", selector="digest2026", file=file))(PLAIN)
        assert verifies(signed, key[1])


# ---------------------------------------------------------------- what is no key


def openssl(*arguments: str) -> bytes:
    done = subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)
    return done.stdout


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("genrsa 1024", "has 1024 bits, and 2048 are the least"),
        ("genrsa -aes128 -passout pass:tide -traditional 2048", "is no private key in PEM, or has"),
        ("genpkey -algorithm ed25519 -aes128 -pass pass:tide", "is no private key in PEM, or has"),
        ("genpkey -algorithm ed448", "is neither RSA nor Ed25519"),
        ("genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256", "is neither RSA nor Ed25519"),
    ],
)
def test_what_cannot_sign_is_told_of_before_anything_is_sent(
    tmp_path: Path, command: str, told: str
) -> None:
    file = tmp_path / "dkim.pem"
    file.write_bytes(openssl(*command.split()))
    with pytest.raises(ConfigError) as caught:
        signer(DkimKey(domain="courier.example", selector="s", file=file))
    assert str(caught.value).startswith(f"{file}: the key of [dkim] {told}")
    assert "openssl genrsa -out FILE 2048" in caught.value.hint


@given(st.binary(max_size=80))
def test_no_bytes_bring_the_reader_of_keys_down(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "garbage.pem"
    armoured = base64.b64encode(data)
    for text in (
        data,
        b"-----BEGIN PRIVATE KEY-----\n" + armoured + b"\n-----END PRIVATE KEY-----",
    ):
        file.write_bytes(text)
        with pytest.raises(ConfigError, match="the key of"):
            signer(DkimKey(domain="courier.example", selector="s", file=file))


def test_check_tells_of_a_key_that_is_not_there_and_of_one_that_all_may_read(
    tmp_path: Path,
) -> None:
    config = write_mailing(tmp_path, 25, more=TABLE)
    told = digest(tmp_path, "check", code=2)
    assert "config/secrets/dkim.pem: the key of [dkim] cannot be read (no such file" in told
    digest(tmp_path, "run", "--at", AT, code=2)
    make_key("rsa", tmp_path)
    assert "dkim" not in digest(tmp_path, "check")
    (config / "secrets/dkim.pem").chmod(0o644)
    told = digest(tmp_path, "check")
    assert "may read the key of [dkim]: chmod 600 config/secrets/dkim.pem" in told
    assert "The configuration is sound." in told


def test_without_the_extra_the_way_to_install_it_is_named() -> None:
    code = (
        "import sys, pathlib; sys.modules['dkim'] = None\n"
        "from digest.signing import DkimKey, signer\n"
        "signer(DkimKey(domain='a.example', selector='s', file=pathlib.Path('k')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert "pip install 'digest-newsletter[dkim]'" in done.stderr.splitlines()[-1]


# ---------------------------------------------------------------- the table


def test_the_domain_is_the_senders_unless_another_is_named(tmp_path: Path) -> None:
    key = load(publication(tmp_path, f"{DIGEST}{TABLE}")).dkim
    assert key == DkimKey(
        domain="courier.example",
        selector="digest2026",
        file=tmp_path / "config/secrets/dkim.pem",
    )
    named = load(publication(tmp_path, f'{DIGEST}{TABLE}domain = "Mail.Courier.example"\n')).dkim
    assert named is not None
    assert named.domain == "mail.courier.example"
    assert load(publication(tmp_path)).dkim is None


def test_the_table_may_stand_in_the_environment(tmp_path: Path) -> None:
    variables = {"DIGEST_DKIM__SELECTOR": "s1", "DIGEST_DKIM__KEY_FILE": "/run/dkim.pem"}
    key = load(publication(tmp_path), **variables).dkim
    assert key == DkimKey(domain="courier.example", selector="s1", file=Path("/run/dkim.pem"))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('selector = "s"', "dkim.key_file is missing"),
        ('key_file = "k.pem"', "dkim.selector is missing"),
        ('selector = "s._domainkey. x"\nkey_file = "k"', "dkim.selector must be a name of letters"),
        (f'selector = "{"s" * 64}"\nkey_file = "k"', "dkim.selector must be a name of letters"),
        ('selector = "s"\nkey_file = "k"\ndomain = "courier"', "dkim.domain must be the domain"),
        ('selector = "s"\nkey_file = "k"\nkeyfile = "k"', 'Did you mean "key_file"?'),
    ],
)
def test_what_is_wrong_with_the_table_is_told(tmp_path: Path, table: str, told: str) -> None:
    assert told in refusal(publication(tmp_path, f"{DIGEST}[dkim]\n{table}\n"))
