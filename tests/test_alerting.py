"""The editors get an email when an issue needs a person: once, and never at the morning's cost."""

from __future__ import annotations

import datetime as dt
import email
import socket
from contextlib import contextmanager
from dataclasses import replace
from email.policy import default
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from deliverers import Post
from fiction import CUTOFF, TODAY
from posts import smtp
from publication import newsroom_of, write_publication
from test_ledger import enlist
from test_releasing import DEADLINE, NO_SOURCE, SEND_AT, recorded, spoil

from digest.alerting import STANDS_STILL
from digest.approving import approve
from digest.model import IssueState
from digest.recipe import Approval
from digest.scheduler import tick

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from aiosmtpd.smtp import SMTP, Envelope, Session

    from digest.newsroom import Newsroom

DESK = "desk@courier.example"
ALERTS = f'[alerts]\nto = ["{DESK}"]\n'


class Box(Sink):
    """A mail server's handler that keeps what came for the desk, and all else apart."""

    def __init__(self) -> None:
        super().__init__()
        self.alerts: list[EmailMessage] = []
        self.others = 0
        self.put_off = ""

    async def handle_RCPT(  # noqa: N802  aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == self.put_off:
            return "450 4.2.1 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's
        assert isinstance(envelope.content, bytes)
        if envelope.rcpt_tos == [DESK]:
            self.alerts.append(email.message_from_bytes(envelope.content, policy=default))
        else:
            self.others += 1
        return "250 OK"

    @property
    def subjects(self) -> list[str]:
        return [one["Subject"] for one in self.alerts]

    def text(self, number: int = -1) -> str:
        return str(self.alerts[number].get_content())


@contextmanager
def mail_server() -> Iterator[tuple[Box, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


@pytest.fixture
def box_and_newsroom(tmp_path: Path) -> Iterator[tuple[Box, Newsroom]]:
    config = write_publication(tmp_path)
    with (config / "digest.toml").open("a", encoding="utf-8") as file:
        file.write(ALERTS)
    with mail_server() as (box, port), newsroom_of(config) as opened:
        yield box, replace(opened, deliverer=smtp(port))


def ticks(newsroom: Newsroom, *moments: dt.datetime) -> None:
    for now in moments:
        tick(newsroom, now, since=CUTOFF)


def every_ten_minutes(since: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    return [
        since + dt.timedelta(minutes=m) for m in range(0, int((until - since).seconds / 60), 10)
    ]


def test_an_issue_held_for_errors_is_told_of_once_with_the_command(
    box_and_newsroom: tuple[Box, Newsroom], tmp_path: Path
) -> None:
    box, newsroom = box_and_newsroom
    spoil(tmp_path)
    ticks(newsroom, CUTOFF, CUTOFF, SEND_AT)
    with newsroom_of(tmp_path / "config") as again:  # a restart
        ticks(replace(again, deliverer=newsroom.deliverer), SEND_AT, DEADLINE)
    (alert,) = box.alerts
    assert alert["Subject"] == "Held: The Daily Courier, 23 November 2026"
    assert alert["From"] == "The London Courier <daily@courier.example>"
    assert (alert["To"], alert["Auto-Submitted"]) == (DESK, "auto-generated")
    assert alert.get_content_type() == "text/plain"
    assert f"What happened: preflight found an error: {NO_SOURCE}" in box.text()
    assert "digest release 2026-11-23 --edition daily" in box.text()
    assert str(newsroom.out / "daily/2026-11-23/preview.html") in box.text()
    assert box.others == 0


def test_a_morning_that_goes_well_says_nothing(box_and_newsroom: tuple[Box, Newsroom]) -> None:
    box, newsroom = box_and_newsroom
    ticks(newsroom, *every_ten_minutes(CUTOFF, DEADLINE))
    assert (recorded(newsroom).state, box.alerts, box.others) == (IssueState.SENT, [], 1)


def test_too_few_stories_are_told(box_and_newsroom: tuple[Box, Newsroom], tmp_path: Path) -> None:
    box, newsroom = box_and_newsroom
    for feed in (tmp_path / "feeds").iterdir():
        feed.unlink()
    ticks(newsroom, CUTOFF, SEND_AT, DEADLINE)
    assert box.subjects == ["No issue: The Daily Courier, 23 November 2026"]
    assert "Preview" not in box.text()


def test_an_approval_is_asked_for_and_a_missed_deadline_told(
    box_and_newsroom: tuple[Box, Newsroom],
) -> None:
    box, newsroom = box_and_newsroom
    newsroom = replace(newsroom, edition=replace(newsroom.edition, approval=Approval.REQUIRED))
    ticks(newsroom, *every_ten_minutes(CUTOFF, DEADLINE))
    assert box.subjects == ["To approve: The Daily Courier, 23 November 2026"]
    assert "to go at 06:30" in box.text()
    assert "digest approve 2026-11-23 --edition daily" in box.text()
    ticks(newsroom, DEADLINE, DEADLINE + dt.timedelta(minutes=1))
    assert box.subjects[1:] == ["Missed: The Daily Courier, 23 November 2026"]
    assert "nobody approved it" in box.text()


def test_a_void_approval_is_asked_for_anew(box_and_newsroom: tuple[Box, Newsroom]) -> None:
    box, newsroom = box_and_newsroom
    newsroom = replace(newsroom, edition=replace(newsroom.edition, approval=Approval.REQUIRED))
    ticks(newsroom, CUTOFF)
    approve(newsroom, TODAY, "Ada Quill", CUTOFF)
    path = newsroom.out / "daily/2026-11-23/message.eml"
    path.write_bytes(path.read_bytes() + b"And more.\r\n")
    ticks(newsroom, SEND_AT, SEND_AT + dt.timedelta(minutes=1))
    assert [subject.partition(":")[0] for subject in box.subjects] == ["To approve", "To approve"]
    assert "message.eml changed since Ada Quill approved it" in box.text()
    assert box.others == 0


def test_what_goes_by_itself_is_told_in_time_to_hold_it(
    box_and_newsroom: tuple[Box, Newsroom],
) -> None:
    box, newsroom = box_and_newsroom
    edition = replace(newsroom.edition, approval=Approval.VETO_UNTIL_SEND)
    newsroom = replace(newsroom, edition=edition)
    ticks(newsroom, CUTOFF)
    assert box.subjects == ["About to go: The Daily Courier, 23 November 2026"]
    assert "goes at 06:30 unless you hold it" in box.text()
    assert "digest hold 2026-11-23 --edition daily" in box.text()
    ticks(newsroom, SEND_AT, SEND_AT + dt.timedelta(minutes=1))
    assert (len(box.alerts), box.others) == (1, 1)


def test_a_build_that_fails_is_told_once_however_often_it_is_tried(
    box_and_newsroom: tuple[Box, Newsroom], tmp_path: Path
) -> None:
    box, newsroom = box_and_newsroom
    spoil(tmp_path, "{% broken %}")
    ticks(newsroom, *every_ten_minutes(CUTOFF, SEND_AT))
    assert box.subjects == ["Failed: The Daily Courier, 23 November 2026"]
    assert "What happened: build failed: " in box.text()
    assert "It is tried again until the deadline." in box.text()


def test_a_send_that_stands_still_for_an_hour_is_told(
    box_and_newsroom: tuple[Box, Newsroom],
) -> None:
    box, newsroom = box_and_newsroom
    publication = replace(newsroom.publication, web_url="https://news.courier.example")
    newsroom = replace(newsroom, publication=publication)
    enlist(newsroom.store, 1)
    box.put_off = "a0@home.example"
    ticks(newsroom, CUTOFF, *every_ten_minutes(SEND_AT, SEND_AT + STANDS_STILL))
    assert (recorded(newsroom).state, box.alerts) == (IssueState.SENDING, [])
    ticks(newsroom, SEND_AT + STANDS_STILL, SEND_AT + STANDS_STILL + dt.timedelta(minutes=1))
    assert box.subjects == ["Failed: The Daily Courier, 23 November 2026"]
    assert "digest status 2026-11-23 --edition daily" in box.text()


def test_a_send_that_is_paused_is_told(box_and_newsroom: tuple[Box, Newsroom]) -> None:
    box, newsroom = box_and_newsroom
    ticks(newsroom, CUTOFF)
    newsroom.store.set_state("daily", TODAY, IssueState.SENDING, SEND_AT, "3 have yet to end")
    newsroom.store.pause_issue("daily", TODAY, "Ada Quill: wait")
    ticks(newsroom, SEND_AT, SEND_AT + dt.timedelta(hours=2))
    assert box.subjects == ["Held: The Daily Courier, 23 November 2026"]
    assert "its send is paused: Ada Quill: wait" in box.text()


def test_an_alert_that_cannot_be_sent_costs_nothing_and_goes_later(
    box_and_newsroom: tuple[Box, Newsroom], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    box, newsroom = box_and_newsroom
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = free.getsockname()[1]
    spoil(tmp_path)
    done = tick(replace(newsroom, deliverer=smtp(nobody)), CUTOFF, since=CUTOFF)
    assert [job.kind for job in done] == ["pull", "build"]
    assert "the editors could not be alerted" in caplog.text
    assert recorded(newsroom).state is IssueState.HELD
    ticks(newsroom, SEND_AT, DEADLINE)
    assert len(box.alerts) == 1


def test_words_that_change_at_every_try_do_not_fill_a_mailbox(
    box_and_newsroom: tuple[Box, Newsroom], tmp_path: Path
) -> None:
    box, newsroom = box_and_newsroom
    for number, now in enumerate(every_ten_minutes(CUTOFF, DEADLINE)[:8]):
        spoil(tmp_path, "\n" * number + "{% broken %}")
        ticks(newsroom, now)
    assert len(box.alerts) == 5


def test_nobody_is_told_where_nobody_is_named(
    box_and_newsroom: tuple[Box, Newsroom], tmp_path: Path
) -> None:
    _, newsroom = box_and_newsroom
    spoil(tmp_path)
    post = Post()
    ticks(replace(newsroom, deliverer=post, alerts_to=()), CUTOFF, SEND_AT)
    assert post.sent == []


def test_a_deliverer_that_only_saves_keeps_alerts_apart_from_issues(
    box_and_newsroom: tuple[Box, Newsroom], tmp_path: Path
) -> None:
    spoil(tmp_path)
    with newsroom_of(tmp_path / "config") as newsroom:
        ticks(newsroom, CUTOFF)
        assert (newsroom.out / "daily/alerts/2026-11-23/outbox" / f"{DESK}.eml").is_file()
        assert not (newsroom.out / "daily/2026-11-23/outbox").exists()
