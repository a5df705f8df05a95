"""What templates may ask of the typesetter: dates, hours, numbers, headlines, pictures, lines.

Functions of a text or a picture alone stand by themselves; those that depend on the publication's
language, its time zone or the issue's date are methods of Typesetter.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from itertools import takewhile, zip_longest
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal
from markupsafe import Markup, escape

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from babel import Locale

    from digest.model import Image, Masthead, Placement
    from digest.words import Words

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"
TAIL = 20  # characters of a headline's last two words that still fit a phone's line
BROAD_PX = 480  # a picture that is narrower, or higher than wide, does not stand across the sheet
CARDS = 2  # beside each other; what comes after them is a row
WEEK_DAYS = 7
TEXT_MARGIN = 8  # columns of the plain part's margin

_SPACES = re.compile(r"[ \t-\r]+")  # those of ASCII: a no-break space is no place to wrap

# What a credit may already say for itself.
_CREDITED = re.compile(
    r"(photo|foto|picture|image|bild|illustration|ilustra|graphic|grafik|composite|v[ií]d[eé]o|صور)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typesetter:
    """Sets dates, numbers and labels in the publication's language, hours in its zone."""

    words: Words
    zone: ZoneInfo
    date: dt.date

    @classmethod
    def of(cls, masthead: Masthead, words: Words) -> Typesetter:
        """Give the typesetter of an issue."""
        return cls(words=words, zone=ZoneInfo(masthead.timezone), date=masthead.date)

    @property
    def locale(self) -> Locale:
        """The language, as dates and numbers go by it."""
        return self.words.locale

    def long_date(self, date: dt.date) -> str:
        """Set a date as a masthead has it: Monday 23 November 2026."""
        pattern = self.locale.date_formats["full"].pattern
        if self.locale.language == "en":
            # CLDR writes "Monday, 23 November 2026"; no British masthead does.
            pattern = pattern.replace("EEEE, d", "EEEE d")
        return format_date(date, pattern, locale=self.locale)

    def hour(self, moment: dt.datetime) -> str:
        """Set a moment: 04:15; Sunday 21:30 within the week before; 12 November before that."""
        local = moment.astimezone(self.zone)
        if local.date() == self.date:
            return self.words.clock(local)
        if self._is_near(local.date()):
            weekday = format_date(local, "EEEE", locale=self.locale)
            return f"{weekday} {self.words.clock(local)}"
        if local.year == self.date.year:
            return str(format_skeleton("MMMMd", local, locale=self.locale))
        return format_date(local, "long", locale=self.locale)

    def margin_hour(self, moment: dt.datetime) -> tuple[str, ...]:
        """Set a moment for the margin column: lines such as ("04:15",) or ("Sun", "21:30").

        What follows an hour has a line of its own: ("4:15", "AM").
        """
        local = moment.astimezone(self.zone)
        clock = tuple(self.words.clock(local).split())
        if local.date() == self.date:
            return clock
        if self._is_near(local.date()):
            return (self.words.short_weekday(local), *clock)
        day = str(format_skeleton("MMMd", local, locale=self.locale))
        return (day,) if local.year == self.date.year else (day, f"{local.year}")

    def _is_near(self, date: dt.date) -> bool:
        """Whether a weekday alone can only mean this date."""
        return abs((self.date - date).days) < WEEK_DAYS

    def temperature(self, celsius: float) -> str:
        """Set a temperature: 12.2 °C, a tenth of a degree at most; 54 °F where that is usual."""
        if self.words.fahrenheit:
            degrees, unit = float(round(celsius * 9 / 5 + 32)), "F"
        else:
            degrees, unit = round(celsius, 1) + 0.0, "C"  # + 0.0: no "-0"
        digits = format_decimal(degrees, "#,##0.#", locale=self.locale)
        text = f"{digits}{NO_BREAK_SPACE}°{unit}".replace("-", "\N{MINUS SIGN}")
        # Among Arabic, "°C" would turn round.
        return (
            text if self.locale.text_direction == "ltr" else f"{LEFT_TO_RIGHT}{text}{LEFT_TO_RIGHT}"
        )

    def number(self, count: int) -> str:
        """Set a whole number: 1,786."""
        return format_decimal(count, locale=self.locale)

    def listed(self, items: Iterable[str]) -> Markup:
        """Set a list as a sentence has it: A, B and C. What is no markup is escaped."""
        # CLDR's own words around them are plain text.
        return Markup(format_list([escape(item) for item in items], locale=self.locale))  # noqa: S704

    def credit(self, image: Image) -> str:
        """Give who made the picture: Photograph: Ines Calloway."""
        if not image.credit or _CREDITED.match(image.credit):
            return image.credit
        return self.words.say("Photograph: %(name)s", name=image.credit)

    def caption(self, image: Image) -> str:
        """Give what the picture shows, as a sentence, and who made it."""
        shows = image.caption.strip()
        if shows and image.credit and shows[-1] not in ".!?…”":
            shows += "."
        return f"{shows} {self.credit(image)}".strip()

    def filters(self) -> Mapping[str, Callable[..., Any]]:
        """Give what templates use as `{{ value | name }}`."""
        return {
            "long_date": self.long_date,
            "hour": self.hour,
            "margin_hour": self.margin_hour,
            "temperature": self.temperature,
            "number": self.number,
            "clock": self.words.clock,
            "listed": self.listed,
            "translated": self.words.translated,
            "headline": keep_tail,
            "unbroken": unbroken,
            "paragraphs": split_paragraphs,
            "width_at": width_at,
            "height_at": height_at,
            "caption": self.caption,
            "credit": self.credit,
            "by_weight": by_weight,
            "fold": fold,
            "across": across,
            "underlined": underlined,
            "hang": hang,
        }

    def tests(self) -> Mapping[str, Callable[..., bool]]:
        """Give what templates use as `{{ value is name }}`."""
        return {"broad": is_broad}


