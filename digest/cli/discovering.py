"""`digest sources discover`: the feeds that a site announces, else those in the usual places."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import click

from digest import ROBOT
from digest.cli.addresses import PAGE, address, address_reader, configured, kind_of
from digest.cli.printing import printable
from digest.cli.shared import config_option, edition_option, json_option, print_json
from digest.cli.verdict import brief
from digest.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.cli.addresses import AddressReader, Trial
    from digest.protocols import Response
    from digest.recipe import Edition

MAX_FEEDS = 20  # of a page that are tried
MAX_SITEMAPS = 5  # of a robots.txt
USUAL_FEEDS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
USUAL_SITEMAPS = ("/news-sitemap.xml", "/sitemap_news.xml")
_SITEMAP = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A feed that was found: what reading it gave, or the reason why it cannot be read."""

    url: str
    title: str = ""
    trial: Trial | None = None
    error: str = ""


@click.command("discover")
@click.argument("site")
@config_option
@edition_option
@json_option
def discover_sources(site: str, config_dir: Path, edition: str | None, *, as_json: bool) -> None:
    """Find the feeds of a site, and try each.

    Where its page announces none, the usual places are tried.
    """
    configuration, recipe = configured(config_dir, edition)
    site = address(site)

    async def work() -> tuple[Candidate, ...]:
        async with address_reader(configuration, recipe, dt.datetime.now(dt.UTC)) as reader:
            return await discover(reader, site)

    found = asyncio.run(work())
    if not found:
        hint = f"Its page itself may do: digest sources test {shlex.quote(site)}"
        raise SourceError("no feed was found", where=site, hint=hint)
    if as_json:
        print_json([_facts(candidate) for candidate in found])
        return
    for candidate in found:
        _tell(candidate, recipe.edition, ZoneInfo(configuration.publication.timezone))


async def discover(reader: AddressReader, site: str) -> tuple[Candidate, ...]:
    """Give the feeds of a site in its own order, or `site` itself where that is one.

    Where the page announces none, the usual places are asked one after the other, those that
    robots.txt leaves open, until one can be read. Raises SourceError for a site that cannot be.
    """
    response = await reader.fetch(site)
    if kind_of(response) != PAGE:
        trial = await reader.read_fetched(site, response)
        return (Candidate(url=site, title=trial.pulled.title, trial=trial),)
    if links := await reader.announced(response):
        tried = (_tried(reader, link.url, link.title) for link in links[:MAX_FEEDS])
        return tuple(await asyncio.gather(*tried))
    return await _guessed(reader, response.url)


async def _tried(reader: AddressReader, url: str, title: str = "") -> Candidate:
    try:
        response = await reader.fetch(url)
        if kind_of(response) == PAGE:  # many sites answer a guess with their home page
            return Candidate(url=url, title=title, error="a web page, not a feed")
        trial = await reader.read_fetched(url, response)
    except SourceError as error:
        return Candidate(url=url, title=title, error=error.what)
    return Candidate(url=url, title=trial.pulled.title or title, trial=trial)


async def _guessed(reader: AddressReader, site: str) -> tuple[Candidate, ...]:
    """Give the first of the usual places that has articles."""
    from digest.sources.robots import allows

    robots = await _robots(reader, site)
    for url in _places(site, robots):
        if robots and not allows(robots.body, robots.status, url, ROBOT):
            continue
        candidate = await _tried(reader, url)
        if candidate.trial and candidate.trial.pulled.articles:
            return (candidate,)
    return ()


async def _robots(reader: AddressReader, site: str) -> Response | None:
    from digest.sources.robots import MAX_BYTES

    try:
        return await reader.http.get(urljoin(site, "/robots.txt"), first_bytes=MAX_BYTES)
    except SourceError:
        return None


def _places(site: str, robots: Response | None) -> Iterator[str]:
    """Give the usual places, and the sitemaps that robots.txt names, each once."""
    from digest.urls import absolute_url

    text = robots.body.decode("utf-8", "replace") if robots and robots.status == 200 else ""  # noqa: PLR2004  RFC 9110
    usual = [urljoin(site, path) for path in (*USUAL_FEEDS, *USUAL_SITEMAPS)]
    named = [absolute_url(match[1], site) for match in _SITEMAP.finditer(text)]
    yield from dict.fromkeys((*usual, *filter(None, named[:MAX_SITEMAPS])))


def _tell(candidate: Candidate, edition: Edition, zone: ZoneInfo) -> None:
    trial = candidate.trial
    click.echo(printable(f"{candidate.title or 'Without a title'}  {candidate.url}"))
    if trial is None:
        click.echo(f"  cannot be read: {printable(candidate.error)}")
        return
    click.echo(f"  {brief(trial, zone)}")
    command = f"digest sources add {shlex.quote(candidate.url)} --edition {edition.name}"
    click.echo(f"  {printable(command)}")


def _facts(candidate: Candidate) -> dict[str, object]:
    trial = candidate.trial
    return {
        "url": candidate.url,
        "title": candidate.title,
        "kind": trial.kind if trial else "",
        "use": trial.use if trial else "",
        "articles": len(trial.pulled.articles) if trial else 0,
        "newest": trial.dates[0] if trial and trial.dates else None,
        "error": candidate.error,
    }
