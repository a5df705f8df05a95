"""Delivery into a folder: whole files, telling outcomes, and never two addresses in one."""

from __future__ import annotations

import datetime as dt
import resource
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.folder import Folder, safe_name
from digest.errors import DeliveryError
from digest.outgoing import Delivery, Outcome, Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGE = b"Subject: Thames\r\n\r\nThe barrier closed.\r\n"
OUTBOX = Path("daily/2026-11-23/outbox")


def delivery(address: str = "reader@home.example", message: bytes = MESSAGE) -> Delivery:
    return Delivery(
        edition="daily",
        date=dt.date(2026, 11, 23),
        subscriber=Subscriber(address=address),
        message=message,
    )


def deliver(out: Path, *batch: Delivery) -> list[Outcome]:
    with Folder(out=out).open() as session:
        return list(session.send(batch, begin=lambda _: None))


def saved(out: Path) -> list[str]:
    return sorted(path.name for path in (out / OUTBOX).iterdir())


@contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    """Let the system refuse larger files, as a disk that is full would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_each_message_becomes_a_file_byte_for_byte(tmp_path: Path) -> None:
    (outcome,) = deliver(tmp_path / "out", delivery())
    assert outcome.state == "sent"
    assert Path(outcome.detail) == tmp_path / "out" / OUTBOX / "reader@home.example.eml"
    assert Path(outcome.detail).read_bytes() == MESSAGE
    assert saved(tmp_path / "out") == ["reader@home.example.eml"]


def test_a_saved_file_is_not_out_of_reach(tmp_path: Path) -> None:
    assert not Folder(out=tmp_path).irrevocable


def test_the_ledger_is_told_before_each_file_appears(tmp_path: Path) -> None:
    batch = [delivery("a@home.example"), delivery("b@home.example")]
    seen: list[tuple[str, int]] = []

    def begin(one: Delivery) -> None:
        seen.append((one.subscriber.address, len(list(tmp_path.rglob("*.eml")))))

    with Folder(out=tmp_path).open() as session:
        outcomes = [outcome.delivery for outcome in session.send(batch, begin)]
    assert seen == [("a@home.example", 0), ("b@home.example", 1)]
    assert outcomes == batch


def test_nothing_is_written_when_the_ledger_refuses(tmp_path: Path) -> None:
    def begin(one: Delivery) -> None:
        raise RuntimeError(one.subscriber.address)

    with (
        Folder(out=tmp_path).open() as session,
        pytest.raises(RuntimeError, match="reader@home"),
    ):
        list(session.send([delivery()], begin))
    assert list(tmp_path.iterdir()) == []


def test_a_second_delivery_to_an_address_replaces_the_first(tmp_path: Path) -> None:
    deliver(tmp_path, delivery())
    deliver(tmp_path, delivery(message=b"new"))
    assert [path.read_bytes() for path in (tmp_path / OUTBOX).iterdir()] == [b"new"]


def test_a_disk_that_takes_no_more_is_an_outcome_and_the_next_is_tried(tmp_path: Path) -> None:
    deliver(tmp_path, delivery("large@home.example", b"before"))
    batch = [delivery("large@home.example", b"x" * 100_000), delivery("small@home.example")]
    with files_limited_to(50_000):
        first, second = deliver(tmp_path, *batch)
    assert (first.state, first.detail) == (
        "failed",
        "large@home.example.eml cannot be written: File too large",
    )
    assert second.state == "sent"
    assert saved(tmp_path) == ["large@home.example.eml", "small@home.example.eml"]
    assert (tmp_path / OUTBOX / "large@home.example.eml").read_bytes() == b"before"


def test_an_outbox_that_is_no_folder_is_an_outcome_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / OUTBOX).parent.mkdir(parents=True)
    (tmp_path / OUTBOX).write_text("in the way")
    (outcome,) = deliver(tmp_path, delivery())
    assert (outcome.state, outcome.detail) == (
        "failed",
        "reader@home.example.eml cannot be written: File exists",
    )


def test_a_folder_that_cannot_be_made_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(DeliveryError, match="cannot be made"):
        deliver(tmp_path / "out", delivery())


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("first.last+tag@home-1.example", "first.last+tag@home-1.example"),
        ("Reader@Home.example", "%52eader@%48ome.example"),
        ("../../etc/passwd", "%2e.%2f..%2fetc%2fpasswd"),
        ("a b%41@x", "a%20b%2541@x"),
        ("rêve@home.example", "r%c3%aave@home.example"),
    ],
)
def test_an_address_becomes_a_name_that_is_safe_on_every_file_system(
    address: str, name: str
) -> None:
    assert safe_name(address) == name


ADDRESSES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=120)


@given(ADDRESSES, ADDRESSES)
def test_two_addresses_never_share_a_name_not_even_without_regard_to_case(
    one: str, other: str
) -> None:
    names = {safe_name(one), safe_name(other)}
    assert len({name.casefold() for name in names}) == len({one, other})
    assert all(name.isascii() and "/" not in name and not name.startswith(".") for name in names)


def test_long_addresses_get_short_names_that_still_differ() -> None:
    one, other = safe_name("é" * 120 + "a@x.example"), safe_name("é" * 120 + "b@x.example")
    assert one != other
    assert max(len(one), len(other)) <= 200
