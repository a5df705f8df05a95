"""The variants of an issue as the staff look them over, and how its pages lead to each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.variants import EVERYTHING, WHOLE
from digest.words import language_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.model import Issue
    from digest.outgoing import Email
    from digest.preflight import Finding
    from digest.variants import Wanted, Wishes

VARIANTS = "variants"  # their folder within the issue's


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What those get who wish for less than the whole issue, or for another language.

    `issue` is what is shown, and `message` RFC 5322 bytes. `looked_at` is the email for the staff,
    None for exactly as it is sent; `findings` is what preflight found in it.
    """

    wishes: Wishes
    issue: Issue
    email: Email
    message: bytes
    looked_at: Email | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """What its files are called."""
        return self.wishes.name


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """One page of an issue: how many subscribers get it, and preflight's errors in a variant."""

    name: str
    title: str
    readers: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The pages of an issue in one language (BCP 47), which is called `title`."""

    language: str
    title: str
    links: tuple[PageLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The pages of an issue, by language; no rows where there is but the whole.

    `rare` is how many get the whole because too few want the same as they.
    """

    rows: tuple[Row, ...] = ()
    rare: int = 0


NO_STRIP = Strip()


def strip_of(language: str, variants: Sequence[Variant], wanted: Wanted) -> Strip:
    """Give the way to each page of an issue in `language`, the publication's own.

    Its own row is the first; in a row the order is that of the variants.
    """
    if not variants:
        return NO_STRIP
    whole = PageLink(name=WHOLE, title=EVERYTHING.title, readers=wanted.whole, errors=0)
    rows = {language: [whole]}
    for one in variants:
        link = PageLink(
            name=one.name,
            title=", ".join(one.wishes.sections) or "All sections",
            readers=wanted.variants.get(one.wishes, 0),
            errors=count_errors(one.findings),
        )
        rows.setdefault(one.wishes.language or language, []).append(link)
    return Strip(
        rows=tuple(
            Row(language=tag, title=language_name(tag), links=tuple(links))
            for tag, links in rows.items()
        ),
        rare=wanted.rare,
    )


def count_errors(findings: Iterable[Finding]) -> int:
    """Count the findings that no reader should get."""
    return sum(finding.level == "error" for finding in findings)
