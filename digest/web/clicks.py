"""Links of an issue that are counted on the way: where a link leads is the store's word alone.

What is kept is how often a page was opened from an issue in an hour. Nothing is kept of who opened
it; a reader who opens it twice counts twice.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, request

from digest.errors import StoreError
from digest.urls import is_web

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.datastructures import Headers
    from werkzeug.wrappers import Response

    from digest.store import Store

log = logging.getLogger(__name__)

# Who announces that no reader asked: browsers that load ahead, by these headers…
AHEAD = re.compile(r"prefetch|preview|prerender", re.IGNORECASE)
AHEAD_HEADERS = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")
# …and what looks links up before or instead of a reader, by name: scanners of mail, previews of
# chats, crawlers, programs. Those that pass for browsers are counted; nothing tells them apart.
# (CUBOT makes telephones, and Scandinavia is no scan.)
MACHINES = re.compile(
    r"(?<!cu)bot\b|crawl|spider|scan(?!dinav)|preview|iframely|proofpoint|mimecast|barracuda"
    r"|safelinks|urldefense|trendmicro|symantec|fortinet|sophos|googleimageproxy|google-read-aloud|yahoomailproxy"
    r"|facebookexternalhit|whatsapp|slack|skype|headless|lighthouse|curl|wget|python|java/"
    r"|go-http-client|libwww|okhttp|httpclient|node-fetch|axios|ruby|perl",
    re.IGNORECASE,
)


def click_pages(store: Store, clock: Callable[[], dt.datetime]) -> Blueprint:
    """Make the pages `/c/<edition>/<date>/<number>`, each of which leads on.

    Nothing is told of an issue that readers do not have, such as a draft or one that is held.
    """
    pages = Blueprint("clicks", __name__)

    @pages.get("/c/<edition>/<day>/<int(max=9999):number>")
    def follow(edition: str, day: str, number: int) -> Response:
        date = _date(day)
        url = date and store.click_target(edition, date, number)
        if not (date and url and is_web(url)):
            abort(404)
        response = redirect(url)
        if is_reader(request.method, request.headers):
            # The reader goes first: a store that is being written to keeps nobody waiting.
            response.call_on_close(partial(_count, store, edition, date, url, clock()))
        return response

    return pages


def is_reader(method: str, headers: Headers) -> bool:
    """Tell whether a person may be behind a request, for all that it says itself."""
    if method != "GET" or any(AHEAD.search(headers.get(name, "")) for name in AHEAD_HEADERS):
        return False
    agent = headers.get("User-Agent", "")
    return bool(agent) and not MACHINES.search(agent)


def _date(day: str) -> dt.date | None:
    try:
        date = dt.date.fromisoformat(day)
    except ValueError:
        return None
    return date if date.isoformat() == day else None


def _count(store: Store, edition: str, date: dt.date, url: str, now: dt.datetime) -> None:
    try:
        store.add_click(edition, date, url, now)
    except StoreError as error:
        log.warning("a click was not counted: %s", error)
