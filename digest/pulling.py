"""Pull: ask each source what is new; store articles, counts of readers, the weather.

A source that fails costs the issue its articles and one line in the report, nothing else.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.errors import ProviderError, SourceError
from digest.protocols import Considered

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.model import Source
    from digest.newsroom import Newsroom
    from digest.protocols import Http, Pulled

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceResult:
    """How one source's pull ended: `error` is empty when it was read."""

    source: str
    title: str
    new: int = 0
    read: int = 0
    unchanged: bool = False
    error: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PullReport:
    """What a pull brought, in the order of the edition's sources."""

    sources: tuple[SourceResult, ...]
    notices: tuple[str, ...] = ()


async def pull(
    newsroom: Newsroom,
    http: Http,
    now: dt.datetime,
    tell: Callable[[SourceResult], None] = lambda _: None,
) -> PullReport:
    """Ask every source at once, storing each as it answers; then the counts and the weather.

    `tell` is called with each source's result as it comes.
    """
    results = await asyncio.gather(
        *(_pull_source(newsroom, source, http, now, tell) for source in newsroom.edition.sources)
    )
    notices = [
        *await _pull_readings(newsroom, http, now),
        *await _pull_weather(newsroom, http, now),
    ]
    return PullReport(sources=tuple(results), notices=tuple(notices))


async def _pull_source(
    newsroom: Newsroom,
    source: Source,
    http: Http,
    now: dt.datetime,
    tell: Callable[[SourceResult], None],
) -> SourceResult:
    store = newsroom.store
    try:
        pulled = await newsroom.sources[source.id].pull(http, store.memory(source.id), now)
        new = store.add_pull(source.id, pulled, now)
    except SourceError as error:
        store.fail_pull(source.id, str(error), now)
        result = SourceResult(source=source.id, title=source.title, error=str(error))
    except Exception as error:
        log.debug("source %s failed", source.id, exc_info=True)
        reason = f"{source.id}: the plug failed with {type(error).__name__}: {error}"
        store.fail_pull(source.id, reason, now)
        result = SourceResult(source=source.id, title=source.title, error=reason)
    else:
        result = _read(source, pulled, new)
    tell(result)
    return result


def _read(source: Source, pulled: Pulled, new: int) -> SourceResult:
    return SourceResult(
        source=source.id,
        title=source.title or pulled.title,
        new=new,
        read=len(pulled.articles),
        unchanged=pulled.unchanged,
        warnings=pulled.warnings,
    )


async def _pull_readings(newsroom: Newsroom, http: Http, now: dt.datetime) -> list[str]:
    since = now - dt.timedelta(hours=newsroom.edition.window.max_hours)
    ids = [source.id for source in newsroom.edition.sources]
    considered = Considered(
        since=since, until=now, articles=newsroom.store.articles(ids, since, now)
    )
    notices = []
    for name, plug in newsroom.popularity.items():
        try:
            readings = await plug.readings(http, considered, now)
        except (ProviderError, SourceError) as error:
            notices.append(str(error))
        else:
            newsroom.store.add_readings(newsroom.edition.name, name, readings, now)
    return notices


async def _pull_weather(newsroom: Newsroom, http: Http, now: dt.datetime) -> list[str]:
    if newsroom.weather is None:
        return []
    try:
        report = await newsroom.weather.report(http, now)
    except (ProviderError, SourceError) as error:
        return [str(error)]
    if report is not None:
        newsroom.store.add_report(newsroom.edition.name, report)
    return []
