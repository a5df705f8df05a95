"""The page of an issue while it is being filled: what is taken, by whom, and which rule said so.

Order matters: lead, related, popular, sections. A story stands in one place only.
"""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from digest.errors import Skipped
from digest.model import MostPopular, Rights, RunnerUp, Section
from digest.placing import face_of, place
from digest.popular import is_last_list, rank_popular, usable_counts
from digest.relating import related_stories
from digest.sombre import sombre_reason
from digest.urls import canonical_url
from digest.wording import Likeness

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digest.inputs import Inputs
    from digest.model import Article, Placement, ScoredStory
    from digest.recipe import Choice

LEAD_OWNERS = 2  # a lead is told by two owners or more…
LEAD_AGE_H = 36  # …and is at most this old; else the best leads, and the reason says so
ALIKE_PENALTY = 0.7  # greedy MMR (Carbonell & Goldstein 1998): score × (1 − .7 × likeness)
TOP = 10  # within the first ten picks…
OWNER_CAP = 2  # …another owner stands at most twice, where there are three owners or more
CAPPED_OWNERS = 3
RUNNERS_UP = 20


class Page:
    """The page while it is being filled: what is taken, by whom, and what was said about it."""

    def __init__(self, inputs: Inputs, scored: Sequence[ScoredStory]) -> None:
        self.inputs = inputs
        self.edition = inputs.edition
        self.scored = tuple(scored)
        self.likeness = Likeness(inputs.idf)
        self.notices: list[str] = []
        self.taken: set[str] = set()  # ids of stories that stand somewhere
        self.why_not: dict[str, str] = {}  # story id → the rule that kept it out
        self.chosen: list[ScoredStory] = []  # what stands on the page so far
        self.likest: dict[str, tuple[int, float]] = {}  # see _alike
        self.picked_owners: list[str] = []  # of the lead and the cards, in the order of picking
        self.shown: set[str] = set()  # canonical URLs that stand somewhere
        self.by_url = {
            canonical_url(article.url): (one, article)
            for one in reversed(self.scored)
            for article in one.story.articles
        }
        self.choices: dict[str, tuple[Choice, ...]] = {}
        self.pinned: dict[str, tuple[str, Article, str]] = {}  # story id → place, article, reason
        self.left_out: dict[str, str] = {}  # section → why nothing is picked for it
        self._read_choices()
        self.section_of = {one.story.id: self._section_of(one) for one in self.scored}

    # ------------------------------------------------------------ what the editors decided

    def _read_choices(self) -> None:
        """Match each choice to its article; tell the editors of those that match none."""
        articles = [article for _, article in self.by_url.values()]
        self.notices.extend(unmatched_choices(self.inputs.choices, articles))
        for choice in self.inputs.choices:
            if not choice.url:
                continue
            url = canonical_url(choice.url)
            if url not in self.by_url:
                continue
            self.choices[url] = (*self.choices.get(url, ()), choice)
            one, article = self.by_url[url]
            if choice.do == "drop":
                self.why_not[one.story.id] = f"dropped by the editors ({choice.where})"
            elif choice.do not in {"pin", "add"}:
                continue
            elif choice.to == "popular" and not self.edition.popular.count:
                self.notices.append(f"{choice.where}: this edition has no most popular list")
            elif one.story.id in self.pinned:
                place = self.pinned[one.story.id][0]
                self.notices.append(f"{choice.where}: its story is pinned to {place} already")
            else:
                did = "pinned" if choice.do == "pin" else "added"
                reason = f"{did} by the editors ({choice.where})"
                self.pinned[one.story.id] = (choice.to, article, reason)

    def _pins(self, to: str) -> Iterator[tuple[ScoredStory, Article, str]]:
        for one in self.scored:
            place, article, reason = self.pinned.get(one.story.id, ("", None, ""))
            if article and place.casefold() == to.casefold() and self._is_free(one):
                yield one, article, reason

    def _section_of(self, one: ScoredStory) -> str:
        """Give the section that the editors moved the story to, else that of its face."""
        for article in one.story.articles:
            for choice in self.choices.get(canonical_url(article.url), ()):
                if choice.do == "move":
                    return choice.to
        return self.edition.section_of(face_of(one.story, self.edition))

    # ------------------------------------------------------------ filling, in this order

    def lead(self) -> Placement:
        """Choose who leads: a pin, else the best that several tell, else the best."""
        for one, article, reason in self._pins("lead"):
            return self._put(one, "lead", reason, article)
        free = self._free()
        if not free:
            raise Skipped(
                "no story is left to lead the issue",
                where=f"{self.edition.name} {self.inputs.date}",
                hint=self._why_empty(),
            )
        for one in free:
            if self._may_lead(one):
                return self._put(one, "lead", f"best score of those that {LEAD_OWNERS} owners tell")
        return self._put(free[0], "lead", "best score, though no fresh story is told by two owners")

    def related(self, lead: Placement) -> tuple[Placement, ...]:
        """Choose what goes with the lead: other angles of its story, then what shares its names."""
        found: list[Placement] = []
        story = next(one for one in self.scored if one.story.id == lead.story)
        owner = self._owner(story)
        for article in story.story.articles:
            is_new = canonical_url(article.url) not in self.shown
            same_owner = self.edition.source(article).owner == owner
            if is_new and same_owner and len(found) < self.edition.related:
                reason = "another report of the lead's story by the same owner"
                found.append(self._show(story, "related", (reason,), article))
        free = {one.story.id: one for one in self._free()}
        others = [one.story for one in free.values()]
        sections = [rule.title for rule in self.edition.sections]
        for relation in related_stories(story.story, others, sections=sections):
            if len(found) < self.edition.related:
                shared = ", ".join(word.lstrip("#") for word in relation.shared[:3])
                found.append(
                    self._put(free[relation.story.id], "related", f"shares with the lead: {shared}")
                )
        return tuple(found)

    def popular(self) -> MostPopular | None:
        """Fill the list with what readers chose, besides what stands above it."""
        rule = self.edition.popular
        if not rule.count:
            return None
        counts, refusals = usable_counts(self.inputs.readings, rule, self.inputs.cutoff)
        self.notices.extend(refusals)
        ranked = rank_popular(
            self.scored,
            counts,
            edition=self.edition,
            cutoff=self.inputs.cutoff,
            zone=self.inputs.publication.timezone,
        )
        if ranked.notice:
            self.notices.append(ranked.notice)
        items: list[Placement] = []
        for one, chosen, why in self._pins("popular"):
            items.append(self._put(one, "popular", why, chosen))
        for one, article in ranked.entries:
            if len(items) < rule.count and self._is_free(one) and one.story.id not in self.pinned:
                reason = f"number {len(items) + 1} of {ranked.title.lower()}"
                items.append(self._put(one, "popular", reason, article))
        if not items:
            return None
        again = counts and is_last_list([item.url for item in items], self.inputs.past)
        return MostPopular(
            title="Still most popular" if again else ranked.title,
            basis=ranked.basis,
            items=tuple(i if rule.summaries else replace(i, standfirst="") for i in items),
        )

    def keep_sombre(self, lead: Placement) -> None:
        """Leave the light sections out where the lead is grave, by the editors' word or its own."""
        light = [rule.title for rule in self.edition.sections if rule.light]
        reason = sombre_reason(self.inputs, lead)
        if light and reason:
            self.left_out = dict.fromkeys(light, reason)
            self.notices.append(f"{', '.join(light)} left out: {reason}")

    def sections(self) -> tuple[Section, ...]:
        """Fill all sections together, best story first, so that caps and likeness see the page."""
        cards: dict[str, list[Placement]] = {rule.title: [] for rule in self.edition.sections}
        room = {rule.title: rule.count for rule in self.edition.sections}
        for title, pinned in cards.items():
            for one, article, reason in self._pins(title):
                pinned.append(self._put(one, title, reason, article, section=title))
        while (pick := self._next_pick(cards, room)) is not None:
            one, title = pick
            reason = f"number {len(cards[title]) + 1} of {title}"
            if self._capped(one):
                reason += "; its owner stands twice already, but no other story was left"
            cards[title].append(self._put(one, title, reason, section=title))
        return tuple(
            Section(title=rule.title, url=rule.url, cards=tuple(cards[rule.title]))
            for rule in self.edition.sections
            if cards[rule.title]
        )

    def _next_pick(
        self, cards: Mapping[str, Sequence[Placement]], room: Mapping[str, int]
    ) -> tuple[ScoredStory, str] | None:
        """Give the best that fits: by the caps if any does, and less alike to what stands there."""
        best: dict[bool, tuple[float, ScoredStory, str]] = {}
        for one in self._free():
            title = self.section_of[one.story.id]
            if not title:
                self.why_not[one.story.id] = "belongs to no section of this edition"
            elif title in self.left_out:
                self.why_not[one.story.id] = f"{title} is left out: {self.left_out[title]}"
            elif len(cards[title]) >= room[title]:
                self.why_not[one.story.id] = f"{title} is full ({room[title]})"
            else:
                capped = self._capped(one)
                worth = one.score * (1 - ALIKE_PENALTY * self._alike(one))
                if capped not in best or worth > best[capped][0]:
                    best[capped] = (worth, one, title)
        pick = best.get(False) or best.get(True)
        return pick and pick[1:]

    def runners_up(self) -> tuple[RunnerUp, ...]:
        """Name the best of those that were left out, each with the rule that did it."""
        left = [one for one in self.scored if one.story.id not in self.taken]
        return tuple(
            RunnerUp(
                story=one.story.id,
                url=one.story.face.url,
                title=one.story.face.title,
                source=self.edition.source(one.story.face).title,
                score=round(one.score, 3),
                factors=one.factors,
                reason=self._reason_against(one),
            )
            for one in left[:RUNNERS_UP]
        )

    def count(self) -> int:
        """Count the stories that stand on the page."""
        return len(self.taken)

    def _why_empty(self) -> str:
        if not self.inputs.articles:
            return "The window holds no article: pull first, or look at `digest status`"
        return "All that the window holds was dropped or ran before"

    # ------------------------------------------------------------ the rules

    def _is_free(self, one: ScoredStory) -> bool:
        return one.story.id not in self.taken and one.story.id not in self.why_not

    def _free(self) -> list[ScoredStory]:
        """Give the stories that may be picked: best first, without those that a pin has placed."""
        return [
            one
            for one in self.scored
            if self._is_free(one) and one.score > 0 and one.story.id not in self.pinned
        ]

    def _may_lead(self, one: ScoredStory) -> bool:
        owners = {self.edition.source(article).owner for article in one.story.articles}
        age = self.inputs.cutoff - one.story.articles[0].dated
        return len(owners) >= LEAD_OWNERS and age <= dt.timedelta(hours=LEAD_AGE_H)

    def _capped(self, one: ScoredStory) -> bool:
        """Whether its owner has had its share of the first ten picks.

        The publication's own reports are never capped: the cap is against one outlet's flood.
        """
        source = self.edition.source(face_of(one.story, self.edition))
        owners = {source.owner for source in self.edition.sources}
        if source.rights is Rights.OWN or len(owners) < CAPPED_OWNERS:
            return False
        return len(self.picked_owners) < TOP and (
            self.picked_owners.count(source.owner) >= OWNER_CAP
        )

    def _alike(self, one: ScoredStory) -> float:
        """Give the likeness to what stands on the page and is most like it.

        Only what came since the last asking is compared; a page asks this thousands of times.
        """
        compared, most = self.likest.get(one.story.id, (0, 0.0))
        for other in self.chosen[compared:]:
            most = max(most, self.likeness(one.story.face, other.story.face))
        self.likest[one.story.id] = (len(self.chosen), most)
        return most

    def _owner(self, one: ScoredStory) -> str:
        return self.edition.source(face_of(one.story, self.edition)).owner

    def _reason_against(self, one: ScoredStory) -> str:
        if one.score <= 0:
            return next(factor.why for factor in one.factors if factor.value <= 0)
        return self.why_not.get(one.story.id, "better stories filled the page")

    # ------------------------------------------------------------ putting on the page

    def _put(
        self,
        one: ScoredStory,
        slot: str,
        reason: str,
        article: Article | None = None,
        *,
        section: str = "",
    ) -> Placement:
        self.taken.add(one.story.id)
        self.chosen.append(one)
        if slot not in {"related", "popular"}:
            self.picked_owners.append(self._owner(one))
        return self._show(one, slot, (reason,), article, section=section)

    def _show(
        self,
        one: ScoredStory,
        slot: str,
        reasons: tuple[str, ...],
        article: Article | None = None,
        *,
        section: str = "",
    ) -> Placement:
        face = article or face_of(one.story, self.edition)
        self.shown.add(canonical_url(face.url))
        return place(
            one,
            edition=self.edition,
            slot=slot,
            face=face,
            section=section or self.section_of[one.story.id],
            choices=self.choices.get(canonical_url(face.url), ()),
            reasons=reasons,
        )


def unmatched_choices(choices: Sequence[Choice], articles: Sequence[Article]) -> list[str]:
    """Say which choices name an address that no article has, each with the nearest there are."""
    known = {canonical_url(article.url) for article in articles}
    urls = sorted({article.url for article in articles})
    problems = []
    for choice in choices:
        if choice.url and choice.do != "add" and canonical_url(choice.url) not in known:
            near = difflib.get_close_matches(choice.url, urls, n=3, cutoff=0.5)
            hint = f"; the nearest are {', '.join(near)}" if near else ""
            problems.append(f"{choice.where}: no article has the address {choice.url}{hint}")
    return problems
