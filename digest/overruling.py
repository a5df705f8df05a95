"""What the editors decided for a day, matched to the stories that it is about. Pure."""

from __future__ import annotations

import difflib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.sectioning import Filing
from digest.urls import canonical_url
from digest.wording import Likeness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from digest.inputs import Inputs
    from digest.model import Article, ScoredStory, SetAside, Story
    from digest.recipe import Choice

NOT_ABOUT_ARTICLES = ("add", "quote")  # of any source
FEW = 1_000
SAME_AGAIN = 0.8  # likeness of two headlines above which one is the other's duplicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Where a story must stand, by which of its articles, and who said so."""

    place: str
    article: Article
    reason: str


class Overruling:
    """One day's choices about articles: what is pinned, dropped, moved, and shown otherwise.

    `pins` and `dropped` (why) are by the id of the story; `notices` are for the editors.
    """

    def __init__(
        self,
        inputs: Inputs,
        scored: Sequence[ScoredStory],
        earlier: Sequence[ScoredStory] = (),
        going_on: Sequence[ScoredStory] = (),
        aside: Sequence[SetAside] = (),
    ) -> None:
        """Match the choices.

        `earlier` are stories of before the window, which may be popular only; those `going_on` have
        news, by which they stand; what was set `aside` stands nowhere.
        """
        stories = [one.story for one in (*scored, *earlier)]
        self._by_url = {
            canonical_url(article.url): (story, article)
            for story in reversed(stories)
            for article in story.articles
        }
        self._popular_only = {one.story.id for one in earlier}
        self._has_list = inputs.edition.popular.count > 0
        self._choices: defaultdict[str, list[Choice]] = defaultdict(list)  # by URL
        self.pins: dict[str, Pin] = {}
        self.dropped: dict[str, str] = {}
        self.notices = list(self._unmatched(inputs.choices, going_on, aside))
        matched = [
            one
            for one in inputs.choices
            if one.url and one.do != "quote" and self._url(one) in self._by_url
        ]
        for choice in matched:
            self._choices[self._url(choice)].append(choice)
            if choice.do in {"pin", "add"}:
                self._pin(choice, *self._by_url[self._url(choice)])
        for choice in matched:
            if choice.do == "drop":
                self._drop(choice, self._by_url[self._url(choice)][0])
        left = [story for story in stories if story.id not in self.pins]
        self.dropped.update(_duplicates(self.dropped, left, inputs))

    def about(self, article: Article, story: Story | None = None) -> tuple[Choice, ...]:
        """Give the choices about an article, then those about the others of its story.

        Each in the editors' order.
        """
        others = story.articles if story else ()
        told = (article, *(other for other in others if other.identity != article.identity))
        return tuple(
            choice for one in told for choice in self._choices.get(canonical_url(one.url), ())
        )

    def filing(self, story: Story) -> Filing | None:
        """Say where the editors moved a story to, None where they left it."""
        for choice in self.about(story.face, story):
            if choice.do == "move":
                return Filing(section=choice.to, why=f"moved by the editors ({choice.where})")
        return None

    def pins_to(self, place: str) -> Mapping[str, Pin]:
        """Give the pins to a place, by the id of the story."""
        return {
            story: pin
            for story, pin in self.pins.items()
            if pin.place.casefold() == place.casefold()
        }

    def _unmatched(
        self,
        choices: Sequence[Choice],
        going_on: Sequence[ScoredStory],
        aside: Sequence[SetAside],
    ) -> Iterator[str]:
        """Say of choices about articles that stand nowhere why they do not."""
        reasons = {
            canonical_url(article.url): "its story has news today, and stands by that"
            for one in going_on
            for article in one.story.articles
        }
        reasons |= {canonical_url(one.url): one.reason for one in aside}
        unknown = []
        for choice in choices:
            url = self._url(choice)
            if choice.do != "quote" and url not in self._by_url and url in reasons:
                yield f"{choice.where}: {choice.url} stands nowhere: {reasons[url]}"
            elif url not in self._by_url:
                unknown.append(choice)
        yield from unmatched_choices(unknown, [article for _, article in self._by_url.values()])

    def _pin(self, choice: Choice, story: Story, article: Article) -> None:
        if choice.to != "popular" and story.id in self._popular_only:
            self.notices.append(f"{choice.where}: its story may be popular only")
        elif choice.to == "popular" and not self._has_list:
            self.notices.append(f"{choice.where}: this edition has no most popular list")
        elif story.id in self.pins:
            place = self.pins[story.id].place
            self.notices.append(f"{choice.where}: its story is pinned to {place} already")
        else:
            did = "pinned" if choice.do == "pin" else "added"
            reason = f"{did} by the editors ({choice.where})"
            self.pins[story.id] = Pin(place=choice.to, article=article, reason=reason)

    def _drop(self, choice: Choice, story: Story) -> None:
        if story.id in self.pins:
            place = self.pins[story.id].place
            self.notices.append(f"{choice.where}: its story stays, since it is pinned to {place}")
        else:
            self.dropped[story.id] = f"dropped by the editors ({choice.where})"

    @staticmethod
    def _url(choice: Choice) -> str:
        return canonical_url(choice.url)


def unmatched_choices(choices: Sequence[Choice], articles: Sequence[Article]) -> list[str]:
    """Say which choices name an address that no article has, each with the nearest there are."""
    known = {canonical_url(article.url) for article in articles}
    urls = sorted({article.url for article in articles})
    problems = []
    for choice in choices:
        if choice.do in NOT_ABOUT_ARTICLES or not choice.url:
            continue
        if canonical_url(choice.url) not in known:
            host = urlsplit(choice.url).hostname or ""
            alike = [url for url in urls if host in url] or urls[:FEW]  # difflib takes its time
            near = difflib.get_close_matches(choice.url, alike, n=3, cutoff=0.5)
            hint = f"; the nearest are {', '.join(near)}" if near else ""
            problems.append(f"{choice.where}: no article has the address {choice.url}{hint}")
    return problems


def _duplicates(
    dropped: Iterable[str], stories: Sequence[Story], inputs: Inputs
) -> Iterator[tuple[str, str]]:
    """Find what would take a dropped story's place with all but its words, and say so."""
    gone = set(dropped)
    likeness = Likeness(inputs.idf)
    for lost in (story for story in stories if story.id in gone):
        for story in stories:
            if story.id not in gone and _is_alike(story, lost, likeness):
                yield story.id, f"as good as “{lost.face.title}”, which the editors dropped"


def _is_alike(one: Story, other: Story, likeness: Likeness) -> bool:
    return any(
        likeness(mine, theirs) >= SAME_AGAIN for mine in one.articles for theirs in other.articles
    )
