"""Counts from Plausible and Matomo, over real sockets; their secrets, seen by nobody."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from configured import DIGEST, EDITION, load, publication, refusal
from loopback import visitor
from publication import newsroom_of

from digest.errors import ProviderError, SourceError
from digest.model import Reading
from digest.popularity.matomo import Matomo
from digest.popularity.plausible import Plausible
from digest.protocols import Considered, PostingHttp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from digest.protocols import Popularity, Response

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
WINDOW = Considered(since=NOW - dt.timedelta(hours=24), until=NOW, articles=())
KEY = "sEcReT-0123"
SITE = "https://courier.example"


class Desk:
    """A service that answers each POST in one way, and keeps what it was asked."""

    def __init__(self, answer: object, status: int = 200, location: str = "") -> None:
        self.body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.status = status
        self.headers = {"Location": location} if location else {}
        self.asked: list[tuple[str, str, bytes]] = []
        self.sent: dict[str, str] = {}

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, request.path_qs, await request.read()))
        self.sent = dict(request.headers)
        return web.Response(body=self.body, status=self.status, headers=self.headers)


@contextlib.asynccontextmanager
async def answering(desk: Desk) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", desk.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def ask(desk: Desk, make: Callable[[str], Popularity]) -> tuple[Reading, ...]:
    async def asked() -> tuple[Reading, ...]:
        async with answering(desk) as address, visitor(connect_s=2, total_s=5) as http:
            return await make(address).readings(http, WINDOW, NOW)

    return asyncio.run(asked())


def plausible(url: str) -> Plausible:
    return Plausible(site="courier.example", url=url, plausible_api_key=KEY)


def matomo(url: str) -> Matomo:
    return Matomo(site_id=3, url=url, matomo_token=KEY)


MAKERS = pytest.mark.parametrize("make", [plausible, matomo])


def refused(desk: Desk, make: Callable[[str], Popularity]) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        ask(desk, make)
    assert KEY not in str(caught.value)
    return caught.value


def read(path: str, count: int, hours: float = 24.0) -> Reading:
    return Reading(url=SITE + path, count=count, unit="read", as_of=NOW, hours=hours)


def results(*rows: tuple[object, object]) -> object:
    return {
        "results": [{"dimensions": [page], "metrics": [count]} for page, count in rows],
        "meta": {},
        "query": {},
    }


# ---------------------------------------------------------------- Plausible


def test_plausible_is_asked_for_each_pages_visitors_within_the_window() -> None:
    desk = Desk(results(("/tide", 1840)))
    ask(desk, plausible)
    [(method, path, body)] = desk.asked
    assert (method, path) == ("POST", "/api/v2/query")
    assert desk.sent["Authorization"] == f"Bearer {KEY}"
    assert desk.sent["Content-Type"] == "application/json"
    assert json.loads(body) == {
        "site_id": "courier.example",
        "metrics": ["visitors"],
        "dimensions": ["event:page"],
        "date_range": ["2026-11-22T05:30:00+00:00", "2026-11-23T05:30:00+00:00"],
        "order_by": [["visitors", "desc"]],
        "pagination": {"limit": 10_000},
    }


def test_plausibles_paths_become_addresses_of_the_site() -> None:
    found = ask(Desk(results(("/tide", 1840), ("/news/rail", 12))), plausible)
    assert found == (read("/news/rail", 12), read("/tide", 1840))


def test_another_base_carries_the_paths() -> None:
    def elsewhere(url: str) -> Plausible:
        base = "https://www.courier.example/"
        return Plausible(site="courier", url=f"{url}/", base=base, plausible_api_key=KEY)

    [reading] = ask(Desk(results(("/tide", 1))), elsewhere)
    assert reading.url == "https://www.courier.example/tide"


def test_a_path_of_words_is_escaped_once() -> None:
    [one, other] = ask(Desk(results(("/über uns", 2), ("/caf%C3%A9", 1))), plausible)
    assert {one.url, other.url} == {f"{SITE}/%C3%BCber%20uns", f"{SITE}/caf%C3%A9"}


@pytest.mark.parametrize("page", ["/", "//", "", "(not set)", None, 7, ["/tide"]])
def test_plausibles_home_page_and_what_is_no_path_are_left_out(page: object) -> None:
    assert ask(Desk(results((page, 900), ("/tide", 1))), plausible) == (read("/tide", 1),)


@pytest.mark.parametrize("count", [None, -1, 1.5, "12", True, 2**63])
def test_what_is_no_count_is_left_out(count: object) -> None:
    assert ask(Desk(results(("/rail", count), ("/tide", 1))), plausible) == (read("/tide", 1),)
    pages = [{"url": f"{SITE}/rail", "nb_visits": count}]
    assert ask(Desk(pages), matomo) == ()


def test_a_wrong_key_and_a_wrong_site_are_one_refusal_in_plausibles_words() -> None:
    error = refused(Desk({"error": "Invalid API key or site ID."}, 401), plausible)
    assert error.what == "it does not let us in: Invalid API key or site ID"
    assert error.hint.startswith("Check DIGEST_PLAUSIBLE__API_KEY and `site`")


def test_a_query_that_plausible_does_not_take_is_told_in_its_words() -> None:
    error = refused(Desk({"error": "#/date_range: Invalid date range"}, 400), plausible)
    assert error.what == "it answered 400: #/date_range: Invalid date range"


@pytest.mark.parametrize("answer", [[], {}, {"results": {}}, "no", 7])
def test_an_answer_of_another_shape_is_no_answer_of_plausibles(answer: object) -> None:
    assert refused(Desk(answer), plausible).what == "its answer has no list of results"


# ---------------------------------------------------------------- Matomo


def test_matomo_is_asked_for_flat_pages_with_the_token_in_the_body_only() -> None:
    desk = Desk([])
    ask(desk, matomo)
    [(method, path, body)] = desk.asked
    assert (method, path) == ("POST", "/index.php")
    assert {name: value for name, [value] in parse_qs(body.decode()).items()} == {
        "module": "API",
        "method": "Actions.getPageUrls",
        "format": "JSON",
        "idSite": "3",
        "period": "range",
        "date": "2026-11-22,2026-11-23",
        "flat": "1",
        "showColumns": "nb_visits",
        "filter_sort_column": "nb_visits",
        "filter_sort_order": "desc",
        "filter_limit": "10000",
        "token_auth": KEY,
    }


def test_matomos_pages_count_from_the_first_midnight() -> None:
    pages = [
        {"label": "/tide", "nb_visits": 1840, "url": f"{SITE}/tide"},
        {"label": "/rail", "nb_visits": 12, "url": f"{SITE}/rail?a=1&amp;b=2"},
    ]
    hours = 30.0  # from midnight, 29.5
    assert ask(Desk(pages), matomo) == (
        read("/rail?a=1&b=2", 12, hours),
        read("/tide", 1840, hours),
    )


def test_of_two_rows_on_one_page_the_higher_counts() -> None:
    pages = [{"nb_visits": count, "url": f"{SITE}/tide"} for count in (3, 9, 4)]
    assert [reading.count for reading in ask(Desk(pages), matomo)] == [9]


def test_matomos_home_page_and_rows_without_an_address_are_left_out() -> None:
    pages = [
        {"label": "/index", "nb_visits": 900, "url": f"{SITE}/"},
        {"label": "/index", "nb_visits": 90, "url": f"{SITE}/?utm_source=x"},
        {"label": "Others", "nb_visits": 70},
        {"label": "/bad", "nb_visits": 70, "url": "javascript:alert(1)"},
        "no row",
    ]
    assert ask(Desk(pages), matomo) == ()


def test_an_article_that_only_a_query_names_is_no_home_page() -> None:
    [reading] = ask(Desk([{"nb_visits": 5, "url": f"{SITE}/?p=12"}]), matomo)
    assert reading.url == f"{SITE}/?p=12"


def test_a_refusal_that_matomo_dresses_as_success_is_one() -> None:
    words = "You can't access this resource as it requires 'view' access for the website id = 3."
    error = refused(Desk({"result": "error", "message": words}), matomo)
    assert error.what == f"it does not let us in: {words.rstrip('.')}"
    assert error.hint.startswith("Check DIGEST_MATOMO__TOKEN and `site_id`")


def test_an_address_that_names_matomos_script_is_as_good() -> None:
    desk = Desk([])
    ask(desk, lambda url: matomo(f"{url}/stats/index.php"))
    assert desk.asked[0][1] == "/stats/index.php"


# ---------------------------------------------------------------- both


@MAKERS
def test_without_its_secret_nothing_is_asked(make: Callable[[str], Popularity]) -> None:
    desk = Desk([])
    bare: Callable[[str], Popularity] = (
        (lambda url: Plausible(site="courier.example", url=url))
        if make is plausible
        else (lambda url: Matomo(site_id=3, url=url))
    )
    with pytest.raises(
        ProviderError, match=r"DIGEST_(PLAUSIBLE__API_KEY|MATOMO__TOKEN) is not set"
    ):
        ask(desk, bare)
    assert desk.asked == []


@MAKERS
def test_a_redirect_is_told_and_the_secret_not_sent_on(make: Callable[[str], Popularity]) -> None:
    desk = Desk([], 307, "/elsewhere")
    assert refused(desk, make).what == "it redirects: /elsewhere, and secrets are not sent on"
    assert len(desk.asked) == 1


@MAKERS
@pytest.mark.parametrize(
    ("status", "hint"),
    [(404, "Check `url`"), (429, "It was asked too often"), (500, "The next pull asks again")],
)
def test_any_other_status_says_what_to_do(
    make: Callable[[str], Popularity], status: int, hint: str
) -> None:
    error = refused(Desk(b"<html>", status), make)
    assert error.what == f"it answered {status}"
    assert error.hint.startswith(hint)


@MAKERS
@pytest.mark.parametrize("body", [b"<!doctype html>", b"", b"\xff", b"[" * 100_000, b"null"])
def test_a_page_in_place_of_json_is_refused(make: Callable[[str], Popularity], body: bytes) -> None:
    assert refused(Desk(body), make).hint == "Check `url`"


@MAKERS
def test_a_secret_that_the_service_repeats_is_not_passed_on(
    make: Callable[[str], Popularity],
) -> None:
    error = refused(Desk({"error": f"no such\nkey {KEY}: {'x' * 9_000}"}, 403), make)
    assert "no such key …: x" in error.what
    assert len(error.what) < 300


@MAKERS
def test_no_answer_is_an_error_in_the_clients_words(make: Callable[[str], Popularity]) -> None:
    async def asked() -> None:
        async with answering(Desk([])) as address:
            pass
        async with visitor(connect_s=2, total_s=5) as http:
            await make(address).readings(http, WINDOW, NOW)

    with pytest.raises(ProviderError, match="accepts no connection"):
        asyncio.run(asked())


# ---------------------------------------------------------------- the client


def post(
    desk: Desk, *, max_body: int = 1_000, allow: tuple[str, ...] = ("127.0.0.0/8",)
) -> Response:
    async def posted() -> Response:
        async with answering(desk) as address, visitor(max_body=max_body, allow=allow) as http:
            keeps: PostingHttp = http
            return await keeps.post(f"{address}/a?b=%2F", b"body", {"X-One": "1"})

    return asyncio.run(posted())


def test_a_body_and_headers_go_out_as_they_are() -> None:
    desk = Desk({"a": 1}, 201)
    response = post(desk)
    assert desk.asked == [("POST", "/a?b=%2F", b"body")]
    assert desk.sent["X-One"] == "1"
    assert (response.status, response.body) == (201, b'{"a": 1}')


def test_a_redirect_of_a_post_is_an_answer() -> None:
    desk = Desk([], 308, "/b")
    response = post(desk)
    assert (response.status, response.headers["location"]) == (308, "/b")
    assert len(desk.asked) == 1


def test_the_answer_to_a_post_is_bounded() -> None:
    with pytest.raises(SourceError, match="larger than"):
        post(Desk(b"x" * 1_001))


def test_nothing_behind_the_firewall_is_posted_to() -> None:
    desk = Desk([])
    with pytest.raises(SourceError, match="not on the public Internet"):
        post(desk, allow=())
    assert desk.asked == []


def test_only_the_web_is_posted_to() -> None:
    async def posted() -> None:
        async with visitor() as http:
            await http.post("file:///etc/passwd", b"")

    with pytest.raises(SourceError, match="not a usable http or https address"):
        asyncio.run(posted())


# ---------------------------------------------------------------- settings

FROM = """
[[most_popular.from]]
use = "plausible"
site = "courier.example"

