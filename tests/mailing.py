"""A publication that mails its issues to subscribers by a server on loopback."""

from __future__ import annotations

import csv
from collections import Counter
from contextlib import contextmanager
from email import message_from_bytes
from typing import TYPE_CHECKING

from databases import database
from fiction import CUTOFF, TODAY
from publication import AT, digest, newsroom_of, write_publication

from digest.model import IssueState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest
    from faulty_relay import FaultyRelay

    from digest.ledger import DeliveryState
    from digest.newsroom import Newsroom


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


@contextmanager
def waiting_issue(
    request: pytest.FixtureRequest, root: Path, subscribers: int
) -> Iterator[Newsroom]:
    """Open one whose issue waits to be sent, on a database as a fixture's parameter names it."""
    with database(request, root) as url:
        store = f'[store]\nurl = "{url}"\n'
        with newsroom_of(ready_to_send(root, 25, subscribers, more=store)) as opened:
            yield opened


def start_over(newsroom: Newsroom) -> Newsroom:
    """Give it as if nothing of its issue had been sent."""
    newsroom.store.forget_deliveries("daily", TODAY)
    newsroom.store.set_state("daily", TODAY, IssueState.DRAFT, CUTOFF)
    return newsroom


def issue_state(newsroom: Newsroom) -> IssueState:
    record = newsroom.store.issue("daily", TODAY)
    assert record
    return record.state


def counted(newsroom: Newsroom) -> dict[DeliveryState, int]:
    """Count an issue's deliveries by state, after making sure that there is one for each."""
    tally = newsroom.store.tally("daily", TODAY)
    assert tally.candidates == sum(1 for _ in newsroom.store.subscribers("daily"))
    return dict(tally.counts)


def arrived(relay: FaultyRelay) -> Counter[str]:
    """Count what each subscriber got, after making sure that whoever got two can tell."""
    got = [one for one in relay.taken if "reader" in one.recipients[0]]
    ids = {(one.recipients, message_from_bytes(one.content)["Message-ID"]) for one in got}
    assert len(ids) == len({one.recipients for one in got})
    return Counter(one.recipients[0] for one in got)
