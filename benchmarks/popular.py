"""How well "Most popular" foretells what readers choose next, beside simpler orders.

Data: `$DIGEST_DATA/popularity/facebook.csv` (UCI News Popularity in Multiple Social Media
Platforms, CC BY 4.0): the cumulative count of each item at the end of the 144 slices of 20 minutes
after it came out, -1 while it had not been seen. It says neither when an item came out nor in
which section, so that moments are made and all items are of one section.

Protocol. The items, in the order of their ids, are cut into groups of 100, the last one smaller;
each group is one moment. To choose among fewer is easier, so that a figure means something only
with its size; a last table gives other sizes. At a moment every item is given an age of 1 to 72
slices, drawn evenly. Candidates are the items that were seen at that age (-1 there: no reading, no
candidate; nor are they in the pooled rate). Nothing later than the age is known, except to the
truth: the gain of the count over the next 72 slices, 24 h. Thinned, each single count is kept with
the probability given; the truth is never thinned. A moment without any gain is left out.

Score: NDCG@4, the gain itself over log2(1 + rank), against the best order of the same candidates.
Ties are broken at random, alike for all orders. Ages, thinning and ties are drawn anew for each
seed; a moment's score is its mean over the seeds. Groups share no item, so the interval is a paired
bootstrap over moments: 95 % percentiles of the mean difference to the raw count. Nothing was tuned
here: the rate and its constants are `digest.ranking`'s own.

Orders: "digest" is the shrunk rate where readings leave the hours to the article's age; "digest,
window" the same where each reading says 24 hours, as services do that count a day for all pages;
"counts an hour" has no prior, an hour at least; "velocity" is what came in the last hour (all of it
where the item was first seen then).
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import os
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from digest.model import Article, Reading, Source
from digest.ranking import shrunk_rates
from digest.recipe import Edition, PopularRule

SEEDS = tuple(range(1, 11))
GROUP = 100  # items of a moment…
OTHER_GROUPS = (25, 50, 200)  # …and to see how much hangs on it
DAY = 72  # slices
AN_HOUR = 3  # slices
PLACES = 4
RESAMPLES = 2_000
SHARES = (1.0, 0.1, 0.02)
FLOOR = 0.79  # at full counts; everywhere, the raw count's
MIN_TOTAL = PopularRule().min_total

NOW = dt.datetime(2015, 11, 23, 5, 30, tzinfo=dt.UTC)  # any moment will do
SOURCE = Source(id="https://courier.example/rss", title="Courier", owner="courier.example")
EDITION = Edition(name="daily", title="Daily", sources=(SOURCE,), sections=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An item as a moment finds it, and how many counts the next day brought it."""

    url: str
    hours: float
    count: int
    last_hour: int
    gain: int


Moment = list[Candidate]
Order = Callable[[Moment], list[float]]  # the higher, the earlier


def read_counts(path: Path) -> dict[int, list[int]]:
    """Give the counts at the end of slices 1 to 144 by the item's id, ids rising."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [[int(cell) for cell in row] for row in list(csv.reader(lines))[1:]]
    return {row[0]: row[1:] for row in sorted(rows)}


def the_moment(group: Sequence[tuple[int, list[int]]], share: float, draw: random.Random) -> Moment:
    """Give the candidates of a group of items, their ages drawn before anything else."""
    aged = [(number, counts, draw.randint(1, DAY)) for number, counts in group]
    return [
        as_candidate(number, counts, age, share, draw)
        for number, counts, age in aged
        if counts[age - 1] >= 0
    ]


def as_candidate(
    number: int, counts: list[int], age: int, share: float, draw: random.Random
) -> Candidate:
    count = counts[age - 1]
    before = max(0, counts[age - 1 - AN_HOUR]) if age > AN_HOUR else 0
    kept, kept_last = thinned(before, share, draw), thinned(count - before, share, draw)
    return Candidate(
        url=f"https://courier.example/{number}",
        hours=age / AN_HOUR,
        count=kept + kept_last,
        last_hour=kept_last,
        gain=counts[age - 1 + DAY] - count,
    )


def thinned(count: int, share: float, draw: random.Random) -> int:
    return count if share == 1 else sum(draw.random() < share for _ in range(count))


# ---------------------------------------------------------------- orders


def digest_rate(moment: Moment, hours: float | None = None) -> list[float]:
    """Give the program's own rate; `hours` as every reading states them."""
    rates = shrunk_rates(
        [as_article(one) for one in moment],
        [
            Reading(url=one.url, count=one.count, unit="read", as_of=NOW, hours=hours)
            for one in moment
        ],
        EDITION,
        NOW,
    )
    return [rates[one.url] for one in moment]


