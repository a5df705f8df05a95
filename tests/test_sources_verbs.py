"""`digest sources …` as an editor uses it, against real servers on loopback."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import pty
import re
import subprocess
import sys
import threading
from contextlib import ExitStack
from email.utils import format_datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
import pytest
from click.testing import CliRunner
from publication import write_publication

from digest.cli import cli
from digest.cli.addresses import AddressReader, Trial, kind_of
from digest.cli.discovering import discover
from digest.cli.sources import sources
from digest.cli.verdict import tell_trial
from digest.errors import DigestError
from digest.http import Client
from digest.protocols import Pulled, Response
from digest.sandbox import Sandbox
from digest.settings import load_configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.cli.discovering import Candidate

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
LONDON = ZoneInfo("Europe/London")
TEXT = {".xml": "application/rss+xml", ".json": "application/feed+json", ".txt": "text/plain"}


class Site:
    """A web site on loopback: its documents by path, and the requests that it had."""

    def __init__(self, host: str) -> None:
        self.pages: dict[str, bytes | int] = {}
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer((host, 0), partial(_Handler, self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"http://{host}:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, site: Site, *arguments: Any) -> None:
        self._site = site
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self._site.asked.append(self.path)
        page = self._site.pages.get(self.path, 404)
        body = b"" if isinstance(page, int) else page
        self.send_response(page if isinstance(page, int) else 200)
        self.send_header("Content-Type", TEXT.get(Path(self.path).suffix, "text/html"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its base's name
        """Keep quiet."""


@pytest.fixture
def site() -> Iterator[Callable[[], Site]]:
    """Give sites, each on an address of its own, so that they need not wait for each other."""
    with ExitStack() as stack:
        hosts = (f"127.0.7.{number}" for number in range(1, 250))

        def start() -> Site:
            site = Site(next(hosts))
            stack.callback(site.close)
            return site

        yield start


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A publication that may read loopback, and the folder in which the program is called."""
    config = write_publication(tmp_path)
    with (config / "digest.toml").open("a", encoding="utf-8") as file:
        file.write('[http]\nallow = ["127.0.0.0/8"]\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rss(titles: list[str], *, more: str = "", newest: dt.datetime = NOW) -> bytes:
    items = "".join(
        f"<item><title>{title}</title><link>https://wire.example/{number}</link>"
        f"<pubDate>{format_datetime(newest - dt.timedelta(hours=number))}</pubDate>{more}</item>"
        for number, title in enumerate(titles)
    )
    return f'<rss version="2.0"><channel><title>The Wire</title>{items}</channel></rss>'.encode()


def page(*feeds: str) -> bytes:
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="All" href="{feed}">'
        for feed in feeds
    )
    return f"<!DOCTYPE html><html><head>{links}</head><body><p>News</p></body></html>".encode()


def run(*arguments: str, code: int = 0, stdin: bytes = b"") -> str:
    """Run `digest sources …`; give what it printed and its error, after checking its code."""
    done = CliRunner().invoke(cli, ["sources", *arguments], input=stdin)
    error = done.exception
    if isinstance(error, DigestError):
        assert error.exit_code == code, str(error)
        return done.output + str(error)
    assert done.exit_code == code, done.output + repr(error)
    return done.output


def facts(*arguments: str, **options: Any) -> Any:
    return json.loads(run(*arguments, "--json", **options))


def edition(root: Path) -> Path:
    return root / "config/editions/daily.toml"


def read_ids(root: Path) -> list[str]:
    found = load_configuration(root / "config", environ={}).editions["daily"].edition.sources
    return [source.id for source in found]


# ---------------------------------------------------------------- test


def test_a_feed_is_told_of_with_what_is_missing_and_what_that_means(
    root: Path, site: Callable[[], Site]
) -> None:
    wire = site()
    wire.pages["/rss.xml"] = rss(
        ["One", "Two", "Three", "Four"], more="<description>x y z</description>"
    )
    told = run("test", f"{wire.url}/rss.xml")
    assert 'RSS, read with use = "feed"' in told
    assert "The Wire" in told
    assert "4, from " in told
    assert "summary 100%, picture 0%, author 0%, date 100%" in told
    assert "Three" in told
    assert "Four" not in told
    assert "no pictures: its stories cannot lead with a photo" in told
    assert "no summaries" not in told
    assert wire.asked == ["/rss.xml"]
    assert not (root / "digest.db").exists()


