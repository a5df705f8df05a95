"""The links of an email that are a subscriber's own: to leave, to choose, to view it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.tokens import Purpose, Ticket, sign

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from digest.tokens import Keys

# What stands in an issue's email until it is addressed; the name never resolves (RFC 2606 §2).
UNSUBSCRIBE = "https://placeholder.invalid/unsubscribe"
PREFERENCES = "https://placeholder.invalid/preferences"
VIEW = "https://placeholder.invalid/view"


def links_of(
    mark: bytes, *, edition: str, date: dt.date, keys: Keys, base_url: str
) -> Mapping[str, str]:
    """Give the address of each slot of an issue's email, for the subscriber whose mark it is.

    `base_url` is where readers reach the program's own pages, without a slash at its end. The view
    is of the public page, alike for everybody, so that a forwarded link gives nobody away. Raises
    ValueError for what fits in no token.
    """

    def token(purpose: Purpose) -> str:
        return sign(Ticket(purpose=purpose, edition=edition, mark=mark, date=date), keys)

    return {
        UNSUBSCRIBE: f"{base_url}/u/{token(Purpose.UNSUBSCRIBE)}",
        PREFERENCES: f"{base_url}/p/{token(Purpose.PREFERENCES)}",
        VIEW: f"{base_url}/{edition}/{date.isoformat()}/",
    }
