"""Resume: go on with a send from the ledger, until nothing of it is open.

The publication's own copy is out, and every subscriber has a delivery; whoever works on it, and how
often it was broken off, is all the same.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from digest import archive
from digest.approving import unchanged_folder
from digest.dispatching import dispatch
from digest.errors import Busy, DeliveryError, DigestError
from digest.ledger import DeliveryState
from digest.model import IssueState
from digest.resting import Rests

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from digest.newsroom import Newsroom
    from digest.store import IssueRecord

log = logging.getLogger(__name__)


def go_on(
    newsroom: Newsroom, date: dt.date, now: dt.datetime, stopping: Callable[[], bool]
) -> bool:
    """Send to all whose delivery waits, and note where that leaves the issue.

    Says whether anything came of it: whether more deliveries have ended.

    What cannot be sent now waits in the ledger, so that a dead line is no reason to hold the issue.
    No lease is held meanwhile: the ledger keeps any number of senders apart.
    """
    edition, store = newsroom.edition.name, newsroom.store
    before = store.tally(edition, date)
    try:
        if before.open:
            require_way_out(newsroom, date)
            show(newsroom, now)  # whoever has it may view it in a browser from now on
            dispatch(newsroom, date, saved_messages(newsroom, date), stopping)
    except DigestError as error:
        log.warning("%s %s: %s; it goes on later", edition, date, error)
    finally:
        store.end_send(edition, date)
        show(newsroom, now)
    return store.tally(edition, date).open < before.open


def recover(
    newsroom: Newsroom,
    now: dt.datetime,
    stopping: Callable[[], bool] = lambda: False,
    rests: Rests | None = None,
) -> None:
    """Go on with sends that have yet to end, and bring issues out of one that died.

    Those that rest are left alone; whatever breaks one is logged, and what else is due goes on.

    What subscribers have yet to get is in the ledger, and is sent, unless somebody paused it.
    Without any, an issue becomes a draft, or is held where something may have left.
    """
    for record in newsroom.store.issues(newsroom.edition.name):
        if stopping():
            break
        if record.state is not IssueState.SENDING or record.paused:
            continue
        try:
            _recover(newsroom, record, now, stopping, rests or Rests())
        except DigestError as error:
            log.warning("%s %s: %s", record.edition, record.date, error)
        except Exception:
            log.exception("%s %s could not be gone on with", record.edition, record.date)


def _recover(
    newsroom: Newsroom,
    record: IssueRecord,
    now: dt.datetime,
    stopping: Callable[[], bool],
    rests: Rests,
) -> None:
    this = (record.edition, record.date)
    tally, clock = newsroom.store.tally(*this), newsroom.clock
    if not tally.candidates:
        _recover_own_copy(newsroom, record.date, now)
    elif tally.is_anything_due(clock()) and not rests.rests(this, clock()):
        carried = go_on(newsroom, record.date, now, stopping)
        rests.note(this, clock(), carried=carried)


def _recover_own_copy(newsroom: Newsroom, date: dt.date, now: dt.datetime) -> None:
    """Bring an issue out of a send that died before anybody had a delivery."""
    edition = newsroom.edition.name
    with suppress(Busy), newsroom.alone_with(date):
        record = newsroom.store.issue(edition, date)
        going_on = newsroom.store.tally(edition, date).candidates
        if record is None or record.state is not IssueState.SENDING or going_on:
            return  # whoever was at it has done so meanwhile
        held = newsroom.deliverer.irrevocable
        state = IssueState.HELD if held else IssueState.DRAFT
        note = "a send ended before it was done"
        log.error("%s %s: %s; it is %s now", edition, date, note, state)
        newsroom.store.set_state(edition, date, state, now, note, begun=held)
        show(newsroom, now)


def settle(
    newsroom: Newsroom, date: dt.date, marks: Sequence[bytes], by: str, *, arrived: bool
) -> int:
    """Say what became of deliveries that nobody knows of: they arrived, or they go once more.

    All of an issue's, or those of some people. Gives how many there were.
    """
    edition, now = newsroom.edition.name, newsroom.clock()
    state = DeliveryState.SENT if arrived else DeliveryState.PENDING
    settled = newsroom.store.settle(edition, date, marks, state, detail=f"settled by {by}", now=now)
    newsroom.store.end_send(edition, date)
    show(newsroom, now)
    return settled


def require_way_out(newsroom: Newsroom, date: dt.date) -> None:
    """Raise DeliveryError where there are subscribers, and they would have no way out."""
    if not newsroom.store.wishes(newsroom.edition.name, date):
        return
    publication = newsroom.publication
    where = f"{newsroom.edition.name} {date}"
    lacking = [
        name
        for name, value in (
            ("[web] base_url", publication.web_url),
            ("[publication] postal_address", publication.postal_address),
        )
        if not value.strip()
    ]
    if lacking:
        raise DeliveryError(
            "nothing is sent to subscribers who could not leave, or would not know whom",
            where=where,
            hint=f"Set {' and '.join(lacking)} in digest.toml, and run `digest web` there",
        )
    # RFC 8058 §3.1: mail programs post to https alone.
    if not (publication.web_url.startswith("https://") and publication.web_url.isascii()):
        raise DeliveryError(
            f"nobody could leave by a link to {publication.web_url}",
            where=where,
            hint="Set [web] base_url to an address in ASCII that begins with https://",
        )


def saved_messages(newsroom: Newsroom, date: dt.date) -> archive.Messages:
    """Give what was saved for each variant. Raises DeliveryError where files are not as built."""
    return archive.Messages(unchanged_folder(newsroom, date))


def show(newsroom: Newsroom, now: dt.datetime) -> None:
    """Refresh the pages; that they cannot be written must not hide how the send ended."""
    for refresh, name in (
        (newsroom.refresh_public, "public archive"),
        (newsroom.refresh_gallery, "gallery"),
    ):
        try:
            refresh(now)
        except (DigestError, OSError) as error:
            log.warning("the %s could not be written: %s", name, error)
