"""How often one owner and one section may stand among the first picks of a page. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from digest.model import Rights

if TYPE_CHECKING:
    from digest.model import Source
    from digest.recipe import Edition

OWNER_TOP = 10  # within the first ten picks…
OWNER_CAP = 2  # …another owner stands at most twice
SECTION_TOP = 8  # within the first eight…
SECTION_CAP = 3  # …one section stands at most three times
FEWEST = 3  # owners or sections, for their cap to hold: a newsroom may digest its own site alone


class Caps:
    """Counts the picks: the lead and the cards, in the order of picking.

    The publication's own reports are never capped: the cap is against one outlet's flood.
    """

    def __init__(self, edition: Edition) -> None:
        self._owners_capped = len({source.owner for source in edition.sources}) >= FEWEST
        self._sections_capped = len(edition.sections) >= FEWEST
        self._picks = 0
        self._owners: Counter[str] = Counter()
        self._sections: Counter[str] = Counter()

    def note(self, source: Source, section: str) -> None:
        """Count a pick: whose report stands for it, and where it belongs."""
        self._picks += 1
        self._owners[source.owner] += 1
        self._sections[section] += 1

    def reason_against(self, source: Source, section: str) -> str:
        """Say which cap the next pick would break, "" for none."""
        if self._owners_capped and source.rights is not Rights.OWN:
            full = self._owners[source.owner] >= OWNER_CAP
            if full and self._picks < OWNER_TOP:
                return f"its owner stands {OWNER_CAP} times in the first {OWNER_TOP} already"
        full = self._sections[section] >= SECTION_CAP
        if self._sections_capped and full and self._picks < SECTION_TOP:
            return f"{section} stands {SECTION_CAP} times in the first {SECTION_TOP} already"
        return ""
