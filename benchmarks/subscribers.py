"""How fast lists of subscribers come in and go out, and links are signed; and how much memory.

    python benchmarks/subscribers.py [--million] [--url URL]

Figures are for the machine they were taken on; compare only within one run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import resource
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from digest.enlisting import enlist
from digest.store import Store
from digest.subscriber_lists import SubscriberList, Terms, write_list
from digest.tokens import Purpose, Ticket, sign, verify

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
TERMS = Terms(
    sections=("World", "Sport"), zone=dt.UTC, now=NOW, how="the form", by="import list.csv,"
)


def write_people(path: Path, number: int) -> None:
    """Write a list of an ordinary kind: name, language, two sections, when they consented."""
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name,language,sections,consented_at\n")
        for one in range(number):
            file.write(
                f"reader.{one}@mail{one % 50}.example,Reader {one},en-GB,World;Sport,2026-01-02\n"
            )


def timed(what: str, number: int, work: Callable[[], object]) -> None:
    start = time.perf_counter()
    work()
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{number:>9,} {what:<22}{took:8.2f} s {number / took:10,.0f} a second, {peak:4.0f} MB")


def bring(store: Store, path: Path, *, dry_run: bool) -> None:
    with path.open("rb") as file:
        rows = SubscriberList(file, path.name, TERMS).rows()
        report = enlist(store, "daily", rows, dry_run=dry_run)
    assert not report.refusals


def export(store: Store) -> None:
    with Path(os.devnull).open("w", encoding="utf-8") as file:
        write_list(file, ((one.subscriber, None, one.since) for one in store.subscribers("daily")))


def sign_links(store: Store, number: int) -> None:
    keys = store.link_keys()
    for one in islice(store.subscribers("daily"), number):
        ticket = Ticket(
            purpose=Purpose.UNSUBSCRIBE, edition=one.edition, mark=one.mark, date=NOW.date()
        )
        verify(sign(ticket, keys), keys, Purpose.UNSUBSCRIBE)


def report(store: Store, folder: Path, number: int) -> None:
    path = folder / "list.csv"
    write_people(path, number)
    timed("dry run", number, lambda: bring(store, path, dry_run=True))
    timed("added", number, lambda: bring(store, path, dry_run=False))
    timed("already there", number, lambda: bring(store, path, dry_run=False))
    timed("counted", number, lambda: store.count_subscribers("daily", NOW.date()))
    timed("read and written", number, lambda: export(store))
    timed("read, signed, verified", number, lambda: sign_links(store, number))


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure lists of subscribers.")
    parser.add_argument("--million", action="store_true", help="also with a million people")
    parser.add_argument("--url", help="an empty database (default: SQLite in a scratch folder)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = arguments.url or f"sqlite:///{Path(folder) / 'digest.db'}"
        with Store.open(url) as store:
            for number in (10_000, 100_000, *([1_000_000] if arguments.million else [])):
                report(store, Path(folder), number)


if __name__ == "__main__":
    main()
