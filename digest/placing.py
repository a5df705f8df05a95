"""How a story is shown: its face, what its source's rights allow, and its reasons.

A placement is final: nothing later has to ask again what may be printed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.model import Credit, Image, Placement, Rights, Source
from digest.sectioning import section_of

if TYPE_CHECKING:
    from digest.model import Article, ScoredStory, Story
    from digest.recipe import Choice, Edition

OPENING_PARAGRAPHS = 2
SENTENCE_ENDS = (".", "!", "?", "”", "»")
KICKER_LENGTH = 24  # characters: a kicker is a label, and longer categories are sentences


def place(
    scored: ScoredStory,
    *,
    edition: Edition,
    slot: str,
    face: Article | None = None,
    section: str = "",
    day: int = 1,
    choices: tuple[Choice, ...] = (),
    reasons: tuple[str, ...] = (),
) -> Placement:
    """Show a story in a slot, by `face` or else by its own.

    `choices` are those about the face: a new title, standfirst or picture is shown and given as a
    reason.
    """
    story = scored.story
    article, lent = _completed(face or story.face, story, edition)
    source = edition.source(article)
    section = section or section_of(article, edition)
    others = other_sources(story, article, edition)
    return Placement(
        slot=slot,
        story=story.id,
        url=article.url,
        title=_chosen(choices, "retitle") or article.title,
        standfirst=_chosen(choices, "standfirst")
        or ("" if source.rights is Rights.LINK else article.summary),
        paragraphs=_opening(article) if source.rights is Rights.OWN else (),
        image=_chosen_picture(choices, source) or _picture(article, source),
        section=section,
        section_url=next((rule.url for rule in edition.sections if rule.title == section), ""),
        kicker=_kicker(article, section),
        day=day,
        source=source.title,
        authors=article.authors,
        date=article.dated,
        others=len(others),
        also=others,
        score=round(scored.score, 3),
        factors=scored.factors,
        reasons=(*reasons, *lent, *_goes_on(day), *_decided(choices)),
    )


def _goes_on(day: int) -> tuple[str, ...]:
    return (f"day {day} of this story",) if day > 1 else ()


def _decided(choices: tuple[Choice, ...]) -> tuple[str, ...]:
    shown = {"retitle", "standfirst", "image"}
    told = (choice for choice in choices if choice.do in shown)
    return tuple(f"{choice.do} by the editors ({choice.where})" for choice in told)


def other_sources(story: Story, face: Article, edition: Edition) -> tuple[Credit, ...]:
    """Name who else tells the story, one article an owner, the weightiest owners first."""
    best: dict[str, tuple[float, Article, Source]] = {}
    for article in story.articles:
        source = edition.source(article)
        if source.owner not in best or best[source.owner][0] < source.weight:
            best[source.owner] = (source.weight, article, source)
    best.pop(edition.source(face).owner, None)
    ranked = sorted(best.values(), key=lambda entry: (-entry[0], entry[2].title, entry[1].url))
    return tuple(Credit(title=source.title, url=article.url) for _, article, source in ranked)


def _completed(article: Article, story: Story, edition: Edition) -> tuple[Article, tuple[str, ...]]:
    """Fill in the picture or summary that a face lacks from its owner's other reports of the story.

    Another owner's would be shown beside what is not theirs. The largest picture and the longest
    summary are taken, ties by (source, guid); what was is given as a reason.
    """
    owner = edition.source(article).owner
    others = [
        other
        for other in sorted(story.articles, key=lambda a: (a.source, a.guid))
        if other != article
        and edition.source(other).owner == owner
        and edition.source(other).rights is not Rights.LINK
    ]
    image = article.image or max((a.image for a in others if a.image), key=_pixels, default=None)
    summary = article.summary or max((a.summary for a in others), key=len, default="")
    lent = [
        name
        for name, theirs, mine in (
            ("picture", image, article.image),
            ("summary", summary, article.summary),
        )
        if theirs and not mine
    ]
    why = f"its {' and '.join(lent)} from another report of the same owner"
    return replace(article, image=image, summary=summary), (why,) if lent else ()


def _pixels(image: Image) -> int:
    return (image.width or 0) * (image.height or 0)


def _opening(article: Article) -> tuple[str, ...]:
    """Give the first paragraphs, without what the summary above them has said already."""
    summary = article.summary
    told = [paragraph for paragraph in article.body if paragraph not in summary]
    if told and summary.endswith(SENTENCE_ENDS) and told[0].startswith(summary):
        told[0] = told[0].removeprefix(summary).lstrip()
    return tuple(told[:OPENING_PARAGRAPHS])


def _picture(article: Article, source: Source) -> Image | None:
    """Give the article's picture where the rights allow it, always with a credit."""
    image = article.image
    if image is None or source.rights is Rights.LINK:
        return None
    return Image(
        url=image.url,
        alt=image.alt or image.caption,
        caption=image.caption if source.rights is Rights.OWN else "",
        credit=image.credit or source.title,
        width=image.width,
        height=image.height,
    )


def _chosen_picture(choices: tuple[Choice, ...], source: Source) -> Image | None:
    """Give the picture that the editors chose, with their credit or else the source's name."""
    image = next((choice.image for choice in choices if choice.do == "image"), None)
    return image and replace(image, credit=image.credit or source.title)


def _kicker(article: Article, section: str) -> str:
    """Give the first category that says more than the section does."""
    for category in article.categories:
        if category.casefold() != section.casefold() and len(category) <= KICKER_LENGTH:
            return category
    return ""


def _chosen(choices: tuple[Choice, ...], do: str) -> str:
    return next((choice.text for choice in choices if choice.do == do), "")
