"""`out/public/`: what everybody may read: issues that were sent, an index of them, an Atom feed.

The folder can be published as it stands, at any address, and opens from disk. It holds nothing of
the staff's and nothing that is one subscriber's own. Each issue's page was rendered when the issue
was built, beside its email, and is copied here; so that a send renders no issue, and a thousand
issues cost it a look at a thousand names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from digest.archive.atom import atom_feed
from digest.archive.atomic import place
from digest.archive.folder import PAGE, read_issue
from digest.archive.public_pictures import copy_pictures, remove_pictures
from digest.errors import DigestError
from digest.rendering import WebPage, reader_page

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from digest.recipe import Publication

PUBLIC_FOLDER = "public"
PUBLIC_PAGE = "index.html"  # the index, and in a folder of its own each issue
PUBLIC_FEED = "atom.xml"
TOLD = 30  # issues of which the index says more than their subject
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicIssue:
    """An issue that was sent, as the index and the feed tell of it; its `subject` is its title."""

    edition: str
    date: dt.date
    subject: str
    standfirst: str
    sent_at: dt.datetime

    @property
    def address(self) -> str:
        """The issue's page, relative to the folder."""
        return _address(self.edition, self.date)


def page_on_web(publication: Publication, edition: str, date: dt.date) -> WebPage:
    """Give what the page of an issue leads to, and where it stands itself."""
    base = publication.web_url
    return WebPage(
        index=f"../../{PUBLIC_PAGE}",
        feed=f"../../{PUBLIC_FEED}",
        address=f"{base}/{_address(edition, date)}" if base else "",
    )


def is_public(out: Path, edition: str, date: dt.date) -> bool:
    """Whether everybody can read the issue."""
    return (out / PUBLIC_FOLDER / _address(edition, date)).is_file()


def publish_pictures(out: Path, edition: str, date: dt.date) -> None:
    """Make the pictures of a saved issue public, before its page is: its emails show them.

    The caller is alone with `out`. Raises OSError.
    """
    place = f"{edition}/{date.isoformat()}"
    copy_pictures(out / place, out / PUBLIC_FOLDER / place)


def write_public(
    out: Path,
    publication: Publication,
    issues: Sequence[PublicIssue],
    now: dt.datetime,
    *,
    templates: Sequence[Path],
    mailed: Collection[tuple[str, dt.date]] = (),
) -> None:
    """Make `out/public/` hold exactly these issues; what is right already is left as it is.

    The order of `issues` does not matter. An issue that was built before there was a public page is
    left out. Of issues that are `mailed` (edition and date), readers may have emails though there
    is no page: their pictures stay. The caller is alone with `out`. Raises TemplateError when the
    index's template is broken: the issues' pages are right then.
    """
    folder = out / PUBLIC_FOLDER
    if not issues and not folder.is_dir():
        return
    kept = {f"{edition}/{date.isoformat()}" for edition, date in mailed}
    _take_back(folder, {issue.address for issue in issues}, kept)
    shown = sorted(
        (issue for issue in issues if _copy(out, issue)),
        key=lambda issue: (-issue.date.toordinal(), issue.edition),
    )
    titles = _titles(out, shown)
    _settle(folder / PUBLIC_FEED, atom_feed(publication, shown, titles, now))
    page = reader_page(
        "issues.html.j2",
        templates,
        publication,
        titles=titles,
        years=_years(shown),
        told=frozenset(issue.address for issue in shown[:TOLD]),
        feed=PUBLIC_FEED,
    )
    _settle(folder / PUBLIC_PAGE, page.encode())


def _take_back(folder: Path, addresses: set[str], kept: set[str]) -> None:
    """Remove the pages of all other issues, and the pictures of those that are not `kept`.

    What a newsroom laid beside them is let be.
    """
    for issue in sorted(folder.glob("*/*/")):
        page = issue / PUBLIC_PAGE
        if not _DATE.fullmatch(issue.name) or _relative(folder, page) in addresses:
            continue
        page.unlink(missing_ok=True)
        if _relative(folder, issue) not in kept:
            remove_pictures(issue)
        for emptied in (issue, issue.parent):
            if not any(emptied.iterdir()):
                emptied.rmdir()


def _copy(out: Path, issue: PublicIssue) -> bool:
    """Put an issue's page in place unless it is there, as new as it was built; say if it is.

    Its pictures are there before it, and those that it showed before go after.
    """
    source = out / issue.edition / issue.date.isoformat() / PAGE
    target = out / PUBLIC_FOLDER / issue.address
    built, shown = _written_at(source), _written_at(target)
    if built and built >= shown:
        pictures = copy_pictures(source.parent, target.parent)
        _settle(target, source.read_bytes())
        remove_pictures(target.parent, keep=pictures)
    return bool(built or shown)


def _written_at(path: Path) -> int:
    """Give when a file was written, in nanoseconds, 0 if there is none."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _settle(path: Path, data: bytes) -> None:
    """Put a file in place unless it is there: what did not change keeps its date for caches."""
    if not (path.is_file() and path.read_bytes() == data):
        place(path, data)


def _titles(out: Path, newest_first: Iterable[PublicIssue]) -> dict[str, str]:
    """Give each edition's title as its newest issue has it, by its name, in order of names."""
    newest: dict[str, PublicIssue] = {}
    for issue in newest_first:
        newest.setdefault(issue.edition, issue)
    return {name: _title(out, issue) for name, issue in sorted(newest.items())}


def _title(out: Path, issue: PublicIssue) -> str:
    try:
        return read_issue(out / issue.edition / issue.date.isoformat()).masthead.title
    except DigestError:
        return issue.edition


def _years(
    newest_first: Sequence[PublicIssue],
) -> list[tuple[int, list[list[PublicIssue]]]]:
    """Part the issues by year, and within it by month."""
    return [
        (
            year,
            [list(issues) for _, issues in groupby(all_year, key=lambda issue: issue.date.month)],
        )
        for year, all_year in groupby(newest_first, key=lambda issue: issue.date.year)
    ]


def _address(edition: str, date: dt.date) -> str:
    return f"{edition}/{date.isoformat()}/{PUBLIC_PAGE}"


def _relative(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()
