"""From a comments feed to the printed quote: pulled, stored, chosen, shown, told."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from comment_feeds import BRIDGE, TEA, TEA_AT, disqus, the_tea, wordpress, wordpress_item
from fiction import CUTOFF
from loopback import serving, visitor
from publication import AT, digest, facts, newsroom_of, tree, write_publication

from digest.comment import Comment
from digest.gathering import gather
from digest.health import ALERT_AFTER
from digest.protocols import Pulled
from digest.pulling import PullReport, pull
from digest.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.newsroom import Newsroom
    from digest.protocols import Http

COMMENTS = '[comments]\n[[comments.from]]\nuse = "feed"\nurl = "file:feeds/comments.xml"\n'
FEED = "file:feeds/comments.xml"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_publication(tmp_path, more=COMMENTS)
    (tmp_path / "feeds/comments.xml").write_text(the_tea(), "utf-8")
    return tmp_path


def choose(root: Path, url: str = TEA_AT, text: str = "") -> None:
    path = root / "config/choices/daily/2026-11-23.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    said = f'text = "{text}"\n' if text else ""
    path.write_text(f'[[choice]]\nurl = "{url}"\ndo = "quote"\n{said}', "utf-8")


def saved(root: Path, name: str) -> str:
    return (root / "out/daily/2026-11-23" / name).read_text("utf-8")


# ------------------------------------------------------------ through the command line


def test_a_comment_is_listed_then_chosen_then_printed_with_its_author_and_link(root: Path) -> None:
    told = digest(root, "run", "--at", AT)
    assert "1 new comment" in told
    assert "From the comments" not in saved(root, "email.html")
    (listed,) = facts(root, "comments", "2026-11-23")
    assert listed["text"] == TEA
    choose(root, listed["url"])
    assert "sound" in digest(root, "check")
    digest(root, "run", "--at", AT)
    for name in ("email.html", "email.txt"):
        page = saved(root, name)
        assert "From the comments" in page
        assert "My mother took the night boat" in page
        assert "Maureen Adair" in page
        assert TEA_AT in page
        assert "Read the comments on" in page
    assert "Chosen by the editors (config/choices/daily/2026-11-23.toml, choice 1)" in saved(
        root, "preview.html"
    )
    assert "byte for byte" in digest(root, "replay")
    told = digest(root, "explain")
    assert TEA in told
    assert "Maureen Adair; chosen by the editors" in told
    (quoted,) = facts(root, "explain")["comments"]
    assert (quoted["url"], quoted["title"]) == (
        TEA_AT,
        "Night ferries return as Gallion Bridge shuts for a year",
    )


def test_the_list_shows_who_wrote_what_on_which_article_newest_first(root: Path) -> None:
    newer = wordpress_item(13, "<p>No.</p>", author="", date="Mon, 23 Nov 2026 05:00:00 +0000")
    older = wordpress_item(12, "<p>Yes.</p>", author="Jo Do")
    (root / "feeds/comments.xml").write_text(wordpress(older, newer), "utf-8")
    digest(root, "pull", "--at", AT)
    lines = digest(root, "comments", "2026-11-23").splitlines()
    assert lines[0].startswith("A reader, Mon 23 Nov 05:00")
    assert lines[1:3] == ["  No.", f"  {BRIDGE}#comment-13"]
    assert lines[3] == "Jo Do, Mon 23 Nov 04:20, on Night ferries return"
    assert "No comment from" in digest(root, "comments", "2026-11-20")
    assert "is no date" in digest(root, "comments", "monday", code=2)


def test_a_misquotation_is_an_error_of_the_check_and_an_alert_of_the_build(root: Path) -> None:
    digest(root, "pull", "--at", AT)
    choose(root, text="The tea was wonderful.")
    assert "these are not the comment's own words" in digest(root, "check", code=2)
    told = digest(root, "run", "--at", AT)
    assert "these are not the comment's own words" in told
    assert "wonderful" not in saved(root, "email.html")
    assert "From the comments" not in saved(root, "email.html")


def test_a_choice_that_matches_nothing_is_told_with_the_nearest_and_stops_nothing(
    root: Path,
) -> None:
    digest(root, "pull", "--at", AT)
    choose(root, f"{BRIDGE}#comment-13")
    said = f"no comment has the address {BRIDGE}#comment-13; the nearest are {TEA_AT}"
    assert said in digest(root, "check", code=2)
    assert said in digest(root, "run", "--at", AT)
    assert (root / "out/daily/2026-11-23/email.html").exists()


def test_an_edition_without_comments_lists_none_and_quotes_none(tmp_path: Path) -> None:
    write_publication(tmp_path)
    choose(tmp_path)
    assert "reads no comments" in digest(tmp_path, "comments", code=2)
    assert "has no [comments] to quote from" in digest(tmp_path, "check", code=2)
    assert "has no [comments] to quote from" in digest(tmp_path, "run", "--at", AT)


def test_no_hash_seed_changes_a_byte_of_the_quotes(tmp_path: Path) -> None:
    trees = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        write_publication(folder, more=COMMENTS)
        (folder / "feeds/comments.xml").write_text(disqus(), "utf-8")
        choose(folder, f"{BRIDGE}#comment-641", "My mother … the tea was terrible.")
        digest(folder, "run", "--at", AT, hash_seed=seed)
        assert "My mother … the tea was terrible." in saved(folder, "email.html")
        trees.append(tree(folder))
    assert trees[0] == trees[1]


def test_an_issue_keeps_only_the_comments_that_were_chosen(root: Path) -> None:
    stranger = wordpress_item(13, "<p>Nobody chose me.</p>")
    feed = the_tea().replace("</channel>", f"{stranger}</channel>")
    (root / "feeds/comments.xml").write_text(feed, "utf-8")
    choose(root)
    digest(root, "run", "--at", AT)
    with newsroom_of(root / "config") as newsroom:
        inputs = gather(newsroom, CUTOFF.date(), CUTOFF, CUTOFF)
    assert [comment.url for comment in inputs.comments] == [TEA_AT]


# ------------------------------------------------------------ pulling


def pulled(newsroom: Newsroom, now: dt.datetime = CUTOFF) -> PullReport:
    async def work() -> PullReport:
        async with visitor() as http:
            return await pull(newsroom, http, now)

    return asyncio.run(work())


def test_a_comments_feed_is_asked_with_the_manners_of_a_source(root: Path) -> None:
    asked: list[tuple[str | None, str]] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append((request.headers.get("If-None-Match"), request.headers["Accept"]))
        if request.headers.get("If-None-Match") == '"a"':
            return web.Response(status=304)
        return web.Response(body=the_tea().encode(), headers={"ETag": '"a"'})

    async def work() -> list[PullReport]:
        async with serving(answer) as server, visitor() as http:
            edition = root / "config/editions/daily.toml"
            edition.write_text(edition.read_text("utf-8").replace(FEED, f"{server}/feed/"), "utf-8")
            clock = CUTOFF
            with newsroom_of(root / "config") as opened:
                newsroom = replace(opened, clock=lambda: clock)
                reports = [await pull(newsroom, http, clock)]
                reports.append(await pull(newsroom, http, clock))
                clock += HOUR
                reports.append(await pull(newsroom, http, clock))
            return reports

    reports = asyncio.run(work())
    assert [one.outcome for report in reports for one in report.comments] == [
        "read",
        "resting",
        "unchanged",
    ]
    assert (reports[0].comments[0].new, reports[0].comments[0].read) == (1, 1)
    assert [condition for condition, _ in asked] == [None, '"a"']
    assert all("application/rss+xml" in accept for _, accept in asked)


@pytest.fixture
def newsroom(root: Path) -> Iterator[Newsroom]:
    with newsroom_of(root / "config") as opened:
        yield opened


def test_a_feed_that_fails_costs_one_notice_a_pull(newsroom: Newsroom, root: Path) -> None:
    (root / "feeds/comments.xml").unlink()
    for hour in range(ALERT_AFTER):
        report = pulled(newsroom, CUTOFF + hour * HOUR)
        (notice,) = report.notices
        assert "there is no such file" in notice
        assert [one.outcome for one in report.comments] == ["failed"]
        assert len(report.sources) == 3
    assert "has failed 5 times" in notice


def test_a_feed_that_failed_can_be_enabled(root: Path) -> None:
    (root / "feeds/comments.xml").unlink()
    digest(root, "pull", "--at", AT)
    assert "there is no such file" in digest(root, "check", "--online", code=2)
    assert FEED in digest(root, "status")
    assert "will be asked at the next pull" in digest(root, "sources", "enable", FEED)


class Letters:
    """A comments plug of somebody's own."""

    async def pull(self, http: Http, memory: object, now: dt.datetime) -> Pulled:
        raise ZeroDivisionError


