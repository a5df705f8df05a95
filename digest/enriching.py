"""Enrich: look up what the stories about to be shown lack, and keep it for the build.

Their pictures are probed, so that emails can say how large they are and show none that is gone; and
those that the theme shows are fetched and made ready, for readers where the edition copies them,
else for the preview.
Where the edition wants it, the pages of articles without a picture or a summary are read. All of it
is a gain that may fail: then the issue goes out as its sources gave it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from typing import TYPE_CHECKING, TypeVar

from digest.deciding import decide
from digest.errors import DigestError, Skipped, SourceError
from digest.gathering import gather
from digest.picturing import shown_pictures
from digest.preparing import fetch_picture, prepare, read_picture, unprepared
from digest.probing import probe, probe_file
from digest.rendering import frame_pictures

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from digest.inputs import Inputs
    from digest.model import Article, Issue
    from digest.newsroom import Newsroom
    from digest.picture import Shape
    from digest.protocols import Http

T = TypeVar("T")

log = logging.getLogger(__name__)

ROUNDS = 3  # what turns out to be missing lets others take its place, and these are looked up too
BUDGET_S = 60  # the morning does not wait longer
IN_HAND = 20  # lookups at once; a picture that must be read whole takes megabytes
# A picture that was gone, or hidden by its server, is asked for again the next morning. (Hence a
# few hours less than a day: mornings are not equally early.)
FAULTS_LAST = dt.timedelta(hours=20)
PICTURES_LAST = dt.timedelta(days=14)  # since an issue last wanted one


async def enrich(
    newsroom: Newsroom,
    http: Http,
    date: dt.date,
    cutoff: dt.datetime,
    now: dt.datetime,
    *,
    budget_s: float = BUDGET_S,
    in_hand: int = IN_HAND,
) -> None:
    """Look up what the issue of a date would show, if it were built now, and store it.

    `in_hand` lookups are made at once, and no more after `budget_s` seconds. One that fails is
    logged. Raises StoreError where the database cannot be read.
    """
    newsroom.store.forget_faults(now - FAULTS_LAST)
    newsroom.store.forget_pictures(
        unused_since=now - PICTURES_LAST, faulty_before=now - FAULTS_LAST
    )
    lookups = _Lookups(newsroom, http, now, in_hand)
    try:
        async with asyncio.timeout(budget_s):
            for _ in range(ROUNDS):
                inputs = gather(newsroom, date, cutoff, now)
                if not await lookups.make(decide(inputs), inputs.articles):
                    break
            # Once more: what pictures really are decides where they stand.
            await lookups.prepare_pictures(gather(newsroom, date, cutoff, now))
    except TimeoutError:
        log.warning("enrich: not everything was looked up within %g s", budget_s)
    except Skipped:
        pass  # there will be no issue; the build says why


class _Lookups:
    """The lookups of one run: each is made at most once, whatever came of it."""

    def __init__(self, newsroom: Newsroom, http: Http, now: dt.datetime, in_hand: int) -> None:
        self._newsroom = newsroom
        self._http = http
        self._now = now
        self._in_hand = asyncio.Semaphore(in_hand)
        self._pictures: set[str] = set()  # asked for
        self._pages: set[str] = set()
        self._refused: dict[str, str] = {}  # pictures whose servers would not say, and why

    async def make(self, issue: Issue, articles: Iterable[Article]) -> bool:
        """Look up an issue's pictures and pages; tell whether that may change what is shown."""
        shown = {placement.url for placement in issue.placements}
        found = await asyncio.gather(
            *(self._safely(self._probe, url, url) for url in self._unprobed(issue)),
            *(self._safely(self._read_page, a, a.url) for a in self._lacking(articles, shown)),
        )
        return any(found)

    async def _safely(self, look_up: Callable[[T], Awaitable[bool]], what: T, url: str) -> bool:
        """Look one thing up when it is its turn; a failure is told and changes nothing."""
        async with self._in_hand:
            try:
                return await look_up(what)
            except (DigestError, OSError) as error:
                log.info("lookup url=%s error=%r", url, str(error))
            except Exception:  # anyone's plug or server may fail in any way
                log.exception("lookup url=%s", url)
        return False

    def _unprobed(self, issue: Issue) -> list[str]:
        """List the pictures to be shown that nobody has asked for yet."""
        images = [placement.image.url for placement in issue.placements if placement.image]
        asking = [url for url in dict.fromkeys(images) if url not in self._pictures]
        known = self._newsroom.store.probes(asking)
        self._pictures.update(asking)
        return [url for url in asking if url not in known]

    async def _probe(self, url: str) -> bool:
        """Probe one picture and store what it is; tell whether it turned out to be of no use."""
        newsroom, local = self._newsroom, self._newsroom.bundled_picture(url)
        if local:
            found = await probe_file(newsroom.sandbox, url, local, self._now)
        else:
            try:
                found = await probe(self._http, newsroom.sandbox, url, self._now)
            except DigestError as error:
                self._refused[url] = error.what
                raise
        newsroom.store.add_probe(found)
        if found.fault:
            log.warning("picture url=%s fault=%r", url, found.fault)
        return bool(found.fault)

    async def prepare_pictures(self, inputs: Inputs) -> None:
        """Make the pictures ready that the theme shows, unless they are.

        A preview has bundled pictures as they are.
        """
        newsroom, issue = self._newsroom, decide(inputs)
        try:
            shapes = frame_pictures(issue, themes=newsroom.themes)
        except DigestError as error:
            log.info("pictures error=%r", str(error))  # the build says what is broken
            return
        wanted = {
            (one.url, one.shape.name): one
            for one in shown_pictures(issue, inputs, shapes)
            if one.ours or newsroom.bundled_picture(one.url) is None
        }
        newsroom.store.use_pictures(wanted, self._now)
        missing: dict[str, list[Shape]] = {}
        for one in wanted.values():
            if one.picture is None:
                missing.setdefault(one.url, []).append(one.shape)
        await asyncio.gather(
            *(self._safely(self._prepare, each, each[0]) for each in missing.items())
        )

    async def _prepare(self, wanted: tuple[str, list[Shape]]) -> bool:
        """Fetch one picture, make it ready for its shapes, and store what came of it."""
        (url, shapes), newsroom = wanted, self._newsroom
        local = newsroom.bundled_picture(url)
        try:
            if refusal := self._refused.get(url):
                raise SourceError(refusal)
            data = await (read_picture(local) if local else fetch_picture(self._http, url))
        except DigestError as error:
            made = [(unprepared(url, shape, error.what), b"") for shape in shapes]
        else:
            made = [await prepare(newsroom.sandbox, url, data, shape) for shape in shapes]
        for picture, ready in made:
            newsroom.store.add_picture(picture, ready, self._now)
            if picture.fault:
                log.warning("picture url=%s fault=%r", url, picture.fault)
        return False

    def _lacking(self, articles: Iterable[Article], shown: set[str]) -> list[Article]:
        """List the articles to be shown that lack something, and whose pages were not read yet."""
        if self._newsroom.enricher is None:
            return []
        lacking = {
            article.url: article
            for article in articles
            if article.url in shown - self._pages and not (article.image and article.summary)
        }
        known = self._newsroom.store.pages(list(lacking))
        self._pages.update(lacking)
        return [article for url, article in lacking.items() if url not in known]

    async def _read_page(self, article: Article) -> bool:
        """Read one article's page and store what it adds; tell whether it added anything."""
        assert self._newsroom.enricher, "only what an enricher can read is lacking"
        try:
            enriched = await self._newsroom.enricher.enrich(self._http, article)
        except DigestError as error:
            log.info("page url=%s error=%r", article.url, str(error))
            enriched = article
        self._newsroom.store.add_page(enriched, self._now)
        return enriched != article
