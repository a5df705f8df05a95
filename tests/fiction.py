"""Small makers of domain objects, all invented, for tests that need many of them."""

from __future__ import annotations

import datetime as dt

from digest.inputs import Inputs
from digest.model import Article, Factor, Image, Past, Reading, Rights, ScoredStory, Source, Story
from digest.recipe import Choice, Edition, PopularRule, Publication, SectionRule
from digest.wording import learn_idf

CUTOFF = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)

PUBLICATION = Publication(
    name="The London Courier",
    url="https://courier.example/",
    city="London",
    timezone="Europe/London",
    language="en-GB",
    postal_address="1 Fleet Street, London",
    sender="The London Courier <daily@courier.example>",
)


def make_source(
    name: str, *, section: str = "", rights: Rights = Rights.SUMMARY, weight: float = 1.0
) -> Source:
    return Source(
        id=f"https://{name}.example/rss",
        title=name.title(),
        owner=f"{name}.example",
        section=section,
        rights=rights,
        weight=weight,
    )


COURIER = make_source("courier", rights=Rights.OWN)
LEDGER = make_source("ledger")
WIRE = make_source("wire", section="World")
POST = make_source("post", rights=Rights.LINK)
SOURCES = (COURIER, LEDGER, WIRE, POST)


def make_edition(
    *,
    sources: tuple[Source, ...] = SOURCES,
    sections: tuple[SectionRule, ...] = (
        SectionRule(title="London", count=3, url="https://courier.example/london"),
        SectionRule(title="World", count=3),
    ),
    related: int = 3,
    popular: PopularRule | None = None,
    min_stories: int = 1,
) -> Edition:
    return Edition(
        name="daily",
        title="The Daily Courier",
        sources=sources,
        sections=sections,
        related=related,
        popular=popular or PopularRule(count=0),
        min_stories=min_stories,
    )


def make_article(
    slug: str,
    *,
    title: str = "",
    source: Source = COURIER,
    hours_old: float = 2,
    summary: str = "",
    body: tuple[str, ...] = (),
    categories: tuple[str, ...] = ("London",),
    image: Image | None = None,
    comments: int | None = None,
    language: str = "en",
) -> Article:
    return Article(
        source=source.id,
        guid=slug,
        url=f"https://{source.owner}/{slug}",
        title=title or slug.replace("-", " ").capitalize(),
        summary=summary or f"What is known about {slug.replace('-', ' ')}.",
        body=body,
        published=CUTOFF - dt.timedelta(hours=hours_old),
        first_seen=CUTOFF - dt.timedelta(hours=1),
        categories=categories,
        image=image,
        comments=comments,
        language=language,
    )


def make_story(score: float, *articles: Article) -> ScoredStory:
    """A story of the given articles, the first being its face, with one factor: its score."""
    newest = sorted(articles, key=lambda a: (-a.dated.timestamp(), a.source, a.guid))
    return ScoredStory(
        story=Story(id=articles[0].guid, face=articles[0], articles=tuple(newest)),
        factors=(Factor(name="coverage", value=score, why="as the test says"),),
    )


def make_inputs(
    *,
    articles: tuple[Article, ...] = (),
    edition: Edition | None = None,
    choices: tuple[Choice, ...] = (),
    readings: dict[str, tuple[Reading, ...]] | None = None,
    past: tuple[Past, ...] = (),
    background: tuple[Article, ...] = (),
) -> Inputs:
    return Inputs(
        version="test",
        publication=PUBLICATION,
        edition=edition or make_edition(),
        date=TODAY,
        cutoff=CUTOFF,
        articles=articles,
        background=background,
        idf=learn_idf([(article.title, article.language) for article in articles]),
        choices=choices,
        readings=tuple((readings or {}).items()),
        past=past,
    )


def make_reading(url: str, count: int, *, hours_old: float = 0.2, unit: str = "read") -> Reading:
    return Reading(
        url=url,
        count=count,
        unit=unit,
        as_of=CUTOFF - dt.timedelta(hours=hours_old),
        hours=24 if unit == "read" else None,
    )
