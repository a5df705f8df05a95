"""What earlier issues told already: which stories go on, since when, and what is new of them. Pure.

A story is recognised by any page that stood in one of the last issues, as a card or as another
owner's telling of it; it keeps the id that it had there.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from digest.urls import canonical_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.model import Article, Past, Story


class History:
    """The placements of the issues that count for novelty, by page and by story.

    An issue is taken to have known all up to `cutoff` on its date, read as UTC: placements keep no
    zone.
    """

    def __init__(self, past: Iterable[Past], cutoff: dt.time) -> None:
        self._cutoff = cutoff
        self._shown: set[str] = set()
        self._last: dict[str, dt.date] = {}  # by page or story
        self._began: dict[str, dt.date] = {}  # by story
        self._stories: defaultdict[str, set[str]] = defaultdict(set)  # by page
        for one in past:
            self._shown.add(canonical_url(one.url))
            pages = {canonical_url(url) for url in (one.url, *one.others)}
            for page in pages:
                self._stories[page].add(one.story)
            for key in (*pages, one.story):
                self._last[key] = max(one.date, self._last.get(key, one.date))
            began = one.began or one.date
            self._began[one.story] = min(began, self._began.get(one.story, began))

    def placed(self, article: Article) -> bool:
        """Tell whether an earlier issue showed this very page."""
        return canonical_url(article.url) in self._shown

    def last_run(self, story: Story) -> dt.date | None:
        """Give the day of the last issue that showed any of the story."""
        keys = [story.id, *(canonical_url(article.url) for article in story.articles)]
        return max((self._last[key] for key in keys if key in self._last), default=None)

    def began(self, story: Story) -> dt.date | None:
        """Give the day of the first issue that showed the story, None if none did."""
        days = [self._began[one] for one in self._known_as(story)]
        return min(days, default=None)

    def news(self, story: Story) -> tuple[Article, ...]:
        """Give what came out since the story last ran, newest first; nothing if it never ran."""
        ran = self.last_run(story)
        if ran is None:
            return ()
        then = dt.datetime.combine(ran, self._cutoff, dt.UTC)
        return tuple(a for a in story.articles if a.dated > then and not self.placed(a))

    def named(self, stories: Sequence[Story]) -> tuple[Story, ...]:
        """Give the stories, in their order, under the ids that earlier issues knew them by.

        Where two go on from one story, the one with more articles keeps its id, ties by id; where
        one goes on from two, it takes the id of the one that began first.
        """
        ranked = sorted(stories, key=lambda story: (-len(story.articles), story.id))
        taken = {story.id for story in stories}
        names: dict[str, str] = {}
        for story in ranked:
            known = self._known_as(story) - (taken - {story.id})
            if known:
                names[story.id] = min(known, key=lambda one: (self._began[one], one))
                taken.add(names[story.id])
        return tuple(replace(story, id=names.get(story.id, story.id)) for story in stories)

    def _known_as(self, story: Story) -> set[str]:
        """Name the stories of earlier issues that a story goes on from."""
        pages = (canonical_url(article.url) for article in story.articles)
        known = {name for page in pages if page in self._stories for name in self._stories[page]}
        return known | ({story.id} & self._began.keys())
