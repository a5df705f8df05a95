"""The way out: a page with one button, and what becomes of it (RFC 8058)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from digest import subscribing
from digest.tokens import Purpose
from digest.web.signed import HEADERS, visit

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from werkzeug.wrappers import Response

    from digest.store import Store
    from digest.web.faces import Faces

# The page of preferences leads here with its own.
PURPOSES = (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES)


def leaving_pages(store: Store, faces: Faces, clock: Callable[[], dt.datetime]) -> Blueprint:
    """Make the pages `/u/<token>`.

    To look is not to leave: programs that scan mail follow its links. To send anything there is,
    whatever it is and as often as it comes: mail programs send what RFC 8058 §3.2 says, and people
    the form.
    """
    pages = Blueprint("leaving", __name__)

    @pages.get("/u/<token>")
    def ask(token: str) -> str:
        who = visit(store, token, *PURPOSES)
        return faces.ask(who.edition, who.language)

    @pages.post("/u/<token>")
    def leave(token: str) -> str:
        subscribing.unsubscribe(store, token, clock())
        who = visit(store, token, *PURPOSES)
        return faces.done(who.edition, who.language)

    @pages.after_request
    def with_a_form(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    return pages
