"""Counts from Plausible: each page's visitors (https://plausible.io/docs/stats-api)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from digest.popularity.service import MAX_PAGES, Service, page_readings

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from digest.model import Reading
    from digest.protocols import Considered, Http

_AS_IS = "/%:@!$&'()*+,;=~"  # of a path (RFC 3986 §3.3); an escape is not escaped again


@dataclass(frozen=True, slots=True, kw_only=True)
class Plausible:
    """The visitors of `site`, as Plausible at `url` knows it; its paths follow on `base`."""

    site: str
    url: str = "https://plausible.io"
    base: str = ""
    plausible_api_key: str = field(default="", repr=False)

    async def readings(
        self,
        http: Http,
        considered: Considered,
        now: dt.datetime,  # noqa: ARG002  the protocol's: the counts end where the window does
    ) -> tuple[Reading, ...]:
        """Give the visitors of each page within the window, sorted by URL. Raises ProviderError."""
        service = self._service()
        headers = {
            "Authorization": f"Bearer {self.plausible_api_key}",
            "Content-Type": "application/json",
        }
        answer = await service.ask(http, self._query(considered), headers)
        rows = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise service.error("its answer has no list of results", "Check `url`")
        hours = (considered.until - considered.since).total_seconds() / 3600
        return page_readings(self._pages(rows), as_of=considered.until, hours=hours)

    def _service(self) -> Service:
        return Service(
            name="Plausible",
            url=f"{self.url.rstrip('/')}/api/v2/query",
            secret=self.plausible_api_key,
            variable="DIGEST_PLAUSIBLE__API_KEY",
            site="site",
        )

    def _query(self, considered: Considered) -> bytes:
        window = (considered.since, considered.until)
        query = {
            "site_id": self.site,
            "metrics": ["visitors"],
            "dimensions": ["event:page"],
            "date_range": [moment.isoformat(timespec="seconds") for moment in window],
            "order_by": [["visitors", "desc"]],
            "pagination": {"limit": MAX_PAGES},
        }
        return json.dumps(query).encode()

    def _pages(self, rows: list[object]) -> Iterator[tuple[str, object]]:
        """Give address and visitors of `{"dimensions": ["/tide"], "metrics": [1840]}` and so on."""
        base = (self.base or f"https://{self.site}").rstrip("/")
        for row in rows:
            match row:
                case {"dimensions": [str(path)], "metrics": [visitors]} if path.startswith("/"):
                    yield base + quote(path, safe=_AS_IS), visitors
