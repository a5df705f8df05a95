"""What a plug must do: one small protocol for each kind, and the `Http` they are handed.

A plug is a name in a configuration file (`use = "feed"` or `use = "package.module:Class"`), a
class, and one of these protocols. It opens no sockets of its own and knows nothing of the store.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from digest.comment import Comment
    from digest.model import Article, Reading, Report
    from digest.outgoing import Delivery, Outcome

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An HTTP answer: final `url`, lower-case header names, decoded `body`.

    `moved_to` is where permanent redirects (301, 308) alone led, "" if the first hop was none.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    moved_to: str = ""


class Http(Protocol):
    """The one HTTP client of the house."""

    async def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        first_bytes: int | None = None,
    ) -> Response:
        """Fetch `url`, following redirects, within the client's bounds.

        With `first_bytes` the body is read no further than that. Raises SourceError, with the
        reason in an editor's words, when there is no answer. A status of 400 and above is one.
        """


class PostingHttp(Http, Protocol):
    """What the client of the house is too: for services that are asked by POST."""

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Send `body` to `url`, within the client's bounds. A redirect is an answer, not followed.

        Raises SourceError, with the reason in an editor's words, when there is no answer. A status
        of 300 and above is one.
        """


class Sandbox(Protocol):
    """Where hostile documents are read: in processes that can be killed."""

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function of a module, within limits of time and memory.

        Arguments and result are pickled. Raises what the function raises, and SourceError when it
        took too long, took too much memory or brought its process down.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What a source gave: articles newest first, what it wants to remember, its own title.

    A comments feed gives `comments` instead, newest first too.

    `memory` replaces the source's memory whole. `due` is when the source may be asked again, None
    for whenever one likes. `warnings` say in one phrase each what was left out ("3 items without a
    link"). `unchanged` means that the same document was there: nothing was read.
    """

    articles: tuple[Article, ...] = ()
    comments: tuple[Comment, ...] = ()
    memory: Mapping[str, str] = field(default_factory=dict)
    due: dt.datetime | None = None
    title: str = ""
    warnings: tuple[str, ...] = ()
    unchanged: bool = False


class SourcePlug(Protocol):
    """Where articles come from."""

    async def pull(self, http: Http, memory: Mapping[str, str], now: dt.datetime) -> Pulled:
        """Ask what there is. Raises SourceError naming the reason."""


class Enricher(Protocol):
    """What fills in what an article lacks."""

    async def enrich(self, http: Http, article: Article) -> Article:
        """Give the article, with more of it where there is more. Raises SourceError."""


class Embedder(Protocol):
    """What tells the meaning of texts: a vector for each, which only it can read.

    Vectors of another `name` are not comparable. Texts must be in its `language` (ISO 639).
    """

    name: str
    language: str

    def embed(self, texts: Sequence[str]) -> Sequence[bytes]:
        """Give each text's vector, which depends on that text alone. Raises DigestError."""

    def compare(self, vectors: Sequence[bytes], floor: int) -> Iterable[Iterable[tuple[int, int]]]:
        """Give, for each vector, the later ones like it, by place, in order.

        Each with its cosine in thousandths, from `floor` on.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """The articles that an issue may choose from, and the time over which to count readers."""

    since: dt.datetime
    until: dt.datetime
    articles: Sequence[Article]


class Popularity(Protocol):
    """Counts of readers."""

    async def readings(
        self, http: Http, considered: Considered, now: dt.datetime
    ) -> tuple[Reading, ...]:
        """Give counts in one unit, in any order. Raises ProviderError."""


class Weather(Protocol):
    """The weather at the publication's place."""

    async def report(self, http: Http, now: dt.datetime) -> Report | None:
        """Give the newest report, or None where there is none. Raises ProviderError."""


class Session(Protocol):
    """An open way to deliver; used by one thread."""

    def send(
        self, batch: Sequence[Delivery], begin: Callable[[Delivery], None]
    ) -> Iterator[Outcome]:
        """Deliver each, one outcome per delivery, in the batch's order.

        `begin` is called just before the first byte of a delivery's message leaves, so that the
        ledger knows; what it raises keeps the message here. A delivery that ends before that was
        never begun. From `begin` to its outcome nobody can say whether it arrived.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a deliverer can take: `max_batch` deliveries in one `send`.

    `resend` says whether what may have left is sent again by itself: not where readers would get it
    under another Message-ID, so that nobody could tell the double.
    """

    max_batch: int
    resend: bool = True


class Deliverer(Protocol):
    """How emails leave the house.

    `irrevocable` says whether a delivered email is out of reach; a saved file is not. `connections`
    is how many sessions at one time make it faster.
    """

    irrevocable: bool
    connections: int
    limits: Limits

    def open(self) -> AbstractContextManager[Session]:
        """Open a session. Raises DeliveryError."""
