"""The verb that shows an issue while it is edited: preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.shared import config_option, edition_option, find_issue, opened, pick_recipe, shown

if TYPE_CHECKING:
    from pathlib import Path

    from digest.newsroom import Newsroom


@click.command()
@click.argument("issue", required=False)
@config_option
@edition_option
@click.option("--file", "from_disk", is_flag=True, help="Open the page as it was built, from disk.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Where to serve it; 0: any free."
)
@click.option("--no-open", is_flag=True, help="Only print where it is.")
def preview(
    config_dir: Path,
    edition: str | None,
    issue: str | None,
    port: int,
    *,
    from_disk: bool,
    no_open: bool,
) -> None:
    """Show an issue's preview in the browser, made anew whenever you save a file.

    It follows templates, the day's choices and the edition's files, in memory: nothing in `out/` is
    changed. It runs until stopped, for this machine alone. ISSUE is a date (default: the newest
    issue).
    """
    with opened(config_dir, edition) as newsroom:
        folder = find_issue(newsroom, issue)
        if from_disk:
            _tell(shown(folder / "preview.html"), "" if no_open else _uri(folder / "preview.html"))
        else:
            _serve(newsroom, folder, config_dir, port, opens=not no_open)


def _uri(page: Path) -> str:
    return page.resolve().as_uri()


def _tell(words: str, address: str) -> None:
    click.echo(words)
    if address:
        click.launch(address)


def _serve(newsroom: Newsroom, folder: Path, config_dir: Path, port: int, *, opens: bool) -> None:
    """Serve the preview until stopped. Raises DigestError where the issue cannot be read."""
    from digest.app import redescribed
    from digest.previewing import LivePreview
    from digest.settings import load_configuration
    from digest.web.live import HOST, create_live_app
    from digest.web.serving import serve

    def present() -> Newsroom:
        configuration = load_configuration(config_dir)
        return redescribed(
            newsroom, configuration, pick_recipe(configuration, newsroom.edition.name)
        )

    preview = LivePreview(folder, present, (config_dir, *newsroom.templates))
    app = create_live_app(preview, newsroom.templates[-1:])
    told = f"Previewing {newsroom.edition.name} {folder.name}"
    serve(app, HOST, port, lambda url: _tell(f"{told}: {url}", url if opens else ""))
