"""SpamAssassin judges the message of every issue of the matrix."""

from __future__ import annotations

import functools

from messages import messages
from oracles.spam import Verdict, verdicts

MAX_POINTS = 2.0
LARGE = 1.0

# Rules of a point or more that an honest issue may meet, each with its reason. None does so far.
LISTED: dict[str, str] = {}

SWINDLE = (
    b"From: Prince <prince@nowhere.example>\r\nTo: undisclosed\r\n"
    b"Subject: VIAGRA!!! FREE MONEY 100% GUARANTEED\r\n\r\n"
    b"Dear friend, claim your inheritance of USD 25,000,000 million dollars. Viagra.\r\n"
)


@functools.cache
def judged() -> dict[str, Verdict]:
    return verdicts({**messages(), "swindle": SWINDLE})


def test_no_issue_has_two_points_or_meets_an_unlisted_rule_of_one() -> None:
    for name in messages():
        verdict = judged()[name]
        assert verdict.points < MAX_POINTS, (name, verdict)
        large = {rule for rule, score in verdict.rules.items() if score >= LARGE}
        assert large <= LISTED.keys(), (name, verdict)


def test_it_was_really_asked() -> None:
    assert judged()["swindle"].points > 5
    assert all("HTML_MESSAGE" in judged()[name].rules for name in messages())
