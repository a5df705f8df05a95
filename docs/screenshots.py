"""Make the documentation's pictures from the sample issue, with Chromium.

    make screenshots

Wants Chromium on the machine (CHROMIUM names it, default /usr/bin/chromium)
and Georgia, or a font of its measure that stands for it, such as Gelasio.
"""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Route, sync_playwright

ROOT = Path(__file__).parent.parent
ISSUE = ROOT / "out/daily/2026-11-23"
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]


def from_disk(route: Route) -> None:
    """Answer for the invented newspaper's server with the sample's own pictures."""
    name = route.request.url.rpartition("/")[2]
    route.fulfill(path=ROOT / "config/sample/pictures" / name)


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS
        )
        page = browser.new_page(viewport={"width": 760, "height": 1560})
        page.route("https://courier.example/pictures/*", from_disk)
        page.goto((ISSUE / "email.html").as_uri())
        page.screenshot(path=ROOT / "docs/issue.png")
        page.set_viewport_size({"width": 1280, "height": 1000})
        for name, source in (
            ("gallery", ROOT / "out/index.html"),
            ("preview", ISSUE / "preview.html"),
        ):
            page.goto(source.as_uri())
            page.screenshot(path=ROOT / f"docs/{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
