"""`config/editions/<name>.toml`: one newsletter, named as its file is."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from digest.recipe import (
    Edition,
    RankingRule,
    SectionRule,
    Timetable,
    Window,
)
from digest.settings.plugs import DELIVERY, SOURCES, WEATHER
from digest.settings.readers_file import CommentsTable, MostPopularTable
from digest.settings.tables import PlugTable, Table, use_of
from digest.settings.values import Clock, Date, FeedAddress, Line, Name, WebAddress  # noqa: TC001  pydantic reads them

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)  # ISO weekdays, 1 to 7

# The model's defaults are the files' defaults.
_TIMETABLE, _WINDOW = Timetable(), Window()
_SECTION, _RANKING = SectionRule(title=""), RankingRule()
_EDITION = Edition(name="", title="", sources=(), sections=())

MAX_WINDOW = 720  # hours: a monthly's
MAX_WEIGHT = 10.0
MAX_POWER = 3.0


def power_of(what: str, default: float) -> float:
    """Make the field of a factor's weight."""
    return Field(default=default, ge=0, le=MAX_POWER, description=what)


class TimetableTable(Table):
    """When issues come out, in the publication's time zone."""

    days: list[Day] = Field(
        default=[DAYS[day - 1] for day in _TIMETABLE.days],
        min_length=1,
        description="The days on which an issue comes out.",
    )
    cutoff: Clock = Field(
        default=f"{_TIMETABLE.cutoff:%H:%M}",
        description="Nothing newer goes in; the issue is built at this time.",
    )
    send_at: Clock = Field(
        default=f"{_TIMETABLE.send_at:%H:%M}", description="When the issue is sent."
    )
    send_deadline: Clock = Field(
        default=f"{_TIMETABLE.send_deadline:%H:%M}",
        description="The latest time at which a late issue may still be sent.",
    )
    skip_dates: list[Date] = Field(
        default=[], description="Dates without an issue, such as holidays."
    )
    pull_every_min: int = Field(
        default=_TIMETABLE.pull_every_min,
        ge=5,
        le=1440,
        description="Minutes from one pull of the sources to the next.",
    )


class WindowTable(Table):
    """How far back an issue looks."""

    hours: float = Field(
        default=_WINDOW.hours,
        gt=0,
        le=MAX_WINDOW,
        description="Hours before the cutoff that are looked at.",
    )
    since_last: bool = Field(
        default=_WINDOW.since_last,
        description="Look back to the last sent issue's cutoff where that is longer ago, so that "
        "weekends, holidays and misses are covered.",
    )
    max_hours: float = Field(
        default=_WINDOW.max_hours,
        gt=0,
        le=MAX_WINDOW,
        description="Look back this many hours at most.",
    )


class SourceTable(PlugTable):
    """Where articles come from.

    `feed` reads RSS, Atom, RDF and JSON Feed, `sitemap` a news sitemap or an index of them, and
    `page` the links of a section's page, for sites that have neither.
    """

    use: str = use_of(SOURCES)
    url: FeedAddress = Field(
        default="",
        description="Its address: `https://…`, or `file:` and a path.",
    )
    select: Line = Field(
        default="",
        description="A CSS selector of the links to articles, such as `main h2 a`; else the page "
        'is searched for headlines. For `use = "page"`.',
    )
    title: Line = Field(default="", description="The name that readers see; else the owner.")
    section: Line = Field(
        default="",
        description="The section of all its articles; else each article's own categories decide.",
    )
    weight: float = Field(
        default=1.0,
        gt=0,
        le=MAX_WEIGHT,
        description="How much its word counts; 1 is ordinary, 2 is twice that.",
    )
    owner: Line = Field(
        default="",
        description="Whom coverage and caps count; else the address's registrable domain, and for "
        "a file the title.",
    )
    rights: Literal["own", "summary", "link"] = Field(
        default="summary",
        description="What may be shown: `own` (its paragraphs and pictures), `summary` (its "
        "summary, and its picture with credit) or `link` (its headline only).",
    )


class SectionTable(Table):
    """A part of the issue, in the order in which readers see them."""

    title: Line = Field(description="Its title.")
    count: int = Field(
        default=_SECTION.count, ge=1, le=50, description="How many stories it has at most."
    )
    url: WebAddress = Field(default="", description="Its page on your site.")
    weight: float = Field(
        default=_SECTION.weight,
        gt=0,
        le=MAX_WEIGHT,
        description="How much its stories count, beside their sources' weights; 1 is ordinary.",
    )
    match: list[Line] = Field(
        default=[],
        description="Words, in whatever form, that file an article here when they stand in its "
        "headline or its topics, wherever it came from. The first section that matches has it.",
    )
    block: list[Line] = Field(
        default=[],
        description="What is kept out: words, in whatever form, of headline, summary or topics, "
        "and titles or owners of sources.",
    )
    light: bool = Field(
        default=_SECTION.light,
        description="Whether it is out of place beside grave news, and left out then.",
    )


class LeadTable(Table):
    """The story at the top."""

    related: int = Field(
        default=_EDITION.related,
        ge=0,
        le=10,
        description="How many related headlines stand under it at most.",
    )
    grave: list[Line] = Field(
        default=[],
        description="Words, in whatever form, that make a lead grave: sections marked `light` are "
        "then left out. A day's choices may say `sombre` themselves.",
    )


