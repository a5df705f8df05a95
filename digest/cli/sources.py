"""The verbs on sources: list, test, add, discover, import, export, enable."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from digest.cli.addresses import address, address_reader, configured
from digest.cli.discovering import discover_sources
from digest.cli.printing import printable
from digest.cli.shared import (
    config_option,
    edition_option,
    json_option,
    moment,
    opened,
    print_json,
    shown,
)
from digest.cli.source_lists import export_list, import_list
from digest.cli.source_table import list_sources
from digest.cli.verdict import brief, missing, tell_trial, trial_facts
from digest.errors import ConfigError

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from digest.cli.addresses import Trial
    from digest.model import Source
    from digest.recipe import Edition
    from digest.settings import Configuration, Recipe


use_option = click.option(
    "--use", default="", help="The plug to read it with; else what it is decides."
)
select_option = click.option(
    "--select", default="", help="A CSS selector of the links of a page; read it as a page."
)


def _require_weight(
    _context: click.Context, _parameter: click.Parameter, weight: float | None
) -> float | None:
    """Refuse what TOML and floats allow, and no weight can be: 0, less, infinity, no number."""
    if weight is None or (weight > 0 and math.isfinite(weight)):
        return weight
    raise click.BadParameter(f"{weight:g} is no number above 0")


@click.group()
def sources() -> None:
    """See, test, find and add the sources of an edition."""


@sources.command("test")
@click.argument("url")
@use_option
@select_option
@config_option
@edition_option
@json_option
def test_source(
    url: str, use: str, select: str, config_dir: Path, edition: str | None, *, as_json: bool
) -> None:
    """Say what would be read from an address, and what is missing. Nothing is stored."""
    configuration, recipe = configured(config_dir, edition)
    now = moment(None, configuration.publication)
    use = _plug_named(use, select)
    trial = _read(configuration, recipe, address(url), now, use, select)
    lacks = missing(trial, now, recipe.edition.window.max_hours)
    if as_json:
        print_json(trial_facts(trial, lacks))
    else:
        tell_trial(trial, lacks, ZoneInfo(configuration.publication.timezone))


@sources.command("add")
@click.argument("url")
@click.option("--section", default="", help="The section of all its articles.")
@click.option("--title", help="The name that readers see.")
@click.option(
    "--weight",
    type=float,
    callback=_require_weight,
    help="How much its word counts; 1 is ordinary.",
)
@click.option(
    "--rights", type=click.Choice(["own", "summary", "link"]), help="What of it may be shown."
)
@use_option
@select_option
@click.option("--untested", is_flag=True, help="Add it without asking it.")
@config_option
@edition_option
def add_source(
    url: str,
    section: str,
    use: str,
    select: str,
    config_dir: Path,
    edition: str | None,
    *,
    untested: bool,
    **keys: Any,  # noqa: ANN401  the options that its table takes as they are
) -> None:
    """Test an address and write it into the edition's file.

    Comments and layout of the file stay. What cannot be read, or is there already, is refused.
    """
    from digest.settings.editing import NewSource, add_sources, section_of

    configuration, recipe = configured(config_dir, edition)
    url = address(url)
    use = _plug_named(use, select)
    section = section_of(recipe.edition, section) if section else ""
    _require_new(recipe.edition, url)
    now = moment(None, configuration.publication)
    trial = None if untested else _read(configuration, recipe, url, now, use, select)
    use = trial.use if trial else use or "feed"
    source = NewSource(url=url, use=use, select=select, section=section, **keys)
    path = add_sources(config_dir, recipe.edition.name, [source])
    click.echo(f"Added {url} to {shown(path)}")
    if trial:
        click.echo(f"  {brief(trial, ZoneInfo(configuration.publication.timezone))}")
        for lack in missing(trial, now, recipe.edition.window.max_hours):
            click.echo(f"  {lack}", err=True)


@sources.command("enable")
@click.argument("source")
@config_option
@edition_option
def enable_source(source: str, config_dir: Path, edition: str | None) -> None:
    """Ask a disabled source again from the next pull on, or a failing one sooner.

    SOURCE is its address, as `digest sources list --json` tells it.
    """
    from digest.health import Health

    with opened(config_dir, edition) as newsroom:
        wanted = _find(newsroom.edition, source)
        state = newsroom.store.source_states().get(wanted.id)
        if state is None or state.health is Health.ACTIVE:
            click.echo(f"{wanted.id} is asked as it should be: nothing to do")
            return
        newsroom.store.enable_source(wanted.id)
    reason = printable(state.disabled or state.last_error)
    click.echo(f"{wanted.id} will be asked at the next pull. It was {state.health}: {reason}")


def _read(
    configuration: Configuration,
    recipe: Recipe,
    url: str,
    now: dt.datetime,
    use: str,
    select: str,
) -> Trial:
    async def work() -> Trial:
        async with address_reader(configuration, recipe, now) as reader:
            return await reader.read(url, use, select)

    return asyncio.run(work())


def _plug_named(use: str, select: str) -> str:
    """Give the plug that an editor names, "" for none. Raises ConfigError for one there is not."""
    from digest.settings.plugs import OUTSIDE, SOURCES
    from digest.spelling import did_you_mean

    if select and use not in {"", "page"}:
        raise ConfigError("--select is for pages", hint='Leave out --use, or write "--use page"')
    if use and use not in SOURCES.names and not OUTSIDE.fullmatch(use):
        known = f"Built in are {', '.join(SOURCES.names)}; your own is package.module:Class"
        hint = f"{did_you_mean(use, SOURCES.names)} {known}".lstrip()
        raise ConfigError(f'there is no plug "{use}"', where="--use", hint=hint)
    return use or ("page" if select else "")


def _require_new(edition: Edition, url: str) -> None:
    """Raise ConfigError for an address that the edition reads already, in whatever spelling."""
    from digest.urls import canonical_url

    for number, source in enumerate(edition.sources, 1):
        if canonical_url(source.id) == canonical_url(url):
            raise ConfigError(
                f"the edition {edition.name} reads it already",
                where=url,
                hint=f"It is sources[{number}], {source.title or source.owner}",
            )


def _find(edition: Edition, wanted: str) -> Source:
    """Find a source by its id, or by any spelling of its address. Raises ConfigError."""
    from digest.spelling import did_you_mean
    from digest.urls import canonical_url

    for source in edition.feeds:
        if wanted == source.id or canonical_url(wanted) == canonical_url(source.id):
            return source
    near = did_you_mean(wanted, [source.id for source in edition.sources])
    raise ConfigError(
        f"there is no source {wanted}",
        where=f"the edition {edition.name}",
        hint=near or "All are listed by `digest sources list --json`",
    )


for command in (list_sources, discover_sources, import_list, export_list):
    sources.add_command(command)