def test_the_facts_of_a_test_are_there_for_programs(root: Path, site: Callable[[], Site]) -> None:
    wire = site()
    wire.pages["/rss.xml"] = rss(["One", "Two"], newest=NOW - dt.timedelta(days=30))
    given = facts("test", f"{wire.url}/rss.xml")
    assert (given["kind"], given["use"]) == ("RSS", "feed")
    assert given["articles"] == 2
    assert given["shares"] == {"summary": 0.0, "picture": 0.0, "author": 0.0, "date": 1.0}
    assert dt.datetime.fromisoformat(given["newest"]) == NOW - dt.timedelta(days=30)
    assert given["headlines"] == ["One", "Two"]
    assert "nothing new for 30 days: an issue looks back 4 at most" in given["missing"]


def test_what_few_articles_have_is_told_with_the_number(
    root: Path, site: Callable[[], Site]
) -> None:
    wire = site()
    three = rss(["One", "Two", "Three"]).decode()
    wire.pages["/rss.xml"] = three.replace(
        "</item>", "<description>A.</description><author>Ann</author></item>", 1
    ).encode()
    lacks = facts("test", f"{wire.url}/rss.xml")["missing"]
    assert "summaries with 1 of 3 only: the others show nothing but a headline" in lacks
    assert "authors with 1 of 3 only: the others have no byline" in lacks


def test_a_feed_without_articles_adds_nothing(root: Path, site: Callable[[], Site]) -> None:
    wire = site()
    wire.pages["/rss.xml"] = rss([])
    given = facts("test", f"{wire.url}/rss.xml")
    assert (given["articles"], given["newest"]) == (0, None)
    assert given["missing"] == ["no articles: it adds nothing to an issue today"]


def test_a_json_feed_is_known_as_one(root: Path, site: Callable[[], Site]) -> None:
    wire = site()
    item = {"id": "1", "url": "https://wire.example/1", "title": "One", "content_text": "Text."}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Wire", "items": [item]}
    wire.pages["/feed.json"] = json.dumps(feed).encode()
    assert facts("test", f"{wire.url}/feed.json")["kind"] == "JSON Feed"


def test_a_news_sitemap_is_read_and_added_as_what_it_is(
    root: Path, site: Callable[[], Site]
) -> None:
    wire = site()
    news = "http://www.google.com/schemas/sitemap-news/0.9"
    wire.pages["/news.xml"] = (
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="{news}">'
        f"<url><loc>{wire.url}/1</loc><n:news><n:publication><n:name>Wire</n:name>"
        "<n:language>en</n:language></n:publication><n:title>One for the road</n:title>"
        f"<n:publication_date>{NOW.isoformat()}</n:publication_date></n:news></url></urlset>"
    ).encode()
    given = facts("test", f"{wire.url}/news.xml")
    assert (given["kind"], given["use"], given["articles"]) == ("sitemap", "sitemap", 1)
    run("add", f"{wire.url}/news.xml")
    assert 'use = "sitemap"' in edition(root).read_text("utf-8")
    assert 'type="sitemap"' in run("export")


def test_of_a_page_that_is_no_feed_the_feeds_it_announces_are_named(
    root: Path, site: Callable[[], Site]
) -> None:
    wire = site()
    wire.pages["/"] = page("/world.xml", "/uk.xml")
    told = run("test", f"{wire.url}/", code=1)
    assert "a web page, not a feed" in told
    assert f"It announces {wire.url}/world.xml, {wire.url}/uk.xml" in told


