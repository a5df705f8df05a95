"""All placements of an issue, in reading order, each in the place of another."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.model import Issue, Placement


def change_placements(issue: Issue, change: Callable[[int, Placement], Placement]) -> Issue:
    """Give the issue with each placement as `change` makes it.

    It is called with the placement's number, from 0 in reading order, as the store keeps it.
    """
    numbers = count()

    def changed(placements: tuple[Placement, ...]) -> tuple[Placement, ...]:
        return tuple(change(next(numbers), one) for one in placements)

    (lead,) = changed((issue.lead,))  # in the order of `Issue.placements`, from here on
    related = changed(issue.related)
    sections = tuple(replace(section, cards=changed(section.cards)) for section in issue.sections)
    popular = issue.popular and replace(issue.popular, items=changed(issue.popular.items))
    return replace(issue, lead=lead, related=related, sections=sections, popular=popular)
