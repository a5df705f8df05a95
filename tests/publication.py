"""A small publication on disk, for journeys through the command line and the shells."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from email.utils import format_datetime
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from fiction import CUTOFF

from digest.app import open_newsroom
from digest.settings import load_configuration

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from digest.newsroom import Newsroom

AT = "2026-11-23T05:30"

STORIES = {
    "courier": [
        ("Night ferries return as Gallion Bridge shuts for a year", "gallion-bridge"),
        ("Clockmaker cleared of stopping the town hall bells", "town-hall-clock"),
        ("Six hundred flats to be heated by the sewer beneath them", "tanners-row"),
        ("A soup for wet Mondays: barley, leek and burnt butter", "monday-soup"),
        ("The last lamplighter of Candle Yard hands over his pole", "lamplighter"),
    ],
    "ledger": [
        ("Gallion Bridge shuts; night ferries return to the river", "gallion"),
        ("Orchestra of exiles plays its first concert at home", "orchestra"),
    ],
    "wire": [
        ("Gallion Bridge closed as cracks are found, ferries to run", "bridge-closed"),
        ("Pilots strike leaves ships at anchor off the Talavera Strait", "talavera"),
    ],
}


def write_feed(
    path: Path, name: str, stories: list[tuple[str, str]], *, newest: dt.datetime = CUTOFF
) -> None:
    date = format_datetime(newest.replace(hour=newest.hour - 2))
    items = "".join(
        f"<item><title>{escape(title)}</title><link>https://{name}.example/{slug}</link>"
        f"<guid>{slug}</guid><pubDate>{date}</pubDate>"
        f"<description>What {name} knows of it, in one good sentence.</description></item>\n"
        for title, slug in stories
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<rss version="2.0"><channel><title>{name.title()}</title>'
        f"<link>https://{name}.example/</link>{items}</channel></rss>",
        encoding="utf-8",
    )


def write_publication(root: Path, *, sources: str = "", more: str = "") -> Path:
    """Write a publication of three feeds, and give its configuration folder."""
    for name, stories in STORIES.items():
        write_feed(root / f"feeds/{name}.xml", name, stories)
    config = root / "config"
    (config / "editions").mkdir(parents=True)
    (config / "digest.toml").write_text(
        dedent("""\
        [publication]
        name = "The London Courier"
        url = "https://courier.example/"
        city = "London"
        timezone = "Europe/London"
        language = "en-GB"
        postal_address = "1 Fleet Street, London"
        from = "The London Courier <daily@courier.example>"
        """),
        encoding="utf-8",
    )
    feeds = "".join(
        f'[[sources]]\nuse = "feed"\nurl = "file:feeds/{name}.xml"\n'
        f'title = "{name.title()}"\nowner = "{name}.example"\nsection = "News"\n'
        + ('rights = "own"\n' if name == "courier" else "")
        for name in STORIES
    )
    (config / "editions/daily.toml").write_text(
        'title = "The Daily Courier"\n' + more + feeds + sources + '[[sections]]\ntitle = "News"\n',
        encoding="utf-8",
    )
    return config


def digest(root: Path, *arguments: str, code: int = 0, hash_seed: str = "random") -> str:
    """Run the program in `root`; give what it printed, both streams, after checking its code."""
    done = subprocess.run(
        [sys.executable, "-m", "digest", *arguments],
        cwd=root,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def facts(root: Path, *arguments: str) -> Any:
    """Run a verb with --json and give what it printed."""
    return json.loads(digest(root, *arguments, "--json"))


def tree(root: Path) -> dict[str, str]:
    """Every file of out/ by name, as a hash."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((root / "out").rglob("*"))
        if path.is_file()
    }


def newsroom_of(config: Path) -> AbstractContextManager[Newsroom]:
    """Open the only edition of a publication."""
    configuration = load_configuration(config, environ={})
    (recipe,) = configuration.editions.values()
    return open_newsroom(configuration, recipe)


@contextmanager
def serving_readers(root: Path) -> Iterator[tuple[str, int]]:
    """Run `digest web` on a free port, and give where it listens."""
    with subprocess.Popen(
        [sys.executable, "-m", "digest", "web", "--port", "0"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline()
            parts = urlsplit(told.removeprefix("Serving ").strip())
            assert parts.port, told
            yield parts.hostname or "", parts.port
            process.terminate()
            out, errors = process.communicate(timeout=30)
            assert process.returncode == 0, errors
            assert "Traceback" not in errors, errors
            assert "127.0.0.1" not in errors + out, "no reader's address is logged"
        finally:
            process.kill()
