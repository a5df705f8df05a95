"""Compare: what a model says of articles' headlines, from vectors that are kept in the store.

They are made when articles are pulled, so that a build only has to compare them. What has none by
then is embedded at the build.
"""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from typing import TYPE_CHECKING

from digest.batches import AT_ONCE
from digest.errors import DigestError, ProviderError
from digest.resemblance import UNRELATED, Resemblance
from digest.wording import primary_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digest.model import Article, Identity
    from digest.newsroom import Newsroom
    from digest.protocols import Embedder

BATCH = 256  # texts from one writing to the next: a first pull that is ended keeps its work


def embed_new(newsroom: Newsroom, now: dt.datetime) -> None:
    """Embed what the next issue may choose from and has no vector yet, and store it.

    Raises DigestError when that fails; what was embedded before is stored.
    """
    embedder = embedder_of(newsroom)
    if embedder:
        since = now - dt.timedelta(hours=newsroom.edition.window.max_hours)
        ids = [source.id for source in newsroom.edition.sources]
        articles = newsroom.store.articles(ids, since, now)
        _vectors(newsroom, embedder, articles)


def compare(
    newsroom: Newsroom, articles: Iterable[Article], *, most: int = AT_ONCE
) -> Resemblance | None:
    """Say which stored articles are alike by their headlines' meaning, whatever their order.

    Those in another language than the model's are left out: nothing is said of them. None where
    the edition groups by words alone. Raises DigestError, also where there are more than `most`.
    """
    embedder = embedder_of(newsroom)
    if embedder is None:
        return None
    readable = _readable(newsroom, embedder, articles)
    if len(readable) > most:  # pairs of all with all would fill the folder
        raise ProviderError(
            f"{len(readable):,} articles are more than the {most:,} that can be compared",
            where=embedder.name,
            hint="Narrow the [window], or read fewer sources",
        )
    vectors = _vectors(newsroom, embedder, readable)
    ordered = sorted(vectors)
    with _explained(embedder.name, "compared"):
        rows = embedder.compare([vectors[identity] for identity in ordered], UNRELATED)
        return Resemblance.of(ordered, rows)


def embedder_of(newsroom: Newsroom) -> Embedder | None:
    """Make what tells the meaning of headlines, None where the edition groups by words alone.

    Raises DigestError where it cannot be had: a packages' runtime has errors of its own.
    """
    if newsroom.embedder is None:
        return None
    with _explained("embeddings", "embedded"):
        return newsroom.embedder()


def _readable(newsroom: Newsroom, embedder: Embedder, articles: Iterable[Article]) -> list[Article]:
    """Give the articles in the model's language; what states none is in the publication's."""
    spoken = primary_language(newsroom.publication.language)
    return [
        article
        for article in articles
        if (primary_language(article.language) or spoken) == embedder.language
    ]


def _vectors(
    newsroom: Newsroom, embedder: Embedder, articles: Iterable[Article]
) -> dict[Identity, bytes]:
    """Give the vectors of the articles that the model can read; make and store what is missing."""
    store = newsroom.store
    readable = _readable(newsroom, embedder, articles)
    texts = {article.identity: article.title for article in readable}
    vectors = dict(store.vectors(embedder.name, texts))
    missing = sorted(texts.keys() - vectors.keys())
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        with _explained(embedder.name, "embedded"):
            made = embedder.embed([texts[identity] for identity in batch])
        new = dict(zip(batch, made, strict=True))
        store.add_vectors(embedder.name, texts, new)
        vectors |= new
    return vectors


@contextmanager
def _explained(model: str, done: str) -> Iterator[None]:
    """Turn whatever goes wrong into a DigestError: a model's runtime has its own errors."""
    try:
        yield
    except DigestError:
        raise
    except Exception as error:
        raise ProviderError(
            f"headlines could not be {done}: {type(error).__name__}: {error}", where=model
        ) from error
