"""How fast and how small a pull is, beside lemon24/reader on the same bodies in the same run.

    python benchmarks/ingest.py [--feeds N] [--rounds N] [--large]

Wants DIGEST_DATA and the extra `bench`. A farm of loopback hosts (`feed_farm.py`) serves the feeds
from its own process: a host each, so that politeness towards one host is not what is measured. Each
pull is a process of its own, the two programs by turns, whoever went second going first next time;
the fastest round counts. What is timed is `digest.pulling.pull` and `Reader.update_feeds` with 20
workers: neither start-up nor the adding of feeds. Memory is the largest sum of PSS over the process
and all its workers, which counts pages that they share once. CPU is theirs too, from start to end,
start-up and all: of two pulls on a busy machine it says more than the clock. Both need Linux.

Not the same is stored. digest: cleaned articles (plain paragraphs, repaired dates, a lead image
with its credit). reader: entries as feedparser gives them, sanitised HTML included, no images, and
no search index, which it would make later.

The second pull is forced, with the stores of the first: nothing changed. `--large` pulls 10,000
feeds with digest alone, and tells the memory on the way.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from feed_farm import running_farm, url

from digest.app import open_newsroom
from digest.http import Client
from digest.pulling import PullReport, SourceResult, pull
from digest.settings import load_configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FEEDS, MANY_FEEDS = 500, 10_000
READER_WORKERS = 20
SAMPLE_S = 0.1
MARKS = (10, 50, 100)  # per cent of the feeds, at which memory is told
TARGET_RATIO, TARGET_AGAIN, TARGET_MB, TARGET_MINUTES = 3, 10, 300, 10
DIGEST = """\
[publication]
name = "The London Courier"
url = "https://courier.example/"
city = "London"
timezone = "Europe/London"
language = "en-GB"
postal_address = "1 Fleet Street, London"
from = "The London Courier <daily@courier.example>"
"""


@dataclass(kw_only=True)
class Measured:
    """One pull: how long it took, what it did, and its memory in MB, at its most and on the way."""

    seconds: float = 0
    cpu_s: float = 0
    failed: int = 0
    parsed: int = 0
    new: int = 0
    errors: list[str] = field(default_factory=list)
    peak_mb: float = 0
    mb_at: dict[int, float] = field(default_factory=dict)


# ---------------------------------------------------------------- the two programs, a process each


def pull_with_digest(folder: Path, urls: Sequence[str]) -> Measured:
    """Pull every feed with ours. Prints a line at each mark."""
    configuration = load_configuration(write_configuration(folder, urls), environ={})
    (recipe,) = configuration.editions.values()
    done = 0

    def tell(_: SourceResult) -> None:
        nonlocal done
        done += 1
        for mark in MARKS:
            if done == len(urls) * mark // 100:
                print(json.dumps({"mark": mark}), flush=True)

    async def work() -> tuple[float, PullReport]:
        now = dt.datetime.now(dt.UTC)
        allow = ("127.0.0.0/8",)
        with open_newsroom(configuration, recipe) as newsroom:
            async with Client(contact=newsroom.publication.url, allow=allow) as http:
                begun = time.perf_counter()
                report = await pull(newsroom, http, now, tell, force=True)
                return time.perf_counter() - begun, report

    seconds, report = asyncio.run(work())
    return Measured(
        seconds=seconds,
        parsed=sum(one.outcome == "read" for one in report.sources),
        new=sum(one.new for one in report.sources),
        failed=sum(bool(one.error) for one in report.sources),
        errors=[one.error for one in report.sources if one.error][:3],
    )


def write_configuration(folder: Path, urls: Sequence[str]) -> Path:
    config = folder / "config"
    (config / "editions").mkdir(parents=True, exist_ok=True)
    (config / "digest.toml").write_text(DIGEST, encoding="utf-8")
    sources = "".join(
        f'[[sources]]\nuse = "feed"\nurl = "{url}"\nsection = "News"\n' for url in urls
    )
    edition = f'title = "Ingest"\n{sources}[[sections]]\ntitle = "News"\n'
    (config / "editions" / "daily.toml").write_text(edition, encoding="utf-8")
    return config


def pull_with_reader(folder: Path, urls: Sequence[str]) -> Measured:
    """Pull every feed with lemon24/reader, whatever its own schedule says."""
    # Its own copy of feedparser imports sgmllib, which today's feedparser brings by another name.
    sys.modules["sgmllib"] = importlib.import_module("feedparser_sgmllib")
    from reader import UpdatedFeed, make_reader

    with make_reader(str(folder / "reader.db")) as reader:
        for one in urls:
            reader.add_feed(one, exist_ok=True)
        begun = time.perf_counter()
        results = list(reader.update_feeds_iter(scheduled=False, workers=READER_WORKERS))
        seconds = time.perf_counter() - begun
    updated = [result.value for result in results if isinstance(result.value, UpdatedFeed)]
    errors = [str(result.value) for result in results if isinstance(result.value, Exception)]
    return Measured(
        seconds=seconds,
        parsed=len(updated),
        new=sum(one.new for one in updated),
        failed=len(errors),
        errors=errors[:3],
    )


PROGRAMS: dict[str, Callable[[Path, Sequence[str]], Measured]] = {
    "digest": pull_with_digest,
    "reader": pull_with_reader,
}


# ---------------------------------------------------------------- measuring


def measure(program: str, folder: Path, feeds: int, port: int) -> Measured:
    """Run one pull in a process of its own, and watch its memory."""
    command = [sys.executable, __file__, "--pull", program, str(folder)]
    command += ["--feeds", str(feeds), "--port", str(port)]
    marks: dict[int, float] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        watch = Watch(process.pid)
        assert process.stdout
        last: dict[str, object] = {}
        for line in process.stdout:
            last = json.loads(line)
            if "mark" in last:
                marks[int(str(last["mark"]))] = memory_mb(process.pid)
        watch.stop()
    if process.returncode:
        raise SystemExit(f"{program} failed; its words are above")
    seen = {"cpu_s": watch.cpu_s, "peak_mb": watch.peak_mb, "mb_at": marks}
    return Measured(**last | seen)  # type: ignore[arg-type]  # our own JSON


class Watch:
    """Samples the memory and the CPU time of a process and its descendants until it is stopped."""

    def __init__(self, pid: int) -> None:
        self.peak_mb = 0.0
        self._pid = pid
        self._cpu_s: dict[int, float] = {}  # by process, those that ended included
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @property
    def cpu_s(self) -> float:
        return sum(self._cpu_s.values())

    def _watch(self) -> None:
        while not self._over.wait(SAMPLE_S):
            self.peak_mb = max(self.peak_mb, memory_mb(self._pid))
            self._cpu_s |= {pid: cpu for pid in descendants(self._pid) if (cpu := cpu_s(pid))}

    def stop(self) -> None:
        self._over.set()
        self._thread.join()


def memory_mb(pid: int) -> float:
    """Give the sum of PSS of a process and all its descendants, in MB."""
    return sum(map(pss_kb, descendants(pid))) * 1024 / 1e6


def pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it ended meanwhile
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def cpu_s(pid: int) -> float:
    """Give the seconds that a process has worked; 0 once it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime, stime


