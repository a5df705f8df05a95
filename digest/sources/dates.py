"""Read the dates that feeds write, in the forms they really use; none rather than a wrong one.

Feedparser's own dates are not used: it takes BST, CET, JST and their like for UTC, reads
"2026/11/16" as the first of the month and an epoch as the year 1794.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.model import DateDoubt

if TYPE_CHECKING:
    from collections.abc import Iterable

# Hours east of UTC. RFC 822 §5 names the American ones. IST is India's: the Irish and the Israelis
# seldom write it.
ZONES: dict[str, float] = {
    **dict.fromkeys(("Z", "UT", "UTC", "GMT", "WET"), 0),
    **dict.fromkeys(("BST", "CET", "MET", "WEST", "WAT"), 1),
    **dict.fromkeys(("CEST", "MEST", "EET", "SAST", "CAT"), 2),
    **dict.fromkeys(("EEST", "MSK", "EAT"), 3),
    **dict.fromkeys(("HKT", "SGT", "MYT", "PHT", "AWST"), 8),
    "PKT": 5, "IST": 5.5, "WIB": 7, "ICT": 7, "JST": 9, "KST": 9,
    "ACST": 9.5, "AEST": 10, "ACDT": 10.5, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "ADT": -3, "BRT": -3, "ART": -3, "AST": -4, "CLT": -4, "EDT": -4, "EST": -5, "CDT": -5,
    "CST": -6, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "AKDT": -8, "AKST": -9, "HST": -10,
}  # fmt: skip

# How month names begin, without accents: English, French, German, Spanish, Italian, Portuguese
# and Dutch. The longer stem goes first where the shorter one is not enough.
MONTHS: dict[str, int] = {
    stem: number
    for number, stems in enumerate(
        (
            "jan ene gen", "feb fev", "mar mrt maa", "apr abr avr", "may mai mag mei maj",
            "juin jun giu", "juil jul lug", "aug ago aou", "sep set", "oct okt ott out", "nov",
            "dec dez dic",
        ),
        start=1,
    )
    for stem in stems.split()
}  # fmt: skip

MAX_LENGTH = 100  # characters of a date
EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)  # before that there were no feeds to be right
FARTHEST = dt.timedelta(hours=14)  # from UTC: Kiribati
CLOCK_SKEW = dt.timedelta(minutes=10)  # a server's clock may be ahead of ours by this much
EMBARGO = dt.timedelta(hours=48)  # what is dated further ahead is a slip, and no plan
_EPOCH = re.compile(r"(\d{10})(?:\d{3}|\.\d+)?")  # seconds, milliseconds
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?:[T ,]|$)")
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:T(?=\d{6})|$)")
_DAY_FIRST = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[\s-]+(?:de |of )?"
    r"(?P<name>[^\W\d]{3,})\.?,?[\s-]+(?:de )?(?P<year>\d{4}|\d\d)\b"
)
_MONTH_FIRST = re.compile(
    r"(?:[^\W\d]+,?\s+)??(?P<name>[^\W\d]{3,})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+"
    r"(?P<year>\d{4})\b"
)
_CTIME = re.compile(
    r"[^\W\d]{3}\s+(?P<name>[^\W\d]{3})\s+(?P<day>\d{1,2})\s+(?P<rest>\d\d?:\d\d:\d\d(?:\s+\S+)?)\s+"
    r"(?P<year>\d{4})"
)
_NUMBERS = re.compile(r"(?P<first>\d{1,2})([-/.])(?P<second>\d{1,2})\2(?P<year>\d{4})\b")
_TIME = re.compile(
    r"[\s,T]*(?:at |-\s)?\s*(?P<hour>\d\d?):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp])?(?(half)\.?[Mm]\.?)\s*"
)
_OFFSET = re.compile(r"(?:GMT|UTC)?\s*([+-])(\d\d?)(?::?(\d\d?))?\s*(?:\([^)]*\))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """When something came out, as far as that can be believed, and what is doubtful about it."""

    moment: dt.datetime | None = None
    doubt: DateDoubt | None = None


def read_stamp(written: Iterable[str], now: dt.datetime) -> Stamp:
    """Give the first of the dates that can be believed at `now`; empty texts are none.

    What is a little ahead of `now` came out now: clocks differ. So did what is ahead by no more
    than a time zone, where none was written. What is more than two days ahead is a slip and no
    date; what is left is embargoed, and stays as it is.
    """
    doubt: DateDoubt | None = None
    for text in filter(None, written):
        moment = _read(text)
        if moment is None:
            doubt = doubt or DateDoubt.UNREADABLE
        elif (utc := _in_utc(moment)) > now + EMBARGO:
            doubt = doubt or DateDoubt.TOO_FAR
        else:
            slack = CLOCK_SKEW if moment.tzinfo else FARTHEST
            believed = now if now < utc <= now + slack else utc
            return Stamp(moment=believed, doubt=None if moment.tzinfo else DateDoubt.NO_ZONE)
    return Stamp(doubt=doubt)


def parse_date(text: str) -> dt.datetime | None:
    """Read a date, in UTC, or give None where `text` leaves a doubt.

    It knows RFC 822 and ISO 8601 in their loose forms, epochs, slashes, and month names in seven
    languages. A date alone is its midnight and a time without a zone is UTC, by convention; a zone
    that is not known, or a day that may be a month, is a doubt.
    """
    moment = _read(text)
    return moment and _in_utc(moment)


def _read(text: str) -> dt.datetime | None:
    """Read a date that is in UTC, and without a zone where none was written."""
    text = " ".join(text[:MAX_LENGTH].split())
    try:
        moment = _epoch(text) or _written(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment and _in_utc(moment) >= EARLIEST else None


def _in_utc(moment: dt.datetime) -> dt.datetime:
    return moment.replace(tzinfo=dt.UTC)


def _epoch(text: str) -> dt.datetime | None:
    match = _EPOCH.fullmatch(text)
    return dt.datetime.fromtimestamp(int(match[1]), dt.UTC) if match else None


def _written(text: str) -> dt.datetime | None:
    """Read day, then time and zone. Raises ValueError for a day or hour that does not exist."""
    for layout in (_YEAR_FIRST, _COMPACT, _CTIME, _DAY_FIRST, _MONTH_FIRST, _NUMBERS):
        match = layout.match(text)
        day = match and _day(match.groupdict())
        if match and day:
            rest = match.groupdict().get("rest") or text[match.end() :]
            return _with_time(day, rest)
    return None


def _day(part: dict[str, str]) -> dt.datetime | None:
    year = int(part["year"])
    if len(part["year"]) == 2:  # noqa: PLR2004  two digits, as RFC 822 had them
        year += 2000 if year < 70 else 1900  # noqa: PLR2004  POSIX's turning point
    if "first" in part:
        return _unambiguous_day(year, int(part["first"]), int(part["second"]))
    month = int(part["month"]) if "month" in part else _month(part["name"])
    return dt.datetime(year, month, int(part["day"]), tzinfo=dt.UTC) if month else None


def _unambiguous_day(year: int, first: int, second: int) -> dt.datetime | None:
    """Read "18/2/2026" and "2/18/2026"; "2/3/2026" means two days, and so none."""
    if first <= 12 and second <= 12 and first != second:  # noqa: PLR2004  months of a year
        return None
    return dt.datetime(year, min(first, second), max(first, second), tzinfo=dt.UTC)


def _month(name: str) -> int:
    """Give the number of a month by its name, 0 if it is none."""
    bare = unicodedata.normalize("NFD", name.lower()).encode("ascii", "ignore").decode()
    return MONTHS.get(bare[:4], MONTHS.get(bare[:3], 0))


def _with_time(day: dt.datetime, rest: str) -> dt.datetime | None:
    match = _TIME.match(rest)
    if not match:
        return day.replace(tzinfo=None) if not rest.strip(" ,TZ") else None
    hour, second = int(match["hour"]), min(int(match["second"] or 0), 59)  # a leap second
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    moment = day.replace(hour=hour, minute=int(match["minute"]), second=second)
    zone = rest[match.end() :].strip()
    if not zone:
        return moment.replace(tzinfo=None)
    offset = _offset(zone)
    return None if offset is None else moment - offset


def _offset(zone: str) -> dt.timedelta | None:
    """Read "+0530", "GMT+1" or "BST"; None where it cannot be known."""
    match = _OFFSET.fullmatch(zone.upper())
    if match:
        offset = dt.timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        if offset > FARTHEST:
            return None
        return -offset if match[1] == "-" else offset
    hours = ZONES.get(zone.upper().split()[0].strip("()"))
    return None if hours is None else dt.timedelta(hours=hours)
