"""The words that readers see and no article brought: labels, titles of lists, hours.

They are written in English where they are used, and looked up in the language of the publication
by them (gettext). What a catalogue lacks stays English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time

if TYPE_CHECKING:
    import datetime as dt


def later(message: str) -> str:
    """Mark a message that is looked up where it is shown, so that catalogues have it."""
    return message


_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|\d{3}))?")


@lru_cache(maxsize=256)  # a list of subscribers asks of every line
def is_language(tag: str) -> bool:
    """Whether this is the BCP 47 tag of a language that the CLDR knows: "en-GB", "de"."""
    try:
        return bool(_TAG.fullmatch(tag) and Locale.parse(tag, sep="-"))
    except (UnknownLocaleError, ValueError):
        return False


def language_name(tag: str) -> str:
    """Give what the speakers of a language call it, by its tag: "Deutsch", "Français"."""
    locale = Locale.parse(tag, sep="-")
    name = locale.get_display_name(locale) or tag
    return name[:1].upper() + name[1:]


# CLDR 48, unitPreferenceData, temperature-weather.
_FAHRENHEIT = frozenset({"BS", "BZ", "KY", "PR", "PW", "US"})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Words:
    """A language, and what `catalog` holds of it; equal only to itself."""

    locale: Locale
    catalog: NullTranslations

    def say(self, message: str, **values: object) -> str:
        """Give a message in this language, its `%(name)s` filled in."""
        return self.catalog.gettext(message) % values

    def translated(self, phrase: str) -> str:
        """Give somebody else's phrase in this language, as it is where no catalogue has it."""
        return self.catalog.gettext(phrase) if phrase else ""

    def say_many(self, one: str, many: str, count: int, **values: object) -> str:
        """Give the message that fits a count, which languages choose by rules of their own."""
        return self.catalog.ngettext(one, many, count) % values

    def clock(self, local: dt.datetime | dt.time) -> str:
        """Write a local time as this language does: 04:15, 4:15 AM."""
        # CLDR parts "AM" by a narrow space that Georgia does not have.
        return format_time(local, "short", locale=self.locale).replace("\u202f", "\xa0")

    def short_weekday(self, date: dt.date) -> str:
        """Write a day of the week: Mon."""
        return format_date(date, "EEE", locale=self.locale)

    def day(self, date: dt.date) -> str:
        """Write a day in full: Monday 7 December 2026."""
        return format_date(date, "full", locale=self.locale)

    def month(self, date: dt.date) -> str:
        """Write a month: November 2026."""
        return str(format_skeleton("yMMMM", date, locale=self.locale))

    def directions(self) -> dict[str, str]:
        """Give the language tag, its direction, and the sides at which its lines start and end."""
        ltr = self.locale.text_direction == "ltr"
        return {
            "lang": str(self.locale).replace("_", "-"),
            "dir": "ltr" if ltr else "rtl",
            "start": "left" if ltr else "right",
            "end": "right" if ltr else "left",
        }

    @property
    def fahrenheit(self) -> bool:
        """Whether the weather is told in degrees Fahrenheit where this language is spoken."""
        return self.locale.territory in _FAHRENHEIT


ENGLISH = Words(locale=Locale("en", "GB"), catalog=NullTranslations())