def descendants(pid: int) -> Iterator[int]:
    """Give the process and its children's children, as the kernel lists them by thread."""
    yield pid
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = " ".join((thread / "children").read_text() for thread in threads)
    except OSError:
        return
    for child in children.split():
        yield from descendants(int(child))


# ---------------------------------------------------------------- telling


def tell(program: str, which: str, feeds: int, measured: Measured) -> None:
    print(
        f"{program:<8}{which:<6}{measured.seconds:>8.2f} s{feeds / measured.seconds:>8.1f} feeds/s"
        f"{measured.cpu_s:>8.1f} s CPU"
        f"{measured.parsed:>8,} parsed{measured.new:>9,} new{measured.failed:>5} failed"
        f"{measured.peak_mb:>7.0f} MB",
        flush=True,
    )
    for error in measured.errors:
        print(f"    {error}")


def compare(feeds: int, rounds: int, port: int) -> None:
    """Pull with both programs by turns, each twice: afresh, and when nothing changed."""
    best: dict[tuple[str, str], Measured] = {}
    for number in range(rounds):
        order = sorted(PROGRAMS, reverse=bool(number % 2))
        with tempfile.TemporaryDirectory() as scratch:
            folders = {program: Path(scratch) / program for program in order}
            for which in ("first", "again"):
                for program in order:
                    folders[program].mkdir(exist_ok=True)
                    measured = measure(program, folders[program], feeds, port)
                    tell(program, which, feeds, measured)
                    before = best.setdefault((program, which), measured)
                    if measured.seconds < before.seconds:
                        best[program, which] = measured
    first, again = best["digest", "first"], best["digest", "again"]
    ratio = best["reader", "first"].seconds / first.seconds
    print(f"\nbeside reader, first: {ratio:.1f} times its feeds/s (target {TARGET_RATIO})")
    ratio = best["reader", "again"].seconds / again.seconds
    print(f"beside reader, again: {ratio:.1f} times its feeds/s")
    print(
        f"nothing changed: {first.seconds / again.seconds:.1f} times as fast as the first "
        f"(target {TARGET_AGAIN}), {again.parsed} documents parsed (target 0)"
    )
    print(f"memory: {max(first.peak_mb, again.peak_mb):.0f} MB at most (target {TARGET_MB})")


def pull_many(feeds: int, port: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        measured = measure("digest", Path(scratch), feeds, port)
    tell("digest", "large", feeds, measured)
    print(f"\n{measured.seconds / 60:.1f} minutes (target {TARGET_MINUTES})")
    on_the_way = ", ".join(f"{mb:.0f} MB at {mark} %" for mark, mb in measured.mb_at.items())
    print(f"memory: {on_the_way}, {measured.peak_mb:.0f} MB at most (target: flat)")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure ingest.")
    parser.add_argument("--feeds", type=int, help=f"default {FEEDS}, or {MANY_FEEDS} with --large")
    parser.add_argument("--rounds", type=int, default=2, help="of both programs")
    parser.add_argument("--large", action="store_true", help="10,000 feeds, digest alone")
    parser.add_argument("--pull", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    feeds = arguments.feeds or (MANY_FEEDS if arguments.large else FEEDS)
    if arguments.pull:
        program, folder = arguments.pull
        urls = [url(n, arguments.port) for n in range(feeds)]
        print(json.dumps(PROGRAMS[program](Path(folder), urls).__dict__))
    elif "DIGEST_DATA" not in os.environ:
        print("skipped: DIGEST_DATA does not name the folder that holds feeds/index.tsv")
    else:
        with running_farm(feeds) as port:
            print(f"{feeds:,} feeds, {os.cpu_count()} cores\n")
            if arguments.large:
                pull_many(feeds, port)
            else:
                compare(feeds, arguments.rounds, port)


if __name__ == "__main__":
    main()
