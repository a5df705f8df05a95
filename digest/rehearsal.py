"""A made-up issue with a bit of everything, to see how a theme wears before there is news."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from digest.comment import Quote, Quotes
from digest.model import (
    Credit,
    Image,
    Issue,
    Masthead,
    MostPopular,
    Placement,
    Report,
    Section,
)

if TYPE_CHECKING:
    from digest.recipe import Edition, Publication

DATE = dt.date(2026, 11, 23)
CUTOFF = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
HEADS = (
    "The river rose in the night and was gone by morning",
    "Two bakers claim the same loaf, and both may be right",
    "A lighthouse is let for the first time in its life",
    "The clock that struck thirteen is to be left as it is",
    "Nobody came to the auction, so the piano stays",
)
STANDFIRST = "What was known by breakfast, told in the two lines that a card has for it."
PARAGRAPH = "This paragraph is made up, so that a theme can be looked over before there is news."


def rehearse(publication: Publication, edition: Edition) -> Issue:
    """Make up an issue of an edition: every part that one may have, and a card of each weight."""
    rules = [(rule.title, rule.url) for rule in edition.sections] or [("News", "")]
    sections = tuple(
        Section(title=title, url=url, cards=_cards(publication, title), left_out=2)
        for title, url in rules
    )
    return Issue(
        edition=edition.name,
        date=DATE,
        cutoff=CUTOFF,
        masthead=_masthead(publication, edition),
        subject=HEADS[0],
        preheader=f"Also: {HEADS[1]}",
        note=PARAGRAPH,
        lead=_lead(publication, rules[0]),
        related=(_story(publication, "related", 1),),
        sections=sections,
        popular=MostPopular(
            title="Most popular",
            basis="Made up, so that it can be seen",
            items=tuple(_story(publication, "popular", number) for number in range(4)),
        ),
        comments=_comments(publication),
        articles=len(HEADS),
        stories=len(HEADS),
        breaking=True,
    )


def _masthead(publication: Publication, edition: Edition) -> Masthead:
    return Masthead(
        name=publication.name,
        url=publication.url,
        city=publication.city,
        timezone=publication.timezone,
        language=publication.language,
        postal_address=publication.postal_address,
        title=edition.title,
        date=DATE,
        send_at=edition.timetable.send_at,
        weather=Report(temperature_c=-1.5, condition="light snow", as_of=CUTOFF),
    )


def _lead(publication: Publication, section: tuple[str, str]) -> Placement:
    title, url = section
    site = publication.url
    also = tuple(
        Credit(title=f"Another paper {number}", url=urljoin(site, f"rehearsal/also-{number}"))
        for number in range(2)
    )
    return _story(
        publication,
        "lead",
        0,
        image=_picture(publication, "lead"),
        paragraphs=(PARAGRAPH, PARAGRAPH),
        section=title,
        section_url=url,
        day=3,
        others=4,
        also=also,
    )


def _cards(publication: Publication, section: str) -> tuple[Placement, ...]:
    """Give a feature with a picture, two cards, and two rows: one of them without a standfirst."""
    return (
        _story(publication, section, 1, image=_picture(publication, section), kicker="Feature"),
        _story(publication, section, 2, kicker="Card"),
        _story(publication, section, 3, others=1),
        _story(publication, section, 4, standfirst=""),
        _story(publication, section, 0, standfirst="", day=2),
    )


def _story(publication: Publication, slot: str, number: int, **more: object) -> Placement:
    name = f"{slot}-{number}"
    told: dict[str, object] = {"standfirst": STANDFIRST, **more}
    return Placement(
        slot=slot,
        story=name,
        url=urljoin(publication.url, f"rehearsal/{name}".replace(" ", "-")),
        title=f"{HEADS[number]}, says {slot}",
        source=publication.name if number % 2 else "Another paper",
        date=CUTOFF - dt.timedelta(hours=number * 7),
        score=1.0,
        **told,  # type: ignore[arg-type]  # fields of Placement
    )


def _picture(publication: Publication, name: str) -> Image:
    return Image(
        url=urljoin(publication.url, f"rehearsal/{name}.jpg".replace(" ", "-")),
        alt="A picture that is not there.",
        caption="What it would show",
        credit="Nobody",
        width=1184,
        height=736,
    )


def _comments(publication: Publication) -> Quotes:
    quote = Quote(
        author="A reader",
        text="It looked better in the rehearsal.",
        url=urljoin(publication.url, "rehearsal/comments"),
        title=HEADS[0],
        date=CUTOFF,
        reason="made up",
    )
    return Quotes(title="From the comments", quotes=(quote,))
