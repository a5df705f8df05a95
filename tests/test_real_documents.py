"""Every real document that we have, checked by means that share nothing with what they check."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import email.utils
import functools
import os
import re
from collections import Counter
from dataclasses import dataclass
from html.entities import html5
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from digest.errors import SourceError
from digest.protocols import Pulled
from digest.sources.json_feed import is_json, parse_json_feed
from digest.sources.parsing import parse_feed

if TYPE_CHECKING:
    from digest.model import Article

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
HOST = "https://feeds.courier.example/a.xml"

pytestmark = pytest.mark.skipif("DIGEST_DATA" not in os.environ, reason="DIGEST_DATA is unset")


@dataclass(frozen=True)
class Real:
    name: str
    news: bool
    body: bytes


@dataclass(frozen=True)
class Raw:
    """An entry as a minimal reader sees it: its names and words, nothing cleaned."""

    guid: str
    link: str
    date: str
    pictures: tuple[str, ...]


@functools.cache
def documents() -> tuple[Real, ...]:
    folder = Path(os.environ["DIGEST_DATA"]) / "feeds"
    with (folder / "index.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return tuple(
        Real(row["file"], row["news"] == "news", (folder / row["file"]).read_bytes())
        for row in rows
    )


@functools.cache
def pulled(document: Real) -> Pulled | SourceError:
    try:
        if is_json(document.body):
            return parse_json_feed(document.body, url=HOST, source=HOST, now=NOW)
        return parse_feed(document.body, {}, url=HOST, source=HOST, now=NOW)
    except SourceError as error:
        return error


def read_ones(*, news: bool = False) -> list[tuple[Real, Pulled]]:
    pairs = [(document, pulled(document)) for document in documents() if document.news or not news]
    return [(document, result) for document, result in pairs if isinstance(result, Pulled)]


def test_no_document_raises_anything_but_a_source_error() -> None:
    refused = {d.name: str(r) for d in documents() if isinstance(r := pulled(d), SourceError)}
    print(f"{len(documents())} documents, {len(refused)} refused: {refused}")  # noqa: T201  to be read with -s
    assert all(refused.values())


def test_every_document_of_a_news_outlet_is_read() -> None:
    news = [document for document in documents() if document.news]
    unread = [d.name for d in news if not isinstance(r := pulled(d), Pulled) or not r.articles]
    assert len(news) > 50
    assert unread == []


class Tags(HTMLParser):
    """Collects what a browser would take for a tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)

    def handle_entityref(self, name: str) -> None:
        if f"{name};" in html5:
            self.found.append(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self.found.append(f"&#{name}")


def markup_in(title: str) -> list[str]:
    parser = Tags()
    parser.feed(title)
    # An ampersand before a word is a character of a title: "R&D" is not an entity.
    return [mark for mark in parser.found if mark[0] != "&" or f"{mark};" in title]


def test_no_title_of_a_news_outlet_has_a_tag_or_an_entity_left() -> None:
    titles = [a.title for _, result in read_ones(news=True) for a in result.articles]
    left = {title: marks for title in titles if (marks := markup_in(title))}
    assert len(titles) > 1_000
    assert left == {}


def test_no_link_or_picture_is_anything_but_web() -> None:
    articles = [a for _, result in read_ones() for a in result.articles]
    addresses = [a.url for a in articles] + [a.image.url for a in articles if a.image]
    assert [one for one in addresses if not re.match(r"https?://[^/\s<>\"]+", one)] == []


# ---------------------------------------------------------------- the minimal reader


def raw_entries(document: Real) -> list[Raw]:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    with contextlib.suppress(etree.XMLSyntaxError, ValueError):
        root = etree.fromstring(document.body.strip(), parser)
        if root is not None:
            return [
                raw(item) for item in root.xpath("//*[local-name()='item' or local-name()='entry']")
            ]
    return []


def raw(item: etree._Element) -> Raw:
    def words(*names: str) -> str:
        found = (child.text for name in names for child in item if local(child) == name)
        return next((text.strip() for text in found if text and text.strip()), "")

    hrefs = [
        c.get("href")
        for c in item
        if local(c) == "link" and c.get("rel", "alternate") == "alternate"
    ]
    date = words("pubDate", "published", "date", "issued", "created", "updated", "modified")
    return Raw(
        guid=words("guid", "id")
        or item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about", ""),
        link=next(filter(None, hrefs), words("link")),
        date=date,
        pictures=tuple(pictures(item)),
    )


def local(element: etree._Element) -> str:
    tag = element.tag if isinstance(element.tag, str) else ""
    return tag.rpartition("}")[2].rpartition(":")[2]


FILM = re.compile(r"\.(mp[34]|m4[av]|mov|og[gv]|webm|wav|m3u8|pdf|svg)\b", re.IGNORECASE)
TINY = re.compile(
    r"\.svg|emoji|smil|avatar|pixel|spacer|blank|transparent|1x1|track|feedburner|feedsportal"
    r"|doubleclick|scorecard|stats\.|//s\.w\.org|share|icon|b\.gif",
    re.IGNORECASE,
)
IMG = re.compile(r"<img\b[^>]*>", re.IGNORECASE)


def pictures(item: etree._Element) -> list[str]:
    """List every picture that an entry carries anywhere, without icons and tracking pixels."""
    found = [picture for element in item.iter() if (picture := named_picture(element))]
    for element in item.iter("{*}description", "{*}encoded", "{*}content", "{*}summary"):
        if "mrss" in str(element.tag):
            continue
        markup = (element.text or "") + "".join(
            etree.tostring(child, encoding="unicode") for child in element
        )
        found += [source for tag in IMG.findall(markup) if (source := shown_source(tag))]
    return [one for one in found if not TINY.search(one)]


def named_picture(element: etree._Element) -> str:
    said = f"{element.get('medium', '')}{element.get('type', '')}".lower()
    address = element.get("url") or element.get("href") or ""
    if "mrss" in str(element.tag) and local(element) in {"content", "thumbnail"}:
        is_one = said.startswith("image") or not said
        narrow = 0 < int("0" + re.sub(r"\D.*", "", element.get("width", ""))) < 120
        return address if is_one and not narrow and not FILM.search(address) else ""
    is_enclosure = local(element) == "enclosure" or element.get("rel") == "enclosure"
    return address if is_enclosure and said.startswith("image/") else ""


def shown_source(tag: str) -> str:
    source = re.search(r"\bsrc\s*=\s*[\"']?([^\"'\s>]+)", tag, re.IGNORECASE)
    sides = re.findall(r"\b(?:width|height)\s*=\s*[\"']?(\d+)(?![\d%])", tag, re.IGNORECASE)
    small = any(int(side) < 32 for side in sides)
    return source[1] if source and not small and not source[1].startswith("data:") else ""


# ---------------------------------------------------------------- what it agrees with


@functools.cache
def matched(document: Real) -> list[tuple[Raw, Article]]:
    """Pair entries and articles of one guid or link, where it is the only one."""
    result = pulled(document)
    if isinstance(result, SourceError):
        return []
    raws = raw_entries(document)
    guids, links = Counter(r.guid for r in raws), Counter(r.link for r in raws)
    by_guid = {r.guid: r for r in raws if r.guid and guids[r.guid] == 1}
    by_link = {r.link: r for r in raws if r.link and links[r.link] == 1}
    pairs = ((by_guid.get(a.guid) or by_link.get(a.url), a) for a in result.articles)
    return [(entry, article) for entry, article in pairs if entry]


def oracle(date: str) -> dt.datetime | None:
    """Read ISO 8601 and RFC 2822 with a numeric zone, GMT or none of doubt, by the library."""
    with contextlib.suppress(ValueError, TypeError):
        moment = dt.datetime.fromisoformat(date)
        return moment.astimezone(dt.UTC) if moment.tzinfo else None
    if re.search(r"(?:[+-]\d{4}|GMT|UT|[ECMP][SD]T)$", date):
        with contextlib.suppress(ValueError, TypeError):
            return email.utils.parsedate_to_datetime(date).astimezone(dt.UTC)
    return None


def test_dates_are_those_that_the_standard_library_reads() -> None:
    disagreements = []
    compared = 0
    for document in documents():
        for entry, article in matched(document):
            expected = oracle(entry.date)
            if expected is None or " 0001 " in entry.date:  # the mark of a missing date
                continue
            compared += 1
            said = article.published
            if said is None or abs(said - expected) >= dt.timedelta(seconds=1):
                disagreements.append((document.name, entry.date, said))
    print(f"{compared} dates compared")  # noqa: T201  to be read with -s
    assert compared > 4_000
    assert disagreements == []


@pytest.mark.parametrize("news", [True, False])
def test_the_lead_picture_is_found_for_nearly_every_entry_that_carries_one(news: bool) -> None:  # noqa: FBT001  a case
    carrying = [
        (document.name, article)
        for document in documents()
        if document.news or not news
        for entry, article in matched(document)
        if entry.pictures
    ]
    without = [(name, article.title) for name, article in carrying if article.image is None]
    share = 1 - len(without) / len(carrying)
    print(f"news only: {news}; {share:.1%} of {len(carrying)} have their picture; not: {without}")  # noqa: T201  to be read with -s
    assert len(carrying) > 700
    assert share >= 0.95
