"""Links that lead by way of us, and back to where they lead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from archive_makers import make_issue

from digest.clicks import counted_links, uncounted
from digest.rendering import render_issue

if TYPE_CHECKING:
    from digest.model import Issue

BASE = "https://news.courier.example"
THEMES = (Path(__file__).parent.parent / "templates/broadsheet",)


def hostile() -> Issue:
    """An issue whose every address is another, with what HTML would have to escape."""
    issue = make_issue()
    urls = iter(f"https://courier.example/{n}?a=1&b=<2>" for n in range(10))
    return replace(
        issue,
        lead=replace(issue.lead, url=next(urls)),
        related=tuple(replace(one, url=next(urls)) for one in issue.related),
        sections=tuple(
            replace(s, cards=tuple(replace(one, url=next(urls)) for one in s.cards))
            for s in issue.sections
        ),
        popular=issue.popular
        and replace(
            issue.popular,
            items=tuple(replace(one, url=next(urls)) for one in issue.popular.items),
        ),
    )


def test_each_link_carries_its_number_in_reading_order_and_nothing_of_a_reader() -> None:
    led = counted_links(make_issue(), BASE)
    assert [one.url for one in led.placements] == [
        f"{BASE}/c/daily/2026-11-23/{n}" for n in range(4)
    ]


def test_without_a_base_every_link_leads_straight_on() -> None:
    issue = make_issue()
    assert counted_links(issue, "") is issue
    email = render_issue(issue, themes=THEMES)
    assert uncounted(email, issue, "") is email


def test_an_email_with_counted_links_differs_from_a_plain_one_in_its_links_alone() -> None:
    issue = hostile()
    plain = render_issue(issue, themes=THEMES)
    counted = render_issue(counted_links(issue, BASE), themes=THEMES)
    for n, placement in enumerate(issue.placements):
        assert placement.url not in counted.text
        assert f"{BASE}/c/daily/2026-11-23/{n}\n" in counted.text
        assert f'href="{BASE}/c/daily/2026-11-23/{n}"' in counted.html
    assert uncounted(counted, issue, BASE) == plain
