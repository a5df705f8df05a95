"""Group as an edition does that uses embeddings: the vectors made beforehand, as a pull does.

The speed of embedding is that of one thread on the machine at hand; the peak of the process's
memory counts the model too.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from digest.embedding import MiniLM
from digest.grouping import group_articles
from digest.resemblance import UNRELATED, Resemblance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from baselines import Groups

    from digest.model import Article
    from digest.wording import Idf


class Embeddings:
    """Groups by words and meaning; making the vectors is not part of a call, comparing them is."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._model = MiniLM()
        titles = sorted({article.title for article in articles})
        self._model.embed(titles[:1])  # loads the model
        begun = time.perf_counter()
        self._vectors = dict(zip(titles, self._model.embed(titles), strict=True))
        seconds = time.perf_counter() - begun
        print(f"embedded {len(titles):,} headlines, {len(titles) / seconds:.0f} a second", end="")
        print(f"; peak of the process {peak_mb():.0f} MB\n", flush=True)

    def __call__(self, articles: Sequence[Article], idf: Idf) -> Groups:
        titles = {article.identity: article.title for article in articles}
        ordered = sorted(titles)
        vectors = [self._vectors[titles[identity]] for identity in ordered]
        rows = self._model.compare(vectors, UNRELATED)
        stories = group_articles(
            articles, idf=idf, weights={}, resemblance=Resemblance.of(ordered, rows)
        )
        return [list(story.articles) for story in stories]


def peak_mb() -> float:
    """Give the most memory that this process had, as Linux tells it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000
