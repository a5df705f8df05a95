"""`preview.html`: the issue in every guise, what preflight found, and why each story is there.

For the staff, before it is sent. One file that needs nothing but the pictures beside it: it runs no
script and asks no network, which its content security policy enforces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.archive.desk import desk_page
from digest.archive.guises import dress
from digest.preflight import MAX_HTML_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from digest.model import Issue, Placement
    from digest.outgoing import Email
    from digest.preflight import Finding

RUNNERS_UP_SHOWN = 10  # the others fold away


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


def preview_page(
    issue: Issue,
    email: Email,
    findings: Sequence[Finding],
    local: Mapping[str, str],
    templates: Sequence[Path],
    size_bytes: int,
) -> str:
    """Render the preview; `local` gives the local copy of an image's URL, relative to the page.

    `size_bytes` is what the HTML has when it is sent.
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
        views=(
            _view("desktop", "Desktop", "680 px wide", guises.desktop),
            _view("phone", "Phone", "375 px wide", guises.phone, width=375),
            _view("dark", "Dark", "where the system is dark", guises.dark),
            _view("images-off", "Images off", "before a reader allows pictures", guises.images_off),
            _view("no-styles", "No styles", "where an app drops all CSS", guises.unstyled),
        ),
        unseen=guises.unseen,
        places=_places(issue),
        shown=RUNNERS_UP_SHOWN,
    )


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
