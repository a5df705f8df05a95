"""Links that lead by way of us, so that it is counted how often they are opened."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.placements import change_placements

if TYPE_CHECKING:
    from digest.model import Issue


def counted_links(issue: Issue, base: str, whole: Issue | None = None) -> Issue:
    """Give the issue with the links of its placements leading by way of `base`, an address.

    `<base>/c/<edition>/<date>/<number>`: the number is the placement's place in reading order, from
    0, as the store keeps it; in `whole`, where the issue is a part of that. Without a base nothing
    changes.
    """
    if not base:
        return issue
    root = f"{base}/c/{issue.edition}/{issue.date.isoformat()}/"
    places = {(one.slot, one.url): n for n, one in enumerate((whole or issue).placements)}
    return change_placements(
        issue, lambda _, one: replace(one, url=f"{root}{places[one.slot, one.url]}")
    )
