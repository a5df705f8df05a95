"""Links that lead by way of us."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from archive_makers import make_issue

from digest.clicks import counted_links
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


def test_an_email_with_counted_links_differs_from_a_plain_one_in_its_links_alone() -> None:
    issue = hostile()
    plain = render_issue(issue, themes=THEMES)
    counted = render_issue(counted_links(issue, BASE), themes=THEMES)
    text, page = counted.text, counted.html
    for n, placement in enumerate(issue.placements):
        assert placement.url not in text
        link = f"{BASE}/c/daily/2026-11-23/{n}"
        text = text.replace(f"{link}\n", f"{placement.url}\n")
        page = page.replace(f'href="{link}"', f'href="{escape(placement.url)}"')
    assert replace(counted, text=text, html=page) == plain
