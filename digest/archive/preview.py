"""`preview.html`: the issue in every guise, what preflight found, what changed, and why.

For the staff, before it is sent. One file that needs nothing but the pictures beside it: it runs no
script and asks no network, which its content security policy enforces.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.archive.changes import compare_issues
from digest.archive.desk import desk_page
from digest.archive.differences import Difference, difference
from digest.archive.guises import dress, plain_guise
from digest.archive.reading import reading_order
from digest.archive.variant import NO_STRIP, count_errors
from digest.preflight import MAX_HTML_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from digest.archive.guises import Guises
    from digest.archive.variant import Strip, Variant
    from digest.archive.versions import FormerVersion
    from digest.model import Issue, Placement
    from digest.outgoing import Email
    from digest.preflight import Finding

RUNNERS_UP_SHOWN = 10  # the others fold away
PHONE = 375  # pixels
UP = "../"  # from a variant's page to the issue's folder


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An email as the staff look it over: what preflight found, and the size that is sent."""

    email: Email
    findings: Sequence[Finding]
    size_bytes: int


def preview_page(
    issue: Issue,
    look: Look,
    local: Mapping[str, str],
    templates: Sequence[Path],
    *,
    beside: Beside = ALONE,
    strip: Strip = NO_STRIP,
    live: str = "",
) -> str:
    """Render the preview; `local` gives the local copy of an image's URL, relative to the page.

    `strip` leads to the variants. `live` is the version that a served preview asks after by its
    script; one on disk has no script.
    """
    guises = dress(look.email.html, local)
    return desk_page(
        "preview.html.j2",
        templates,
        **_told(look),
        issue=issue,
        views=_views(guises),
        unseen=guises.unseen,
        changes=compare_issues(beside.before, issue) if beside.before else None,
        restyling=_restyling(look.email, beside.former, local) if beside.former else None,
        places=_places(issue),
        shown=RUNNERS_UP_SHOWN,
        held=count_errors(look.findings) > 0,
        strip=strip,
        variant=None,
        up="",
        live=live,
    )


def variant_page(
    variant: Variant,
    whole: Issue,
    local: Mapping[str, str],
    templates: Sequence[Path],
    *,
    strip: Strip,
    held: bool,
    live: str = "",
) -> str:
    """Render the preview of a variant, from the same template, for a folder within the issue's.

    It shows the email in fewer guises, and leaves reasons and changes to the preview of the whole.
    `local` is relative to that; the issue is `held` for errors in any of its emails.
    """
    look = Look(
        email=variant.looked_at or variant.email,
        findings=variant.findings,
        size_bytes=len(variant.email.html.encode()),
    )
    guises = dress(look.email.html, {url: f"{UP}{name}" for url, name in local.items()})
    shown = {section.title for section in variant.issue.sections}
    return desk_page(
        "preview.html.j2",
        templates,
        **_told(look),
        issue=replace(variant.issue, hold=whole.hold, notices=()),
        views=_few_views(guises),
        unseen=guises.unseen,
        changes=None,
        restyling=None,
        left_out=tuple(one.title for one in whole.sections if one.title not in shown),
        held=held,
        strip=strip,
        variant=variant,
        up=UP,
        live=live,
    )


def _told(look: Look) -> dict[str, object]:
    """Give what both kinds of page tell of an email."""
    errors = count_errors(look.findings)
    return {
        "email": look.email,
        "findings": look.findings,
        "errors": errors,
        "warnings": len(look.findings) - errors,
        "size_bytes": look.size_bytes,
        "size_limit_bytes": MAX_HTML_BYTES,
        "spoken": reading_order(look.email.html),
    }


def _few_views(guises: Guises) -> tuple[View, ...]:
    """Give the guises in which languages and sections differ: a page of all has twice the size."""
    return (
        _view("desktop", "Desktop", "680 px wide", guises.desktop),
        _view("phone", "Phone", "375 px wide", guises.phone, width=PHONE),
        _view("dark", "Dark", "where the system is dark", guises.dark),
    )


def _views(guises: Guises) -> tuple[View, ...]:
    return (
        *_few_views(guises),
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
