"""An issue that waits for a person: approved by hash, and void as soon as a file is another."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from deliverers import Post
from fiction import CUTOFF, TODAY
from publication import AT, digest, facts, newsroom_of, write_publication
from test_releasing import DEADLINE, SEND_AT, gallery, pull_all, recorded, spoil

from digest import archive
from digest.approving import approve
from digest.building import build
from digest.errors import DeliveryError, Held, Skipped
from digest.model import IssueState
from digest.recipe import Approval
from digest.releasing import release
from digest.scheduler import tick
from digest.sending import send

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.newsroom import Newsroom

REQUIRED = '[rules]\napproval = "required"\n'


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom whose issues wait for a person, with one built."""
    with newsroom_of(write_publication(tmp_path, more=REQUIRED)) as opened:
        pull_all(opened)
        build(opened, TODAY, CUTOFF, CUTOFF)
        yield replace(opened, deliverer=Post())


def posted(newsroom: Newsroom) -> int:
    assert isinstance(newsroom.deliverer, Post)
    return len(newsroom.deliverer.sent)


def message(newsroom: Newsroom) -> Path:
    return newsroom.out / "daily" / str(TODAY) / "message.eml"


def test_a_draft_is_not_sent_before_somebody_approves_it(newsroom: Newsroom) -> None:
    with pytest.raises(Held, match=f"not approved.* digest approve {TODAY}"):
        send(newsroom, TODAY, SEND_AT)
    tick(newsroom, SEND_AT, since=CUTOFF)
    assert (recorded(newsroom).state, posted(newsroom)) == (IssueState.DRAFT, 0)
    record = approve(newsroom, TODAY, "Ada Quill", SEND_AT)
    assert (record.state, record.approved_by, record.approved_at) == (
        IssueState.APPROVED,
        "Ada Quill",
        SEND_AT,
    )
    assert "approved by Ada Quill" in gallery(newsroom)
    tick(newsroom, SEND_AT, since=CUTOFF)
    assert (recorded(newsroom).state, posted(newsroom)) == (IssueState.SENT, 1)
    assert recorded(newsroom).told == "approved by Ada Quill"


def test_what_nobody_approves_is_missed_and_the_note_says_so(newsroom: Newsroom) -> None:
    tick(newsroom, DEADLINE, since=CUTOFF)
    record = recorded(newsroom)
    assert record.state is IssueState.MISSED
    assert record.note == "not sent before its deadline: nobody approved it"
    with pytest.raises(Skipped, match="nothing to approve: the issue is missed"):
        approve(newsroom, TODAY, "Ada Quill", DEADLINE)


def test_what_is_approved_is_the_manifests_hash(newsroom: Newsroom) -> None:
    record = approve(newsroom, TODAY, "Ada Quill", CUTOFF)
    manifest = json.loads(message(newsroom).with_name("manifest.json").read_bytes())
    assert record.approved_sha256 == manifest["outgoing_sha256"]


def test_to_approve_again_changes_nothing(newsroom: Newsroom) -> None:
    first = approve(newsroom, TODAY, "Ada Quill", CUTOFF)
    assert approve(newsroom, TODAY, "Ben Ink", SEND_AT) == first


