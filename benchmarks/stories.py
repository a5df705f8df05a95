"""How well and how fast articles become stories, and whether the biggest stories lead.

Data: `$DIGEST_DATA/stories/dev.jsonl`, real headlines of 2014 with another aggregator's story
labels, in eight slices: four "dense" (a day, 2,000 articles) and four "feed" (two weeks, 260 to
330 outlets). Labels serve for scoring alone. Our constants were chosen on these slices, so that
other months will score a little lower.

Grouping. Score: BCubed precision, recall and F1 (Bagga & Baldwin 1998), the mean over the slices of
a regime; "no time" gives all articles the same date. Rarity is learnt from the headlines of the
other slices ("other"), of those alone that are older than all of the slice ("earlier", as on a real
morning; the first slices then have hardly an archive), or of none ("none", the very first day).
Rows are shuffled; the spread is the largest difference of F1 between seeds. Intervals are 95 %
percentiles of a bootstrap over the stories of each slice, paired for the difference to ours.

Size: 2,000 articles are the first dense slice. The week of 20,000 is made: the dense slices fill
two days each, every article once as it is and twice subedited, with two words dropped, under
another name. Peak memory is what Python allocated meanwhile; times of the first table are the
processor's.

Ranking. A moment is the end of a day of a slice, over the 24 hours before, for a newsroom that
follows 30 of the outlets, drawn at random, ten times a day. A story's true size is how many of all
outlets carry its label then; labels that the newsroom cannot see do not count. Hit: the story that
comes first is one of the true top three (ties count). NDCG@10: true sizes over log2(1 + rank), a
label that comes again gaining nothing, against the best order. "newest" and "random" order our own
groups; "perfect groups" are the labels in our order. Intervals: bootstrap over days, paired.

Most popular: see `popular.py`, which says what its orders foretell.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import time
import tracemalloc
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from baselines import Groups, Method, exact_title, minhash, single_link
from embeddings import Embeddings
from popular import main as print_popularity
from ranks import print_ranking

from digest.grouping import group_articles
from digest.model import Article
from digest.wording import Idf, learn_idf

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SEEDS = (1, 2, 3)
RESAMPLES = 500
FLOORS = {
    "digest": {"dense": 0.85, "feed": 0.83, "feed, no time": 0.73},
    "digest, embeddings": {"dense": 0.89, "feed": 0.87, "feed, no time": 0.73},
}
WEEK = 20_000
WEEK_STARTS = dt.datetime(2014, 6, 2, tzinfo=dt.UTC)
EMPTY = Idf(documents=0, counts={})

# Of a story: how many articles, the sum of their precisions, of their recalls.
Told = tuple[int, float, float]


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
    """Learn the rarity of words for a slice from the others, by the protocol above."""
    if archive == "none":
        return EMPTY
    return learn_idf(
        (article.title, article.language)
        for other in slices
        if other.name != one.name
        for article in other.articles
        if article.guid not in one.labels and (archive == "other" or article.dated < one.start)
    )


def digest(articles: Sequence[Article], idf: Idf) -> Groups:
    return [list(story.articles) for story in group_articles(articles, idf=idf, weights={})]


# ---------------------------------------------------------------- scoring


def tell(groups: Groups, labels: dict[str, str]) -> list[Told]:
    """Sum up the BCubed precision and recall of the articles of each true story, by label."""
    sizes = Counter(labels.values())
    precision: defaultdict[str, float] = defaultdict(float)
    recall: defaultdict[str, float] = defaultdict(float)
    for group in groups:
        for label, count in Counter(labels[article.guid] for article in group).items():
            precision[label] += count * count / len(group)
            recall[label] += count * count / sizes[label]
    return [(sizes[label], precision[label], recall[label]) for label in sorted(sizes)]


def bcubed(told: Sequence[Told]) -> tuple[float, float, float]:
    """Give BCubed precision, recall and F1."""
    articles, precisions, recalls = (sum(column) for column in zip(*told, strict=True))
    precision, recall = precisions / articles, recalls / articles
    return precision, recall, 2 * precision * recall / (precision + recall)


def mean_scores(slices: Sequence[Sequence[Told]]) -> tuple[float, float, float]:
    scores = [bcubed(told) for told in slices]
    precision, recall, f1 = (sum(column) / len(scores) for column in zip(*scores, strict=True))
    return precision, recall, f1


def bootstrap(slices: Sequence[Sequence[Told]]) -> list[float]:
    """Give the mean F1 of each resample of stories; the same seed pairs the methods."""
    chance = random.Random(1)
    return [
        mean_scores([chance.choices(told, k=len(told)) for told in slices])[2]
        for _ in range(RESAMPLES)
    ]


def interval(values: Sequence[float]) -> str:
    ordered = sorted(values)
    edge = len(ordered) // 40
    return f"{ordered[edge]:+.3f} … {ordered[-1 - edge]:+.3f}"


# ---------------------------------------------------------------- tables


def run(
    method: Method, chosen: Sequence[tuple[Slice, Idf]], seed: int
) -> tuple[list[list[Told]], float]:
    """Group shuffled slices; give what came out of each, and the longest processor time."""
    told, slowest = [], 0.0
    for one, idf in chosen:
        shuffled = list(one.articles)
        random.Random(seed).shuffle(shuffled)
        begun = time.process_time()
        groups = method(shuffled, idf)
        slowest = max(slowest, time.process_time() - begun)
        told.append(tell(groups, one.labels))
    return told, slowest


def print_grouping(slices: Sequence[Slice]) -> None:
    feeds = [one for one in slices if "feed" in one.name]
    regimes = {
        "dense": [one for one in slices if "dense" in one.name],
        "feed": feeds,
        "feed, no time": [one.without_time() for one in feeds],
    }
    embeddings = Embeddings(article for one in slices for article in one.articles)
    table: list[tuple[str, Method, str]] = [
        ("digest", digest, "other"),
        ("digest", digest, "earlier"),
        ("digest", digest, "none"),
        ("digest, embeddings", embeddings, "other"),
        ("digest, embeddings", embeddings, "earlier"),
        ("digest, embeddings", embeddings, "none"),
        ("exact title", exact_title, "none"),
        ("MinHash-128, LSH", minhash, "none"),
        ("TF-IDF, single link", single_link, "other"),
    ]
    print(
        f"{'method':<21}{'archive':<9}{'regime':<15}{'P':>5}{'R':>6}{'F1':>6}  "
        f"{'95 % interval, or of the difference':<37}{'floor':>5}{'spread':>8}{'slowest':>9}"
    )
    ours: dict[str, list[float]] = {}
    for name, method, archive in table:
        for regime, members in regimes.items():
            chosen = [(one, learn(one, slices, archive)) for one in members]
            first = method is digest and archive == "other"
            runs = [run(method, chosen, seed) for seed in (SEEDS if first else SEEDS[:1])]
            precision, recall, f1 = mean_scores(runs[0][0])
            f1s = [mean_scores(told)[2] for told, _ in runs]
            sampled = bootstrap(runs[0][0])
            if first:
                ours[regime] = sampled
                beside = f"{interval(sampled)}"
            else:
                lost = [one - other for one, other in zip(sampled, ours[regime], strict=True)]
                beside = f"{f1 - mean_of(ours[regime]):+.3f} ({interval(lost)})"
            floor = f"{FLOORS[name][regime]:.2f}" if name in FLOORS else ""
            spread = f"{max(f1s) - min(f1s):.3f}" if first else ""
            print(
                f"{name:<21}{archive:<9}{regime:<15}{precision:>5.3f}{recall:>6.3f}{f1:>6.3f}  "
                f"{beside:<37}{floor:>5}{spread:>8}{max(slow for _, slow in runs):>7.2f} s",
                flush=True,
            )


def mean_of(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def make_week(slices: Sequence[Slice]) -> Slice:
    """Make the week of 20,000 articles."""
    chance = random.Random(1)
    articles, labels = [], {}
    for number, one in enumerate(slices):
        for copy in range(3):
            for article in one.articles:
                hours = 24 * 2 * number + (chance.random() * 46 if copy else article.dated.hour)
                when = WEEK_STARTS + dt.timedelta(hours=hours)
                guid = f"{number}/{copy}/{article.guid}"
                subedited = replace(
                    article,
                    guid=guid,
                    title=shortened(article.title, chance) if copy else article.title,
                    source=f"outlet{chance.randrange(300)}.example" if copy else article.source,
                    url=f"https://outlet.example/{guid}" if copy else article.url,
                    published=when,
                    first_seen=when,
                )
                articles.append(subedited)
                labels[guid] = one.labels[article.guid]
    chance.shuffle(articles)
    kept = tuple(articles[:WEEK])
    return Slice(name="week", articles=kept, labels={a.guid: labels[a.guid] for a in kept})


def shortened(title: str, chance: random.Random) -> str:
    words = title.split()
    for _ in range(2 if len(words) > 5 else 0):
        words.pop(chance.randrange(len(words)))
    return " ".join(words)


def timed(job: Callable[[], Groups]) -> tuple[Groups, float, float, float]:
    """Do a job twice; give what it made, its seconds (wall, processor), its peak memory in MB."""
    begun, worked = time.perf_counter(), time.process_time()
    made = job()
    seconds, processor = time.perf_counter() - begun, time.process_time() - worked
    tracemalloc.start()
    job()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return made, seconds, processor, peak


def print_sizes(slices: Sequence[Slice]) -> None:
    dense = [one for one in slices if "dense" in one.name]
    week = make_week(dense)
    archive = learn(dense[0], slices, "other")
    known = learn_idf((a.title, a.language) for one in slices for a in one.articles[:600])
    print(f"\n{'size':<27}{'F1':>6}{'wall':>9}{'processor':>11}{'memory':>9}   target")
    for one, idf, name, target in (
        (dense[0], archive, "of one day", "1 s, 150 MB"),
        (week, known, "over 8 days", "10 s, 700 MB"),
    ):
        groups, seconds, processor, peak = timed(lambda one=one, idf=idf: digest(one.articles, idf))  # type: ignore[misc]
        f1 = bcubed(tell(groups, one.labels))[2]
        size = f"{len(one.articles):,} articles {name}"
        print(f"{size:<27}{f1:>6.3f}{seconds:>7.2f} s{processor:>9.2f} s{peak:>6.0f} MB   {target}")
    titles = [(article.title, article.language) for one in dense for article in one.articles][:5000]
    begun = time.process_time()
    learn_idf(titles)
    print(
        f"learning from 5,000 headlines     {time.process_time() - begun:>6.2f} s of the processor"
    )


def main() -> None:
    if "DIGEST_DATA" not in os.environ:
        print("skipped: DIGEST_DATA does not name the folder that holds stories/dev.jsonl")
        return
    slices = read_slices(Path(os.environ["DIGEST_DATA"]) / "stories" / "dev.jsonl")
    print_grouping(slices)
    print_sizes(slices)
    archives = {one.name: learn(one, slices, "other") for one in slices}
    print_ranking([(one.articles, one.labels, archives[one.name]) for one in slices])
    print("\nmost popular, by benchmarks/popular.py")
    print_popularity()


if __name__ == "__main__":
    main()
