"""What a subscriber asks for in the form of preferences: sections, a language, a pause. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.errors import SubscriberError
from digest.particulars import read_day

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from werkzeug.datastructures import MultiDict

    from digest.outgoing import Subscriber

NO_PAUSE, A_DAY = "", "day"
WEEKS = ("1", "2", "4")  # as the form has them
MAX_PAUSE_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the form says, or is filled in with.

    `sections` are titles, none for all; `language` is a tag, "" for the publication's; `pause` is
    one of the values above, and `day` what was written for the first day after it.
    """

    sections: tuple[str, ...] = ()
    language: str = ""
    pause: str = NO_PAUSE
    day: str = ""

    def ends(self, today: dt.date) -> dt.date | None:
        """Give the first day after the pause, None without one.

        Raises SubscriberError for a day that is none, or not among those of `days_to_end`.
        """
        if self.pause == NO_PAUSE:
            return None
        if self.pause in WEEKS:
            return today + dt.timedelta(weeks=int(self.pause))
        day = read_day(self.day, "the day")
        first, last = days_to_end(today)
        if day is None or not first <= day <= last:
            raise SubscriberError("a pause ends after today and within a year")
        return day


def days_to_end(today: dt.date) -> tuple[dt.date, dt.date]:
    """Give the first and the last day on which a pause may end."""
    return today + dt.timedelta(days=1), today + dt.timedelta(days=MAX_PAUSE_DAYS)


def wishes_of(subscriber: Subscriber, today: dt.date) -> Wishes:
    """Give what somebody asked for before; a pause that is over is none."""
    until = subscriber.paused_until
    lasts = until is not None and until > today
    return Wishes(
        sections=subscriber.sections,
        language=subscriber.language,
        pause=A_DAY if lasts else NO_PAUSE,
        day=until.isoformat() if until and lasts else "",
    )


def read_wishes(
    form: MultiDict[str, str],
    before: Wishes,
    sections: Sequence[str],
    languages: Collection[str],
) -> Wishes:
    """Read the form that was filled in with `before`.

    All sections are the same as none: what is added to the edition later is wanted too. One that
    the edition has no longer is passed over. Raises SubscriberError for what no form of ours sends.
    """
    language, pause = form.get("language"), form.get("pause")
    if language not in {"", *languages} or pause not in {NO_PAUSE, *WEEKS, A_DAY}:
        raise SubscriberError("this is not what the form sends")
    ticked = set(form.getlist("section"))
    wanted = tuple(title for title in sections if title in ticked)
    day = form.get("day", "")
    if pause == NO_PAUSE and day not in {"", before.day}:
        pause = A_DAY  # they wrote a day, and forgot the mark before it
    if not sections:  # the edition is no longer configured, and may be again
        wanted = before.sections
    return Wishes(
        sections=() if len(wanted) == len(sections) else wanted,
        language=language,
        pause=pause,
        day=day,
    )
