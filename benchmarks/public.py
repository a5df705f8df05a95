"""How long a send waits for the public archive, with ten issues in it, and with a thousand.

    python benchmarks/public.py

Each issue's page has the size of the sample's. What is timed is `archive.write_public` when the
newest issue was just sent, the best of five.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from pathlib import Path

from digest.archive import PublicIssue, write_public
from digest.recipe import Publication

NOW = dt.datetime(2026, 11, 23, 6, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SIZES = (10, 1_000)
RUNS = 5
PAGE = b"<!DOCTYPE html>" + b"x" * 60_000
TEMPLATES = (Path(__file__).parent.parent / "templates",)
PUBLICATION = Publication(
    name="The London Courier",
    url="https://courier.example/",
    city="London",
    timezone="Europe/London",
    language="en-GB",
    postal_address="1 Fleet Street, London",
    sender="daily@courier.example",
)


def fill(out: Path, issues: int) -> list[PublicIssue]:
    """Lay out as many issues, one a day back through the years."""
    made = []
    for days in range(issues):
        at = NOW - days * DAY
        folder = out / "daily" / at.date().isoformat()
        folder.mkdir(parents=True)
        (folder / "archive.html").write_bytes(PAGE)
        made.append(
            PublicIssue(
                edition="daily",
                date=at.date(),
                subject="Night ferries return to the river as the bridge shuts for a year",
                standfirst="By water, by tunnel or the long way round. " * 3,
                sent_at=at,
            )
        )
    return made


def seconds(out: Path, issues: list[PublicIssue], run: int) -> float:
    newest = out / "daily" / issues[0].date.isoformat() / "archive.html"
    newest.write_bytes(PAGE + b"%d" % run)
    start = time.perf_counter()
    write_public(out, PUBLICATION, issues, NOW, templates=TEMPLATES)
    return time.perf_counter() - start


def main() -> None:
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            issues = fill(Path(folder), size)
            write_public(Path(folder), PUBLICATION, issues, NOW, templates=TEMPLATES)
            best = min(seconds(Path(folder), issues, run) for run in range(RUNS))
        print(f"{size:>5,} issues: {best * 1000:.0f} ms")


if __name__ == "__main__":
    main()
