"""How near to the wire's speed a mail server is handed messages of 60 kB, beside what others do.

    python benchmarks/delivery.py [messages]

The limit is Postfix's own pair, `smtp-source` writing to `smtp-sink`, which make no message and
read none; figures are comparable within one run only. Then the same with a server whose every
answer comes 20 ms later, as from another city.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import smtplib
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from digest.delivery.smtp import Smtp
from digest.outgoing import Delivery, Subscriber
from digest.relay import Relay, Security

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from faulty_relay import FaultyRelay, relaying
from sinks import PROGRAM, sink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MESSAGES = int(sys.argv[1]) if len(sys.argv) > 1 else 4_000
FAR_MESSAGES = 100
ROUNDS = 3
SOURCE = str(Path(PROGRAM or "").with_name("smtp-source")) if PROGRAM else ""
SENDER = "daily@courier.example"
LINE = b"The barrier closed at four, and the ferries went on =E2=80=94 until six.\r\n"
BODY = b"Subject: Thames\r\n\r\n" + LINE * (60_000 // len(LINE))


def batch(count: int) -> list[Delivery]:
    return [
        Delivery(
            edition="daily",
            date=dt.date(2026, 11, 23),
            subscriber=Subscriber(address=f"reader{number}@home.example"),
            message=BODY,
            return_path=f"bounce+{number}@courier.example",
        )
        for number in range(count)
    ]


def by_source(port: int, count: int, connections: int) -> None:
    subprocess.run(
        [SOURCE, "-s", str(connections), "-m", str(count), "-l", str(len(BODY)),
         "-f", SENDER, "-t", "reader@home.example", f"127.0.0.1:{port}"],
        check=True,
    )  # fmt: skip


def by_digest(port: int, count: int, connections: int) -> None:
    relay = Relay(
        host="127.0.0.1", port=port, security=Security.NONE, messages_per_connection=100_000
    )
    deliverer = Smtp(relay=relay, smtp_password="", sender=SENDER)

    def work(part: list[Delivery]) -> None:
        with deliverer.open() as session:
            outcomes = list(session.send(part, lambda _: None))
        assert all(outcome.state == "sent" for outcome in outcomes)

    everything = batch(count)
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(work, [everything[first::connections] for first in range(connections)]))


def by_smtplib(port: int, count: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for one in batch(count):
            client.sendmail(one.return_path, [one.subscriber.address], one.message)


def by_aiosmtplib(port: int, count: int, connections: int) -> None:
    import aiosmtplib

    async def work(part: list[Delivery]) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            for one in part:
                await client.sendmail(one.return_path, [one.subscriber.address], one.message)

    async def together() -> None:
        everything = batch(count)
        parts = [everything[first::connections] for first in range(connections)]
        await asyncio.gather(*map(work, parts))

    asyncio.run(together())


def rate(count: int, work: Callable[[], None]) -> float:
    """Messages a second."""
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def near() -> None:
    """On loopback, in turns, so that the machine's moods are everybody's."""
    with sink() as port:
        ways: dict[str, Callable[[], None]] = {
            "smtp-source -s 4": lambda: by_source(port, MESSAGES, 4),
            "smtp-source -s 1": lambda: by_source(port, MESSAGES, 1),
            "digest, 4 connections": lambda: by_digest(port, MESSAGES, 4),
            "digest, 1 connection": lambda: by_digest(port, MESSAGES, 1),
            "smtplib.sendmail, 1 reused": lambda: by_smtplib(port, MESSAGES),
        }
        try:
            import aiosmtplib  # noqa: F401  a peer that need not be there

            ways["aiosmtplib, 4 reused"] = lambda: by_aiosmtplib(port, MESSAGES, 4)
        except ImportError:
            print("aiosmtplib is not installed: pip install 'digest-newsletter[bench]'")
        rounds = [{name: rate(MESSAGES, way) for name, way in ways.items()} for _ in range(ROUNDS)]
    print(f"{MESSAGES} messages of {len(BODY)} bytes, median of {ROUNDS}, {os.cpu_count()} cores")
    for name in ways:
        middle = statistics.median(one[name] for one in rounds)
        ratio = statistics.median(one[name] / one["smtp-source -s 4"] for one in rounds)
        print(f"{name:28} {middle:7.0f}/s  {ratio:5.2f}")


@contextmanager
def far() -> Iterator[int]:
    with relaying(FaultyRelay(delay_s=0.02)) as relay:
        yield relay.port


def main() -> None:
    if PROGRAM:
        near()
    else:
        print("smtp-sink and smtp-source are not installed: run .ci/oracles")
    with far() as port:
        ours = rate(FAR_MESSAGES, lambda: by_digest(port, FAR_MESSAGES, 1))
        theirs = rate(FAR_MESSAGES, lambda: by_smtplib(port, FAR_MESSAGES))
    print(
        f"answers 20 ms away, a connection: digest {ours:.1f}/s, sendmail {theirs:.1f}/s,", end=""
    )
    print(f" {ours / theirs:.1f} times")


if __name__ == "__main__":
    main()
