"""Sources added to an edition's file: every other byte stays, and nothing unsound is written."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from configured import DIGEST, EDITION, load, publication
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import ConfigError
from digest.settings.editing import NewSource, add_sources, section_of

if TYPE_CHECKING:
    from pathlib import Path

WIRE = NewSource(url="https://wire.example/rss.xml")
TABLE = '[[sources]]\nuse = "feed"\nurl = "https://wire.example/rss.xml"\n'

COMMENTED = """\
#:schema ../schema/edition.json
title   =   "The Daily Courier"   # spaces as somebody likes them

[[sources]]
use = "feed"
url = "https://feeds.example.org/world.xml"
# rights = "own"

# The parts of the issue,
# in order.
[[sections]]
title = "World"
count = 3


[rules]
min_stories = 2 # few
"""


def edition(config: Path) -> Path:
    return config / "editions/daily.toml"


def added(tmp_path: Path, before: str, *new: NewSource) -> str:
    """Add to an edition's file, and give its text afterwards."""
    config = publication(tmp_path, DIGEST)
    edition(config).write_bytes(before.encode())
    add_sources(config, "daily", new)
    sources = load(config).editions["daily"].edition.sources
    assert [source.id for source in sources[-len(new) :]] == [source.url for source in new]
    return edition(config).read_bytes().decode()


def test_a_source_goes_below_the_others_and_comments_stay_where_they_were(tmp_path: Path) -> None:
    here = '# rights = "own"\n\n'
    after = added(tmp_path, COMMENTED, WIRE)
    assert after == COMMENTED.replace(here, f"{here}{TABLE}\n")


def test_a_comment_right_below_the_last_source_stays_with_it(tmp_path: Path) -> None:
    tight = COMMENTED.replace('"own"\n\n# The parts of the issue,\n# in order.\n', '"own"\n')
    after = added(tmp_path, tight, WIRE)
    assert after == tight.replace("[[sections]]", f"\n{TABLE}\n[[sections]]")


def test_at_the_end_of_a_file_without_a_line_break_one_is_put_between(tmp_path: Path) -> None:
    sources, sections = EDITION.split("[[sections]]")
    before = 'title = "x"\n[[sections]]' + sections + sources.partition("\n")[2].rstrip()
    assert added(tmp_path, before, WIRE) == f"{before}\n\n{TABLE}"


def test_line_ends_of_windows_and_a_byte_order_mark_stay(tmp_path: Path) -> None:
    after = added(tmp_path, "\ufeff" + COMMENTED.replace("\n", "\r\n"), WIRE)
    assert after.startswith("\ufeff#:schema")
    assert after.count("\n") == after.count("\r\n") == COMMENTED.count("\n") + 4


def test_sources_that_stand_in_several_places_are_followed_by_the_new_one(tmp_path: Path) -> None:
    scattered = COMMENTED + '\n[[sources]]\nuse = "feed"\nurl = "https://b.example/"\n[lead]\n'
    after = added(tmp_path, scattered, WIRE)
    assert after == scattered.replace("[lead]", f"\n{TABLE}\n[lead]")


def test_the_options_of_the_last_source_stay_its_own(tmp_path: Path) -> None:
    own = (
        '[[sources]]\nuse = "newsroom.cms:Cms"\nurl = "https://c.example/"\n'
        "[sources.options]\ndesk = 3\n[sources.options.deep]\nx = 1\n"
    )
    after = added(tmp_path, COMMENTED + own, WIRE)
    assert after == f"{COMMENTED}{own}\n{TABLE}"


def test_what_looks_like_a_table_within_a_text_is_none(tmp_path: Path) -> None:
    tricky = (
        '[[sources]]\nuse = "newsroom.cms:Cms"\noptions = { note = """\n[[sections]]\n[x]\n""" }\n'
    )
    after = added(tmp_path, COMMENTED + tricky, WIRE)
    assert after == f"{COMMENTED}{tricky}\n{TABLE}"


