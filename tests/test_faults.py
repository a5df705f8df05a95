"""What faulty hosts, and a kill in the middle, may cost: their own articles, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import itertools
import math
import re
import sqlite3
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from configured import DIGEST
from faulty_hosts import FAULTS, ITEMS, Hosts
from fiction import CUTOFF
from publication import newsroom_of

from digest.http import Client
from digest.http.client import MAX_REDIRECTS
from digest.http.pacing import MAX_CONNECTIONS
from digest.pulling import PullReport, pull
from digest.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ALLOW = ("127.0.0.0/8",)
CENTURY = dt.timedelta(days=36_500)


def write_sources(root: Path, urls: list[str]) -> Path:
    """Write a publication that reads these feeds, on loopback, and give its configuration."""
    config = root / "config"
    (config / "editions").mkdir(parents=True)
    http = f'[http]\nallow = ["{ALLOW[0]}"]\n'
    (config / "digest.toml").write_text(DIGEST + http, "utf-8")
    sources = "".join(
        f'[[sources]]\nuse = "feed"\nurl = "{url}"\nsection = "World"\n' for url in urls
    )
    edition = f'title = "The Daily Courier"\n{sources}[[sections]]\ntitle = "World"\n'
    (config / "editions/daily.toml").write_text(edition, "utf-8")
    return config


def expected_guids(hosts: Hosts) -> Counter[str]:
    return Counter(f"harbour{n}-{i}" for n in hosts.healthy.values() for i in range(ITEMS))


# ---------------------------------------------------------------- a third of all hosts is faulty


async def pull_all(root: Path, hosts: Hosts, client: Client) -> tuple[PullReport, float]:
    with newsroom_of(write_sources(root, hosts.urls)) as newsroom:
        async with client as http:
            begun = time.monotonic()
            report = await pull(newsroom, http, CUTOFF)
            return report, time.monotonic() - begun


def budget_s(hosts: Hosts, *, total_s: float, spacing_s: float, healthy_s: float) -> float:
    """How long a pull may take.

    Only hosts that wait take the whole time-out, and as many as there are connections wait at the
    same time; a circle of redirects takes its turns apart; `healthy_s` is for each healthy feed's
    parsing and storing.
    """
    waiting = sum(fault.waits for fault in hosts.faulty.values())
    waves = math.ceil(waiting / MAX_CONNECTIONS)
    return waves * total_s + MAX_REDIRECTS * spacing_s + len(hosts.healthy) * healthy_s


def check_faults(root: Path, hosts: Hosts, report: PullReport) -> None:
    """Every healthy feed is stored; every faulty one's error names the source and the reason."""
    results = {result.source: result for result in report.sources}
    assert {source for source, result in results.items() if not result.error} == set(hosts.healthy)
    misnamed = [
        f"{fault.name}: {results[url].error}"
        for url, fault in hosts.faulty.items()
        if not (results[url].error.startswith(url) and re.search(fault.told, results[url].error))
    ]
    assert not misnamed
    assert stored_guids(root) == expected_guids(hosts)


def stored_guids(root: Path) -> Counter[str]:
    with Store.open(f"sqlite:///{root / 'digest.db'}") as store:
        sources = list(store.source_states())
        articles = store.articles(sources, CUTOFF - CENTURY, CUTOFF + CENTURY)
    return Counter(article.guid for article in articles)


def test_every_fault_is_told_and_costs_the_healthy_feeds_nothing(tmp_path: Path) -> None:
    total_s, spacing_s = 4, 0.1

    async def run() -> None:
        client = Client(
            contact="desk@courier.example",
            allow=ALLOW,
            connect_s=2,
            read_s=3,
            total_s=total_s,
            spacing_s=spacing_s,
            max_body=1024 * 1024,
        )
        async with Hosts(count=2 * len(FAULTS), faults=FAULTS) as hosts:
            report, took_s = await pull_all(tmp_path, hosts, client)
            check_faults(tmp_path, hosts, report)
            limit_s = budget_s(hosts, total_s=total_s, spacing_s=spacing_s, healthy_s=0.1)
            assert took_s < limit_s

    asyncio.run(run())


@pytest.mark.soak
def test_500_hosts_of_which_a_third_fail_are_pulled_within_the_time_outs(tmp_path: Path) -> None:
    async def run() -> None:
        faults = tuple(itertools.islice(itertools.cycle(FAULTS), 166))
        async with Hosts(count=334, faults=faults) as hosts:
            client = Client(contact="desk@courier.example", allow=ALLOW)
            report, took_s = await pull_all(tmp_path, hosts, client)
            check_faults(tmp_path, hosts, report)
            assert took_s < budget_s(hosts, total_s=20, spacing_s=1, healthy_s=0.05)

    asyncio.run(run())


# ---------------------------------------------------------------- kill -9


async def pull_until(root: Path, moment: Callable[[], bool]) -> None:
    """Run `digest pull`; kill -9 as soon as `moment` has come, unless it was quicker."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "digest", "pull", cwd=root, stdout=DEVNULL, stderr=DEVNULL
    )
    while process.returncode is None and not moment():  # noqa: ASYNC110  a file tells no event
        await asyncio.sleep(0.005)
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def pull_to_the_end(root: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "digest", "pull", cwd=root, stdout=DEVNULL, stderr=PIPE
    )
    _, told = await process.communicate()
    assert process.returncode == 0, told.decode()


def count_stored(root: Path) -> int:
    """Count articles beside a running pull: 0 as long as there is no store."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{root}/digest.db?mode=ro", uri=True)) as db:
            (count,) = db.execute("SELECT count(*) FROM articles").fetchone()
            return int(count)
    except sqlite3.OperationalError:
        return 0


async def kill_and_pull_again(root: Path, hosts: Hosts, moment: Callable[[], bool]) -> int:
    """Kill a pull, then pull to the end; give how many articles the killed one had stored."""
    write_sources(root, hosts.urls)
    await pull_until(root, moment)
    before = stored_guids(root)
    await pull_to_the_end(root)
    after = stored_guids(root)
    assert before <= after
    assert after == expected_guids(hosts)
    return before.total()


def test_a_pull_that_is_killed_loses_no_article_and_stores_none_twice(tmp_path: Path) -> None:
    async def run() -> None:
        async with Hosts(count=60, stagger_s=0.02) as hosts:
            stored = await kill_and_pull_again(
                tmp_path, hosts, lambda: count_stored(tmp_path) >= 3 * ITEMS
            )
            assert 0 < stored < 60 * ITEMS, "the kill was not in the middle"

    asyncio.run(run())


@pytest.mark.soak
def test_a_pull_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    async def stored_when_killed(after_s: float) -> int:
        root = tmp_path / str(after_s)
        async with Hosts(count=200, stagger_s=0.01) as hosts:
            clock = asyncio.get_running_loop().time
            end = clock() + after_s
            return await kill_and_pull_again(root, hosts, lambda: clock() > end)

    # From before its first import to after its end.
    stored = [asyncio.run(stored_when_killed(tenths / 10)) for tenths in range(2, 50, 4)]
    assert any(0 < number < 200 * ITEMS for number in stored), "no kill was in the middle"
