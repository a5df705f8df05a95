"""An issue as different subscribers want it: their sections, in their language.

There are as many variants as there are wishes, not subscribers, and each is rendered once, when the
issue is built: so what is sent to anybody is among what was looked over and approved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


EVERYTHING = Wishes()


def wishes_of(subscriber: Subscriber, edition: Edition, publication: Publication) -> Wishes:
    """Give what a subscriber wants of an edition as it is now.

    Sections that there are no more do not count; all that there are, or none, stand for all.
    """
    titles = [rule.title for rule in edition.sections]
    wanted = tuple(title for title in titles if title in subscriber.sections)
    own = subscriber.language if subscriber.language != publication.language else ""
    return Wishes(sections=wanted if len(wanted) < len(titles) else (), language=own)


def for_wishes(issue: Issue, wishes: Wishes) -> Issue:
    """Give the issue with the sections that are wanted; the lead and the list are for all."""
    if not wishes.sections:
        return issue
    return replace(
        issue,
        sections=tuple(one for one in issue.sections if one.title in wishes.sections),
    )
