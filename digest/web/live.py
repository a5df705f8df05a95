"""The preview that a person designs and edits by: the page, and a script that asks if it is newest.

It is for the person at this very machine: it listens on loopback only, and answers no request that
came by another name, as a site's would whose name was turned to this address (DNS rebinding). The
script is ours alone: frames are sandboxed, and nothing else may run.
"""

from __future__ import annotations

import mimetypes
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from digest.archive import broken_page
from digest.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from digest.previewing import Glance, LivePreview

HOST = "127.0.0.1"
NAMES = frozenset({HOST, "localhost", "::1"})
PAGE = "preview.html"
PAGES = re.compile(rf"{re.escape(PAGE)}|variants/\w+\.html")  # those that follow what is edited
CLOSED = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; script-src 'self'; "
    f"connect-src 'self'; {CLOSED}"
)
# What is sent is shown with its pictures from where they are, and runs nothing.
SENT_POLICY = f"default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; {CLOSED}"
SCRIPT = """\
const shown = document.documentElement.dataset.version;
async function look() {
  try {
    const answer = await fetch("/version", { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== shown) {
      location.reload();
      return;
    }
    document.documentElement.classList.remove("lost");
  } catch {
    document.documentElement.classList.add("lost");
  }
  setTimeout(look, 500);
}
look();
"""


def create_live_app(preview: LivePreview, templates: Sequence[Path]) -> Flask:
    """Make the WSGI application. `templates` hold the page for what is broken: the built-in ones.

    `/` is the preview, other names are files of the issue, and `/version` is what the script asks.
    The page of a variant that nobody wants any more leads back to the whole.
    """
    app = Flask(__name__, static_folder=None)

    @app.before_request
    def only_from_here() -> None:
        if _host(request.host) not in NAMES:
            abort(421)  # RFC 9110 §15.5.20: this is no address of ours

    @app.get("/")
    def whole() -> Response:
        return _page(preview.glance(), PAGE, templates)

    @app.get("/version")
    def version() -> Response:
        return Response(preview.version(), mimetype="text/plain")

    @app.get("/live.js")
    def script() -> Response:
        return Response(SCRIPT, mimetype="text/javascript")

    @app.get("/<path:name>")
    def file(name: str) -> Response:
        glance = preview.glance()
        if PAGES.fullmatch(name):
            return _page(glance, name, templates)
        found = glance.files.get(name)
        if found is None:
            abort(404)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        answer = Response(found, mimetype=kind)
        answer.headers["Content-Security-Policy"] = SENT_POLICY
        return answer

    @app.after_request
    def guarded(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    return app


def _host(said: str) -> str:
    """Give the name in a Host header, without its port, "" for what is none."""
    try:
        return urlsplit(f"//{said}").hostname or ""
    except ValueError:
        return ""


def _page(glance: Glance, name: str, templates: Sequence[Path]) -> Response:
    """Answer with a page that follows what is edited, or with what is broken."""
    if broken := _broken(glance, templates):
        return broken
    found = glance.files.get(name)
    if found is None:
        return Response(status=303, headers={"Location": "/"})
    return Response(found, mimetype="text/html")


def _broken(glance: Glance, templates: Sequence[Path]) -> Response | None:
    """Answer with what is broken, if anything is."""
    if glance.fault is None:
        return None
    try:
        return Response(broken_page(glance.fault, glance.version, templates), 500)
    except TemplateError:  # whoever mends our own page sees its fault all the same
        return Response(str(glance.fault), 500, mimetype="text/plain")
