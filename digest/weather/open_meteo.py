"""The weather from Open-Meteo: free, keyless, and for any place (https://open-meteo.com/en/docs)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from digest.errors import ProviderError, SourceError
from digest.weather import checked_report, json_object

if TYPE_CHECKING:
    import datetime as dt

    from digest.model import Report
    from digest.protocols import Http

# WMO code table 4677 as Open-Meteo groups it (https://open-meteo.com/en/docs, "WMO codes").
CONDITIONS = {
    0: "clear sky",
    1: "mainly clear",
    2: "partly cloudy",
    3: "overcast",
    45: "fog",
    48: "freezing fog",
    51: "light drizzle",
    53: "drizzle",
    55: "heavy drizzle",
    56: "light freezing drizzle",
    57: "freezing drizzle",
    61: "light rain",
    63: "rain",
    65: "heavy rain",
    66: "light freezing rain",
    67: "freezing rain",
    71: "light snow",
    73: "snow",
    75: "heavy snow",
    77: "snow grains",
    80: "light showers",
    81: "showers",
    82: "violent showers",
    85: "light snow showers",
    86: "heavy snow showers",
    95: "thunderstorm",
    96: "thunderstorm with hail",
    99: "thunderstorm with heavy hail",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMeteo:
    """The current weather at a place, given in degrees north and east; `url` is the service's."""

    latitude: float
    longitude: float
    url: str = "https://api.open-meteo.com/v1/forecast"

    async def report(self, http: Http, now: dt.datetime) -> Report:  # noqa: ARG002  the protocol's
        """Give the newest report; its condition is empty for a code that is not in the table.

        Raises ProviderError when there is no answer or none that can be read.
        """
        try:
            response = await http.get(f"{self.url}?{self._query()}")
        except SourceError as error:
            raise self._error(error.what, error.hint) from error
        if response.status != 200:  # noqa: PLR2004  RFC 9110 §15.3.1
            raise self._error(
                f"the weather service answered {response.status}{_reason(response.body)}",
                "Check latitude, longitude and url of [weather]",
            )
        return self._read(response.body)

    def _query(self) -> str:
        return urlencode(
            {
                "latitude": self.latitude,
                "longitude": self.longitude,
                "current": "temperature_2m,weather_code",
                "timezone": "UTC",
            }
        )

    def _read(self, body: bytes) -> Report:
        try:
            current = json_object(body).get("current")
            facts = current if isinstance(current, dict) else {}
            code = facts.get("weather_code")
            return checked_report(
                temperature_c=facts.get("temperature_2m"),
                as_of=facts.get("time"),
                condition=CONDITIONS.get(code) if isinstance(code, int) else None,
            )
        except ValueError as error:
            raise self._error(
                f"the weather service's answer cannot be used: {error}",
                "If that lasts, take [weather] out or let a file tell the weather",
            ) from error

    def _error(self, what: str, hint: str) -> ProviderError:
        return ProviderError(what, where=self.url, hint=hint)


def _reason(body: bytes) -> str:
    """Give the service's own words, such as "Latitude must be in range of -90 to 90°"."""
    try:
        reason = json_object(body).get("reason")
    except ValueError:
        reason = None
    return f": {reason[:200]}" if isinstance(reason, str) else ""
