"""Keep an email under the size at which Gmail cuts it off, by a stated rule, and never the footer.

What goes first is what readers miss least: the summaries of the cards with the lowest scores, then
these cards themselves, down to three a section; the section then ends with a link to more on the
site. Should that not do, the summaries of the popular list go, then cards down to one a section.
What leads a section, and the lead, are never touched.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from digest.model import RunnerUp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from digest.model import Issue, MostPopular, Placement, Section

# Gmail clips at about 102,000; up to 100,000 there is room for what differs from reader to reader,
# such as the links in the footer, which are longer there than the placeholders.
MAX_HTML_BYTES = 99_000
FLOOR = 3  # cards of a section that stay while anything else can go
POPULAR = "popular"
NO_SUMMARY = "its summary was left out to keep the email small"
NO_PLACE = "left out to keep the email small"


T = TypeVar("T")


def fit(
    issue: Issue, render: Callable[[Issue], T], size_bytes: Callable[[T], int]
) -> tuple[Issue, T]:
    """Give the issue with as little left out as lets its HTML fit, and what it is rendered as.

    What was left out is told in its notices, and each story in its own reasons. An issue that does
    not fit when all is left out that may be is given so: preflight has the last word.
    """
    whole = render(issue)
    if size_bytes(whole) <= MAX_HTML_BYTES:
        return issue, whole
    cuts = tuple(_cuts(issue))
    if not cuts:
        return issue, whole
    few, many = 0, len(cuts)  # the fewest that do are more than few, and at most many
    best = trimmed(issue, cuts)
    rendered = render(best)
    while many - few > 1:
        middle = (few + many) // 2
        shorter = trimmed(issue, cuts[:middle])
        tried = render(shorter)
        if size_bytes(tried) <= MAX_HTML_BYTES:
            many, best, rendered = middle, shorter, tried
        else:
            few = middle
    return best, rendered


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """What goes: a story's summary, or all of it. `place` is a section's title, or POPULAR."""

    place: str
    story: str
    whole: bool = False


def _cuts(issue: Issue) -> Iterable[_Cut]:
    """Give all that may go, in the order in which it goes."""
    cards = _least_first(issue)
    yield from (_Cut(place=place, story=one.story) for place, one in cards if one.standfirst)
    kept = {section.title: len(section.cards) for section in issue.sections}
    gone: set[str] = set()
    for floor in (FLOOR, 1):
        if floor == 1 and issue.popular:
            yield from (_Cut(place=POPULAR, story=one.story) for one in issue.popular.items)
        for place, one in cards:
            if kept[place] > floor and one.story not in gone:
                kept[place] -= 1
                gone.add(one.story)
                yield _Cut(place=place, story=one.story, whole=True)


def _least_first(issue: Issue) -> list[tuple[str, Placement]]:
    """Give the cards that lead no section, each with its section's title, the lowest score first.

    Ties from the bottom of the page up.
    """
    cards = [(section.title, card) for section in issue.sections for card in section.cards[1:]]
    order = sorted(range(len(cards)), key=lambda place: (cards[place][1].score, -place))
    return [cards[place] for place in order]


@dataclass(slots=True)
class _Trimmed:
    """An issue's parts while things go."""

    cuts: frozenset[_Cut]
    summaries: int = 0
    stories: list[Placement] = field(default_factory=list)

    def section(self, section: Section) -> Section:
        cards = []
        for card in section.cards:
            if _Cut(place=section.title, story=card.story, whole=True) in self.cuts:
                self.stories.append(card)
            else:
                cards.append(self._shorter(section.title, card))
        left_out = len(section.cards) - len(cards)
        return replace(section, cards=tuple(cards), left_out=section.left_out + left_out)

    def popular(self, popular: MostPopular) -> MostPopular:
        return replace(popular, items=tuple(self._shorter(POPULAR, one) for one in popular.items))

    def _shorter(self, place: str, one: Placement) -> Placement:
        if not one.standfirst or _Cut(place=place, story=one.story) not in self.cuts:
            return one
        self.summaries += 1
        return replace(one, standfirst="", reasons=(*one.reasons, NO_SUMMARY))


def trimmed(issue: Issue, cuts: Iterable[_Cut]) -> Issue:
    """Give the issue without what goes: its stories are runners-up, and the editors are told."""
    work = _Trimmed(frozenset(cuts))
    sections = tuple(work.section(section) for section in issue.sections)
    popular = work.popular(issue.popular) if issue.popular else None
    left_out = sorted(work.stories, key=lambda one: (-one.score, one.story))
    return replace(
        issue,
        sections=sections,
        popular=popular,
        runners_up=(*(_runner_up(one) for one in left_out), *issue.runners_up),
        notices=(*issue.notices, _notice(work.summaries, len(left_out))),
    )


def _runner_up(one: Placement) -> RunnerUp:
    return RunnerUp(
        story=one.story,
        url=one.url,
        title=one.title,
        source=one.source,
        also=one.also,
        score=one.score,
        factors=one.factors,
        reason=NO_PLACE,
    )


def _notice(summaries: int, stories: int) -> str:
    """Tell the editors what went; of summaries only where no story did, for themes show few."""
    count, noun = (stories, "story") if stories else (summaries, "summary")
    went = f"1 {noun}" if count == 1 else f"{count} {noun[:-1]}ies"
    return (
        f"the email would be cut off by Gmail, which does so at 102 kB: {went} with the lowest "
        "scores went; lower the counts of sections, or use the theme bulletin"
    )
