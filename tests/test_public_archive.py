"""The public archive: what was sent, for everybody, and nothing else."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

import feedparser
import lxml.html
import pytest
from archive_makers import make_issue
from fiction import CUTOFF, TODAY
from loopback import visitor
from lxml import etree
from publication import AT, digest, newsroom_of, tree, write_publication

from digest.building import build
from digest.errors import Held, TemplateError
from digest.model import IssueState
from digest.pulling import pull
from digest.rendering import WebPage, render_web
from digest.sending import send

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from digest.newsroom import Newsroom

BASE = "https://news.courier.example"
ATOM = "{http://www.w3.org/2005/Atom}"
ISSUE = "daily/2026-11-23/index.html"
FILES = ["atom.xml", ISSUE, "index.html"]
WEB = WebPage(index="../../index.html", feed="../../atom.xml")
THEME = Path(__file__).parent.parent / "templates/broadsheet"
SECRET = "the lawyers read it"
CLICKS = '[most_popular]\nclicks = true\nmin_total = 1\n[[most_popular.from]]\nuse = "clicks"\n'


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom with a draft of today."""
    with newsroom_of(write_publication(tmp_path)) as opened:
        asyncio.run(pull_all(opened))
        build(opened, TODAY, CUTOFF, CUTOFF)
        yield opened


async def pull_all(newsroom: Newsroom) -> None:
    async with visitor() as http:
        await pull(newsroom, http, CUTOFF)


def decide(root: Path, text: str, day: str = "2026-11-23") -> None:
    path = root / f"config/choices/daily/{day}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def serve_at(root: Path, base: str) -> None:
    with (root / "config/digest.toml").open("a", encoding="utf-8") as file:
        file.write(f'[web]\nbase_url = "{base}/"\n')


def files(root: Path) -> list[str]:
    folder = root / "out/public"
    found = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(found)


def page(root: Path, name: str) -> HtmlElement:
    return lxml.html.document_fromstring((root / "out/public" / name).read_bytes())


def titles(root: Path) -> list[str]:
    return [head.text_content() for head in page(root, "index.html").iter("h3")]


