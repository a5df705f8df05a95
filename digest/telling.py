"""Which stories the articles tell: those that may stand on the page, and older ones still read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.adding import is_added
from digest.grouping import group_articles
from digest.model import ScoredStory

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from digest.continuity import History
    from digest.inputs import Inputs
    from digest.model import Article, Identity, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The stories of an issue.

    `current` have an article of the window; beside it they hold what earlier issues placed of them.
    `earlier` hold what is still read of stories from before the window, and have no factors; one
    that goes on has the id of a current story.
    """

    current: tuple[Story, ...]
    earlier: tuple[ScoredStory, ...]


def tell_stories(inputs: Inputs, history: History) -> Told:
    """Group all articles of an issue, so that an older one never stands beside its own story.

    `inputs` has what the editors added. An added article is a story of its own. A story that goes
    on has the id by which earlier issues knew it.
    """
    fresh, placed = keys(inputs.articles), keys(inputs.background)
    read = keys(inputs.read_earlier) - fresh
    stories = history.named(_grouped(inputs))
    return Told(
        current=tuple(only(story, fresh | placed) for story in stories if _has(story, fresh)),
        earlier=tuple(
            ScoredStory(story=only(story, read), factors=())
            for story in stories
            if _has(story, read)
        ),
    )


def of_window(scored: Iterable[ScoredStory], inputs: Inputs) -> list[ScoredStory]:
    """Show stories by what is new of them: what an earlier issue placed has done its work."""
    fresh = keys(inputs.articles)
    return [replace(one, story=only(one.story, fresh)) for one in scored]


def only(story: Story, kept: Container[Identity]) -> Story:
    """Give a story by these articles of it alone, of which it must have one."""
    articles = tuple(article for article in story.articles if article.identity in kept)
    face = story.face if story.face in articles else articles[0]
    return replace(story, articles=articles, face=face)


def _grouped(inputs: Inputs) -> list[Story]:
    added = [article for article in inputs.articles if is_added(article)]
    told = [article for article in inputs.articles if not is_added(article)]
    others = {article.identity: article for article in (*inputs.read_earlier, *inputs.background)}
    met = keys(inputs.articles)
    told += [article for key, article in others.items() if key not in met]
    weights = {source.id: source.weight for source in inputs.edition.sources}
    return [
        story
        for articles in (told, *([article] for article in added))
        for story in group_articles(
            articles, idf=inputs.idf, weights=weights, resemblance=inputs.resemblance
        )
    ]


def _has(story: Story, any_of: Container[Identity]) -> bool:
    return any(article.identity in any_of for article in story.articles)


def keys(articles: Iterable[Article]) -> set[Identity]:
    """Give what articles are known by."""
    return {article.identity for article in articles}
