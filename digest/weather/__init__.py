"""Plugs that tell the weather: Open-Meteo's forecast service, and a file that anybody can write.

Each keeps `protocols.Weather`. What they have in common is what they will not print: a temperature
that no place on earth has, a time that is none, a condition that is no short phrase.
"""

from __future__ import annotations

import datetime as dt
import json

from digest.model import Report

COLDEST_C, HOTTEST_C = -90, 60  # WMO's records are −89.2 and 56.7
MAX_CONDITION = 60  # characters; the masthead has one line


def json_object(data: bytes) -> dict[str, object]:
    """Read a JSON object from UTF-8, with or without a BOM. Raises ValueError with the reason."""
    try:
        answer = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is no JSON: {error}") from error
    if not isinstance(answer, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004  as for every other fault
    return answer


def checked_report(
    *, temperature_c: object, as_of: object, condition: object, zone: dt.tzinfo = dt.UTC
) -> Report:
    """Make a report of values as JSON gave them; None is absent, which only a condition may be.

    A time without a zone is meant in `zone`. Raises ValueError with the reason.
    """
    return Report(
        temperature_c=_temperature(temperature_c),
        as_of=_moment(as_of, zone),
        condition=_phrase(condition),
    )


def _temperature(value: object) -> float:
    match value:
        case bool():  # which Python counts as a number
            pass
        case int() | float() if COLDEST_C <= value <= HOTTEST_C:  # never so for JSON's NaN
            return float(value)
    bounds = f"from {COLDEST_C} to {HOTTEST_C} °C"
    raise ValueError(f"its temperature must be a number {bounds}, and is {_shown(value)}")


def _moment(value: object, zone: dt.tzinfo) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(str(value))
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return aware.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"its time must be in ISO 8601, and is {_shown(value)}") from None


def _phrase(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and len(value) <= MAX_CONDITION and value.isprintable():
        return value.strip()
    raise ValueError(f"its condition must be a short phrase, and is {_shown(value)}")


def _shown(value: object) -> str:
    return "missing" if value is None else repr(value)[:80]