def feed(root: Path) -> Any:
    """Read the feed as feed readers do, once it is sure to have what RFC 4287 asks for."""
    data = (root / "out/public/atom.xml").read_bytes()
    top = etree.fromstring(data)
    assert top.tag == f"{ATOM}feed"
    for element in (top, *top.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (text,) = (child.text for child in element.findall(f"{ATOM}{name}"))
            assert text
        assert element.find(f"{ATOM}author/{ATOM}name") is not None
        assert element.find(f"{ATOM}link[@rel='alternate']") is not None
    read = feedparser.parse(data)
    assert not read.bozo
    return read


def save_older(newsroom: Newsroom, number: int, edition: str = "daily") -> None:
    """Record as many sent issues before today's, their pages built, their plans damaged."""
    record = newsroom.store.issue("daily", TODAY)
    assert record
    for days in range(1, number + 1):
        date = TODAY - dt.timedelta(days=days)
        folder = newsroom.out / edition / date.isoformat()
        folder.mkdir(parents=True)
        (folder / "archive.html").write_text(f"<title>{edition} {days}</title>", "utf-8")
        (folder / "issue.json").write_text("damaged", "utf-8")
        newsroom.store.save_issue(
            replace(
                record,
                edition=edition,
                date=date,
                state=IssueState.SENT,
                subject=f"{edition} {days}",
                state_at=CUTOFF - dt.timedelta(days=days),
            ),
            (),
        )


def test_a_run_leaves_a_folder_that_can_be_published_as_it_stands(tmp_path: Path) -> None:
    write_publication(tmp_path)
    decide(tmp_path, '# Bea: call the mayor\n[issue]\nnote = "Good morning."\n')
    digest(tmp_path, "run", "--at", AT)
    assert files(tmp_path) == FILES
    first = tree(tmp_path)
    digest(tmp_path, "run", "--at", AT)
    assert tree(tmp_path) == first
    for name in (ISSUE, "index.html"):
        for link in page(tmp_path, name).xpath("//@href"):
            if ":" not in link and not link.startswith("#"):
                target = (tmp_path / "out/public" / name).parent / urldefrag(link).url
                assert target.resolve().relative_to(tmp_path / "out/public").as_posix() in FILES
    assert "Good morning." in page(tmp_path, ISSUE).text_content()


def test_nothing_of_the_staffs_and_nothing_that_is_a_subscribers_is_public(tmp_path: Path) -> None:
    config = write_publication(tmp_path, more="[lead]\nrelated = 0\n[most_popular]\ncount = 1\n")
    edition = config / "editions/daily.toml"
    edition.write_text(edition.read_text("utf-8") + "count = 2\n", "utf-8")
    choice = '[[choice]]\nurl = "https://nobody.example/typo"\ndo = "drop"\n# Bea: call the mayor\n'
    decide(tmp_path, choice)
    digest(tmp_path, "run", "--at", AT)
    issue = json.loads((tmp_path / "out/daily/2026-11-23/issue.json").read_bytes())
    left_out = [one["title"] for one in issue["runners_up"]]
    assert left_out
    assert issue["notices"]
    assert "placeholder.invalid" in (tmp_path / "out/daily/2026-11-23/email.html").read_text()
    for name in FILES:
        text = (tmp_path / "out/public" / name).read_text("utf-8").replace("\u00a0", " ")
        for private in ("placeholder.invalid", "nsubscribe", "Bea", "typo", "editors", *left_out):
            assert private not in text


def test_the_page_is_the_email_without_what_is_one_subscribers(tmp_path: Path) -> None:
    write_publication(tmp_path)
    digest(tmp_path, "run", "--at", AT)
    sent = lxml.html.document_fromstring(
        (tmp_path / "out/daily/2026-11-23/email.html").read_bytes()
    )
    shown = page(tmp_path, ISSUE)

    def links(tree: HtmlElement) -> list[str]:
        return [
            link for link in tree.xpath("//body//@href") if ".invalid" not in link and ":" in link
        ]

    assert links(shown) == links(sent)
    assert shown.xpath("//img/@src") == sent.xpath("//img/@src")
    assert shown.xpath("//h1|//h2|//h3")[0].text_content() in sent.text_content()
    assert len(shown.xpath("//h1|//h2|//h3")) == len(sent.xpath("//h1|//h2|//h3"))
    assert shown.xpath("//*[@class='preheader'] | //script | //meta[@name='robots']") == []
    (policy,) = shown.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'")
    assert shown.xpath("//link[@rel='alternate']/@type") == ["application/atom+xml"]


def test_links_of_the_public_page_are_never_counted_on_the_way(tmp_path: Path) -> None:
    write_publication(tmp_path, more=CLICKS)
    serve_at(tmp_path, BASE)
    digest(tmp_path, "run", "--at", AT)
    assert f"{BASE}/c/" in (tmp_path / "out/daily/2026-11-23/email.html").read_text("utf-8")
    for name in FILES:
        assert "/c/daily" not in (tmp_path / "out/public" / name).read_text("utf-8")
    assert "https://courier.example/monday-soup" in page(tmp_path, ISSUE).xpath("//@href")
    assert "byte for byte" in digest(tmp_path, "replay")


def test_with_an_address_on_the_web_the_feed_and_the_pages_name_it(tmp_path: Path) -> None:
    write_publication(tmp_path)
    serve_at(tmp_path, BASE)
    digest(tmp_path, "run", "--at", AT)
    read = feed(tmp_path)
    assert read.entries[0].link == f"{BASE}/{ISSUE}"
    assert {link.rel: link.href for link in read.feed.links} == {
        "self": f"{BASE}/atom.xml",
        "alternate": f"{BASE}/index.html",
    }
    for name in (ISSUE, "index.html"):
        assert page(tmp_path, name).xpath("//link[@rel='canonical']/@href") == [f"{BASE}/{name}"]


def test_without_one_links_are_relative_and_ids_are_the_same(tmp_path: Path) -> None:
    write_publication(tmp_path)
    digest(tmp_path, "run", "--at", AT)
    read = feed(tmp_path)
    (entry,) = read.entries
    assert read.feed.id == "tag:courier.example,2026:issues"
    assert entry.id == "tag:courier.example,2026-11-23:daily"
    assert entry.link == ISSUE
    assert entry.updated == "2026-11-23T05:30:00Z"
    assert (entry.author, entry.tags[0].label) == ("The Daily Courier", "The Daily Courier")
    assert entry.title in titles(tmp_path)
    assert page(tmp_path, ISSUE).xpath("//link[@rel='canonical']") == []


def test_a_draft_is_nobodys_business_until_it_is_sent(newsroom: Newsroom, tmp_path: Path) -> None:
    assert not (tmp_path / "out/public").exists()
    send(newsroom, TODAY, CUTOFF)
    assert files(tmp_path) == FILES


def test_an_issue_that_is_sent_and_built_again_is_shown_as_it_is_now(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    send(newsroom, TODAY, CUTOFF)
    decide(tmp_path, '[issue]\nsubject = "Ferries at night"\nnote = "Good morning, again."\n')
    later = CUTOFF + dt.timedelta(hours=1)
    build(newsroom, TODAY, CUTOFF, later)
    assert "Good morning, again." in page(tmp_path, ISSUE).text_content()
    assert titles(tmp_path) == ["Ferries at night"]
    assert feed(tmp_path).entries[0].updated == "2026-11-23T06:30:00Z"


@pytest.mark.parametrize("rebuilt", [True, False])
def test_an_issue_that_the_editors_hold_leaves_the_archive(
    newsroom: Newsroom, tmp_path: Path, *, rebuilt: bool
) -> None:
    send(newsroom, TODAY, CUTOFF)
    decide(tmp_path, f'[issue]\nhold = "{SECRET}"\n')
    if rebuilt:
        build(newsroom, TODAY, CUTOFF, CUTOFF)
    else:
        with pytest.raises(Held):
            send(newsroom, TODAY, CUTOFF)
    assert files(tmp_path) == ["atom.xml", "index.html"]
    assert titles(tmp_path) == []
    assert feed(tmp_path).entries == []
    assert SECRET not in (tmp_path / "out/public/index.html").read_text("utf-8")


def test_an_issue_that_is_held_leaves_the_archive_even_if_it_cannot_be_saved(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    send(newsroom, TODAY, CUTOFF)
    decide(tmp_path, f'[issue]\nhold = "{SECRET}"\n')
    broken = tmp_path / "templates/broadsheet/footer.html.j2"
    broken.parent.mkdir(parents=True)
    broken.write_text("{{ nobody }}", "utf-8")
    with pytest.raises(TemplateError):
        build(newsroom, TODAY, CUTOFF, CUTOFF)
    assert files(tmp_path) == ["atom.xml", "index.html"]


def test_a_held_run_takes_back_what_the_first_one_made_public(tmp_path: Path) -> None:
    write_publication(tmp_path)
    digest(tmp_path, "run", "--at", AT)
    digest(tmp_path, "choose", "hold", SECRET, "--date", "2026-11-23")
    digest(tmp_path, "run", "--at", AT, code=4)
    assert files(tmp_path) == ["atom.xml", "index.html"]
    digest(tmp_path, "choose", "undo", "hold", "--date", "2026-11-23")
    digest(tmp_path, "run", "--at", AT)
    assert files(tmp_path) == FILES


def test_an_issue_that_is_being_sent_again_stays_where_it_is(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    newsroom.store.set_state("daily", TODAY, IssueState.SENDING, CUTOFF)
    newsroom.refresh_public(CUTOFF)
    assert not (tmp_path / "out/public").exists()
    send(newsroom, TODAY, CUTOFF)
    newsroom.store.set_state("daily", TODAY, IssueState.SENDING, CUTOFF)
    newsroom.refresh_public(CUTOFF)
    assert files(tmp_path) == FILES


@pytest.mark.parametrize("state", [IssueState.SKIPPED, IssueState.MISSED, IssueState.DRAFT])
def test_what_was_not_sent_is_not_there(
    newsroom: Newsroom, tmp_path: Path, state: IssueState
) -> None:
    save_older(newsroom, 1)
    newsroom.store.set_state("daily", TODAY, state, CUTOFF)
    newsroom.refresh_public(CUTOFF)
    assert titles(tmp_path) == ["daily 1"]


def test_many_issues_are_told_from_their_records_and_one_plan_an_edition(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    save_older(newsroom, 400)
    save_older(newsroom, 2, "evening")
    send(newsroom, TODAY, CUTOFF)
    found = titles(tmp_path)
    assert found[1:5] == ["daily 1", "evening 1", "daily 2", "evening 2"]
    assert len(found) == 403
    index = page(tmp_path, "index.html")
    assert index.xpath("//h2/text()")[:2] == ["November 2026", "October 2026"]
    assert index.xpath("//nav/a/text()") == ["2026", "2025"]
    assert index.xpath("//nav/a/@href") == [f"#{part.get('id')}" for part in index.iter("section")]
    assert len(index.find_class("stand")) == 30
    assert [line.text for line in index.find_class("edition")[:3]] == [
        "The Daily Courier",
        "The Daily Courier",
        "evening",
    ]
    assert all((tmp_path / "out/public" / link).is_file() for link in index.xpath("//h3/a/@href"))
    entries = feed(tmp_path).entries
    assert len(entries) == len({entry.id for entry in entries}) == 30
    assert [entry.title for entry in entries] == found[:30]


def test_a_page_that_is_gone_comes_back_and_one_that_is_right_is_not_written_again(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    save_older(newsroom, 2)
    send(newsroom, TODAY, CUTOFF)
    folder = tmp_path / "out/public"
    (folder / ISSUE).unlink()
    written = {name: (folder / name).stat().st_mtime_ns for name in files(tmp_path)}
    newsroom.refresh_public(CUTOFF)
    assert (folder / ISSUE).is_file()
    assert written == {name: (folder / name).stat().st_mtime_ns for name in written}


def test_an_issue_without_a_page_is_left_out_and_files_of_ones_own_are_let_be(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    save_older(newsroom, 1)
    (tmp_path / "out/daily/2026-11-22/archive.html").unlink()
    send(newsroom, TODAY, CUTOFF)
    own = ["CNAME", "about/us/index.html"]
    for name in own:
        path = tmp_path / "out/public" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("ours", "utf-8")
    newsroom.store.set_state("daily", TODAY, IssueState.HELD, CUTOFF)
    newsroom.refresh_public(CUTOFF)
    assert titles(tmp_path) == []
    assert files(tmp_path) == ["CNAME", "about/us/index.html", "atom.xml", "index.html"]


def test_hostile_words_are_words_in_the_index_and_the_feed(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    send(newsroom, TODAY, CUTOFF)
    record = newsroom.store.issue("daily", TODAY)
    assert record
    evil = "\x0b<script>alert(1)</script> & ]]> {{ 7 * 7 }} \ufffe"
    newsroom.store.save_issue(replace(record, subject=evil, standfirst=evil), ())
    newsroom.refresh_public(CUTOFF)
    assert page(tmp_path, "index.html").xpath("//script") == []
    said = "<script>alert(1)</script> & ]]> {{ 7 * 7 }}"
    assert said in page(tmp_path, "index.html").text_content()
    (title,) = etree.parse(tmp_path / "out/public/atom.xml").findall(f".//{ATOM}entry/{ATOM}title")
    assert title.text == f"{said} "
    feed(tmp_path)


def test_the_placeholders_of_a_footer_of_ones_own_go_with_their_sentence(tmp_path: Path) -> None:
    (tmp_path / "footer.html.j2").write_text(
        '<tr><td><p>Ours since 1911.</p><p>Or <a href="https://placeholder.invalid/unsubscribe">'
        'leave</a> or <a href="https://placeholder.invalid/preferences">choose</a>.</p>'
        '<a href="https://placeholder.invalid/view">See it</a> here</td></tr>'
        "<!--[if mso]><tr><td>https://placeholder.invalid/view</td></tr><![endif]-->"
    )
    html = render_web(make_issue(), WEB, themes=(tmp_path, THEME))
    assert html.startswith("<!DOCTYPE html>")
    assert "Ours since 1911." in html
    assert "<!--[if mso]>" in html
    for gone in ("placeholder.invalid", "leave", "Or ", "See it"):
        assert gone not in html
