"""Whether the stories that most outlets tell come first: the ranking half of `stories.py`."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.continuity import History
from digest.grouping import group_articles
from digest.model import Article, Source, Story
from digest.ranking import rank_stories
from digest.recipe import Edition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digest.wording import Idf

DAY = dt.timedelta(days=1)
PLACES = 10
TOP = 3
FOLLOWED = 30  # outlets that a newsroom follows…
NEWSROOMS = 10  # …drawn at random so often for each day
DRAWS = 20  # random orders of a moment
RESAMPLES = 2_000


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What a newsroom knows at the end of a day, and the true size of each of its stories."""

    now: dt.datetime
    articles: tuple[Article, ...]
    labels: Mapping[str, str]
    idf: Idf
    sizes: Mapping[str, int]


def moments(day: Sequence[Article], labels: Mapping[str, str], idf: Idf) -> Iterator[Moment]:
    """Give a day as newsrooms that follow some of the outlets know it."""
    outlets: defaultdict[str, set[str]] = defaultdict(set)
    for article in day:
        outlets[labels[article.guid]].add(article.source)
    now = dt.datetime.combine(day[0].dated.date(), dt.time(), dt.UTC) + DAY
    everyone = sorted({article.source for article in day})
    chance = random.Random(1)
    for _ in range(NEWSROOMS if len(everyone) > FOLLOWED else 1):
        followed = set(chance.sample(everyone, min(FOLLOWED, len(everyone))))
        seen = tuple(article for article in day if article.source in followed)
        known = {labels[article.guid] for article in seen}
        sizes = {label: len(outlets[label]) for label in sorted(known)}
        yield Moment(now=now, articles=seen, labels=labels, idf=idf, sizes=sizes)


def days(articles: Sequence[Article]) -> Iterator[list[Article]]:
    by_day: defaultdict[dt.date, list[Article]] = defaultdict(list)
    for article in articles:
        by_day[article.dated.date()].append(article)
    yield from (by_day[day] for day in sorted(by_day))


def orders(moment: Moment) -> Iterator[tuple[str, list[Story]]]:
    """Give the stories of a moment by each way of ordering, random ones many times."""
    grouped = group_articles(moment.articles, idf=moment.idf, weights={})
    yield "digest", ranked(moment, grouped)
    yield "newest", list(grouped)
    chance = random.Random(1)
    for _ in range(DRAWS):
        yield "random", chance.sample(grouped, len(grouped))
    yield "perfect groups", ranked(moment, perfect(moment))


def ranked(moment: Moment, stories: Sequence[Story]) -> list[Story]:
    outlets = sorted({article.source for article in moment.articles})
    sources = tuple(Source(id=name, title=name, owner=name) for name in outlets)
    edition = Edition(name="daily", title="Daily", sources=sources, sections=())
    scored = rank_stories(
        stories, edition=edition, readings=(), history=History(()), now=moment.now
    )
    return [one.story for one in scored]


def perfect(moment: Moment) -> list[Story]:
    told: defaultdict[str, list[Article]] = defaultdict(list)
    for article in sorted(moment.articles, key=lambda a: (-a.dated.timestamp(), a.guid)):
        told[moment.labels[article.guid]].append(article)
    return [Story(id=label, face=told[label][0], articles=tuple(told[label])) for label in told]


def judge(moment: Moment, stories: Sequence[Story]) -> tuple[float, float]:
    """Give whether the first story is one of the true top three, and NDCG@10."""
    best = sorted(moment.sizes.values(), reverse=True)
    gains, seen = [], set[str]()
    for story in stories[:PLACES]:
        label = main_label(moment, story)
        gains.append(0 if label in seen else moment.sizes[label])
        seen.add(label)
    hit = gains[0] >= best[min(TOP, len(best)) - 1]
    return float(hit), discounted(gains) / discounted(best[:PLACES])


def main_label(moment: Moment, story: Story) -> str:
    labels = Counter(moment.labels[article.guid] for article in story.articles)
    return min(labels, key=lambda label: (-labels[label], label))


def discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(2 + place) for place, gain in enumerate(gains))


def print_ranking(slices: Sequence[tuple[Sequence[Article], Mapping[str, str], Idf]]) -> None:
    """Judge every order on every day of the slices: (articles, labels by guid, IDF) each."""
    scores: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for articles, labels, idf in slices:
        for day in days(articles):
            runs: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
            for moment in moments(day, labels, idf):
                for name, stories in orders(moment):
                    runs[name].append(judge(moment, stories))
            for name, judged in runs.items():
                hits, ndcgs = zip(*judged, strict=True)
                scores[name].append((sum(hits) / len(judged), sum(ndcgs) / len(judged)))
    print(f"\nranking what {FOLLOWED} outlets tell, at the end of {len(scores['digest'])} days")
    print(f"{'order':<16}{'hit':>5}  {'difference to ours':<20}{'NDCG@10':>9}  difference to ours")
    ours = scores["digest"]
    for name, theirs in scores.items():
        line = f"{name:<16}"
        for column, width in ((0, 5), (1, 9)):
            values = [row[column] for row in theirs]
            lost = [value - row[column] for value, row in zip(values, ours, strict=True)]
            beside = "" if name == "digest" else interval(lost)
            line += f"{sum(values) / len(values):>{width}.3f}  {beside:<20}"
        print(line.rstrip())


def interval(differences: Sequence[float]) -> str:
    """Give the 95 % percentiles of the mean difference, by bootstrap over days."""
    chance = random.Random(1)
    count = len(differences)
    means = sorted(sum(chance.choices(differences, k=count)) / count for _ in range(RESAMPLES))
    edge = RESAMPLES // 40
    return f"{means[edge]:+.3f} … {means[-1 - edge]:+.3f}"
