"""Which article or comment an editor means: by its address, or a part of what it says. Pure."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from digest.urls import canonical_url, comment_address, is_web

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.comment import Comment
    from digest.model import Article

NEAREST = 3
LIKENESS = 0.5  # of difflib: below it, nobody would take the one for the other
_PLAIN = str.maketrans("’‘“”", "''\"\"")  # as keyboards have them


def find_articles(words: str, articles: Sequence[Article]) -> tuple[Article, ...]:
    """Give the articles that an address, or a part of an address or headline, may mean.

    Where the words are the whole of a headline, or of an address's last step, only those with it.
    Of several with one address the first; in the order of `articles`. Case, quotation marks and
    spaces make no difference.
    """
    first = {canonical_url(article.url): article for article in reversed(articles)}
    told = [article for article in articles if first[canonical_url(article.url)] is article]
    if is_web(words):
        return tuple(one for one in told if canonical_url(one.url) == canonical_url(words))
    part = _plain(words)
    whole = tuple(one for one in told if part in {_plain(_slug(one.url)), _plain(one.title)})
    parts = (one for one in told if part in _plain(one.url) or part in _plain(one.title))
    return whole or tuple(parts)


def nearest_articles(words: str, articles: Iterable[Article]) -> tuple[Article, ...]:
    """Give the few articles whose address, or for words whose headline, is most like them.

    The likest first.
    """
    said: dict[str, Article] = {}
    for article in sorted(articles, key=lambda one: (one.url, one.source)):
        for text in (article.url,) if is_web(words) else (_slug(article.url), article.title):
            said.setdefault(_plain(text), article)
    close = difflib.get_close_matches(_plain(words), said, n=NEAREST * 2, cutoff=LIKENESS)
    found: dict[str, Article] = {}
    for text in close:
        found.setdefault(canonical_url(said[text].url), said[text])
    return tuple(found.values())[:NEAREST]


def find_comments(words: str, comments: Iterable[Comment]) -> tuple[Comment, ...]:
    """Give the comments that an address or a guid, or a part of name or text, may mean.

    In the order given; of those that two feeds carry the first. Case, quotation marks and spaces
    make no difference.
    """
    found: dict[tuple[str, ...], Comment] = {}
    for one in comments:
        if _is_meant(words, one):
            place = "" if is_web(words) else comment_address(one.url)
            found.setdefault((one.author, one.text, place), one)
    return tuple(found.values())


def naming_address(comment: Comment, comments: Iterable[Comment]) -> str:
    """Give what means this comment alone: its address, else its guid; "" if neither does."""
    told = tuple(comments)
    return next((one for one in _names(comment) if len(find_comments(one, told)) == 1), "")


def _is_meant(words: str, comment: Comment) -> bool:
    if is_web(words):
        return comment_address(words) in map(comment_address, _names(comment))
    part = _plain(words)
    return part in _plain(comment.author) or part in _plain(comment.text)


def _names(comment: Comment) -> tuple[str, ...]:
    """Give what names a comment: its address, and its guid, which often is another of them."""
    return tuple(one for one in (comment.url, comment.guid) if is_web(one))


def _slug(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2]


def _plain(text: str) -> str:
    return " ".join(text.translate(_PLAIN).casefold().split())
