"""What the list of most popular stories may honestly be called, and on what basis it stands.

Every sentence is whole, so that it can be put into another language as one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Set as AbstractSet

    from digest.model import Reading
    from digest.words import Words


def list_titles(unit: str, words: Words) -> tuple[str, str]:
    """Give the title of a list by what readers did, and that of one which mostly stays."""
    if unit == "read":
        return words.say("Most popular"), words.say("Still most read")
    if unit == "commented":
        return words.say("Most commented on"), words.say("Still most commented on")
    if unit == "opened":
        return (
            words.say("Most opened from this newsletter"),
            words.say("Still most opened from this newsletter"),
        )
    return words.say("Most %(deed)s", deed=unit), words.say("Still most %(deed)s", deed=unit)


def counted_basis(reading: Reading, zone: str, words: Words) -> str:
    """Say what was counted, and when."""
    most = _most(reading.unit, words)
    until = words.clock(reading.as_of.astimezone(ZoneInfo(zone)))
    if reading.hours is None:
        return words.say("%(most)s, counted at %(hour)s", most=most, hour=until)
    return words.say_many(
        "%(most)s, in the hour to %(hour)s",
        "%(most)s, in the %(hours)s hours to %(hour)s",
        math.ceil(reading.hours),
        most=most,
        hours=f"{reading.hours:g}",
        hour=until,
    )


def _most(unit: str, words: Words) -> str:
    # "Hour for hour", since what came out an hour ago is not measured by a day's counts.
    if unit == "read":
        return words.say("What readers opened most, hour for hour")
    if unit == "commented":
        return words.say("What readers commented on most, hour for hour")
    if unit == "opened":
        return words.say("What readers opened from this newsletter most, hour for hour")
    return words.say("What readers %(deed)s most, hour for hour", deed=unit)


def covered_basis(local: dt.datetime, words: Words) -> str:
    """Say that the list goes by how many sources tell a story, up to a local time."""
    return words.say("Told by the most sources up to %(hour)s", hour=words.clock(local))


def latest_basis(local: dt.datetime, words: Words) -> str:
    """Say that the list goes by time alone."""
    return words.say("The newest stories up to %(hour)s", hour=words.clock(local))


def besides(
    basis: str, left_out: AbstractSet[str], *, lead: str, top: AbstractSet[str], words: Words
) -> str:
    """Say in a list's basis what it leaves out: ids of stories, of which `top` stand above it.

    The others have news today, by which they stand on the page, or do not.
    """
    above, below = left_out & top, left_out - top
    only_lead = above == {lead}
    if above and below and only_lead:
        return words.say(
            "%(basis)s, besides the lead and stories that have news today", basis=basis
        )
    if above and below:
        return words.say(
            "%(basis)s, besides those above and stories that have news today", basis=basis
        )
    if below:
        return words.say("%(basis)s, besides stories that have news today", basis=basis)
    if only_lead:
        return words.say("%(basis)s, besides the lead", basis=basis)
    if above:
        return words.say("%(basis)s, besides those above", basis=basis)
    return basis
