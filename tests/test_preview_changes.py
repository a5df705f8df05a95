"""What the preview says has changed: since the issue before, and since the theme was another."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from archive_makers import EVIL, TEMPLATES, make_issue, make_placement, make_saved, page, words
from fiction import CUTOFF
from publication import AT, digest, write_feed, write_publication

from digest.archive import Beside, former_themes, keep_version, write_issue
from digest.archive.changes import compare_issues
from digest.archive.differences import LINES_SHOWN, difference
from digest.archive.versions import KEPT, THEMES_FOLDER, changed_files
from digest.model import Section
from digest.rendering import theme_fingerprint

if TYPE_CHECKING:
    from pathlib import Path

    from digest.model import Issue, Placement

FRIDAY = dt.date(2026, 11, 20)
MONDAY = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)


# ---------------------------------------------------------------- the issue before


def an_issue(date: dt.date, lead: Placement, *cards: Placement) -> Issue:
    section = Section(title="London", cards=cards)
    bare = replace(make_issue(), date=date, lead=lead, related=(), popular=None)
    return replace(bare, sections=(section,) if cards else ())


def placed(slot: str, title: str, story: str, page: str = "") -> Placement:
    return make_placement(slot, title, story=story, url=f"https://courier.example/{page or story}")


def test_a_story_is_known_by_its_id_or_by_its_page_and_told_where_it_went() -> None:
    before = an_issue(
        FRIDAY,
        placed("lead", "Bridge shuts", "bridge"),
        placed("London", "Warm flats", "flats"),
        placed("London", "Geese", "geese"),
    )
    now = an_issue(
        MONDAY,
        placed("lead", "Flats are warm", "other", "flats?utm_source=feed"),
        placed("London", "Bridge shuts", "bridge", "bridge-2"),
        placed("London", "A comet", "comet"),
    )
    changes = compare_issues(before, now)
    assert [one.title for _, one in changes.new] == ["A comet"]
    assert [(place, one.title) for place, one in changes.gone] == [("London", "Geese")]
    assert [(one.place_before, one.place, one.moved, one.retitled) for one in changes.kept] == [
        ("London", "Lead", True, True),
        ("Lead", "London", True, False),
    ]
    assert (changes.moved, changes.retitled) == (2, 1)


def test_an_issue_beside_itself_has_no_changes() -> None:
    changes = compare_issues(make_issue(), make_issue())
    assert (changes.new, changes.gone, changes.moved, changes.retitled) == ((), (), 0, 0)


def test_the_preview_tells_of_what_changed_since_the_issue_before(tmp_path: Path) -> None:
    before = an_issue(
        FRIDAY, placed("lead", EVIL, "bridge"), placed("London", "Old geese", "geese")
    )
    now = an_issue(MONDAY, placed("lead", "Bridge opens", "bridge"), placed("London", "New", "n"))
    before = replace(before, preheader="As it was")
    saved = replace(make_saved(), issue=now, beside=Beside(before=before))
    preview = write_issue(tmp_path, saved, templates=TEMPLATES) / "preview.html"
    told = words(preview)
    assert "Since Friday 20 November 2026" in told
    assert "1 new, 1 goes on, 1 retitled, 1 gone" in told
    assert "was headed “<script>alert(1)" in told
    assert "the same as before" in told  # the subject
    assert "before: As it was" in told
    assert not list(page(preview).iter("script"))


# ---------------------------------------------------------------- lines


def test_a_difference_shows_a_line_around_what_changed_and_where_it_is() -> None:
    before = [f"line {number}" for number in range(20)]
    found = difference("x", before, [*before[:9], "other", *before[10:]])
    assert found is not None
    assert [(line.mark, line.text) for line in found.lines] == [
        ("@", "line 9"),
        (" ", "line 8"),
        ("-", "line 9"),
        ("+", "other"),
        (" ", "line 10"),
    ]
    assert (found.added, found.removed, found.hidden) == (1, 1, 0)


def test_the_same_has_no_difference_and_a_long_one_is_cut() -> None:
    assert difference("x", ["a"], ["a"]) is None
    found = difference("x", [], [f"{'long ' * 100}{number}" for number in range(500)])
    assert found is not None
    assert len(found.lines) == LINES_SHOWN
    assert found.hidden == 501 - LINES_SHOWN  # and the line that says where
    assert max(len(line.text) for line in found.lines) < 250


# ---------------------------------------------------------------- versions of a theme


@pytest.fixture
def themes(tmp_path: Path) -> tuple[Path, ...]:
    """Give a theme of a newsroom's own that lies on another, over the built-in folder."""
    own = tmp_path / "templates"
    (own / "evening").mkdir(parents=True)
    (own / "evening/theme.toml").write_text('[theme]\nextends = "broadsheet"\n', encoding="utf-8")
    (own / "words").mkdir()
    (own / "words/fr.po").write_text('msgid ""\nmsgstr ""\n', encoding="utf-8")
    return own / "evening", TEMPLATES[0] / "evening"


