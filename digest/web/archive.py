"""The public archive as it stands in `out/public/`: its index, its feed, the issues' pages.

Nothing but these files is served, so that nothing that lies beside them can be asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, send_from_directory

from digest.archive import PUBLIC_FEED, PUBLIC_FOLDER, PUBLIC_PAGE

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.wrappers import Response

# Pages for everybody: they may be found, kept if asked again, and show pictures from anywhere.
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; img-src http: https: data:; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Robots-Tag": "all",
}


def archive_pages(out: Path) -> Blueprint:
    """Make the pages `/`, `/atom.xml` and `/<edition>/<date>/`, as they are in `out/public/`."""
    pages = Blueprint("archive", __name__)
    folder = (out / PUBLIC_FOLDER).resolve()

    @pages.get("/")
    @pages.get(f"/{PUBLIC_PAGE}")
    def index() -> Response:
        return send_from_directory(folder, PUBLIC_PAGE)

    @pages.get(f"/{PUBLIC_FEED}")
    def feed() -> Response:
        return send_from_directory(folder, PUBLIC_FEED, mimetype="application/atom+xml")

    @pages.get("/<edition>/<day>/")
    @pages.get(f"/<edition>/<day>/{PUBLIC_PAGE}")
    def issue(edition: str, day: str) -> Response:
        return send_from_directory(folder, f"{edition}/{day}/{PUBLIC_PAGE}")

    @pages.after_request
    def for_everybody(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    return pages
