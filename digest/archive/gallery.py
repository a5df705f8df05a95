"""`index.html`: every issue of every edition, newest first, as the staff's front door to `out/`.

It opens from disk with no server. Its thumbnails are small front pages set in HTML, not pictures of
one, so that a gallery costs nothing to build.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from babel.dates import format_date

from digest.archive.atomic import write_file
from digest.archive.desk import desk_page
from digest.archive.folder import Checked, read_json
from digest.archive.pictures import find_copy
from digest.model import Image, IssueState, Report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from digest.recipe import Publication


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryEntry:
    """One issue as the gallery shows it; `title` is its edition's.

    `state_at` is when it came into its state, `note` why. `stories` counts those placed, `articles`
    those considered. `picture` is the lead's local picture, relative to the issue's folder;
    `section` is the lead's, `weather` the masthead's. An issue that was never made (skipped,
    missed) has no headline, and no folder.
    """

    edition: str
    title: str
    date: dt.date
    timezone: str
    state: IssueState
    state_at: dt.datetime | None = None
    note: str = ""
    headline: str = ""
    standfirst: str = ""
    picture: str | None = None
    section: str = ""
    weather: str = ""
    stories: int = 0
    articles: int = 0
    size_bytes: int = 0
    findings_errors: int = 0
    findings_warnings: int = 0

    @property
    def folder(self) -> str:
        """The issue's folder as a relative URL, or "" where there is none."""
        return f"{quote(self.edition)}/{self.date.isoformat()}" if self.headline else ""


# What the gallery tells of an issue, as `issue.json` has it. To read only this takes
# a fifth of the time, and a gallery reads every issue.
@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A placement that only counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    cards: tuple[_Placed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Popular:
    items: tuple[_Placed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lead:
    title: str
    standfirst: str
    section: str
    image: Image | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Masthead:
    title: str
    timezone: str
    weather: Report | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Front:
    edition: str
    date: dt.date
    masthead: _Masthead
    lead: _Lead
    related: tuple[_Placed, ...]
    sections: tuple[_Section, ...]
    popular: _Popular | None
    articles: int

    @property
    def stories(self) -> int:
        """How many are placed."""
        cards = sum(len(section.cards) for section in self.sections)
        items = len(self.popular.items) if self.popular else 0
        return 1 + len(self.related) + cards + items


def read_gallery_entry(
    folder: Path, state: IssueState, state_at: dt.datetime | None = None, note: str = ""
) -> GalleryEntry:
    """Fill an entry from a saved issue's folder. Raises DigestError when that cannot be read."""
    front = read_json(_Front, folder / "issue.json")
    checked = read_json(Checked, folder / "preflight.json")
    levels = Counter(finding.level for finding in checked.findings)
    return GalleryEntry(
        edition=front.edition,
        title=front.masthead.title,
        date=front.date,
        timezone=front.masthead.timezone,
        state=state,
        state_at=state_at,
        note=note,
        headline=front.lead.title,
        standfirst=front.lead.standfirst,
        picture=find_copy(folder, front.lead.image.url) if front.lead.image else None,
        section=front.lead.section,
        weather=_weather(front.masthead.weather),
        stories=front.stories,
        articles=front.articles,
        size_bytes=checked.size_bytes,
        findings_errors=levels["error"],
        findings_warnings=levels["warning"],
    )


def write_gallery(
    out: Path,
    publication: Publication,
    entries: Sequence[GalleryEntry],
    now: dt.datetime,
    *,
    templates: Sequence[Path],
) -> Path:
    """Write `out/index.html` and give its path. The order of `entries` does not matter.

    Raises TemplateError when the template is broken.
    """
    newest_first = sorted(entries, key=lambda entry: (-entry.date.toordinal(), entry.edition))
    months = groupby(newest_first, key=lambda entry: (entry.date.year, entry.date.month))
    page = desk_page(
        "gallery.html.j2",
        templates,
        publication=publication,
        titles=_titles(newest_first),
        total=len(entries),
        states=_states(entries),
        months=[(_month(year, month), list(group)) for (year, month), group in months],
        now=now,
    )
    path = out / "index.html"
    write_file(path, page.encode())
    return path


def _weather(report: Report | None) -> str:
    """Write the weather as the thumbnail's masthead has it: "12.2 °C, light rain"."""
    if report is None:
        return ""
    said = (f"{report.temperature_c:.1f} °C", report.condition)
    return ", ".join(filter(None, said))


def _titles(newest_first: Sequence[GalleryEntry]) -> dict[str, str]:
    """Give each edition's present title: that of its newest issue that was made, if any was."""
    oldest_first = reversed(newest_first)
    titles = {entry.edition: entry.title for entry in newest_first}
    titles |= {entry.edition: entry.title for entry in oldest_first if entry.headline}
    return dict(sorted(titles.items()))


def _states(entries: Sequence[GalleryEntry]) -> list[tuple[str, int]]:
    """Count the issues by state, leaving out states that none is in."""
    counts = Counter(entry.state for entry in entries)
    return [(state.value, counts[state]) for state in IssueState if counts[state]]


def _month(year: int, month: int) -> str:
    return format_date(dt.date(year, month, 1), "MMMM y", locale="en_GB")
