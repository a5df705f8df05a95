"""Quotes chosen by command: who is meant, who cannot be, and what will not be printed."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from comment_feeds import BRIDGE, wordpress, wordpress_item
from publication import AT, digest, facts, write_publication

if TYPE_CHECKING:
    from pathlib import Path

DAY = ("--date", "2026-11-23")
FILE = "config/choices/daily/2026-11-23.toml"
GUID = "https://courier.example/?p=7#comment-"
COMMENTS = (
    '[comments]\ncount = 2\n[[comments.from]]\nuse = "feed"\nurl = "file:feeds/comments.xml"\n'
)
FEED = wordpress(
    wordpress_item(1, "The first boat was late.", author="Dorcas Pell"),
    wordpress_item(2, "The second boat was early.", author="Dorcas Pell"),
    wordpress_item(3, "The third never came.", author="Edwin R."),
)


def publish(root: Path, feed: str = FEED, more: str = COMMENTS) -> Path:
    write_publication(root, more=more)
    (root / "feeds/comments.xml").write_text(feed, "utf-8")
    digest(root, "pull", "--at", AT)
    return root


def at_one_address(feed: str = FEED) -> str:
    """Give the feed of a site whose links lead to the page, not to the comment."""
    for number in (1, 2, 3):
        feed = feed.replace(f"<link>{BRIDGE}#comment-{number}<", f"<link>{BRIDGE}<")
    return feed


def chosen(root: Path) -> list[str]:
    entries = tomllib.loads((root / FILE).read_text("utf-8"))["choice"]
    return [entry["url"] for entry in entries]


def test_comments_of_one_address_are_quoted_by_their_guids(tmp_path: Path) -> None:
    publish(tmp_path, at_one_address())
    refused = digest(tmp_path, "choose", "quote", BRIDGE, *DAY, code=2)
    assert f'"{BRIDGE}" may mean 3 comments. Say which:' in refused
    assert (
        f"\n  {GUID}2  Dorcas Pell, on Night ferries return: The second boat was early." in refused
    )
    digest(tmp_path, "choose", "quote", "second boat", *DAY)
    digest(tmp_path, "choose", "quote", f"{GUID.replace('https://', 'http://www.')}3", *DAY)
    assert chosen(tmp_path) == [f"{GUID}2", f"{GUID}3"]
    assert "sound" in digest(tmp_path, "check")
    digest(tmp_path, "run", "--at", AT)
    page = (tmp_path / "out/daily/2026-11-23/email.txt").read_text("utf-8")
    assert "The second boat was early." in page
    assert "The third never came." in page
    assert "byte for byte" in digest(tmp_path, "replay")


def test_a_comment_that_nothing_names_is_refused_before_it_is_written(tmp_path: Path) -> None:
    publish(tmp_path, at_one_address().replace(GUID, "g"))
    refused = digest(tmp_path, "choose", "quote", "second boat", *DAY, code=2)
    assert "several comments have the address of Dorcas Pell, on Night ferries return" in refused
    assert "no guid tells them apart" in refused
    assert not (tmp_path / FILE).exists()


def test_the_list_says_who_is_quoted_and_what_will_not_be_printed(tmp_path: Path) -> None:
    publish(tmp_path)
    path = tmp_path / FILE
    path.parent.mkdir(parents=True)
    quotes = (("1", ""), ("2", ""), ("77", ""), ("3", 'text = "The third was early."\n'))
    path.write_text(
        "".join(
            f'[[choice]]\nurl = "{BRIDGE}#comment-{number}"\ndo = "quote"\n{text}'
            for number, text in quotes
        ),
        "utf-8",
    )
    listed = digest(tmp_path, "choose", "list", *DAY)
    lines = [" ".join(line.split()) for line in listed.splitlines()]
    on = "on Night ferries return"
    assert lines[1] == f"1 quote Dorcas Pell, {on}: The first boat was late."
    assert lines[2] == f"2 quote Dorcas Pell, {on}: The second boat was early."
    assert lines[3].startswith(
        f"3 quote {BRIDGE}#comment-77 (no comment has the address {BRIDGE}#comment-77; the nearest"
    )
    assert lines[4].startswith(
        f"4 quote Edwin R., {on}: The third was early. (not quoted, because these are not"
    )
    first, *_, last = facts(tmp_path, "choose", "list", *DAY)["choices"]
    assert (first["comment"]["author"], first["article"], first["fault"]) == (
        "Dorcas Pell",
        None,
        "",
    )
    assert last["fault"].startswith("not quoted")


def test_one_quote_too_many_is_written_and_told(tmp_path: Path) -> None:
    publish(tmp_path)
    for number in (1, 2):
        told = digest(tmp_path, "choose", "quote", f"{BRIDGE}#comment-{number}", *DAY)
        assert "count" not in told
    told = digest(tmp_path, "choose", "quote", "never came", *DAY)
    assert "quote Edwin R., on Night ferries return: The third never came. (" in told
    assert "\n  Not quoted, [comments] count is 2\n" in told
    assert "(not quoted, [comments] count is 2)" in digest(tmp_path, "choose", "list", *DAY)


def test_an_edition_without_comments_is_named_as_the_reason(tmp_path: Path) -> None:
    publish(tmp_path, more="")
    refused = digest(tmp_path, "choose", "quote", "second boat", *DAY, code=2)
    assert "this edition has no [comments] to quote from" in refused


def test_quotes_are_listed_before_anything_is_stored(tmp_path: Path) -> None:
    write_publication(tmp_path, more=COMMENTS)
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text(f'[[choice]]\nurl = "{BRIDGE}#c"\ndo = "quote"\n', "utf-8")
    listed = digest(tmp_path, "choose", "list", *DAY)
    assert f"quote {BRIDGE}#c (nothing is stored yet that it may be about)" in listed


def test_more_comments_than_are_named_are_counted(tmp_path: Path) -> None:
    items = (wordpress_item(number, f"Boat {number}.") for number in range(12))
    publish(tmp_path, wordpress(*items))
    refused = digest(tmp_path, "choose", "quote", "boat", *DAY, code=2)
    assert refused.count("\n  http") == 10
    assert "and 2 more" in refused
