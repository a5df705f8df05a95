"""What articles mean, as a model's vectors: by article, and of no use once its text changed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from digest.store.articles import batches
from digest.store.tables import vectors
from digest.store.upserts import upsert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Select

    from digest.model import Identity


def write_vectors(
    connection: Connection,
    model: str,
    texts: Mapping[Identity, str],
    made: Mapping[Identity, bytes],
) -> None:
    """Keep the vectors that a model made of articles' texts, in place of those before."""
    rows = [
        {
            "source": source,
            "guid": guid,
            "model": model,
            "text_sha256": _sha256(texts[source, guid]),
            "vector": vector,
        }
        for (source, guid), vector in made.items()
    ]
    if rows:
        connection.execute(upsert(connection, vectors), rows)


def read_vectors(
    connection: Connection, model: str, texts: Mapping[Identity, str]
) -> Mapping[Identity, bytes]:
    """Give a model's vectors of these articles, as far as there are some of these very texts."""
    guids: defaultdict[str, list[str]] = defaultdict(list)
    for source, guid in texts:
        guids[source].append(guid)
    return {
        (row.source, row.guid): row.vector
        for source, known in guids.items()
        for batch in batches(known)
        for row in connection.execute(vectors_query(model, source, batch))
        if row.text_sha256 == _sha256(texts[row.source, row.guid])
    }


def vectors_query(model: str, source: str, guids: Sequence[str]) -> Select[Any]:
    """Select a model's vectors of a source's articles: by pairs of both, no index would be used."""
    return select(vectors).where(
        vectors.c.source == source, vectors.c.guid.in_(guids), vectors.c.model == model
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