[[most_popular.from]]
use = "matomo"
url = "https://stats.courier.example"
site_id = 3
"""


def test_secrets_come_from_the_environment_or_the_secrets_folder(tmp_path: Path) -> None:
    config = publication(tmp_path, DIGEST, EDITION + FROM)
    (config / "secrets").mkdir()
    (config / "secrets" / "DIGEST_MATOMO__TOKEN").write_text("0123456789\n", "utf-8")
    configuration = load(config, DIGEST_PLAUSIBLE__API_KEY=KEY)
    given = {name: value for name, value in configuration.secrets.items() if value}
    assert given == {"plausible_api_key": KEY, "matomo_token": "0123456789"}
    assert KEY not in repr(configuration)


def test_plugs_are_made_with_their_secrets_and_never_print_them(tmp_path: Path) -> None:
    config = publication(tmp_path, DIGEST, EDITION + FROM)
    (config / "secrets").mkdir()
    for name in ("DIGEST_PLAUSIBLE__API_KEY", "DIGEST_MATOMO__TOKEN"):
        (config / "secrets" / name).write_text(KEY, "utf-8")
    with newsroom_of(config) as newsroom:
        assert dict(newsroom.popularity) == {
            "plausible": Plausible(site="courier.example", plausible_api_key=KEY),
            "matomo": Matomo(url="https://stats.courier.example", site_id=3, matomo_token=KEY),
        }
        assert KEY not in repr(newsroom.popularity)


def test_a_publication_without_secrets_can_still_be_opened(tmp_path: Path) -> None:
    with newsroom_of(publication(tmp_path, DIGEST, EDITION + FROM)) as newsroom:
        assert set(newsroom.popularity) == {"plausible", "matomo"}


def test_a_secret_in_a_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    digest = f'{DIGEST}\n[plausible]\napi_key = "{KEY}"\n'
    message = refusal(publication(tmp_path, digest), DIGEST_PLAUSIBLE__API_KEY="other")
    assert message.startswith("config/digest.toml, line 11: plausible.api_key must not stand in")
    assert "Set DIGEST_PLAUSIBLE__API_KEY in the environment" in message
    assert KEY not in message


@pytest.mark.parametrize("secret", ["", "two words", "line\nbreak", "schlüssel", "x" * 1_001])
def test_a_secret_that_no_header_can_hold_is_refused_and_not_repeated(
    tmp_path: Path, secret: str
) -> None:
    message = refusal(publication(tmp_path), DIGEST_MATOMO__TOKEN=secret)
    assert message.startswith("environment variable DIGEST_MATOMO__TOKEN: matomo.token must be")
    assert not secret or secret not in message


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ('use = "plausible"', "most_popular.from[1].site is missing"),
        ('use = "matomo"\nsite_id = 1', "most_popular.from[1].url is missing"),
        ('use = "plausible"\nsite = "a"\nsite_id = 1', "site_id does not belong"),
        ('use = "matomo"\nurl = "https://a.example"\nsite_id = 0', "must be at least 1"),
        ('use = "plausible"\nsite = "a"\napi_key = "k"', "api_key is not a known key"),
    ],
)
def test_keys_of_a_service_are_checked(tmp_path: Path, table: str, complaint: str) -> None:
    edition = f"{EDITION}\n[[most_popular.from]]\n{table}\n"
    assert complaint in refusal(publication(tmp_path, edition=edition))
