"""SpamAssassin judges the message of every issue of the matrix, as its subscribers get it."""

from __future__ import annotations

import functools
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from courier import DATE
from messages import messages
from oracles.spam import Verdict, verdicts
from publication import newsroom_of, write_publication

from digest.composing import Composer
from digest.ledger import Claim
from digest.outgoing import Subscriber
from digest.signing import DkimKey, signer
from digest.variants import WHOLE

MAX_POINTS = 2.0
LARGE = 1.0

# Rules of a point or more that an honest issue may meet, each with its reason. None does so far.
LISTED: dict[str, str] = {}

SWINDLE = (
    b"From: Prince <prince@nowhere.example>\r\nTo: undisclosed\r\n"
    b"Subject: VIAGRA!!! FREE MONEY 100% GUARANTEED\r\n\r\n"
    b"Dear friend, claim your inheritance of USD 25,000,000 million dollars. Viagra.\r\n"
)


READER = Subscriber(address="ada@home.example", name="Ada Lovelace")


@functools.cache
def composed() -> dict[str, bytes]:
    """Give each message as a subscriber gets it: with links of their own, unsigned and signed."""
    with tempfile.TemporaryDirectory() as root:
        file = Path(root) / "dkim.pem"
        subprocess.run(["openssl", "genrsa", "-out", file, "2048"], check=True, timeout=60)
        sign = signer(DkimKey(domain="courier.example", selector="s", file=file))
        with newsroom_of(write_publication(Path(root))) as newsroom:
            sending = replace(
                newsroom,
                publication=replace(newsroom.publication, web_url="https://news.courier.example"),
                bounce_address="bounces@courier.example",
            )
            mark = newsroom.store.mark(READER.address)
            claim = Claim(id=1, subscriber=READER, mark=mark, attempts=1)
            unsigned = {
                name: Composer(sending, DATE, {WHOLE: message}).compose(claim).message
                for name, message in messages().items()
            }
    return unsigned | {f"{name}-signed": sign(message) for name, message in unsigned.items()}


@functools.cache
def judged() -> dict[str, Verdict]:
    return verdicts({**composed(), "swindle": SWINDLE})


def test_no_issue_has_two_points_or_meets_an_unlisted_rule_of_one() -> None:
    for name, message in composed().items():
        assert b"List-Unsubscribe: <https://news.courier.example/" in message
        assert b"\r\n <mailto:bounces+" in message
        assert message.startswith(b"DKIM-Signature: ") == name.endswith("-signed")
        verdict = judged()[name]
        assert verdict.points < MAX_POINTS, (name, verdict)
        large = {rule for rule, score in verdict.rules.items() if score >= LARGE}
        assert large <= LISTED.keys(), (name, verdict)


def test_it_was_really_asked() -> None:
    assert judged()["swindle"].points > 5
    assert all("HTML_MESSAGE" in judged()[name].rules for name in composed())
