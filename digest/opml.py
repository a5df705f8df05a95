"""Read and write OPML 2.0, the lists of subscriptions that feed readers exchange.

http://opml.org/spec2.opml: a subscription is an <outline> with an xmlUrl; an <outline> around it
without one is a group. Files come from anywhere, so nothing is fetched, no entity of the file's own
is expanded, and nothing recurses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from digest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_BYTES = 10 * 1024 * 1024
MAX_OUTLINES = 20_000  # subscriptions in one file
MAX_NAME = 40  # characters of a root's name that are told
RSS = "rss"  # the type of a subscription, whatever the feed's own format
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A subscription: its address as written, and its title on one line, or "".

    `kind` is its type, in lower case; `groups` are the texts of the outlines around it, the
    outermost first. `select` is the CSS selector of a page's links, in an attribute of our own,
    which the specification allows and other programs pass over.
    """

    url: str
    title: str = ""
    kind: str = RSS
    select: str = ""
    groups: tuple[str, ...] = ()


def read_opml(data: bytes) -> tuple[Outline, ...]:
    """Give the subscriptions in document order. What can be mended (a bare "&") is mended.

    Raises ConfigError where it is no OPML, has too many subscriptions or none at all.
    """
    if len(data) > MAX_BYTES:
        raise ConfigError(f"larger than {MAX_BYTES // 1024 // 1024} MiB")
    found: list[Outline] = []
    for outline in _outlines(_root(data)):
        if len(found) == MAX_OUTLINES:
            raise ConfigError(f"more than {MAX_OUTLINES} subscriptions")
        found.append(outline)
    if not found:
        raise ConfigError("the list names no feed", hint="A feed is an <outline> with an xmlUrl")
    return tuple(found)


def _root(data: bytes) -> etree._Element:
    """Parse, with nothing fetched and no entity expanded, and require an <opml>."""
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    root: etree._Element | None
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise ConfigError("this is no OPML, and no XML", hint="Export the list as OPML once more")
    if (name := _local_name(root)) != "opml":
        raise ConfigError(f"this is no OPML: its root is <{name[:MAX_NAME]}>")
    return root


def _outlines(root: etree._Element) -> Iterator[Outline]:
    """Walk the tree with the groups that are open at each moment."""
    groups: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if _local_name(element) != "outline":
            continue
        if event == "end":
            groups.pop()
            continue
        # Programs differ in the case of the names, and in whether they give a text or a title.
        given = {str(name).lower(): _line(str(value)) for name, value in element.attrib.items()}
        text = given.get("title") or given.get("text") or ""
        if url := given.get("xmlurl"):
            kind = given.get("type", "").lower() or RSS
            yield Outline(
                url=url,
                title=text,
                kind=kind,
                select=given.get("select", ""),
                groups=tuple(filter(None, groups)),
            )
            text = ""  # what is inside a subscription is not grouped by it
        groups.append(text)


def _local_name(element: etree._Element) -> str:
    """Give an element's name without its namespace, in lower case; "" for what is no element."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _line(text: str) -> str:
    """Put a text on one line, without control and direction characters."""
    return " ".join(_UNFIT.sub(" ", text).split())


def write_opml(outlines: Iterable[Outline], *, title: str) -> bytes:
    """Give an OPML document of these subscriptions, each within its groups, in the order given.

    A group stands where its first subscription does.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _line(title)
    groups: dict[tuple[str, ...], etree._Element] = {(): etree.SubElement(root, "body")}
    for outline in outlines:
        parent = _group(groups, tuple(filter(None, map(_line, outline.groups))))
        text = _line(outline.title) or _line(outline.url)
        said = {"type": outline.kind, "text": text, "title": text, "xmlUrl": _line(outline.url)}
        if select := _line(outline.select):
            said["select"] = select
        etree.SubElement(parent, "outline", said)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _group(groups: dict[tuple[str, ...], etree._Element], path: Sequence[str]) -> etree._Element:
    """Find the group's element, making it and those around it where they are missing."""
    for end in range(1, len(path) + 1):
        here = tuple(path[:end])
        if here not in groups:
            name = here[-1]
            groups[here] = etree.SubElement(groups[here[:-1]], "outline", text=name, title=name)
    return groups[tuple(path)]
