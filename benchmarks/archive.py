"""How long an issue takes to build over an archive of ten thousand articles, and of a million.

    python benchmarks/archive.py

Both archives hold the same last day: 2,000 articles of 20 sources, some of them told by several.
The rest lies further back, a day's worth a day, back through the years. What is timed is
`building.build`, from the store to the saved folder, the best of five; the target is a million at
no more than 1.3 times ten thousand.
"""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
import tempfile
import time
from pathlib import Path

from digest.app import open_newsroom
from digest.building import build
from digest.model import Article, Reading
from digest.protocols import Pulled
from digest.settings import load_configuration
from digest.store import Store

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
SIZES = (10_000, 1_000_000)
A_DAY = 2_000  # articles
SOURCES = 20
RUNS = 5
TARGET = 1.3
SYLLABLES = ("ba", "do", "fe", "gi", "ka", "lo", "mu", "ne", "po", "ra", "si", "tu", "ve", "zo")
SENTENCE = "The council voted on Monday night to close the bridge for a year of repairs. "

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


def source(number: int) -> str:
    return f"file:feeds/{number}.xml"


def write_publication(root: Path) -> Path:
    config = root / "config"
    (config / "editions").mkdir(parents=True)
    (config / "digest.toml").write_text(DIGEST, encoding="utf-8")
    sources = "".join(
        f'[[sources]]\nuse = "feed"\nurl = "{source(n)}"\nowner = "o{n}.example"\n'
        f'section = "{("London", "World")[n % 2]}"\n'
        for n in range(SOURCES)
    )
    sections = '[[sections]]\ntitle = "London"\n[[sections]]\ntitle = "World"\n'
    counts = '[[most_popular.from]]\nuse = "feed_counts"\n'
    edition = f'title = "Daily"\n{counts}{sources}{sections}'
    (config / "editions/daily.toml").write_text(edition, encoding="utf-8")
    return config


def word(draw: random.Random) -> str:
    """Make one of 2,744 words, so that two headlines seldom share more than one."""
    return "".join(draw.choices(SYLLABLES, k=3))


def last_day(draw: random.Random) -> dict[str, list[Article]]:
    """Make a day's articles, by source: a third of the headlines are told by several."""
    titles = [" ".join(word(draw) for _ in range(7)) for _ in range(A_DAY)]
    made: dict[str, list[Article]] = {source(n): [] for n in range(SOURCES)}
    for n in range(A_DAY):
        one = source(n % SOURCES)
        title = titles[n // 3 * 3] if n % 3 and draw.random() < 0.5 else titles[n]
        published = NOW - dt.timedelta(seconds=n * 40 + 60)
        made[one].append(
            Article(
                source=one,
                guid=f"{n}",
                url=f"https://o{n % SOURCES}.example/{n}",
                title=title.capitalize(),
                summary=SENTENCE,
                body=(SENTENCE * 4,) * 4,
                published=published,
                first_seen=published,
                language="en",
            )
        )
    return made


def fill(config: Path, articles: int) -> None:
    """Store the last day and, copied by the database itself, as many days before it as it takes."""
    made = last_day(random.Random(1))
    url = load_configuration(config, environ={}).store_url
    with Store.open(url) as store:
        for one, day in made.items():
            store.add_pull(one, Pulled(articles=tuple(day)), NOW)
        readings = [
            Reading(url=one.url, count=n, unit="commented", as_of=NOW)
            for day in made.values()
            for n, one in enumerate(day)
        ]
        store.add_readings("daily", "feed_counts", readings, NOW)
    database = sqlite3.connect(url.removeprefix("sqlite:///"))
    columns = [row[1] for row in database.execute("PRAGMA table_info(articles)")]
    moments = {"published", "first_seen", "dated"}
    shifted = [
        "guid || '-' || n" if name == "guid"
        else "url || '-' || n" if name == "url"
        else f"strftime('%Y-%m-%d %H:%M:%f', {name}, '-' || n || ' days') || '000'"
        if name in moments
        else name
        for name in columns
    ]  # fmt: skip
    with database:
        database.execute(
            f"WITH RECURSIVE days(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM days WHERE n < ?) "
            f"INSERT INTO articles ({', '.join(columns)}) "
            f"SELECT {', '.join(shifted)} FROM articles, days",
            (articles // A_DAY - 1,),
        )
    (stored,) = database.execute("SELECT count(*) FROM articles").fetchone()
    assert stored == articles, stored
    database.close()


def best_seconds(config: Path) -> tuple[float, int]:
    """Build the same draft several times; give the best time, and how much it considered."""
    configuration = load_configuration(config, environ={})
    (recipe,) = configuration.editions.values()
    times = []
    with open_newsroom(configuration, recipe) as newsroom:
        for _ in range(RUNS):
            start = time.perf_counter()
            built = build(newsroom, NOW.date(), NOW, NOW)
            times.append(time.perf_counter() - start)
    return min(times), built.issue.articles


def main() -> None:
    figures = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            config = write_publication(Path(folder))
            fill(config, size)
            seconds, considered = best_seconds(config)
        figures.append(seconds)
        print(f"{size:>9,} stored, {considered:,} considered: {seconds:.2f} s", flush=True)
    print(f"ratio {figures[1] / figures[0]:.2f}   target {TARGET}")


if __name__ == "__main__":
    main()