# ---------------------------------------------------------------- words


def keep_tail(headline: str) -> str:
    """Join a headline's last two words by a no-break space, so that none stands alone."""
    words = headline.rsplit(maxsplit=2)
    tail = NO_BREAK_SPACE.join(words[-2:])
    return " ".join([*words[:-2], tail]) if len(tail) <= TAIL else headline


def unbroken(text: str) -> str:
    """Keep a few words on one line."""
    return text.replace(" ", NO_BREAK_SPACE)


def split_paragraphs(text: str) -> tuple[str, ...]:
    """Give the lines that say something."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


# ---------------------------------------------------------------- pictures


def width_at(image: Image, width: int) -> int:
    """Give how wide a picture stands in a place of a width: never wider than its pixels."""
    return min(width, image.width or width)


def height_at(image: Image, width: int) -> int | None:
    """Give the height at a width by the ratio that the source declares, or None without one."""
    if not image.width or not image.height:
        return None
    return max(1, round(width * image.height / image.width))


def is_broad(image: Image) -> bool:
    """Whether a picture may stand across the sheet; one of unknown size may."""
    if not image.width:
        return True
    return image.width >= BROAD_PX and image.width >= (image.height or 0)


# ---------------------------------------------------------------- judgement


def by_weight(
    cards: Sequence[Placement],
) -> tuple[Placement, tuple[Placement, ...], tuple[Placement, ...]]:
    """Part a section, in its order, into its feature, up to two cards, and rows.

    A card needs something to say besides its headline: from the first story without a standfirst
    on, all are rows.
    """
    first, *rest = cards
    told = tuple(takewhile(lambda placement: placement.standfirst, rest[:CARDS]))
    return first, told, tuple(rest[len(told) :])


# ---------------------------------------------------------------- lines of the plain part


def fold(text: str, width: int) -> str:
    """Wrap a text at a width; a word or an address that is longer stands on a line of its own."""
    line = _SPACES.sub(" ", text).strip()
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)


def across(left: str, right: str, width: int) -> str:
    """Set one text at each end of a line, or one under the other where they do not fit."""
    if not right:
        return left
    room = width - len(left) - len(right)
    return f"{left}{' ' * room}{right}" if room > 1 else f"{left}\n{right}"


def underlined(text: str) -> str:
    """Underline a text as long as its longest line."""
    return f"{text}\n{'-' * max(map(len, text.splitlines()), default=0)}"


def hang(text: str, mark: str) -> str:
    """Set a text beside the margin column, in which the lines of `mark` hang, a space between."""
    lines = [line for line in text.splitlines() if line.strip()]
    room = TEXT_MARGIN - 1
    hanging = [piece for one in mark.splitlines() for piece in fold(one, room).splitlines()]
    return "\n".join(
        f"{hung:<{room}} {line}" for hung, line in zip_longest(hanging, lines, fillvalue="")
    )
