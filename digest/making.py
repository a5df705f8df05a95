"""Make: render an issue with the present theme, look it over, and gather what it is saved with.

What a build saves and a live preview shows. Reads, and writes nothing.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest import __version__, archive
from digest.errors import DigestError, StoreError
from digest.expressing import express
from digest.model import OUT
from digest.outgoing import Subscriber
from digest.preflight import Finding, Former, check_email, held_by, located
from digest.rendering import theme_fingerprint, theme_sources
from digest.variants import most_wanted, wishes_of
from digest.varying import findings_beside, vary

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from digest.expressing import Expressed
    from digest.inputs import Inputs
    from digest.model import Issue
    from digest.newsroom import Newsroom
    from digest.picture import Picture
    from digest.store import IssueRecord
    from digest.variants import Wanted, Wishes


VARIANTS_MADE = 64  # a tenth of a second each, and a quarter of a megabyte of preview


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """Who approved an issue, when, and what of it: its manifest's hash."""

    by: str = ""
    at: dt.datetime | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An issue ready to be saved.

    `approval` is that of a former build which made the very same of all that leaves the house, be
    it in spite of errors; None if nobody approved it.
    """

    saved: archive.SavedIssue
    approval: Approved | None

    @property
    def hold(self) -> str:
        """Why it is held: by the editors' word, or for errors that nobody released."""
        return self.saved.issue.hold or (
            "" if self.approval else held_by(tuple(self.saved.findings))
        )


def make(newsroom: Newsroom, inputs: Inputs, planned: Issue) -> Made:
    """Make an issue of its plan. Raises TemplateError, and DigestError for what is missing."""
    made = express(inputs, planned, newsroom.themes, lambda one: _data_of(newsroom, one))
    records = newsroom.store.issues(planned.edition)  # newest first
    earlier = tuple(one for one in records if one.date < planned.date)
    found = check_email(made.email, former=_former(newsroom, earlier))
    wanted = _wanted(newsroom, planned)
    variants = _variants(newsroom, inputs, made, wanted)
    saved = archive.SavedIssue(
        issue=made.issue,
        email=made.email,
        looked_at=made.looked_at,
        message=made.message,
        page=made.page,
        inputs=archive.dump(inputs),
        findings=(
            *(located(found, theme_sources(newsroom.themes)) if found else ()),
            *findings_beside(found, variants),
            *_uncopied(newsroom, made),
        ),
        pictures=_copies(newsroom, made),
        variants=variants,
        wanted=wanted,
        version=__version__,
        theme=theme_fingerprint(newsroom.themes),
        beside=archive.Beside(
            before=_issue_before(newsroom, earlier),
            former=_former_version(newsroom, inputs, planned),
        ),
    )
    before = next((one for one in records if one.date == planned.date), None)
    return Made(saved=saved, approval=_approval(before, archive.outgoing_sha256(saved)))


def _approval(before: IssueRecord | None, sha256: str) -> Approved | None:
    """Give the approval of what was built before, where the same was made again."""
    if before is None or before.approved_sha256 != sha256:
        return None
    return Approved(by=before.approved_by, at=before.approved_at, sha256=sha256)


def _wanted(newsroom: Newsroom, planned: Issue) -> Wanted:
    """Count how many subscribers want the issue in which way, as of now."""
    counted: Counter[Wishes] = Counter()
    for (sections, language), number in newsroom.store.wishes(
        planned.edition, planned.date
    ).items():
        one = Subscriber(address="", sections=sections, language=language)
        counted[wishes_of(one, newsroom.edition, newsroom.publication)] += number
    return most_wanted(counted, VARIANTS_MADE)


def _variants(
    newsroom: Newsroom, inputs: Inputs, made: Expressed, wanted: Wanted
) -> tuple[archive.Variant, ...]:
    """Make the issue as its subscribers want it, its findings located in the theme."""
    variants = vary(inputs, made, wanted.variants, newsroom.themes)
    if not any(one.findings for one in variants):
        return variants
    sources = theme_sources(newsroom.themes)
    return tuple(replace(one, findings=located(one.findings, sources)) for one in variants)


def _former(newsroom: Newsroom, earlier: Iterable[IssueRecord]) -> Former | None:
    """Give what the last issue that readers got said in the inbox."""
    record = next((one for one in earlier if one.state in OUT), None)
    if record is None:
        return None
    saved = _saved(newsroom, record)
    return Former(subject=record.subject, preheader=saved.preheader if saved else "")


def _issue_before(newsroom: Newsroom, earlier: Iterable[IssueRecord]) -> Issue | None:
    """Give the issue before this one: the last that left the house, else the last there is."""
    left_first = sorted(earlier, key=lambda one: one.state not in OUT)
    saved = (_saved(newsroom, one) for one in left_first)
    return next((one for one in saved if one), None)


def _saved(newsroom: Newsroom, record: IssueRecord) -> Issue | None:
    """Read an issue's plan; None for one that was never made, or whose folder is gone."""
    try:
        return archive.read_issue(newsroom.out / record.edition / record.date.isoformat())
    except DigestError:
        return None


def _former_version(
    newsroom: Newsroom, inputs: Inputs, planned: Issue
) -> archive.FormerVersion | None:
    """Set the issue once more as the theme's last other version does, None without one."""
    themes = archive.former_themes(newsroom.out, newsroom.themes, planned.date)
    if not themes:
        return None
    files = archive.changed_files(themes, newsroom.themes)
    try:
        made = express(inputs, planned, themes, lambda one: _data_of(newsroom, one))
    except DigestError as error:
        return archive.FormerVersion(email=None, fault=error.what, files=files)
    return archive.FormerVersion(email=made.looked_at or made.email, fault="", files=files)


def _copies(newsroom: Newsroom, made: Expressed) -> dict[str, archive.Copy]:
    """Load the copies of the issue's pictures, so that previews show them without a network.

    They are by the address at which the email shows them.
    """
    ours = {one.ready for one in made.pictures if one.ours}
    copied = {picture.url for picture in made.copies.values()}
    return _bundled_copies(newsroom, made.issue, copied) | {
        address: archive.Copy(
            name=picture.name, data=_data_of(newsroom, picture), readers=picture in ours
        )
        for address, picture in made.copies.items()
    }


def _bundled_copies(newsroom: Newsroom, issue: Issue, copied: set[str]) -> dict[str, archive.Copy]:
    """Read the bundled files of the issue's other pictures; one that cannot be read is left out."""
    copies = {}
    for url in sorted({one.image.url for one in issue.placements if one.image} - copied):
        if file := newsroom.bundled_picture(url):
            with suppress(OSError):
                copies[url] = archive.Copy(name=archive.picture_name(url), data=file.read_bytes())
    return copies


def _data_of(newsroom: Newsroom, picture: Picture) -> bytes:
    data = newsroom.store.picture_data(picture)
    if data is None:
        raise StoreError(
            "a picture was fetched anew at this moment",
            where=picture.url,
            hint="Build the issue again",
        )
    return data


def _uncopied(newsroom: Newsroom, made: Expressed) -> Iterator[Finding]:
    """Tell the staff which pictures have no copy, and why, each once."""
    lacking = {one.url: one for one in made.pictures if not one.ready}
    for url, one in lacking.items():
        why = one.picture.fault if one.picture else "it was not fetched before the issue was built"
        what = "a picture stays linked" if one.ours else "the preview lacks a picture"
        if one.ours or newsroom.bundled_picture(url) is None:
            yield Finding(level="warning", rule="picture-copy", message=f"{what}: {why}", where=url)
