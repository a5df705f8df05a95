"""What a source's server is asked, and what is remembered of its answers."""

from __future__ import annotations

import asyncio
import datetime as dt
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import SourceError, SourceGone
from digest.protocols import Response
from digest.sources.asking import Answer, ask, unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
URL = "https://feeds.courier.example/world.xml"
NEW_URL = "https://courier.example/feeds/world.xml"


class Server:
    """An `Http` that answers in the order given, the last answer again and again."""

    def __init__(self, *answers: Response | SourceError) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    async def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        first_bytes: int | None = None,
    ) -> Response:
        self.asked.append((url, headers or {}))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, SourceError):
            raise answer
        return answer

    @property
    def conditions(self) -> dict[str, str]:
        """The conditions of the last request."""
        headers = self.asked[-1][1]
        return {name: text for name, text in headers.items() if name.startswith("If-")}


def page(body: str = "a", status: int = 200, moved_to: str = "", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(
        url=moved_to or URL, status=status, headers=named, body=body.encode(), moved_to=moved_to
    )


def asked(
    server: Server, memory: Mapping[str, str] | None = None, now: dt.datetime = NOW
) -> Answer:
    return asyncio.run(ask(server, URL, memory or {}, now, accept="text/xml"))


def refused(
    server: Server, memory: Mapping[str, str] | None = None, now: dt.datetime = NOW
) -> SourceError:
    with pytest.raises(SourceError) as caught:
        asked(server, memory, now)
    return caught.value


def wait(**headers: str) -> dt.timedelta:
    return asked(Server(page("a", 200, "", **headers))).due - NOW


# ------------------------------------------------------------ conditions


def test_the_first_request_has_no_conditions() -> None:
    server = Server(page())
    asked(server)
    assert server.asked == [(URL, {"Accept": "text/xml"})]


@pytest.mark.parametrize("etag", ['"a"', 'W/"a b"', "unquoted", '""', '"caf\u00e9"', " spaced "])
def test_validators_go_back_byte_for_byte(etag: str) -> None:
    date = "Mon,  23 Nov 2026 05:00:00 gmt"
    memory = asked(Server(page(etag=etag, last_modified=date))).memory
    server = Server(page(status=304))
    assert asked(server, memory).response is None
    assert server.conditions == {"If-None-Match": etag, "If-Modified-Since": date}


def test_a_validator_that_cannot_go_back_as_it_came_does_not_go_back() -> None:
    memory = asked(Server(page(etag='"caf\udce9"', last_modified="Monday"))).memory
    server = Server(page(status=304))
    asked(server, memory)
    assert server.conditions == {"If-Modified-Since": "Monday"}


def test_no_validator_is_invented() -> None:
    memory = asked(Server(page(date=format_datetime(NOW, usegmt=True)))).memory
    server = Server(page("b"))
    assert asked(server, memory).response is not None
    assert server.conditions == {}


def test_an_etag_is_saved_on_every_200_even_where_nothing_else_changed() -> None:
    memory = asked(Server(page(etag='"1"', last_modified="Monday"))).memory
    again = asked(Server(page(etag='"2"', last_modified="Monday")), memory)
    assert again.response is None  # the same body
    assert again.memory["etag"] == '"2"'


def test_a_validator_that_is_gone_is_forgotten() -> None:
    memory = asked(Server(page(etag='"1"'))).memory
    assert "etag" not in asked(Server(page("b")), memory).memory


def test_what_is_not_modified_keeps_its_memory() -> None:
    memory = asked(Server(page(etag='"1"'))).memory
    assert asked(Server(page(status=304)), memory).memory == memory


def test_not_modified_without_a_condition_is_a_failure() -> None:
    assert "304" in str(refused(Server(page(status=304))))


def test_after_seven_days_of_not_modified_the_whole_is_asked_for() -> None:
    memory = asked(Server(page(etag='"1"'))).memory
    server = Server(page(status=304))
    asked(server, memory, NOW + 7 * DAY - HOUR)
    assert server.conditions
    server = Server(page(etag='"1"'))
    whole = asked(server, memory, NOW + 7 * DAY)
    assert server.conditions == {}
    assert whole.response is None  # it was the same document after all
    server = Server(page(status=304))
    asked(server, whole.memory, NOW + 8 * DAY)
    assert server.conditions


# ------------------------------------------------------------ when to ask again


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("max-age=60", HOUR),
        ("public, max-age=7200", 2 * HOUR),
        ('max-age="7200"', 2 * HOUR),
        ("MAX-AGE = 7200", 2 * HOUR),
        ("max-age=31536000", DAY),
        ("max-age=99999999999999999999", DAY),
        ("max-age=7200, no-cache", HOUR),
        ("no-store", HOUR),
        ("s-maxage=7200", HOUR),
        ("max-age=-1", HOUR),
        ("max-age=soon", HOUR),
        ("", HOUR),
    ],
)
def test_a_cache_s_rules_are_kept_from_an_hour_to_a_day(
    control: str, expected: dt.timedelta
) -> None:
    assert wait(cache_control=control) == expected


