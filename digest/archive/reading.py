"""An email in the order in which a screen reader says it, with what it says of each part.

Tables that only lay out are looked through, as their `role="presentation"` asks; what is hidden
from assistive technology is left out, and so is what nobody sees. No two screen readers use the
same words: these are those that most share.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import lxml.html
from lxml import etree

if TYPE_CHECKING:
    from lxml.html import HtmlElement

HEADINGS = {f"h{level}": level for level in range(1, 7)}
LANDMARKS = {
    "article": "Article",
    "aside": "Complementary",
    "footer": "Content info",
    "header": "Banner",
    "main": "Main",
    "nav": "Navigation",
    "banner": "Banner",
    "complementary": "Complementary",
    "contentinfo": "Content info",
    "navigation": "Navigation",
    "region": "Region",
}
BLOCKS = re.compile(
    r"address|blockquote|body|d[dlt]|div|figcaption|figure|hr|li|ol|p|pre|section|ul"
    r"|table|tbody|td|tfoot|th|thead|tr"
)
SILENT = frozenset({"head", "script", "style", "template", "title"})
PRESENTATION = frozenset({"none", "presentation"})
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of what is said in one breath, with the spaces around it as they are written.

    `kind` is announced unless it is "text".
    """

    kind: Literal["text", "link", "picture"]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One stop of a screen reader: the `role` that it announces, "" for plain text, and its runs.

    `level` is a heading's, else 0. `fault` says what a listener lacks here, "" for nothing.
    """

    role: str
    runs: tuple[Run, ...]
    level: int = 0
    fault: str = ""

    @property
    def announced(self) -> str:
        """What is said before the words: "Heading 2, link"; "" for plain text."""
        kinds = {run.kind for run in self.runs} - {"text"}
        said = ", ".join(filter(None, (self.role, *sorted(kinds))))
        return f"{said[:1].upper()}{said[1:]}"

    @property
    def line(self) -> str:
        """The whole as one line: "Heading 2, link: London"."""
        words = "".join(run.words for run in self.runs)
        return ": ".join(filter(None, (self.announced, words)))


def reading_order(html: str) -> tuple[Spoken, ...]:
    """Give the stops of an email in their order."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    tree = lxml.html.document_fromstring(html.encode(), parser=parser)
    voice = _Voice()
    voice.say(tree)
    voice.pause()
    return tuple(voice.stops)


@dataclass(slots=True, kw_only=True)
class _Voice:
    """Collects runs until a block ends, and then says them under the role that is due."""

    stops: list[Spoken] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    role: str = ""
    level: int = 0
    faults: list[str] = field(default_factory=list)

    def say(self, element: HtmlElement) -> None:
        """Say an element and all that it holds."""
        tag, role = str(element.tag), element.get("role", "")
        if tag in SILENT or is_unheard(element):
            return
        if tag == "img":
            self._say_picture(element)
        elif tag == "a" and element.get("href"):
            self._say_link(element)
        elif role not in PRESENTATION and (landmark := LANDMARKS.get(role or tag)):
            self._announce(landmark, element.get("aria-label", ""))
            self._say_block(element)
        elif tag in HEADINGS:
            self._say_heading(element, HEADINGS[tag])
        elif tag == "br":
            self._add("text", " ")
        elif BLOCKS.fullmatch(tag):
            if role not in PRESENTATION:
                self._announce(*_opening(element))
            self._say_block(element)
        else:
            self._say_children(element)

    def pause(self) -> None:
        """End a stop: say what was collected, if it is anything."""
        if runs := _trimmed(self.runs):
            fault = "; ".join(self.faults)
            stop = Spoken(role=self.role, runs=runs, level=self.level, fault=fault)
            self.stops.append(stop)
        self.runs, self.role, self.level, self.faults = [], "", 0, []

    def _announce(self, role: str, words: str = "") -> None:
        if role:
            self.pause()
            runs = (Run(kind="text", words=words),) if words else ()
            self.stops.append(Spoken(role=role, runs=runs))

    def _say_block(self, element: HtmlElement) -> None:
        self.pause()
        self._say_children(element)
        self.pause()

    def _say_heading(self, element: HtmlElement, level: int) -> None:
        self.pause()
        self.role, self.level = f"Heading {level}", level
        self._say_children(element)
        if not any(run.words.strip() for run in self.runs):
            self.runs.append(Run(kind="text", words="(empty)"))
            self.faults.append("a heading without words")
        self.pause()

    def _say_children(self, element: HtmlElement) -> None:
        self._add("text", element.text)
        for child in element:
            if isinstance(child.tag, str):
                self.say(child)
            self._add("text", child.tail)

    def _say_picture(self, image: HtmlElement) -> None:
        alt = image.get("alt")
        if alt is None and image.get("role") not in PRESENTATION:
            name = _file_name(image.get("src", "")) or "unnamed"
            self.faults.append("a picture without alt: its file name is read out")
            self._add("picture", f" {name} ")
        elif alt and alt.strip() and image.get("role") not in PRESENTATION:
            self._add("picture", f" {alt} ")

    def _say_link(self, link: HtmlElement) -> None:
        """Say a link by its words: what else it holds is part of its name."""
        words = link.get("aria-label") or _heard_words(link)
        if not " ".join(words.split()):
            words = link.get("href", "")
            self.faults.append("a link without words: its address is read out")
        self._add("link", words)

    def _add(self, kind: Literal["text", "link", "picture"], words: str | None) -> None:
        """Add words to the stop; text goes on where text was said."""
        said = _SPACES.sub(" ", words or "")
        if said and self.runs and kind == self.runs[-1].kind == "text":
            self.runs[-1] = Run(kind="text", words=_SPACES.sub(" ", self.runs[-1].words + said))
        elif said:
            self.runs.append(Run(kind=kind, words=said))


def _trimmed(runs: list[Run]) -> tuple[Run, ...]:
    """Leave out the spaces at both ends, and runs that are nothing else."""
    if not "".join(run.words for run in runs).strip():
        return ()
    while not runs[0].words.strip():
        runs = runs[1:]
    while not runs[-1].words.strip():
        runs = runs[:-1]
    runs = [Run(kind=runs[0].kind, words=runs[0].words.lstrip()), *runs[1:]]
    return (*runs[:-1], Run(kind=runs[-1].kind, words=runs[-1].words.rstrip()))


def is_unheard(element: HtmlElement) -> bool:
    """Whether an element is kept from assistive technology, or from everybody."""
    style = "".join(element.get("style", "").lower().split())
    return (
        element.get("aria-hidden") == "true"
        or element.get("hidden") is not None
        or "display:none" in style
        or "visibility:hidden" in style
    )


def _opening(element: HtmlElement) -> tuple[str, str]:
    """Give what is announced where a list or a table of data begins, ("", "") for other blocks."""
    if element.tag in {"ol", "ul"}:
        return f"List of {len(element.findall('li'))}", ""
    if element.tag == "table":
        return f"Table of {len(element.findall('.//tr'))} rows", element.get("aria-label", "")
    return "", ""


def _heard_words(element: HtmlElement) -> str:
    """Give what is heard of an element: its text, and the alt texts of its pictures."""
    if is_unheard(element):
        return ""
    if element.tag == "img":
        return str(element.get("alt", ""))
    parts = [element.text or ""]
    for child in element.iterchildren(etree.Element):
        parts += [_heard_words(child), child.tail or ""]
    return " ".join(parts)


def _file_name(url: str) -> str:
    try:
        return urlsplit(url).path.rpartition("/")[2]
    except ValueError:
        return ""
