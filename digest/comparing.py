"""Compare: what a model says of articles' headlines, from vectors that are kept in the store.

They are made when articles are pulled, so that a build only has to compare them. What has none by
then is embedded at the build.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from digest.batches import AT_ONCE
from digest.errors import DigestError, ProviderError
from digest.resemblance import UNRELATED, Resemblance
from digest.wording import primary_language

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from digest.model import Article, Identity
    from digest.newsroom import Newsroom
    from digest.protocols import Embedder

BATCH = 256  # texts from one writing to the next: a first pull that is ended keeps its work


def embed_new(newsroom: Newsroom, now: dt.datetime) -> None:
    """Embed what the next issue may choose from and has no vector yet, and store it.

    Raises DigestError when that fails; what was embedded before is stored.
    """
    if newsroom.embedder:
        since = now - dt.timedelta(hours=newsroom.edition.window.max_hours)
        ids = [source.id for source in newsroom.edition.sources]
        articles = newsroom.store.articles(ids, since, now)
        _vectors(newsroom, newsroom.embedder, articles)


def compare(
    newsroom: Newsroom, articles: Collection[Article], *, most: int = AT_ONCE
) -> Resemblance | None:
    """Say which stored articles are alike by their headlines' meaning, whatever their order.

    Those in another language than the model's are left out: nothing is said of them. None where
    the edition groups by words alone. Raises DigestError, also where there are more than `most`.
    """
    embedder = newsroom.embedder
    if embedder is None:
        return None
    if len(articles) > most:  # pairs of all with all would fill the folder
        raise ProviderError(
            f"{len(articles):,} articles are more than the {most:,} that can be compared",
            where=embedder.name,
            hint="Narrow the [window], or read fewer sources",
        )
    vectors = _vectors(newsroom, embedder, articles)
    ordered = sorted(vectors)
    rows = embedder.compare([vectors[identity] for identity in ordered], UNRELATED)
    return Resemblance.of(ordered, rows)


def _vectors(
    newsroom: Newsroom, embedder: Embedder, articles: Iterable[Article]
) -> dict[Identity, bytes]:
    """Give the vectors of the articles that the model can read; make and store what is missing."""
    store, spoken = newsroom.store, newsroom.publication.language
    texts = {
        article.identity: article.title
        for article in articles
        if primary_language(article.language or spoken) == embedder.language
    }
    vectors = dict(store.vectors(embedder.name, texts))
    missing = sorted(texts.keys() - vectors.keys())
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        made = _embed(embedder, [texts[identity] for identity in batch])
        new = dict(zip(batch, made, strict=True))
        store.add_vectors(embedder.name, texts, new)
        vectors |= new
    return vectors


def _embed(embedder: Embedder, texts: Sequence[str]) -> Sequence[bytes]:
    """Embed texts. Raises DigestError whatever goes wrong: a model's runtime has its own errors."""
    try:
        return embedder.embed(texts)
    except DigestError:
        raise
    except Exception as error:
        raise ProviderError(
            f"headlines could not be embedded: {type(error).__name__}: {error}",
            where=embedder.name,
        ) from error