def test_a_page_that_announces_none_is_read_as_a_page(root: Path, site: Callable[[], Site]) -> None:
    wire = site()
    stories = "".join(
        f'<h2><a href="/{name}">The {name} was seen over the river at dawn</a></h2>'
        for name in ("heron", "comet", "balloon")
    )
    wire.pages["/"] = f"<!DOCTYPE html><html><body>{stories}</body></html>".encode()
    given = facts("test", f"{wire.url}/")
    assert (given["kind"], given["use"], given["articles"]) == ("web page", "page", 3)
    assert any(lack.startswith("no dates: its stories count as new") for lack in given["missing"])


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/none.xml", "not found (404)"), ("/empty.xml", "empty"), ("/text.xml", "not a feed")],
)
def test_what_cannot_be_read_is_told_with_the_reason(
    root: Path, site: Callable[[], Site], path: str, reason: str
) -> None:
    wire = site()
    wire.pages |= {"/empty.xml": b"", "/text.xml": b"Nothing of the kind."}
    assert reason in run("test", wire.url + path, code=1)


def test_a_feed_on_disk_is_read_where_the_publication_is(root: Path) -> None:
    assert facts("test", "file:feeds/wire.xml")["articles"] == 2


@pytest.mark.parametrize("text", ["wire", "ftp://wire.example/rss", "javascript:alert(1)", ""])
def test_what_is_no_address_is_refused(root: Path, text: str) -> None:
    assert "is no address" in run("test", text, code=2)


def test_a_private_address_is_refused_where_the_configuration_does_not_allow_it(
    root: Path, site: Callable[[], Site]
) -> None:
    wire = site()
    wire.pages["/rss.xml"] = rss(["One"])
    config = root / "config/digest.toml"
    config.write_text(config.read_text("utf-8").replace('"127.0.0.0/8"', ""), "utf-8")
    run("test", f"{wire.url}/rss.xml", code=1)
    assert wire.asked == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<?xml version='1.0'?><rss version='2.0'>", "RSS"),
        (b"<rdf:RDF xmlns='x'>", "RDF"),
        (b"<!-- <rss> --><feed xmlns='x'>", "Atom"),
        ('<?xml version="1.0"?><feed>'.encode("utf-16"), "Atom"),
        (b'\xef\xbb\xbf \n{"version":', "JSON Feed"),
        (b"<urlset>", "sitemap"),
        (b"\x1f\x8b\x08", "sitemap"),
        (b"<sitemapindex>", "sitemap index"),
        (b"<!doctype HTML><title>x", "web page"),
        (b"<p>x", "web page"),
    ],
)
def test_a_document_is_known_by_its_beginning(body: bytes, kind: str) -> None:
    response = Response(url="", status=200, headers={"content-type": "text/html"}, body=body)
    assert kind_of(response) == kind


# ---------------------------------------------------------------- add


def test_an_added_source_is_in_the_file_and_every_other_line_stays(
    root: Path, site: Callable[[], Site]
) -> None:
    wire = site()
    wire.pages["/rss.xml"] = rss(["One"])
    url = f"{wire.url}/rss.xml"
    before = edition(root).read_text("utf-8")
    told = run("add", url, "--section", "news", "--title", "Wire", "--weight", "1.5")
    assert f"Added {url} to config/editions/daily.toml" in told
    assert "RSS, 1 article, the newest of" in told
    table = (
        f'[[sources]]\nuse = "feed"\nurl = "{url}"\n'
        'title = "Wire"\nsection = "News"\nweight = 1.5\n'
    )
    after = edition(root).read_text("utf-8")
    assert table in after
    assert after.replace(f"\n{table}\n", "") == before
    assert read_ids(root)[-1] == url


def test_what_cannot_be_read_is_added_only_untested(root: Path, site: Callable[[], Site]) -> None:
    wire = site()
    url = f"{wire.url}/soon.xml"
    before = edition(root).read_text("utf-8")
    assert "not found (404)" in run("add", url, code=1)
    assert edition(root).read_text("utf-8") == before
    run("add", url, "--untested")
    assert read_ids(root)[-1] == url
    assert wire.asked == ["/soon.xml"]