def test_several_are_added_in_their_order_with_what_is_known_of_each(tmp_path: Path) -> None:
    full = NewSource(
        url="https://b.example/",
        title='The "B" \\ Post',
        section="World",
        weight=1.5,
        rights="own",
    )
    page = NewSource(url="https://c.example/", use="page", select="h2 a")
    after = added(tmp_path, EDITION, WIRE, full, page)
    assert (
        f'{TABLE}\n[[sources]]\nuse = "feed"\nurl = "https://b.example/"\n'
        'title = "The \\"B\\" \\\\ Post"\nsection = "World"\nweight = 1.5\nrights = "own"\n'
        '\n[[sources]]\nuse = "page"\nurl = "https://c.example/"\nselect = "h2 a"\n'
    ) in after


def test_a_link_goes_on_pointing_to_the_file_whose_mode_stays(tmp_path: Path) -> None:
    config = publication(tmp_path)
    real = tmp_path / "elsewhere.toml"
    edition(config).rename(real)
    real.chmod(0o640)
    edition(config).symlink_to(real)
    add_sources(config, "daily", [WIRE])
    assert edition(config).is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert TABLE in real.read_text("utf-8")


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (NewSource(url="https://feeds.example.org/world.xml"), "same source"),
        (NewSource(url="ftp://wire.example/"), "must be an address"),
        (NewSource(url="https://a.example/", section="Wrold"), 'Did you mean "World"'),
        (NewSource(url="https://a.example/", weight=0.0), "must be above 0"),
        (NewSource(url="https://a.example/", use="fede"), 'Did you mean "feed"'),
        (NewSource(url="https://a.example/", title="two\nlines"), "single line"),
    ],
)
def test_what_would_not_be_sound_is_refused_and_the_file_left_alone(
    tmp_path: Path, new: NewSource, reason: str
) -> None:
    config = publication(tmp_path)
    before = edition(config).read_bytes()
    with pytest.raises(ConfigError, match=reason):
        add_sources(config, "daily", [WIRE, new])
    assert edition(config).read_bytes() == before
    assert [path.name for path in edition(config).parent.iterdir()] == ["daily.toml"]


def test_sources_in_a_list_in_one_line_are_left_to_the_editors(tmp_path: Path) -> None:
    inline = (
        'title = "x"\nsources = [{ use = "feed", url = "https://a.example/" }]\n'
        '[[sections]]\ntitle = "World"\n'
    )
    config = publication(tmp_path, DIGEST, inline)
    with pytest.raises(ConfigError, match="add this one by hand") as caught:
        add_sources(config, "daily", [WIRE])
    assert TABLE in caught.value.hint
    assert edition(config).read_text("utf-8") == inline


def test_a_section_is_found_in_any_case_and_else_the_nearest_is_named(tmp_path: Path) -> None:
    known = load(publication(tmp_path)).editions["daily"].edition
    assert section_of(known, "wORLD") == "World"
    with pytest.raises(ConfigError, match='Did you mean "World"'):
        section_of(known, "Word")


@settings(max_examples=50)
@given(
    title=st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1).filter(
        lambda text: bool(text.strip())
    ),
    blank=st.sampled_from(["", "\n", "\n\n\n", "# a comment\n", "\n# [[sections]]\n\n"]),
)
def test_whatever_the_title_it_is_read_as_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, title: str, blank: str
) -> None:
    config = publication(tmp_path_factory.mktemp("editing"))
    text = EDITION.replace("[[sections]]", f"{blank}[[sections]]")
    edition(config).write_text(text, "utf-8")
    add_sources(config, "daily", [NewSource(url="https://a.example/", title=title)])
    assert load(config).editions["daily"].edition.sources[-1].title == title.strip()
    for line in filter(str.strip, text.splitlines()):
        assert line in edition(config).read_text("utf-8").splitlines()
