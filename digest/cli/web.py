"""The verb that serves readers' pages: web."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

import click

from digest.cli.shared import config_option, reader_faces

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@config_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free."
)
def web(config_dir: Path, host: str, port: int) -> None:
    """Serve the public archive, and what readers' links lead to.

    It runs until stopped. Whatever knows the certificate of `[web] base_url` stands before it.
    """
    from digest.settings import load_configuration
    from digest.store import Store
    from digest.web import create_app
    from digest.web.serving import serve

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    configuration = load_configuration(config_dir)
    with Store.open(configuration.store_url) as store:
        app = create_app(
            store,
            reader_faces(configuration),
            out=configuration.out,
            clock=lambda: dt.datetime.now(dt.UTC),
        )
        serve(app, host, port, lambda address: click.echo(f"Serving {address}"))
