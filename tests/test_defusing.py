"""A feed cannot write what is filled in for each subscriber."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from courier import BROADSHEET, a_picture, a_placement, the_courier
from publication import digest, write_feed, write_publication

from digest.defusing import defuse
from digest.preflight import check_email
from digest.rendering import render_issue

if TYPE_CHECKING:
    from pathlib import Path

UNSUBSCRIBE = "https://placeholder.invalid/unsubscribe"


def test_an_ordinary_issue_stays_the_same_object() -> None:
    issue = the_courier()
    assert defuse(issue) is issue


def test_whatever_of_an_issue_holds_a_placeholder_holds_none_afterwards() -> None:
    hostile = a_placement(
        f"See {UNSUBSCRIBE} now",
        "x",
        url=UNSUBSCRIBE,
        standfirst=f"Go to {UNSUBSCRIBE}",
        paragraphs=("Fine.", UNSUBSCRIBE),
        image=a_picture("x", alt=UNSUBSCRIBE, url=f"{UNSUBSCRIBE}.jpg"),
    )
    issue = the_courier(lead=hostile, preheader=UNSUBSCRIBE, related=(hostile,))
    safe = defuse(issue)
    assert "//placeholder.invalid" not in repr(safe)
    assert safe.lead.url == "https://no-placeholder.invalid/unsubscribe"
    assert replace(safe, lead=issue.lead, related=issue.related, preheader=issue.preheader) == issue
    email = render_issue(safe, themes=[BROADSHEET])
    assert email.html.count(UNSUBSCRIBE) == 1  # the footer's own
    assert not [one for one in check_email(email) if one.level == "error"]


def test_a_feed_with_placeholders_neither_stops_an_issue_nor_gets_a_readers_link(
    tmp_path: Path,
) -> None:
    write_publication(tmp_path)
    stories = [
        (f"Ferries return, says {UNSUBSCRIBE}", "ferries"),
        ("https://placeholder.invalid/{{ unsubscribe }} is broken", "broken"),
        ("Clockmaker cleared of stopping the town hall bells", "clock"),
        ("Orchestra of exiles plays its first concert at home", "orchestra"),
        ("Pilots strike leaves ships at anchor off the strait", "strait"),
    ]
    for feed in ("courier", "ledger", "wire"):
        write_feed(tmp_path / f"feeds/{feed}.xml", feed, stories)
    digest(tmp_path, "run", "--at", "2026-11-23T05:30")
    html = (tmp_path / "out/daily/2026-11-23/email.html").read_text(encoding="utf-8")
    assert "no-placeholder.invalid" in html
    assert html.count(UNSUBSCRIBE) == 1
