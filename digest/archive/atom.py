"""`public/atom.xml`: the newest issues of all editions as an Atom feed (RFC 4287)."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml.etree import _Element

    from digest.archive.public import PublicIssue
    from digest.recipe import Publication

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 30  # six weeks of weekdays; feed readers keep what they have seen
# The day from which the feed's tag counts. Never changed, or every reader's copy would be another.
TAGGED = "2026"

# What XML 1.0 §2.2 has no way to write.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom_feed(
    publication: Publication,
    newest_first: Sequence[PublicIssue],
    titles: Mapping[str, str],
    now: dt.datetime,
) -> bytes:
    """Write the feed of the newest issues; `titles` gives each edition's by its name.

    Links are absolute where the publication has an address on the web, else relative to the feed
    itself. Ids are tags (RFC 4151): they stay what they are wherever the folder is published. An
    empty feed was changed `now`, when its last issue went.
    """
    shown = newest_first[:ENTRIES]
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", publication.language)
    _add(feed, "id", _tag(publication, TAGGED, "issues"))
    _add(feed, "title", publication.name)
    if titles:
        _add(feed, "subtitle", ", ".join(titles.values()))
    _add(feed, "updated", _moment(max((issue.sent_at for issue in shown), default=now)))
    _link(feed, "self", "application/atom+xml", publication, "atom.xml")
    _link(feed, "alternate", "text/html", publication, "index.html")
    _author(feed, publication.name, publication.url)
    for issue in shown:
        _entry(feed, publication, issue, titles[issue.edition])
    etree.indent(feed)
    return etree.tostring(feed, xml_declaration=True, encoding="utf-8") + b"\n"


def _entry(feed: _Element, publication: Publication, issue: PublicIssue, title: str) -> None:
    entry = etree.SubElement(feed, f"{{{ATOM}}}entry")
    _add(entry, "id", _tag(publication, issue.date.isoformat(), issue.edition))
    _add(entry, "title", issue.subject)
    _add(entry, "updated", _moment(issue.sent_at))
    _link(entry, "alternate", "text/html", publication, issue.address)
    _author(entry, title)
    _add(entry, "category", "", term=issue.edition, label=title)
    if issue.standfirst:
        _add(entry, "summary", issue.standfirst)


def _add(parent: _Element, name: str, text: str, **attributes: str) -> None:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}")
    element.text = _UNFIT.sub("", text) or None
    for key, value in attributes.items():
        element.set(key, _UNFIT.sub("", value))


def _link(parent: _Element, rel: str, kind: str, publication: Publication, address: str) -> None:
    href = f"{publication.web_url}/{address}" if publication.web_url else address
    _add(parent, "link", "", rel=rel, type=kind, href=href)


def _author(parent: _Element, name: str, url: str = "") -> None:
    author = etree.SubElement(parent, f"{{{ATOM}}}author")
    _add(author, "name", name)
    if url:
        _add(author, "uri", url)


def _tag(publication: Publication, date: str, what: str) -> str:
    """Give a name for ever: who had the domain on that date named it so."""
    return f"tag:{urlsplit(publication.url).hostname},{date}:{what}"


def _moment(moment: dt.datetime) -> str:
    """Write a moment as RFC 3339 has it, in UTC, to the second."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
