"""`preview.html`: the issue in every guise, what preflight found, what changed, and why.

For the staff, before it is sent. One file that needs nothing but the pictures beside it: it runs no
script and asks no network, which its content security policy enforces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.archive.changes import compare_issues
from digest.archive.desk import desk_page
from digest.archive.differences import Difference, difference
from digest.archive.guises import dress, plain_guise
from digest.archive.reading import reading_order
from digest.preflight import MAX_HTML_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from digest.archive.guises import Guises
    from digest.archive.versions import FormerVersion
    from digest.model import Issue, Placement
    from digest.outgoing import Email
    from digest.preflight import Finding

RUNNERS_UP_SHOWN = 10  # the others fold away
PHONE = 375  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One frame of the preview: an HTML document `width` pixels wide, as under a colour scheme."""

    key: str
    title: str
    note: str
    width: int
    scheme: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The placements of one place of the issue, in reading order."""

    title: str
    placements: tuple[Placement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restyling:
    """What the theme's last change made of this very issue, next to what it was before.

    `views` shows both, and is empty where the HTML is the same or there is none to show. `words`
    are the differences of what is read: as a screen reader says it, and the plain text.
    """

    fault: str
    views: tuple[View, ...]
    words: tuple[Difference, ...]
    files: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What an issue is compared with, None for nothing.

    `before` is the edition's issue before it; `former` what the last other version of the theme
    makes of the issue itself.
    """

    before: Issue | None = None
    former: FormerVersion | None = None


ALONE = Beside()


def preview_page(
    issue: Issue,
    email: Email,
    findings: Sequence[Finding],
    local: Mapping[str, str],
    templates: Sequence[Path],
    size_bytes: int,
    *,
    beside: Beside = ALONE,
    live: str = "",
) -> str:
    """Render the preview; `local` gives the local copy of an image's URL, relative to the page.

    `size_bytes` is what the HTML has when it is sent. `live` is the version that a served preview
    asks after by its script; one on disk has no script.
    """
    guises = dress(email.html, local)
    return desk_page(
        "preview.html.j2",
        templates,
        issue=issue,
        email=email,
        findings=findings,
        errors=sum(finding.level == "error" for finding in findings),
        warnings=sum(finding.level == "warning" for finding in findings),
        size_bytes=size_bytes,
        size_limit_bytes=MAX_HTML_BYTES,
        views=_views(guises),
        unseen=guises.unseen,
        spoken=reading_order(email.html),
        changes=compare_issues(beside.before, issue) if beside.before else None,
        restyling=_restyling(email, beside.former, local) if beside.former else None,
        places=_places(issue),
        shown=RUNNERS_UP_SHOWN,
        live=live,
    )


def _views(guises: Guises) -> tuple[View, ...]:
    return (
        _view("desktop", "Desktop", "680 px wide", guises.desktop),
        _view("phone", "Phone", "375 px wide", guises.phone, width=PHONE),
        _view("dark", "Dark", "where the system is dark", guises.dark),
        _view("images-off", "Images off", "before a reader allows pictures", guises.images_off),
        _view("outlook", "Outlook", "for Windows, nearly as Word sets it", guises.outlook),
        _view(
            "no-style-block",
            "No style block",
            "Gmail’s apps, other accounts",
            guises.blockless,
            width=PHONE,
        ),
        _view("no-styles", "No styles", "where an app drops all CSS", guises.unstyled),
    )


def _restyling(email: Email, former: FormerVersion, local: Mapping[str, str]) -> Restyling:
    """Compare an email with what the former version of its theme made of the same issue."""
    was = former.email
    if was is None:
        return Restyling(fault=former.fault, views=(), words=(), files=former.files)
    words = (
        difference("As it is read out", _lines_read(was), _lines_read(email)),
        difference("Plain text", was.text.splitlines(), email.text.splitlines()),
    )
    views = (
        _view("before", "Before", "as the former theme sets it", plain_guise(was.html, local)),
        _view("now", "Now", "as it is sent", plain_guise(email.html, local)),
    )
    return Restyling(
        fault="",
        views=views if was.html != email.html else (),
        words=tuple(one for one in words if one),
        files=former.files,
    )


def _lines_read(email: Email) -> list[str]:
    return [stop.line for stop in reading_order(email.html)]


def _view(key: str, title: str, note: str, html: str, width: int = 680) -> View:
    scheme = "dark" if key == "dark" else "light"
    return View(key=key, title=title, note=note, width=width, scheme=scheme, html=html)


def _places(issue: Issue) -> tuple[Place, ...]:
    """List what the issue holds, place by place, leaving out the empty ones."""
    places = [("Lead", (issue.lead,)), ("Related", issue.related)]
    places += [(section.title, section.cards) for section in issue.sections]
    if issue.popular:
        places.append((issue.popular.title, issue.popular.items))
    return tuple(Place(title=title, placements=them) for title, them in places if them)
