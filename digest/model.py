"""What flows through the house, as frozen dataclasses, with the parts it is made of.

Source, Article, Story, Issue: four of the ten words. Edition and Choice, which editors write, are
in `recipe`; Email, Subscriber and Delivery in `outgoing`; a Theme is a folder and has no class.
Every `datetime` is aware and in UTC; every text is plain (no markup, no entities); every URL of an
article or an image is absolute and http(s).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from math import prod
from typing import TypeAlias

from digest.comment import Quotes


class Rights(StrEnum):
    """What may be shown of a source's articles."""

    OWN = "own"  # its paragraphs and pictures: the publication's own work
    SUMMARY = "summary"  # its summary, and its picture linked where it stands, with credit
    LINK = "link"  # its headline only


class DateDoubt(StrEnum):
    """What is doubtful about an article's date, in words."""

    UNREADABLE = "a date that cannot be read"  # so it is taken to have none
    TOO_FAR = "a date days ahead"  # likewise
    NO_ZONE = "a date without a time zone"  # taken to be UTC, and so up to 14 hours off


class IssueState(StrEnum):
    """How far an issue has come."""

    DRAFT = "draft"
    HELD = "held"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    MISSED = "missed"


OUT = (IssueState.SENDING, IssueState.SENT)  # of an issue that is never changed


# ---------------------------------------------------------------- Source and Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where articles come from, as the editors describe it.

    `id` is stable across runs (its address); `owner` is whom coverage and caps count, by default
    the registrable domain; `title` is empty until something gives it a name.
    `section` is empty when the articles' own categories decide; `weight` is above 0, 1 being
    ordinary.
    """

    id: str
    title: str
    owner: str
    section: str = ""
    weight: float = 1.0
    rights: Rights = Rights.SUMMARY


Identity: TypeAlias = tuple[str, str]  # an article's source and guid


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture; `width` and `height` are pixels as its source declares them."""

    url: str
    alt: str = ""
    caption: str = ""
    credit: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a picture's address really held when it was asked.

    `kind` is "jpeg", "png", …; width and height are pixels as shown, `size_bytes` those of the
    whole file; each may be unknown. `fault` says why the picture cannot be shown, "" if it can.
    """

    url: str
    checked_at: dt.datetime
    kind: str = ""
    width: int | None = None
    height: int | None = None
    size_bytes: int | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One published piece, as its source gave it.

    Identity is (`source`, `guid`). `published` is None rather than wrong, and `date_doubt` says
    what is doubtful about it. `first_seen` is the moment of the pull that brought it. `body` holds
    paragraphs; `comments` and `views` (how often it was read) are None when the source does not
    count them.
    """

    source: str
    guid: str
    url: str
    title: str
    summary: str = ""
    body: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: dt.datetime | None = None
    date_doubt: DateDoubt | None = None
    updated: dt.datetime | None = None
    first_seen: dt.datetime
    categories: tuple[str, ...] = ()
    image: Image | None = None
    comments: int | None = None
    views: int | None = None
    language: str = ""

    @property
    def identity(self) -> Identity:
        """What tells it from every other article: its source and guid."""
        return self.source, self.guid

    @property
    def dated(self) -> dt.datetime:
        """When it came out, as well as is known."""
        return self.published or self.first_seen


# ---------------------------------------------------------------- Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The articles that tell of one event; `face` is the one that stands for them.

    `articles` contains the face, newest first, ties by (source, guid).
    """

    id: str
    face: Article
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One named reason of a score: a multiplier and where it comes from."""

    name: str
    value: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredStory:
    """A story with its factors; their product is the score."""

    story: Story
    factors: tuple[Factor, ...]

    @property
    def score(self) -> float:
        """The product of all factors."""
        return prod(factor.value for factor in self.factors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How often a page was read, or commented on (`unit`: "read", "commented"…), up to `as_of`.

    `hours` is how long the count ran, or None when only the article's age can say.
    """

    url: str
    count: int
    unit: str
    as_of: dt.datetime
    hours: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The weather at one place; `condition` is a phrase such as "light rain", or empty."""

    temperature_c: float
    as_of: dt.datetime
    condition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One earlier placement, for novelty: which URL stood where in which issue.

    `cutoff` is the issue's: it knew nothing of later.
    `began` is the date of the first issue that showed its story, None where that is not known;
    `others` are the addresses of one article of each other owner that told it.
    """

    date: dt.date
    cutoff: dt.datetime
    slot: str
    url: str
    story: str
    title: str
    began: dt.date | None = None
    others: tuple[str, ...] = ()


# ---------------------------------------------------------------- Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Another source that tells the same story."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One story in one place of the issue, as it will be shown, with its reasons.

    What is shown keeps the source's rights already: `paragraphs` is empty without "own", `image`
    without "own" or a credit. `kicker` is a short label above the headline. `day` counts from the
    first issue that showed the story: 3 two days later. `others` counts the other owners that tell
    it, `also` names those that may be linked. `date` is when the article came out.
    """

    slot: str  # "lead", "related", "popular", or a section's title
    story: str
    url: str
    title: str
    standfirst: str = ""
    paragraphs: tuple[str, ...] = ()
    image: Image | None = None
    section: str = ""
    section_url: str = ""
    kicker: str = ""
    day: int = 1
    source: str
    authors: tuple[str, ...] = ()
    date: dt.datetime
    others: int = 0
    also: tuple[Credit, ...] = ()
    score: float
    factors: tuple[Factor, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section as filled: never empty; `left_out` counts cards that the email had no room for."""

    title: str
    url: str = ""
    cards: tuple[Placement, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MostPopular:
    """The ranked list; `title` and `basis` say honestly what it ranks, and up to when."""

    title: str
    basis: str
    items: tuple[Placement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    """The head of the page. `title` is the edition's, `date` the local date of the issue."""

    name: str
    url: str
    city: str
    timezone: str
    language: str
    postal_address: str
    title: str
    date: dt.date
    send_at: dt.time
    weather: Report | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerUp:
    """A story that was considered and not placed; `reason` names the rule that kept it out.

    `would` lists what would have given it a place, each by itself. `also` names the other owners.
    """

    story: str
    url: str
    title: str
    source: str
    also: tuple[Credit, ...] = ()
    score: float
    factors: tuple[Factor, ...]
    reason: str
    would: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A rule, how many stories or articles it kept out, and the headlines of some."""

    rule: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """An article that was not considered: the `rule`, and the `reason` with its own facts."""

    url: str
    title: str
    source: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One dated plan of an edition: every placement, its reasons, and who came next.

    `notices` tell the editors what they should know (a choice that matched nothing, thin data).
    `breaking` marks the lead as breaking news; `hold` says why the editors keep the issue from
    being sent, and where they said so, "" if they do not.
    """

    edition: str
    date: dt.date
    cutoff: dt.datetime
    masthead: Masthead
    subject: str
    preheader: str
    note: str = ""
    lead: Placement
    related: tuple[Placement, ...] = ()
    sections: tuple[Section, ...] = ()
    popular: MostPopular | None = None
    comments: Quotes | None = None
    articles: int  # how many were considered
    stories: int  # how many stories they made
    runners_up: tuple[RunnerUp, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    set_aside: tuple[SetAside, ...] = ()  # the newest of them
    notices: tuple[str, ...] = ()
    breaking: bool = False
    hold: str = ""

    @property
    def placements(self) -> tuple[Placement, ...]:
        """All placements in reading order."""
        cards = (card for section in self.sections for card in section.cards)
        return (self.lead, *self.related, *cards, *(self.popular.items if self.popular else ()))
