"""Counts from Matomo: the visits to each page, by `Actions.getPageUrls`.

The API is described at https://developer.matomo.org/api-reference/reporting-api.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from digest.popularity.service import MAX_PAGES, Service, page_readings

if TYPE_CHECKING:
    from digest.model import Reading
    from digest.protocols import Considered, Http


@dataclass(frozen=True, slots=True, kw_only=True)
class Matomo:
    """The visits to the pages of the site with the number `site_id`, in the Matomo at `url`."""

    site_id: int
    url: str
    matomo_token: str = field(default="", repr=False)

    async def readings(
        self,
        http: Http,
        considered: Considered,
        now: dt.datetime,  # noqa: ARG002  the protocol's: the counts end where the window does
    ) -> tuple[Reading, ...]:
        """Give the visits to each page within the window, sorted by URL.

        Matomo counts whole days: the hours begin with the first one's midnight, in UTC, for its
        own time zone is not known. Raises ProviderError.
        """
        service = self._service()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await service.ask(http, self._query(considered), headers)
        if isinstance(answer, dict) and answer.get("result") == "error":
            raise service.not_let_in(answer.get("message"))
        if not isinstance(answer, list):
            raise service.error("its answer is no list of pages", "Check `url`")
        pages = (row for row in answer if isinstance(row, dict))
        counts = ((row.get("url"), row.get("nb_visits")) for row in pages)
        return page_readings(counts, as_of=considered.until, hours=_hours(considered))

    def _service(self) -> Service:
        return Service(
            name="Matomo",
            url=f"{self.url.removesuffix('index.php').rstrip('/')}/index.php",
            secret=self.matomo_token,
            variable="DIGEST_MATOMO__TOKEN",
            site="site_id",
        )

    def _query(self, considered: Considered) -> bytes:
        """Put everything into the body, the token above all: addresses are logged on the way."""
        query = {
            "module": "API",
            "method": "Actions.getPageUrls",
            "format": "JSON",
            "idSite": self.site_id,
            "period": "range",
            "date": f"{considered.since:%Y-%m-%d},{considered.until:%Y-%m-%d}",
            "flat": 1,
            # Unique visitors are not added up over days (Matomo leaves them out of ranges).
            "showColumns": "nb_visits",
            "filter_sort_column": "nb_visits",
            "filter_sort_order": "desc",
            "filter_limit": MAX_PAGES,
            "token_auth": self.matomo_token,
        }
        return urlencode(query).encode()


def _hours(considered: Considered) -> float:
    midnight = dt.datetime.combine(considered.since.date(), dt.time(), tzinfo=dt.UTC)
    return float(round((considered.until - midnight) / dt.timedelta(hours=1)))
