"""How well and how fast articles are grouped, beside simpler methods.

Data: `$DIGEST_DATA/stories/dev.jsonl`, real headlines of 2014 with another aggregator's story
labels, in eight slices: four "dense" (a day, 2,000 articles) and four "feed" (ten days and more,
260 to 350 outlets). Score: BCubed precision, recall and F1, the mean over the slices of a regime.

Protocol: the IDF is learnt from an archive of the other slices, without the headlines of the slice
itself; "earlier" admits only slices' headlines that are older than all of the slice, as on a real
morning (the first slices then have hardly an archive); "none" is the very first day. "feed, no
time" gives all articles the same date. Labels serve for scoring alone. The constants were chosen on
these slices, so that other months will score a little lower. Rows are shuffled anew for each seed;
the spread is the largest difference of F1 between seeds.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import statistics
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from digest.grouping import group_articles
from digest.model import Article
from digest.wording import Idf, Scale, headline_terms, learn_idf

SEEDS = (1, 2, 3)
FLOORS = {"dense": 0.85, "feed": 0.83, "feed, no time": 0.73}
SINGLE_LINK_AT = 0.35  # the best for this baseline of .25, .30 … .55
EMPTY = Idf(documents=0, counts={})

Groups = list[list[Article]]
Method = Callable[[Sequence[Article], Idf], Groups]


@dataclass(frozen=True, kw_only=True)
class Slice:
    """One slice: its articles, and the label of each by guid."""

    name: str
    articles: tuple[Article, ...]
    labels: dict[str, str]

    @property
    def start(self) -> dt.datetime:
        return min(article.dated for article in self.articles)

    def without_time(self) -> Slice:
        start = self.start
        same = (replace(a, published=start, first_seen=start) for a in self.articles)
        return replace(self, articles=tuple(same))


def read_slices(path: Path) -> list[Slice]:
    rows: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows[row["slice"]].append(row)
    return [
        Slice(
            name=name,
            articles=tuple(as_article(row) for row in rows[name]),
            labels={str(row["id"]): row["story"] for row in rows[name]},
        )
        for name in sorted(rows)
    ]


def as_article(row: dict[str, str]) -> Article:
    published = dt.datetime.fromisoformat(row["published"])
    return Article(
        source=row["source"],
        guid=str(row["id"]),
        url=row["url"],
        title=row["title"],
        published=published,
        first_seen=published,
        language="en",
    )


def learn(one: Slice, slices: Sequence[Slice], archive: str) -> Idf:
    """Learn the IDF for a slice from the others, by the protocol above."""
    if archive == "none":
        return EMPTY
    return learn_idf(
        (article.title, article.language)
        for other in slices
        if other.name != one.name
        for article in other.articles
        if article.guid not in one.labels and (archive == "other" or article.dated < one.start)
    )


# ---------------------------------------------------------------- methods


def default_method(articles: Sequence[Article], idf: Idf) -> Groups:
    return [list(story.articles) for story in group_articles(articles, idf=idf, weights={})]


def exact_title(articles: Sequence[Article], _: Idf) -> Groups:
    groups: defaultdict[str, list[Article]] = defaultdict(list)
    for article in articles:
        groups[article.title.casefold()].append(article)
    return list(groups.values())


def single_link(articles: Sequence[Article], idf: Idf) -> Groups:
    """Join all that are chained by pairs alike enough: the common mistake."""
    scale = Scale(idf)
    postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    groups = [[article] for article in articles]  # those of one group share one list
    for i, article in enumerate(articles):
        cosines: defaultdict[int, float] = defaultdict(float)
        for term, weight in scale.vector(headline_terms(article.title, "en")).items():
            for j, other in postings[term]:
                cosines[j] += weight * other
            postings[term].append((i, weight))
        for j, cosine in cosines.items():
            if cosine >= SINGLE_LINK_AT and groups[i] is not groups[j]:
                groups[i].extend(groups[j])
                for k in [k for k, group in enumerate(groups) if group is groups[j]]:
                    groups[k] = groups[i]
    return list({id(group): group for group in groups}.values())


# ---------------------------------------------------------------- scoring


def bcubed(groups: Groups, labels: dict[str, str]) -> tuple[float, float, float]:
    """Give BCubed precision, recall and F1 (Bagga & Baldwin 1998)."""
    sizes = Counter(labels.values())
    precision = recall = 0.0
    for group in groups:
        for label, count in Counter(labels[article.guid] for article in group).items():
            precision += count * count / len(group)
            recall += count * count / sizes[label]
    precision, recall = precision / len(labels), recall / len(labels)
    return precision, recall, 2 * precision * recall / (precision + recall)


@dataclass(frozen=True, kw_only=True)
class Result:
    """The mean scores of a regime's slices, the spread of F1 over seeds, the median time."""

    precision: float
    recall: float
    f1: float
    spread: float
    seconds: float


