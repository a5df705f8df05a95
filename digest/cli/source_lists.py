"""`digest sources import` and `export`: lists of feeds, as other feed readers keep them (OPML)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

import click

from digest.cli.addresses import configured
from digest.cli.printing import printable
from digest.cli.shared import config_option, edition_option, json_option, print_json, shown
from digest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from digest.model import Source
    from digest.opml import Outline
    from digest.recipe import Edition
    from digest.settings import PlugSpec, Recipe
    from digest.settings.editing import NewSource

MAX_TITLE = 200  # characters


@dataclass(slots=True)
class _Sorted:
    """What becomes of a list's feeds: (address, reason) for those that are left out."""

    added: list[NewSource] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Say what would be added, and write nothing.")
@config_option
@edition_option
@json_option
def import_list(
    file: IO[bytes], config_dir: Path, edition: str | None, *, dry_run: bool, as_json: bool
) -> None:
    """Add the feeds of an OPML file; "-" reads standard input.

    A group of the list becomes the section of that title, where the edition has it. Feeds that are
    there already are skipped; none is asked.
    """
    from digest.opml import MAX_BYTES, read_opml
    from digest.settings.editing import add_sources

    _, recipe = configured(config_dir, edition)
    try:
        outlines = read_opml(file.read(MAX_BYTES + 1))
    except ConfigError as error:
        error.where = file.name
        raise
    found = _sort(outlines, recipe.edition)
    if found.added and not dry_run:
        add_sources(config_dir, recipe.edition.name, found.added)
    if as_json:
        print_json(_facts(found))
    else:
        path = config_dir / "editions" / f"{recipe.edition.name}.toml"
        _tell(found, f"{'Would add' if dry_run else 'Added'} to {shown(path)}")


def _sort(outlines: Iterable[Outline], edition: Edition) -> _Sorted:
    """Tell the new feeds from those that are known and those that cannot be had."""
    from digest.urls import canonical_url, is_web

    known = dict.fromkeys(
        (canonical_url(source.id) for source in edition.sources), "is there already"
    )
    found = _Sorted()
    for outline in outlines:
        key = canonical_url(outline.url)
        if key in known:
            found.skipped.append((outline.url, known[key]))
        elif not is_web(outline.url):  # a stranger's list names no files of this machine
            found.refused.append((outline.url, "is no http or https address"))
        else:
            known[key] = "is in the list twice"
            found.added.append(_new_source(outline, edition))
    return found


def _new_source(outline: Outline, edition: Edition) -> NewSource:
    from digest.markup import bounded, plain_text
    from digest.settings.editing import NewSource

    titles = {rule.title.casefold(): rule.title for rule in edition.sections}
    groups = (group.casefold() for group in reversed(outline.groups))
    use = _use(outline)
    return NewSource(
        url=outline.url,
        use=use,
        select=outline.select if use == "page" else "",
        title=bounded(plain_text(outline.title), MAX_TITLE),
        section=next((titles[group] for group in groups if group in titles), ""),
    )


def _use(outline: Outline) -> str:
    """Name the plug: lists of ours say in an outline's type what is no feed."""
    from digest.settings.plugs import SOURCES

    return outline.kind if outline.kind in SOURCES.names else "feed"


def _tell(found: _Sorted, did: str) -> None:
    click.echo(f"{did}: {len(found.added)}")
    for source in found.added:
        section = f" in {source.section}" if source.section else ""
        click.echo(f"  {printable(source.title or source.url)}{section}")
    for what, left_out in (("Skipped", found.skipped), ("Refused", found.refused)):
        if left_out:
            click.echo(f"{what}: {len(left_out)}", err=True)
        for url, reason in left_out:
            click.echo(f"  {printable(url)} {reason}", err=True)


def _facts(found: _Sorted) -> dict[str, object]:
    return {
        "added": [source.keys for source in found.added],
        "skipped": [{"url": url, "reason": reason} for url, reason in found.skipped],
        "refused": [{"url": url, "reason": reason} for url, reason in found.refused],
    }


@click.command("export")
@click.argument("file", type=click.File("wb", atomic=True), default="-")
@config_option
@edition_option
def export_list(file: IO[bytes], config_dir: Path, edition: str | None) -> None:
    """Write the sources as an OPML file, grouped by section; without FILE, print it.

    One without a title of its own is called what it calls itself.
    """
    from digest.opml import write_opml
    from digest.store import Store

    configuration, recipe = configured(config_dir, edition)
    with Store.open(configuration.store_url) as store:
        called = {name: state.title for name, state in store.source_states().items()}
    title = f"{configuration.publication.name}: {recipe.edition.title}"
    file.write(write_opml(_exported(recipe, called), title=title))


def _exported(recipe: Recipe, called: Mapping[str, str]) -> list[Outline]:
    """Give the sources that have an address, section by section; those without one go first.

    `called` is what the sources call themselves, by id, as far as they were ever read.
    """
    titles = [rule.title for rule in recipe.edition.sections]
    places = {title.casefold(): place for place, title in enumerate(titles)}
    placed = [(places.get(s.section.casefold(), -1), s) for s in recipe.edition.sources]
    return [
        _outline(
            source,
            source.title or called.get(source.id, "") or source.owner,
            recipe.sources[source.id],
            titles[place] if place >= 0 else "",
        )
        for place, source in sorted(placed, key=lambda pair: pair[0])
        if "url" in recipe.sources[source.id].options
    ]


def _outline(source: Source, title: str, plug: PlugSpec, section: str) -> Outline:
    from digest.opml import RSS, Outline

    return Outline(
        url=source.id,
        title=title,
        kind=RSS if plug.use == "feed" else plug.use,
        select=str(plug.options.get("select", "")),
        groups=(section,) if section else (),
    )
