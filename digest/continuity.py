"""What earlier issues told already: which stories go on, since when, and what is new of them. Pure.

A story is recognised by any page that stood in one of the last issues, as a card or as another
owner's telling of it; it keeps the id that it had there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from digest.urls import canonical_url

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from digest.model import Article, Past, Story


class History:
    """The placements of the issues that count for novelty, by page and by story."""

    def __init__(self, past: Iterable[Past]) -> None:
        self._shown: set[str] = set()
        self._last: dict[str, Past] = {}  # by page or story
        self._began: dict[str, dt.date] = {}  # by story
        self._stories: defaultdict[str, set[str]] = defaultdict(set)  # by page
        for one in past:
            self._shown.add(canonical_url(one.url))
            pages = {canonical_url(url) for url in (one.url, *one.others)}
            for page in pages:
                self._stories[page].add(one.story)
            for key in (*pages, one.story):
                self._last[key] = max(one, self._last.get(key, one), key=lambda p: p.date)
            began = one.began or one.date
            self._began[one.story] = min(began, self._began.get(one.story, began))

    def placed(self, article: Article) -> bool:
        """Tell whether an earlier issue showed this very page."""
        return canonical_url(article.url) in self._shown

    def last_run(self, story: Story) -> Past | None:
        """Give a placement of the last issue that showed any of the story."""
        keys = [story.id, *(canonical_url(article.url) for article in story.articles)]
        runs = [self._last[key] for key in keys if key in self._last]
        return max(runs, key=lambda past: past.date, default=None)

    def began(self, story: Story) -> dt.date | None:
        """Give the day of the first issue that showed the story, None if none did."""
        days = [self._began[one] for one in self._known_as(story)]
        return min(days, default=None)

    def news(self, story: Story) -> tuple[Article, ...]:
        """Give what came out since the story last ran, newest first; nothing if it never ran."""
        ran = self.last_run(story)
        if ran is None:
            return ()
        return tuple(a for a in story.articles if a.dated > ran.cutoff and not self.placed(a))

    def named(self, stories: Sequence[Story]) -> tuple[Story, ...]:
        """Give the stories, in their order, under the ids that earlier issues knew them by.

        Where several go on from one story, the one with more articles keeps its id, ties by id;
        where one goes on from several, it takes the id of the one that began first.
        """
        names: dict[str, str] = {}
        taken: set[str] = set()
        for story in sorted(stories, key=lambda story: (-len(story.articles), story.id)):
            known = self._known_as(story) - taken
            name = min(known, key=lambda one: (self._began[one], one), default=story.id)
            while name in taken:
                name += "+"  # no story's own id ends so
            names[story.id] = name
            taken.add(name)
        return tuple(replace(story, id=names[story.id]) for story in stories)

    def _known_as(self, story: Story) -> set[str]:
        """Name the stories of earlier issues that a story goes on from."""
        pages = (canonical_url(article.url) for article in story.articles)
        known = {name for page in pages if page in self._stories for name in self._stories[page]}
        return known | ({story.id} & self._began.keys())
