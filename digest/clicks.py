"""Links that lead by way of us, so that it is counted how often they are opened."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.model import Issue, Placement


def counted_links(issue: Issue, base: str) -> Issue:
    """Give the issue with the links of its placements leading by way of `base`, an address.

    `<base>/c/<edition>/<date>/<number>`: the number is the placement's place in reading order, from
    0, as the store keeps it. Without a base nothing changes.
    """
    if not base:
        return issue
    root, numbers = f"{base}/c/{issue.edition}/{issue.date.isoformat()}/", count()

    def led(placements: tuple[Placement, ...]) -> tuple[Placement, ...]:
        return tuple(replace(one, url=f"{root}{next(numbers)}") for one in placements)

    (lead,) = led((issue.lead,))  # in the order of `Issue.placements`, from here on
    related = led(issue.related)
    sections = tuple(replace(section, cards=led(section.cards)) for section in issue.sections)
    popular = issue.popular and replace(issue.popular, items=led(issue.popular.items))
    return replace(issue, lead=lead, related=related, sections=sections, popular=popular)
