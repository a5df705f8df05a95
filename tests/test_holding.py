"""An issue that the editors hold is built and shown, and not sent until they let it go."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from deliverers import Post
from fiction import CUTOFF, TODAY
from loopback import visitor
from publication import AT, digest, facts, newsroom_of, write_publication

from digest.building import build
from digest.errors import AlreadyIssued, DeliveryError, Held
from digest.model import IssueState
from digest.pulling import pull
from digest.scheduler import tick
from digest.sending import send

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.newsroom import Newsroom
    from digest.store import IssueRecord

HOLD = '[issue]\nhold = "the lawyers read it"\n'
WHY = f"the lawyers read it (config/choices/daily/{TODAY}.toml, issue.hold)"
SEND_AT = CUTOFF + dt.timedelta(hours=1)
DEADLINE = CUTOFF + dt.timedelta(hours=5)


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom_of(write_publication(tmp_path)) as opened:
        pull_all(opened)
        yield opened


def pull_all(newsroom: Newsroom) -> None:
    async def work() -> None:
        async with visitor() as http:
            await pull(newsroom, http, CUTOFF)

    asyncio.run(work())


def decide(root: Path, text: str) -> Path:
    """Write the day's choices into the publication in `root`."""
    path = root / f"config/choices/daily/{TODAY}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def recorded(newsroom: Newsroom) -> IssueRecord:
    record = newsroom.store.issue("daily", TODAY)
    assert record is not None
    return record


