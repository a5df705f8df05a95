"""`digest popular` and clicks, as an editor meets them: through the command line."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import re
from time import monotonic, sleep
from typing import TYPE_CHECKING

from publication import (
    AT,
    STORIES,
    digest,
    facts,
    newsroom_of,
    serving_readers,
    write_feed,
    write_publication,
)

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://news.courier.example"
SOUP = "https://courier.example/monday-soup"
CLOCK = "https://courier.example/town-hall-clock"
HEAD = "url,count,as_of,hours,unit\n"
TABLE = '[[most_popular.from]]\nuse = "table"\n'
HOUR = dt.timedelta(hours=1)
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def write_counts(root: Path, *lines: str) -> str:
    (root / "counts.csv").write_text(HEAD + "".join(f"{line}\n" for line in lines), "utf-8")
    return "counts.csv"


# ---------------------------------------------------------------- import and show


def test_imported_counts_make_the_list_and_show_says_which_page_is_what(tmp_path: Path) -> None:
    write_publication(tmp_path, more=TABLE)
    digest(tmp_path, "pull", "--at", AT)
    name = write_counts(
        tmp_path,
        f"{SOUP}/?utm_source=x,900,2026-11-23T05:20Z,24,read",
        f"{CLOCK},400,2026-11-23T05:20Z,24,read",
        "https://courier.example/puzzle,70,2026-11-23T05:20Z,24,read",
        "no address,70,2026-11-23T05:20Z,,",
    )
    told = digest(tmp_path, "popular", "import", name, "--at", AT)
    assert "Kept as table's: 3 pages, read, as of 2026-11-23 05:20 UTC" in told
    assert "Refused: 1\n  line 5: url is no web address: 'no address'" in told
    shown = digest(tmp_path, "popular", "show", "--at", AT)
    assert shown.startswith("table: used\n")
    assert "3 pages, 2 of them articles with 1300 counts" in shown
    assert "900  A soup for wet Mondays: barley, leek and burnt butter" in shown
    assert "70  https://courier.example/puzzle (no article)" in shown
    issue = facts(tmp_path, "run", "--at", AT)
    assert issue["pull"]["notices"] == []
    saved = json.loads((tmp_path / "out/daily/2026-11-23/issue.json").read_text("utf-8"))
    assert [item["url"] for item in saved["popular"]["items"]] == [SOUP, CLOCK]


def test_imported_times_are_the_publications_and_none_may_lie_ahead(tmp_path: Path) -> None:
    config = write_publication(tmp_path, more=TABLE)
    toml = config / "digest.toml"
    toml.write_text(toml.read_text("utf-8").replace("Europe/London", "America/New_York"), "utf-8")
    lines = (f"{SOUP},900,2026-11-23T00:05,,", f"{SOUP},1,2036-11-23T00:05,,")
    name = write_counts(tmp_path, *lines)
    told = digest(tmp_path, "popular", "import", name, "--at", "2026-11-23T00:14")
    assert "as of 2026-11-23 05:05 UTC" in told
    assert "Refused: 1\n  line 3: as_of lies ahead: '2036-11-23T00:05'" in told


def test_a_dry_run_of_an_import_keeps_nothing(tmp_path: Path) -> None:
    write_publication(tmp_path, more=TABLE)
    name = write_counts(tmp_path, f"{SOUP},900,2026-11-23T05:20Z,,")
    assert "Would keep as table's: 1 page, " in digest(
        tmp_path, "popular", "import", name, "--at", AT, "--dry-run"
    )
    (shown,) = facts(tmp_path, "popular", "show", "--at", AT)
    assert (shown["verdict"], shown["pages"]) == ("not used: it gave no counts", 0)


def test_counts_of_a_provider_that_no_edition_has_are_kept_with_a_warning(tmp_path: Path) -> None:
    write_publication(tmp_path)
    name = write_counts(tmp_path, f"{SOUP},900,2026-11-23T05:20Z,,")
    told = digest(tmp_path, "popular", "import", name, "--at", AT, "--provider", "desk")
    assert "The edition has no provider called desk, so they are not used" in told
    assert facts(tmp_path, "popular", "import", name, "--at", AT, "--provider", "desk") == {
        "provider": "desk",
        "used": False,
        "kept": [{"url": SOUP, "count": 900, "unit": "read", "as_of": "2026-11-23 05:20:00+00:00"}],
        "refused": [],
        "notes": [],
    }


def test_a_provider_that_counts_for_itself_takes_no_counts_from_a_file(tmp_path: Path) -> None:
    write_publication(tmp_path, more=f'[[most_popular.from]]\nuse = "feed_counts"\n{TABLE}')
    name = write_counts(tmp_path, f"{SOUP},900,2026-11-23T05:20Z,,")
    for provider in ("feed_counts", "clicks", "matomo 2"):
        told = digest(
            tmp_path, "popular", "import", name, "--at", AT, "--provider", provider, code=2
        )
        assert f"--provider: {provider} counts for itself" in told
    assert "Kept as table's" in digest(tmp_path, "popular", "import", name, "--at", AT)


def test_counts_of_another_unit_are_shown_apart_from_the_newest(tmp_path: Path) -> None:
    write_publication(tmp_path, more=TABLE)
    digest(tmp_path, "pull", "--at", AT)
    for line in (
        f"{SOUP},50,2026-11-23T05:10Z,24,read",
        f"{CLOCK},30,2026-11-23T05:20Z,,commented",
    ):
        digest(tmp_path, "popular", "import", write_counts(tmp_path, line), "--at", AT)
    (shown,) = facts(tmp_path, "popular", "show", "--at", AT)
    assert (shown["unit"], shown["pages"], shown["total"]) == ("commented", 1, 30)
    assert [one["url"] for one in shown["top"]] == [CLOCK]
    told = digest(tmp_path, "popular", "show", "--at", AT)
    left_out = 'left out pages in other units than the newest, "commented": 1 in "read"'
    assert f"  {left_out}\n" in told
    assert f"most popular: table: {left_out}" in digest(tmp_path, "run", "--at", AT)


def test_a_file_with_nothing_usable_is_one_line(tmp_path: Path) -> None:
    write_publication(tmp_path, more=TABLE)
    (tmp_path / "counts.json").write_text('[{"url": "x"}]', "utf-8")
    told = digest(tmp_path, "popular", "import", "counts.json", "--at", AT, code=1)
    assert told.startswith("digest: counts.json: the table has no usable line; the first: entry 1")


def test_show_says_of_every_provider_why_it_is_not_used(tmp_path: Path) -> None:
    more = (
        '[[most_popular.from]]\nuse = "table"\npath = "thin.csv"\n'
        '[[most_popular.from]]\nuse = "table"\npath = "good.csv"\n'
        '[[most_popular.from]]\nuse = "feed_counts"\n'
    )
    write_publication(tmp_path, more=more)
    for name, count in (("thin.csv", 3), ("good.csv", 300)):
        line = f"{SOUP},{count},2026-11-23T05:20Z,24,read\n"
        (tmp_path / name).write_text(HEAD + line, "utf-8")
    digest(tmp_path, "pull", "--at", AT)
    shown = facts(tmp_path, "popular", "show", "--at", AT)
    assert [(one["provider"], one["verdict"]) for one in shown] == [
        ("table", "not used: 3 counts in all are fewer than min_total = 20"),
        ("table 2", "used"),
        ("feed_counts", "not used: it gave no counts"),
    ]
    assert shown[1]["top"] == [
        {
            "url": SOUP,
            "count": 300,
            "as_of": "2026-11-23 05:20:00+00:00",
            "title": "A soup for wet Mondays: barley, leek and burnt butter",
            "article": SOUP,
        }
    ]


def test_show_without_providers_says_what_the_list_will_be(tmp_path: Path) -> None:
    write_publication(tmp_path)
    assert "what most sources tell, or the latest" in digest(tmp_path, "popular", "show")


# ---------------------------------------------------------------- clicks


def write_clicking(root: Path, more: str = "min_total = 1\n") -> Path:
    rule = f'[most_popular]\nclicks = true\n{more}[[most_popular.from]]\nuse = "clicks"\n'
    config = write_publication(root, more=rule)
    with (config / "digest.toml").open("a", encoding="utf-8") as file:
        file.write(f'[web]\nbase_url = "{BASE}/"\n')
    return config


def test_links_lead_by_way_of_us_only_in_what_is_sent_and_only_where_editors_said_so(
    tmp_path: Path,
) -> None:
    write_clicking(tmp_path / "counted")
    write_publication(tmp_path / "plain")
    for name in ("counted", "plain"):
        digest(tmp_path / name, "run", "--at", AT)
    folders = {name: tmp_path / name / "out/daily/2026-11-23" for name in ("counted", "plain")}
    html, text = (
        (folders["counted"] / f"email.{kind}").read_text("utf-8") for kind in ("html", "txt")
    )
    assert f'href="{BASE}/c/daily/2026-11-23/0"' in html
    assert f"{BASE}/c/daily/2026-11-23/0\n" in text
    assert SOUP not in html + text
    for name in ("preview.html", "issue.json"):
        assert BASE not in (folders["counted"] / name).read_text("utf-8")
        assert SOUP in (folders["counted"] / name).read_text("utf-8")
    assert "byte for byte" in digest(tmp_path / "counted", "replay")
    assert "/c/daily/" not in (folders["plain"] / "email.html").read_text("utf-8")


def test_text_that_looks_like_a_link_of_ours_stays_as_it_was_written(tmp_path: Path) -> None:
    config = write_clicking(tmp_path)
    ours, none = (f"{BASE}/c/daily/2026-11-23/{number}" for number in (0, 99_999))
    feed = tmp_path / "feeds/courier.xml"
    told = feed.read_text("utf-8").replace("What courier knows of it", f"See {ours} or {none}")
    feed.write_text(told, "utf-8")
    choices = config / "choices/daily/2026-11-23.toml"
    choices.parent.mkdir(parents=True)
    choices.write_text(f'[issue]\nnote = "Not {none} either"\n', "utf-8")
    digest(tmp_path, "run", "--at", AT)
    preview = (tmp_path / "out/daily/2026-11-23/preview.html").read_text("utf-8")
    assert f"See {ours} or {none}, in one good sentence." in preview
    assert f"Not {none} either" in preview


def test_a_click_on_yesterdays_issue_is_in_todays_list(tmp_path: Path) -> None:
    config = write_clicking(tmp_path)
    now = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    yesterday, today = now - 12 * HOUR, now + 13 * HOUR
    write_feeds(tmp_path, STORIES, yesterday)
    digest(tmp_path, "run", "--at", yesterday.isoformat())
    first = newest_issue(tmp_path)
    card = json.loads((first / "issue.json").read_text("utf-8"))["sections"][0]["cards"][0]
    link = re.search(rf"{BASE}(/c/\S+)\n", text_from(first, card["title"]))
    assert link
    with serving_readers(tmp_path) as address:
        for _ in range(3):
            connection = http.client.HTTPConnection(*address, timeout=20)
            connection.request("GET", link[1], headers=BROWSER)
            assert connection.getresponse().headers["Location"] == card["url"]
            connection.close()
        wait_until_counted(config, now, 3)
    write_feeds(tmp_path, {"courier": NEWS}, today)
    digest(tmp_path, "run", "--at", today.isoformat(), "--force")
    second = newest_issue(tmp_path)
    assert second != first
    issue = json.loads((second / "issue.json").read_text("utf-8"))
    assert issue["popular"]["title"] == "Most opened from this newsletter"
    assert [item["url"] for item in issue["popular"]["items"]] == [card["url"]]
    elsewhere = [issue["lead"], *(c for section in issue["sections"] for c in section["cards"])]
    assert card["url"] not in [placement["url"] for placement in elsewhere]


NEWS = [
    ("Comet gains second tail", "comet"),
    ("Borough geese appoint warden", "geese"),
    ("Biscuit factory finds buyer", "biscuits"),
    ("Whales sing semitone lower", "whales"),
    ("Aldern harvest under moonlight", "harvest"),
    ("Snow brings pony post back", "pony"),
]


def write_feeds(root: Path, stories: dict[str, list[tuple[str, str]]], at: dt.datetime) -> None:
    newest = at if at.hour >= 2 else at + 2 * HOUR  # the maker's items are two hours older
    for name, items in stories.items():
        write_feed(root / f"feeds/{name}.xml", name, items, newest=newest)


def newest_issue(root: Path) -> Path:
    return max((root / "out/daily").glob("*/issue.json")).parent


def text_from(folder: Path, title: str) -> str:
    """Give the plain part from a headline on, wherever its lines end."""
    words = r"\s+".join(map(re.escape, title.split()))
    found = re.search(rf"{words}.*", (folder / "email.txt").read_text("utf-8"), re.DOTALL)
    assert found
    return found[0]


def wait_until_counted(config: Path, now: dt.datetime, clicks: int) -> None:
    until = monotonic() + 20
    with newsroom_of(config) as newsroom:
        while sum(newsroom.store.clicks("daily", now - HOUR, now + 2 * HOUR).values()) != clicks:
            assert monotonic() < until
            sleep(0.05)
