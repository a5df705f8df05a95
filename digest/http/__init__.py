"""The one HTTP client of the house: polite, bounded, and kept to the public Internet."""

from __future__ import annotations

from digest.http.client import MAX_BODY, Client
from digest.http.guard import as_network

__all__ = ["MAX_BODY", "Client", "as_network"]
