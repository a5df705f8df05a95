"""What a subscriber gets, as they choose it: sections, language, a pause."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, request

from digest import subscribing
from digest.errors import SubscriberError
from digest.tokens import Purpose
from digest.web.signed import HEADERS, visit
from digest.web.wishes import read_wishes, wishes_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from werkzeug.wrappers import Response

    from digest.store import Store
    from digest.web.faces import Faces
    from digest.web.signed import Visit
    from digest.web.wishes import Wishes


def preference_pages(store: Store, faces: Faces, clock: Callable[[], dt.datetime]) -> Blueprint:
    """Make the pages `/p/<token>`: the form, and the form as it was saved."""
    pages = Blueprint("preferences", __name__)
    zone = ZoneInfo(faces.publication.timezone)

    def today() -> dt.date:
        return clock().astimezone(zone).date()

    @pages.get("/p/<token>")
    def show(token: str) -> str:
        return _shown(store, faces, token, today())

    @pages.post("/p/<token>")
    def save(token: str) -> str | tuple[str, int]:
        who = visit(store, token, Purpose.PREFERENCES)
        if not (who.is_out or who.subscriber is None):
            wishes = _sent(faces, who.edition, wishes_of(who.subscriber, today()))
            try:
                until = wishes.ends(today())
            except SubscriberError:
                return _refused(faces, who, token, wishes, today()), 422
            _keep(store, token, wishes, until)
        return _shown(store, faces, token, today(), saved=True)

    @pages.after_request
    def with_a_form(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    return pages


def _shown(store: Store, faces: Faces, token: str, today: dt.date, *, saved: bool = False) -> str:
    """Show what is stored; who does not get the edition has nothing to choose, and is told so."""
    who = visit(store, token, Purpose.PREFERENCES)
    if who.is_out or who.subscriber is None:
        return faces.done(who.edition, who.language)
    wishes = wishes_of(who.subscriber, today)
    return faces.form(who.edition, wishes, today, token=token, language=who.language, saved=saved)


def _refused(faces: Faces, who: Visit, token: str, wishes: Wishes, today: dt.date) -> str:
    return faces.form(who.edition, wishes, today, token=token, language=who.language, refused=True)


def _sent(faces: Faces, edition: str, before: Wishes) -> Wishes:
    languages = faces.languages(before.language)
    try:
        return read_wishes(request.form, before, faces.sections(edition), languages)
    except SubscriberError:
        abort(400)


def _keep(store: Store, token: str, wishes: Wishes, until: dt.date | None) -> None:
    subscribing.set_preferences(store, token, sections=wishes.sections, language=wishes.language)
    subscribing.pause(store, token, until)
