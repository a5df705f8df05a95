"""The store: what the house remembers between runs, in SQLite or PostgreSQL.

`Store` is all that other rooms see. Each of its methods is one short transaction; none stays open
while anything waits for the network.
"""

from __future__ import annotations

from digest.store.records import (
    IssueRecord,
    Person,
    Sifted,
    SubscriberCounts,
    SubscriberRecord,
)
from digest.store.store import Store

__all__ = ["IssueRecord", "Person", "Sifted", "Store", "SubscriberCounts", "SubscriberRecord"]
