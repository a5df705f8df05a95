"""The public archive as it stands in `out/public/`: its index, its feed, the issues' pages.

Nothing but these files is served, so that nothing that lies beside them can be asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, request, send_from_directory

from digest.archive import PUBLIC_FEED, PUBLIC_FOLDER, PUBLIC_PAGE, PUBLIC_PICTURE

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

# Another picture has another name: mail servers that fetch one for their readers may keep it.
PICTURE_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable"}  # a year (RFC 8246)
KEPT = (200, 304)


def archive_pages(out: Path) -> Blueprint:
    """Make the pages `/`, `/atom.xml` and `/<edition>/<date>/`, as they are in `out/public/`.

    Beside an issue, under `images/`, are its pictures, which emails show too.
    """
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

    @pages.get("/<edition>/<day>/images/<name>")
    def picture(edition: str, day: str, name: str) -> Response:
        if not PUBLIC_PICTURE.fullmatch(name):
            abort(404)
        return send_from_directory(folder, f"{edition}/{day}/images/{name}")

    @pages.after_request
    def for_everybody(response: Response) -> Response:
        kept = request.endpoint == "archive.picture" and response.status_code in KEPT
        response.headers.update(HEADERS | (PICTURE_HEADERS if kept else {}))
        return response

    return pages
