"""What a screen reader says of an email, in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from courier import BROADSHEET, BULLETIN, the_courier

from digest.archive.reading import reading_order
from digest.rendering import render_issue

if TYPE_CHECKING:
    from pathlib import Path


def said(body: str) -> list[str]:
    return [stop.line for stop in reading_order(f"<html><body>{body}</body></html>")]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<p>One,\n two</p><p>three</p>", ["One, two", "three"]),
        ("<h2>London</h2>", ["Heading 2: London"]),
        ('<h2><a href="x">London</a></h2>', ["Heading 2, link: London"]),
        (
            '<p>Also by <a href="x">Wire</a>, <a href="y">Post</a>.</p>',
            ["Link: Also by Wire, Post."],
        ),
        ("<p>a<br>b</p>", ["a b"]),
        ('<img src="x.jpg" alt="A ferry">', ["Picture: A ferry"]),
        ('<img src="x.jpg" alt="">', []),
        ('<a href="x"><img src="x.jpg" alt="A ferry"></a>', ["Link: A ferry"]),
        ('<a href="x" aria-label="The whole report">More</a>', ["Link: The whole report"]),
        ("<a>no link</a>", ["no link"]),
        ('<div role="article" aria-label="Us"><p>x</p></div>', ["Article: Us", "x"]),
        ("<main><nav>x</nav></main>", ["Main", "Navigation", "x"]),
        ("<ol><li>a</li><li>b</li></ol>", ["List of 2", "a", "b"]),
        ("<table><tr><td>a</td><td>b</td></tr></table>", ["Table of 1 rows", "a", "b"]),
        ('<table role="presentation"><tr><td>a</td><td>b</td></tr></table>', ["a", "b"]),
        ('<ul role="presentation"><li>a</li></ul>', ["a"]),
    ],
)  # fmt: skip
def test_each_part_is_announced_with_its_role(body: str, lines: list[str]) -> None:
    assert said(body) == lines


@pytest.mark.parametrize(
    "hidden",
    [
        '<p aria-hidden="true">no</p>',
        '<p style="display: none">no</p>',
        '<p style="visibility:hidden">no</p>',
        "<p hidden>no</p>",
        "<style>no</style>",
        "<!-- no -->",
        '<a href="x" aria-hidden="true">no</a>',
        '<img role="presentation" alt="no">',
    ],
)
def test_what_is_hidden_is_not_said(hidden: str) -> None:
    assert said(f"<div>yes{hidden}</div>") == ["yes"]


def test_what_is_hidden_within_a_link_is_no_part_of_its_name() -> None:
    assert said('<a href="x"><span aria-hidden="true">→</span> Home</a>') == ["Link: Home"]


@pytest.mark.parametrize(
    ("body", "line", "fault"),
    [
        ('<img src="https://x.example/DSC_1.jpg">', "Picture: DSC_1.jpg", "without alt"),
        ('<a href="https://x.example/"></a>', "Link: https://x.example/", "without words"),
        ("<h1></h1>", "Heading 1: (empty)", "heading without words"),
    ],
)
def test_what_a_listener_lacks_is_told(body: str, line: str, fault: str) -> None:
    (stop,) = reading_order(f"<body>{body}</body>")
    assert stop.line == line
    assert fault in stop.fault


@pytest.mark.parametrize("theme", [BROADSHEET, BULLETIN], ids=lambda theme: theme.name)
def test_a_built_in_theme_is_said_without_a_fault_and_its_layout_tables_not_at_all(
    theme: Path,
) -> None:
    issue = the_courier()
    stops = reading_order(render_issue(issue, themes=[theme]).html)
    assert stops[0].role == "Article"
    assert [stop.fault for stop in stops if stop.fault] == []
    assert not [stop for stop in stops if stop.role.startswith("Table")]
    headings = [stop for stop in stops if stop.level]
    assert [stop.level for stop in headings].count(1) == 1
    said = [stop.line.replace("\xa0", " ") for stop in stops]
    at = [said.index(next(line for line in said if one.title in line)) for one in issue.placements]
    assert at == sorted(at)
