"""Invented answers of mail servers and people to one delivery, and the subscriber who got it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from digest.mime import message_id
from digest.outgoing import Subscriber
from digest.particulars import read_address
from digest.return_paths import return_path
from digest.subscribers import Candidate, Consent
from digest.tokens import Purpose, Ticket, sign

if TYPE_CHECKING:
    from digest.store import Store

ADDRESS = "jane@reader.example"
BOUNCES = "bounces@courier.example"
DATE = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)
SAMPLES = sorted(path.stem for path in (Path(__file__).parent / "answers").glob("*.eml"))


def sample(name: str, **traces: str) -> bytes:
    """Give an answer, with what of ours it holds; what is not given is of no meaning."""
    text = (Path(__file__).parent / "answers" / f"{name}.eml").read_text("utf-8")
    nothing = {
        "return_path": "daily@courier.example",
        "message_id": "<somebody@else.example>",
        "link": "https://else.example/",
        "link_token": "please",
    }
    for trace, value in (nothing | traces).items():
        text = text.replace("{{" + trace + "}}", value)
    return text.encode()


def subscribe(store: Store, address: str = ADDRESS, edition: str = "daily") -> bytes:
    """Add a subscriber, and give their mark."""
    consent = Consent(given_at=NOW, how="by phone", noted_at=NOW, noted_by="a test")
    key = read_address(address).key
    candidate = Candidate(
        key=key, subscriber=Subscriber(address=address), consent=consent, since=NOW
    )
    store.admit(edition, candidate, ("daily", "weekly"))
    return store.mark(key)


def traces(store: Store, date: dt.date = DATE, edition: str = "daily") -> dict[str, str]:
    """Give all that a delivery to the subscriber carries of ours."""
    mark, keys = store.mark(ADDRESS), store.link_keys()
    bounce = Ticket(purpose=Purpose.BOUNCE, edition=edition, mark=mark, date=date)
    leave = Ticket(purpose=Purpose.UNSUBSCRIBE, edition=edition, mark=mark, date=date)
    token = sign(leave, keys)
    return {
        "return_path": return_path(BOUNCES, bounce, keys),
        "message_id": message_id(edition, date, mark.hex(), "courier.example"),
        "link": f"https://news.courier.example/u/{token}",
        "link_token": token,
    }