def test_the_age_in_a_cache_counts() -> None:
    assert wait(cache_control="max-age=10800", age="3600") == 2 * HOUR


def test_expires_counts_from_the_server_s_own_clock() -> None:
    server_s = NOW + 5 * DAY
    date, expires = (format_datetime(at, usegmt=True) for at in (server_s, server_s + 3 * HOUR))
    assert wait(date=date, expires=expires) == 3 * HOUR
    assert wait(date=date, expires="0") == HOUR
    assert wait(expires=expires) == HOUR  # no clock to compare it with
    assert wait(date=date, expires=expires, cache_control="max-age=7200") == 2 * HOUR


def test_a_document_s_ttl_outlives_answers_without_a_body() -> None:
    memory = {**asked(Server(page(etag='"1"'))).memory, "ttl": "180"}
    assert asked(Server(page(status=304)), memory).due - NOW == 3 * HOUR
    assert asked(Server(page(etag='"2"')), memory).due - NOW == 3 * HOUR


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("7200", 2 * HOUR),
        ("60", HOUR),
        ("99999999999999", 7 * DAY),
        (format_datetime(NOW + 2 * DAY, usegmt=True), 2 * DAY),
        (format_datetime(NOW - DAY, usegmt=True), HOUR),
        ("soon", HOUR),
        ("", HOUR),
        ("-5", HOUR),
    ],
)
@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_retry_after_is_kept_from_an_hour_to_a_week(
    status: int, header: str, expected: dt.timedelta
) -> None:
    server = Server(page(status=status, retry_after=header))
    assert refused(server).retry_at == NOW + expected
    assert len(server.asked) == 1  # never retried within the run


def test_a_server_without_an_answer_is_left_alone_for_an_hour() -> None:
    assert refused(Server(SourceError("no answer"))).retry_at == NOW + HOUR


def test_gone_is_told_apart_from_not_found() -> None:
    assert isinstance(refused(Server(page(status=410))), SourceGone)
    assert not isinstance(refused(Server(page(status=404))), SourceGone)


@given(
    st.text(max_size=40), st.text(max_size=40), st.text(max_size=40), st.sampled_from([200, 429])
)
def test_no_header_is_so_odd_that_it_stops_a_pull(a: str, b: str, c: str, status: int) -> None:
    server = Server(
        page(status=status, cache_control=a, expires=b, date=c, age=a, retry_after=b, etag=c)
    )
    if status == 200:
        assert HOUR <= asked(server).due - NOW <= DAY
    else:
        assert refused(server).retry_at


# ------------------------------------------------------------ documents that cannot be read


def test_an_unreadable_document_is_not_fetched_or_read_again_until_it_changes() -> None:
    first = asked(Server(page("<html>", etag='"1"')))
    error = unreadable(SourceError("a web page (HTML), not a feed"), first, NOW)
    assert error.retry_at == NOW + HOUR
    assert error.memory
    server = Server(page(status=304))
    again = refused(server, error.memory, NOW + HOUR)
    assert server.conditions == {"If-None-Match": '"1"'}
    assert again.what == "a web page (HTML), not a feed"
    assert again.retry_at == NOW + 2 * HOUR
    same = refused(Server(page("<html>")), error.memory, NOW + HOUR)
    assert same.what == "a web page (HTML), not a feed"
    changed = asked(Server(page("<rss>")), error.memory, NOW + HOUR)
    assert changed.response is not None
    assert "failed" not in changed.memory


def test_an_unreadable_document_is_tried_again_the_next_day() -> None:
    """The trouble may have been ours: a busy machine, an older program."""
    error = unreadable(SourceError("too broken"), asked(Server(page(etag='"1"'))), NOW)
    assert error.memory
    hourly = refused(
        Server(page()), error.memory, NOW + 23 * HOUR
    )  # no validators: whole, the same
    assert hourly.memory
    server = Server(page(etag='"1"'))
    assert asked(server, hourly.memory, NOW + DAY).response is not None
    assert server.conditions == {}


