"""Delivery into a Maildir, as the standard library's reader finds it."""

from __future__ import annotations

import mailbox
from typing import TYPE_CHECKING

import pytest
from posts import SENDER, delivery, states

from digest.delivery.maildir import Maildir
from digest.errors import DeliveryError

if TYPE_CHECKING:
    from pathlib import Path

    from digest.outgoing import Delivery, Outcome


def deliver(root: Path, *batch: Delivery) -> list[Outcome]:
    with Maildir(root=root, path="mail", sender=SENDER).open() as session:
        return list(session.send(batch, lambda _: None))


def test_a_mail_program_finds_each_message_as_new(tmp_path: Path) -> None:
    batch = [delivery(1), delivery(2, return_path="bounce+2@courier.example")]
    assert states(deliver(tmp_path, *batch)) == ["sent", "sent"]
    found = sorted(mailbox.Maildir(tmp_path / "mail", create=False), key=lambda one: one["Subject"])
    assert [one.get_subdir() for one in found] == ["new", "new"]
    assert [one["Return-Path"] for one in found] == [f"<{SENDER}>", "<bounce+2@courier.example>"]
    assert [one["Delivered-To"] for one in found] == [one.subscriber.address for one in batch]
    assert [one.get_payload() for one in found] == ["The barrier closed.\n"] * 2
    assert list((tmp_path / "mail/tmp").iterdir()) == []


def test_a_second_message_to_an_address_stands_beside_the_first(tmp_path: Path) -> None:
    deliver(tmp_path, delivery())
    deliver(tmp_path, delivery())
    assert len(mailbox.Maildir(tmp_path / "mail", create=False)) == 2


def test_an_address_that_would_write_a_header_is_refused_and_never_begun(tmp_path: Path) -> None:
    begun: list[Delivery] = []
    bad, good = delivery(1, address="a@b.example\nBcc: eve@evil.example"), delivery(2)
    with Maildir(root=tmp_path, path="mail", sender=SENDER).open() as session:
        assert states(list(session.send([bad, good], begun.append))) == ["failed", "sent"]
    assert begun == [good]


def test_a_place_that_takes_no_message_defers_it_and_says_so(tmp_path: Path) -> None:
    with Maildir(root=tmp_path, path="mail", sender=SENDER).open() as session:
        (tmp_path / "mail/tmp").rmdir()
        (outcome,) = session.send([delivery()], lambda _: None)
    assert (outcome.state, outcome.tried) == ("deferred", True)
    assert outcome.detail == f"{tmp_path / 'mail'} takes no message: No such file or directory"


def test_a_maildir_that_cannot_be_made_is_an_error_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file")
    with pytest.raises(DeliveryError, match=r"mail: the Maildir cannot be made: .*Make it, or"):
        deliver(tmp_path, delivery())


def test_what_lies_in_a_maildir_is_out_of_reach(tmp_path: Path) -> None:
    assert Maildir(root=tmp_path, path="mail", sender=SENDER).irrevocable
