"""The gallery: every issue newest first, in words and with links that lead somewhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from archive_makers import (
    CUTOFF,
    DATE,
    PUBLICATION,
    RIVER,
    TEMPLATES,
    gallery,
    make_entry,
    make_saved,
    page,
    words,
)

from digest.archive import (
    GalleryEntry,
    SavedIssue,
    read_gallery_entry,
    write_gallery,
    write_issue,
)
from digest.archive.pictures import picture_name
from digest.errors import TemplateError
from digest.model import IssueState

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def saved() -> SavedIssue:
    return make_saved()


@pytest.fixture
def folder(tmp_path: Path, saved: SavedIssue) -> Path:
    return write_issue(tmp_path / "out", saved, templates=TEMPLATES)


def test_a_gallery_entry_is_read_from_the_folder(folder: Path, saved: SavedIssue) -> None:
    assert read_gallery_entry(folder, IssueState.HELD, CUTOFF, "the lawyers") == GalleryEntry(
        edition="daily",
        title="The Daily Courier",
        date=DATE,
        timezone="Europe/London",
        state=IssueState.HELD,
        state_at=CUTOFF,
        note="the lawyers",
        headline="Night ferries return to the river",
        picture=picture_name(RIVER),
        weather="12.2 °C, light rain",
        stories=4,
        articles=212,
        size_bytes=len(saved.email.html.encode()),
        findings_errors=1,
        findings_warnings=1,
    )


def test_issues_stand_newest_first_by_month_whatever_their_order(tmp_path: Path) -> None:
    entries = [
        make_entry(date=dt.date(2026, 10, 31), headline="October"),
        make_entry(headline="Daily"),
        make_entry(headline="Evening", edition="evening", title="The Evening Courier"),
        make_entry(date=dt.date(2026, 11, 2), headline="Earlier"),
    ]
    index = gallery(tmp_path, *entries)
    told = words(index)
    heads = [head.text_content() for head in page(index).iter("h3")]
    assert heads == ["Daily", "Evening", "Earlier", "October"]
    assert [head.text for head in page(index).iter("h2")] == ["November 2026", "October 2026"]
    assert "The Daily Courier, The Evening Courier" in told
    before = index.read_bytes()
    assert gallery(tmp_path, *entries[::-1]).read_bytes() == before


def test_an_issue_tells_its_state_in_words_with_its_counts(tmp_path: Path) -> None:
    told = words(
        gallery(
            tmp_path,
            make_entry(),
            make_entry(date=dt.date(2026, 11, 20), state=IssueState.HELD, note="the lawyers"),
        )
    )
    assert "2 issues 1 held 1 sent" in told
    assert (
        "Sent 06:30 Stories 17 from 1,212 articles Size 41 kB Findings 1 error, 2 warnings" in told
    )
    assert "Held Mon 23 Nov, 06:30: the lawyers" in told
    assert "Built Monday 23 November 2026 at 05:30" in told


def test_an_issue_that_was_never_made_is_told_without_links(tmp_path: Path) -> None:
    skipped = make_entry(headline="", title="daily", state=IssueState.SKIPPED, note="3 stories")
    index = gallery(tmp_path, skipped, make_entry(date=dt.date(2026, 11, 20)))
    first = page(index).find_class("issue")[0]
    assert first.xpath(".//a|.//img") == []
    told = " ".join(" ".join(first.itertext()).split())
    assert told == "23 Monday No issue Skipped 06:30: 3 stories"
    assert "The Daily Courier" in words(index)


def test_every_link_of_the_gallery_leads_to_a_file(tmp_path: Path, saved: SavedIssue) -> None:
    odd = replace(saved, issue=replace(saved.issue, edition="50% more & #1"))
    folder = write_issue(tmp_path, odd, templates=TEMPLATES)
    index = gallery(tmp_path, read_gallery_entry(folder, IssueState.DRAFT))
    links = page(index).xpath("//main//a/@href|//img/@src")
    assert len(links) == 7
    for link in links:
        assert link.startswith("50%25%20more%20%26%20%231/2026-11-23/")
        assert (folder / link.split("/2026-11-23/")[1].split("#")[0]).is_file()


def test_an_empty_gallery_says_how_to_make_the_first_issue(tmp_path: Path) -> None:
    assert "No issues yet digest run makes the first." in words(gallery(tmp_path))


def test_a_newsrooms_own_template_goes_before_ours(tmp_path: Path) -> None:
    own = tmp_path / "templates"
    (own / "desk").mkdir(parents=True)
    (own / "desk" / "desk.css.j2").write_text("/* our own hand */")
    index = write_gallery(tmp_path, PUBLICATION, (), CUTOFF, templates=(own, *TEMPLATES))
    assert "/* our own hand */" in index.read_text()


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("one\n{% if %}", r"gallery\.html\.j2:2: Expected an expression"),
        ("one\ntwo\n{{ nobody.name }}", r"gallery\.html\.j2:3: 'nobody' is undefined"),
        ("{% include 'desk/absent.j2' %}", r"absent\.j2: no such template"),
    ],
)
def test_a_broken_template_is_named_with_its_line_and_nothing_is_written(
    tmp_path: Path, source: str, where: str
) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "gallery.html.j2").write_text(source)
    with pytest.raises(TemplateError, match=where):
        write_gallery(tmp_path, PUBLICATION, (), CUTOFF, templates=(tmp_path,))
    assert not (tmp_path / "index.html").exists()


def test_a_thumbnail_has_the_leads_section_and_the_weather_where_there_are_any(
    tmp_path: Path,
) -> None:
    path = gallery(tmp_path, make_entry(section="UK", weather="12.2 °C, light rain"))
    assert [one.text_content() for one in page(path).find_class("mini-kicker")] == ["UK"]
    assert "12.2 °C, light rain" in words(path)
    assert page(gallery(tmp_path, make_entry())).find_class("mini-kicker") == []
