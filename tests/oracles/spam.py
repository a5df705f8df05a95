"""SpamAssassin with its own rules alone: no network, no learning."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracles.tools import program

if TYPE_CHECKING:
    from collections.abc import Mapping

# It judges in an order of its own, so that each message carries its name through.
SETTINGS = ("use_bayes 0", "add_header all Points _HEADER(X-Case)_ _SCORE_ _TESTSSCORES( )_")
POINTS = re.compile(r"^X-Spam-Points: (.*(?:\n[ \t].*)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The points of a message in all, and of each rule that it met."""

    points: float
    rules: dict[str, float]


def verdicts(messages: Mapping[str, bytes]) -> dict[str, Verdict]:
    """Judge messages, in one process: most of its time goes into reading the rules."""
    done = subprocess.run(
        [
            program("spamassassin"),
            *("--local", "--test-mode", "--nocreate-prefs", "--mbox"),
            *(f"--cf={setting}" for setting in SETTINGS),
        ],
        input=b"".join(_in_mailbox(name, message) for name, message in messages.items()),
        capture_output=True,
        check=True,
        timeout=300,
    )
    told = POINTS.findall(done.stdout.decode("utf-8", "replace"))
    found = dict(map(_read, told))
    assert found.keys() == messages.keys(), done.stderr.decode()[:1000]
    return found


def _in_mailbox(name: str, message: bytes) -> bytes:
    """Write a message into a mailbox, in which a line that begins with From begins another."""
    quoted = re.sub(rb"^(>*From )", rb">\1", message.replace(b"\r\n", b"\n"), flags=re.MULTILINE)
    opening = f"From daily@courier.example Mon Nov 23 06:30:00 2026\nX-Case: {name}\n"
    return opening.encode() + quoted + b"\n"


def _read(told: str) -> tuple[str, Verdict]:
    name, points, *rules = told.split()
    pairs = (rule.split("=") for rule in rules)
    return name, Verdict(float(points), {rule: float(score) for rule, score in pairs})
