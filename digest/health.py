"""How a source is doing, when it may be asked again, and when the editors are told. Pure.

    active ──a failure──▶ failing ──two weeks of them──▶ disabled
       ▲──────a success──────┘   ──"410 Gone"──────────▶ disabled

The editors hear of it twice at most: after the fifth failure in a row, and when it is disabled.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from digest.errors import SourceError, SourceGone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.errors import DigestError

ALERT_AFTER = 5  # failures in a row
DISABLE_AFTER = dt.timedelta(days=14)  # of nothing but failures
MIN_FAILURES = 10  # so that a machine that slept for a month disables nothing on waking
LONGEST_WAIT = dt.timedelta(hours=24)
WAIT = dt.timedelta(hours=1)  # between two attempts, doubled from ALERT_AFTER on


class Health(StrEnum):
    """How a source is doing."""

    ACTIVE = "active"
    FAILING = "failing"
    DISABLED = "disabled"  # asked again only when an editor says so


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What the store knows of a source.

    `title` is what the source calls itself, or empty. `first_success` is when it was read first.
    `due` is when it may be asked again, by the
    real clock, None for whenever one likes; the other times are those of the pulls. `failures`
    counts those since it was last read, `failing_since` is the first of them, `last_error` is empty
    when all is well. `disabled` says why it is not asked any more. `memory` is its plug's own.
    """

    title: str
    memory: Mapping[str, str]
    first_success: dt.datetime | None
    last_success: dt.datetime | None
    last_attempt: dt.datetime
    due: dt.datetime | None
    failures: int
    failing_since: dt.datetime | None
    last_error: str
    disabled: str

    @property
    def health(self) -> Health:
        """Active, failing or disabled."""
        if self.disabled:
            return Health.DISABLED
        return Health.FAILING if self.failures else Health.ACTIVE

    def rests(self, clock: dt.datetime) -> bool:
        """Tell whether the source must be left alone at `clock`, the real time."""
        return bool(self.disabled) or (self.due is not None and clock < self.due)


def after_failure(state: SourceState | None, error: DigestError, now: dt.datetime) -> SourceState:
    """Give the state of a source that could not be read at `now`; `state` is the one before.

    It may be asked again at the time that the error names, and later as failures add up; a
    SourceError that names none was no server's, and may be repeated whenever one likes.
    """
    known = state or SourceState(
        title="",
        memory={},
        first_success=None,
        last_success=None,
        last_attempt=now,
        due=None,
        failures=0,
        failing_since=None,
        last_error="",
        disabled="",
    )
    failures, since = known.failures + 1, known.failing_since or now
    asked_for = error.retry_at if isinstance(error, SourceError) else now
    memory = error.memory if isinstance(error, SourceError) else None
    return replace(
        known,
        memory=known.memory if memory is None else memory,
        last_attempt=now,
        due=max(asked_for, now + _wait(failures)) if asked_for else None,
        failures=failures,
        failing_since=since,
        last_error=str(error),
        disabled=known.disabled or _verdict(error, failures, now - since),
    )


def alert_of(before: SourceState | None, after: SourceState) -> str:
    """Give what the editors are told of a failure, "" if it is not news to them."""
    if after.disabled and not (before and before.disabled):
        return f"{after.disabled}; it is not asked any more"
    if after.failures == ALERT_AFTER:
        return f"has failed {ALERT_AFTER} times since {after.failing_since:%d %B %H:%M} UTC"
    return ""


def _wait(failures: int) -> dt.timedelta:
    doublings = min(max(failures - ALERT_AFTER + 1, 0), 5)
    return min(WAIT * (1 << doublings), LONGEST_WAIT)


def _verdict(error: DigestError, failures: int, lasting: dt.timedelta) -> str:
    """Give the reason for which a source is given up, "" if it is not."""
    if isinstance(error, SourceGone):
        return "gone for good"
    if failures >= MIN_FAILURES and lasting >= DISABLE_AFTER:
        return f"could not be read for {lasting.days} days"
    return ""
