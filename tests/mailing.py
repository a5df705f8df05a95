"""A publication that mails its issues to subscribers by a server on loopback."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from publication import AT, digest, write_publication

if TYPE_CHECKING:
    from pathlib import Path


def write_mailing(
    root: Path,
    port: int,
    *,
    more: str = "",
    smtp: str = "",
    delivery: str = "",
    names: tuple[str, ...] = (),
) -> Path:
    """Write one with a subscriber a name, and give its configuration.

    `more` stands in its digest.toml, `smtp` and `delivery` in their tables.
    """
    config = write_publication(root, more=f'[delivery]\nuse = "smtp"\n{delivery}')
    with (config / "digest.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n{smtp}'
            f'[web]\nbase_url = "https://news.courier.example"\n{more}'
        )
    with (root / "list.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [(f"reader{number}@home.example", name) for number, name in enumerate(names)]
        csv.writer(file).writerows([("email", "name"), *rows])
    digest(root, "subscribers", "import", "list.csv", "--consent", "the form")
    return config


def ready_to_send(root: Path, port: int, subscribers: int, **more: str) -> Path:
    """Write one whose issue is built and waits to be sent, likewise."""
    config = write_mailing(root, port, names=("",) * subscribers, **more)
    digest(root, "pull", "--at", AT)
    digest(root, "build", "--at", AT)
    return config
