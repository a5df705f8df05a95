"""Enrich: look up what the stories about to be shown lack, and keep it for the build.

Their pictures are probed, once each, so that emails can say how large they are and show none that
is gone. Where the edition wants it, the pages of articles without a picture or a summary are read.
All of it is a gain that may fail: then the issue goes out as its sources gave it.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from digest.building import decide, gather
from digest.errors import DigestError, Skipped
from digest.probing import probe, probe_file

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from digest.model import Article, Issue
    from digest.newsroom import Newsroom
    from digest.protocols import Http

log = logging.getLogger(__name__)

ROUNDS = 3  # what turns out to be missing lets others take its place, and these are looked up too
BUDGET_S = 60  # the morning does not wait longer


async def enrich(
    newsroom: Newsroom,
    http: Http,
    date: dt.date,
    cutoff: dt.datetime,
    now: dt.datetime,
    *,
    budget_s: float = BUDGET_S,
) -> None:
    """Look up what the issue of a date would show, if it were built now, and store it."""
    try:
        async with asyncio.timeout(budget_s):
            for _ in range(ROUNDS):
                inputs = gather(newsroom, date, cutoff, now)
                if not await _look_up(newsroom, http, decide(inputs), inputs.articles, now):
                    break
    except TimeoutError:
        log.warning("enrich: not everything was looked up within %g s", budget_s)
    except Skipped:
        pass  # there will be no issue; the build says why


async def _look_up(
    newsroom: Newsroom, http: Http, issue: Issue, articles: Iterable[Article], now: dt.datetime
) -> bool:
    """Look up an issue's pictures and pages; tell whether that may change what is shown."""
    shown = {placement.url for placement in issue.placements}
    found = await asyncio.gather(
        *(_probe(newsroom, http, url, now) for url in _unprobed(newsroom, issue)),
        *(_read_page(newsroom, http, a, now) for a in _lacking(newsroom, articles, shown)),
    )
    return any(found)


def _unprobed(newsroom: Newsroom, issue: Issue) -> list[str]:
    urls = dict.fromkeys(placement.image.url for placement in issue.placements if placement.image)
    known = newsroom.store.probes(list(urls))
    return [url for url in urls if url not in known]


async def _probe(newsroom: Newsroom, http: Http, url: str, now: dt.datetime) -> bool:
    """Probe one picture and store what it is; tell whether it turned out to be of no use."""
    local = newsroom.bundled_picture(url)
    try:
        if local:
            found = await probe_file(newsroom.sandbox, url, local, now)
        else:
            found = await probe(http, newsroom.sandbox, url, now)
    except (DigestError, OSError) as error:
        log.info("picture url=%s error=%r", url, str(error))
        return False
    newsroom.store.add_probe(found)
    if found.fault:
        log.warning("picture url=%s fault=%r", url, found.fault)
    return bool(found.fault)


def _lacking(
    newsroom: Newsroom, articles: Iterable[Article], shown: Iterable[str]
) -> list[Article]:
    """List the articles to be shown that lack something, and whose pages were not read yet."""
    if newsroom.enricher is None:
        return []
    urls = set(shown)
    lacking = {
        article.url: article
        for article in articles
        if article.url in urls and not (article.image and article.summary)
    }
    known = newsroom.store.pages(list(lacking))
    return [article for url, article in lacking.items() if url not in known]


async def _read_page(newsroom: Newsroom, http: Http, article: Article, now: dt.datetime) -> bool:
    """Read one article's page and store what it adds; tell whether it added anything."""
    assert newsroom.enricher, "only what an enricher can read is lacking"
    try:
        enriched = await newsroom.enricher.enrich(http, article)
    except DigestError as error:
        log.info("page url=%s error=%r", article.url, str(error))
        enriched = article
    newsroom.store.add_page(enriched, now)
    return enriched != article
