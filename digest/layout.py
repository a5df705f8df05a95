"""The page of an issue while it is being filled: what is taken, by whom, and which rule said so.

Order matters: lead, related, popular, sections. A story stands in one place only.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from digest.capping import Caps
from digest.continuity import History
from digest.counts import usable_counts
from digest.errors import Skipped
from digest.inputs import judged_counts
from digest.leading import LEAD_OWNERS, choose_lead
from digest.model import MostPopular, Rights, Section
from digest.naming import besides
from digest.overruling import Overruling
from digest.placing import place
from digest.popular import LastList, rank_popular
from digest.relating import related_stories
from digest.sectioning import Filing, file_article
from digest.sombre import sombre_reason
from digest.urls import canonical_url
from digest.wording import Likeness
from digest.words import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digest.inputs import Inputs
    from digest.model import Article, Placement, ScoredStory, SetAside
    from digest.overruling import Pin
    from digest.popular import Ranked
    from digest.words import Words

RIVAL = 0.6  # of the lead's score: what scores more is related to nothing
SAME_ANGLE = 0.4  # likeness of headlines above which a second report says what the first one did
ALIKE_PENALTY = 0.7  # greedy MMR (Carbonell & Goldstein 1998): score × (1 − .7 × likeness)


class Page:
    """The page while it is being filled.

    `why_not` says of stories that stand nowhere which rule kept them out, by id; `bars` what the
    last pick of a full section was worth. Stories of before the window, `earlier`, may be popular
    and no more; those that have news, which are in both, not even that.
    """

    def __init__(
        self,
        inputs: Inputs,
        scored: Sequence[ScoredStory],
        earlier: Sequence[ScoredStory] = (),
        aside: Sequence[SetAside] = (),
        words: Words = ENGLISH,
    ) -> None:
        self.inputs = inputs
        self.words = words
        self.edition = inputs.edition
        self.scored = tuple(scored)
        news = {one.story.id for one in self.scored}
        self._earlier = tuple(one for one in earlier if one.story.id not in news)
        self._going_on = tuple(one for one in earlier if one.story.id in news)
        self.overruling = Overruling(inputs, self.scored, self._earlier, self._going_on, aside)
        self.notices = self.overruling.notices
        self.why_not = dict(self.overruling.dropped)
        self.bars: dict[str, float] = {}
        self.taken: set[str] = set()  # ids of stories that stand somewhere
        self.capped: dict[str, str] = {}  # story id → the cap that let a lesser one go first
        self._aside = aside
        self._history = History(inputs.past)
        self._likeness = Likeness(inputs.idf)
        self._caps = Caps(self.edition)
        self._chosen: list[ScoredStory] = []  # what stands on the page so far
        self._likest: dict[str, tuple[int, float]] = {}  # see worth
        self._shown: set[str] = set()  # canonical URLs that stand somewhere
        self._left_out: dict[str, str] = {}  # section → why nothing is picked for it
        self._no_lead: dict[str, str] = {}  # story id → why it does not lead, for the best
        self.filing = {one.story.id: self._file(one) for one in (*self.scored, *self._earlier)}

    def _file(self, one: ScoredStory) -> Filing:
        """Find the section that the editors moved the story to, else that of its face."""
        return self.overruling.filing(one.story) or file_article(one.story.face, self.edition)

    def worth(self, one: ScoredStory) -> float:
        """Give a story's score, less for being alike to what stands on the page.

        Only what came since the last asking is compared; a page asks this thousands of times.
        """
        compared, most = self._likest.get(one.story.id, (0, 0.0))
        for other in self._chosen[compared:]:
            most = max(most, self._likeness(one.story.face, other.story.face))
        self._likest[one.story.id] = (len(self._chosen), most)
        return one.score * (1 - ALIKE_PENALTY * most)

    # ------------------------------------------------------------ filling, in this order

    def lead(self) -> Placement:
        """Choose who leads: a pin, else the best that several tell, else the best.

        Breaking news need not be told by several.
        """
        for one, pin in self._pins("lead"):
            return self._put(one, "lead", (pin.reason,), pin.article)
        breaking = any(choice.do == "breaking" for choice in self.inputs.choices)
        owners = 1 if breaking else LEAD_OWNERS
        lead = choose_lead(
            self._free(),
            self.edition,
            self.inputs.cutoff,
            owners=owners,
            ran=self._history.placed,
        )
        if lead is None:
            raise Skipped(
                "no story is left to lead the issue",
                where=f"{self.edition.name} {self.inputs.date}",
                hint=self._why_empty(),
            )
        self._no_lead = lead.passed_over
        return self._put(lead.scored, "lead", lead.reasons)

    def related(self, lead: Placement) -> tuple[Placement, ...]:
        """Choose what goes with the lead: other angles of its story, then what shares its names.

        A story that might have led is nobody's companion: it has a card of its own.
        """
        story = next(one for one in self.scored if one.story.id == lead.story)
        found = [
            self._show(
                story, "related", ("another report of the lead's story by the same owner",), one
            )
            for one in self._angles(story)[: self.edition.related]
        ]
        free = {one.story.id: one for one in self._free() if one.score < RIVAL * lead.score}
        others = [one.story for one in free.values() if not self._is_left_out(one)]
        sections = [rule.title for rule in self.edition.sections]
        relations = related_stories(story.story, others, sections=sections)
        for relation in relations[: self.edition.related - len(found)]:
            shared = ", ".join(word.lstrip("#") for word in relation.shared[:3])
            one = free[relation.story.id]
            found.append(self._put(one, "related", (f"shares with the lead: {shared}",)))
        return tuple(found)

    def popular(self, lead: Placement) -> MostPopular | None:
        """Fill the list with what readers chose, besides what stands at the top."""
        rule = self.edition.popular
        if not rule.count:
            return None
        counts, refusals = usable_counts(judged_counts(self.inputs))
        self.notices.extend(refusals)
        last = LastList(self.inputs.past)
        ranked = rank_popular(
            self.scored,
            counts,
            edition=self.edition,
            cutoff=self.inputs.cutoff,
            zone=self.inputs.publication.timezone,
            earlier=(*self._earlier, *self._going_on),
            last=last,
            words=self.words,
        )
        if ranked.notice:
            self.notices.append(ranked.notice)
        top = frozenset(self.taken)
        items, left_out = self._fill_list(ranked, top)
        if not items:
            return None
        items = [
            replace(
                item,
                standfirst=item.standfirst if rule.summaries else "",
                reasons=item.reasons + last.reasons(item.story, item.url),
            )
            for item in items
        ]
        return MostPopular(
            title=ranked.still if last.repeats(items) else ranked.title,
            basis=besides(ranked.basis, left_out, lead=lead.story, top=top, words=self.words),
            items=tuple(items),
        )

    def _fill_list(self, ranked: Ranked, top: frozenset[str]) -> tuple[list[Placement], set[str]]:
        """Give the items, pins first, and the stories that would stand here but for a rule."""
        left_out: set[str] = set()
        items = [
            self._put(one, "popular", (pin.reason,), pin.article)
            for one, pin in self._pins("popular")
        ]
        for entry in ranked.entries:
            one = entry.scored
            if len(items) >= self.edition.popular.count:
                break
            if one.story.id in top or (one in self._going_on and self._may_pick(one)):
                left_out.add(one.story.id)
            elif self._may_pick(one) and not self._is_left_out(one):
                reason = f"number {len(items) + 1} of {ranked.title.lower()}{entry.why}"
                items.append(self._put(one, "popular", (reason,), entry.article))
        return items, left_out.difference(item.story for item in items)

    def keep_sombre(self, lead: Placement) -> None:
        """Leave the light sections out where the lead is grave, by the editors' word or its own."""
        light = [rule.title for rule in self.edition.sections if rule.light]
        reason = sombre_reason(self.inputs, lead)
        if light and reason:
            self._left_out = dict.fromkeys(light, reason)
            self.notices.append(f"{', '.join(light)} left out: {reason}")

    def sections(self) -> tuple[Section, ...]:
        """Fill all sections together, best story first, so that caps and likeness see the page."""
        cards: dict[str, list[Placement]] = {rule.title: [] for rule in self.edition.sections}
        for title, pinned in cards.items():
            for one, pin in self._pins(title):
                pinned.append(self._put(one, title, (pin.reason,), pin.article, section=title))
        while (pick := self._next_pick(cards)) is not None:
            filing = self.filing[pick.story.id]
            title, against = filing.section, self._against(pick)
            self.bars[title] = self.worth(pick)
            reasons = [f"number {len(cards[title]) + 1} of {title}", filing.why]
            reasons.append(f"{against}, but no other story was left" if against else "")
            cards[title].append(self._put(pick, title, tuple(filter(None, reasons)), section=title))
        return tuple(
            Section(title=rule.title, url=rule.url, cards=tuple(cards[rule.title]))
            for rule in self.edition.sections
            if cards[rule.title]
        )

    def _next_pick(self, cards: Mapping[str, Sequence[Placement]]) -> ScoredStory | None:
        """Give the best that fits: by the caps if any does, and less alike to what stands there."""
        best: dict[bool, tuple[float, ScoredStory]] = {}
        for one in self._free():
            if why_not := self._closed(one, cards):
                self.why_not[one.story.id] = why_not
                continue
            capped, worth = bool(self._against(one)), self.worth(one)
            if capped not in best or worth > best[capped][0]:
                best[capped] = (worth, one)
        pick = best.get(False) or best.get(True)
        if False in best and True in best and best[True][0] > best[False][0]:
            passed = best[True][1]
            self.capped[passed.story.id] = self._against(passed)
        return pick and pick[1]

    def _closed(self, one: ScoredStory, cards: Mapping[str, Sequence[Placement]]) -> str:
        """Say why a story's section takes no more, "" if it does."""
        filing = self.filing[one.story.id]
        if not filing.section:
            return filing.why or "belongs to no section of this edition"
        if self._is_left_out(one):
            return f"{filing.section} is left out: {self._left_out[filing.section]}"
        rule = next(rule for rule in self.edition.sections if rule.title == filing.section)
        full = len(cards[filing.section]) >= rule.count
        return f"{filing.section} is full ({rule.count})" if full else ""

    def count(self) -> int:
        """Count the stories of the window that stand on the page."""
        return len(self.taken.difference(one.story.id for one in self._earlier))

    # ------------------------------------------------------------ who may be picked

    def _pins(self, to: str) -> Iterator[tuple[ScoredStory, Pin]]:
        pins = self.overruling.pins_to(to)
        stories = (*self.scored, *self._earlier)
        return ((one, pins[one.story.id]) for one in stories if one.story.id in pins)

    def _may_pick(self, one: ScoredStory) -> bool:
        known = (self.taken, self.why_not, self.overruling.pins)
        return not any(one.story.id in ids for ids in known)

    def _free(self) -> list[ScoredStory]:
        """Give the stories that may be picked, best first."""
        return [one for one in self.scored if one.score > 0 and self._may_pick(one)]

    def _is_left_out(self, one: ScoredStory) -> bool:
        return self.filing[one.story.id].section in self._left_out

    def _against(self, one: ScoredStory) -> str:
        """Say which cap a story would break, "" for none."""
        source = self.edition.source(one.story.face)
        return self._caps.reason_against(source, self.filing[one.story.id].section)

    def _angles(self, one: ScoredStory) -> list[Article]:
        """Give other reports of a story by the owner of its face, none of which says the same.

        The publication's own, any number; of anybody else one is enough.
        """
        face = self.edition.source(one.story.face)
        told = [one.story.face]
        for article in one.story.articles:
            source = self.edition.source(article)
            shown = canonical_url(article.url) in self._shown or self._history.placed(article)
            alike = max(self._likeness(article, other) for other in told)
            if source.owner == face.owner and not shown and alike < SAME_ANGLE:
                told.append(article)
        return told[1:] if face.rights is Rights.OWN else told[1:2]

    def _day(self, one: ScoredStory) -> int:
        began = self._history.began(one.story)
        return (self.inputs.date - began).days + 1 if began else 1

    def _why_empty(self) -> str:
        if self.scored:
            return "All that the window holds was dropped, ran before or is evergreen"
        if self._aside:
            rule, number = Counter(one.rule for one in self._aside).most_common(1)[0]
            return f"{number} articles were no news: {rule}. What comes next will be"
        return "The window holds no article: pull first, or look at `digest status`"

    # ------------------------------------------------------------ putting on the page

    def _put(
        self,
        one: ScoredStory,
        slot: str,
        reasons: tuple[str, ...],
        article: Article | None = None,
        *,
        section: str = "",
    ) -> Placement:
        self.taken.add(one.story.id)
        self._chosen.append(one)
        if slot not in {"related", "popular"}:
            source = self.edition.source(article or one.story.face)
            self._caps.note(source, section or self.filing[one.story.id].section)
        return self._show(one, slot, reasons, article, section=section)

    def _show(
        self,
        one: ScoredStory,
        slot: str,
        reasons: tuple[str, ...],
        article: Article | None = None,
        *,
        section: str = "",
    ) -> Placement:
        face = article or one.story.face
        self._shown.add(canonical_url(face.url))
        passed_over = self._no_lead.get(one.story.id)
        return place(
            one,
            edition=self.edition,
            slot=slot,
            face=face,
            section=section or self.filing[one.story.id].section,
            day=self._day(one),
            choices=self.overruling.about(face, one.story if slot != "related" else None),
            reasons=(*reasons, *([passed_over] if passed_over else ())),
        )
