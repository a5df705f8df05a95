from __future__ import annotations

import copy
import os
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from digest.sources.lightening import LONG, put_back, take_out

LONG_TEXT = "Ships return to the harbour. " * 20
ITEM = f"""<title>A &amp; b</title><link>https://courier.example/a</link>
<description>{LONG_TEXT}</description><pubDate> Sun, 22 Nov 2026 18:00:00 GMT </pubDate>
<category>World</category><category domain="x">World</category><category/>
<dc:subject>Caf\u00c3\u00a9</dc:subject>
<content:encoded>{LONG_TEXT}&lt;b&gt;\u0093so\u0094&lt;/b&gt;</content:encoded>"""


def rss(item: str) -> etree._Element:
    return etree.fromstring(
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">'
        f"<channel><title>T</title><item>{item}</item></channel></rss>"
    )


def entries(root: etree._Element) -> list[feedparser.FeedParserDict]:
    parsed = feedparser.parse(
        etree.tostring(root, encoding="utf-8"),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return list(parsed.entries)


def meaning(entry: feedparser.FeedParserDict) -> dict[str, object]:
    """Give what is read of an entry."""
    keys = ("title", "summary", "published", "updated", "created", "id", "link")
    tags = [tag.get("label") or tag.get("term") for tag in dict.get(entry, "tags", ())]
    return {key: dict.get(entry, key) for key in keys} | {
        "contents": [part["value"] for part in dict.get(entry, "content", ())],
        "tags": list(dict.fromkeys(tag for tag in tags if tag)),
    }


def both_ways(root: etree._Element) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    light = copy.deepcopy(root)
    taken = [take_out(item) for item in light.iter("{*}item", "{*}entry")]
    lightened = entries(light)
    for entry, missing in zip(lightened, taken, strict=True):
        put_back(entry, missing)
    return [meaning(entry) for entry in lightened], [meaning(entry) for entry in entries(root)]


@pytest.mark.parametrize(
    "item",
    [
        ITEM,
        f"<description>{LONG_TEXT}</description><description>{LONG_TEXT}again</description>",
        f"<content:encoded>{LONG_TEXT}</content:encoded><description>{LONG_TEXT}</description>",
        f'<content mode="base64" type="text/plain">{LONG_TEXT}</content>',
        "<pubDate>1</pubDate><pubDate>2</pubDate><dc:date>3</dc:date><updated/>",
        '<itunes:keywords>c, d</itunes:keywords><category>a</category><category term="b"/>',
        f"<title>{LONG_TEXT}</title><description>{' ' * 2 * LONG}</description>",
    ],
)
def test_a_lightened_item_means_what_the_whole_one_means(item: str) -> None:
    lightened, whole = both_ways(rss(item))
    assert lightened == whole


def test_what_is_long_or_slow_is_taken_out() -> None:
    root = rss(ITEM)
    (item,) = root.iter("item")
    take_out(item)
    assert len(etree.tostring(item)) < len(ITEM) / 2
    assert [etree.QName(child).localname for child in item] == [
        *("title", "link", "description", "encoded"),
    ]


@pytest.mark.skipif("DIGEST_DATA" not in os.environ, reason="needs DIGEST_DATA")
def test_real_items_mean_the_same() -> None:
    compared = 0
    for path in sorted((Path(os.environ["DIGEST_DATA"]) / "feeds").iterdir())[::4]:
        try:
            root = etree.fromstring(path.read_bytes())
        except etree.XMLSyntaxError:
            continue
        lightened, whole = both_ways(root)
        assert lightened == whole, path.name
        compared += len(whole)
    assert compared > 100
