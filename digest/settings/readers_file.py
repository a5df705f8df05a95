"""The parts of an edition's file that are about its readers: what they chose, what they wrote."""

from __future__ import annotations

from pydantic import Field

from digest.recipe import CommentsRule, PopularRule
from digest.settings.plugs import COMMENTS, COUNTS
from digest.settings.tables import PlugTable, Table, use_of
from digest.settings.values import FeedAddress, Line, WebAddress  # noqa: TC001  pydantic reads them

_POPULAR, _COMMENTS = PopularRule(), CommentsRule()


class CountsTable(PlugTable):
    """Where readers' counts come from: tried in this order until one has enough of them.

    `feed_counts` takes the counts of views or comments in the feeds, `table` a CSV or JSON file,
    `clicks` how often the links of this newsletter were opened (with `clicks = true` only).
    `plausible` and `matomo` ask these services; their key or token is a secret, which stands in
    no file: see `[plausible]` and `[matomo]`.
    """

    use: str = use_of(COUNTS)
    path: Line = Field(
        default="",
        description="A CSV file (`url,count,as_of[,hours,unit]`) or a JSON one, or its web "
        "address; without it, what `digest popular import` brought counts. An `as_of` without a "
        "zone is meant in the publication's. For "
        '`use = "table"`.',
    )
    site: Line = Field(
        default="",
        description="Your site as Plausible knows it, such as `courier.example`. For "
        '`use = "plausible"`.',
    )
    base: WebAddress = Field(
        default="",
        description="The address that Plausible's paths follow on, else `https://` and `site`. For "
        '`use = "plausible"`.',
    )
    site_id: int | None = Field(
        default=None, ge=1, description='Your site\'s number in Matomo. For `use = "matomo"`.'
    )
    url: WebAddress = Field(
        default="",
        description="Where the service is: your Matomo, or a Plausible of your own. For "
        '`use = "matomo"` or `use = "plausible"`.',
    )


class MostPopularTable(Table):
    """The list of what readers chose."""

    count: int = Field(
        default=_POPULAR.count,
        ge=0,
        le=20,
        description="How many stories it has at most; 0 leaves the list out.",
    )
    summaries: bool = Field(
        default=_POPULAR.summaries, description="Whether each has a summary below its headline."
    )
    min_total: int = Field(
        default=_POPULAR.min_total,
        ge=0,
        description="With fewer counts than this in all, of articles that the sources carry, the "
        "list is relabelled, never faked.",
    )
    stale_after_hours: float = Field(
        default=_POPULAR.stale_after_hours,
        gt=0,
        le=168,
        description="Counts older than this are left out; where all are, the list is relabelled.",
    )
    hours: float = Field(
        default=_POPULAR.hours,
        gt=0,
        le=168,
        description="The list chooses among the articles of this many hours before the cutoff; "
        "what came out before the window stands nowhere else.",
    )
    counted_hours: float = Field(
        default=_POPULAR.counted_hours,
        ge=1,
        le=168,
        description="Services and links count readers over this many hours.",
    )
    clicks: bool = Field(
        default=_POPULAR.clicks,
        description="Whether the links to stories lead by way of `[web] base_url`, where "
        "`digest web` counts how often each is opened, and nothing about who opens it.",
    )
    providers: list[CountsTable] = Field(
        default=[], alias="from", description="Where readers' counts come from."
    )


class CommentsFeedTable(PlugTable):
    """A feed of readers' comments.

    `feed` reads RSS and Atom, such as WordPress's `/comments/feed/` and Disqus's
    `https://FORUM.disqus.com/latest.rss`.
    """

    use: str = use_of(COMMENTS)
    url: FeedAddress = Field(
        default="", description="Its address: `https://…`, or `file:` and a path."
    )


class CommentsTable(Table):
    """What readers wrote; without this table nobody is quoted.

    Only comments that a day's choices `quote` are printed, and only in their own words.
    """

    title: Line = Field(
        default=_COMMENTS.title,
        description='The title above the quotes; where there is none it is "From the comments", '
        "in the publication's language.",
    )
    count: int = Field(
        default=_COMMENTS.count, ge=1, le=10, description="How many quotes it has at most."
    )
    feeds: list[CommentsFeedTable] = Field(
        alias="from",
        min_length=1,
        description="Where comments come from: a table [[comments.from]] for each.",
    )
