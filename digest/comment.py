"""What readers write below articles, and what is quoted of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What a reader wrote below an article, as a comments feed gave it.

    Identity is (`source`, `guid`). `url` leads to the comment itself, so its fragment counts.
    `author` is empty where the reader gave no name. `text` is one line of the reader's own words;
    "[…]" stands where an address or somebody else's words were. `on_title` is what the feed calls
    the article, or empty.
    """

    source: str
    guid: str
    url: str
    author: str
    text: str
    on_title: str = ""
    published: dt.datetime | None = None
    first_seen: dt.datetime

    @property
    def dated(self) -> dt.datetime:
        """When it was written, as well as is known."""
        return self.published or self.first_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What is quoted of a reader's comment: nothing but its own words, chosen by the editors.

    `author` is empty where the reader gave no name. `url` leads to the comment, `title` is that of
    the article below which it stands, or empty.
    """

    author: str
    text: str
    url: str
    title: str = ""
    date: dt.datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """What readers wrote, under a title: never empty."""

    title: str
    quotes: tuple[Quote, ...]
