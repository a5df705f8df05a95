"""An issue leaves by a mail server, through the command line."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from faulty_relay import FaultyRelay, relaying
from publication import AT, digest, facts, tree, write_publication

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from faulty_relay import Line

ISSUE = "out/daily/2026-11-23"


@contextmanager
def newsroom_with_a_server(root: Path, relay: FaultyRelay) -> Iterator[FaultyRelay]:
    config = write_publication(root, more='[delivery]\nuse = "smtp"\n')
    with relaying(relay):
        with (config / "digest.toml").open("a", encoding="utf-8") as file:
            file.write(f'[smtp]\nhost = "127.0.0.1"\nport = {relay.port}\nsecurity = "none"\n')
        yield relay


def state(root: Path) -> str:
    [issue] = facts(root, "status")["issues"]
    return str(issue["state"])


def test_a_run_hands_the_publications_own_copy_to_the_server(tmp_path: Path) -> None:
    with newsroom_with_a_server(tmp_path, FaultyRelay()) as relay:
        digest(tmp_path, "run", "--at", AT)
    (taken,) = relay.taken
    assert (taken.sender, taken.recipients) == ("daily@courier.example", ("daily@courier.example",))
    assert taken.content == (tmp_path / ISSUE / "message.eml").read_bytes()
    assert state(tmp_path) == "sent"


def test_a_run_whose_server_refuses_is_a_draft_again_and_says_why(tmp_path: Path) -> None:
    def refuse(line: Line) -> bytes | bool:
        return b"450 4.2.1 try later\r\n" if line.verb == "RCPT" else True

    with newsroom_with_a_server(tmp_path, FaultyRelay(refuse)):
        told = digest(tmp_path, "run", "--at", AT, code=1)
    assert "1 of 1 deliveries failed: 450 4.2.1 try later" in told
    assert state(tmp_path) == "draft"


def test_a_test_sends_the_saved_bytes_to_one_address_and_changes_nothing(tmp_path: Path) -> None:
    with newsroom_with_a_server(tmp_path, FaultyRelay()) as relay:
        digest(tmp_path, "pull", "--at", AT)
        digest(tmp_path, "build", "--at", AT)
        before = tree(tmp_path), state(tmp_path)
        told = digest(tmp_path, "send", "--test", "editor@home.example")
        given = facts(tmp_path, "send", "2026-11-23", "--test", "editor@home.example")
    assert told == "Sent daily 2026-11-23 to editor@home.example: 250 taken\n"
    assert (given["state"], given["address"]) == ("sent", "editor@home.example")
    assert [taken.recipients for taken in relay.taken] == [("editor@home.example",)] * 2
    message = (tmp_path / ISSUE / "message.eml").read_bytes()
    assert [taken.content for taken in relay.taken] == [message] * 2
    assert (tree(tmp_path), state(tmp_path)) == before
    assert before[1] == "draft"


def test_a_test_that_is_not_taken_says_so(tmp_path: Path) -> None:
    def refuse(line: Line) -> bytes | bool:
        return b"550 5.1.1 who?\r\n" if line.verb == "RCPT" else True

    with newsroom_with_a_server(tmp_path, FaultyRelay(refuse)):
        digest(tmp_path, "pull", "--at", AT)
        digest(tmp_path, "build", "--at", AT)
        told = digest(tmp_path, "send", "--test", "editor@home.example", code=1)
        assert "the test is failed: 550 5.1.1 who?" in told
        path = tmp_path / ISSUE / "email.txt"
        path.write_text(path.read_text(encoding="utf-8") + "!", encoding="utf-8")
        told = digest(tmp_path, "send", "--test", "editor@home.example", code=1)
    assert "the saved issue is not what was built: email.txt" in told


def test_check_online_knocks_at_the_server_and_says_what_is_wrong(tmp_path: Path) -> None:
    with newsroom_with_a_server(tmp_path, FaultyRelay()) as relay:
        assert "The configuration is sound." in digest(tmp_path, "check", "--online")
        assert relay.lines[-1] == "QUIT"
        assert relay.taken == []
    told = digest(tmp_path, "check", "--online", code=2)
    assert f"daily: the mail server 127.0.0.1:{relay.port}: the server cannot be reached" in told
