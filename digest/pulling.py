"""Pull: ask each source that is due what is new; store articles, comments, counts, the weather.

A source that fails costs the issue its articles and one line in the report, nothing else.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from collections import Counter
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

from digest.comparing import embed_new
from digest.errors import DigestError
from digest.health import alert_of
from digest.model import DateDoubt
from digest.protocols import Considered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digest.health import SourceState
    from digest.model import Source
    from digest.newsroom import Newsroom
    from digest.protocols import Http, Pulled

log = logging.getLogger(__name__)


MINUTE, A_DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
MAX_AT_ONCE = 100  # sources in hand: what is fetched and not yet stored stays in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceResult:
    """How one source's pull ended: `error` is empty when it was read, or was not asked.

    `resting_until` says when it may be asked again, where it was left alone; None with `resting`
    means that only an editor brings it back. `took_s` is in seconds.
    """

    source: str
    title: str
    new: int = 0
    read: int = 0
    unchanged: bool = False
    resting: bool = False
    resting_until: dt.datetime | None = None
    error: str = ""
    warnings: tuple[str, ...] = ()
    took_s: float = 0

    @property
    def outcome(self) -> str:
        """One word: failed, resting, unchanged or read."""
        if self.error:
            return "failed"
        return "resting" if self.resting else "unchanged" if self.unchanged else "read"

    def __str__(self) -> str:
        """Give one structured line (logfmt): what a log keeps of this source."""
        facts = {"source": self.source, "outcome": self.outcome}
        if self.resting_until:
            facts["until"] = f"{self.resting_until:%Y-%m-%dT%H:%MZ}"
        if self.outcome == "read":
            facts |= {"new": str(self.new), "read": str(self.read)}
        if not self.resting:
            facts["took_s"] = f"{self.took_s:.2f}"
        if self.error:
            facts["error"] = self.error
        if self.warnings:
            facts["warnings"] = "; ".join(self.warnings)
        return " ".join(f"{key}={_quoted(value)}" for key, value in facts.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class PullReport:
    """What a pull brought, in the order of the edition's sources; `notices` are for the editors.

    `comments` are the results of the comments feeds.
    """

    sources: tuple[SourceResult, ...]
    comments: tuple[SourceResult, ...] = ()
    notices: tuple[str, ...] = ()


async def pull(
    newsroom: Newsroom,
    http: Http,
    now: dt.datetime,
    tell: Callable[[SourceResult], None] = lambda _: None,
    *,
    force: bool = False,
) -> PullReport:
    """Ask every source that is due, storing each as it answers; then the counts and the weather.

    With `force` all are asked, the disabled too. `tell` is called with each source's result as it
    comes.
    """
    states = newsroom.store.source_states()
    clock = newsroom.clock()
    lag = (clock - now) // MINUTE * MINUTE  # servers know the real time only, whatever `--at` says
    alerts: list[str] = []
    in_hand = asyncio.Semaphore(MAX_AT_ONCE)

    async def one(source: Source) -> SourceResult:
        state = states.get(source.id)
        if state and state.rests(clock) and not force:
            result = _resting(source, state)
        else:
            async with in_hand:
                result = await _pull_source(
                    newsroom, source, http, state, now, lag=lag, alert=alerts.append
                )
        tell(result)
        return result

    edition = newsroom.edition
    spread = _spread(edition.feeds)
    results = dict(zip(spread, await asyncio.gather(*map(one, spread)), strict=True))
    newsroom.store.note_pull(newsroom.edition.name, now)
    comments = tuple(results[feed] for feed in edition.feeds[len(edition.sources) :])
    notices = [
        *alerts,
        *(one.error for one in comments if one.error and not any(one.error in a for a in alerts)),
        *await _embed_new(newsroom, now),
        *await _pull_readings(newsroom, http, now),
        *await _pull_weather(newsroom, http, now),
    ]
    return PullReport(
        sources=tuple(results[source] for source in edition.sources),
        comments=comments,
        notices=tuple(notices),
    )


def _spread(sources: Sequence[Source]) -> list[Source]:
    """Order the sources so that those of one owner, and so mostly of one host, are far apart.

    A host's requests are a second apart; a queue for one host must not keep the others waiting.
    """
    met: Counter[str] = Counter()
    rounds = []
    for place, source in enumerate(sources):
        rounds.append((met[source.owner], place))
        met[source.owner] += 1
    return [sources[place] for _, place in sorted(rounds)]


def _resting(source: Source, state: SourceState) -> SourceResult:
    return SourceResult(
        source=source.id,
        title=source.title or state.title,
        resting=True,
        resting_until=None if state.disabled else state.due,
        error="",
    )


async def _pull_source(
    newsroom: Newsroom,
    source: Source,
    http: Http,
    state: SourceState | None,
    now: dt.datetime,
    *,
    lag: dt.timedelta,
    alert: Callable[[str], None],
) -> SourceResult:
    """Pull one source and store what it gave, or how it failed."""
    began = perf_counter()
    # At a moment before its last attempt (`--at`) it does not remember anything yet.
    memory = state.memory if state and state.last_attempt <= now else {}
    try:
        plug = newsroom.sources.get(source.id) or newsroom.comments[source.id]
        pulled = await plug.pull(http, memory, now)
        pulled = _as_of_then(pulled, lag)
        new = newsroom.store.add_pull(source.id, pulled, now)
        result = _read(source, pulled, new)
    except Exception as error:  # noqa: BLE001  anyone's plug may fail in any way
        known = error if isinstance(error, DigestError) else _plug_failed(source.id, error)
        after = newsroom.store.fail_pull(source.id, known, now, lag)
        if news := alert_of(state, after):
            alert(f"{source.title or source.id}: {news} ({after.last_error})")
        result = SourceResult(source=source.id, title=source.title, error=after.last_error)
    return replace(result, took_s=perf_counter() - began)


def _as_of_then(pulled: Pulled, lag: dt.timedelta) -> Pulled:
    """Give what an earlier moment, the real time less `lag`, would have made of a pull.

    What is dated days ahead of it had not come out then. Nothing is remembered in that case, so
    that the next pull reads the same document again.
    """
    pulled = replace(pulled, due=pulled.due and pulled.due + lag)
    out = tuple(one for one in pulled.articles if one.date_doubt is not DateDoubt.TOO_FAR)
    if lag < A_DAY or len(out) == len(pulled.articles):
        return pulled
    return replace(pulled, articles=out, memory={})


def _read(source: Source, pulled: Pulled, new: int) -> SourceResult:
    return SourceResult(
        source=source.id,
        title=source.title or pulled.title,
        new=new,
        read=len(pulled.articles) + len(pulled.comments),
        unchanged=pulled.unchanged,
        warnings=pulled.warnings,
    )


async def _embed_new(newsroom: Newsroom, now: dt.datetime) -> list[str]:
    """Embed the headlines of what is new; the build does what was not done."""
    try:
        await asyncio.to_thread(embed_new, newsroom, now)
    except DigestError as error:
        return [str(error)]
    return []


async def _pull_readings(newsroom: Newsroom, http: Http, now: dt.datetime) -> list[str]:
    edition, rule = newsroom.edition, newsroom.edition.popular
    oldest = now - dt.timedelta(hours=max(edition.window.max_hours, rule.hours))
    ids = [source.id for source in edition.sources]
    considered = Considered(
        since=now - dt.timedelta(hours=rule.counted_hours),
        until=now,
        articles=newsroom.store.articles(ids, oldest, now),
    )
    notices = []
    for name, plug in newsroom.popularity.items():
        try:
            readings = await plug.readings(http, considered, now)
            newsroom.store.add_readings(newsroom.edition.name, name, readings, now)
        except DigestError as error:
            notices.append(str(error))
        except Exception as error:  # noqa: BLE001  likewise
            notices.append(str(_plug_failed(name, error)))
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
        return [str(_plug_failed("weather", error))]
    return []


def _plug_failed(name: str, error: Exception) -> DigestError:
    """Tell of anyone's plug that failed in a way of its own; the issue goes on without it."""
    log.debug("%s failed", name, exc_info=error)
    return DigestError(f"the plug failed with {type(error).__name__}: {error}", where=name)


def _quoted(value: str) -> str:
    """Quote what is no plain word, as JSON does; what a terminal might obey is escaped."""
    plain = value.isascii() and value.isprintable() and not set(value) & set(' "=\\')
    return value if plain else json.dumps(value)
