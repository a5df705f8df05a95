"""From scored stories to an issue: the page is laid out, then the issue gets its own words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.errors import Skipped
from digest.layout import Page
from digest.model import Issue, Masthead
from digest.outcomes import exclusions, runners_up
from digest.quoting import quote_comments
from digest.words import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.inputs import Inputs
    from digest.model import MostPopular, Placement, ScoredStory, Section, SetAside
    from digest.recipe import Choice
    from digest.words import Words

RUNNERS_UP = 20  # that are named one by one
PREHEADER_LENGTH = 140  # characters; clients show 40 to 140


def plan_issue(
    inputs: Inputs,
    scored: Sequence[ScoredStory],
    earlier: Sequence[ScoredStory] = (),
    aside: Sequence[SetAside] = (),
    *,
    words: Words = ENGLISH,
    told: int = RUNNERS_UP,
) -> Issue:
    """Lay out the issue. `scored` is best first, `aside` what was no news, newest first.

    `earlier` are stories as they were before the window: they may be popular, and no more. One that
    has news too is in both, by one id.

    What the issue says by itself it says in `words`.
    Of what was left out the best `told` stories and the newest `told` articles are named.

    Raises Skipped when fewer stories than the edition's `min_stories` can be placed.
    """
    page = Page(inputs, scored, earlier, aside, words)
    breaking = _where(inputs.choices, "breaking")
    lead = _as_breaking(page.lead(), breaking) if breaking else page.lead()
    page.keep_sombre(lead)
    related = page.related(lead)
    popular = page.popular(lead)
    sections = page.sections()
    _require_enough(page.count(), inputs)
    hold = hold_reason(inputs.choices)
    cards = (card for section in sections for card in section.cards)
    placements = (lead, *related, *cards, *(popular.items if popular else ()))
    comments, unquoted = quote_comments(inputs, placements, words)
    return Issue(
        edition=inputs.edition.name,
        date=inputs.date,
        cutoff=inputs.cutoff,
        masthead=_masthead(inputs),
        subject=_text(inputs.choices, "subject")
        or (words.say("Breaking: %(title)s", title=lead.title) if breaking else lead.title),
        preheader=_text(inputs.choices, "preheader") or preheader(sections, popular, words),
        note=_text(inputs.choices, "note"),
        lead=lead,
        related=related,
        sections=sections,
        popular=popular,
        comments=comments,
        articles=len(inputs.articles),
        stories=len(scored),
        runners_up=runners_up(page, told),
        exclusions=exclusions(page, aside),
        set_aside=tuple(aside[:told]),
        notices=(*_told_of(hold), *inputs.notices, *page.notices, *unquoted),
        breaking=bool(breaking),
        hold=hold,
    )


def _require_enough(placed: int, inputs: Inputs) -> None:
    """Raise Skipped for an issue that would be too short."""
    if placed < inputs.edition.min_stories:
        raise Skipped(
            f"only {placed} of at least {inputs.edition.min_stories} stories to place",
            where=f"{inputs.edition.name} {inputs.date}",
            hint="Look at `digest status` for sources that failed, or lower rules.min_stories",
        )


def hold_reason(choices: Sequence[Choice]) -> str:
    """Say why the editors hold the issue, and where they said so; "" if they do not."""
    return next((f"{one.text} ({one.where})" for one in choices if one.do == "hold"), "")


def _told_of(hold: str) -> tuple[str, ...]:
    return (f"held by the editors: {hold}",) if hold else ()


def _as_breaking(lead: Placement, where: str) -> Placement:
    return replace(lead, reasons=(*lead.reasons, f"breaking by the editors ({where})"))


def _masthead(inputs: Inputs) -> Masthead:
    publication = inputs.publication
    return Masthead(
        name=publication.name,
        url=publication.url,
        city=publication.city,
        timezone=publication.timezone,
        language=publication.language,
        postal_address=publication.postal_address,
        title=inputs.edition.title,
        date=inputs.date,
        send_at=inputs.edition.timetable.send_at,
        weather=inputs.weather,
    )


def _text(choices: Sequence[Choice], do: str) -> str:
    return next((choice.text for choice in choices if choice.do == do), "")


def _where(choices: Sequence[Choice], do: str) -> str:
    return next((choice.where for choice in choices if choice.do == do), "")


def preheader(sections: Sequence[Section], popular: MostPopular | None, words: Words) -> str:
    """Name what else is in the issue: the first headline of each of the first sections."""
    heads = [section.cards[0].title for section in sections] or [
        item.title for item in (popular.items if popular else ())
    ]
    text = ""
    for count in range(1, len(heads) + 1):
        longer = words.say("Also: %(headlines)s", headlines="; ".join(heads[:count]))
        if text and len(longer) > PREHEADER_LENGTH:
            break
        text = longer
    return text