@pytest.mark.parametrize(
    "spelling", ["{}/rss.xml", "{}/rss.xml/", "{}/rss.xml?utm_source=mail", "{}/rss.xml#top"]
)
def test_a_source_that_is_there_is_not_added_again(
    root: Path, site: Callable[[], Site], spelling: str
) -> None:
    wire = site()
    run("add", f"{wire.url}/rss.xml", "--untested", "--title", "Wire")
    told = run("add", spelling.format(wire.url), "--untested", code=2)
    assert "reads it already. It is sources[4], Wire" in told
    assert wire.asked == []


def test_a_section_that_is_not_there_is_told_with_the_nearest(root: Path) -> None:
    told = run("add", "https://wire.example/rss", "--section", "Newws", code=2)
    assert 'there is no section "Newws". Did you mean "News"?' in told


def test_a_page_is_read_and_added_by_the_selector_of_its_links(
    root: Path, site: Callable[[], Site]
) -> None:
    wire = site()
    wire.pages["/"] = page("/rss.xml").replace(
        b"<p>", b"<b><a href='/1'>Ferries are back</a></b><p>"
    )
    given = facts("test", wire.url, "--select", "b a")
    assert (given["use"], given["headlines"]) == ("page", ["Ferries are back"])
    run("add", wire.url, "--select", "b a")
    table = f'[[sources]]\nuse = "page"\nurl = "{wire.url}"\nselect = "b a"\n'
    assert table in edition(root).read_text("utf-8")
    listed = run("export")
    assert 'select="b a"' in listed
    before = edition(root).read_text("utf-8")
    edition(root).write_text(before.replace(table, ""), "utf-8")
    run("import", "-", stdin=listed.encode())
    assert 'select = "b a"' in edition(root).read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            ["--use", "fede"],
            'there is no plug "fede". Did you mean "feed"? Built in are feed, page',
        ),
        (["--use", "nosuch"], 'there is no plug "nosuch". Built in are feed, page, sitemap'),
        (["--use", "feed", "--select", "a"], "--select is for pages"),
        (["--weight", "nan"], "nan is no number above 0"),
        (["--weight", "inf"], "inf is no number above 0"),
        (["--weight", "0"], "0 is no number above 0"),
    ],
    ids=" ".join,
)
def test_an_option_that_cannot_be_is_refused_before_anything_is_asked(
    root: Path, site: Callable[[], Site], options: list[str], reason: str
) -> None:
    wire = site()
    assert reason in run("add", f"{wire.url}/rss.xml", *options, code=2)
    assert wire.asked == []


def test_nothing_that_a_terminal_would_obey_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "A\x1b[2J\x9b31m\u202e\u2028B" + "b" * 5_000
    pulled = Pulled(title=hostile, warnings=(hostile,))  # of a plug of anyone's
    tell_trial(Trial(url="file:a.xml", kind="file", use="feed", pulled=pulled), [hostile], LONDON)
    printed = capsys.readouterr().out
    assert printed.count("A[2J31m Bbb") == 3
    assert all(line.isprintable() and len(line) < 1_100 for line in printed.split("\n"))


# ---------------------------------------------------------------- discover


def test_the_feeds_a_page_announces_are_tried_and_the_commands_are_given(
    root: Path, site: Callable[[], Site]
) -> None:
    paper, wire, gone = site(), site(), site()
    paper.pages["/"] = page(f"{wire.url}/a.xml?x=1&y=2", f"{gone.url}/b.xml")
    wire.pages["/a.xml?x=1&y=2"] = rss(["One", "Two"])
    told = run("discover", paper.url)
    assert "The Wire" in told
    assert "RSS, 2 articles, the newest of" in told
    assert f"digest sources add '{wire.url}/a.xml?x=1&y=2' --edition daily" in told
    assert "cannot be read: not found (404)" in told
    assert paper.asked == ["/"]
    first, second = facts("discover", paper.url)
    assert (first["articles"], first["error"]) == (2, "")
    assert (second["articles"], second["error"]) == (0, "not found (404)")


def test_a_feed_itself_is_what_is_found(root: Path, site: Callable[[], Site]) -> None:
    wire = site()
    wire.pages["/rss.xml"] = rss(["One"])
    (found,) = facts("discover", f"{wire.url}/rss.xml")
    assert (found["url"], found["kind"]) == (f"{wire.url}/rss.xml", "RSS")
    assert wire.asked == ["/rss.xml"]


