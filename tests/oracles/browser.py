"""Chromium, with axe-core in it: what is wrong with a page, and what can be read of it."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import pytest

from oracles.tools import chromium, module_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Page, Route

FLAGS = [
    "--no-sandbox",  # CI runs as root, and the pages are our own
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HEIGHT = 900
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="800" style="background:#89a"/>'
)

Scheme: TypeAlias = Literal["light", "dark"]

AXE = """async (off) => {
  const rules = Object.fromEntries(off.map((rule) => [rule, {enabled: false}]));
  const found = await axe.run(document, {resultTypes: ["violations"], rules, iframes: false});
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
}"""

# A text can be read where it has a place on the page, and nothing hides it.
WORDS = """() => {
  const shown = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const style = getComputedStyle(node.parentElement);
    if (style.visibility !== "visible" || parseFloat(style.fontSize) < 6) return false;
    for (let box = node.parentElement; box; box = box.parentElement) {
      if (getComputedStyle(box).overflow === "hidden" && !box.clientHeight) return false;
    }
    return [...range.getClientRects()].some((at) =>
      at.width > 0 && at.height > 0 && at.right > 0 && at.bottom > 0);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const words = [];
  while (texts.nextNode()) {
    if (texts.currentNode.data.trim() && shown(texts.currentNode)) {
      words.push(...texts.currentNode.data.trim().split(/\\s+/u));
    }
  }
  return words;
}"""

# The words of a blocked picture are set in its box, in its font, and cut off where it ends.
CUT_ALTS = """() => [...document.images].filter((image) => {
  const style = getComputedStyle(image);
  const words = document.createElement("div");
  words.style.cssText = `font: ${style.font}; width: ${image.offsetWidth}px;
    overflow-wrap: anywhere; position: absolute`;
  words.textContent = image.alt;
  document.body.append(words);
  const cut = image.alt && words.offsetHeight > image.offsetHeight;
  words.remove();
  return cut;
}).map((image) => image.alt)"""


@dataclass(slots=True)
class Reader:
    """A browser with one page open; nothing that it shows is asked of a network."""

    page: Page
    pictures: bool = True  # each is a plain surface; or none loads
    asked: list[str] = field(default_factory=list)  # the addresses that the page wanted to load

    def answer(self, route: Route) -> None:
        self.asked.append(route.request.url)
        if self.pictures and route.request.resource_type == "image":
            # Kept nowhere, so that the same picture can be blocked the next time.
            headers = {"Content-Type": "image/svg+xml", "Cache-Control": "no-store"}
            route.fulfill(body=PICTURE, headers=headers)
        else:
            route.abort()

    def show(self, html: str, *, width: int = 640, scheme: Scheme = "light") -> None:
        self.look(width, scheme)
        self.asked.clear()
        self.page.goto("about:blank")  # else pictures of the page before are still at hand
        self.page.set_content(html, wait_until="load")

    def look(self, width: int, scheme: Scheme) -> None:
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.emulate_media(color_scheme=scheme)

    def mark(self, *attributes: str) -> None:
        """Set attributes of the whole page: Outlook.com marks so what it has recoloured."""
        for name in attributes:
            self.page.evaluate("(name) => document.documentElement.setAttribute(name, '')", name)

    @contextlib.contextmanager
    def without_pictures(self) -> Iterator[None]:
        self.pictures = False
        try:
            yield
        finally:
            self.pictures = True

    def violations(
        self,
        widths: Sequence[int],
        off: Sequence[str] = (),
        schemes: Sequence[Scheme] = ("light", "dark"),
    ) -> list[str]:
        """Give what axe finds wrong on the page at each width and in each scheme, but for `off`."""
        self.page.evaluate(module_file("axe-core/axe.min.js").read_text(encoding="utf-8"))
        found = []
        for width in widths:
            for scheme in schemes:
                self.look(width, scheme)
                told: list[str] = self.page.evaluate(AXE, list(off))
                found += [f"{width} px, {scheme}: {one}" for one in told]
        return found

    def overflows(self, widths: Sequence[int]) -> list[str]:
        """Give the widths at which the page must be scrolled sideways, and how wide it is then."""
        found = []
        for width in widths:
            self.look(width, "light")
            needed: int = self.page.evaluate("document.scrollingElement.scrollWidth")
            if needed > width:
                found.append(f"{needed} px wide at {width}")
        return found

    def cut_alts(self, widths: Sequence[int]) -> list[str]:
        """Give the words of blocked pictures that have no room, at each width."""
        found: list[str] = []
        for width in widths:
            self.look(width, "light")
            found += self.page.evaluate(CUT_ALTS)
        return found

    def pictures_shown(self) -> int:
        """Give how many pictures have loaded."""
        shown: int = self.page.evaluate("[...document.images].filter((i) => i.naturalWidth).length")
        return shown

    def words(self) -> list[str]:
        """Give the words that can be read, in their order."""
        words: list[str] = self.page.evaluate(WORDS)
        return words


@contextlib.contextmanager
def reading() -> Iterator[Reader]:
    """Open a browser, one at a time."""
    program = chromium()
    module_file("axe-core/axe.min.js")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is in the extra dev")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        reader = Reader(browser.new_page())
        reader.page.route(re.compile("^http"), lambda route: reader.answer(route))  # noqa: PLW0108  it is written on
        try:
            yield reader
        finally:
            browser.close()
