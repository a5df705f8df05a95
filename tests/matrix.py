"""Issues of every shape, each set in both themes: what the independent checkers look at.

To add one, write a function that gives an Issue, and name it in `matrix`.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import replace
from typing import TYPE_CHECKING

from abroad import a_french_paper, a_german_paper, a_spanish_paper, an_arabic_paper
from courier import (
    BROADSHEET,
    BULLETIN,
    SITE,
    a_picture,
    a_placement,
    at,
    many_cards,
    the_courier,
    the_lead,
)
from sample import ISSUE, the_sample

from digest.archive import read_issue
from digest.comment import Quote, Quotes
from digest.model import Credit, Image, Issue, Placement, Section
from digest.rendering import render_issue
from digest.trimming import fit

if TYPE_CHECKING:
    from digest.outgoing import Email

THEMES = {"broadsheet": BROADSHEET, "bulletin": BULLETIN}

COMPOUND = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
LONG_WORD = "Llanfairpwllgwyngyll" * 10
LONG_ADDRESS = f"{SITE}/{'a-very-long-slug-' * 12}?utm_source={'x' * 120}"

# Markup, template marks, quotes, comments that would end one of Outlook's, and bidi controls.
HOSTILE = (
    "<script>alert(1)</script> {{ 7 * 7 }} {% raw %} \"quoted\" & 'so' <![endif]--> --> </td> "
    "\u202egnp.exe\u202c &lt;b&gt; \u2066isolated\u2069 =?utf-8?q?no?="
)


@functools.cache
def matrix() -> dict[str, Issue]:
    """Give every issue by its name."""
    return {
        "sample": read_issue(the_sample() / ISSUE),
        "full": the_courier(),
        "everything": everything(),
        "one-story": one_story(),
        "eighty-stories": eighty_stories(),
        "no-weather": the_courier(masthead=replace(the_courier().masthead, weather=None)),
        "no-images": every_story(image=None),
        "no-summaries": every_story(standfirst="", kicker="", paragraphs=(), also=()),
        "missing-alt": missing_alt(),
        "long-words": long_words(),
        "hostile": hostile(),
        "tall-picture": tall_picture(),
        "no-lead-section": the_courier(lead=replace(the_lead(), section="", section_url="")),
        "no-popular": the_courier(popular=None),
        "arabic": an_arabic_paper(),
        "german": a_german_paper(),
        "french": a_french_paper(),
        "spanish": a_spanish_paper(),
    }


@functools.cache
def fitted() -> dict[str, tuple[Issue, Email]]:
    """Give every issue in every theme as it would be sent, by such a name as "full-broadsheet"."""
    return {
        f"{name}-{theme}": fit(issue, functools.partial(render_issue, themes=[folder]), html_bytes)
        for name, issue in matrix().items()
        for theme, folder in THEMES.items()
    }


def html_bytes(email: Email) -> int:
    return len(email.html.encode())


@functools.cache
def emails() -> dict[str, Email]:
    """Give the emails of the matrix by their names."""
    return {name: email for name, (_, email) in fitted().items()}


def issue_of(name: str) -> Issue:
    """Give the issue of an email of the matrix: without what was left out to keep it small."""
    return fitted()[name][0]


def every_story(**changes: object) -> Issue:
    """Change every placement of the issue alike."""

    def changed(placement: Placement) -> Placement:
        return replace(placement, **changes)  # type: ignore[arg-type]  # fields of Placement

    issue = the_courier()
    assert issue.popular
    return replace(
        issue,
        lead=changed(issue.lead),
        related=tuple(map(changed, issue.related)),
        sections=tuple(replace(s, cards=tuple(map(changed, s.cards))) for s in issue.sections),
        popular=replace(issue.popular, items=tuple(map(changed, issue.popular.items))),
    )


def everything() -> Issue:
    """Breaking news in its third day, with a note of the editors and what readers wrote."""
    quote = Quote(
        author="Wilf P.",
        text="My mother crossed that bridge to her wedding. She would take the boat.",
        url=f"{SITE}/uk/gallion-bridge#comment-7",
        title="Night ferries return to the river as Gallion Bridge shuts for a year",
        date=at("04:40"),
        reason="chosen by the editors",
    )
    long = replace(quote, author="", title="", text=f"{quote.text} " * 6)
    return the_courier(
        breaking=True,
        note="Good morning.\n\nTomorrow is a holiday; the next issue comes on Wednesday.",
        lead=replace(the_lead(), day=3),
        comments=Quotes(title="What readers say", quotes=(quote, long)),
    )


def one_story() -> Issue:
    lead = a_placement("The river rose", "river", slot="lead")
    return the_courier(lead=lead, related=(), sections=(), popular=None, preheader="")


def eighty_stories() -> Issue:
    """More than an email may hold as a broadsheet."""
    sections = (replace(section, url=f"{SITE}/news") for section in many_cards(80))
    return the_courier(sections=tuple(sections))


def missing_alt() -> Issue:
    """Pictures of which their sources said nothing, nor how large they are."""
    return every_story(image=Image(url="https://images.courier.example/unknown.jpg"))


def long_words() -> Issue:
    lead = replace(
        the_lead(),
        title=f"{COMPOUND} {LONG_WORD}",
        url=LONG_ADDRESS,
        section=COMPOUND,
        standfirst=f"{LONG_ADDRESS} {COMPOUND}",
        paragraphs=(LONG_WORD, LONG_ADDRESS),
        image=a_picture("river", alt=LONG_WORD, caption=COMPOUND, credit=LONG_WORD),
        source=COMPOUND,
        also=(Credit(title=LONG_WORD, url=LONG_ADDRESS),),
    )
    card = replace(lead, kicker=COMPOUND, slot=COMPOUND)
    courier = the_courier()
    assert courier.popular
    return replace(
        courier,
        masthead=replace(courier.masthead, name=COMPOUND, city=COMPOUND, title=COMPOUND),
        lead=lead,
        related=(card,),
        sections=(Section(title=COMPOUND, url=LONG_ADDRESS, cards=(card,) * 5),),
        popular=replace(courier.popular, items=(card,) * 2),
    )


def hostile() -> Issue:
    """Every text of a feed, and every one that editors write, tries to be more than a text."""
    lead = replace(
        the_lead(),
        title=HOSTILE,
        standfirst=HOSTILE,
        paragraphs=(HOSTILE,),
        section=HOSTILE,
        image=a_picture("river", alt=HOSTILE, caption=HOSTILE, credit=HOSTILE),
        also=(Credit(title=HOSTILE, url="https://ledger.example/a?b=1&c=%272%27"),),
        source=HOSTILE,
    )
    card = replace(lead, slot="London", kicker=HOSTILE, paragraphs=(), also=())
    courier = the_courier()
    assert courier.popular
    return replace(
        courier,
        subject=HOSTILE,
        preheader=HOSTILE,
        note=HOSTILE,
        lead=lead,
        related=(card,),
        sections=(Section(title=HOSTILE, cards=(card,) * 4),),
        popular=replace(courier.popular, items=(card,)),
    )


def tall_picture() -> Issue:
    """A lead picture that is higher than wide, and stories of last week and last year."""
    issue = the_courier(
        lead=replace(the_lead(), image=a_picture("river", width=900, height=1600)),
    )
    first, *rest = issue.sections
    old = (
        replace(first.cards[0], date=at("09:00", 12)),
        replace(first.cards[1], date=dt.datetime(2025, 6, 1, 23, 30, tzinfo=dt.UTC)),
    )
    return replace(issue, sections=(replace(first, cards=old), *rest))