def discovered(root: Path, url: str) -> tuple[Candidate, ...]:
    """Discover with a client that does not wait between two requests to a host."""
    configuration = load_configuration(root / "config", environ={})

    async def work() -> tuple[Candidate, ...]:
        with Sandbox() as sandbox:
            async with Client(contact="x", allow=["127.0.0.0/8"], spacing_s=0) as http:
                reader = AddressReader(
                    configuration=configuration,
                    recipe=configuration.editions["daily"],
                    http=http,
                    sandbox=sandbox,
                    now=NOW,
                )
                return await discover(reader, url)

    return asyncio.run(work())


def test_only_where_none_is_announced_the_usual_places_are_tried_until_one_is_read(
    root: Path, site: Callable[[], Site]
) -> None:
    wire = site()
    wire.pages |= {"/news": page(), "/feed": page(), "/rss.xml": rss(["One"])}
    wire.pages["/robots.txt"] = b"User-agent: *\nDisallow: /rss$\n"
    (found,) = discovered(root, f"{wire.url}/news")
    assert found.url == f"{wire.url}/rss.xml"
    assert wire.asked == ["/news", "/robots.txt", "/feed", "/rss.xml"]


def test_sitemaps_that_robots_txt_names_are_tried_last(
    root: Path, site: Callable[[], Site]
) -> None:
    wire = site()
    wire.pages |= {"/": page(), "/deep/list.xml": rss(["One"])}
    wire.pages["/robots.txt"] = b"Sitemap: /deep/list.xml\nsitemap: file:///etc/passwd\n"
    (found,) = discovered(root, f"{wire.url}/")
    assert found.url == f"{wire.url}/deep/list.xml"
    assert wire.asked[-1] == "/deep/list.xml"
    assert len(wire.asked) == 12


def test_where_nothing_is_found_nothing_is_claimed(root: Path, site: Callable[[], Site]) -> None:
    wire = site()
    wire.pages |= {"/": page(), "/robots.txt": b"User-agent: *\nDisallow: /\n"}
    assert discovered(root, f"{wire.url}/") == ()
    assert "no feed was found" in run("discover", wire.url, code=1)
    assert wire.asked == ["/", "/robots.txt"] * 2


# ---------------------------------------------------------------- list and enable


def test_sources_are_listed_with_how_they_are_doing(root: Path) -> None:
    (root / "feeds/ledger.xml").unlink()
    (root / "feeds/wire.xml").write_bytes(rss([f"Number {number}" for number in range(7)]))
    first = facts("list")
    assert [(row["health"], row["last_success"]) for row in first] == [("", None)] * 3
    assert "not asked yet" in run("list")
    CliRunner().invoke(cli, ["pull"])
    heads, courier, ledger, wire, closing = run("list").splitlines()
    assert heads.split("  ")[0] == "Source"
    assert re.match(r"Courier, News +active +\d{4}-\d\d-\d\d \d\d:\d\d ", courier)
    assert re.match(r"Ledger, News +failing \(1\) +never +.* 0\.0 +there is no such file", ledger)
    assert " 0.5" in wire
    assert heads.index("A day") == wire.index("0.5")
    assert "Europe/London" in closing
    assert facts("list")[2]["articles_a_day"] == 0.5


def test_on_a_terminal_the_list_is_a_table(root: Path) -> None:
    ours, its = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "digest", "sources", "list"], stdout=its, check=True, timeout=60
    )
    told = os.read(ours, 100_000).decode()
    os.close(ours)
    os.close(its)
    assert "\x1b[1mHealth" in told
    assert "not asked yet" in told


