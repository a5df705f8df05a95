"""An issue that preflight's errors hold: built, told of, not sent until a person releases it."""

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
from publication import AT, digest, facts, newsroom_of, write_feed, write_publication

from digest.building import build
from digest.errors import DeliveryError, Held, Skipped
from digest.model import IssueState
from digest.pulling import pull
from digest.releasing import release
from digest.scheduler import tick
from digest.sending import send

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.newsroom import Newsroom
    from digest.store import IssueRecord

SEND_AT = CUTOFF + dt.timedelta(hours=1)
DEADLINE = CUTOFF + dt.timedelta(hours=5)
NO_SOURCE = "a picture has no src"
FOOTER = "templates/broadsheet/footer.html.j2"
SPOILT = """\
{% extends "base/footer.html.j2" %}
{% block sender %}
<img class="logo" alt="The Courier" width="40" height="40">
{{ super() }}
{% endblock %}
"""
TOMORROW = [
    ("Harbour pilots end their strike after nine days", "pilots"),
    ("A museum finds its founder was somebody else", "museum"),
    ("Snow shuts the moor road for a third night", "snow"),
    ("Bakers of Tanner’s Row win the bread prize", "bread"),
    ("Chess club evicted by a choir of forty", "chess"),
    ("Lamp oil returns to the corner shops", "lamp-oil"),
]


def spoil(root: Path, footer: str = SPOILT) -> Path:
    """Override the footer, so that it holds a picture without an address."""
    path = root / FOOTER
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(footer, encoding="utf-8")
    return path


def hold(root: Path) -> Path:
    path = root / f"config/choices/daily/{TODAY}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('[issue]\nhold = "the lawyers read it"\n', encoding="utf-8")
    return path


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    config = write_publication(tmp_path)
    spoil(tmp_path)
    with newsroom_of(config) as opened:
        pull_all(opened)
        yield opened


def pull_all(newsroom: Newsroom) -> None:
    async def work() -> None:
        async with visitor() as http:
            await pull(newsroom, http, CUTOFF)

    asyncio.run(work())


def recorded(newsroom: Newsroom) -> IssueRecord:
    record = newsroom.store.issue("daily", TODAY)
    assert record is not None
    return record