def test_a_plug_that_fails_in_its_own_way_costs_one_notice(newsroom: Newsroom) -> None:
    report = pulled(replace(newsroom, comments={FEED: Letters()}))
    assert report.notices == (f"{FEED}: the plug failed with ZeroDivisionError: ",)


# ------------------------------------------------------------ the store


def a_comment(guid: str = "1", text: str = TEA, hours_old: float = 1, **rest: object) -> Comment:
    made = Comment(
        source=FEED,
        guid=guid,
        url=f"{BRIDGE}#comment-{guid}",
        author="Maureen Adair",
        text=text,
        on_title="Night ferries return",
        published=CUTOFF - hours_old * HOUR,
        first_seen=CUTOFF,
    )
    return replace(made, **rest)  # type: ignore[arg-type]  # fields of Comment


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as opened:
        yield opened


def all_of(store: Store) -> tuple[Comment, ...]:
    return store.comments([FEED], CUTOFF - 99 * HOUR, known_by=CUTOFF + 99 * HOUR)


def test_a_comment_comes_back_as_it_went_in(store: Store) -> None:
    assert store.add_pull(FEED, Pulled(comments=(a_comment(),)), CUTOFF) == 1
    assert all_of(store) == (a_comment(),)


def test_an_edited_comment_is_updated_and_keeps_when_it_was_first_seen(store: Store) -> None:
    store.add_pull(FEED, Pulled(comments=(a_comment(),)), CUTOFF)
    later = a_comment(text="I take it back.", first_seen=CUTOFF + HOUR)
    assert store.add_pull(FEED, Pulled(comments=(later,)), CUTOFF + HOUR) == 0
    assert all_of(store) == (replace(later, first_seen=CUTOFF),)


