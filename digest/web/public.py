"""The application for readers: its parts, its headers, its pages for what went wrong.

A part is a blueprint, made by a function of what it needs. Nothing here sets a cookie, and no
address of a reader is kept or logged.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from digest.errors import DigestError, LinkError
from digest.rendering import reader_page, words_in
from digest.web.archive import archive_pages
from digest.web.clicks import click_pages
from digest.web.leaving import leaving_pages
from digest.web.preferences import preference_pages

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from digest.recipe import Publication
    from digest.store import Store
    from digest.web.faces import Faces

log = logging.getLogger(__name__)

# No script, no frame, no outsider; and no other site learns from which page a reader came.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
# Kinds of what may go wrong (RFC 9110 §15).
BAD_REQUEST, NOT_FOUND, SERVER_ERROR = 400, 404, 500


def create_app(
    store: Store,
    faces: Faces,
    *,
    out: Path,
    clock: Callable[[], dt.datetime],
) -> Flask:
    """Make the WSGI application: the public archive in `out`, whenever there is one, and the rest.

    Raises TemplateError when a page cannot be rendered.
    """
    pages = message_pages(faces.publication, faces.templates)
    faces.rehearse(clock().date())
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(click_pages(store, clock))
    app.register_blueprint(leaving_pages(store, faces, clock))
    app.register_blueprint(preference_pages(store, faces, clock))
    app.register_blueprint(archive_pages(out))

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        status = error.code or 500
        kind = min(status, SERVER_ERROR)
        return Response(pages.get(kind, pages[BAD_REQUEST]), status)

    @app.errorhandler(LinkError)
    def unknown(error: LinkError) -> Response:  # noqa: ARG001  what is wrong with it is told to nobody
        return Response(pages[NOT_FOUND], NOT_FOUND)

    @app.errorhandler(DigestError)
    def failed(error: DigestError) -> Response:
        log.error("%s", error)
        return Response(pages[SERVER_ERROR], 503)

    @app.after_request
    def guarded(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)  # a part may have said otherwise
        return response

    return app


def message_pages(publication: Publication, templates: Sequence[Path]) -> Mapping[int, str]:
    """Render the pages for what went wrong, by their kind, before anything does.

    Raises TemplateError naming file and line.
    """
    words = words_in(templates, publication.language)
    said = {
        NOT_FOUND: (
            words.say("This page is not here"),
            words.say("The link may be cut off, or older than what we keep."),
        ),
        SERVER_ERROR: (
            words.say("This page cannot be shown now"),
            words.say("Please try again in a few minutes."),
        ),
        BAD_REQUEST: (
            words.say("This page cannot be shown like that"),
            words.say("Please follow the link in your newsletter."),
        ),
    }
    return {
        kind: reader_page("message.html.j2", templates, publication, title=title, text=text)
        for kind, (title, text) in said.items()
    }
