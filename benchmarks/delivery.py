"""How near to the wire's speed an issue goes to its subscribers, ledger and all; and how it scales.

    python benchmarks/delivery.py [messages]
    python benchmarks/delivery.py --scale [subscribers …]

The limit is Postfix's own pair, `smtp-source` writing to `smtp-sink`: it makes no message, reads
none and notes nothing. Beside it every message of 60 kB is addressed to its reader, noted as it
begins and as it ends, in SQLite. The others keep no ledger: smtplib and aiosmtplib are handed
finished messages, and the naive way renders the issue for each reader. Then the same with a server
whose every answer comes 20 ms later, as from another city. Figures are comparable within one run
only.

With --scale a million subscribers are sent to, in processes of their own whose memory is told, by
a deliverer that takes everything at once: what is measured is the ledger and the composing.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import resource
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import TYPE_CHECKING

from digest.archive import read_issue
from digest.composing import Composer
from digest.delivery.smtp import Smtp
from digest.dispatching import dispatch
from digest.enlisting import enlist
from digest.outgoing import Outcome
from digest.protocols import Limits
from digest.relay import Relay, Security
from digest.rendering import render_issue
from digest.subscriber_lists import SubscriberList, Terms

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from faulty_relay import FaultyRelay, relaying
from fiction import CUTOFF, TODAY
from publication import AT, digest, newsroom_of, write_publication
from sinks import PROGRAM, sink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digest.newsroom import Newsroom
    from digest.outgoing import Delivery

ROUNDS = 3
SIZE = 60_000  # bytes of a message
SIZES = (10_000, 100_000, 1_000_000)
NAIVE, FAR = 20, 100  # messages; a second or two
SENDER = "daily@courier.example"
SOURCE = str(Path(PROGRAM or "").with_name("smtp-source")) if PROGRAM else ""
LINE = b"The barrier closed at four, and the ferries went on =E2=80=94 until six.\r\n"
TERMS = Terms(sections=("News",), zone=dt.UTC, now=CUTOFF, how="the form", by="a benchmark,")


def publish(root: Path, subscribers: int) -> Path:
    """Write a publication with an issue built and so many subscribers; give its configuration."""
    config = write_publication(root)
    with (config / "digest.toml").open("a", encoding="utf-8") as file:
        file.write('[web]\nbase_url = "https://news.courier.example"\n')
    digest(root, "pull", "--at", AT)
    digest(root, "build", "--at", AT)
    people = root / "list.csv"
    with people.open("w", encoding="utf-8") as file:
        file.write("email,name\n")
        file.writelines(f"reader{n}@home.example,Reader {n}\n" for n in range(subscribers))
    with newsroom_of(config) as newsroom, people.open("rb") as file:
        rows = SubscriberList(file, people.name, TERMS).rows()
        enlist(newsroom.store, "daily", rows, dry_run=False)
    return config


@contextmanager
def publication(subscribers: int) -> Iterator[Newsroom]:
    with (
        tempfile.TemporaryDirectory() as folder,
        newsroom_of(publish(Path(folder), subscribers)) as newsroom,
    ):
        yield newsroom


def saved_message(newsroom: Newsroom, size: int) -> bytes:
    """The issue's own message, its text made longer until the whole has so many bytes."""
    message = (newsroom.out / "daily" / TODAY.isoformat() / "message.eml").read_bytes()
    head, mark, body = message.partition(b"Content-Transfer-Encoding: quoted-printable\r\n\r\n")
    return head + mark + LINE * ((size - len(message)) // len(LINE)) + body


class Ways:
    """The ways to hand an issue to a server at a port, each giving messages a second."""

    def __init__(self, newsroom: Newsroom, port: int, count: int) -> None:
        self.newsroom, self.port, self.count = newsroom, port, count
        self.message = saved_message(newsroom, SIZE)

    def ours(self, connections: int) -> float:
        """From the first claim to the last acknowledgement."""
        relay = Relay(
            host="127.0.0.1", port=self.port, security=Security.NONE, connections=connections
        )
        deliverer = Smtp(relay=relay, smtp_password="", sender=SENDER)
        fan_out(self.newsroom)
        start = time.perf_counter()
        sending = replace(self.newsroom, deliverer=deliverer)
        tally = dispatch(sending, TODAY, {"": self.message}, lambda: False)
        took = time.perf_counter() - start
        assert dict(tally.counts) == {"sent": self.count}, tally
        return self.count / took

    def source(self, connections: int) -> float:
        start = time.perf_counter()
        subprocess.run(
            [SOURCE, "-s", str(connections), "-m", str(self.count), "-l", str(SIZE),
             "-f", SENDER, "-t", "reader@home.example", f"127.0.0.1:{self.port}"],
            check=True,
        )  # fmt: skip
        return self.count / (time.perf_counter() - start)

    def finished(self) -> list[Delivery]:
        composer = Composer(self.newsroom, TODAY, {"": self.message})
        fan_out(self.newsroom)
        now = self.newsroom.clock()
        claims = self.newsroom.store.claim(
            "daily", TODAY, "bench", self.count, now=now, until=now + dt.timedelta(hours=1)
        )
        return [composer.compose(claim) for claim in claims]

    def by_smtplib(self) -> float:
        deliveries = self.finished()
        start = time.perf_counter()
        with smtplib.SMTP("127.0.0.1", self.port) as client:
            for one in deliveries:
                client.sendmail(SENDER, [one.subscriber.address], one.message)
        return len(deliveries) / (time.perf_counter() - start)

    def by_aiosmtplib(self) -> float:
        import aiosmtplib

        async def work(part: Sequence[Delivery]) -> None:
            async with aiosmtplib.SMTP(
                hostname="127.0.0.1", port=self.port, start_tls=False
            ) as client:
                for one in part:
                    await client.sendmail(SENDER, [one.subscriber.address], one.message)

        async def together(deliveries: Sequence[Delivery]) -> None:
            await asyncio.gather(*(work(deliveries[first::4]) for first in range(4)))

        deliveries = self.finished()
        start = time.perf_counter()
        asyncio.run(together(deliveries))
        return len(deliveries) / (time.perf_counter() - start)

    def naively(self) -> float:
        """Render the issue and make a message for each reader, as a first program would."""
        issue = read_issue(self.newsroom.out / "daily" / TODAY.isoformat())
        start = time.perf_counter()
        with smtplib.SMTP("127.0.0.1", self.port) as client:
            for number in range(NAIVE):
                message = EmailMessage(policy=SMTP)
                message["From"], message["To"] = SENDER, f"reader{number}@home.example"
                message["Subject"] = "Thames"
                email = render_issue(issue, themes=self.newsroom.themes)
                message.set_content(email.text)
                message.add_alternative(email.html, subtype="html")
                client.send_message(message)
        return NAIVE / (time.perf_counter() - start)


def fan_out(newsroom: Newsroom) -> None:
    newsroom.store.forget_deliveries("daily", TODAY)
    newsroom.store.fan_out("daily", TODAY, newsroom.clock())


def near(count: int) -> None:
    """On loopback, in turns, so that the machine's moods are everybody's."""
    with publication(count) as newsroom, sink() as port:
        ways = Ways(newsroom, port, count)
        named: dict[str, Callable[[], float]] = {
            "smtp-source -s 4": lambda: ways.source(4),
            "digest, 4 connections": lambda: ways.ours(4),
            "digest, 1 connection": lambda: ways.ours(1),
            "smtplib.sendmail, 1 reused": ways.by_smtplib,
            "aiosmtplib, 4 reused": ways.by_aiosmtplib,
            "rendered for each reader": ways.naively,
        }
        rounds = [{name: way() for name, way in named.items()} for _ in range(ROUNDS)]
        size = len(ways.message)
    print(f"{count} messages of {size} bytes, median of {ROUNDS}, {os.cpu_count()} cores")
    for name in named:
        middle = statistics.median(one[name] for one in rounds)
        ratio = statistics.median(one[name] / one["smtp-source -s 4"] for one in rounds)
        print(f"{name:28} {middle:7.0f}/s  {ratio:5.2f}")


def far() -> None:
    """From another city: on one connection, since each waits for its own answers."""
    with publication(FAR) as newsroom, relaying(FaultyRelay(delay_s=0.02)) as relay:
        ways = Ways(newsroom, relay.port, FAR)
        ours, theirs = ways.ours(1), ways.by_smtplib()
    print(
        f"answers 20 ms away, a connection: digest {ours:.1f}/s, sendmail {theirs:.1f}/s,", end=""
    )
    print(f" {ours / theirs:.1f} times")


class Void:
    """A deliverer that takes everything at once."""

    irrevocable = True
    connections = 4
    limits = Limits(max_batch=500)

    @contextmanager
    def open(self) -> Iterator[Void]:
        yield self

    def send(
        self, batch: Sequence[Delivery], begin: Callable[[Delivery], None]
    ) -> Iterator[Outcome]:
        for delivery in batch:
            begin(delivery)
            yield Outcome(delivery=delivery, state="sent")


def send_once(config: Path) -> None:
    """Fan out twice and send, in this process, and print how long it took and what it held."""
    with newsroom_of(config) as newsroom:
        start = time.perf_counter()
        new = newsroom.store.fan_out("daily", TODAY, newsroom.clock())
        fanned = time.perf_counter() - start
        again = newsroom.store.fan_out("daily", TODAY, newsroom.clock())
        message = saved_message(newsroom, SIZE)
        start = time.perf_counter()
        sending = replace(newsroom, deliverer=Void())
        tally = dispatch(sending, TODAY, {"": message}, lambda: False)
        took = time.perf_counter() - start
    assert (dict(tally.counts), again) == ({"sent": new}, 0), (tally, again)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{new:>9,} subscribers: fanned out in {fanned:6.2f} s, again {again} rows; "
        f"sent in {took:7.1f} s, {new / took:5.0f}/s; peak {peak:4.0f} MB",
        flush=True,
    )


def scale(sizes: Sequence[int]) -> None:
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            config = publish(Path(folder), size)
            subprocess.run([sys.executable, __file__, "--send-once", str(config)], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure a send, ledger and all.")
    parser.add_argument("messages", nargs="?", type=int, default=4_000)
    parser.add_argument("--scale", nargs="*", type=int, metavar="SUBSCRIBERS")
    parser.add_argument("--send-once", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.send_once:
        send_once(arguments.send_once)
    elif arguments.scale is not None:
        scale(arguments.scale or SIZES)
    elif PROGRAM:
        near(arguments.messages)
        far()
    else:
        print("smtp-sink and smtp-source are not installed: run .ci/oracles")


if __name__ == "__main__":
    main()