class RankingTable(Table):
    """How much each factor of a score counts: 1 is ordinary, 2 squares it, 0 leaves it out.

    What ran already, with nothing new since, stays out whatever the weights.
    """

    coverage: float = power_of("How many owners tell a story.", _RANKING.coverage)
    freshness: float = power_of("How new it is.", _RANKING.freshness)
    popularity: float = power_of("How much it is read.", _RANKING.popularity)
    novelty: float = power_of("Whether earlier issues told it.", _RANKING.novelty)
    quality: float = power_of("Whether it has a picture and a summary.", _RANKING.quality)
    half_life_hours: float = Field(
        default=_RANKING.half_life_hours,
        gt=0,
        le=1_000,
        description="In how many hours, after its first six, a story loses half its freshness.",
    )


class WeatherTable(PlugTable):
    """The weather on the masthead; without this table there is none.

    `open_meteo` asks api.open-meteo.com, `file` reads a JSON file.
    """

    use: str = use_of(WEATHER)
    latitude: float | None = Field(
        default=None, ge=-90, le=90, description='Degrees north. For `use = "open_meteo"`.'
    )
    longitude: float | None = Field(
        default=None, ge=-180, le=180, description='Degrees east. For `use = "open_meteo"`.'
    )
    url: WebAddress = Field(
        default="",
        description='Another server that speaks as Open-Meteo does. For `use = "open_meteo"`.',
    )
    path: Line = Field(
        default="",
        description="A JSON file with `temperature_c`, `as_of` and, if known, `condition`. An "
        "`as_of` without a zone is meant in the publication's. For "
        '`use = "file"`.',
    )


class ImagesTable(Table):
    """Pictures."""

    use: Literal["link", "host", "attach"] = Field(
        default="link",
        description="`link` shows pictures from where their sources keep them; `host` from copies "
        "on your own server, under `base_url` in `[web]`; `attach` from copies in the email. Only "
        "pictures of sources with `own` rights, and those that your choices name, are copied.",
    )
    folder: Line | None = Field(
        default=None,
        description="A folder of pictures by file name: those whose addresses end with such a name "
        "are taken from it, and not from the network.",
    )


class GroupingTable(Table):
    """How articles that tell of one event are found.

    `words` compares the words of headlines and summaries, in any language. `embeddings` also asks
    a model what English headlines mean, and finds more; it needs a larger installation:
    `pip install 'digest-newsletter[embeddings]'`.
    """

    use: Literal["words", "embeddings"] = Field(
        default="words",
        description="`words`, or `embeddings`, which is words and a model of English.",
    )


class EnrichmentTable(Table):
    """What is looked up about stories that were chosen, beyond what their sources gave."""

    pages: bool = Field(
        default=False,
        description="Read the page of an article that lacks a picture or a summary, where the "
        "site's robots.txt allows it.",
    )


class RulesTable(Table):
    """What must hold before an issue goes out."""

    min_stories: int = Field(
        default=_EDITION.min_stories,
        ge=1,
        description="With fewer stories than this, there is no issue.",
    )
    if_short: Literal["skip"] = Field(
        default="skip", description="What happens then: `skip` leaves the day out."
    )
    approval: Literal["auto", "required", "veto_until_send"] = Field(
        default="auto",
        description="Who approves an issue: with `auto` it goes by itself. With `required` it is "
        "not sent before somebody says `digest approve`. With `veto_until_send` it goes by itself, "
        "and those whom `[alerts]` in digest.toml names are told when it is built, so that they "
        "can `digest hold` it.",
    )


class DeliveryTable(PlugTable):
    """How emails leave the house.

    `folder` writes them to the issue's folder, `maildir` into a Maildir, `smtp` hands them to the
    mail server that `[smtp]` in digest.toml describes, and `ses` to Amazon SES as `[ses]` says.
    """

    use: str = use_of(DELIVERY, default="folder")
    path: Line = Field(default="", description="`maildir`: its folder, made where there is none.")
    unknown: Literal["resend", "hold"] = Field(
        default="resend",
        description="What becomes of an email that may have left, when a sender died or the "
        "receipt never came: `resend` sends it once more, under the same Message-ID, `hold` leaves "
        "it to a person (`digest settle`).",
    )


class EditionFile(Table):
    """One newsletter. Its name is the file's: `config/editions/daily.toml` is `daily`."""

    title: Line = Field(description="The newsletter's title, as readers see it.")
    theme: Name = Field(
        default=_EDITION.theme,
        description="What lays it out: `broadsheet`, `bulletin` or a theme of your own.",
    )
    timetable: TimetableTable = Field(default_factory=TimetableTable)
    window: WindowTable = Field(default_factory=WindowTable)
    sources: list[SourceTable] = Field(
        min_length=1, description="Where articles come from: a table [[sources]] for each."
    )
    sections: list[SectionTable] = Field(
        min_length=1, description="The parts of the issue: a table [[sections]] for each."
    )
    lead: LeadTable = Field(default_factory=LeadTable)
    ranking: RankingTable = Field(default_factory=RankingTable)
    most_popular: MostPopularTable = Field(default_factory=MostPopularTable)
    comments: CommentsTable | None = None
    weather: WeatherTable | None = None
    images: ImagesTable = Field(default_factory=ImagesTable)
    grouping: GroupingTable = Field(default_factory=GroupingTable)
    enrichment: EnrichmentTable = Field(default_factory=EnrichmentTable)
    rules: RulesTable = Field(default_factory=RulesTable)
    delivery: DeliveryTable = Field(default_factory=DeliveryTable)
