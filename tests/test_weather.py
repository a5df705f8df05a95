"""The weather: from Open-Meteo's service and from a file."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from loopback import visitor

from digest.errors import ProviderError
from digest.model import Report
from digest.weather.file import File
from digest.weather.open_meteo import CONDITIONS, OpenMeteo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from digest.protocols import Weather

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
MEASURED = dt.datetime(2026, 11, 23, 5, 15, tzinfo=dt.UTC)
# The shape that https://open-meteo.com/en/docs describes.
CURRENT = {"time": "2026-11-23T05:15", "interval": 900, "temperature_2m": 12.2, "weather_code": 61}
ANSWER = {
    "latitude": 51.5,
    "longitude": -0.12,
    "utc_offset_seconds": 0,
    "timezone": "UTC",
    "current_units": {"time": "iso8601", "temperature_2m": "°C", "weather_code": "wmo code"},
    "current": CURRENT,
}


def ask(plug: Weather) -> Report | None:
    async def report() -> Report | None:
        async with visitor() as http:
            return await plug.report(http, NOW)

    return asyncio.run(report())


@asynccontextmanager
async def serving(status: int, body: bytes, asked: list[Mapping[str, str]]) -> AsyncIterator[str]:
    async def answer(request: web.Request) -> web.Response:
        asked.append(dict(request.query))
        return web.Response(status=status, body=body)

    app = web.Application()
    app.router.add_get("/v1/forecast", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1/forecast"
    finally:
        await runner.cleanup()


def forecast(
    body: object, status: int = 200, asked: list[Mapping[str, str]] | None = None
) -> Report | None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def report() -> Report | None:
        async with (
            serving(status, data, [] if asked is None else asked) as url,
            visitor() as http,
        ):
            return await OpenMeteo(latitude=51.51, longitude=-0.13, url=url).report(http, NOW)

    return asyncio.run(report())


# ---------------------------------------------------------------- Open-Meteo


def test_the_service_is_asked_for_the_current_weather_of_the_place_in_utc() -> None:
    asked: list[Mapping[str, str]] = []
    assert forecast(ANSWER, asked=asked) == Report(
        temperature_c=12.2, as_of=MEASURED, condition="light rain"
    )
    assert asked == [
        {
            "latitude": "51.51",
            "longitude": "-0.13",
            "current": "temperature_2m,weather_code",
            "timezone": "UTC",
        }
    ]


@pytest.mark.parametrize("code", [None, 4, "61", 61.5, [61]])
def test_a_code_that_nobody_knows_leaves_the_condition_empty(code: object) -> None:
    report = forecast({"current": {**CURRENT, "weather_code": code}})
    assert report == Report(temperature_c=12.2, as_of=MEASURED)


def test_every_condition_is_a_short_phrase_of_its_own() -> None:
    assert len(set(CONDITIONS.values())) == len(CONDITIONS) == 28
    assert all(phrase.islower() and len(phrase) <= 30 for phrase in CONDITIONS.values())


def test_the_services_own_words_are_told_when_it_refuses() -> None:
    refusal = {"error": True, "reason": "Latitude must be in range of -90 to 90°."}
    with pytest.raises(ProviderError, match="answered 400: Latitude must be in range"):
        forecast(refusal, status=400)


def test_a_refusal_without_words_is_told_by_its_status() -> None:
    with pytest.raises(ProviderError, match="answered 502"):
        forecast(b"<html>Bad gateway", status=502)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        ([ANSWER], "no JSON object"),
        ({}, "temperature must be a number .* is missing"),
        ({"current": []}, "is missing"),
        ({"current": {**CURRENT, "temperature_2m": "12.2"}}, "is '12.2'"),
        ({"current": {**CURRENT, "temperature_2m": True}}, "is True"),
        ({"current": {**CURRENT, "temperature_2m": 60.1}}, "from -90 to 60 °C, and is 60.1"),
        ({"current": {**CURRENT, "temperature_2m": float("nan")}}, "is nan"),
        ({"current": {**CURRENT, "time": 1763875800}}, "ISO 8601"),
        ({"current": {**CURRENT, "time": None}}, "ISO 8601, and is missing"),
    ],
)
def test_an_answer_of_another_shape_is_refused_with_its_reason(answer: object, reason: str) -> None:
    with pytest.raises(ProviderError, match=reason) as refusal:
        forecast(answer)
    assert refusal.value.hint


def test_a_service_that_is_not_there_is_a_provider_error() -> None:
    with pytest.raises(ProviderError, match="accepts no connection"):
        ask(OpenMeteo(latitude=51.51, longitude=-0.13, url="http://127.0.0.1:9/v1/forecast"))


# ---------------------------------------------------------------- a file


def from_file(folder: Path, content: object) -> Report | None:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    (folder / "weather.json").write_bytes(data)
    return ask(File(path="weather.json", root=folder, timezone="America/New_York"))


def test_a_file_tells_the_weather(tmp_path: Path) -> None:
    facts = {"temperature_c": 12.2, "condition": "light rain", "as_of": "2026-11-23T05:15+00:00"}
    assert from_file(tmp_path, facts) == Report(
        temperature_c=12.2, as_of=MEASURED, condition="light rain"
    )


def test_a_condition_may_be_left_out_and_a_time_without_a_zone_is_the_publications(
    tmp_path: Path,
) -> None:
    facts = {"temperature_c": -3, "as_of": "2026-11-23T00:15"}
    assert from_file(tmp_path, facts) == Report(temperature_c=-3.0, as_of=MEASURED)


def test_a_local_time_with_its_offset_becomes_utc(tmp_path: Path) -> None:
    report = from_file(tmp_path, {"temperature_c": 9, "as_of": "2026-11-23T18:15+13:00"})
    assert report is not None
    assert report.as_of == MEASURED
    assert report.as_of.tzinfo is dt.UTC


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"temperature_c": 9, "as_of": "2026-11-23T05:15Z"}'
    assert from_file(tmp_path, content) == Report(temperature_c=9.0, as_of=MEASURED)


def test_a_configured_file_that_is_absent_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        ProviderError, match=r"weather\.json: .*No such file.*leave \[weather\] out"
    ):
        ask(File(path="weather.json", root=tmp_path, timezone="UTC"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no JSON"),
        (b'"mild"', "no JSON object"),
        ({}, "temperature must be a number"),
        ({"temperature_c": 9}, "time must be in ISO 8601, and is missing"),
        ({"temperature_c": -90.1, "as_of": "2026-11-23"}, "from -90 to 60"),
        ({"temperature_c": 10**400, "as_of": "2026-11-23"}, "from -90 to 60"),
        ({"temperature_c": 9, "as_of": "0001-01-01T00:00+14:00"}, "ISO 8601"),
        ({"temperature_c": 9, "as_of": "2026-11-23", "condition": 61}, "short phrase"),
        ({"temperature_c": 9, "as_of": "2026-11-23", "condition": "x" * 61}, "short phrase"),
        ({"temperature_c": 9, "as_of": "2026-11-23", "condition": "rain\r\nX"}, "short phrase"),
        (b" " * 70_000, "larger than 64 KiB"),
    ],
)
def test_a_file_of_another_shape_is_refused_with_its_reason(
    tmp_path: Path, content: object, reason: str
) -> None:
    with pytest.raises(ProviderError, match=reason) as refusal:
        from_file(tmp_path, content)
    assert refusal.value.where == "weather.json"
    assert "temperature_c" in refusal.value.hint
