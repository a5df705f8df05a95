"""Pull: ask each source what is new; store articles, counts of readers, the weather.

A source that fails costs the issue its articles and one line in the report, nothing else.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.errors import DigestError
from digest.protocols import Considered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
    states = newsroom.store.source_states()
    # At a moment before its last pull (`--at`) a source does not remember anything yet.
    later = {source for source, state in states.items() if state.last_attempt > now}

    async def one(source: Source) -> SourceResult:
        memory = {} if source.id in later else newsroom.store.memory(source.id)
        result = await _pull_source(newsroom, source, http, memory, now)
        tell(result)
        return result

    results = await asyncio.gather(*map(one, newsroom.edition.sources))
    notices = [
        *await _pull_readings(newsroom, http, now),
        *await _pull_weather(newsroom, http, now),
    ]
    return PullReport(sources=tuple(results), notices=tuple(notices))


async def _pull_source(
    newsroom: Newsroom,
    source: Source,
    http: Http,
    memory: Mapping[str, str],
    now: dt.datetime,
) -> SourceResult:
    store = newsroom.store
    try:
        pulled = await newsroom.sources[source.id].pull(http, memory, now)
        new = store.add_pull(source.id, pulled, now)
    except Exception as error:  # noqa: BLE001  anyone's plug may fail in any way
        reason = str(error) if isinstance(error, DigestError) else _plug_failed(source.id, error)
        store.fail_pull(source.id, reason, now)
        return SourceResult(source=source.id, title=source.title, error=reason)
    return _read(source, pulled, new)


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
            newsroom.store.add_readings(newsroom.edition.name, name, readings, now)
        except DigestError as error:
            notices.append(str(error))
        except Exception as error:  # noqa: BLE001  likewise
            notices.append(_plug_failed(name, error))
    return notices


async def _pull_weather(newsroom: Newsroom, http: Http, now: dt.datetime) -> list[str]:
    if newsroom.weather is None:
        return []
    try:
        report = await newsroom.weather.report(http, now)
        if report is not None:
            newsroom.store.add_report(newsroom.edition.name, report)
    except DigestError as error:
        return [str(error)]
    except Exception as error:  # noqa: BLE001  likewise
        return [_plug_failed("weather", error)]
    return []


def _plug_failed(name: str, error: Exception) -> str:
    """Tell of anyone's plug that failed in a way of its own; the issue goes on without it."""
    log.debug("%s failed", name, exc_info=error)
    return f"{name}: the plug failed with {type(error).__name__}: {error}"
