"""Add the articles that editors wrote down by hand to what an issue may choose from. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.model import Article, Source
from digest.urls import canonical_url, registrable_domain

if TYPE_CHECKING:
    from digest.inputs import Inputs
    from digest.recipe import Choice

_ADDED = "added "  # how the ids of their sources begin, which no address does


def with_added(inputs: Inputs) -> Inputs:
    """Give the inputs with an article, and a source for it, for each choice to "add" one.

    One whose address a source carries already is not added: its choice pins the source's article,
    and a notice says so.
    """
    known = {canonical_url(article.url) for article in inputs.articles}
    added = [choice for choice in inputs.choices if choice.do == "add"]
    new = [choice for choice in added if canonical_url(choice.url) not in known]
    carried = [choice for choice in added if choice not in new]
    if not added:
        return inputs
    sources = tuple(_source(choice, inputs.publication.name) for choice in new)
    return replace(
        inputs,
        edition=replace(inputs.edition, sources=(*inputs.edition.sources, *sources)),
        articles=(*inputs.articles, *(_article(choice, inputs) for choice in new)),
        notices=(
            *inputs.notices,
            *(f"{one.where}: a source carries {one.url}, so it is only pinned" for one in carried),
        ),
    )


def is_added(article: Article) -> bool:
    """Tell whether editors wrote an article down by hand: it tells no other's story."""
    return article.source.startswith(_ADDED)


def _source(choice: Choice, publication: str) -> Source:
    return Source(
        id=_id(choice),
        title=choice.source or publication,
        owner=registrable_domain(choice.url),
    )


def _article(choice: Choice, inputs: Inputs) -> Article:
    return Article(
        source=_id(choice),
        guid=choice.url,
        url=choice.url,
        title=choice.text,
        summary=choice.standfirst,
        published=inputs.cutoff,
        first_seen=inputs.cutoff,
        image=choice.image,
        language=inputs.publication.language,
    )


def _id(choice: Choice) -> str:
    return f"{_ADDED}{choice.url}"
