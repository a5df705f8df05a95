"""What services that count readers have in common: a secret, JSON, and words for each refusal."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeGuard, cast

from digest.errors import ProviderError, SourceError
from digest.model import Reading
from digest.popularity.table_reading import MAX_COUNT
from digest.urls import absolute_url, is_home

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from digest.protocols import Http, PostingHttp, Response

MAX_PAGES = 10_000  # asked for, the most read first
MAX_WORDS = 200  # characters of a service's own words that are passed on


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service by its `name`, asked at `url`; no message repeats its `secret`.

    `variable` is where the secret comes from, and `site` the key that names the site.
    """

    name: str
    url: str
    secret: str = field(repr=False)
    variable: str
    site: str

    async def ask(self, http: Http, body: bytes, headers: Mapping[str, str]) -> object:
        """Give the JSON with which it answers. Raises ProviderError for anything else."""
        if not self.secret:
            what = f"nothing lets us in: {self.variable} is not set"
            hint = "Set it in the environment, or put a file of that name into config/secrets"
            raise self.error(what, hint)
        # The wrappers that only get belong to sources; this is the client of the house itself.
        posting = cast("PostingHttp", http)
        try:
            response = await posting.post(self.url, body, headers)
        except SourceError as error:
            raise self.error(error.what, error.hint) from error
        if response.status != 200:  # noqa: PLR2004  RFC 9110 §15.3.1
            raise self._refusal(response)
        answer = _json(response.body)
        if answer is None:
            raise self.error(f"what answers is not {self.name}", "Check `url`")
        return answer

    def error(self, what: str, hint: str) -> ProviderError:
        """Make an error of this service's."""
        return ProviderError(what, where=f"{self.name} at {self.url}", hint=hint)

    def not_let_in(self, words: object) -> ProviderError:
        """Say that it knows the secret or the site not; `words` are its own."""
        hint = f"Check {self.variable} and `{self.site}`: the one must give access to the other"
        return self.error(f"it does not let us in{self._quoted(words)}", hint)

    def _refusal(self, response: Response) -> ProviderError:
        answer = _json(response.body)
        facts = answer if isinstance(answer, dict) else {}
        words = facts.get("error", facts.get("message"))
        if response.status in {401, 403}:
            return self.not_let_in(words)
        what = f"it answered {response.status}{self._quoted(words)}"
        if 300 <= response.status < 400:  # noqa: PLR2004  RFC 9110 §15.4
            target = response.headers.get("location", "elsewhere")
            what = f"it redirects{self._quoted(target)}, and secrets are not sent on"
        if response.status == 429:  # noqa: PLR2004  RFC 6585 §4
            return self.error(what, "It was asked too often; the next pull asks again")
        if response.status >= 500:  # noqa: PLR2004  RFC 9110 §15.6
            return self.error(what, "The next pull asks again")
        return self.error(what, f"Check `url` and `{self.site}`")

    def _quoted(self, words: object) -> str:
        if not isinstance(words, str) or not words:
            return ""
        shown = " ".join(words.replace(self.secret, "…").split())
        return f": {shown[:MAX_WORDS].rstrip('.')}"


def page_readings(
    counts: Iterable[tuple[object, object]], *, as_of: dt.datetime, hours: float
) -> tuple[Reading, ...]:
    """Make readings of (address, count) as JSON gave them, sorted by URL, the highest of each.

    What is no page, no count, or a home page is left out: services list such things among pages.
    """
    highest: dict[str, int] = {}
    for address, count in counts:
        url = absolute_url(address) if isinstance(address, str) else ""
        if url and _is_count(count) and not is_home(url):
            highest[url] = max(count, highest.get(url, 0))
    return tuple(
        Reading(url=url, count=count, unit="read", as_of=as_of, hours=hours)
        for url, count in sorted(highest.items())
    )


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT


def _json(body: bytes) -> object:
    """Read JSON; None is none."""
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