def evaluate(
    method: Method, chosen: Sequence[tuple[Slice, Idf]], seeds: Sequence[int] = SEEDS
) -> Result:
    runs = []
    times = []
    for seed in seeds:
        scores = []
        for one, idf in chosen:
            shuffled = list(one.articles)
            random.Random(seed).shuffle(shuffled)
            begun = time.perf_counter()
            groups = method(shuffled, idf)
            times.append(time.perf_counter() - begun)
            scores.append(bcubed(groups, one.labels))
        runs.append([sum(column) / len(scores) for column in zip(*scores, strict=True)])
    means = [sum(column) / len(runs) for column in zip(*runs, strict=True)]
    return Result(
        precision=means[0],
        recall=means[1],
        f1=means[2],
        spread=max(run[2] for run in runs) - min(run[2] for run in runs),
        seconds=statistics.median(times),
    )


def peak_memory_mb(one: Slice, idf: Idf) -> float:
    tracemalloc.start()
    default_method(one.articles, idf)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def main() -> None:
    if "DIGEST_DATA" not in os.environ:
        print("skipped: DIGEST_DATA does not name the folder that holds stories/dev.jsonl")
        return
    slices = read_slices(Path(os.environ["DIGEST_DATA"]) / "stories" / "dev.jsonl")
    feeds = [one for one in slices if "feed" in one.name]
    regimes = {
        "dense": [one for one in slices if "dense" in one.name],
        "feed": feeds,
        "feed, no time": [one.without_time() for one in feeds],
    }
    print(
        f"{'method':<24}{'archive':<9}{'regime':<15}{'P':>6}{'R':>6}{'F1':>6}{'floor':>7}", end=""
    )
    print(f"{'spread':>8}{'median':>9}")
    table: list[tuple[str, Method, str, tuple[int, ...]]] = [
        ("digest", default_method, "other", SEEDS),
        ("digest", default_method, "earlier", SEEDS[:1]),
        ("digest", default_method, "none", SEEDS[:1]),
        ("exact title", exact_title, "none", SEEDS[:1]),
        ("TF-IDF, single link", single_link, "other", SEEDS[:1]),
    ]
    for name, method, archive, seeds in table:
        for regime, members in regimes.items():
            chosen = [(one, learn(one, slices, archive)) for one in members]
            result = evaluate(method, chosen, seeds)
            floor = f"{FLOORS[regime]:.2f}" if method is default_method else ""
            print(
                f"{name:<24}{archive:<9}{regime:<15}{result.precision:>6.3f}{result.recall:>6.3f}"
                f"{result.f1:>6.3f}{floor:>7}{result.spread:>8.3f}{result.seconds:>8.2f} s",
                flush=True,
            )
    largest = regimes["dense"][0]
    memory = peak_memory_mb(largest, learn(largest, slices, "other"))
    print(f"\npeak memory for {len(largest.articles):,} articles of one day: {memory:.0f} MB")
    print("targets: less than 2 s and 250 MB")


if __name__ == "__main__":
    main()
