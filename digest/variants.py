"""An issue as different subscribers want it: their sections, in their language.

There are as many variants as there are wishes, not subscribers, and each is rendered once, when the
issue is built: so what is sent to anybody is among what was looked over and approved.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from digest.words import language_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.model import Issue
    from digest.outgoing import Subscriber
    from digest.recipe import Edition, Publication

WHOLE = ""  # the name of the issue as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What somebody wants: titles of sections, () for all; a language, "" for the publication's."""

    sections: tuple[str, ...] = ()
    language: str = ""

    @property
    def name(self) -> str:
        """What the variant is called, the same for the same wishes; WHOLE for none."""
        if not self.sections and not self.language:
            return WHOLE
        return sha256("\n".join((self.language, *self.sections)).encode()).hexdigest()[:12]

    @property
    def title(self) -> str:
        """What the staff call it: "Deutsch", "World, Sport", "Deutsch · World, Sport"."""
        parts = (language_name(self.language) if self.language else "", ", ".join(self.sections))
        return " · ".join(part for part in parts if part) or "The whole issue"


EVERYTHING = Wishes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How many subscribers want each variant, the most frequent first.

    `whole` is how many get the issue as it is; `rare` of them want what too few others do.
    """

    variants: Mapping[Wishes, int] = field(default_factory=dict)
    whole: int = 0
    rare: int = 0


NOTHING_WANTED = Wanted()


def wishes_of(subscriber: Subscriber, edition: Edition, publication: Publication) -> Wishes:
    """Give what a subscriber wants of an edition as it is now.

    Sections that there are no more do not count; all that there are, or none, stand for all.
    """
    titles = [rule.title for rule in edition.sections]
    wanted = tuple(title for title in titles if title in subscriber.sections)
    own = subscriber.language if subscriber.language != publication.language else ""
    return Wishes(sections=wanted if len(wanted) < len(titles) else (), language=own)


def most_wanted(counted: Mapping[Wishes, int], most: int) -> Wanted:
    """Choose the variants that are wanted by the most subscribers, at most so many.

    Ties are settled by language and sections.
    """
    ordered = sorted(counted.items(), key=lambda one: (-one[1], one[0].language, one[0].sections))
    variants = [one for one in ordered if one[0] != EVERYTHING]
    rare = sum(number for _, number in variants[most:])
    return Wanted(
        variants=dict(variants[:most]), whole=counted.get(EVERYTHING, 0) + rare, rare=rare
    )


def for_wishes(issue: Issue, wishes: Wishes) -> Issue:
    """Give the issue with the sections that are wanted; the lead and the list are for all."""
    if not wishes.sections:
        return issue
    return replace(
        issue,
        sections=tuple(one for one in issue.sections if one.title in wishes.sections),
    )
