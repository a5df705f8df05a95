"""A week of pulls before a server that scores its readers."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from configured import DIGEST, publication
from loopback import visitor
from publication import newsroom_of
from scoring_server import CHECKS, FEEDS, ScoringServer

from digest.pulling import pull

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

BEGAN = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)
EVERY = dt.timedelta(minutes=30)  # twice as often as a feed may be asked
RESTART_EVERY = 25  # pulls


def edition_of(urls: Sequence[str]) -> str:
    sources = "".join(
        f'[[sources]]\nuse = "feed"\nurl = "{url}"\nowner = "o{n}"\n' for n, url in enumerate(urls)
    )
    return f'title = "The Daily Courier"\n{sources}[[sections]]\ntitle = "World"\n'


async def read_for_a_week(server: ScoringServer, config: Path) -> int:
    """Pull again and again, with a restart now and then; give how often a source failed."""
    failures = 0
    pulls = 7 * dt.timedelta(days=1) // EVERY
    for first in range(0, pulls, RESTART_EVERY):
        with newsroom_of(config) as newsroom:
            clocked = replace(newsroom, clock=lambda: server.now)
            for number in range(first, min(first + RESTART_EVERY, pulls)):
                server.now = BEGAN + number * EVERY
                async with visitor() as http:
                    report = await pull(clocked, http, server.now)
                failures += sum(bool(result.error) for result in report.sources)
        server.restarted()
    return failures


def test_a_week_of_pulls_passes_all_twelve_checks(tmp_path: Path) -> None:
    async def run() -> tuple[dict[str, str], int, int]:
        async with ScoringServer(now=BEGAN) as server:
            config = publication(tmp_path, DIGEST, edition_of(server.urls))
            failures = await read_for_a_week(server, config)
            return server.report(), len(server.requests), failures

    report, requests, failures = asyncio.run(run())
    assert report == dict.fromkeys(CHECKS, "")
    assert requests > len(FEEDS) * 40  # nobody is polite who does not come
    assert failures > 0  # the server had its bad hours