def gallery(newsroom: Newsroom) -> str:
    return (newsroom.out / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("deliverer", [None, Post()])
def test_an_issue_with_an_error_is_held_with_the_reason_and_the_templates_line(
    newsroom: Newsroom, deliverer: Post | None
) -> None:
    newsroom = replace(newsroom, deliverer=deliverer or newsroom.deliverer)
    built = build(newsroom, TODAY, CUTOFF, CUTOFF)
    assert built.state is IssueState.HELD
    assert built.hold == f"preflight found an error: {NO_SOURCE} ({FOOTER}:3)"
    record = recorded(newsroom)
    assert (record.state, record.note, record.errors) == (IssueState.HELD, built.hold, 1)
    with pytest.raises(Held, match=rf"{NO_SOURCE}.* digest release {TODAY}"):
        send(newsroom, TODAY, SEND_AT)
    assert not (built.folder / "outbox").exists()
    assert NO_SOURCE in gallery(newsroom)


def test_a_release_sends_it_and_says_who(newsroom: Newsroom) -> None:
    built = build(newsroom, TODAY, CUTOFF, CUTOFF)
    outcomes = release(newsroom, TODAY, "Ada Quill", CUTOFF)
    assert [outcome.state for outcome in outcomes] == ["sent"]
    assert outcomes[0].delivery.message == (built.folder / "message.eml").read_bytes()
    record = recorded(newsroom)
    assert (record.state, record.approved_by) == (IssueState.SENT, "Ada Quill")
    assert "released by Ada Quill" in gallery(newsroom)


def test_a_release_before_its_time_leaves_the_sending_to_the_scheduler(newsroom: Newsroom) -> None:
    post = Post()
    newsroom = replace(newsroom, deliverer=post)
    tick(newsroom, CUTOFF, since=CUTOFF)
    assert release(newsroom, TODAY, "Ada Quill", CUTOFF) == ()
    assert (recorded(newsroom).state, post.sent) == (IssueState.APPROVED, [])
    tick(newsroom, SEND_AT, since=CUTOFF)
    assert recorded(newsroom).state is IssueState.SENT
    assert len(post.sent) == 1
    assert recorded(newsroom).approved_by == "Ada Quill"


@pytest.mark.parametrize("now", [SEND_AT, DEADLINE + dt.timedelta(hours=2)])
def test_a_release_after_its_time_sends_at_once_however_late(
    newsroom: Newsroom, now: dt.datetime
) -> None:
    post = Post()
    newsroom = replace(newsroom, deliverer=post)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    assert [one.state for one in release(newsroom, TODAY, "Ada Quill", now)] == ["sent"]
    assert len(post.sent) == 1


def test_a_late_release_is_not_missed_by_a_tick_before_its_send(newsroom: Newsroom) -> None:
    """Or the scheduler would take the issue out of the hands of who releases it."""
    post, late = Post(), DEADLINE + dt.timedelta(hours=2)
    newsroom = replace(newsroom, deliverer=post)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    newsroom.store.approve_issue("daily", TODAY, late, by="Ada Quill", sha256="")
    tick(newsroom, late, since=CUTOFF)
    assert recorded(newsroom).state is IssueState.APPROVED
    assert [one.state for one in send(newsroom, TODAY, late)] == ["sent"]


@pytest.mark.parametrize("deliverer", [None, Post()])
def test_a_release_counts_for_the_very_bytes_and_no_others(
    newsroom: Newsroom, tmp_path: Path, deliverer: Post | None
) -> None:
    newsroom = replace(newsroom, deliverer=deliverer or newsroom.deliverer)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    release(newsroom, TODAY, "Ada Quill", CUTOFF)
    if deliverer is None:  # the folder's copy is sent by now, and is built again all the same
        assert build(newsroom, TODAY, CUTOFF, CUTOFF).state is IssueState.SENT
    else:
        assert build(newsroom, TODAY, CUTOFF, CUTOFF).state is IssueState.APPROVED
    assert recorded(newsroom).approved_by == "Ada Quill"
    spoil(tmp_path, SPOILT.replace("The Courier", "The Courier’s lion"))
    again = build(newsroom, TODAY, CUTOFF, CUTOFF)
    assert again.state is IssueState.HELD
    assert recorded(newsroom).approved_by == ""
    assert not (newsroom.out / "public" / "daily" / f"{TODAY}").exists()
    with pytest.raises(Held, match=NO_SOURCE):
        send(newsroom, TODAY, CUTOFF)


def test_a_theme_that_is_mended_makes_a_draft(newsroom: Newsroom, tmp_path: Path) -> None:
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    (tmp_path / FOOTER).unlink()
    assert build(newsroom, TODAY, CUTOFF, CUTOFF).state is IssueState.DRAFT
    assert (recorded(newsroom).note, recorded(newsroom).errors) == ("", 0)
    with pytest.raises(Skipped, match="nothing to release: the issue is draft"):
        release(newsroom, TODAY, "Ada Quill", CUTOFF)


def test_the_editors_own_hold_is_not_undone_by_a_release(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    path = hold(tmp_path)
    built = build(newsroom, TODAY, CUTOFF, CUTOFF)
    assert "the lawyers read it" in built.hold
    with pytest.raises(Held, match="the editors hold the issue: the lawyers read it"):
        release(newsroom, TODAY, "Ada Quill", CUTOFF)
    path.unlink()
    assert NO_SOURCE in build(newsroom, TODAY, CUTOFF, CUTOFF).hold
    assert release(newsroom, TODAY, "Ada Quill", CUTOFF)


def test_a_hold_after_the_release_stops_the_send(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom = replace(newsroom, deliverer=Post())
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    release(newsroom, TODAY, "Ada Quill", CUTOFF)
    hold(tmp_path)
    with pytest.raises(Held, match="the lawyers read it"):
        send(newsroom, TODAY, SEND_AT)


def test_only_what_errors_hold_is_released(newsroom: Newsroom, tmp_path: Path) -> None:
    with pytest.raises(Skipped, match="there is no issue"):
        release(newsroom, TODAY, "Ada Quill", CUTOFF)
    (tmp_path / FOOTER).unlink()
    path = hold(tmp_path)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    path.unlink()
    with pytest.raises(Skipped, match="held, and not for an error: build it again"):
        release(newsroom, TODAY, "Ada Quill", CUTOFF)


def test_a_file_that_was_changed_is_not_released(newsroom: Newsroom) -> None:
    built = build(newsroom, TODAY, CUTOFF, CUTOFF)
    (built.folder / "email.html").write_text("<p>Something else</p>", encoding="utf-8")
    with pytest.raises(DeliveryError, match=r"not what was built: email\.html"):
        release(newsroom, TODAY, "Ada Quill", CUTOFF)
    assert recorded(newsroom).state is IssueState.HELD


def test_a_released_issue_that_left_in_part_is_for_a_person_to_look_at(newsroom: Newsroom) -> None:
    newsroom = replace(newsroom, deliverer=Post(dies=True))
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    with pytest.raises(DeliveryError, match="went dead"):
        release(newsroom, TODAY, "Ada Quill", SEND_AT)
    with pytest.raises(Held, match="a send of it began and did not end"):
        release(newsroom, TODAY, "Ada Quill", SEND_AT)


def test_the_scheduler_alerts_of_errors_once_and_sends_nothing(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    post = Post()
    newsroom = replace(newsroom, deliverer=post)
    caplog.set_level(logging.WARNING)
    for now in (CUTOFF, SEND_AT, DEADLINE, DEADLINE + dt.timedelta(hours=1)):
        tick(newsroom, now, since=CUTOFF)
    alerts = [one.getMessage() for one in caplog.records if NO_SOURCE in one.getMessage()]
    reason = f"preflight found an error: {NO_SOURCE} ({FOOTER}:3)"
    assert alerts == [f"daily {TODAY} is held: {reason}"]
    assert post.sent == []
    assert recorded(newsroom).state is IssueState.HELD


def test_yesterdays_subject_is_told_of_and_holds_nothing(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    (tmp_path / FOOTER).unlink()
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    send(newsroom, TODAY, CUTOFF)
    later = CUTOFF + dt.timedelta(days=1)
    title = recorded(newsroom).subject
    write_feed(tmp_path / "feeds/courier.xml", "courier", TOMORROW, newest=later)
    choices = tmp_path / f"config/choices/daily/{TODAY + dt.timedelta(days=1)}.toml"
    choices.parent.mkdir(parents=True, exist_ok=True)
    choices.write_text(f'[issue]\nsubject = "{title}"\n', encoding="utf-8")

    async def work() -> None:
        async with visitor() as http:
            await pull(newsroom, http, later, force=True)

    asyncio.run(work())
    built = build(newsroom, later.date(), later, later)
    assert "subject-same" in [finding.rule for finding in built.findings]
    assert built.state is IssueState.DRAFT


def test_run_holds_a_light_grey_and_release_sends_it_through_the_command_line(
    tmp_path: Path,
) -> None:
    write_publication(tmp_path)
    tokens = tmp_path / "templates/broadsheet/theme.toml"
    tokens.parent.mkdir(parents=True)
    tokens.write_text('[light]\nsoft = "#b8b8b0"\n', encoding="utf-8")
    told = digest(tmp_path, "run", "--at", AT, code=4)
    assert "text of #b8b8b0 on #fcfbf8 has a contrast of 1.9; it needs 4.5" in told
    assert "templates/broadsheet/theme.toml:2" in told
    assert "digest release 2026-11-23" in told
    assert "Sent" not in told
    (issue,) = facts(tmp_path, "status")["issues"]
    assert (issue["state"], issue["errors"]) == ("held", 1)
    assert "held: preflight found an error" in " ".join(digest(tmp_path, "status").split())
    released = digest(tmp_path, "release", "--by", "Ada Quill", "--at", AT)
    assert "Released daily 2026-11-23 by Ada Quill: sent" in released
    assert "2026-11-23 sent: released by Ada Quill" in " ".join(digest(tmp_path, "status").split())
    (issue,) = facts(tmp_path, "status")["issues"]
    assert (issue["state"], issue["approved_by"]) == ("sent", "Ada Quill")
    assert list((tmp_path / "out/daily/2026-11-23/outbox").glob("*.eml"))
    assert "byte for byte" in digest(tmp_path, "replay")
    assert "nothing to release: the issue is sent" in digest(tmp_path, "release", code=3)


def test_run_tells_the_reason_of_a_hold_as_json(tmp_path: Path) -> None:
    write_publication(tmp_path)
    spoil(tmp_path)
    out = digest(tmp_path, "run", "--at", AT, "--json", code=4).partition("digest:")[0]
    assert NO_SOURCE in json.loads(out)["hold"]
    printed = facts(tmp_path, "release", "--by", "Ada", "--at", AT)
    assert (printed["state"], printed["released_by"], printed["did"]) == ("sent", "Ada", "sent")


@pytest.mark.parametrize("name", ["", "  \n ", "x" * 101, "A\x1b[31m"])
def test_whoever_releases_has_a_name(tmp_path: Path, name: str) -> None:
    write_publication(tmp_path)
    assert "say who you are" in digest(tmp_path, "release", "--by", name, code=2)


def test_check_finds_a_colour_of_the_newsrooms_own_before_the_morning(tmp_path: Path) -> None:
    write_publication(tmp_path)
    tokens = tmp_path / "templates/broadsheet/theme.toml"
    tokens.parent.mkdir(parents=True)
    tokens.write_text('[dark]\naccent = "#2a4a3a"\n', encoding="utf-8")
    told = digest(tmp_path, "check", code=2)
    assert "the theme broadsheet: error: text of #2a4a3a on #141512" in told
    assert "in the dark" in told


@pytest.mark.parametrize(
    "fault", ["{{ lead.sektion }}", "{% if web %}{{ web.sektion }}{% endif %}"]
)
def test_check_finds_what_only_an_issue_can_tell_of_a_template(tmp_path: Path, fault: str) -> None:
    """In its email, or only in its page for everybody."""
    write_publication(tmp_path)
    spoil(
        tmp_path,
        f'{{% extends "base/footer.html.j2" %}}{{% block why %}}\n{fault}{{% endblock %}}',
    )
    told = digest(tmp_path, "check", code=2)
    assert f"{FOOTER}:2" in told
    assert "sektion" in told
