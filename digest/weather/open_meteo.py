"""The weather from Open-Meteo: free, keyless, and for any place (https://open-meteo.com/en/docs)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from digest.errors import ProviderError, SourceError
from digest.weather import checked_report, json_object
from digest.words import later

if TYPE_CHECKING:
    import datetime as dt

    from digest.model import Report
    from digest.protocols import Http

# WMO code table 4677 as Open-Meteo groups it (https://open-meteo.com/en/docs, "WMO codes").
CONDITIONS = {
    0: later("clear sky"),
    1: later("mainly clear"),
    2: later("partly cloudy"),
    3: later("overcast"),
    45: later("fog"),
    48: later("freezing fog"),
    51: later("light drizzle"),
    53: later("drizzle"),
    55: later("heavy drizzle"),
    56: later("light freezing drizzle"),
    57: later("freezing drizzle"),
    61: later("light rain"),
    63: later("rain"),
    65: later("heavy rain"),
    66: later("light freezing rain"),
    67: later("freezing rain"),
    71: later("light snow"),
    73: later("snow"),
    75: later("heavy snow"),
    77: later("snow grains"),
    80: later("light showers"),
    81: later("showers"),
    82: later("violent showers"),
    85: later("light snow showers"),
    86: later("heavy snow showers"),
    95: later("thunderstorm"),
    96: later("thunderstorm with hail"),
    99: later("thunderstorm with heavy hail"),
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