def test_a_build_that_makes_the_same_keeps_the_approval_and_another_does_not(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    approve(newsroom, TODAY, "Ada Quill", CUTOFF)
    assert build(newsroom, TODAY, CUTOFF, SEND_AT).state is IssueState.APPROVED
    record = recorded(newsroom)
    assert (record.approved_by, record.approved_at) == ("Ada Quill", CUTOFF)
    retitled = replace(newsroom.edition, title="The Evening Courier")
    again = replace(newsroom, edition=retitled)
    assert build(again, TODAY, CUTOFF, SEND_AT).state is IssueState.DRAFT
    assert recorded(newsroom).approved_by == ""


def test_an_issue_that_is_saved_anew_with_other_words_is_no_longer_sent(newsroom: Newsroom) -> None:
    with newsroom_of(newsroom.out.parent / "config") as saving:
        approve(saving, TODAY, "Ada Quill", CUTOFF)
        send(saving, TODAY, CUTOFF)
        assert (saving.out / "public/daily" / str(TODAY)).exists()
        again = replace(saving, edition=replace(saving.edition, title="The Evening Courier"))
        assert build(again, TODAY, CUTOFF, CUTOFF).state is IssueState.DRAFT
        assert not (saving.out / "public/daily" / str(TODAY)).exists()


def test_a_file_that_changes_voids_the_approval_and_says_which_and_whose(
    newsroom: Newsroom,
) -> None:
    approve(newsroom, TODAY, "Ada Quill", CUTOFF)
    message(newsroom).write_bytes(message(newsroom).read_bytes().replace(b"Courier", b"Kurier"))
    with pytest.raises(Held) as caught:
        send(newsroom, TODAY, SEND_AT)
    assert "the approval is void: message.eml changed since Ada Quill approved it, " in str(
        caught.value
    )
    assert f"{CUTOFF:%Y-%m-%d %H:%M} UTC" in str(caught.value)
    record = recorded(newsroom)
    assert (record.state, record.approved_by, posted(newsroom)) == (IssueState.DRAFT, "", 0)
    assert "message.eml changed" in gallery(newsroom)
    with pytest.raises(DeliveryError, match=r"not what was built: message\.eml"):
        approve(newsroom, TODAY, "Ada Quill", SEND_AT)
    build(newsroom, TODAY, CUTOFF, SEND_AT)
    approve(newsroom, TODAY, "Ben Ink", SEND_AT)
    assert [one.state for one in send(newsroom, TODAY, SEND_AT)] == ["sent"]


def test_whoever_changes_the_manifest_too_approves_nothing(newsroom: Newsroom) -> None:
    approved = approve(newsroom, TODAY, "Ada Quill", CUTOFF)
    other = replace(newsroom, edition=replace(newsroom.edition, title="The Evening Courier"))
    built = build(replace(other, out=newsroom.out.with_name("aside")), TODAY, CUTOFF, CUTOFF)
    newsroom.store.approve_issue(
        "daily", TODAY, CUTOFF, by="Ada Quill", sha256=approved.approved_sha256
    )
    shutil.copytree(built.folder, message(newsroom).parent, dirs_exist_ok=True)
    assert archive.verify(message(newsroom).parent) == ()
    with pytest.raises(Held, match=r"void: manifest\.json changed since Ada Quill approved it"):
        send(newsroom, TODAY, SEND_AT)


def test_what_is_released_is_approved_and_void_it_is_held_for_its_errors(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    spoil(tmp_path)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    with pytest.raises(Held, match=f"To approve is not to let it go.* digest release {TODAY}"):
        approve(newsroom, TODAY, "Ada Quill", CUTOFF)
    release(newsroom, TODAY, "Ada Quill", CUTOFF)
    assert recorded(newsroom).state is IssueState.APPROVED
    message(newsroom).write_bytes(b"Subject: Another\r\n\r\n")
    with pytest.raises(Held, match=f"void: message.eml changed.* digest release {TODAY}"):
        send(newsroom, TODAY, SEND_AT)
    assert recorded(newsroom).state is IssueState.HELD


def test_what_may_be_vetoed_goes_by_itself_at_its_time(newsroom: Newsroom) -> None:
    edition = replace(newsroom.edition, approval=Approval.VETO_UNTIL_SEND)
    newsroom = replace(newsroom, edition=edition)
    tick(newsroom, SEND_AT, since=CUTOFF)
    assert (recorded(newsroom).state, posted(newsroom)) == (IssueState.SENT, 1)


def test_an_issue_waits_for_its_approval_through_the_command_line(tmp_path: Path) -> None:
    write_publication(tmp_path, more=REQUIRED)
    told = digest(tmp_path, "run", "--at", AT, code=4)
    assert "the issue is not approved" in told
    assert "digest approve 2026-11-23" in told
    assert "digest approve 2026-11-23" in digest(tmp_path, "send", code=4)
    told = digest(tmp_path, "approve", "--by", "Ada Quill")
    assert re.search(r"Approved daily 2026-11-23 by Ada Quill: [0-9a-f]{64}\n", told)
    known = facts(tmp_path, "approve", "2026-11-23", "--by", "Ben Ink")
    assert (known["approved_by"], known["state"]) == ("Ada Quill", "approved")
    assert "daily 2026-11-23: approved, approved by Ada Quill" in digest(
        tmp_path, "status", "2026-11-23"
    )
    assert facts(tmp_path, "status", "2026-11-23")["approved_sha256"] == known["approved_sha256"]
    digest(tmp_path, "send")
    assert "nothing to approve: the issue is sent" in digest(tmp_path, "approve", code=3)