def colour(themes: tuple[Path, ...], accent: str) -> str:
    text = f'[theme]\nextends = "broadsheet"\n[light]\naccent = "{accent}"\n'
    (themes[0] / "theme.toml").write_text(text, encoding="utf-8")
    return theme_fingerprint(themes)


def test_a_kept_version_is_the_theme_as_it_was_with_all_that_it_lies_on(
    tmp_path: Path, themes: tuple[Path, ...]
) -> None:
    first = theme_fingerprint(themes)
    keep_version(tmp_path, themes, FRIDAY)
    assert former_themes(tmp_path, themes, FRIDAY) == ()
    colour(themes, "#7a1f1f")
    former = former_themes(tmp_path, themes, MONDAY)
    assert theme_fingerprint(former) == first
    assert (former[0].parent / "words/fr.po").is_file()
    (change,) = changed_files(former, themes)
    assert (change.name, change.added, change.removed) == ("evening/theme.toml", 2, 0)


def test_a_change_is_told_with_the_first_issue_that_it_set_and_with_no_later_one(
    tmp_path: Path, themes: tuple[Path, ...]
) -> None:
    keep_version(tmp_path, themes, FRIDAY)
    colour(themes, "#7a1f1f")
    for _ in range(2):  # however often that issue is built
        assert former_themes(tmp_path, themes, MONDAY)
        keep_version(tmp_path, themes, MONDAY)
    assert former_themes(tmp_path, themes, MONDAY + DAY) == ()


def test_a_version_that_comes_back_is_compared_with_the_one_between(
    tmp_path: Path, themes: tuple[Path, ...]
) -> None:
    colour(themes, "#111111")
    keep_version(tmp_path, themes, FRIDAY)
    between = colour(themes, "#7a1f1f")
    keep_version(tmp_path, themes, MONDAY)
    colour(themes, "#111111")
    keep_version(tmp_path, themes, MONDAY)
    assert theme_fingerprint(former_themes(tmp_path, themes, MONDAY)) == between


def test_only_the_newest_versions_are_kept(tmp_path: Path, themes: tuple[Path, ...]) -> None:
    for number in range(KEPT + 3):
        colour(themes, f"#{number:06}")
        keep_version(tmp_path, themes, MONDAY)
    folder = tmp_path / THEMES_FOLDER / "evening"
    assert len([one for one in folder.iterdir() if one.is_dir()]) == KEPT
    assert former_themes(tmp_path, themes, MONDAY)