def test_a_disabled_source_is_asked_again_once_it_is_enabled(
    root: Path, site: Callable[[], Site]
) -> None:
    wire = site()
    wire.pages["/rss.xml"] = 410
    url = f"{wire.url}/rss.xml"
    run("add", url, "--untested")
    assert "nothing to do" in run("enable", url)
    pull = partial(CliRunner().invoke, cli, ["pull"])
    pull()
    assert facts("list")[3]["health"] == "disabled"
    assert re.search(r"disabled +never +never +0\.0 +gone for good", run("list"))
    pull()
    assert wire.asked == ["/rss.xml"]
    assert "It was disabled: gone for good" in run("enable", f"{url}/")
    wire.pages["/rss.xml"] = rss(["Back"])
    pull()
    assert wire.asked == ["/rss.xml"] * 2
    assert facts("list")[3]["health"] == "active"


def test_a_source_that_is_not_there_cannot_be_enabled(root: Path) -> None:
    told = run("enable", "file:feeds/wyre.xml", code=2)
    assert 'Did you mean "file:feeds/wire.xml"?' in told


# ---------------------------------------------------------------- import and export


LIST = b"""<opml version="2.0"><body>
<outline text="NEWS"><outline text="Deep">
  <outline text="Q &amp;amp; A" xmlUrl="https://a.example/feed"/>
</outline></outline>
<outline text="Elsewhere"><outline text="B" xmlUrl="https://b.example/feed"/></outline>
<outline text="A once more" xmlUrl="http://www.a.example/feed/"/>
<outline text="Passwords" xmlUrl="file:///etc/passwd"/>
<outline text="Wire" xmlUrl="file:feeds/wire.xml"/>
</body></opml>"""


def test_a_list_is_added_in_one_go_with_a_report_of_what_was_not(root: Path) -> None:
    (root / "list.opml").write_bytes(LIST)
    told = run("import", "list.opml")
    assert "Added to config/editions/daily.toml: 2\n  Q & A in News\n  B\n" in told
    assert "http://www.a.example/feed/ is in the list twice" in told
    assert "file:///etc/passwd is no http or https address" in told
    assert "file:feeds/wire.xml is there already" in told
    assert read_ids(root)[3:] == ["https://a.example/feed", "https://b.example/feed"]


def test_a_dry_run_and_a_list_from_standard_input_report_the_same(root: Path) -> None:
    before = edition(root).read_bytes()
    tried = facts("import", "-", "--dry-run", stdin=LIST)
    assert edition(root).read_bytes() == before
    assert "Would add" in run("import", "-", "--dry-run", stdin=LIST)
    assert facts("import", "-", stdin=LIST) == tried
    assert tried["added"][0]["section"] == "News"
    assert [len(tried[what]) for what in ("added", "skipped", "refused")] == [2, 2, 1]


def test_what_is_exported_adds_nothing_when_it_is_imported(root: Path) -> None:
    run("import", "-", stdin=LIST)
    run("export", "list.opml")
    assert (root / "list.opml").read_text("utf-8") == run("export")
    before = edition(root).read_bytes()
    again = facts("import", "list.opml")
    assert (again["added"], again["refused"], len(again["skipped"])) == ([], [], 5)
    assert edition(root).read_bytes() == before


def test_a_source_without_a_title_is_exported_by_what_it_calls_itself(
    root: Path, site: Callable[[], Site]
) -> None:
    wire = site()
    wire.pages["/rss.xml"] = rss(["One"])
    run("add", f"{wire.url}/rss.xml", "--untested")
    assert 'title="127.0.7.1"' in run("export")
    CliRunner().invoke(cli, ["pull"])
    assert 'title="The Wire"' in run("export")


def test_a_file_that_is_no_list_is_named_with_the_reason(root: Path) -> None:
    (root / "list.opml").write_text("{}")
    assert "list.opml: this is no OPML" in run("import", "list.opml", code=2)


# ---------------------------------------------------------------- documentation


@pytest.mark.parametrize("verb", sources.commands)
def test_every_verb_of_the_group_and_every_option_of_it_is_documented(verb: str) -> None:
    pages = Path(__file__).parent.parent / "docs/commands.md"
    found = re.search(
        rf"^### digest sources {verb}\b.*?(?=^##|\Z)",
        pages.read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert found
    for parameter in sources.commands[verb].params:
        if isinstance(parameter, click.Option) and parameter.name not in {"config_dir", "edition"}:
            assert f"`{parameter.opts[0]}" in found[0], parameter.opts[0]
