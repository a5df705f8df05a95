"""What did not make the page: who came next, which rule excluded how many, what would change it.

Pure; told by `digest explain`, the preview page and `issue.json` alike.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from digest.model import Exclusion, RunnerUp
from digest.placing import other_sources
from digest.ranking import gains

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.layout import Page
    from digest.model import ScoredStory, SetAside

EXAMPLES = 3  # headlines given for a rule


def runners_up(page: Page, most: int) -> tuple[RunnerUp, ...]:
    """Name the best of those that stand nowhere, `most` of them, each with the rule that did it."""
    left = [one for one in page.scored if one.story.id not in page.taken]
    return tuple(
        RunnerUp(
            story=one.story.id,
            url=one.story.face.url,
            title=one.story.face.title,
            source=page.edition.source(one.story.face).title,
            also=other_sources(one.story, one.story.face, page.edition),
            score=round(one.score, 3),
            factors=one.factors,
            reason=_reason_against(one, page),
            would=tuple(_would(one, page)),
        )
        for one in left[:most]
    )


def exclusions(page: Page, aside: Sequence[SetAside]) -> tuple[Exclusion, ...]:
    """Count what each rule kept out, those with the most first, ties by name.

    The examples are the best-scored of the stories, and the newest of the articles set aside.
    """
    kept_out: defaultdict[str, list[str]] = defaultdict(list)
    for one in page.scored:
        if one.story.id not in page.taken:
            kept_out[_rule_against(one, page)].append(one.story.face.title)
    for article in aside:
        kept_out[article.rule].append(article.title)
    ranked = sorted(kept_out.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return tuple(
        Exclusion(rule=rule, count=len(titles), examples=tuple(titles[:EXAMPLES]))
        for rule, titles in ranked
    )


def _reason_against(one: ScoredStory, page: Page) -> str:
    zero = next((factor.why for factor in one.factors if factor.value <= 0), "")
    return zero or _ruled_out(one, page)


def _rule_against(one: ScoredStory, page: Page) -> str:
    """Name the rule alone: the same for all that it kept out."""
    zero = next((factor.name for factor in one.factors if factor.value <= 0), "")
    if zero == "novelty":
        return "ran in one of the last issues, and nothing new since"
    return _ruled_out(one, page)


def _ruled_out(one: ScoredStory, page: Page) -> str:
    why = page.why_not.get(one.story.id, "better stories filled the page")
    capped = page.capped.get(one.story.id)
    return f"{capped}, and then {why}" if capped else why


def _would(one: ScoredStory, page: Page) -> Iterator[str]:
    """Say what would have given the story a place, each change by itself being enough."""
    if one.story.id in {*page.overruling.dropped, *page.capped} or one.score <= 0:
        return
    filing = page.filing[one.story.id]
    if not filing.section:
        yield "a section that takes it, by its `match` or for the day"
        return
    bar, worth = page.bars.get(filing.section), page.worth(one)
    if bar is None or worth <= 0:
        return
    needed = max(bar / worth, 1.0)
    yield f"{needed:.2f} times its worth for a place in {filing.section}"
    yield from gains(one, needed, page.edition)