def gallery(newsroom: Newsroom) -> str:
    return (newsroom.out / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("deliverer", [None, Post()])
def test_a_held_issue_is_built_recorded_and_shown_with_its_reason_and_not_sent(
    newsroom: Newsroom, tmp_path: Path, deliverer: Post | None
) -> None:
    newsroom = replace(newsroom, deliverer=deliverer or newsroom.deliverer)
    decide(tmp_path, HOLD)
    built = build(newsroom, TODAY, CUTOFF, CUTOFF)
    assert (built.state, built.issue.hold) == (IssueState.HELD, WHY)
    assert (recorded(newsroom).state, recorded(newsroom).note) == (IssueState.HELD, WHY)
    with pytest.raises(Held, match="the issue is held: the lawyers read it"):
        send(newsroom, TODAY, CUTOFF)
    assert not (built.folder / "outbox").exists()
    assert WHY in gallery(newsroom)
    assert WHY in (built.folder / "preview.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("deliverer", [None, Post()])
def test_a_hold_that_is_taken_out_leaves_a_draft_that_can_be_sent(
    newsroom: Newsroom, tmp_path: Path, deliverer: Post | None
) -> None:
    newsroom = replace(newsroom, deliverer=deliverer or newsroom.deliverer)
    path = decide(tmp_path, HOLD)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    path.unlink()
    with pytest.raises(Held):  # the issue that was saved says of itself that it is held
        send(newsroom, TODAY, CUTOFF)
    assert build(newsroom, TODAY, CUTOFF, CUTOFF).state is IssueState.DRAFT
    assert recorded(newsroom).note == ""
    assert [outcome.state for outcome in send(newsroom, TODAY, CUTOFF)] == ["sent"]


def test_a_hold_that_comes_after_the_build_stops_the_send_all_the_same(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    post = Post()
    newsroom = replace(newsroom, deliverer=post)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    decide(tmp_path, HOLD)
    with pytest.raises(Held, match="the lawyers read it"):
        send(newsroom, TODAY, CUTOFF)
    assert post.sent == []
    assert (recorded(newsroom).state, recorded(newsroom).note) == (IssueState.HELD, WHY)
    assert WHY in gallery(newsroom)


def test_an_editors_hold_is_not_taken_for_a_send_that_died(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    newsroom = replace(newsroom, deliverer=Post(dies=True))
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    with pytest.raises(DeliveryError, match="went dead"):
        send(newsroom, TODAY, CUTOFF)
    path = decide(tmp_path, HOLD)
    with pytest.raises(Held, match="a send of it began and did not end"):
        send(newsroom, TODAY, CUTOFF)
    path.unlink()
    with pytest.raises(Held, match="a send of it began and did not end"):
        build(newsroom, TODAY, CUTOFF, CUTOFF)
    assert recorded(newsroom).note == "the line went dead"


def test_what_left_in_part_stays_so_though_a_copy_is_saved_meanwhile(newsroom: Newsroom) -> None:
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    with pytest.raises(DeliveryError):
        send(replace(newsroom, deliverer=Post(dies=True)), TODAY, CUTOFF)
    build(newsroom, TODAY, CUTOFF, CUTOFF)  # into the folder
    with pytest.raises(Held, match="did not end"):
        send(replace(newsroom, deliverer=Post()), TODAY, CUTOFF)


def test_an_issue_that_went_out_is_not_held_afterwards(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom = replace(newsroom, deliverer=Post())
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    send(newsroom, TODAY, CUTOFF)
    decide(tmp_path, HOLD)
    with pytest.raises(AlreadyIssued):
        build(newsroom, TODAY, CUTOFF, CUTOFF)
    assert recorded(newsroom).state is IssueState.SENT


def test_the_scheduler_alerts_of_a_hold_sends_nothing_and_leaves_it_held(
    newsroom: Newsroom, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    post = Post()
    newsroom = replace(newsroom, deliverer=post)
    decide(tmp_path, HOLD)
    caplog.set_level(logging.WARNING)
    for now in (
        CUTOFF,
        SEND_AT,
        SEND_AT + dt.timedelta(minutes=1),
        DEADLINE,
        DEADLINE + dt.timedelta(hours=1),
    ):
        tick(newsroom, now, since=CUTOFF)
    alerts = [record.getMessage() for record in caplog.records if WHY in record.getMessage()]
    assert alerts == [f"held by the editors: {WHY}"]
    assert post.sent == []
    assert (recorded(newsroom).state, recorded(newsroom).note) == (IssueState.HELD, WHY)


def test_the_scheduler_alerts_once_of_a_hold_that_comes_after_its_build(
    newsroom: Newsroom, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tick(newsroom, CUTOFF, since=CUTOFF)
    decide(tmp_path, HOLD)
    caplog.set_level(logging.WARNING)
    for minutes in range(0, 300, 30):
        tick(newsroom, SEND_AT + dt.timedelta(minutes=minutes), since=CUTOFF)
    alerts = [record.getMessage() for record in caplog.records if WHY in record.getMessage()]
    assert len(alerts) == 1
    assert "issue is held" in alerts[0]
    assert recorded(newsroom).state is IssueState.HELD


def test_the_scheduler_sends_what_was_let_go_and_built_before_the_deadline(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    path = decide(tmp_path, HOLD)
    tick(newsroom, CUTOFF, since=CUTOFF)
    tick(newsroom, SEND_AT, since=CUTOFF)
    path.unlink()
    later = SEND_AT + dt.timedelta(minutes=10)
    build(newsroom, TODAY, CUTOFF, later)
    tick(newsroom, later, since=CUTOFF)
    assert recorded(newsroom).state is IssueState.SENT


def test_run_builds_a_held_issue_and_exits_with_4_naming_reason_and_file(tmp_path: Path) -> None:
    write_publication(tmp_path)
    path = decide(tmp_path, HOLD)
    told = digest(tmp_path, "run", "--at", AT, code=4)
    assert "Issue:   out/daily/2026-11-23/preview.html" in told
    assert f"the issue is held: {WHY}" in told
    assert "Sent" not in told
    printed = json.loads(
        digest(tmp_path, "run", "--at", AT, "--json", code=4).partition("digest:")[0]
    )
    assert printed["hold"] == WHY
    assert not (tmp_path / "out/daily/2026-11-23/outbox").exists()
    (issue,) = facts(tmp_path, "status")["issues"]
    assert (issue["state"], issue["note"]) == ("held", WHY)
    digest(tmp_path, "build", "--at", AT)
    path.unlink()
    assert "Sent 1 email" in digest(tmp_path, "run", "--at", AT)
    assert "byte for byte" in digest(tmp_path, "replay")


@pytest.mark.parametrize("slip", ["hold = the lawyers\n", 'Hold = "x"\n'])
def test_a_hold_that_cannot_be_read_holds_all_the_same(
    newsroom: Newsroom, tmp_path: Path, slip: str
) -> None:
    tick(newsroom, CUTOFF, since=CUTOFF)
    path = decide(tmp_path, f"[issue]\n{slip}")
    tick(newsroom, SEND_AT, since=CUTOFF)
    assert recorded(newsroom).state is IssueState.HELD
    assert "cannot be read, and seem to hold it" in recorded(newsroom).note
    path.unlink()
    build(newsroom, TODAY, CUTOFF, SEND_AT)
    tick(newsroom, SEND_AT, since=CUTOFF)
    assert recorded(newsroom).state is IssueState.SENT


def test_status_tells_why_an_issue_is_held(tmp_path: Path) -> None:
    write_publication(tmp_path)
    decide(tmp_path, HOLD)
    digest(tmp_path, "run", "--at", AT, code=4)
    assert "held: the lawyers read it" in " ".join(digest(tmp_path, "status").split())
