"""From an edition's file to its recipe, once nothing in the file contradicts anything else."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.model import Rights, Source
from digest.recipe import (
    Approval,
    CommentsRule,
    Edition,
    ImageUse,
    PopularRule,
    RankingRule,
    SectionRule,
    Timetable,
    Window,
)
from digest.settings.configuration import PlugSpec, Recipe
from digest.settings.edition_file import DAYS, EditionFile, SourceTable, TimetableTable
from digest.settings.plugs import (
    COMMENTS,
    COUNTS,
    DELIVERY,
    OUTSIDE,
    SOURCES,
    WEATHER,
    problems_of,
    spec_of,
)
from digest.spelling import suggest
from digest.urls import registrable_domain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from digest.settings.edition_file import SectionTable
    from digest.settings.problems import Problem
    from digest.settings.readers_file import CommentsFeedTable, CommentsTable, CountsTable

SLOTS = ("lead", "related", "popular")  # places of an issue that no section may be named after


def contradictions(file: EditionFile) -> Iterator[Problem]:
    """Find what no single value shows: order of times, doubles, unknown sections, plugs' keys."""
    yield from _times(file.timetable)
    if file.window.hours > file.window.max_hours:
        yield ("window", "hours"), "must not be above window.max_hours", ""
    yield from _sections(file.sections)
    yield from _sources(file)
    yield from _clicks(file)
    yield from _plugs(file)


def _times(table: TimetableTable) -> Iterator[Problem]:
    order = ("cutoff", "send_at", "send_deadline")
    for earlier, later in pairwise(order):
        if getattr(table, earlier) >= getattr(table, later):
            what = f"must be later than {earlier} ({getattr(table, earlier)})"
            yield ("timetable", later), what, "All three are times of the same day"


