"""How fast the store takes a pull of 500 feeds, and gives an edition's window.

    python benchmarks/store.py [--million] [--url URL]

Figures are for the machine they were taken on; compare only within one run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from digest.model import Article, Image
from digest.protocols import Pulled
from digest.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
FEEDS = 500
SOURCES = [f"https://feeds.example.org/{number}/rss.xml" for number in range(FEEDS)]
PARAGRAPH = "The council voted on Monday night to close the bridge for a year of repairs. " * 4


def article(source: str, number: int, age: dt.timedelta) -> Article:
    """Make an article of an ordinary size: 2 kB of body, a picture, three categories."""
    return Article(
        source=source,
        guid=f"{source}#{number}",
        url=f"{source}/{number}.html",
        title=f"Bridge to close for a year of repairs, part {number}",
        summary=PARAGRAPH,
        body=(PARAGRAPH,) * 6,
        authors=("A. Writer",),
        published=NOW - age,
        first_seen=NOW - age,
        categories=("World", "Transport", "London"),
        image=Image(url=f"{source}/{number}.jpg", alt="A bridge", width=1200, height=800),
        comments=12,
        language="en",
    )


def pulls(articles: int, days: float) -> Iterator[tuple[str, Pulled]]:
    """Make one pull a feed, its articles spread evenly over the days before now."""
    apart = days * DAY / articles
    for source in SOURCES:
        made = tuple(article(source, number, number * apart) for number in range(articles))
        yield source, Pulled(articles=made)


def seconds(work: Callable[[], object]) -> float:
    """Give how long the work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def add(store: Store, given: Iterable[tuple[str, Pulled]]) -> None:
    for source, pulled in given:
        store.add_pull(source, pulled, NOW)


def report_adding(store: Store) -> None:
    given = list(pulls(40, days=2))
    corrected = [
        (source, replace(one, articles=tuple(replace(a, title="New") for a in one.articles)))
        for source, one in given
    ]
    rows = FEEDS * 40
    for name, work in (("new", given), ("unchanged", given), ("all changed", corrected)):
        took = seconds(partial(add, store, work))
        print(f"{rows:,} articles, {name:<12}{took:7.2f} s {rows / took:10,.0f} rows/s")


def report_reading(store: Store, total: int, days: float) -> None:
    add(store, pulls(total // FEEDS, days))
    day = len(store.articles(SOURCES, NOW - DAY, NOW))
    print(f"with {total:,} articles stored, of which {day:,} of the last day:")
    for name, work in (
        (f"window of {FEEDS} sources", lambda: store.articles(SOURCES, NOW - DAY, NOW)),
        ("window of 10 sources", lambda: store.articles(SOURCES[:10], NOW - DAY, NOW)),
        ("5,000 headlines", lambda: store.headlines(NOW, 5_000)),
        ("state of all sources", store.source_states),
    ):
        print(f"  {name:<24}{min(seconds(work) for _ in range(3)) * 1000:8.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the store.")
    parser.add_argument("--million", action="store_true", help="also with a million articles")
    parser.add_argument("--url", help="an empty database (default: SQLite in a scratch folder)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = arguments.url or f"sqlite:///{Path(folder) / 'digest.db'}"
        print(f"open, made new    {seconds(lambda: Store.open(url).close()) * 1000:6.0f} ms")
        print(f"open, up to date  {seconds(lambda: Store.open(url).close()) * 1000:6.0f} ms")
        with Store.open(url) as store:
            report_reading(store, 10_000, days=5)
            report_adding(store)
            if arguments.million:
                report_reading(store, 1_000_000, days=500)


if __name__ == "__main__":
    main()