def test_another_reader_reads_the_same_document_anew() -> None:
    async def ask_as(reader: str, memory: Mapping[str, str]) -> Answer:
        return await ask(server, URL, memory, NOW, accept="text/xml", reader=reader)

    server = Server(page(etag='"1"'))
    first = asyncio.run(ask_as("1.0 main h2 a", {}))
    assert asyncio.run(ask_as("1.0 main h2 a", first.memory)).response is None
    assert server.conditions
    assert asyncio.run(ask_as("1.0 main h3 a", first.memory)).response is not None
    assert server.conditions == {}


def test_a_memory_that_does_not_know_when_it_last_read_the_whole_asks_for_it() -> None:
    server = Server(page(etag='"1"'))
    asked(server, {"etag": '"1"', "sha256": "of an earlier version"})
    assert server.conditions == {}


# ------------------------------------------------------------ moves


def moves(*days: float, target: str = NEW_URL) -> tuple[Mapping[str, str], Answer]:
    """See the redirect on these days, and give what is remembered, and the last answer."""
    memory: Mapping[str, str] = {}
    for day in days:
        answer = asked(Server(page(moved_to=target)), memory, NOW + day * DAY)
        memory = answer.memory
    return memory, answer


@pytest.mark.parametrize(
    ("days", "believed"),
    [((0, 1), False), ((0, 0.5, 1, 1.9), False), ((0, 3), False), ((0, 1, 2), True)],
)
def test_a_permanent_redirect_is_believed_after_three_sightings_over_two_days(
    days: tuple[float, ...], *, believed: bool
) -> None:
    memory, answer = moves(*days)
    server = Server(page())
    asked(server, memory, NOW + 4 * DAY)
    assert server.asked[0][0] == (NEW_URL if believed else URL)
    assert bool(answer.warnings) is believed


def test_sightings_begin_anew_when_the_redirect_stops_or_leads_elsewhere() -> None:
    memory, _ = moves(0, 1)
    memory = asked(Server(page()), memory, NOW + 2 * DAY).memory
    assert "moved" not in memory
    memory, _ = moves(0, 1)
    memory = asked(Server(page(moved_to=f"{NEW_URL}?2")), memory, NOW + 2 * DAY).memory
    assert (memory["moved_seen"], "address" in memory) == ("1", False)


def test_a_redirect_is_counted_with_answers_that_are_not_modified_too() -> None:
    memory = asked(Server(page(etag='"1"', moved_to=NEW_URL))).memory
    for day in (1, 2):
        server = Server(page(status=304, moved_to=NEW_URL))
        memory = asked(server, memory, NOW + day * DAY).memory
    assert memory["address"] == NEW_URL
    assert "moved" not in memory


@pytest.mark.parametrize(
    "failure",
    [SourceError("no answer"), *(page(status=status) for status in (403, 404, 410, 500))],
)
def test_where_a_new_address_fails_the_old_one_is_asked_the_next_time(
    failure: SourceError | Response,
) -> None:
    memory, _ = moves(0, 1, 2)
    server = Server(failure)
    error = refused(server, memory, NOW + 3 * DAY)
    assert [url for url, _ in server.asked] == [NEW_URL]  # once a pull
    assert not isinstance(error, SourceGone)
    assert error.memory is not None
    server = Server(page("b"))
    asked(server, error.memory, NOW + 3 * DAY + HOUR)
    assert server.asked[0][0] == URL


def test_a_redirect_to_what_cannot_be_read_is_never_believed() -> None:
    memory: Mapping[str, str] = {}
    for day in range(5):
        answer = asked(Server(page(f"portal {day}", moved_to=NEW_URL)), memory, NOW + day * DAY)
        error = unreadable(SourceError("a web page (HTML)"), answer, NOW + day * DAY)
        assert error.memory is not None
        memory = error.memory
    server = Server(page("<rss>"))
    asked(server, memory, NOW + 5 * DAY)
    assert server.asked[0][0] == URL


def test_editors_are_told_the_new_address_for_as_long_as_they_have_the_old_one() -> None:
    memory, _ = moves(0, 1, 2)
    answer = asked(Server(page("b")), memory, NOW + 3 * DAY)
    assert answer.warnings == (f"has moved to {NEW_URL}: write that address",)
    again = {**answer.memory, "etag": "1"}
    assert asked(Server(page(status=304)), again, NOW + 3 * DAY + HOUR).warnings
