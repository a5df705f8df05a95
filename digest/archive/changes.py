"""What an issue brings that the edition's issue before it did not have, and the other way round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.urls import canonical_url

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from digest.model import Issue, Placement


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A story of both issues: what it is called and where it stands, before and now."""

    before: Placement
    now: Placement
    place_before: str
    place: str

    @property
    def moved(self) -> bool:
        """Whether it stands in another place; its number within one counts for nothing."""
        return self.place != self.place_before

    @property
    def retitled(self) -> bool:
        """Whether its headline is another."""
        return self.now.title != self.before.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How an issue differs from the one before it, of `date`.

    `new` and `gone` are (place, placement) in reading order; `kept` is in that of the later issue.
    """

    date: dt.date
    subject: tuple[str, str]  # before, now
    preheader: tuple[str, str]
    new: tuple[tuple[str, Placement], ...]
    gone: tuple[tuple[str, Placement], ...]
    kept: tuple[Kept, ...]

    @property
    def moved(self) -> int:
        """How many stories stand elsewhere."""
        return sum(one.moved for one in self.kept)

    @property
    def retitled(self) -> int:
        """How many stories have another headline."""
        return sum(one.retitled for one in self.kept)


def compare_issues(before: Issue, now: Issue) -> Changes:
    """Compare an issue with an earlier one.

    A story is the same by its id, which goes on from issue to issue, or by its page's address.
    """
    earlier = list(_placed(before))
    by_story = {one.story: (place, one) for place, one in reversed(earlier)}
    by_page = {canonical_url(one.url): (place, one) for place, one in reversed(earlier)}
    new: list[tuple[str, Placement]] = []
    kept: list[Kept] = []
    for place, one in _placed(now):
        was = by_story.get(one.story) or by_page.get(canonical_url(one.url))
        if was is None:
            new.append((place, one))
        else:
            kept.append(Kept(before=was[1], now=one, place_before=was[0], place=place))
    met = {id(one.before) for one in kept}
    return Changes(
        date=before.date,
        subject=(before.subject, now.subject),
        preheader=(before.preheader, now.preheader),
        new=tuple(new),
        gone=tuple((place, one) for place, one in earlier if id(one) not in met),
        kept=tuple(kept),
    )


def _placed(issue: Issue) -> Iterable[tuple[str, Placement]]:
    """Give every placement in reading order, with the place as its readers know it."""
    yield "Lead", issue.lead
    yield from (("Related", one) for one in issue.related)
    for section in issue.sections:
        yield from ((section.title, one) for one in section.cards)
    if issue.popular:
        # By the list, not by its title, which follows what was counted.
        yield from (("Most popular", one) for one in issue.popular.items)
