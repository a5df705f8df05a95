"""The preview: the very email in every guise, and why each story is in the issue."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from archive_makers import RIVER, TEMPLATES, frames, make_email, make_saved, page, words

from digest.archive import SavedIssue, Variant, write_issue
from digest.archive.guises import Guises, dress
from digest.archive.pictures import picture_name
from digest.archive.reading import reading_order
from digest.variants import Wanted, Wishes

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def saved() -> SavedIssue:
    return make_saved()


@pytest.fixture
def folder(tmp_path: Path, saved: SavedIssue) -> Path:
    return write_issue(tmp_path / "out", saved, templates=TEMPLATES)


def test_the_guises_differ_in_one_thing_each() -> None:
    guises = dress(make_email().html, {RIVER: "images/river.jpg"})
    assert "@media screen and (min-width: 0)" in guises.dark
    assert "@media screen and (max-width: 0)" in guises.desktop
    assert 'content="dark"' in guises.dark
    assert "color-scheme: dark;" in guises.dark
    assert "color-scheme: light;" in guises.phone
    assert 'src="images/river.jpg"' in guises.unstyled
    assert "style" not in guises.unstyled
    assert "@media" not in guises.blockless
    assert 'style="color:#111"' in guises.blockless
    assert "images/river.jpg" not in guises.images_off
    assert 'alt="A ferry"' in guises.images_off


def test_a_guise_loads_nothing_and_opens_links_beside_the_preview() -> None:
    html = make_email().html.replace(
        "</body>",
        '<script src="https://evil.example/x.js"></script><base href="https://evil.example/">'
        '<link rel="stylesheet" href="https://evil.example/x.css">'
        '<img src="https://evil.example/spy.gif" srcset="https://evil.example/2x.gif 2x">'
        '<table background="https://evil.example/b.png"></table></body>',
    )
    guises = dress(html, {RIVER: "images/river.jpg"})
    assert guises.unseen == 1
    assert "Outlook" in guises.outlook
    assert "Outlook" not in guises.desktop + guises.blockless + guises.unstyled
    shown = (getattr(guises, name) for name in Guises.__slots__ if name != "unseen")
    for guise in shown:
        assert "evil.example" not in guise
        assert '<base target="_blank">' in guise
        assert 'href="https://courier.example/uk"' in guise


@pytest.mark.parametrize("html", ["<p>No head", "plain words", "<html><body></body></html>"])
def test_an_email_without_a_head_has_guises_too(html: str) -> None:
    assert 'name="color-scheme" content="dark"' in dress(html, {}).dark


def test_the_preview_shows_every_guise_of_the_very_email(folder: Path, saved: SavedIssue) -> None:
    shown = frames(folder / "preview.html")
    assert list(shown) == [
        "Desktop",
        "Phone",
        "Dark",
        "Images off",
        "Outlook",
        "No style block",
        "No styles",
    ]
    local = {RIVER: picture_name(RIVER)}
    assert shown["Dark"] == dress(saved.email.html, local).dark
    assert (folder / picture_name(RIVER)).is_file()
    text = page(folder / "preview.html").get_element_by_id("plain-text").findtext("pre", "")
    assert text.strip() == saved.email.text.strip()


def test_the_preview_says_the_email_as_a_screen_reader_does(
    folder: Path, saved: SavedIssue
) -> None:
    stops = page(folder / "preview.html").get_element_by_id("read-out").findall(".//li")
    said = [" ".join(" ".join(stop.itertext()).split()) for stop in stops]
    assert said == [stop.line.replace(":", "") for stop in reading_order(saved.email.html)]
    assert said == ["Night ferries return to the river", "Link A ferry"]


def test_the_preview_says_why_each_story_is_there_and_why_others_are_not(folder: Path) -> None:
    told = words(folder / "preview.html")
    assert "3.19 Night ferries return" in told
    assert "3 sources tell it ×2.20" in told
    assert "read more than 90 of 100 ×1.45" in told
    assert "not in the last 7 issues ×1.00" in told
    assert "Number 1 of London." in told
    assert "0.034 Borough appoints a warden of geese" in told
    assert "London is full (3)." in told
    assert "Sun 22 Nov, 20:30" in told
    places = [
        (head.text or "").strip() for head in page(folder / "preview.html").find_class("place")
    ]
    assert places == ["Lead", "Related", "London", "Most covered", "Not placed"]


def test_the_preview_begins_with_what_editors_must_know(folder: Path) -> None:
    told = words(folder / "preview.html")
    order = [
        "Choice 3 matches nothing.",
        "1 of 100 kB",
        "Error: A link goes nowhere.",
        "Warning: A picture has no alt.",
        "Night ferries return Also this morning: a vote",
        "Pictures here are the local copies",
        "Why each story",
    ]
    assert [told.index(part) for part in order] == sorted(told.index(part) for part in order)


def test_plain_text_of_a_language_written_from_the_right_is_set_so(
    tmp_path: Path, saved: SavedIssue
) -> None:
    masthead = replace(saved.issue.masthead, language="ar")
    issue = replace(saved.issue, masthead=masthead)
    preview = write_issue(tmp_path, replace(saved, issue=issue), templates=TEMPLATES)
    (text,) = page(preview / "preview.html").get_element_by_id("plain-text").findall("pre")
    assert (text.get("lang"), text.get("dir")) == ("ar", "rtl")


def test_a_preview_on_disk_runs_no_script(folder: Path) -> None:
    text = (folder / "preview.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "script-src" not in text
    assert "default-src 'none'" in text


def test_a_size_over_the_limit_is_never_rounded_down_to_it(
    tmp_path: Path, saved: SavedIssue
) -> None:
    html = saved.email.html
    padded = replace(saved.email, html=html + " " * (100_001 - len(html.encode())))
    folder = write_issue(tmp_path / "out", replace(saved, email=padded), templates=TEMPLATES)
    assert "101 of 100 kB" in words(folder / "preview.html")


def test_many_runners_up_fold_away(tmp_path: Path, saved: SavedIssue) -> None:
    many = replace(saved.issue, runners_up=saved.issue.runners_up * 25, notices=())
    folder = write_issue(tmp_path / "out", replace(saved, issue=many), templates=TEMPLATES)
    (details,) = page(folder / "preview.html").iter("details")
    assert details.findtext("summary") == "15 more"
    assert len(details.findall("ol/li")) == 15


def test_a_held_issue_is_shown_as_held_with_its_reason(tmp_path: Path, saved: SavedIssue) -> None:
    why = "the lawyers read it (config/choices/daily/2026-11-23.toml, issue.hold)"
    notices = (f"held by the editors: {why}", "a feed failed")
    held = replace(saved, issue=replace(saved.issue, hold=why, notices=notices))
    preview = write_issue(tmp_path, held, templates=TEMPLATES) / "preview.html"
    assert f"Held: {why}" in words(preview)
    assert words(preview).count(why) == 1
    assert "A feed failed" in words(preview)
    assert page(preview).find_class("held")


def test_an_issue_that_errors_hold_says_how_it_is_released(folder: Path) -> None:
    told = words(folder / "preview.html")
    assert (
        "Errors hold it until they are mended, or somebody releases it: digest release 2026" in told
    )


def test_an_issue_that_nothing_holds_shows_no_such_mark(tmp_path: Path, saved: SavedIssue) -> None:
    sound = replace(saved, findings=())
    preview = write_issue(tmp_path, sound, templates=TEMPLATES) / "preview.html"
    assert page(preview).find_class("held") == []


def test_an_issue_without_variants_says_nothing_of_them(folder: Path) -> None:
    assert page(folder / "preview.html").find_class("variants") == []
    assert not (folder / "variants").exists()


def test_the_preview_says_how_many_get_the_whole_for_want_of_a_variant(
    tmp_path: Path, saved: SavedIssue
) -> None:
    german = Wishes(language="de")
    variant = Variant(wishes=german, issue=saved.issue, email=saved.email, message=b"")
    wanted = Wanted(variants={german: 1204}, whole=3, rare=2)
    varied = replace(saved, variants=(variant,), wanted=wanted)
    folder = write_issue(tmp_path / "out", varied, templates=TEMPLATES)
    for path in (folder / "preview.html", folder / f"variants/{german.name}.html"):
        told = words(path)
        assert "The whole issue 3" in told
        assert "All sections 1,204" in told
        assert "2 subscribers want what too few others do, and get the whole issue." in told
    assert page(folder / f"variants/{german.name}.html").find_class("held")
    local = {RIVER: f"../{picture_name(RIVER)}"}
    assert frames(path)["Desktop"] == dress(saved.email.html, local).desktop
