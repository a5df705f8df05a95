"""What the store tells of issues, beyond the ten words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from digest.model import IssueState


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRecord:
    """An issue in the ledger; there is one for an edition and a date.

    `state_at` is when the issue came into its `state`, `note` says why. `stories` and `articles`
    count what was considered, `findings` preflight's errors and warnings together, `errors` the
    first alone; `size_bytes` is the HTML's. `released_by` names who sent it on in spite of errors,
    and `released_sha256` (hexadecimal) the message that they released. `begun` says that a send of
    it began which nobody can call back, so that it may have left the house in part; an issue that
    the editors hold is not.
    """

    edition: str
    date: dt.date
    state: IssueState
    cutoff: dt.datetime
    built_at: dt.datetime
    state_at: dt.datetime
    note: str = ""
    subject: str = ""
    standfirst: str = ""
    stories: int = 0
    articles: int = 0
    size_bytes: int = 0
    findings: int = 0
    errors: int = 0
    released_by: str = ""
    released_sha256: str = ""
    begun: bool = False

    @property
    def told(self) -> str:
        """What people are told beside its state: why, or who released it."""
        return self.note or (f"released by {self.released_by}" if self.released_by else "")
