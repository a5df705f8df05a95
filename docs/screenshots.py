"""Make the documentation's pictures from the sample issue, with Chromium.

    make screenshots

Wants Chromium on the machine (CHROMIUM names it, default /usr/bin/chromium)
and Georgia, or a font of its measure that stands for it, such as Gelasio.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Route, sync_playwright

ROOT = Path(__file__).parent.parent
ISSUE = ROOT / "out/daily/2026-11-23"
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]

PICTURES = (  # name, page, pixels wide and high, colour scheme
    ("issue", ISSUE / "email.html", 760, 1560, "light"),
    ("issue-phone", ISSUE / "email.html", 375, 812, "light"),
    ("issue-dark", ISSUE / "email.html", 375, 812, "dark"),
    ("gallery", ROOT / "out/index.html", 1280, 1000, "light"),
    ("preview", ISSUE / "preview.html", 1280, 1000, "light"),
)


def from_disk(route: Route) -> None:
    """Answer for the invented newspaper's server with the sample's own pictures."""
    name = route.request.url.rpartition("/")[2]
    route.fulfill(path=ROOT / "config/sample/pictures" / name)


def in_gelasio(route: Route) -> None:
    """Ask for Gelasio, which has Georgia's measure, first: Chromium takes it for no other name."""
    text = Path(unquote(urlsplit(route.request.url).path)).read_text(encoding="utf-8")
    body = text.replace("Georgia,", "Gelasio,Georgia,")
    route.fulfill(body=body, content_type="text/html; charset=utf-8")


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS
        )
        for name, source, width, height, scheme in PICTURES:
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            page.route("https://courier.example/pictures/*", from_disk)
            page.route("file://**/*.html", in_gelasio)
            page.goto(source.as_uri())
            page.screenshot(path=ROOT / f"docs/{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
