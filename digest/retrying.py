"""When a delivery that was put off is tried again."""

from __future__ import annotations

FIRST_S = 60
LONGEST_S = 3600


def retry_delay_s(attempts: int, chance: float) -> float:
    """Give the seconds to wait after so many attempts (1 for the first): a minute, doubling.

    An hour at most, each a quarter longer or shorter by `chance` (0 to 1), so that a thousand
    that were put off together do not come back together. The third attempt is at four to eight
    minutes, when a server that makes strangers wait has let them in (RFC 6647 §2.1).
    """
    doublings = min(max(attempts, 1) - 1, 16)
    delay: float = min(FIRST_S * 2**doublings, LONGEST_S)
    return delay * (0.75 + chance / 2)
