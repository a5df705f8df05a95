"""What a date is worth: fixtures of every kind of doubt, through pull and plan."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fiction import CUTOFF, TODAY
from hypothesis import given
from hypothesis import strategies as st
from loopback import visitor
from publication import newsroom_of, write_publication

from digest.deciding import decide
from digest.errors import Skipped
from digest.gathering import gather
from digest.model import DateDoubt
from digest.pulling import pull
from digest.recipe import Choice
from digest.sources.dates import CLOCK_SKEW, EMBARGO, Stamp, read_stamp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.model import Issue
    from digest.newsroom import Newsroom

# A headline, the date as its feed writes it, and what must be said of it.
ODD = {
    "Choir hires lighthouse": ("Tue, 24 Nov 2026 05:00:00 GMT", "embargoed until 24 November"),
    "Mayor opens second door": ("Tue, 23 Nov 2027 05:00:00 GMT", "a date days ahead"),
    "Owls counted twice": ("", "undated, first seen"),
    "Tram finds old depot": ("Thu, 01 Jan 1970 00:00:00 GMT", "a date that cannot be read"),
    "Baker measures fog": ("Mon, 23 Nov 2026 04:00:00", "by a date without a time zone"),
    "Wax your bannister": ("Mon, 23 Nov 2026 04:30:00 GMT", "evergreen, 14 days old"),
}
EVERGREEN = "Wax your bannister"


def write_odd(path: Path, entries: dict[str, str], words: str) -> None:
    items = "".join(
        f"<item><title>{title}</title><guid>{title}</guid>"
        f"<link>https://odd.example/{title.split()[-1]}</link>"
        + (f"<pubDate>{date}</pubDate>" if date else "")
        + f"<description>{title}. {words}</description></item>"
        for title, date in entries.items()
    )
    path.write_text(
        f'<rss version="2.0"><channel><title>Odd</title>{items}</channel></rss>', encoding="utf-8"
    )


def pull_at(newsroom: Newsroom, now: dt.datetime) -> None:
    async def work() -> None:
        async with visitor() as http:
            await pull(newsroom, http, now, force=True)

    asyncio.run(work())


@pytest.fixture
def odd_morning(tmp_path: Path) -> Iterator[Newsroom]:
    """A publication one of whose feeds, known for two weeks, now has every odd date there is."""
    odd = '[[sources]]\nuse = "feed"\nurl = "file:feeds/odd.xml"\nsection = "News"\nweight = 9\n'
    config = write_publication(tmp_path, sources=odd, more="[lead]\nrelated = 0\n")
    feed = tmp_path / "feeds/odd.xml"
    write_odd(feed, {EVERGREEN: "Mon, 09 Nov 2026 04:30:00 GMT"}, "Old words.")
    with newsroom_of(config) as opened:
        newsroom = replace(opened, clock=lambda: CUTOFF)
        pull_at(newsroom, CUTOFF - dt.timedelta(days=14))
        write_odd(feed, {title: date for title, (date, _) in ODD.items()}, "New words.")
        yield newsroom


def plan(newsroom: Newsroom) -> Issue:
    pull_at(newsroom, CUTOFF)
    return decide(gather(newsroom, TODAY, CUTOFF, CUTOFF))


def said_of(issue: Issue, title: str) -> str:
    """All that the issue says of a story, wherever it is told."""
    placed = [one for one in issue.placements if one.title == title]
    left = [one for one in issue.runners_up if one.title == title]
    lines = [factor.why for one in placed for factor in one.factors]
    lines += [factor.why for one in left for factor in one.factors]
    lines += [line for one in placed for line in one.reasons]
    lines += [one.reason for one in issue.set_aside if one.title == title]
    return "; ".join(lines)


def test_no_story_of_an_odd_date_leads_however_well_it_scores(odd_morning: Newsroom) -> None:
    issue = plan(odd_morning)
    assert issue.lead.title not in ODD
    scores = {one.title: one.score for one in issue.placements}
    assert scores["Owls counted twice"] > issue.lead.score


@pytest.mark.parametrize("title", ODD)
def test_the_outcome_of_every_odd_date_is_named(odd_morning: Newsroom, title: str) -> None:
    assert ODD[title][1] in said_of(plan(odd_morning), title)


def test_an_embargoed_article_comes_the_morning_after(odd_morning: Newsroom) -> None:
    assert "Choir hires lighthouse" not in {one.title for one in plan(odd_morning).placements}
    next_morning = CUTOFF + dt.timedelta(days=1)
    inputs = gather(odd_morning, next_morning.date(), next_morning, next_morning)
    issue = decide(replace(inputs, edition=replace(inputs.edition, min_stories=1)))
    assert "Choir hires lighthouse" in {one.title for one in issue.placements}


def test_what_has_no_date_is_no_news_when_its_source_is_first_read(tmp_path: Path) -> None:
    odd = '[[sources]]\nuse = "feed"\nurl = "file:feeds/odd.xml"\nsection = "News"\n'
    config = write_publication(tmp_path, sources=odd)
    write_odd(tmp_path / "feeds/odd.xml", {"Old hat": ""}, "Words.")
    with newsroom_of(config) as newsroom:
        assert said_of(plan(newsroom), "Old hat") == (
            "no date, and there when its source was first read"
        )


def test_an_evergreen_leads_not_even_alone(odd_morning: Newsroom) -> None:
    pull_at(odd_morning, CUTOFF)
    inputs = gather(odd_morning, TODAY, CUTOFF, CUTOFF)
    surely = tuple(a for a in inputs.articles if a.title in ODD)
    edition = replace(inputs.edition, min_stories=1)
    issue = decide(replace(inputs, articles=surely, edition=edition))
    assert issue.lead.reasons[0] == "best score, and no story is surely dated"
    assert issue.lead.title != EVERGREEN


def test_a_past_moment_knows_nothing_of_what_was_dated_later(tmp_path: Path) -> None:
    odd = '[[sources]]\nuse = "feed"\nurl = "file:feeds/odd.xml"\nsection = "News"\n'
    config = write_publication(tmp_path, sources=odd)
    write_odd(tmp_path / "feeds/odd.xml", {"New hat": "Mon, 23 Nov 2026 04:00:00 GMT"}, "Words.")
    with newsroom_of(config) as opened:
        newsroom = replace(opened, clock=lambda: CUTOFF)
        pull_at(newsroom, CUTOFF - dt.timedelta(days=9))
        pull_at(newsroom, CUTOFF)
        (stored,) = newsroom.store.articles_at(["https://odd.example/hat"])
    assert (stored.published, stored.first_seen) == (CUTOFF.replace(hour=4, minute=0), CUTOFF)


def test_a_rule_is_counted_once_whatever_the_dates(odd_morning: Newsroom) -> None:
    more = {f"Owl {n} is seen": f"Tue, 24 Nov 2026 0{n}:00:00 GMT" for n in range(6, 10)}
    write_odd(odd_morning.out.parent / "feeds/odd.xml", more, "Words.")
    rules = {one.rule: one.count for one in plan(odd_morning).exclusions}
    assert rules["embargoed"] == 4


def test_a_choice_about_an_embargoed_article_is_told_its_embargo(odd_morning: Newsroom) -> None:
    pull_at(odd_morning, CUTOFF)
    inputs = gather(odd_morning, TODAY, CUTOFF, CUTOFF)
    pin = Choice(do="pin", url="https://odd.example/lighthouse", to="News", where="choice 1")
    (notice,) = (one for one in decide(replace(inputs, choices=(pin,))).notices if "choice" in one)
    assert notice == (
        "choice 1: https://odd.example/lighthouse stands nowhere: "
        "embargoed until 24 November, 05:00"
    )


def test_the_first_morning_of_undated_sources_says_what_it_waits_for(tmp_path: Path) -> None:
    odd = '[[sources]]\nuse = "feed"\nurl = "file:feeds/odd.xml"\nsection = "News"\n'
    config = write_publication(tmp_path, sources=odd)
    write_odd(tmp_path / "feeds/odd.xml", {"Old hat": "", "Old coat": ""}, "Words.")
    with newsroom_of(config) as newsroom:
        pull_at(newsroom, CUTOFF)
        inputs = gather(newsroom, TODAY, CUTOFF, CUTOFF)
        undated = tuple(a for a in inputs.articles if a.published is None)
        with pytest.raises(Skipped, match="2 articles were no news: no date, and there when"):
            decide(replace(inputs, articles=undated))


# ---------------------------------------------------------------- reading what is written


def test_the_first_date_that_can_be_believed_counts() -> None:
    written = ("soon", "", "2026-11-23T04:00:00Z", "2026-11-22T04:00:00Z")
    assert read_stamp(written, CUTOFF) == Stamp(moment=CUTOFF.replace(hour=4, minute=0))


def test_a_date_of_a_clock_that_is_ahead_is_now() -> None:
    stamp = read_stamp([(CUTOFF + CLOCK_SKEW).isoformat()], CUTOFF)
    assert stamp == Stamp(moment=CUTOFF)


@pytest.mark.parametrize("text", ["2026-11-23", "Mon, 23 Nov 2026 04:00:00", "2026-11-23T04:00"])
def test_a_date_without_a_zone_is_believed_with_a_doubt(text: str) -> None:
    assert read_stamp([text], CUTOFF).doubt is DateDoubt.NO_ZONE


@pytest.mark.parametrize("ahead_h", [1, 9, 14])
def test_without_a_zone_what_is_ahead_by_no_more_than_one_came_out_now(ahead_h: int) -> None:
    written = f"{CUTOFF + dt.timedelta(hours=ahead_h):%a, %d %b %Y %H:%M:%S}"
    assert read_stamp([written], CUTOFF) == Stamp(moment=CUTOFF, doubt=DateDoubt.NO_ZONE)
    assert read_stamp([f"{written} GMT"], CUTOFF).moment != CUTOFF


@given(st.timedeltas(CLOCK_SKEW * -1000, EMBARGO * 10))
def test_no_date_is_ever_taken_to_be_further_ahead_than_an_embargo(ahead: dt.timedelta) -> None:
    moment = read_stamp([(CUTOFF + ahead).isoformat(timespec="seconds")], CUTOFF).moment
    assert moment is None or moment <= CUTOFF + EMBARGO
    assert (moment is None) == (ahead.total_seconds() // 1 > EMBARGO.total_seconds())
