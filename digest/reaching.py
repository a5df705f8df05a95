"""Ask each link of an email whether it leads anywhere, as politely as all else is asked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from digest.errors import SourceError
from digest.preflight import Finding, error, warning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.protocols import Http

GONE = frozenset({404, 410})
MAX_LINKS = 500  # of one email; no newsletter has as many
ENOUGH_BYTES = 1  # whether there is a page can be told without reading it


async def check_reach(http: Http, links: Sequence[str]) -> tuple[Finding, ...]:
    """Tell of links that are dead, in their order, among the first 500.

    A page that its server says is not there is an error. One that cannot be asked for is a warning:
    a network may be down, and a refusal (403, 429, 5xx) proves nothing, for many servers refuse
    programs what they show to readers.
    """
    found = await asyncio.gather(*(_reach(http, link) for link in links[:MAX_LINKS]))
    return tuple(one for one in found if one)


async def _reach(http: Http, link: str) -> Finding | None:
    try:
        response = await http.get(link, first_bytes=ENOUGH_BYTES)
    except SourceError as failure:
        return warning("link-unreached", f"a link could not be tried: {failure.what}", link)
    if response.status in GONE:
        return error("link-dead", f"a link leads nowhere: {response.status}", link)
    return None