def as_article(one: Candidate) -> Article:
    published = NOW - dt.timedelta(hours=one.hours)
    return Article(
        source=SOURCE.id,
        guid=one.url,
        url=one.url,
        title=one.url,
        published=published,
        first_seen=published,
    )


ORDERS: dict[str, Order] = {
    "digest": digest_rate,
    "digest, window": lambda moment: digest_rate(moment, hours=DAY / AN_HOUR),
    "raw count": lambda moment: [one.count for one in moment],
    "counts an hour": lambda moment: [one.count / max(1, one.hours) for one in moment],
    "velocity": lambda moment: [one.last_hour for one in moment],
    "newest": lambda moment: [-one.hours for one in moment],
    "random": lambda moment: [0 for _ in moment],
}


# ---------------------------------------------------------------- scoring


def ndcg(moment: Moment, values: Sequence[float], ties: Sequence[float]) -> float:
    """Give NDCG@4 with linear gains (Järvelin & Kekäläinen 2002); some gain must be above 0."""
    ranked = sorted(range(len(moment)), key=lambda i: (-values[i], ties[i]))
    best = sorted((one.gain for one in moment), reverse=True)
    return dcg([moment[i].gain for i in ranked]) / dcg(best)


def dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains[:PLACES], start=1))


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one share of the counts gave: scores by order, one a moment; and how thin it was."""

    scores: dict[str, list[float]]
    counts_an_item: float
    too_thin: float  # the part of the moments with fewer counts than the program asks for


def measure(items: dict[int, list[int]], share: float, size: int = GROUP) -> Measured:
    rows = list(items.items())
    scores: dict[str, list[float]] = {name: [] for name in ORDERS}
    met: list[Moment] = []
    for start in range(0, len(rows), size):
        group = rows[start : start + size]
        moments = [the_moment(group, share, random.Random(f"{s} {start}")) for s in SEEDS]
        met += moments
        runs = [
            score_orders(moment, random.Random(f"ties {seed} {start}"))
            for seed, moment in zip(SEEDS, moments, strict=True)
            if any(one.gain for one in moment)
        ]
        for name in ORDERS if runs else ():
            scores[name].append(statistics.fmean(run[name] for run in runs))
    return Measured(
        scores=scores,
        counts_an_item=statistics.fmean(one.count for moment in met for one in moment),
        too_thin=statistics.fmean(sum(one.count for one in m) < MIN_TOTAL for m in met),
    )


def score_orders(moment: Moment, draw: random.Random) -> dict[str, float]:
    ties = [draw.random() for _ in moment]
    return {name: ndcg(moment, order(moment), ties) for name, order in ORDERS.items()}


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """Give the 2.5th and the 97.5th percentile of the resampled mean."""
    draw = random.Random("bootstrap")
    means = sorted(
        statistics.fmean(draw.choices(differences, k=len(differences))) for _ in range(RESAMPLES)
    )
    return means[RESAMPLES // 40], means[-1 - RESAMPLES // 40]


def report(share: float, measured: Measured) -> None:
    raw = measured.scores["raw count"]
    print(
        f"\n{share:.0%} of the counts: {len(raw)} moments, {measured.counts_an_item:.2f} counts an "
        f"item, {measured.too_thin:.0%} of the lists under min_total = {MIN_TOTAL}"
    )
    print(f"{'order':<16}{'NDCG@4':>8}{'floor':>8}{'to raw count':>14}   95 % interval")
    for name, scores in measured.scores.items():
        mean, base = statistics.fmean(scores), statistics.fmean(raw)
        floor = f"{max(base, FLOOR if share == 1 else 0):.3f}" if name == "digest" else ""
        line = f"{name:<16}{mean:>8.3f}{floor:>8}"
        if name != "raw count":
            low, high = interval([a - b for a, b in zip(scores, raw, strict=True)])
            line += f"{mean - base:>+14.3f}   {low:+.3f} to {high:+.3f}"
        print(line, flush=True)


def report_sizes(items: dict[int, list[int]]) -> None:
    print(f"\nall counts, by the items of a moment\n{'items':<8}", end="")
    print("".join(f"{name:>16}" for name in ORDERS))
    for size in sorted({GROUP, *OTHER_GROUPS}):
        scores = measure(items, 1.0, size).scores.values()
        means = "".join(f"{statistics.fmean(column):>16.3f}" for column in scores)
        print(f"{size:<8}{means}", flush=True)


def main() -> None:
    if "DIGEST_DATA" not in os.environ:
        print("skipped: DIGEST_DATA does not name the folder that holds popularity/facebook.csv")
        return
    items = read_counts(Path(os.environ["DIGEST_DATA"]) / "popularity" / "facebook.csv")
    for share in SHARES:
        report(share, measure(items, share))
    report_sizes(items)


if __name__ == "__main__":
    main()