def _sections(sections: list[SectionTable]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for place, section in enumerate(sections):
        title = section.title.casefold()
        if title in SLOTS:
            what = f'must not be "{section.title}", which names another part of the issue'
            yield ("sections", place, "title"), what, ""
        if title in seen:
            what = f"is the title of sections[{seen[title] + 1}] too"
            yield ("sections", place, "title"), what, "Give each section a title of its own"
        seen.setdefault(title, place)


def _sources(file: EditionFile) -> Iterator[Problem]:
    titles = {section.title.casefold(): section.title for section in file.sections}
    seen: dict[str, int] = {}
    for place, source in enumerate(file.sources):
        if source.section and source.section.casefold() not in titles:
            what = f'is "{source.section}", and this edition has no such section'
            hint = suggest(source.section, titles.values(), "It has")
            yield ("sources", place, "section"), what, hint
        name = source_id(source)
        if name in seen:
            key = ("url",) if source.url else ()
            what = f"is the same source as sources[{seen[name] + 1}]"
            yield ("sources", place, *key), what, "Remove one of the two"
        seen.setdefault(name, place)
    yield from _comments(file, seen)


def _comments(file: EditionFile, sources: Mapping[str, int]) -> Iterator[Problem]:
    """Find comments feeds that are there twice, or are read for articles too."""
    seen: set[str] = set()
    for place, feed in enumerate(file.comments.feeds if file.comments else ()):
        name, key = source_id(feed), ("url",) if feed.url else ()
        if name in sources:
            what = f"is the same feed as sources[{sources[name] + 1}]"
            yield ("comments", "from", place, *key), what, "A feed has articles or comments"
        elif name in seen:
            yield ("comments", "from", place, *key), "is there twice", "Remove one of the two"
        seen.add(name)


def _clicks(file: EditionFile) -> Iterator[Problem]:
    """Find what counts clicks where no link leads by way of us, and links counted for nobody.

    A class of the editors' own may ask for the clicks too.
    """
    table, uses = file.most_popular, [table.use for table in file.most_popular.providers]
    for place, use in enumerate(uses):
        if use == "clicks" and not table.clicks:
            loc = ("most_popular", "from", place, "use")
            yield loc, "needs clicks = true in [most_popular]", "Else no link is counted"
    if table.clicks and not any(use == "clicks" or OUTSIDE.fullmatch(use) for use in uses):
        what = "needs a provider that uses what is counted"
        hint = 'Add [[most_popular.from]] with use = "clicks", or take clicks out'
        yield ("most_popular", "clicks"), what, hint


def _plugs(file: EditionFile) -> Iterator[Problem]:
    tables = [(("sources", place), table, SOURCES) for place, table in enumerate(file.sources)]
    counts = enumerate(file.most_popular.providers)
    feeds = enumerate(file.comments.feeds if file.comments else ())
    named = [
        *tables,
        *((("most_popular", "from", place), table, COUNTS) for place, table in counts),
        *((("comments", "from", place), table, COMMENTS) for place, table in feeds),
        *([(("weather",), file.weather, WEATHER)] if file.weather else []),
        (("delivery",), file.delivery, DELIVERY),
    ]
    for loc, table, kind in named:
        for inner, what, hint in problems_of(table, kind):
            yield (*loc, *inner), what, hint


def recipe(name: str, file: EditionFile, root: Path) -> Recipe:
    """Give the recipe of an edition whose file has no contradictions."""
    return Recipe(
        edition=_edition(name, file),
        sources={source_id(table): spec_of(table, SOURCES) for table in file.sources},
        popularity=_named(file.most_popular.providers),
        comments={
            source_id(table): spec_of(table, COMMENTS)
            for table in (file.comments.feeds if file.comments else ())
        },
        weather=spec_of(file.weather, WEATHER) if file.weather else None,
        delivery=spec_of(file.delivery, DELIVERY),
        pictures=root / file.images.folder if file.images.folder else None,
        reads_pages=file.enrichment.pages,
        embeds=file.grouping.use == "embeddings",
        resend=file.delivery.unknown == "resend",
    )


def _edition(name: str, file: EditionFile) -> Edition:
    return Edition(
        name=name,
        title=file.title,
        theme=file.theme,
        timetable=_timetable(file.timetable),
        window=Window(**file.window.model_dump()),
        sources=tuple(map(_source, file.sources)),
        sections=tuple(map(_section, file.sections)),
        related=file.lead.related,
        grave=tuple(file.lead.grave),
        ranking=RankingRule(**file.ranking.model_dump()),
        popular=PopularRule(**file.most_popular.model_dump(exclude={"providers"})),
        comments=_comments_rule(file.comments) if file.comments else None,
        images=ImageUse(file.images.use),
        min_stories=file.rules.min_stories,
        approval=Approval(file.rules.approval),
    )


def _comments_rule(table: CommentsTable) -> CommentsRule:
    return CommentsRule(
        title=table.title,
        count=table.count,
        sources=tuple(
            Source(id=source_id(feed), title="", owner=_owner(feed)) for feed in table.feeds
        ),
    )


def _timetable(table: TimetableTable) -> Timetable:
    return Timetable(
        days=tuple(sorted({DAYS.index(day) + 1 for day in table.days})),
        cutoff=dt.time.fromisoformat(table.cutoff),
        send_at=dt.time.fromisoformat(table.send_at),
        send_deadline=dt.time.fromisoformat(table.send_deadline),
        skip_dates=tuple(sorted({dt.date.fromisoformat(day) for day in table.skip_dates})),
        pull_every_min=table.pull_every_min,
    )


def _source(table: SourceTable) -> Source:
    owner = table.owner or _owner(table)
    return Source(
        id=source_id(table),
        title=table.title,
        owner=owner,
        section=table.section,
        weight=table.weight,
        rights=Rights(table.rights),
    )


def _section(table: SectionTable) -> SectionRule:
    return SectionRule(
        **table.model_dump(exclude={"match", "block"}),
        match=tuple(table.match),
        block=tuple(table.block),
    )


def source_id(table: SourceTable | CommentsFeedTable) -> str:
    """Give what a source is remembered by: its address, else its class and title."""
    return table.url or f"{table.use} {_title(table)}".rstrip()


def _owner(table: SourceTable | CommentsFeedTable) -> str:
    """Whom a source counts for when the editors do not say."""
    if table.url.startswith(("https:", "http:")):
        return registrable_domain(table.url)
    return _title(table) or PurePosixPath(urlsplit(table.url).path).stem or table.use


def _title(table: SourceTable | CommentsFeedTable) -> str:
    return table.title if isinstance(table, SourceTable) else ""


def _named(tables: list[CountsTable]) -> tuple[tuple[str, PlugSpec], ...]:
    """Name each provider after its plug; the second of one kind is "table 2"."""
    met: Counter[str] = Counter()
    named = []
    for table in tables:
        met[table.use] += 1
        name = f"{table.use} {met[table.use]}" if met[table.use] > 1 else table.use
        named.append((name, spec_of(table, COUNTS)))
    return tuple(named)
