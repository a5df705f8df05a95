"""Comments feeds in the shapes of WordPress and of Disqus, all invented."""

from __future__ import annotations

from xml.sax.saxutils import escape

BRIDGE = "https://courier.example/gallion-bridge"
TEA = (
    "My mother took the night boat for nineteen years. "
    "She would want it known that the tea was terrible."
)
TEA_AT = f"{BRIDGE}#comment-12"


def wordpress_item(
    number: int,
    html: str,
    *,
    author: str = "Maureen Adair",
    title: str | None = None,
    page: str = BRIDGE,
    date: str = "Mon, 23 Nov 2026 04:20:00 +0000",
) -> str:
    """An item as WordPress's template for all comments of a site writes it."""
    name = title or f"Comment on Night ferries return by {author}"
    return (
        f"<item><title>{escape(name)}</title><link>{page}#comment-{number}</link>"
        f"<dc:creator><![CDATA[{author}]]></dc:creator><pubDate>{date}</pubDate>"
        f'<guid isPermaLink="false">https://courier.example/?p=7#comment-{number}</guid>'
        f"<description><![CDATA[{escape(html)}]]></description>"
        f"<content:encoded><![CDATA[{html}]]></content:encoded></item>"
    )


def wordpress(*items: str, title: str = "Comments for The London Courier") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
        f"<channel><title>{title}</title><link>https://courier.example</link>"
        "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>"
        f"{''.join(items)}</channel></rss>"
    )


def the_tea() -> str:
    """A feed of one comment, the one that editors would choose."""
    first, second = TEA.split(". ")
    return wordpress(wordpress_item(12, f"<p>{first}.</p>\n<p>{second}</p>"))


def disqus() -> str:
    """A feed as Disqus writes it: no guids, the texts escaped, every title the page's."""
    items = "".join(
        f"<item><title>Re: Night ferries return</title><link>{BRIDGE}#comment-{number}</link>"
        f"<description>{escape(html)}</description><dc:creator>{author}</dc:creator>"
        f"<pubDate>Mon, 23 Nov 2026 04:{number - 600}:00 -0000</pubDate></item>"
        for number, author, html in (
            (642, "Tom Aldersey", "<p>Mine stoked the boiler.</p>"),
            (641, "Maureen Adair", f"<p>{TEA}</p>"),
        )
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"'
        ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<channel><title>The London Courier - Latest Comments</title>"
        "<link>https://courier.disqus.com/</link><description></description>"
        '<atom:link href="https://courier.disqus.com/latest.rss" rel="self"></atom:link>'
        f"<language>en</language>{items}</channel></rss>"
    )


def atom() -> str:
    """A feed as WordPress's Atom template writes it, in German."""
    return (
        '<?xml version="1.0" encoding="UTF-8" ?><feed xmlns="http://www.w3.org/2005/Atom"'
        ' xml:lang="de" xmlns:thr="http://purl.org/syndication/thread/1.0">'
        '<title type="text">Kommentare zu The London Courier</title>'
        "<updated>2026-11-23T04:20:00Z</updated><id>https://courier.example/comments/feed/atom/</id>"
        "<entry><title>Kommentar zu Die Nachtfähren von Jörg Hjelm</title>"
        f'<link rel="alternate" href="{BRIDGE}#comment-9" type="text/html" />'
        "<author><name>Jörg Hjelm</name><uri>https://spam.example</uri></author>"
        "<id>https://courier.example/?p=7#comment-9</id>"
        "<updated>2026-11-23T04:20:00Z</updated><published>2026-11-23T04:20:00Z</published>"
        f'<content type="html" xml:base="{BRIDGE}#comment-9">'
        "<![CDATA[<p>Der Tee war schlecht.</p>]]></content></entry></feed>"
    )