@pytest.mark.parametrize("damage", ["changed", "removed", "history", "dates"])
def test_a_damaged_copy_counts_for_nothing_and_stops_nothing(
    tmp_path: Path, themes: tuple[Path, ...], damage: str
) -> None:
    version = colour(themes, "#111111")
    keep_version(tmp_path, themes, FRIDAY)
    folder = tmp_path / THEMES_FOLDER / "evening"
    if damage == "changed":
        (folder / version / "1/evening/theme.toml").write_text("[light]\n", encoding="utf-8")
    elif damage == "removed":
        (folder / version / "1/evening/theme.toml").unlink()
    else:
        lines = "\x00\xff" if damage == "history" else f"{version} 2026-99-99\n"
        (folder / "history.txt").write_text(lines, encoding="utf-8")
    colour(themes, "#7a1f1f")
    assert former_themes(tmp_path, themes, MONDAY) == ()
    keep_version(tmp_path, themes, MONDAY)
    assert former_themes(tmp_path, themes, MONDAY + DAY) == ()


# ---------------------------------------------------------------- journeys


def put(root: Path, name: str, text: str) -> None:
    path = root / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    write_publication(tmp_path)
    digest(tmp_path, "run", "--at", AT)
    return tmp_path


def rebuilt(root: Path) -> Path:
    digest(root, "run", "--at", AT)
    return root / "out/daily/2026-11-23/preview.html"


def test_another_colour_is_told_as_looks_alone_and_shown_before_and_after(built: Path) -> None:
    assert not page(rebuilt(built)).xpath("//*[@id='restyled']")
    put(built, "broadsheet/theme.toml", '[light]\naccent = "#7a1f1f"\n')
    preview = rebuilt(built)
    assert "only its looks changed" in words(preview)
    assert "broadsheet/theme.toml 2 lines in, 0 out" in words(preview)
    assert '+ accent = "#7a1f1f"' in words(preview)
    before, now = page(preview).xpath("//*[@id='restyled']//iframe/@srcdoc")
    assert "#1c5a49" in before
    assert "#7a1f1f" in now
    bytes_of_it = preview.read_bytes()
    assert rebuilt(built).read_bytes() == bytes_of_it
    assert "Since" not in digest(built, "replay")


def test_other_words_are_told_line_by_line(built: Path) -> None:
    more = (
        '{% extends "base/lead.html.j2" %}'
        '{% block onward %}<p class="text">Ring us</p>{% endblock %}'
    )
    put(built, "broadsheet/lead.html.j2", more)
    told = words(rebuilt(built))
    assert "What is read is no longer the same." in told
    assert "+ Ring us" in told
    assert "− Link: Read the full story at Courier" in told


def test_a_former_theme_that_cannot_set_the_issue_is_told_of(built: Path) -> None:
    extends = '{% extends "base/lead.html.j2" %}{% block onward %}'
    falls = extends + "{% if issue.note %}{{ 1 // 0 }}{% endif %}{{ super() }}{% endblock %}"
    put(built, "broadsheet/lead.html.j2", falls)
    rebuilt(built)
    put(built, "broadsheet/lead.html.j2", extends + "{{ super() }}{% endblock %}")
    choices = built / "config/choices/daily/2026-11-23.toml"
    choices.parent.mkdir(parents=True)
    choices.write_text('[issue]\nnote = "Good morning"\n', encoding="utf-8")
    preview = rebuilt(built)
    assert "The former theme cannot set this issue: ZeroDivisionError" in words(preview)
    assert page(preview).xpath("//*[@id='restyled']//iframe") == []
    assert str(built) not in preview.read_text(encoding="utf-8")


def test_the_issue_of_the_day_before_is_found_in_the_store(built: Path) -> None:
    tomorrow = CUTOFF + DAY
    stories = [
        ("Whales sing a semitone lower", "whales"),
        ("Borough appoints a warden of geese", "geese"),
        ("Comet gains a second tail", "comet"),
        ("Biscuit works bought by its bakers", "biscuits"),
    ]
    write_feed(built / "feeds/wire.xml", "wire", stories, newest=tomorrow)
    digest(built, "run", "--at", "2026-11-24T05:30")
    preview = built / "out/daily/2026-11-24/preview.html"
    assert "Since Monday 23 November 2026" in words(preview)
    assert page(preview).xpath("//*[@id='since']//summary")
