"""Mutated documents: whatever a feed holds, reading it ends in articles or in a SourceError."""

from __future__ import annotations

import datetime as dt
import operator
import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.sources.parsing import parse_feed

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
URL = "https://feeds.courier.example/world.xml"
SITE = "https://www.courier.example"

RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:slash="http://purl.org/rss/1.0/modules/slash/">
<channel><title>Courier &amp; World</title><link>{SITE}/</link><language>en-gb</language>
<item><title>Harbour reopens</title><link>{SITE}/harbour</link><guid>{SITE}/harbour</guid>
<description>&lt;p&gt;Ships return.&lt;/p&gt;</description>
<pubDate>Sun, 22 Nov 2026 18:00:00 +0100</pubDate>
<content:encoded><![CDATA[<p>First.</p><img src="/quay.jpg" width="600"><p>Last &amp; best.</p>]]>
</content:encoded><dc:creator>Ann Lee and Bo Day</dc:creator><category>World</category>
<slash:comments>12</slash:comments><media:group><media:content url="{SITE}/a.jpg" width="900">
<media:credit>Jo Doe</media:credit></media:content></media:group></item>
<item><title>Zo\u00eb &#8217;s tram</title><link>/tram</link><guid isPermaLink="false">t</guid>
<enclosure url="{SITE}/t.jpg" type="image/jpeg" length="1"/></item></channel></rss>"""

ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="{SITE}/"
  xmlns:thr="http://purl.org/syndication/thread/1.0"><title>World</title><entry>
<title type="html">Tide &amp;amp; time</title><link rel="alternate" href="/tide"/>
<id>tag:courier,1</id><updated>2026-11-22T10:00:00Z</updated><author><name>Ann Lee</name></author>
<summary>Short.</summary><category term="sea" label="Sea"/><thr:total>3</thr:total>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One.</p><svg/></div></content>
</entry></feed>"""

RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="{SITE}/"><title>W</title><link>{SITE}/</link></channel>
<item rdf:about="{SITE}/a"><title>A</title><link>{SITE}/a</link><description>Text.</description>
<dc:date>2026-11-22T10:00:00+01:00</dc:date><dc:subject>Sea</dc:subject></item></rdf:RDF>"""

# What has broken readers: ends and starts of constructs, entities, false declarations.
FRAGMENTS = [
    fragment.encode("utf-8", "surrogatepass")
    for fragment in (
        *("<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "&", "&amp;", "&#0;", "&#x110000;"),
        *(
            "&nbsp;",
            "&x;",
            "&#55296;",
            "<",
            ">",
            "/>",
            '"',
            "'",
            "\0",
            "\ufeff",
            "\ud800",
            "\u202e",
        ),
        *("<item>", "</item>", "<entry>", "</channel>", "<title>", "</title>", "<link/>", "<svg>"),
        *(
            '<link href="http://[::1">',
            "<guid/>",
            "<media:content url='x'/>",
            "<image>",
            "<author>",
        ),
        *("<description>", "<content type='base64'>", "<content mode='base64'>%%%</content>"),
        *(' xml:base="http://[::1/"', ' xmlns:dc=""', ' xml:lang="x"', ' type="application/xml"'),
        *('<?xml version="1.0" encoding="utf-16"?>', '<?xml version="1.0" encoding="x-nothing"?>'),
        '<!DOCTYPE rss [<!ENTITY x "y"><!ENTITY z SYSTEM "file:///etc/passwd">]>',
        *(
            "99999999999999999999",
            "Sun, 99 Nov 0000 99:99:99 +9999",
            "http://\u3002",
            "//",
            "{{ x }}",
        ),
    )
]
CHARSETS = ("", "utf-8", "utf-16", "utf-7", "iso-8859-1", "shift_jis", "hz", "base64", "\0", "idna")


def seeds() -> list[bytes]:
    """Our small documents, and real ones of moderate size where there are any."""
    documents = [RSS.encode(), ATOM.encode(), RDF.encode(), RSS.encode("utf-16")]
    if "DIGEST_DATA" in os.environ:
        paths = sorted((Path(os.environ["DIGEST_DATA"]) / "feeds").iterdir())
        documents += [path.read_bytes() for path in paths if path.stat().st_size < 20_000]
    return documents


SEEDS = seeds()


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Take a seed, and cut, flip, double, insert and splice a few times."""
    body = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(min_value=1, max_value=6))):
        start = draw(st.integers(min_value=0, max_value=len(body)))
        end = min(len(body), start + draw(st.sampled_from((0, 1, 1, 2, 8, 40, 400))))
        piece = draw(
            st.one_of(
                st.sampled_from(FRAGMENTS),
                st.binary(max_size=4),
                st.just(b""),
                st.just(body[start:end] * 2),
                st.sampled_from(SEEDS).map(operator.itemgetter(slice(start, end))),
            )
        )
        body = body[:start] + piece + body[end:]
    return body


def read(body: bytes, charset: str) -> None:
    headers = {"content-type": f"text/xml; charset={charset}"} if charset else {}
    with suppress(SourceError):
        pulled = parse_feed(body, headers, url=URL, source=URL, now=NOW)
        assert all(article.url and article.title for article in pulled.articles)


@pytest.mark.parametrize(
    "body",
    [
        f'<?xml version="1.0"?>?xml version="1.0"?>\n{RSS.partition("?>")[2]}',
        RSS.replace('xmlns:dc="', 'xmlns="&#55296;" xmlns:dc="'),
        ATOM.replace('xmlns="', 'xmlns="{{ x }}', 1),
        RSS.replace("Harbour", "&#xD800;&#x110000;&#99999999999999999999;&nbsp;", 1),
    ],
    ids=[
        "nothing recovered",
        "surrogate in a namespace",
        "brace in a namespace",
        "references to no character",
    ],
)
def test_what_escaped_once_does_not_again(body: str) -> None:
    read(body.encode(), "")


@settings(max_examples=300, deadline=None, phases=(Phase.generate, Phase.shrink))
@given(mutated(), st.sampled_from(CHARSETS))
def test_a_mutated_document_gives_articles_or_a_source_error(body: bytes, charset: str) -> None:
    read(body, charset)


@pytest.mark.soak
@settings(
    max_examples=int(os.environ.get("DIGEST_FUZZ", "100000")),
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
@given(mutated(), st.sampled_from(CHARSETS))
def test_none_of_100_000_mutated_documents_lets_an_exception_escape(
    body: bytes, charset: str
) -> None:
    read(body, charset)
