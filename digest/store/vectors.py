"""What articles mean, as a model's vectors: by article, and of no use once its text changed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import select, tuple_

from digest.store.articles import batches
from digest.store.tables import vectors
from digest.store.upserts import upsert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

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
    identity = tuple_(vectors.c.source, vectors.c.guid)
    return {
        (row.source, row.guid): row.vector
        for batch in batches(texts)
        for row in connection.execute(
            select(vectors).where(vectors.c.model == model, identity.in_(batch))
        )
        if row.text_sha256 == _sha256(texts[row.source, row.guid])
    }


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
