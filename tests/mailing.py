"""A publication that mails its issues to subscribers by a server on loopback."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from publication import digest, write_publication

if TYPE_CHECKING:
    from pathlib import Path


def write_mailing(root: Path, port: int, *, more: str = "", names: tuple[str, ...] = ()) -> Path:
    """Write one, `more` in its digest.toml, with a subscriber a name; give its configuration."""
    config = write_publication(root, more='[delivery]\nuse = "smtp"\n')
    with (config / "digest.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
            f'[web]\nbase_url = "https://news.courier.example"\n{more}'
        )
    with (root / "list.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [(f"reader{number}@home.example", name) for number, name in enumerate(names)]
        csv.writer(file).writerows([("email", "name"), *rows])
    digest(root, "subscribers", "import", "list.csv", "--consent", "the form")
    return config