def test_comments_come_newest_first_from_a_window_open_at_its_start(store: Store) -> None:
    given = tuple(
        a_comment(guid, hours_old=hours) for guid, hours in (("b", 2), ("a", 2), ("c", 1))
    )
    store.add_pull(FEED, Pulled(comments=given), CUTOFF)
    assert [one.guid for one in all_of(store)] == ["c", "a", "b"]
    ended = store.comments([FEED], CUTOFF - 2 * HOUR, until=CUTOFF - HOUR, known_by=CUTOFF)
    assert [one.guid for one in ended] == ["c"]
    assert store.comments([FEED], CUTOFF - 2 * HOUR, known_by=CUTOFF - HOUR) == ()
    assert store.comments(["another"], CUTOFF - 9 * HOUR, known_by=CUTOFF) == ()


def test_a_comment_that_no_database_can_hold_stops_no_pull(store: Store) -> None:
    odd = (a_comment("a\0", text="one"), a_comment("a", text="two"), a_comment("b\ud800"))
    assert store.add_pull(FEED, Pulled(comments=odd), CUTOFF) == 2
    assert {(one.guid, one.text) for one in all_of(store)} == {("a", "one"), ("b", TEA)}
    assert store.add_pull(FEED, Pulled(comments=odd), CUTOFF) == 0


# ------------------------------------------------------------ chosen by command


def test_a_quote_is_chosen_by_a_part_of_what_its_writer_said_or_is_called(root: Path) -> None:
    digest(root, "pull", "--at", AT)
    day = ("--date", "2026-11-23")
    told = digest(root, "choose", "quote", the_word(root), *day)
    assert TEA_AT in (root / "config/choices/daily/2026-11-23.toml").read_text("utf-8")
    assert "choice 1" in told
    assert digest(root, "check").count("no comment has") == 0


def test_a_quote_of_nobody_or_of_other_words_is_refused_before_it_is_written(root: Path) -> None:
    digest(root, "pull", "--at", AT)
    day = ("--date", "2026-11-23")
    unknown = digest(root, "choose", "quote", "nobody said this", *day, code=2)
    assert "`digest comments` lists those that may be quoted" in unknown
    wrong = digest(root, "choose", "quote", TEA_AT, "--text", "The tea was excellent", *day, code=2)
    assert "these are not the comment's own words: “The tea was excellent”" in wrong
    assert not (root / "config/choices/daily/2026-11-23.toml").exists()


def the_word(root: Path) -> str:
    """Give the longest word of the only comment."""
    (comment,) = facts(root, "comments", "2026-11-23")
    return str(max(comment["text"].split(), key=len).strip(".,"))
