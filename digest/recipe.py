"""What editors decide, once and for a day: the publication, its editions, their choices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from digest.model import Article, Image, Source


class ImageUse(StrEnum):
    """How readers are shown the pictures that may be copied; all others are linked."""

    LINK = "link"  # where their sources keep them
    HOST = "host"  # from copies on the publication's own server
    ATTACH = "attach"  # from copies in the email


class Approval(StrEnum):
    """Whether an issue waits for a person before it is sent."""

    AUTO = "auto"  # it goes by itself
    REQUIRED = "required"  # until somebody approves it
    VETO_UNTIL_SEND = "veto_until_send"  # it goes by itself, and staff are told in time to hold it


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Who publishes. `timezone` is an IANA name, `language` a BCP 47 tag, `sender` a mailbox.

    `web_url` is where readers reach the program's own pages, "" if nowhere.
    """

    name: str
    url: str
    city: str
    timezone: str
    language: str
    postal_address: str
    sender: str
    web_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """When issues come out, in the publication's local time; `days` are ISO weekdays (1 = Monday).

    Nothing newer than `cutoff` goes in. `send_deadline` is the latest a late issue may still go.
    `pull_every_min` is minutes.
    """

    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    cutoff: dt.time = dt.time(5, 30)
    send_at: dt.time = dt.time(6, 30)
    send_deadline: dt.time = dt.time(10, 30)
    skip_dates: tuple[dt.date, ...] = ()
    pull_every_min: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How far back an issue looks: `hours`, or to the last issue's cutoff, `max_hours` at most."""

    hours: float = 24
    since_last: bool = True
    max_hours: float = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionRule:
    """A section of the edition: at most `count` cards; `url` is its page on the site.

    `weight` multiplies the scores of its stories. An article with one of the terms of `match` is
    filed here wherever it came from; one with a term of `block`, or from a source of that name, is
    kept out. A `light` section is left out of an issue whose lead is grave.
    """

    title: str
    count: int = 5
    url: str = ""
    weight: float = 1.0
    match: tuple[str, ...] = ()
    block: tuple[str, ...] = ()
    light: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingRule:
    """How much each factor counts: the power that it is raised to, 0 for not at all.

    A story loses half its freshness in `half_life_hours`.
    """

    coverage: float = 1.0
    freshness: float = 1.0
    popularity: float = 1.0
    novelty: float = 1.0
    quality: float = 1.0
    half_life_hours: float = 18.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PopularRule:
    """The "Most popular" list: `min_total` counts in all, none older than `stale_after_hours`.

    It chooses among the articles of `hours` before the cutoff; services count over `counted_hours`.
    With `clicks`, the links to its stories lead by way of us, who count them.
    """

    count: int = 4
    summaries: bool = True
    min_total: int = 20
    stale_after_hours: float = 3
    hours: float = 48
    counted_hours: float = 24
    clicks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentsRule:
    """What readers wrote: at most `count` quotes, from the comments feeds `sources`.

    Without a `title` they stand under "From the comments", in the publication's language.
    """

    title: str = ""
    count: int = 3
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A standing recipe for a newsletter. `name` is its file's stem; `title` what readers see."""

    name: str
    title: str
    theme: str = "broadsheet"
    timetable: Timetable = field(default_factory=Timetable)
    window: Window = field(default_factory=Window)
    sources: tuple[Source, ...]
    sections: tuple[SectionRule, ...]
    related: int = 3
    grave: tuple[str, ...] = ()  # words of a lead beside which nothing light may stand
    ranking: RankingRule = field(default_factory=RankingRule)
    popular: PopularRule = field(default_factory=PopularRule)
    comments: CommentsRule | None = None  # None quotes no reader
    images: ImageUse = ImageUse.LINK
    min_stories: int = 4
    approval: Approval = Approval.AUTO

    @property
    def feeds(self) -> tuple[Source, ...]:
        """All that is asked: the sources of articles, then those of comments."""
        return (*self.sources, *(self.comments.sources if self.comments else ()))

    def source(self, article: Article) -> Source:
        """Give the source of one of this edition's articles. Raises KeyError for any other."""
        for source in self.sources:
            if source.id == article.source:
                return source
        raise KeyError(article.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One editorial decision for one day.

    About an article (`url`): "pin" or "move" it `to` a place, "drop" it, replace its title
    ("retitle") or standfirst with `text`, show another `image`, or "add" one that no source carries
    `to` a place, with its title as `text`, a `standfirst`, an `image` and the `source` to name.
    About a reader's comment (`url`): "quote" it, or of it what `text` says.
    About the issue: "subject", "preheader" or "note", with `text`; "hold", with the reason;
    "sombre", with "true" or "false"; and "breaking". `where` says which file and entry it was read
    from.
    """

    do: str
    url: str = ""
    to: str = ""
    text: str = ""
    standfirst: str = ""
    source: str = ""
    image: Image | None = None
    where: str = ""
